"""A collection partner that shares a folder of an S3 bucket: our files out, its files in.

Below ``<prefix><connection id>/`` the hub writes ``out/files/<name>.jsonl`` and, last, its
manifest ``out/000001.json``, numbered without a gap; the partner writes ``in/files/<name>.jsonl``
and then ``in/000001.json`` in the same way. What a manifest does not name is not there yet. A key
has one number for ever, so that a repeated act changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from connectors.bucket import BucketName, OwnFolder
from connectors.contract import Connection, Finding, HandOver, Receipt, RowError, Spec
from connectors.contract_collectors import CaseMessage, CaseReport, ReportPage
from connectors.json_door import read_json
from connectors.numbered import Numbered
from connectors.partner_lines import read_lines, submitted, word
from connectors.s3_folder import S3Folder, not_begun
from connectors.whole_file import FileRefused
from shared.domain.casefile_v1 import CaseFile
from shared.domain.money import Money
from shared.domain.remittance import Remittance
from shared.errors import HubError, Unreadable

# What one poll takes; the rest comes with the next.
_MOST = 50
_MANIFEST = re.compile(r"([0-9]{6})\.json")
_FILE = re.compile(r"files/[A-Za-z0-9_.-]{1,200}")


class Config(BaseModel):
    """Where the shared folder is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    partner: str = Field(min_length=1, max_length=120, description="The partner's name.")
    bucket: BucketName = Field(description="The hub's inbox bucket; the partner shares the folder.")
    prefix: OwnFolder


SPEC = Spec(
    name="collectors.s3_drop",
    title="Collection partner over a shared S3 folder (JSON Lines)",
    countries=("*",),
    config=Config,
    secrets=(),
    capabilities=frozenset({"submit", "tell", "poll", "remittances"}),
    docs="docs/connectors/collectors.s3_drop.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "notice", "payment"),
    processing="the creditor's AWS account, and the partner's country",
    idempotency="idempotent",
    key_lifetime_days=3650,  # the notes of which key has which number are never removed
    ordered=True,
    services=("s3",),
)


def connect(connection: Connection) -> S3Drop:
    """The shared folder of a connection, reached through ``connection.clients["s3"]``."""
    config = Config.model_validate(connection.config.model_dump())
    return S3Drop(config, connection.id, connection.clients["s3"])


class S3Drop:
    """One partner's folder."""

    def __init__(self, config: Config, connection: str, client: Any) -> None:
        root = f"{config.prefix}{connection}/"
        self._url = f"s3://{config.bucket}/{root}"
        self._folder = S3Folder(client, config.bucket, root)
        self._out = Numbered(self._folder, shown="out/", hidden="hub/")

    def test(self) -> Sequence[Finding]:
        """Prove that the hub may write what the partner reads, and list what it writes."""
        try:
            self._folder.put("out/.writable", b"", "text/plain")
            self._folder.names("in/")
        except HubError:
            text = f"the folder cannot be written or listed: {self._url}"
            return [Finding(check="bucket", ok=False, text=text)]
        return [Finding(check="bucket", ok=True, text=f"the partner shares {self._url}")]

    def submit(self, case: HandOver, *, key: str, now: datetime, file: CaseFile) -> Receipt:
        """Leave the case with its whole file under ``key``; received once its manifest is there."""
        return self._leave(key, submitted(case, file, now), cases=1, owed=file.totals.open)

    def tell(
        self,
        message: CaseMessage,
        *,
        key: str,
        now: datetime,  # noqa: ARG002 - a message is dated by when it happened
        file: CaseFile | None = None,
    ) -> Receipt:
        """Leave one message under ``key``, in the same stream as the cases."""
        return self._leave(key, word(message, file), cases=0, owed=None)

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:  # noqa: ARG002
        """The partner's files in the order of their numbers, one a page, up to fifty at once.

        A number that is missing while a later one is there, and a file that cannot be read whole,
        stop the stream: the page says which and why, and its cursor stays before it.
        """
        number = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() else 0
        names = self._folder.names("in/")
        there = {int(found[1]) for name in names if (found := _MANIFEST.fullmatch(name))}
        for _ in range(_MOST):
            number += 1
            if number not in there:
                break
            try:
                page = self._page(number)
            except FileRefused as refused:
                yield ReportPage(refused=refused.errors, cursor=str(number - 1))
                return
            yield page
        else:
            return
        if max(there, default=0) > number:
            missing = RowError(
                row=f"{number:06d}.json", field="seq",
                text="a file of this number is missing: those after it wait",
            )  # fmt: skip
            yield ReportPage(refused=(missing,), cursor=str(number - 1))

    def _page(self, number: int) -> ReportPage:
        name = f"{number:06d}.json"
        reports, remittances = list[CaseReport](), list[Remittance]()
        try:
            manifest = read_json(self._folder.get(f"in/{name}") or b"")
            for named, sha256 in _files(manifest, number):
                told, paid = read_lines(named.removeprefix("files/"), self._named(named, sha256))
                reports += told
                remittances += paid
        except Unreadable as error:
            why = RowError(row=name, field="files", text=str(error))
        else:
            return ReportPage(
                reports=tuple(reports), remittances=tuple(remittances), cursor=str(number)
            )
        raise FileRefused([why])

    def _named(self, name: str, sha256: str) -> bytes:
        content = self._folder.get(f"in/{name}")
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise Unreadable("a file is not there, or not the one that the manifest names")
        return content

    def _leave(self, key: str, line: bytes, *, cases: int, owed: Money | None) -> Receipt:
        name = f"files/{hashlib.sha256(key.encode()).hexdigest()[:32]}.jsonl"
        try:
            # What was left first under the key stands: a repeated act may be made of later words.
            if not self._folder.put_first(f"out/{name}", line, "application/jsonl"):
                line = self._folder.get(f"out/{name}") or line
            made = {
                "files": [
                    {"key": name, "bytes": len(line), "sha256": hashlib.sha256(line).hexdigest()}
                ],
                "case_count": cases,
                "control_sum": str(owed.amount) if owed is not None else "0.00",
                "currency": owed.currency if owed is not None else None,
            }
            manifest = self._out.take(key, lambda _: made)
        except HubError as error:
            return not_begun(error)
        return Receipt(outcome="received", reference=f"out/{manifest['seq']:06d}.json")


def _files(manifest: Any, number: int) -> list[tuple[str, str]]:
    """Name and SHA-256 of each file of a manifest. Raises ``Unreadable``."""
    if not isinstance(manifest, Mapping) or manifest.get("seq") != number:
        raise Unreadable("the manifest does not bear its own number")
    files = manifest.get("files")
    if not isinstance(files, list) or not 0 < len(files) <= 10:
        raise Unreadable("a manifest names between one and ten files")
    found = []
    for one in files:
        name, sha256 = (
            (one.get("key"), one.get("sha256")) if isinstance(one, dict) else (None, None)
        )
        if not isinstance(name, str) or not isinstance(sha256, str) or not _FILE.fullmatch(name):
            raise Unreadable("a manifest names a file in an unknown way")
        found.append((name, sha256))
    return found
