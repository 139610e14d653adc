"""Where a pull of Netvisor stands: one mark on Netvisor's own clock, and the stage of a walk.

The mark is the stamp of the first answer of the last whole pull. Netvisor names no zone for it, nor
for the stamps that it compares, so a mark is set back by hours when it is used (the setting
``overlap_minutes``), and the invoice list is asked by whole days, as its page documents it.
Customers and payments are asked by the second, from the same mark; each stage has its own place.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import ValidationError

from connectors.kept_cursor import KeptCursor
from shared.domain.explain import Record
from shared.errors import Unreadable

Stage = Literal["invoices", "customers", "payments"]


class Cursor(KeptCursor):
    """``mark`` is that of the last whole pull; ``known`` a day on which an invoice was issued.

    A pull that is under way is at ``stage``, past the record ``after``; it will leave ``began`` as
    the mark, and ``at`` is the same moment in UTC.
    """

    mark: datetime | None = None
    known: date | None = None
    stage: Stage | None = None
    after: int = 0
    began: datetime | None = None
    at: datetime | None = None

    def past(self, key: int) -> Cursor:
        """The same stage, all records up to ``key`` delivered."""
        return self.model_copy(update={"after": key})

    def at_stage(self, stage: Stage) -> Cursor:
        """The start of another stage."""
        return self.model_copy(update={"stage": stage, "after": 0})

    def rested(self) -> Cursor:
        """What is kept of a pull that is over."""
        return Cursor(mark=self.began, known=self.known)

    def since(self, overlap: timedelta) -> datetime | None:
        """The stamp from which changes are asked for; None for all."""
        return self.mark - overlap if self.mark is not None else None


class YearsCursor(Record):
    """Where a backfill stands: past the invoice ``after``; it began at ``at`` (UTC)."""

    after: int = 0
    at: datetime

    @classmethod
    def read(cls, text: str | None, now: datetime) -> YearsCursor:
        """The cursor of a text, or of a beginning. Raises ``Unreadable``."""
        try:
            return cls.model_validate_json(text) if text is not None else cls(at=now)
        except ValidationError:
            raise Unreadable("the cursor is malformed") from None
