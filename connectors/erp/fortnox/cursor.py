"""Where a read of Fortnox stands: which list, page and row, and since when changes are asked for.

Fortnox's records bear no stamp of their last change; one can only ask for what changed since a
minute. The marks are Fortnox's own clock (the Date of its answers) at the start of a complete pull.
Whether ``lastmodified`` means UTC or Swedish time its pages do not say: asked in the digits of UTC,
which Swedish clocks never run behind, it is right or an hour or two too early, never too late.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from connectors.kept_cursor import KeptCursor

# ``all``: the first pull, of all that is open; ``years``: a backfill.
Feed = Literal["all", "customers", "invoices", "payments", "years"]
_MINUTE = "%Y-%m-%d %H:%M"
CHANGES: tuple[Feed, ...] = ("customers", "invoices", "payments")


class Cursor(KeptCursor):
    """``since`` holds each list's mark (UTC) of its last complete read.

    A read that is under way is in the list ``feed``, at ``row`` of ``page``; ``began`` is Fortnox's
    time (UTC) at its start, and will be the mark of every list that it has read.
    """

    since: dict[Feed, datetime] = {}
    feed: Feed | None = None
    page: int = 1
    row: int = 0
    began: datetime | None = None

    def begin(self, began: datetime) -> Cursor:
        """The start of a pull: of changes where there are marks, else of all that is open."""
        return Cursor(since=self.since, feed=CHANGES[0] if self.since else "all", began=began)

    def at(self, page: int, row: int) -> Cursor:
        """The same list further on."""
        return self.model_copy(update={"page": page, "row": row})

    def ended(self) -> Cursor:
        """The list is at its end: the next one with the same beginning, or rest."""
        if self.feed not in CHANGES or self.began is None:
            began = self.began
            return Cursor(since=dict.fromkeys(CHANGES, began) if began is not None else {})
        since = {**self.since, self.feed: self.began}
        left = CHANGES[CHANGES.index(self.feed) + 1 :]
        return Cursor(since=since, feed=left[0], began=self.began) if left else Cursor(since=since)

    def changed(self, overlap: timedelta) -> dict[str, str]:
        """What asks for the changes that the list ``feed`` has yet to deliver."""
        mark = self.since.get(self.feed) if self.feed else None
        return {} if mark is None else {"lastmodified": (mark - overlap).strftime(_MINUTE)}
