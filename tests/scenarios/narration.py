"""Narration: how an event or a decision of a case is told in one plain line or a few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from shared.domain.answers import SETTLED
from shared.domain.case import Case
from shared.domain.decisions import Remind
from shared.domain.demand import asked_for
from shared.domain.events import (
    CaseClosed,
    CaseEvent,
    DueMoved,
    FeeCredited,
    Held,
    PaymentReversed,
    PersonAnswered,
    PersonAsked,
    Released,
    ResidualSettled,
)
from shared.domain.first_day_events import NoticeImported
from shared.domain.law import LawPack
from shared.domain.letter_input import CHARGES
from shared.domain.money import Money
from shared.domain.plan_events import (
    InstalmentMissed,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.state_events import (
    CircumstanceEnded,
    CircumstanceNoted,
    DisputeAnswered,
    Disputed,
    DisputeSettled,
    StopRequested,
)

MARGIN = " " * 16


def told(day: date) -> str:
    """A day as every line begins: its weekday tells why something waits."""
    return day.strftime("%a %Y-%m-%d")


def lines(case: Case, event: CaseEvent) -> Iterator[str]:
    """What an event says, the case being as it is after it; nothing for what is told elsewhere."""
    say = _LINES.get(type(event))
    if say is not None:
        yield say(case, event)
    for one in event.instalments if isinstance(event, PlanProposed) else ():
        yield f"{MARGIN}{told(one.due)}  {one.amount}"


def of_contact(case: Case, contact: Remind, law: LawPack, on: date) -> Iterator[str]:
    """A reminder: what it demands, its fee with the statute, its payment date, what follows."""
    asked = asked_for(case, law, on, contact)
    about = contact.claims or contact.also
    parts = [f"{_name(case, one)} ({asked[one].open})" for one in about if one in asked]
    what = "reminder of" if contact.claims else "word about the instalment:"
    if contact.letter == "due_soon":
        what = "word before the due date of"
    if contact.letter == CHARGES:
        what = "letter for what is left beside"
        parts = [
            f"{_name(case, one)} (interest {asked[one].interest_due}, fees {asked[one].costs})"
            for one in about
        ]
    yield f"{contact.tone} {what} {', '.join(parts)}"
    yield from _of_fee(contact)
    yield f"{MARGIN}to be paid by {told(contact.deadline)}"
    if contact.next_on:
        yield f"{MARGIN}then {contact.next_action}, not before {told(contact.next_on)}"


def _of_fee(contact: Remind) -> Iterator[str]:
    if contact.fee:
        section = next(one.section for one in contact.because if one.rule == contact.fee_rule)
        yield f"{MARGIN}fee {contact.fee} by {section}"
        return
    # The last reason is that of the payment date; rules of the house say nothing about fees.
    for reason in contact.because[:-1]:
        if not reason.rule.startswith(("hub.", "policy.")):
            yield f"{MARGIN}no fee: {reason.text} ({reason.section})"
        elif reason.text.startswith("no fee"):
            yield f"{MARGIN}{reason.text}"


def named(case: Case, claims: tuple[str, ...]) -> str:
    """Claims by their invoices' numbers, each with what is open of it."""
    states = [case.claims[name] for name in claims]
    return ", ".join(f"{state.claim.number} ({state.open})" for state in states)


def _name(case: Case, claim: str | None) -> str:
    return "the whole case" if claim is None else case.claims[claim].claim.number


def _until(day: date | None) -> str:
    return f"to {told(day)}" if day else "until somebody ends it"


def _rest(day: date | None) -> str:
    return f"; no step before {told(day)}" if day else ""


def _number(text: str | None) -> str:
    return f", {text}" if text else ""


def _fee(fee: Money | None) -> str:
    return f", with a fee of {fee}" if fee else ""


_LINES: Mapping[type, Callable[[Case, Any], str]] = {
    ResidualSettled: lambda case, one: (
        f"of {_name(case, one.claim)} {one.total} is left: {one.becomes.replace('_', ' ')}"
    ),
    Held: lambda case, one: f"{_name(case, one.claim)} is on hold, {_until(one.until)}",
    Released: lambda _, __: "the hold ends",
    FeeCredited: lambda _, one: f"the fee of {one.amount} is taken back",
    PaymentReversed: lambda case, one: (
        f"{one.amount} of {_name(case, one.claim)} is taken back; "
        f"{case.claims[one.claim].open} is open again"
    ),
    DueMoved: lambda case, one: f"{_name(case, one.claim)} is due on {told(one.due)} now",
    PersonAsked: lambda _, one: f"a person is asked: {one.why}",
    PersonAnswered: lambda _, one: (
        "the open question is settled"
        if one.answer == SETTLED
        else f"a person answers: {one.answer}"
    ),
    CaseClosed: lambda _, __: "the case is closed",
    NoticeImported: lambda case, one: (
        f"taken over: {one.what.replace('_', '-')} of {_name(case, one.claim)} on {told(one.on)}, "
        f"{'proven' if one.proof else 'without proof'}{_fee(one.fee)}"
    ),
    Disputed: lambda case, one: (
        f"{one.amount or 'all'} of {_name(case, one.claim)} is disputed ({one.ground})"
    ),
    DisputeAnswered: lambda _, __: "the debtor has our answer to the dispute",
    DisputeSettled: lambda _, one: f"the dispute is {one.outcome}{_rest(one.resumes_on)}",
    StopRequested: lambda _, one: f"the debtor asks to stop collecting ({one.section})",
    CircumstanceNoted: lambda _, one: (
        f"noted: {one.what} since {told(one.effective)}{_number(one.authority_number)}"
    ),
    CircumstanceEnded: lambda _, __: "the circumstance has ended",
    PromiseMade: lambda _, one: (
        f"{'a settlement:' if one.settles else 'the debtor promises'} "
        f"{one.amount} by {told(one.day)}; rest to {told(one.holds_to)}"
    ),
    PromiseEnded: lambda _, one: (
        f"the promise is {'partly kept' if one.outcome == 'partly' else one.outcome}"
    ),
    PlanProposed: lambda _, one: (
        f"a payment plan is offered, to be answered by {told(one.answer_by)}"
    ),
    PlanAgreed: lambda _, __: "the plan is agreed: nothing advances, no fee, no interest",
    InstalmentMissed: lambda _, one: f"instalment {one.number} was missed",
    PlanEnded: lambda _, one: f"the plan has ended: {one.outcome}",
    WrittenOff: lambda case, one: (
        f"{one.amount} of {_name(case, one.claim)} is let go ({one.cause})"
        if one.amount.amount > 0
        else f"{-one.amount} of {_name(case, one.claim)} is owed again: its settlement is undone"
    ),
}
