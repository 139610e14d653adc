"""Telling: what an append makes a partner hear of the claims that it has, in the order of events.

Money is told as it moves. What makes claims rest at our side is told as one state: held when the
first reason begins, and each further one; resumed once none is left. What the partner reported
itself is never told back to it; a payment that may be its own waits for a person's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from shared.domain.at_partner import ASKED_THERE, NOTHING, PLAN_THERE, handed
from shared.domain.case import Case
from shared.domain.case_parts import MONEY_WAITING
from shared.domain.events import (
    BalanceStated,
    CaseEvent,
    CaseFileAmended,
    CaseRecalled,
    CreditApplied,
    PersonAnswered,
)
from shared.domain.plan import Plan
from shared.domain.plan_events import WrittenOff
from shared.domain.states import NONE, States
from shared.domain.telling_money import Kind, Word, mixed_up, movement, paid

__all__ = ["Kind", "Reason", "Word", "caught_up", "resting", "told"]


class Reason(NamedTuple):
    """Why a claim rests at our side: a code, the state's name, and its last day if it has one."""

    why: str
    state: str
    until: date | None = None
    # The partner told us of it: it need not be told.
    theirs: bool = False


def told(before: Case, events: Sequence[CaseEvent]) -> list[Word]:
    """What partners must hear of ``events``, which follow on the case ``before``."""
    words, case = list[Word](), before
    for event in events:
        after = case.apply(event)
        words += _of_event(case, after, event)
        case = after
    if events:
        there = {claim: partner for claim, (partner, _) in handed(before).items()}
        words += mixed_up(before, case, events, words, there)
        words += _rests(before, case, events[-1].at.date())
    return words


def caught_up(later: Sequence[CaseEvent], claims: dict[str, str]) -> list[Word]:
    """What moved of ``claims`` (each with its partner) since their case file; ``later``: all since.

    What made them rest meanwhile is told by the append that proves the arrival.
    """
    return [word for event in later for word in movement(event, claims)]


def _of_event(before: Case, after: Case, event: CaseEvent) -> Iterator[Word]:
    there = {claim: partner for claim, (partner, _) in handed(before).items()}
    if not there:
        return
    yield from paid(before, after, event, there)
    yield from _let_go(before, after, event, there)
    if isinstance(event, CaseRecalled):
        data = {"claims": list(event.claims), "reason": event.why, "recall": event.recall}
        yield Word(event.partner, "case.withdrawn", f"recall|{event.recall}", data)
    if isinstance(event, CaseFileAmended):
        told = {"claims": list(event.claims), "file_version": event.file_version}
        yield Word(event.partner, "case.amended", f"amended|{event.act}", told, event.document)
    if isinstance(event, PersonAnswered) and event.task in before.tasks:
        yield from _answer(before, event, there)


def _answer(case: Case, event: PersonAnswered, there: dict[str, str]) -> Iterator[Word]:
    known = case.at_partner or NOTHING
    question, asker = known.questions.get(event.task), known.askers.get(event.task)
    if question is not None and case.tasks[event.task].why in ASKED_THERE:
        at = [there[one] for one in case.tasks[event.task].claims if one in there]
        # Whoever has the claims by now may not be who asked.
        partner = next((one for one in at if not asker or one == asker), "")
        data = {"question": question, "answer": event.answer}
        if partner:
            yield Word(partner, "question.answered", f"answer|{event.task}", data)


def _let_go(before: Case, after: Case, event: CaseEvent, there: dict[str, str]) -> Iterator[Word]:
    """A claim of which a credit, a cancellation or a write-off leaves nothing is withdrawn."""
    match event:
        case CreditApplied():
            why = "credited"
        case BalanceStated(cause="cancelled"):
            why = "cancelled"
        case BalanceStated(cause="write_off"):
            why = "written_off"
        case WrittenOff() if event.cause not in {"sold", "settlement_undone"}:
            why = "written_off"
        case _:
            return
    claim = event.claim
    if claim in there and before.claims[claim].open and not after.claims[claim].open:
        data = {"claims": [claim], "reason": why}
        yield Word(there[claim], "case.withdrawn", f"{why}|{claim}|{after.version}", data)


def _rests(before: Case, after: Case, on: date) -> Iterator[Word]:
    there = {claim: partner for claim, (partner, _) in handed(after).items()}
    if not there:
        return
    had = {one: why for one, why in resting(before, on).items() if one in there}
    now = {one: why for one, why in resting(after, on).items() if one in there}
    yield from _held(after, had, now, there)
    free = [one for one in had if one not in now and after.claims[one].with_partner]
    for partner, claims in _by_partner(free, there):
        data = {"claims": claims}
        yield Word(partner, "case.resumed", f"resumed|{after.version}", data)


def _held(
    after: Case,
    had: dict[str, frozenset[Reason]],
    now: dict[str, frozenset[Reason]],
    there: dict[str, str],
) -> Iterator[Word]:
    begun: dict[Reason, list[str]] = {}
    for claim, reasons in now.items():
        for reason in reasons - had.get(claim, frozenset()):
            if not reason.theirs:
                begun.setdefault(reason, []).append(claim)
    for reason in sorted(begun, key=lambda one: (one.why, one.state)):
        for partner, claims in _by_partner(begun[reason], there):
            data: dict[str, Any] = {"claims": claims, "reason": reason.why, "state": reason.state}
            if reason.until is not None:
                data["until"] = reason.until.isoformat()
            if reason.why == "plan":
                data["instalments"] = _instalments(after, reason.state)
            kind: Kind = "plan.agreed" if reason.why == "plan" else "case.held"
            yield Word(partner, kind, f"{reason.why}|{reason.state}|{after.version}", data)


def resting(case: Case, on: date) -> dict[str, frozenset[Reason]]:
    """Why each claim that a partner has rests at our side on a day; claims without a reason absent.

    Money that waits for its place is told by the money itself, the no to a question is an answer
    to us, and what a person let go on in spite of a circumstance was handed over with it.
    """
    found = {
        claim: frozenset([*_holds(case, claim, on), *_states(case, claim, day)])
        for claim, (_, day) in handed(case).items()
    }
    return {claim: reasons for claim, reasons in found.items() if reasons}


def _holds(case: Case, claim: str, on: date) -> Iterator[Reason]:
    for hold in case.holds.values():
        mine = hold.covers(claim, on) or hold.covers(None, on)
        ours = hold.reason != MONEY_WAITING and hold.id.rsplit(".", 1)[0] not in case.answers
        if mine and ours:
            theirs = hold.id.startswith(PLAN_THERE)
            yield Reason("hold", hold.id, hold.until, theirs)


def _states(case: Case, claim: str, handed_on: date) -> Iterator[Reason]:
    states = case.states or NONE
    for dispute in states.disputes.values():
        if dispute.claim == claim and dispute.pending and dispute.on >= handed_on:
            yield Reason("dispute", dispute.id, theirs=dispute.source == "partner")
    for name in (one.id for one in states.stops.values() if claim in one.claims):
        if claim not in states.stops[name].cleared:
            yield Reason("stop_requested", name)
    issued = case.claims[claim].claim.issued
    for noted in states.circumstances.values():
        if noted.effect(issued) != "goes_on" and claim not in noted.cleared:
            yield Reason(noted.what, noted.id)
    yield from _agreed(states, claim)


def _agreed(states: States, claim: str) -> Iterator[Reason]:
    for promise in states.promises.values():
        if promise.outcome == "open" and claim in promise.claims:
            yield Reason("promise", promise.id, promise.holds_to)
    yield from (Reason("plan", one.id) for one in states.plans.values() if _covers(one, claim))


def _covers(plan: Plan, claim: str) -> bool:
    return claim in plan.claims and plan.agreed and plan.ended is None


def _instalments(case: Case, plan: str) -> list[dict[str, str]]:
    agreed = case.states.plans[plan].instalments if case.states is not None else ()
    return [
        {"due": one.due.isoformat(), "amount": str(one.amount.amount),
         "currency": one.amount.currency}
        for one in agreed
    ]  # fmt: skip


def _by_partner(claims: Sequence[str], there: dict[str, str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for claim in claims:
        found.setdefault(there[claim], []).append(claim)
    return sorted(found.items())
