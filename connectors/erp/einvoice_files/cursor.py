"""How far a connection's folder of e-invoices was delivered."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.drop_folder import Drop
from connectors.kept_cursor import KeptCursor

# A multipart upload bears the time of its start, so a drop may appear behind newer ones.
OVERLAP = timedelta(days=1)


class Cursor(KeptCursor):
    """``through`` is the stamp of the newest drop, ``delivered`` what the overlap before it holds.

    Both are S3's own stamps (UTC).
    """

    through: datetime | None = None
    delivered: tuple[tuple[datetime, str], ...] = ()

    def is_new(self, drop: Drop) -> bool:
        """Whether a drop was not delivered yet."""
        young = self.through is None or drop.at > self.through - OVERLAP
        return young and (drop.at, drop.token) not in self.delivered

    def after(self, drop: Drop) -> Cursor:
        """The cursor behind a drop."""
        through = max(drop.at, self.through or drop.at)
        kept = tuple(entry for entry in self.delivered if entry[0] > through - OVERLAP)
        return Cursor(through=through, delivered=(*kept, (drop.at, drop.token)))
