"""Where a pull of Procountor stands: marks on the source's own clock, and a mark of payments apart.

``versionStartDate`` finds what was changed since a stamp. Marks are the newest stamp that the
source itself showed before a pull began, set back by the overlap when used. Whether a payment moves
an invoice's version is not documented, so incoming reference payments have a mark of their own:
the highest id that the pull before the last had seen (an id is given out before its record can be
seen), and the ids of those that were not allocated yet.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from connectors.kept_cursor import KeptCursor

Feed = Literal["invoices", "payments", "customers"]
# More unallocated payments than this are left to the daily sweep.
_WAITING = 500


class Cursor(KeptCursor):
    """``since`` is the mark of invoices and customers, ``paid`` that of reference payments.

    ``older`` is what ``paid`` was a pull before; payments above it are looked at.

    A pull that is under way is at ``feed``, past record ``after``, and leaves ``until`` as the
    mark; ``began`` is the source's UTC time at its start. ``seen`` and ``found`` are what of
    payments it has seen so far. ``day`` is the day from which payments are listed.
    """

    since: datetime | None = None
    paid: int = 0
    older: int = 0
    waiting: tuple[int, ...] = ()
    day: date | None = None
    feed: Feed | None = None
    after: int = 0
    until: datetime | None = None
    began: datetime | None = None
    seen: int = 0
    found: tuple[int, ...] = ()

    def begun(self, until: datetime | None, began: datetime) -> Cursor:
        """At the first record of the first feed."""
        return self.model_copy(update={"feed": "invoices", "until": until, "began": began})

    @property
    def listed_from(self) -> date:
        """The day of the pull before, or of this one where there was none."""
        began = self.began.date() if self.began else date.max
        return self.day or began

    def past(self, record: int) -> Cursor:
        """The same feed, all records up to ``record`` delivered."""
        return self.model_copy(update={"after": record})

    def counted(self, last: int, unallocated: tuple[int, ...]) -> Cursor:
        """Payments up to ``last`` delivered, some of them not allocated yet."""
        update = {"after": last, "seen": max(self.seen, last)}
        found = (*self.found, *unallocated)[-_WAITING:]
        return self.model_copy(update={**update, "found": found})

    def turned(self, feed: Feed) -> Cursor:
        """At the first record of another feed."""
        return self.model_copy(update={"feed": feed, "after": 0})

    def ended(self) -> Cursor:
        """All feeds are complete up to the mark; no pull is under way."""
        day = self.began.date() if self.began else self.day
        paid = max(self.paid, self.seen)
        return Cursor(
            since=self.until or self.since,
            paid=paid,
            older=self.paid if self.since else paid,
            waiting=self.found,
            day=day,
        )
