"""Where a pull of Tripletex stands: what it has seen by number, and the feed that is under way.

Invoices, postings and close groups have no list of changes and are listed by days of their books,
which people choose; so what is new among them is known by its number. A number is given out before
its record is committed: therefore a pull follows all that is above what the pull *before the last*
had seen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ValidationError

from connectors.kept_cursor import KeptCursor
from shared.domain.explain import Record
from shared.errors import Unreadable

Feed = Literal["customers", "invoices", "money", "open"]
FEEDS: tuple[Feed, ...] = ("customers", "invoices", "money", "open")


class Seen(Record):
    """The highest number of a kind of record at the last pull, and at the one before."""

    last: int = 0
    before: int = 0

    def next(self, highest: int) -> Seen:
        """After a whole pull that listed numbers up to ``highest``; 0 for none."""
        return Seen(last=max(self.last, highest), before=self.last)


class Cursor(KeptCursor):
    """``customers`` is the UTC instant up to which changes of customers are known.

    ``newest`` is the day of the newest invoice that was ever seen, ``walked`` the day (Norway) on
    which all open invoices were last read again. A pull that is under way is in ``feed``, past the
    number (or, of customers, the place in the list) ``after``, and began at ``began`` (UTC).
    """

    customers: datetime | None = None
    invoices: Seen = Seen()
    postings: Seen = Seen()
    groups: Seen = Seen()
    newest: date | None = None
    walked: date | None = None
    feed: Feed | None = None
    after: int = 0
    began: datetime | None = None

    def past(self, number: int) -> Cursor:
        """The same feed, everything up to ``number`` delivered."""
        return self.model_copy(update={"after": number})

    def turned(self, **fields: object) -> Cursor:
        """The feed is over, ``fields`` are what it leaves; the next one begins, or none."""
        at = FEEDS.index(self.feed) + 1 if self.feed is not None else 0
        following = FEEDS[at] if at < len(FEEDS) else None
        return self.model_copy(update={**fields, "feed": following, "after": 0})

    def rested(self) -> Cursor:
        """What to store of a pull that is over: it has no beginning."""
        return self.model_copy(update={"feed": None, "after": 0, "began": None})


class Years(Record):
    """Where a backfill stands: the first day of the month under way, and how much of it is done."""

    month: date
    done: int = 0

    @classmethod
    def read(cls, text: str | None, since: date) -> Years:
        """The stand of a text, or the beginning at ``since``. Raises ``Unreadable``."""
        try:
            return cls.model_validate_json(text) if text is not None else cls(month=since)
        except ValidationError:
            raise Unreadable("the cursor is malformed") from None

    @property
    def end(self) -> date:
        """The first day of the month after."""
        year, month = divmod(self.month.year * 12 + self.month.month, 12)
        return date(year, month + 1, 1)
