"""AWS Transfer Family's SFTP connector: files are sent, listed and fetched by it.

The connector resource belongs to the creditor's AWS account: address, login and the trusted host
keys stand in it. Its calls start work and answer at once; what became of it is asked afterwards.
https://docs.aws.amazon.com/transfer/latest/userguide/transfer-sftp-connectors.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from connectors.json_door import read_json
from connectors.s3_folder import S3Folder
from connectors.sdk_errors import BEFORE_SENDING, said_by
from shared.errors import Reconnect, Retry, Unreadable

T = TypeVar("T")
# Seconds between two looks at work under way; after the last one a later call goes on.
PAUSES = (0.5, 1.0, 1.0, 1.5, 2.0, 2.0)
# StartFileTransfer takes so many paths a call.
MOST_PATHS = 10
_MOST_LISTED = 10_000
# The tag by which whoever made a connector says whose it is.
OWNER = "dunlin:creditor"
_NOT_NOW = frozenset({"ThrottlingException", "ServiceUnavailableException"})


class TransferFailed(Exception):
    """The partner's server did not take or give a file, or its key is not a trusted one."""


class UnderWay(Exception):
    """The work has not ended in the time that one call has."""


class Host(NamedTuple):
    """The partner's server as the connector resource knows it; ``creditor`` is its tag's word."""

    url: str
    trusted_keys: tuple[str, ...]
    creditor: str


class Wire:
    """One Transfer connector, and the S3 folder that it takes files from and puts them into.

    ``pause`` waits some seconds. Every method raises ``Retry`` when AWS does not answer,
    ``Reconnect`` when it denies the call or knows no such connector.
    """

    def __init__(
        self, client: Any, connector: str, folder: S3Folder, pause: Callable[[float], None]
    ) -> None:
        self._client, self._connector, self._folder = client, connector, folder
        self._pause = pause

    def host(self) -> Host:
        """The partner's address and the host keys that are trusted; none: nobody is."""
        described = _asked(lambda: self._client.describe_connector(ConnectorId=self._connector))
        known = described.get("Connector", {})
        keys = known.get("SftpConfig", {}).get("TrustedHostKeys", ())
        tags = {one.get("Key"): one.get("Value") for one in known.get("Tags", ())}
        return Host(str(known.get("Url", "")), tuple(map(str, keys)), str(tags.get(OWNER, "")))

    def own(self, creditor: str) -> None:
        """Return where the connector is this creditor's, by its tag.

        The hub may use every connector of the account, and an id says nothing about whose it is.
        Raises ``Reconnect`` for one that is somebody else's, or that says nothing.
        """
        if self.host().creditor != creditor:
            raise Reconnect("the transfer connector bears another creditor's tag, or none")

    def greets(self) -> bool:
        """Whether the partner's server lets the connector in now, under a trusted key."""
        said = _asked(lambda: self._client.test_connection(ConnectorId=self._connector))
        return bool(said.get("Status") == "OK")

    def send(self, name: str, into: str) -> str:
        """Begin to send an object of the folder; the id of the transfer."""
        given = {"SendFilePaths": [self._folder.path(name)], "RemoteDirectoryPath": into}
        return self._started(given)

    def sent(self, transfer: str) -> None:
        """Return once a transfer has ended well. Raises ``UnderWay``, ``TransferFailed``."""
        for wait in (*PAUSES, None):
            states = self._states(transfer)
            if "FAILED" in states:
                raise TransferFailed
            if states and set(states) == {"COMPLETED"}:
                return
            if wait is not None:
                self._pause(wait)
        raise UnderWay

    def listed(self, remote: str, below: str) -> list[str]:
        """The names of the files in a folder of the partner's. Raises ``UnderWay``, ``Unreadable``.

        The list comes as an object below ``below`` of the S3 folder.
        """
        started = _asked(
            lambda: self._client.start_directory_listing(
                ConnectorId=self._connector, RemoteDirectoryPath=remote, MaxItems=_MOST_LISTED,
                OutputDirectoryPath=self._folder.path(below).rstrip("/"),
            )
        )  # fmt: skip
        for wait in (*PAUSES, None):
            body = self._folder.get(below + str(started["OutputFileName"]))
            if body is not None:
                return _names(read_json(body))
            if wait is not None:
                self._pause(wait)
        raise UnderWay

    def fetch(self, paths: Sequence[str], below: str) -> None:
        """Copy up to ten files of the partner's below a folder. Raises as ``sent`` does."""
        local = self._folder.path(below).rstrip("/")
        given = {"RetrieveFilePaths": list(paths), "LocalDirectoryPath": local}
        self.sent(self._started(given))

    def _started(self, given: dict[str, Any]) -> str:
        started = _asked(
            lambda: self._client.start_file_transfer(ConnectorId=self._connector, **given)
        )
        return str(started["TransferId"])

    def _states(self, transfer: str) -> list[str]:
        found = _asked(
            lambda: self._client.list_file_transfer_results(
                ConnectorId=self._connector, TransferId=transfer
            )
        )
        return [str(one["StatusCode"]) for one in found.get("FileTransferResults", ())]


def _names(listing: Any) -> list[str]:
    files = listing.get("files") if isinstance(listing, dict) else None
    if not isinstance(files, list) or listing.get("truncated") not in {False, "false"}:
        raise Unreadable("the partner's folder holds more files than one listing shows")
    return sorted(str(one["filePath"]).rpartition("/")[2] for one in files)


def _asked(call: Callable[[], T]) -> T:
    """Make one call; its failure is named by what to do, by the names that the SDK gives it."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - any other than the SDK's is raised again
        said = said_by(error)
    early = said.kinds & BEFORE_SENDING or said.code in _NOT_NOW
    if early or not 300 <= said.status < 500 or said.status == 429:
        raise Retry("the transfer service gave no answer")
    raise Reconnect("the transfer service denies access or knows no such connector")
