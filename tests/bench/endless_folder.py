"""An S3 folder of any number of e-invoices, whose bytes are made when they are asked for.

What is written is dropped at once: nothing is known of any number, as in a folder that is new.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.connectors.fake_s3 import client_error

_UBL = Path(__file__).parents[1] / "connectors/erp/einvoice_files/inbox/1-ubl-invoice.xml"
_PAGE = 1000
_FIRST = datetime(2026, 3, 1, tzinfo=UTC)


class EndlessFolder:
    """The S3 client of a folder ``in/bench/`` with ``count`` invoices, four a minute."""

    def __init__(self, count):
        self.count = count
        self.text = _UBL.read_text()

    def list_objects_v2(self, *, Bucket, Prefix, ContinuationToken="0"):  # noqa: N803
        if not Prefix.endswith("inbox/"):
            return {"Name": Bucket, "IsTruncated": False}
        start = int(ContinuationToken)
        end = min(self.count, start + _PAGE)
        return {
            "Name": Bucket, "IsTruncated": end < self.count, "NextContinuationToken": str(end),
            "Contents": [self._entry(f"{Prefix}{one:07}.xml", one) for one in range(start, end)],
        }  # fmt: skip

    def get_object(self, *, Bucket, Key):  # noqa: N803
        if "/inbox/" not in Key:
            raise client_error("NoSuchKey", 404)
        number = int(Key.rpartition("/")[2].removesuffix(".xml"))
        body = self.text.replace("26-0101", f"27-{number}").encode()
        return {"Body": io.BytesIO(body)}

    def put_object(self, **_):
        """What is written is not kept."""

    def delete_object(self, **_):
        """There is nothing to delete."""

    def _entry(self, key, number):
        at = _FIRST + timedelta(seconds=15 * number)
        return {"Key": key, "ETag": f'"{number:032x}"', "LastModified": at, "Size": 9_000}
