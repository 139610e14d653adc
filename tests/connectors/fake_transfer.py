"""The SFTP connector of AWS Transfer Family, as far as partners use it, before FakeS3.

What it carries over goes to a partner's server: a dictionary of files (``Remote``) or OpenSSH
(``OverSsh``). Names and answers are those of the service model that botocore ships.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.connectors.fake_s3 import FakeS3
from tests.connectors.ssh_server import SshServer


@dataclass
class Remote:
    """A partner's server in memory; ``down`` lets every transfer fail."""

    files: dict[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    down: bool = False

    def put(self, path: str, body: bytes) -> bool:
        if not self.down:
            self.log.append(path)
            self.files[path] = body
        return not self.down

    def get(self, path: str) -> bytes | None:
        return None if self.down else self.files.get(path)

    def names(self, folder: str) -> list[str]:
        return [path for path in self.files if path.startswith(f"{folder}/")]

    def greets(self) -> bool:
        return not self.down


@dataclass
class OverSsh:
    """A partner's server behind OpenSSH: real bytes over real SFTP, under pinned host keys."""

    server: SshServer
    trusted: list[str]

    def put(self, path: str, body: bytes) -> bool:
        local = self.server.home / "outgoing"
        local.write_bytes(body)
        return self.server.sftp([f"put {local} {path}"], self.trusted)

    def get(self, path: str) -> bytes | None:
        local = self.server.home / "incoming"
        good = self.server.sftp([f"get {path} {local}"], self.trusted)
        return local.read_bytes() if good else None

    def names(self, folder: str) -> list[str]:
        return [str(path) for path in Path(folder).iterdir()] if self.greets() else []

    def greets(self) -> bool:
        return self.server.sftp(["pwd"], self.trusted)


@dataclass
class FakeTransfer:
    """``late`` is how often an ended transfer still says that it is in progress."""

    s3: FakeS3
    remote: Remote | OverSsh
    trusted: tuple[str, ...] = ("ecdsa-sha2-nistp256 AAAA",)
    tags: dict[str, str] = field(default_factory=lambda: {"dunlin:creditor": "nordic"})
    late: int = 0
    started: list[dict[str, Any]] = field(default_factory=list)
    _results: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)

    def describe_connector(self, *, ConnectorId):  # noqa: N803
        config = {"TrustedHostKeys": list(self.trusted)}
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        url = "sftp://partner.example"
        return {"Connector": {"Url": url, "SftpConfig": config, "Tags": tags}}

    def test_connection(self, *, ConnectorId):  # noqa: N803
        return {"Status": "OK" if self.remote.greets() else "ERROR"}

    def start_file_transfer(
        self, *, ConnectorId, SendFilePaths=(), RetrieveFilePaths=(),  # noqa: N803
        RemoteDirectoryPath="", LocalDirectoryPath="",  # noqa: N803
    ):  # fmt: skip
        assert len(SendFilePaths) + len(RetrieveFilePaths) in range(1, 11)
        results = []
        for path in SendFilePaths:
            bucket, key = path.lstrip("/").split("/", 1)
            target = f"{RemoteDirectoryPath}/{key.rpartition('/')[2]}"
            good = self.remote.put(target, self.s3.body(key, bucket=bucket))
            results.append(_result(path, good))
        for path in RetrieveFilePaths:
            body = self.remote.get(path)
            if body is not None:
                self._local(LocalDirectoryPath, path.rpartition("/")[2], body)
            results.append(_result(path, body is not None))
        self.started.append({"send": SendFilePaths, "retrieve": RetrieveFilePaths})
        transfer = f"t-{len(self.started)}"
        self._results[transfer] = results
        return {"TransferId": transfer}

    def list_file_transfer_results(self, *, ConnectorId, TransferId):  # noqa: N803
        asked = self._asked[TransferId] = self._asked.get(TransferId, 0) + 1
        results = self._results[TransferId]
        if asked <= self.late:
            results = [{**one, "StatusCode": "IN_PROGRESS"} for one in results]
        return {"FileTransferResults": results}

    def start_directory_listing(
        self, *, ConnectorId, RemoteDirectoryPath, OutputDirectoryPath, MaxItems,  # noqa: N803
    ):  # fmt: skip
        names = self.remote.names(RemoteDirectoryPath)
        files = [
            {"filePath": name, "modifiedTimestamp": "2026-03-02T06:00:00Z", "size": 1}
            for name in names[:MaxItems]
        ]  # fmt: skip
        listing = {"files": files, "paths": [], "truncated": len(names) > MaxItems}
        name = f"{ConnectorId}-l{len(self.started)}.json"
        if self.remote.greets():
            self._local(OutputDirectoryPath, name, json.dumps(listing).encode())
        return {"ListingId": "l", "OutputFileName": name}

    def _local(self, folder: str, name: str, body: bytes) -> None:
        bucket, key = folder.lstrip("/").split("/", 1)
        self.s3.drop(f"{key}/{name}", body, bucket=bucket, minutes=0)


def _result(path: str, good: bool) -> dict[str, str]:  # noqa: FBT001
    if good:
        return {"FilePath": path, "StatusCode": "COMPLETED"}
    return {"FilePath": path, "StatusCode": "FAILED", "FailureCode": "TRANSFER_ERROR"}
