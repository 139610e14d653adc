"""How far a connection's folder of e-invoices was delivered.

A multipart upload bears the time of its start, so a drop may appear behind newer ones: a day before
the newest is looked at again. Thousands may lie there. The newest are known each by its token, the
others by how many an hour holds and the sum of their tokens: an hour that no longer fits is read
once more, which adds nothing but what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from connectors.drop_folder import Drop
from connectors.kept_cursor import KeptCursor

OVERLAP = timedelta(days=1)
# Drops that a cursor names each by itself (some 50 bytes a drop); twice as many at a page's end.
_NAMED = 500
# A token is 24 hexadecimal digits; sums of them are kept as long.
_RING = 16**24

Hour = tuple[datetime, int, str]


class Cursor(KeptCursor):
    """``through`` is the stamp of the newest drop, ``delivered`` what the overlap before it holds.

    ``hours`` are those of the overlap whose drops are no longer named: start, how many, and the sum
    of their tokens. All stamps are S3's own (UTC).
    """

    through: datetime | None = None
    delivered: tuple[tuple[datetime, str], ...] = ()
    hours: tuple[Hour, ...] = ()

    @property
    def floor(self) -> datetime | None:
        """The hour in which the overlap begins: what is older was delivered; None at the start."""
        return None if self.through is None else _hour(self.through - OVERLAP)


class Delivery:
    """One pull: which of the ``drops`` of the folder are ``fresh``, and how far it has come."""

    def __init__(self, cursor: Cursor, drops: Iterable[Drop]) -> None:
        self._through = cursor.through
        self._named = {token: at for at, token in cursor.delivered}
        self._hours = {start: (count, int(told, 16)) for start, count, told in cursor.hours}
        floor = cursor.floor
        young = (one for one in drops if floor is None or one.at >= floor)
        unnamed = [one for one in young if one.token not in self._named]
        self._forget(unnamed)
        self.fresh = [one for one in unnamed if _hour(one.at) not in self._hours]

    def take(self, drops: Sequence[Drop]) -> None:
        """These were delivered."""
        for one in drops:
            self._named[one.token] = one.at
            self._through = max(one.at, self._through or one.at)

    def cursor(self) -> Cursor:
        """The cursor behind all that was taken."""
        if self._through is None:
            return Cursor()
        floor = _hour(self._through - OVERLAP)
        named = sorted((at, token) for token, at in self._named.items() if at >= floor)
        if len(named) > 2 * _NAMED:
            self._sum(named[:-_NAMED])
            named = named[-_NAMED:]
        self._named = {token: at for at, token in named}
        self._hours = {at: one for at, one in self._hours.items() if at >= floor}
        hours = [(at, count, f"{told:x}") for at, (count, told) in sorted(self._hours.items())]
        return Cursor(through=self._through, delivered=tuple(named), hours=tuple(hours))

    def _forget(self, unnamed: Sequence[Drop]) -> None:
        """Drop the hours that do not hold what they held, so that they are read again."""
        found = _sums((one.at, one.token) for one in unnamed)
        self._hours = {at: one for at, one in self._hours.items() if found.get(at) == one}

    def _sum(self, named: Iterable[tuple[datetime, str]]) -> None:
        for at, (count, told) in _sums(named).items():
            before, sum_ = self._hours.get(at, (0, 0))
            self._hours[at] = before + count, (sum_ + told) % _RING


def _sums(named: Iterable[tuple[datetime, str]]) -> dict[datetime, tuple[int, int]]:
    """How many drops each hour holds, and the sum of their tokens."""
    found: dict[datetime, tuple[int, int]] = {}
    for at, token in named:
        count, told = found.get(_hour(at), (0, 0))
        found[_hour(at)] = count + 1, (told + int(token, 16)) % _RING
    return found


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
