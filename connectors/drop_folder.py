"""A folder of an S3 bucket into which somebody drops files: what lies there, and what was read.

Below the root the other side writes ``inbox/``; the hub writes ``errors/`` and ``read/<sha256>``,
a note of which drop first brought a content. Nothing in the inbox is moved or deleted.

S3 lists what was written at once and stamps it to the second:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, TypeVar

from connectors.at_once import at_once
from connectors.json_door import read_json, write_json
from connectors.sdk_errors import said_by
from connectors.sheet_door import MAX_BYTES, write_csv
from shared.errors import NotFound, Reconnect, Retry, Unreadable

T = TypeVar("T")
_NOT_NOW = {408, 425, 429, "SlowDown", "RequestTimeout", "Throttling", "ThrottlingException"}
_NO_BUCKET = "what answers is not a bucket"
_ABSENT = {"NoSuchKey", "404"}
_PIECE = 1_000_000


@dataclass(frozen=True, slots=True)
class Drop:
    """One object in the inbox; ``token`` names this very upload, ``at`` is S3's stamp (UTC)."""

    key: str
    name: str
    at: datetime
    size: int
    token: str


class DropFolder:
    """The folder ``root`` of ``bucket``, reached through a boto3 S3 client.

    Every method raises ``Retry`` when S3 does not answer, ``Reconnect`` when it denies access, and
    ``Unreadable`` when something else than S3 answers.
    """

    def __init__(self, s3: Any, bucket: str, root: str) -> None:
        self._s3, self._bucket, self._root = s3, bucket, root
        self.url = f"s3://{bucket}/{root}inbox/"
        self._shas: dict[str, str] = {}

    def drops(self, since: datetime | None = None) -> list[Drop]:
        """Everything in the inbox, oldest first (equal stamps by name).

        With ``since`` nothing older is held, but for the newest of all where all are older.
        """
        found: list[Drop] = []
        newest: Drop | None = None
        for drop in self._everything():
            if since is None or drop.at >= since:
                found.append(drop)
            elif newest is None or (drop.at, drop.key) > (newest.at, newest.key):
                newest = drop
        found = found or [one for one in (newest,) if one is not None]
        return sorted(found, key=lambda drop: (drop.at, drop.key))

    def _everything(self) -> Iterator[Drop]:
        inbox = f"{self._root}inbox/"
        for entry in self._entries(inbox):
            if entry["Key"].endswith("/"):
                continue  # a folder that the console made
            at = entry["LastModified"].astimezone(UTC)
            named = f"{entry['Key']}\n{entry['ETag']}\n{at.isoformat()}".encode()
            token = hashlib.sha256(named).hexdigest()[:24]
            name = entry["Key"].removeprefix(inbox)
            yield Drop(entry["Key"], name, at, entry["Size"], token)

    def _entries(self, prefix: str) -> Iterator[Mapping[str, Any]]:
        """What S3 lists below a prefix, page by page."""
        more: dict[str, str] = {}
        while True:
            page = self._listed(prefix, more)
            yield from page.get("Contents", ())
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def body(self, drop: Drop) -> bytes:
        """A file's bytes. Raises ``Unreadable`` when it is too large or was taken away."""
        body = self._body(drop)
        if isinstance(body, Unreadable):
            raise body
        self._shas[drop.token] = hashlib.sha256(body).hexdigest()
        return body

    def bodies(self, drops: Sequence[Drop]) -> list[bytes | Unreadable]:
        """The bytes of files that are asked for at once, or why one of them cannot be read."""
        return at_once(self._body, drops)

    def _body(self, drop: Drop) -> bytes | Unreadable:
        if drop.size > MAX_BYTES:
            return Unreadable("the file is too large")
        try:
            return self._get(drop.key)
        except NotFound:
            return Unreadable("the file was taken away while it was read")

    def spool(self, drop: Drop, into: IO[bytes], *, max_bytes: int) -> None:
        """Copy a file that is too long to hold into an open one. Raises as :meth:`body` does."""
        if drop.size > max_bytes:
            raise Unreadable("the file is too large")
        sha = hashlib.sha256()
        try:
            body = asked(lambda: self._s3.get_object(Bucket=self._bucket, Key=drop.key)["Body"])
        except NotFound:
            body = None
        if body is None:
            raise Unreadable("the file was taken away while it was read")
        while piece := asked(lambda: body.read(_PIECE)):
            sha.update(piece)
            into.write(piece)
        self._shas[drop.token] = sha.hexdigest()

    def recall(self, name: str) -> Any:
        """What :meth:`remember` kept under a name, None when there is nothing."""
        try:
            return read_json(self._get(self._memory(name)), max_bytes=MAX_BYTES)
        except NotFound:
            return None

    def recall_all(self, names: Sequence[str]) -> dict[str, Any]:
        """What was kept under each of some names, asked for at once."""
        return dict(zip(names, at_once(self.recall, names), strict=True))

    def remember(self, name: str, value: object) -> None:
        """Keep a plain value under a name for ever (``name`` may hold what keys may not)."""
        self._put(self._memory(name), write_json(value), "application/json")

    def remember_all(self, values: Mapping[str, object]) -> None:
        """Keep several values at once, each under its name."""
        at_once(lambda name: self.remember(name, values[name]), list(values))

    def first(self, drop: Drop) -> str | None:
        """The token of the drop that first brought this content, None when none was noted."""
        try:
            note = read_json(self._get(self._note(drop)))
        except NotFound:
            return None
        return str(note["token"])

    def note(self, drop: Drop) -> None:
        """Note that this drop brought its content first; such notes never expire."""
        value = {"token": drop.token, "name": drop.name, "at": drop.at.isoformat()}
        self._put(self._note(drop), write_json(value), "application/json")

    def run_start(self, drop: Drop, drops: Sequence[Drop]) -> str:
        """The token of the first of the drops in a row, up to this one, with the same content."""
        start = drop.token
        for before in reversed(drops[: drops.index(drop)]):
            if self._sha(before) != self._sha(drop):
                break
            start = before.token
        return start

    def report(self, drop: Drop, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Write the refused rows (line, field, problem, cell) for a person; none removes the file.

        The cells are the other side's own data, shown to the other side alone.
        """
        key = f"{self._root}errors/{drop.name}.errors.csv"
        if rows:
            body = write_csv([("row", "field", "problem", "cell"), *rows])
            self._put(key, body, "text/csv; charset=utf-8")
        else:
            asked(lambda: self._s3.delete_object(Bucket=self._bucket, Key=key))

    def reported(self) -> set[str]:
        """The names of the files beside which refused rows were told."""
        errors, end = f"{self._root}errors/", ".errors.csv"
        keys = (entry["Key"] for entry in self._entries(errors))
        return {one.removeprefix(errors).removesuffix(end) for one in keys if one.endswith(end)}

    def probe(self) -> None:
        """Prove that the hub may write here."""
        self._put(f"{self._root}errors/.writable", b"", "text/plain")

    def _listed(self, prefix: str, more: dict[str, str]) -> dict[str, Any]:
        def list_page() -> dict[str, Any]:
            page: dict[str, Any] = self._s3.list_objects_v2(
                Bucket=self._bucket, Prefix=prefix, **more
            )
            return page

        page = asked(list_page)
        # A login page that happens to be well-formed reads as a listing without any field.
        if page.get("Name") != self._bucket:
            raise Unreadable(_NO_BUCKET)
        return page

    def _memory(self, name: str) -> str:
        return f"{self._root}read/named/{hashlib.sha256(name.encode()).hexdigest()}"

    def _note(self, drop: Drop) -> str:
        return f"{self._root}read/{self._sha(drop)}"

    def _sha(self, drop: Drop) -> str:
        if drop.token not in self._shas:
            self.body(drop)
        return self._shas[drop.token]

    def _get(self, key: str) -> bytes:
        def read() -> bytes:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
            body: bytes = answer["Body"].read()
            return body

        return asked(read)

    def _put(self, key: str, body: bytes, kind: str) -> None:
        asked(
            lambda: self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind)
        )


def asked(call: Callable[[], T]) -> T:
    """Make one call to S3 and name its failure by what to do; ``NotFound``: no such object."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - any other than the SDK's is raised again
        said = said_by(error)
    if "ResponseParserError" in said.kinds:
        raise Unreadable(_NO_BUCKET)
    if not said.answered:
        raise Retry("the bucket gave no answer")
    if said.code in _ABSENT:
        raise NotFound("no such object")
    if not said.status or said.status >= 500 or {said.status, said.code} & _NOT_NOW:
        raise Retry("the bucket is busy")
    raise Reconnect("the bucket does not exist or denies access")
