"""The demo's print partner: takes letters from its folder and says when each was posted."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

# The partner's lorry leaves in the afternoon.
_POSTED_AT = time(15, 0)


@dataclass
class Printer:
    """Works in the folder ``prefix`` of a bucket; keeps what it printed in ``folder``."""

    client: Any
    bucket: str
    prefix: str
    folder: Path
    zone: ZoneInfo
    printed: list[str] = field(default_factory=list)

    def work(self, day: date) -> int:
        """Print and post what has come since the last time; how many letters those were.

        Raises ``ValueError`` for a page that is not the one that its job names.
        """
        fresh = [job for job in self._jobs() if job["act"] not in self.printed]
        for job in fresh:
            self._print(job)
        if fresh:
            self._receipt(day, [job["act"] for job in fresh])
        return len(fresh)

    def _jobs(self) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}jobs/"
        )
        names = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return [json.loads(self._get(name)) for name in names if name.endswith(".json")]

    def _print(self, job: dict[str, Any]) -> None:
        page = self._get(job["letter"])
        if hashlib.sha256(page).hexdigest() != job["sha256"]:
            raise ValueError("the page is not the one that the job names")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / f"{job['act']}.pdf").write_bytes(page)
        self.printed.append(job["act"])

    def _receipt(self, day: date, acts: list[str]) -> None:
        at = datetime.combine(day, _POSTED_AT, tzinfo=self.zone).isoformat()
        lines = [json.dumps({"act": act, "status": "posted", "at": at}) for act in acts]
        name = f"{self.prefix}receipts/{day.isoformat()}.jsonl"
        self.client.put_object(Bucket=self.bucket, Key=name, Body="\n".join(lines).encode())

    def _get(self, name: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()
        return body
