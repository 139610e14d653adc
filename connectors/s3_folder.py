"""A folder of an S3 bucket that the hub and a partner share: objects read, written, written first.

S3 reads back at once what was written, and of two that write an object which is not there yet
(``If-None-Match: *``) one alone succeeds:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

from connectors.contract import Receipt
from connectors.drop_folder import asked
from connectors.http import Unanswered
from connectors.sdk_errors import BEFORE_SENDING, said_by
from shared.errors import HubError, NotFound, Reconnect, Retry, Unreadable

T = TypeVar("T")
MAX_BYTES = 20_000_000
_THERE = "PreconditionFailed"
# Two conditional writes of one object met: neither outcome is known before the next look.
_MET = "ConditionalRequestConflict"
Kind = Literal["application/json", "application/jsonl", "application/xml", "text/csv", "text/plain"]


class S3Folder:
    """The folder ``root`` of ``bucket``, reached through a boto3 S3 client.

    Every method raises ``Unanswered`` when S3 does not answer (``sent``: it may have written),
    ``Retry`` when it is busy, ``Reconnect`` when it denies access, and ``Unreadable`` when
    something else than S3 answers.
    """

    def __init__(self, s3: Any, bucket: str, root: str) -> None:
        self._s3, self._bucket, self._root = s3, bucket, root

    def path(self, name: str) -> str:
        """Bucket and key of an object, as ``/bucket/key``."""
        return f"/{self._bucket}/{self._root}{name}"

    def get(self, name: str) -> bytes | None:
        """An object's bytes, None when there is none."""
        try:
            body: bytes = _told(lambda: self._read(name))
        except NotFound:
            return None
        if len(body) > MAX_BYTES:
            raise Unreadable("the file is too large")
        return body

    def put(self, name: str, body: bytes, kind: Kind) -> None:
        """Write an object, whatever was there."""
        _told(lambda: self._write(name, body, kind, {}))

    def put_first(self, name: str, body: bytes, kind: Kind) -> bool:
        """Write an object where there is none, and say whether it was written."""

        def write() -> bool:
            try:
                self._write(name, body, kind, {"IfNoneMatch": "*"})
            except Exception as error:
                answer = getattr(error, "response", None) or {}
                code = answer.get("Error", {}).get("Code")
                if code == _MET:
                    raise Retry("the bucket is busy") from None
                if code != _THERE:
                    raise
                return False
            return True

        return _told(write)

    def names(self, below: str) -> list[str]:
        """The names of all objects below a folder, sorted, without that folder's own name."""
        prefix, found = f"{self._root}{below}", list[str]()
        more: dict[str, str] = {}
        while True:
            page = _told(partial(self._listed, prefix, more))
            # A login page that happens to be well-formed reads as a listing without any field.
            if page.get("Name") != self._bucket:
                raise Unreadable("what answers is not a bucket")
            found += [entry["Key"].removeprefix(prefix) for entry in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return sorted(name for name in found if name)
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _listed(self, prefix: str, more: Mapping[str, str]) -> dict[str, Any]:
        page: dict[str, Any] = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix, **more)
        return page

    def _read(self, name: str) -> bytes:
        answer = self._s3.get_object(Bucket=self._bucket, Key=self._root + name)
        body: bytes = answer["Body"].read(MAX_BYTES + 1)
        # The SDK notices a body that was cut off only when it is read to its end.
        body += answer["Body"].read(1)
        return body

    def _write(self, name: str, body: bytes, kind: Kind, only: Mapping[str, str]) -> None:
        self._s3.put_object(
            Bucket=self._bucket, Key=self._root + name, Body=body, ContentType=kind, **only
        )


def _told(call: Callable[[], T]) -> T:
    """Make one call to S3; no answer is told apart from an answer that says "not now"."""
    try:
        return asked(lambda: _sorted_out(call))
    except _LostError as error:
        sent = error.sent
    raise Unanswered("the bucket gave no whole answer", sent=sent)


class _LostError(Exception):
    """No answer, or a failure inside S3; ``sent``: it may have been done all the same."""

    def __init__(self, *, sent: bool) -> None:
        super().__init__("no whole answer")
        self.sent = sent


def _sorted_out(call: Callable[[], T]) -> T:
    try:
        return call()
    except Exception as error:
        said = said_by(error)
        if not said.answered and "ResponseParserError" not in said.kinds:
            raise _LostError(sent=not said.kinds & BEFORE_SENDING) from None
        if said.status >= 500 and said.status != 503:
            raise _LostError(sent=True) from None
        raise


def not_begun(error: HubError) -> Receipt:
    """The receipt of an act for which a folder could not be read or written."""
    if isinstance(error, Unanswered) and error.sent:
        return Receipt(outcome="unknown", code="unanswered")
    if isinstance(error, Retry):
        return Receipt(outcome="retry", code="not_connected", after=error.after)
    if isinstance(error, Reconnect):
        return Receipt(outcome="rejected", code="account_access_denied")
    return Receipt(outcome="retry", code="unreadable")
