"""S3 as far as drop folders use it: strong listing, pages, stamps to the second, errors."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError


@dataclass
class FakeS3:
    """Buckets in memory. ``now`` stamps what is put and stands still until it is moved."""

    page_size: int = 1000
    now: datetime = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    objects: dict[tuple[str, str], tuple[bytes, datetime]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def drop(self, key: str, body: bytes, *, bucket: str = "books", minutes: int = 60) -> None:
        """Put an object and let ``minutes`` pass."""
        self.objects[bucket, key] = (body, self.now)
        self.now += timedelta(minutes=minutes)

    def keys(self, prefix: str = "") -> list[str]:
        return sorted(key for _, key in self.objects if key.startswith(prefix))

    def body(self, key: str, *, bucket: str = "books") -> bytes:
        return self.objects[bucket, key][0]

    def list_objects_v2(self, *, Bucket, Prefix, ContinuationToken=None):  # noqa: N803
        self._count("list")
        found = sorted(k for b, k in self.objects if b == Bucket and k.startswith(Prefix))
        start = int(ContinuationToken or 0)
        shown = found[start : start + self.page_size]
        answer = {"Name": Bucket, "IsTruncated": start + len(shown) < len(found)}
        if shown:
            answer["Contents"] = [self._entry(Bucket, key) for key in shown]
        if answer["IsTruncated"]:
            answer["NextContinuationToken"] = str(start + len(shown))
        return answer

    def get_object(self, *, Bucket, Key):  # noqa: N803
        self._count("get")
        if (Bucket, Key) not in self.objects:
            raise client_error("NoSuchKey", 404)
        return {"Body": io.BytesIO(self.objects[Bucket, Key][0])}

    def put_object(self, *, Bucket, Key, Body, ContentType, IfNoneMatch=None):  # noqa: N803
        self._count("put")
        assert ContentType
        if IfNoneMatch == "*" and (Bucket, Key) in self.objects:
            raise client_error("PreconditionFailed", 412)
        self.objects[Bucket, Key] = (Body, self.now)

    def delete_object(self, *, Bucket, Key):  # noqa: N803
        self._count("delete")
        self.objects.pop((Bucket, Key), None)

    def _entry(self, bucket: str, key: str) -> dict[str, object]:
        body, at = self.objects[bucket, key]
        tag = hashlib.sha256(body).hexdigest()[:32]
        return {"Key": key, "ETag": f'"{tag}"', "LastModified": at, "Size": len(body)}

    def _count(self, call: str) -> None:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure


def client_error(code: str, status: int) -> ClientError:
    """The error that boto3 raises for an S3 error answer."""
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetObject")
