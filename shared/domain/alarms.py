"""Alarms: what a person must see by a day, whatever rests, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain import instalments
from shared.domain.answers import (
    CREDIT_MISSING,
    DISPUTE_UNANSWERED,
    DISPUTE_UNSETTLED,
    HOLD_REVIEW,
    IN_DOUBT,
    LIMITATION_NEAR,
)
from shared.domain.at_partner import PLAN_LEFT, untold
from shared.domain.circumstance import EFFECTS, FILING
from shared.domain.decisions import Ask
from shared.domain.dispute import Dispute
from shared.domain.explain import Reason, content_hash
from shared.domain.hold_watch import watched
from shared.domain.lapses import lapse_of
from shared.domain.obstacles import next_is_hand_over
from shared.domain.partner_ends import plans_left
from shared.domain.plan_pause import undecided
from shared.domain.question import Question, reason
from shared.domain.second_look import unanswered
from shared.domain.settled import STOP_AT_HAND_OVER
from shared.domain.states import States

# A dispute that was answered and that nobody settled is asked about after this time, and so are
# claims that stopped and have no last day for filing.
_UNSETTLED_AFTER = timedelta(days=30)
_FILED_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A question that is due on a day, about a state of a case, asked once."""

    on: date
    why: str
    state: str
    claims: tuple[str, ...]
    reason: Reason


def due(question: Question) -> tuple[Ask | None, Alarm | None]:
    """The question that a person must hear now, if any, and the next one that comes after today."""
    return _sorted(question, _alarms(question))


def by_hand(question: Question) -> Ask | None:
    """What a partner must still be told by a person, also where nothing is open here any more."""
    return _sorted(question, _untold(question))[0]


def _sorted(question: Question, alarms: Iterator[Alarm]) -> tuple[Ask | None, Alarm | None]:
    now: Ask | None = None
    later: Alarm | None = None
    for alarm in alarms:
        task = f"{question.case.id}-{alarm.why}-{alarm.state}"
        if not alarm.claims or _is_known(question, task):
            continue
        if alarm.on > question.today:
            later = alarm if later is None or alarm.on < later.on else later
        elif now is None:
            now = Ask(task=task, why=alarm.why, claims=alarm.claims, because=(alarm.reason,))
    return now, later


def _alarms(question: Question) -> Iterator[Alarm]:
    yield from _limitations(question)
    yield from _at_partner(question)
    yield from _held(question)
    states = question.case.states
    if states is None:
        return
    for dispute in states.disputes.values():
        yield from _of_dispute(question, dispute)
    yield from _filings(question, states)
    yield from _stops(question, states)
    yield from _doubtful(question)
    yield from _instalments(question, states)


def _untold(question: Question) -> Iterator[Alarm]:
    for one in untold(question.case):
        why = reason("hub.partner", one.text, what=one.what, state=one.state)
        yield Alarm(question.today, one.why, one.state, one.claims, why)


def _at_partner(question: Question) -> Iterator[Alarm]:
    yield from _untold(question)
    for name, plan, claims in plans_left(question.case):
        last = max(one.due for one in plan.instalments)
        text = "a plan with the partner should be over, and no partner is left to say so"
        why = reason("hub.partner", text, plan=name, last=last)
        on = last + timedelta(days=question.policy.process.grace_days)
        yield Alarm(on, PLAN_LEFT, content_hash(name.encode())[:12], claims, why)


def _held(question: Question) -> Iterator[Alarm]:
    """A hold that only a person's word ends is brought before one, again after each answer."""
    for one in watched(question.case):
        text = "the hold has no last day: a person says whether it still stands"
        facts = {"hold": one.holds[0].id, "reason": one.holds[0].reason}
        why = reason("hub.hold_review", text, since=one.since or "unknown", **facts)
        yield Alarm(one.due(question.today), HOLD_REVIEW, one.name, one.claims(question.case), why)


def _of_dispute(question: Question, dispute: Dispute) -> Iterator[Alarm]:
    claims = _open(question, (dispute.claim,))
    facts = {"claim": dispute.claim, "state": dispute.id}
    if dispute.state == "open":
        text = "our own answer to the debtor's dispute is due"
        why = reason("hub.dispute_answer", text, answer_by=dispute.answer_by, **facts)
        yield Alarm(dispute.answer_by, DISPUTE_UNANSWERED, dispute.id, claims, why)
    if dispute.state == "answered":
        on = (dispute.answered_on or dispute.answer_by) + _UNSETTLED_AFTER
        text = "the debtor has our answer, and nobody has said who is right"
        why = reason("hub.dispute_settle", text, on=on, **facts)
        yield Alarm(on, DISPUTE_UNSETTLED, dispute.id, claims, why)
    state = question.case.claims[dispute.claim]
    if dispute.credit_by is not None and dispute.left_alone(state):
        text = "the dispute was accepted and its credit note has not come"
        why = reason("hub.dispute_credit", text, credit_by=dispute.credit_by, **facts)
        yield Alarm(dispute.credit_by, CREDIT_MISSING, dispute.id, claims, why)


def _filings(question: Question, states: States) -> Iterator[Alarm]:
    case = question.case
    for one in states.circumstances.values():
        if one.file_by is None and EFFECTS[one.what].earlier != "stops":
            continue
        names = [claim for claim, state in case.claims.items() if one.earlier(state.claim.issued)]
        text = "claims are to be filed with whoever runs the proceedings"
        why = reason("hub.filing", text, circumstance=one.what, file_by=one.file_by, state=one.id)
        # Where nobody knows the last day, a person finds it out before it can well have passed.
        on = one.effective + _FILED_AFTER
        if one.file_by is not None:
            on = one.file_by - timedelta(days=question.policy.process.filing_days)
        yield Alarm(on, FILING, one.id, _open(question, tuple(names)), why)


def _stops(question: Question, states: States) -> Iterator[Alarm]:
    """A claim that may go to no partner is a person's once its last letter has run out."""
    case = question.case
    for one in states.stops.values():
        for claim in one.cleared:
            state = case.claims[claim]
            if claim not in one.claims or state.with_partner or not state.open:
                continue
            if not next_is_hand_over(question, state):
                continue
            deadline, digest = case.standing(claim).last_deadline, content_hash(claim.encode())
            on = question.today if deadline is None else deadline + timedelta(days=1)
            text = "the letters have run out, and the debtor asked to stop: court, or let go"
            why = reason("hub.stop", text, claim=claim, state=one.id)
            yield Alarm(on, STOP_AT_HAND_OVER, f"{one.id}.{digest[:8]}", (claim,), why)


def _doubtful(question: Question) -> Iterator[Alarm]:
    """An agreement that money shows in another light is a person's at once."""
    for one in unanswered(question.case):
        claims = _open(question, one.agreement.claims)
        why = reason("hub.second_look", one.text, agreement=one.agreement.id)
        yield Alarm(question.today, IN_DOUBT, one.name, claims, why)


def _instalments(question: Question, states: States) -> Iterator[Alarm]:
    for plan in states.plans.values():
        late = plan.late(question.case.claims, question.today)
        if plan.missed is None or plan.ended is not None or not late:
            continue
        if undecided(plan, states, question.case.claims):
            # A person is asked about the debtor first, and the letter waits for the answer.
            continue
        # Money that waits for its place may be the instalment; else nobody would hear of it while a
        # hold or a question keeps the letter in, and the plan would break without a word.
        heard = instalments.free(question, plan.claims, waiting=True)
        if instalments.reminded(question.case, plan):
            continue
        if heard and instalments.by_letter(question, plan):
            continue
        text = "an instalment was not paid and no letter can say so: a friendly word, at no cost"
        if any(question.netted(one) for one in plan.claims):
            text = "an instalment was not paid, and the books owe the debtor money to be allocated"
        why = reason("hub.instalment", text, plan=plan.id, number=plan.missed)
        claims = _open(question, plan.claims)
        yield Alarm(question.today, "instalment_missed", plan.id, claims, why)


def _limitations(question: Question) -> Iterator[Alarm]:
    """A person sees to a claim in time; where no rule is known, as soon as it is old.

    One that has lapsed before anybody was asked is told too: it can only be let go.
    """
    for name, state in question.case.claims.items():
        lapse = lapse_of(question.case, state, question.law, question.today)
        if lapse is not None and state.open:
            on, digest = lapse.warn_on or question.today, content_hash(name.encode())[:12]
            why = LIMITATION_NEAR if lapse.warn_on else "limitation_unknown"
            near = f"{question.case.id}-{why}-{digest}"
            if lapse.lapsed(question.today) and not _is_known(question, near):
                why = "limitation_over"
            yield Alarm(on, why, digest, (name,), lapse.because[0])


def _is_known(question: Question, task: str) -> bool:
    return task in question.case.tasks or task in question.case.answers


def _open(question: Question, claims: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in claims if question.case.claims[one].open)
