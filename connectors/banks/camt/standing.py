"""What is known of the accounts so far, and through which instant their payments are complete."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from connectors.banks.camt.chain import Chain
from connectors.banks.camt.settings import ZONES, Account, Kind
from connectors.banks.camt.statement import Proven
from connectors.banks.camt.values import end_of
from shared.domain.explain import Record, content_hash

# Days whose sums are kept: agreed ones only as long as a late file might still change them.
_LATE = timedelta(days=14)
_MOST_DAYS = 400
_DIFFER = "statements and notifications of this day do not show the same credits"


class Day(Record):
    """The booked credits of a day: each message's sum by a short name of the message."""

    statements: dict[str, str] = {}
    notifications: dict[str, str] = {}

    def told(self, kind: Kind, message: str, sum_: Decimal) -> Day:
        """The day as one more message, or a newer copy of it, shows it."""
        if kind == "camt.053":
            return self.model_copy(update={"statements": {**self.statements, message: str(sum_)}})
        return self.model_copy(update={"notifications": {**self.notifications, message: str(sum_)}})

    @property
    def agreed(self) -> bool:
        """Whether both kinds of message show the same credits."""
        return _total(self.statements) == _total(self.notifications)


class Standing(Record):
    """One account: its statements, its notifications, and the days that they speak of."""

    statements: Chain = Chain()
    notifications: Chain = Chain()
    days: dict[date, Day] = {}
    since: date | None = None

    def after(self, proven: Proven, account: Account, *, again: bool) -> tuple[Standing, list[str]]:
        """The account with one more statement, and what is to be told of it.

        ``again``: it is a copy or a correction, so that it may be known.
        """
        name = "statements" if proven.kind == "camt.053" else "notifications"
        chain: Chain = getattr(self, name)
        if not account.numbered:
            chain = chain.unnumbered()
        chain, told = chain.add(proven.link, again=again)
        changed = {name: chain, **(_days(self, proven) if _compares(account) else {})}
        grown = _pruned(self.model_copy(update=changed))
        old = proven.kind == "camt.053" and _old_doubt(grown, account)
        return grown, [text for text in (told, _DIFFER if old else "") if text]

    def complete_through(self, account: Account) -> datetime | None:
        """The instant (UTC) through which every payment of the account has been seen.

        Where camt.054 brings the payments, a statement proves a day once both show the same
        credits; an account whose statements never come has the notifications' own word alone.
        """
        if account.details == "camt.053":
            return self.statements.through
        if self.statements.last is None:
            return self.notifications.through
        through, doubt = self.statements.through, _doubt(self, account)
        if through is None or doubt is None:
            return through
        return min(through, _start_of(doubt, account))


def _compares(account: Account) -> bool:
    return account.details == "camt.054" and account.compare_sums


def _days(standing: Standing, proven: Proven) -> dict[str, object]:
    """The days with one more message, and the first day of which notifications have spoken."""
    message = content_hash({"id": proven.link.statement, "page": proven.link.page})[:12]
    days = dict(standing.days)
    for when, sum_ in proven.credits.items():
        days[when] = days.get(when, Day()).told(proven.kind, message, sum_)
    since = standing.since
    if since is None and proven.kind == "camt.054":
        since = min(proven.credits, default=None)
    return {"days": days, "since": since}


def _doubt(standing: Standing, account: Account) -> date | None:
    """The first day of which a statement has spoken and on which the sums differ.

    What was before the first notification was before this connection.
    """
    through, since = standing.statements.through, standing.since
    if through is None or not _compares(account):
        return None
    return min(
        (
            when
            for when, day in standing.days.items()
            if not day.agreed
            and (since is None or when >= since)
            and end_of(when, ZONES[account.country]) <= through
        ),
        default=None,
    )


def _old_doubt(standing: Standing, account: Account) -> bool:
    """Whether a day is in doubt though another statement has come after it."""
    doubt, through = _doubt(standing, account), standing.statements.through
    if doubt is None or through is None:
        return False
    return end_of(doubt + timedelta(days=1), ZONES[account.country]) <= through


def _start_of(day: date, account: Account) -> datetime:
    return end_of(day - timedelta(days=1), ZONES[account.country])


def _pruned(standing: Standing) -> Standing:
    """Without days that are settled; of those in doubt the oldest are never forgotten."""
    through = standing.statements.through or standing.notifications.through
    if through is None:
        return standing
    old = (through - _LATE).date()
    doubtful = standing.statements.last is not None
    kept = [
        (when, day)
        for when, day in sorted(standing.days.items())
        if when >= old or (doubtful and not day.agreed)
    ]
    return standing.model_copy(update={"days": dict(kept[:_MOST_DAYS])})


def _total(sums: dict[str, str]) -> Decimal:
    return sum((Decimal(each) for each in sums.values()), Decimal(0))
