"""What a payer sees of one claim: its sums on any day, how they arose, and what may be paid now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.domain.at_partner import handed
from shared.domain.calendar import next_banking_day
from shared.domain.case import Case, ClaimState
from shared.domain.debtor import Debtor
from shared.domain.demand import demands
from shared.domain.dispute import left_alone
from shared.domain.explain import Record
from shared.domain.fold_states import states_of
from shared.domain.interest import PER_CENT_YEAR, Interest, Segment
from shared.domain.lawpack import LawPack
from shared.domain.ledger import Position
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.payable import payable
from shared.errors import Refused

Standing = Literal["paid", "with_partner", "contested", "late", "due_later"]


class Charge(Record):
    """A reminder fee: of which notice's day, under which section of the law."""

    amount: Money
    on: date
    section: str


class Accrual(Record):
    """Days with one rate (per cent a year) and one principal, and the interest of them.

    The amounts of a claim add up to its interest, which is rounded once.
    """

    first: date
    last: date
    days: int
    rate: str
    principal: Money
    amount: Money


class PayerClaim(Record):
    """One claim as its payer sees it on a day ``on`` that may lie ahead; nothing is negative.

    ``asked`` is the principal that is asked for, ``contested`` what is left alone. ``interest`` and
    ``fees`` are what is owed of them then, ``per_day`` what one more day adds, ``unknown_from`` the
    day from which no rate is known yet (None: all are). ``total`` is all that is asked for then.
    ``now`` is what may be paid today (None: nothing, and ``why_not`` says why); ``partner`` the
    connection of who has the claim.
    """

    id: Id
    number: str
    reference: str | None
    issued: date
    due: date
    standing: Standing
    invoiced: Money
    paid: Money
    credited: Money
    let_go: Money
    contested: Money
    asked: Money
    interest: Money
    accruals: tuple[Accrual, ...]
    per_day: Money | None
    interest_section: str
    unknown_from: date | None
    fees: Money
    charges: tuple[Charge, ...]
    compensation: Money | None
    compensation_section: str
    total: Money
    now: Money | None
    why_not: str
    partner: str | None

    def is_due(self, today: date) -> bool:
        """Whether its due date has come by a day."""
        return self.due <= today

    @property
    def extras_paid(self) -> Money:
        """What of interest and fees that arose was paid or let go by that day."""
        arose = Money.zero(self.asked.currency)
        for accrual in self.accruals:
            arose += accrual.amount
        for charge in self.charges:
            arose += charge.amount
        return max(Money.zero(arose.currency), arose - self.interest - self.fees)


def claims(
    case: Case,
    law: LawPack,
    today: date,
    on: date,
    netted: Mapping[str, Money],
    debtor: Debtor,
) -> tuple[PayerClaim, ...]:
    """Every claim of a case, the open ones first, in the order of their due dates.

    ``today`` is the creditor's day, ``on`` the day for which sums are shown.
    """
    names = [state.claim.id for state in sorted(case.claims.values(), key=_order)]
    found = demands(case, law, on, names, netted)
    made = []
    for name in names:
        try:
            now, why_not = payable(case, law, today, name, netted, debtor), ""
        except Refused as no:
            now, why_not = None, no.code
        made.append(_claim(case, law, name, found[name], on, (now, why_not)))
    return tuple(made)


def _claim(
    case: Case, law: LawPack, name: str, position: Position, on: date, now: tuple[Money | None, str]
) -> PayerClaim:
    state = case.claims[name]
    claim, nothing = state.claim, Money.zero(state.open.currency)
    late = next_banking_day(case.law, claim.due) < on
    contested = left_alone(states_of(case).disputes.values(), state)
    let_go = max(nothing, state.lowered_by("write_off"))
    return PayerClaim(
        id=name, number=claim.number, reference=claim.reference,
        issued=claim.issued, due=claim.due,
        standing=_standing(state, contested, late=late),
        invoiced=claim.total,
        paid=max(nothing, claim.total - state.open - state.credited - let_go),
        credited=max(nothing, state.credited), let_go=let_go, contested=contested,
        asked=position.open,
        interest=position.interest_due if late else nothing,
        accruals=_accruals(position.interest) if late else (),
        per_day=_per_day(position.interest, on) if late else None,
        interest_section=_section(position.interest),
        unknown_from=position.interest.unknown_from if late else None,
        fees=position.fees,
        charges=_charges(case, law, name),
        compensation=position.compensation if late else None,
        compensation_section=_compensation_section(position),
        total=position.total if late else position.open + position.fees,
        now=now[0], why_not=now[1], partner=handed(case).get(name, (None,))[0],
    )  # fmt: skip


def _order(state: ClaimState) -> tuple[bool, date, str]:
    return not state.open, state.claim.due, state.claim.id


def _standing(state: ClaimState, contested: Money, *, late: bool) -> Standing:
    if state.with_partner:
        return "with_partner"
    if not state.open:
        return "paid"
    if contested >= state.open:
        return "contested"
    return "late" if late else "due_later"


def _accruals(interest: Interest) -> tuple[Accrual, ...]:
    """The segments with their sums; the last one takes the odd cents, so that they add up."""
    found, left = list[Accrual](), interest.total
    for one in interest.segments:
        amount = Money.round(one.exact, left.currency)
        amount = left if one is interest.segments[-1] else min(amount, left)
        left -= amount
        found.append(
            Accrual(
                first=one.from_, last=one.to, days=one.days, rate=str(one.rate),
                principal=one.principal, amount=amount,
            )
        )  # fmt: skip
    return tuple(found)


def _per_day(interest: Interest, on: date) -> Money | None:
    """What one day adds on the principal and at the rate of the day; None while nothing accrues."""
    last: Segment | None = interest.segments[-1] if interest.segments else None
    if last is None or last.to != on or interest.unknown_from is not None:
        return None
    exact = last.principal.amount * last.rate / PER_CENT_YEAR[interest.day_count]
    return Money.round(exact, last.principal.currency) or None


def _charges(case: Case, law: LawPack, name: str) -> tuple[Charge, ...]:
    sections = {rule.id: rule.section for rules in law.fees.values() for rule in rules}
    return tuple(
        Charge(
            amount=one.fee, on=one.on or one.intended_on,
            section=_plain(sections.get(one.fee_rule or "", "")),
        )
        for one in case.notices.values()
        if one.fee and one.fee_claim == name and one.given and not one.fee_credited
    )  # fmt: skip


def _section(interest: Interest) -> str:
    return _plain(interest.because[0].section) if interest.because else ""


def _compensation_section(position: Position) -> str:
    claimed = position.claimed
    there = position.compensation and claimed and claimed.because
    return _plain(claimed.because[0].section) if claimed and there else ""


def _plain(section: str) -> str:
    """A section without the pack's remarks on editions."""
    return re.split(r" \(|;", section)[0]
