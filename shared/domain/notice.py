"""What a reminder says about a case: the letter's input from case, decision and parties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, cast

from shared.domain.calendar import next_banking_day
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.decisions import Remind
from shared.domain.dispute import left_alone
from shared.domain.explain import Record
from shared.domain.formats import Language, choose_languages
from shared.domain.instalments import late_shares, missed_of
from shared.domain.ledger import Position
from shared.domain.letter_input import (
    CHARGES,
    DUE_SOON,
    INSTALMENT,
    LetterAccount,
    LetterCreditor,
    LetterDebtor,
    LetterInput,
    LetterItem,
    LetterPlan,
    LetterTotals,
    NextStep,
)
from shared.domain.model import Party
from shared.domain.money import Money, total
from shared.domain.policy import Tone

_NEXT: Mapping[str, NextStep] = {"remind": "reminder", "hand_over": "hand_over"}


class Wishes(Record):
    """What a letter is to be like: its agreed ``languages`` (tags), the first that counts first.

    ``collective`` is one payment reference for the whole sum, ``page`` the address of the payer's
    own page (None: it is told of none).
    """

    languages: tuple[str | None, ...] = ()
    collective: str | None = None
    page: str | None = None


NO_WISHES: Final = Wishes()


def letter_for(
    case: Case,
    decision: Remind,
    creditor: Creditor,
    party: Party,
    positions: Mapping[str, Position],
    today: date,
    wishes: Wishes = NO_WISHES,
) -> LetterInput:
    """The input of the letter of a reminder, with every claim of the contact and its own state.

    ``positions`` holds the position of each claim of the contact on ``today`` (creditor's zone).
    """
    items = tuple(
        _item(case, claim, decision, positions[claim], today)
        for claim in (*decision.claims, *decision.also)
    )
    due_items = [item for item in items if not item.not_due]
    until, rate_unknown = _interest_reach(case, decision, positions, today)
    if decision.letter in {DUE_SOON, INSTALMENT}:
        until, rate_unknown = None, False
    if decision.letter == CHARGES:
        until = max((one.interest_to for one in items if one.interest_to), default=None)
    references = {case.claims[claim].claim.reference for claim in decision.claims or decision.also}
    language, *second = languages_of(party, creditor, wishes.languages)
    next_step = _NEXT.get(decision.next_action, "none")
    return LetterInput(
        letter=decision.letter,
        language=language,
        second_language=second[0] if second else None,
        tone=cast("Tone", decision.tone),
        capacity=case.capacity,
        law=case.law,
        creditor=letter_creditor(creditor),
        debtor=LetterDebtor(name=party.name, customer_number=party.customer_number or ""),
        items=items,
        totals=_totals(due_items, case.currency),
        interest_until=until,
        interest_open=rate_unknown,
        today=today,
        deadline=decision.deadline,
        account=letter_account(creditor, case.currency),
        reference=wishes.collective or _own(references, due_items),
        compensation_section=_section(positions.values()),
        acts_are_free=any(_stopped(case, claim) for claim in decision.claims or decision.also),
        next_step=next_step,
        next_step_on=decision.next_on if next_step != "none" else None,
        next_step_for=_named(case, decision),
        plan=_plan(case, decision, today),
        page=wishes.page,
    )


def _named(case: Case, decision: Remind) -> tuple[str, ...]:
    """The invoices that go to the partner next, where the letter asks for others too."""
    if set(decision.announces) >= set(decision.claims):
        return ()
    return tuple(case.claims[claim].claim.number for claim in decision.announces)


def languages_of(
    party: Party, creditor: Creditor, wishes: tuple[str | None, ...] = ()
) -> tuple[Language, ...]:
    """The agreed or the customer's language where the hub writes it, else the creditor's or both.

    What was agreed in a language without a letter does not hide the customer's own. A creditor
    whose own language has no letter writes English.
    """
    own = choose_languages([creditor.language], ("en",))
    return choose_languages([*wishes, party.language], creditor.bilingual or own)


def _own(references: set[str | None], due: list[LetterItem]) -> str | None:
    """The invoice's own reference, where the letter asks for one invoice."""
    return references.pop() if len(references) == 1 and len(due) == 1 else None


def letter_creditor(creditor: Creditor) -> LetterCreditor:
    """The creditor as its letters name it."""
    address = creditor.address
    return LetterCreditor(
        name=creditor.name,
        business_id=creditor.business_id,
        lines=_lines(address.lines, address.postal_code, address.city),
        email=creditor.email,
        phone=creditor.phone or "",
        country=creditor.country,
    )


def letter_account(creditor: Creditor, currency: str) -> LetterAccount:
    """Where a letter in a currency (ISO 4217) directs money; empty where no account takes it."""
    account = creditor.account_for(currency)
    if account is None:
        return LetterAccount()
    return LetterAccount(iban=account.iban, bic=account.bic or "", giro=creditor.giro(account))


def _interest_reach(
    case: Case, decision: Remind, positions: Mapping[str, Position], today: date
) -> tuple[date | None, bool]:
    """Until when the stated interest reaches, and whether the rate after that is not known.

    Where no rate is known at all, the letter names no day, only that statutory interest is added.
    """
    gaps = [
        (gap, case.claims[claim].claim.due)
        for claim in (*decision.claims, *decision.also)
        if (gap := positions[claim].interest.unknown_from) is not None
    ]
    if not gaps:
        return today, False
    gap, due = min(gaps)
    until = gap - timedelta(days=1)
    return (until if until > due else None), True


def _item(
    case: Case, claim_id: str, decision: Remind, position: Position, today: date
) -> LetterItem:
    claim = case.claims[claim_id].claim
    zero = Money.zero(case.currency)
    effective = next_banking_day(case.law, claim.due)
    soon = decision.letter == DUE_SOON
    late = effective < today
    # Of a plan it is the instalment that is late, whenever the invoice itself falls due.
    of_plan = decision.letter == INSTALMENT
    not_due = not of_plan and (claim_id not in decision.claims if soon else not late)
    fee_now = decision.fee if decision.fee and decision.fee_claim == claim_id else zero
    charges, segments = decision.letter == CHARGES, position.interest.segments
    return LetterItem(
        number=claim.number,
        issued=claim.issued,
        due=claim.due,
        total=claim.total,
        open=position.open,
        interest=position.interest_due if late else zero,
        fee_now=fee_now,
        fees_before=zero if soon else position.fees,
        days_late=0 if charges or of_plan else max(0, (today - effective).days),
        not_due=not_due,
        reference=claim.reference,
        disputed=_disputed(case, claim_id),
        later=_later(case, claim_id, decision),
        compensation=position.compensation if late else None,
        pay_by=effective if soon else None,
        interest_from=segments[0].from_ if charges and segments else None,
        interest_to=segments[-1].to if charges and segments else None,
        charged_on=_charged_on(case, claim_id) if charges else (),
    )


def _charged_on(case: Case, claim: str) -> tuple[date, ...]:
    """The days of the letters whose fees a claim still bears."""
    return tuple(
        one.on or one.intended_on
        for one in case.notices.values()
        if one.fee_claim == claim and one.fee and one.given and not one.fee_credited
    )


def _plan(case: Case, decision: Remind, today: date) -> LetterPlan | None:
    """The missed instalment that the letter is about; None for any other letter."""
    plan = missed_of(case, decision)
    if plan is None or plan.missed is None:
        return None
    due = plan.instalments[plan.missed - 1].due
    owed = {name: case.claims[name].open for name in plan.claims}
    others = [left for name, left in owed.items() if name not in decision.also]
    return LetterPlan(
        number=plan.missed,
        count=len(plan.instalments),
        due=due,
        days_late=max(0, (today - next_banking_day(case.law, due)).days),
        amount=plan.asked(case.claims, plan.missed),
        rest=total(list(owed.values()), case.currency),
        others=total(others, case.currency) or None,
        on_broken=plan.on_broken,
    )


def _later(case: Case, claim: str, decision: Remind) -> Money | None:
    """What of a claim the reminder of an instalment does not ask for."""
    late = late_shares(case, decision)
    return case.claims[claim].open - late[claim] or None if late else None


def _section(positions: Iterable[Position]) -> str:
    """Where the law gives the compensation, without the pack's remarks on editions."""
    bases = (
        one.claimed.because[0].section for one in positions if one.compensation and one.claimed
    )
    return re.split(r" \(|;", next(bases, ""))[0]


def _stopped(case: Case, claim: str) -> bool:
    return case.states is not None and case.states.stopped_since(claim) is not None


def _disputed(case: Case, claim: str) -> Money | None:
    if case.states is None:
        return None
    return left_alone(case.states.disputes.values(), case.claims[claim]) or None


def _totals(items: list[LetterItem], currency: str) -> LetterTotals:
    principal = total([item.open for item in items], currency)
    interest = total([item.interest for item in items], currency)
    fees = total([item.fee_now + item.fees_before for item in items], currency)
    fixed = total([item.compensation for item in items if item.compensation], currency)
    return LetterTotals(
        principal=principal,
        interest=interest,
        fees=fees,
        due=principal + interest + fees + fixed,
        compensation=fixed or None,
    )


def _lines(lines: tuple[str, ...], postal_code: str, city: str) -> tuple[str, ...]:
    return (*lines, f"{postal_code} {city}".strip())
