"""Three ways: whether books, hub and partner say the same of a claim, and who is right if not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from shared.domain.at_partner import NOTHING, handed
from shared.domain.case import Case
from shared.domain.client_money import pots
from shared.domain.events import (
    CaseEvent,
    CreditApplied,
    PaymentAllocated,
    PaymentReversed,
)
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.partner_events import PartnerPaid, PartnerPaidBack
from shared.domain.plan_events import WrittenOff

# What moved here so shortly before a partner's statement had not reached the one who made it.
CROSSING = timedelta(hours=24)
# How long a partner takes to let go of what was taken back.
LET_GO = timedelta(days=7)
# How long the books take to follow a bank that took money back.
FOLLOWED = timedelta(days=7)

State = Literal["agreed", "lag", "drift"]
# books: the hub has not booked what the books state. untold: the partner never heard of money.
# partner: it states another open amount, and nothing explains it. remitted: it paid out more than
# it reported. kept: it has not let go of what was taken back. reversed: a bank took money back that
# the books still count. payout: a remittance that the bank has not shown.
Kind = Literal["books", "untold", "partner", "remitted", "kept", "reversed", "payout"]
Right = Literal["books", "hub", "partner", "unknown"]

_TEXTS: dict[Kind, str] = {
    "books": "the hub has not booked what the books state: it is booked again",
    "untold": "the partner was never told of money that we know of: it is told once more",
    "partner": "the partner states another open amount than ours, and no message explains it",
    "remitted": "the partner paid out more for the claim than it reported as received",
    "kept": "the claim was taken back, and the partner has not let go of it",
    "reversed": "money of the claim went back on the account, and the books have it as paid still",
    "payout": "a remittance is not on the account days after its value date",
}
_RIGHT: dict[Kind, Right] = {
    "books": "books", "untold": "hub", "partner": "unknown", "remitted": "unknown", "kept": "hub",
    "reversed": "unknown", "payout": "unknown",
}  # fmt: skip


class Told(NamedTuple):
    """A message about money that a partner has not got: on its way, or failed."""

    claim: Id
    failed: bool
    amount: Money


class Verdict(Record):
    """What comes of the comparison of one claim.

    ``books``, ``hub`` and ``stated`` are the open principal by each of the three; ``stated`` is as
    of the partner's last statement, None when it never made one. ``amount`` is what is apart: more
    than nothing when the partner, or the books, ask for more than the hub.
    """

    state: State
    kind: Kind | None = None
    amount: Money
    right: Right | None = None
    text: str = ""
    books: Money
    hub: Money
    stated: Money | None = None


class Statement(NamedTuple):
    """What a partner last stated as open, what was open here by the same money, and when."""

    remaining: Money
    ours: Money
    at: datetime


class Side(NamedTuple):
    """What the books say of a claim: the open principal that follows from them for the hub.

    ``stated`` is their own figure. ``waits``: a change of theirs has not been booked yet.
    """

    follows: Money
    stated: Money
    waits: bool


def compare(
    events: Sequence[CaseEvent], case: Case, claim: Id, partner: str, *,
    books: Side, told: Sequence[Told], today: date,
) -> Verdict:  # fmt: skip
    """How the three stand to each other for a claim that a partner (its connection) has or had.

    ``events`` are all of ``case``; ``told`` are messages to this partner that it has not got;
    ``today`` is the creditor's day. The first thing that is apart gives the answer.
    """
    state = case.claims[claim]
    statement = stated(case.id, events, claim, partner) if state.with_partner else None
    same = Verdict(
        state="agreed", amount=Money.zero(case.currency), books=books.stated, hub=state.open,
        stated=None if statement is None else statement.remaining,
    )  # fmt: skip
    mine = [one for one in told if one.claim == claim]
    failed = [one.amount for one in mine if one.failed]
    over = _too_much(events, claim, partner, case.currency)
    if books.follows != state.open:
        apart = books.follows - state.open
        return _lag(same, apart) if books.waits else _drift(same, "books", apart)
    if failed and state.with_partner:
        return _drift(same, "untold", total(failed, case.currency))
    if over:
        return _drift(same, "remitted", over)
    if _kept(case, claim, partner, today):
        return _drift(same, "kept", state.open)
    here = handed(case).get(claim, ("",))[0] == partner
    if here and state.open > books.stated and _not_followed(events, claim, today):
        return _drift(same, "reversed", books.stated - state.open)
    if statement is not None and statement.remaining != statement.ours:
        apart = statement.remaining - statement.ours
        late = mine or _crossed(events, claim, partner, statement, apart)
        return _lag(same, apart) if late else _drift(same, "partner", apart)
    return _lag(same, same.amount) if mine else same


def _lag(same: Verdict, amount: Money) -> Verdict:
    return same.model_copy(update={"state": "lag", "amount": amount})


def _drift(same: Verdict, kind: Kind, amount: Money) -> Verdict:
    said = {"kind": kind, "right": _RIGHT[kind], "text": _TEXTS[kind]}
    return same.model_copy(update={"state": "drift", "amount": amount, **said})


def payout_missing(amount: Money) -> Verdict:
    """A remittance that the bank has not shown in time: nobody has that money for sure."""
    nothing = Money.zero(amount.currency)
    return Verdict(
        state="drift", kind="payout", amount=amount, right="unknown", text=_TEXTS["payout"],
        books=nothing, hub=nothing,
    )  # fmt: skip


def stated(case_id: str, events: Sequence[CaseEvent], claim: Id, partner: str) -> Statement | None:
    """A partner's last statement of what is open of a claim, None without one.

    The last is the one about the latest money. Reports may overtake each other: money that the
    partner had by then counts in ``ours``, whenever its own report came.
    """
    case: Case | None = None
    latest: date | None = None
    found: Statement | None = None
    for number, event in enumerate(events):
        case = Case.replay(case_id, [event], case)
        if not _says(event, claim, partner) or not isinstance(event, PartnerPaid):
            continue
        if event.remaining is None or (latest is not None and event.received < latest):
            continue
        later = _counted(events[number + 1 :], claim, partner, event.received, case.currency)
        latest = event.received
        found = Statement(event.remaining, case.claims[claim].open - later, event.at)
    return found


def _says(event: CaseEvent, claim: Id, partner: str) -> bool:
    return (
        isinstance(event, PartnerPaid | PartnerPaidBack)
        and event.claim == claim
        and event.message.startswith(f"{partner}:")
    )


def _counted(
    later: Sequence[CaseEvent], claim: Id, partner: str, upto: date, currency: str
) -> Money:
    """What reports that came later lowered by money of the days until then."""
    sums = Money.zero(currency)
    for event in later:
        if isinstance(event, PartnerPaid) and _says(event, claim, partner):
            sums += event.principal if event.received <= upto else Money.zero(currency)
        elif isinstance(event, PartnerPaidBack) and _says(event, claim, partner):
            sums -= event.principal if event.on <= upto else Money.zero(currency)
    return sums


def _crossed(
    events: Sequence[CaseEvent], claim: Id, partner: str, statement: Statement, apart: Money
) -> bool:
    """Whether the last movements before a statement that are not its partner's make it up."""
    sums = Money.zero(apart.currency)
    for event in reversed(events):
        lowered = _lowered(event, claim, partner)
        if lowered is None or event.at > statement.at:
            continue
        if statement.at - event.at > CROSSING:
            return False
        sums += lowered
        if sums == apart:
            return True
    return False


def _lowered(event: CaseEvent, claim: Id, partner: str) -> Money | None:
    """By how much a movement that is not this partner's own lowered a claim; None otherwise."""
    match event:
        case PartnerPaid() if event.claim == claim and not _says(event, claim, partner):
            return event.principal
        case PartnerPaidBack() if event.claim == claim and not _says(event, claim, partner):
            return -event.principal
        case PaymentAllocated() | CreditApplied() | WrittenOff() if event.claim == claim:
            return event.amount
        case PaymentReversed() if event.claim == claim:
            return -event.amount
        case _:
            return None


def _too_much(events: Sequence[CaseEvent], claim: Id, partner: str, currency: str) -> Money:
    """What a partner paid out of a claim beyond what it reported for it; zero when it did not."""
    nothing = Money.zero(currency)
    mine = [pot for (name, _), pot in pots(events, partner).items() if name == claim]
    return total([max(nothing, -pot.held) for pot in mine], currency)


def _not_followed(events: Sequence[CaseEvent], claim: Id, today: date) -> bool:
    """Whether money went back so long ago that the books, which have not followed, never will.

    The books may count another payment, which was taken for the very one that went back.
    """
    gone = [one.at for one in events if isinstance(one, PaymentReversed) and one.claim == claim]
    return bool(gone) and today - max(gone).date() > FOLLOWED


def _kept(case: Case, claim: Id, partner: str, today: date) -> bool:
    recalls = (case.at_partner or NOTHING).recalls.values()
    return any(
        claim in one.waits_for and one.partner == partner and today - one.on > LET_GO
        for one in recalls
    )
