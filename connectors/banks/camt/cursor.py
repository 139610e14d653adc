"""How far a connection's inbox was delivered, and what its files have proven so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import ValidationError

from connectors.banks.camt.settings import Account
from connectors.banks.camt.standing import Standing
from connectors.drop_folder import Drop
from shared.domain.explain import Record
from shared.errors import Unreadable

# A multipart upload bears the time of its start, so a drop may appear behind newer ones.
OVERLAP = timedelta(days=1)
_MOST_ASIDE = 500


class Cursor(Record):
    """``through`` is the stamp of the newest drop, ``delivered`` what the overlap before it holds.

    ``part`` is a drop of which so many movements are durable already; ``aside`` are drops that
    were refused: while one of them lies in the inbox, nothing new is complete.
    """

    through: datetime | None = None
    delivered: tuple[tuple[datetime, str], ...] = ()
    part: tuple[str, int] | None = None
    aside: tuple[str, ...] = ()
    accounts: dict[str, Standing] = {}

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """The stored cursor, a new one for None. Raises ``Unreadable``."""
        if text is None:
            return cls()
        try:
            state = cls.model_validate_json(text)
        except ValidationError:
            state = None
        if state is None:
            raise Unreadable("the cursor is malformed")
        return state

    def text(self) -> str:
        """The form in which it is stored."""
        return self.model_dump_json(exclude_defaults=True)

    def is_new(self, drop: Drop) -> bool:
        """Whether a drop was not delivered yet."""
        young = self.through is None or drop.at > self.through - OVERLAP
        return young and (drop.at, drop.token) not in self.delivered

    def done_of(self, drop: Drop) -> int:
        """How many of a drop's movements are durable already."""
        return self.part[1] if self.part is not None and self.part[0] == drop.token else 0

    def partly(self, drop: Drop, movements: int) -> Cursor:
        """The cursor within a drop."""
        return self.model_copy(update={"part": (drop.token, movements)})

    def after(self, drop: Drop) -> Cursor:
        """The cursor behind a drop."""
        through = max(drop.at, self.through or drop.at)
        kept = tuple(entry for entry in self.delivered if entry[0] > through - OVERLAP)
        return self.model_copy(
            update={
                "through": through,
                "delivered": (*kept, (drop.at, drop.token)),
                "part": None,
            }
        )

    def refused(self, drop: Drop) -> Cursor:
        """The cursor behind a drop that was put aside."""
        aside = (*self.aside, drop.token)[-_MOST_ASIDE:]
        return self.after(drop).model_copy(update={"aside": aside})

    def lying(self, drops: Iterable[Drop]) -> Cursor:
        """The cursor without refused drops that a person took away or replaced."""
        there = {drop.token for drop in drops}
        aside = tuple(token for token in self.aside if token in there)
        return self if aside == self.aside else self.model_copy(update={"aside": aside})

    def complete_through(self, accounts: Iterable[Account], now: datetime) -> datetime | None:
        """The instant (UTC) through which all accounts are complete, None when one is not known."""
        if self.aside:
            return None
        ends = [
            self.accounts.get(one.account, Standing()).complete_through(one) for one in accounts
        ]
        known = [end for end in ends if end is not None]
        return min((*known, now)) if len(known) == len(ends) else None
