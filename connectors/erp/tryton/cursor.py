"""Where a pull of Tryton stands: three feeds, each with a mark on the server's own clock.

``write_date`` is null on records that were never written again, so a change is "created or written
since". Marks are the newest stamp that the server itself showed before the feed was read, never our
clock, and are set back by the overlap when used: a stamp is the start of its transaction, and what
commits late would else be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from connectors.erp.tryton.rest import stamp
from connectors.kept_cursor import KeptCursor

Feed = Literal["customers", "invoices", "payments"]
FEEDS: tuple[Feed, ...] = ("customers", "invoices", "payments")


class Cursor(KeptCursor):
    """``since`` holds the mark of each feed from its last complete read.

    A pull that is under way is at ``feed``, past record ``after``, and will leave ``until`` as that
    feed's mark; ``began`` is the server's UTC time at its start.
    """

    since: dict[Feed, datetime] = {}
    feed: Feed | None = None
    after: int = 0
    until: datetime | None = None
    began: datetime | None = None

    def past(self, record: int) -> Cursor:
        """The same feed, all records up to ``record`` delivered."""
        return self.model_copy(update={"after": record})

    def ended(self, feed: Feed) -> Cursor:
        """No feed is under way, and ``feed`` is complete up to its mark."""
        since = self.since if self.until is None else {**self.since, feed: self.until}
        return Cursor(since=since, began=self.began)

    def rested(self) -> Cursor:
        """What to store: a pull that is over has no beginning."""
        return self if self.feed else Cursor(since=self.since)

    def changed(self, feed: Feed, watched: Sequence[str], overlap: timedelta) -> list[object]:
        """The domain of records that ``feed`` has yet to deliver.

        ``watched`` are the paths (empty, or ending in a dot) of records whose change counts.
        """
        domain: list[object] = [["id", ">", self.after]]
        since = self.since.get(feed)
        if since is None:
            return domain
        edge = stamp(since - overlap)
        fields = [f"{path}{name}_date" for path in watched for name in ("write", "create")]
        return [*domain, ["OR", *([field, ">=", edge] for field in fields)]]
