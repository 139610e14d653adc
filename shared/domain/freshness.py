"""Freshness: whether each source is known as far as it can be, so that a debtor may be touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator

from shared.domain.calendar import is_banking_day
from shared.domain.explain import Record

Family = Literal["erp", "payments", "banks"]

# Why a source is not fresh. ``unread``: something new is there or was asked for, and is not read.
# ``matching``: it was read, and nobody knows yet whose claims the money that it brought is for.
Why = Literal[
    "not_enabled", "never_read", "read_too_long_ago", "unread", "statement_missing",
    "no_bank_calendar", "suspicious", "no_money_feed", "matching",
]  # fmt: skip

ConnectionId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]

# A bank promises its statements by the clock of its own country.
_ZONES = {
    "FI": "Europe/Helsinki",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen",
    "DE": "Europe/Berlin",
    "NL": "Europe/Amsterdam",
    "EE": "Europe/Tallinn",
}
_DAY = timedelta(days=1)


class Promise(Record):
    """When the statement of a banking day is there.

    It comes on the ``clearing_days``-th banking day of ``country`` after it (0: on the day itself)
    by ``by_hour`` o'clock, in that country's zone.
    """

    country: str = Field(pattern=r"^[A-Z]{2}$")
    by_hour: int = Field(default=9, ge=0, le=23)
    clearing_days: int = Field(default=1, ge=0, le=5)

    @field_validator("country")
    @classmethod
    def _has_calendar(cls, country: str) -> str:
        if country not in _ZONES:
            raise ValueError("no calendar of banking days for this country")
        return country


class Gate(Record):
    """What a creditor asks of its sources before any debtor is touched; the defaults are safe.

    ``banks`` says by connection when a bank's statements are there; a bank that it does not name
    keeps :class:`Promise`'s hours in the creditor's country. ``ignored`` names money feeds that no
    touch waits for. A statement may be ``grace_bank_days`` later than promised.
    ``erp_is_the_bank``: with no money feed connected, the ERP's own reconciliation with the bank is
    believed; without it nobody is touched until a bank or provider is connected.
    """

    banks: dict[ConnectionId, Promise] = Field(default={}, max_length=100)
    ignored: tuple[ConnectionId, ...] = Field(default=(), max_length=100)
    grace_bank_days: int = Field(default=0, ge=0, le=5)
    erp_is_the_bank: bool = True


class Source(Record):
    """What is known of one feed.

    ``read_at`` is when its last complete read began, good for ``window_minutes``;
    ``complete_through`` is the instant (UTC) up to which it proves to hold everything;
    ``wanted_at`` is when somebody learned that there is more to read. ``suspicious`` is the word
    for what was odd about what it brought, None when nothing was. ``matching_since`` is set while
    money that it brought may not have found its claims yet. ``countries`` are those of a bank's
    accounts, as far as its settings say. ``says_who_paid`` is false for books that know what was
    invoiced and nothing of payments.
    """

    connection: str
    family: Family
    state: str
    read_at: AwareDatetime | None = None
    window_minutes: int = 60
    complete_through: AwareDatetime | None = None
    wanted_at: AwareDatetime | None = None
    suspicious: str | None = None
    matching_since: AwareDatetime | None = None
    countries: tuple[str, ...] = ()
    says_who_paid: bool = True


class Stale(Record):
    """A source that a touch waits for.

    ``since`` is when it ceased to be fresh (None: it never was), ``until`` the instant at which it
    is next promised to say more (None: as soon as it is read).
    """

    connection: str
    family: Family
    why: Why
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    read_at: AwareDatetime | None = None
    complete_through: AwareDatetime | None = None


def waits(
    books: Source, feeds: Sequence[Source], gate: Gate, country: str, now: datetime
) -> tuple[Stale, ...]:
    """The sources that a case waits for before it may touch anybody; none when all are fresh.

    ``books`` is the ERP that the case comes from, ``feeds`` are the creditor's money feeds, and
    ``country`` the creditor's (ISO 3166-1 alpha-2). Books that do not say who paid need a bank that
    is not ignored, whatever the gate believes.
    """
    found = [stale(books, now), *(feed_stale(feed, gate, country, now) for feed in feeds)]
    bank = any(one.family == "banks" and one.connection not in gate.ignored for one in feeds)
    believed = bool(feeds) or gate.erp_is_the_bank
    if not (believed if books.says_who_paid else bank):
        found.append(Stale(connection="", family="banks", why="no_money_feed"))
    return tuple(one for one in found if one is not None)


def feed_stale(feed: Source, gate: Gate, country: str, now: datetime) -> Stale | None:
    """Why a money feed is not fresh by what the creditor asks of it, or None.

    A bank whose hours the creditor has not said keeps the usual ones of each of its countries.
    """
    if feed.connection in gate.ignored:
        return None
    said = gate.banks.get(feed.connection)
    promises = [said] if said else [_usual(one) for one in feed.countries or (country,)]
    for promise in promises:
        found = stale(feed, now, promise, gate.grace_bank_days)
        if found is not None:
            return found
    return None


def stale(
    source: Source, now: datetime, promise: Promise | None = None, grace_bank_days: int = 0
) -> Stale | None:
    """Why a source is not fresh at ``now``, or None.

    An API or a provider is fresh when it was read completely within its window; a bank when it is
    complete through the last banking day whose statement was promised by now.
    """
    if source.state != "enabled":
        return _said(source, "not_enabled")
    if source.suspicious:
        return _said(source, "suspicious", since=source.read_at)
    read = source.read_at
    if read is None:
        return _said(source, "never_read")
    if source.wanted_at is not None and source.wanted_at > read:
        return _said(source, "unread", since=source.wanted_at)
    if source.family == "banks":
        found = _bank(source, now, promise, grace_bank_days)
    else:
        ends = read + timedelta(minutes=source.window_minutes)
        found = _said(source, "read_too_long_ago", since=ends) if now > ends else None
    if found is None and source.matching_since is not None:
        return _said(source, "matching", since=source.matching_since)
    return found


def promised_day(promise: Promise, now: datetime, grace_bank_days: int = 0) -> date:
    """The last banking day whose statement is there at ``now`` when the bank keeps its word.

    >>> from datetime import UTC
    >>> promised_day(Promise(country="FI"), datetime(2026, 3, 16, 8, tzinfo=UTC))  # a Monday
    datetime.date(2026, 3, 13)
    """
    local = now.astimezone(ZoneInfo(_ZONES[promise.country]))
    day = local.date() if local.hour >= promise.by_hour else local.date() - _DAY
    while not is_banking_day(promise.country, day):
        day -= _DAY
    return _banking_days_before(promise.country, day, promise.clearing_days + grace_bank_days)


def next_promise(promise: Promise, now: datetime) -> datetime:
    """The next instant after ``now`` at which a statement is due."""
    zone = ZoneInfo(_ZONES[promise.country])
    day = now.astimezone(zone).date()
    while True:
        due = datetime.combine(day, time(promise.by_hour), tzinfo=zone)
        if due > now and is_banking_day(promise.country, day):
            return due
        day += _DAY


def covered_day(country: str, complete_through: datetime) -> date:
    """The last whole calendar day, in a country's zone, that a feed is complete through.

    A day's last minute is its end, as banks write it.

    >>> from datetime import UTC
    >>> covered_day("FI", datetime(2026, 3, 13, 21, 59, 59, tzinfo=UTC))  # its last second
    datetime.date(2026, 3, 13)
    """
    zone = ZoneInfo(_ZONES[country])
    return (complete_through + timedelta(minutes=1)).astimezone(zone).date() - _DAY


def _usual(country: str) -> Promise | None:
    """What a bank of a country is taken to promise; None for a country without a calendar."""
    return Promise(country=country) if country in _ZONES else None


def _bank(
    source: Source, now: datetime, promise: Promise | None, grace_bank_days: int
) -> Stale | None:
    if promise is None:
        return _said(source, "no_bank_calendar")
    until = next_promise(promise, now)
    if source.complete_through is None:
        return _said(source, "statement_missing", until=until)
    covered = covered_day(promise.country, source.complete_through)
    if covered >= promised_day(promise, now, grace_bank_days):
        return None
    since = _promised_at(promise, covered, grace_bank_days)
    return _said(source, "statement_missing", since=since, until=until)


def _promised_at(promise: Promise, covered: date, grace_bank_days: int) -> datetime:
    """When the statement of the first banking day after ``covered`` was promised."""
    day = covered + _DAY
    left = promise.clearing_days + grace_bank_days
    while not is_banking_day(promise.country, day) or left:
        left -= is_banking_day(promise.country, day)
        day += _DAY
    return datetime.combine(day, time(promise.by_hour), ZoneInfo(_ZONES[promise.country]))


def _banking_days_before(country: str, day: date, n: int) -> date:
    for _ in range(n):
        day -= _DAY
        while not is_banking_day(country, day):
            day -= _DAY
    return day


def _said(
    source: Source, why: Why, since: datetime | None = None, until: datetime | None = None
) -> Stale:
    return Stale(
        connection=source.connection,
        family=source.family,
        why=why,
        since=since,
        until=until,
        read_at=source.read_at,
        complete_through=source.complete_through,
    )
