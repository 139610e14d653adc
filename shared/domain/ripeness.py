"""Ripeness: which claims of a case may move, and the next step of each with its first day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.domain import aftermath
from shared.domain import law as legal
from shared.domain.answers import WATCHES, times_answered
from shared.domain.calendar import next_banking_day
from shared.domain.case import ClaimState
from shared.domain.case_parts import Standing
from shared.domain.dispute import restarts, resumes
from shared.domain.explain import Reason
from shared.domain.netting import UNALLOCATED
from shared.domain.obstacles import Aside, Doubt, agreed, next_is_hand_over, of_states
from shared.domain.policy import Policy, Step
from shared.domain.question import Question, reason
from shared.domain.undisputed import repeated

_DAY = timedelta(days=1)
# The calendar ends with the year 9999; after this day a banking day and any step still fit.
_LAST_DUE = date(9998, 12, 1)
_CREDIT = "hub.credit"


@dataclass(frozen=True, slots=True)
class Ripe:
    """A claim with its next policy step.

    ``on`` is the first day of the step by policy and law; ``free_on`` the first day on which no
    promise to the debtor stands in its way, whatever the policy says. ``barred`` is a step that no
    waiting makes lawful.
    """

    state: ClaimState
    step: Step
    on: date
    free_on: date
    because: tuple[Reason, ...]
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Sorted:
    """The open claims of a case: free to move, with a next step, left alone, or in doubt."""

    free: list[str] = field(default_factory=list)
    steps: list[Ripe] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def because(self) -> tuple[Reason, ...]:
        """Why claims are left alone."""
        return tuple(one.reason for one in self.asides)


def sort_claims(question: Question) -> Sorted:
    """Every open claim under what may become of it now; of one with the partner, our agreements."""
    found = Sorted()
    for state in question.case.open_claims():
        if state.with_partner:
            ours = agreed(question, state)
            found.asides.extend([ours] if ours is not None else [])
            found.doubts.extend(_taken_back(question, state))
            continue
        match obstacle(question, state):
            case Aside() as aside:
                found.asides.append(aside)
            case Doubt() as doubt:
                found.doubts.append(doubt)
            case _:
                _moves(question, state, found)
    return found


def _moves(question: Question, state: ClaimState, found: Sorted) -> None:
    step = next_step(question, state)
    ripe = step is not None and step.on <= question.today and not step.barred
    reminds = question.policy.hand_over.partner_reminds
    if ripe and step is not None and step.step.action == "hand_over" and not reminds:
        doubt = aftermath.unannounced(question, state)
        if doubt is not None:
            found.doubts.append(doubt)
            return
    found.free.append(state.claim.id)
    if step is not None:
        found.steps.append(step)


def first_step_on(policy: Policy, due: date) -> date:
    """The day on which a claim due on ``due`` joins a case: the date of its first policy step."""
    day = next_banking_day(policy.law, min(due, _LAST_DUE))
    return day + timedelta(days=policy.steps[0].after)


def negligible(state: ClaimState, policy: Policy) -> bool:
    """Whether a claim's open principal is within the policy's tolerance."""
    same = state.open.currency == policy.tolerance.currency
    return same and state.open <= policy.tolerance


def obstacle(question: Question, state: ClaimState) -> Aside | Doubt | None:
    """What keeps a claim from moving, if anything does."""
    case, claim = question.case, state.claim
    standing = of_states(question, state)
    if isinstance(standing, Aside):
        return standing
    told = _asked_or_held(question, claim.id) or standing
    if told is not None:
        return told
    if state.do_not_dun:
        flags = ",".join(state.do_not_dun)
        return Aside(reason("hub.do_not_dun", "the source says no", claim=claim.id, flags=flags))
    if negligible(state, question.policy):
        text = "the open amount is within the tolerance"
        return Aside(reason("policy.tolerance", text, claim=claim.id, open=str(state.open)))
    doubt = _doubt(question, state)
    if doubt is not None and times_answered(case, doubt.why, (claim.id,)) and not _clears(doubt):
        # The law does not change with an answer: the claim stays the person's.
        return Aside(doubt.reason)
    return doubt or _netted(question, state) or _beside(question, state)


def _beside(question: Question, state: ClaimState) -> Aside | None:
    """A claim of which nothing was told yet rests while others are with the partner.

    So one debtor hears of one agency, and the claim may join them there by a person's word.
    """
    if question.policy.hand_over.new_claims != "hold" or state.level:
        return None
    if not any(one.with_partner for one in question.case.open_claims()):
        return None
    if any(state.claim.id in one.claims for one in question.case.notices.values()):
        return None
    text = "other claims of the debtor are with the partner, and nothing was told of this one yet"
    return Aside(reason("policy.new_claims", text, claim=state.claim.id))


def unallocated(question: Question) -> tuple[str, ...]:
    """The overdue claims that rest because of the debtor's credits, and nobody was asked yet."""
    if not question.debtor.credits:
        return ()
    known = [*question.case.tasks.values(), *question.case.answers.values()]
    asked = {claim for one in known if one.why == UNALLOCATED for claim in one.claims}
    return tuple(
        state.claim.id
        for state in question.case.open_claims()
        if state.claim.id not in asked
        and question.due(state) < question.today
        and not state.with_partner
        and (found := obstacle(question, state)) is not None
        and found.reason.rule == _CREDIT
    )


def _netted(question: Question, state: ClaimState) -> Aside | None:
    """A claim that the debtor's own credits cover rests; one covered in part goes to no partner."""
    part = question.netted(state.claim.id)
    if not part:
        return None
    whole = state.open - part <= question.policy.tolerance
    if not whole and not next_is_hand_over(question, state):
        return None
    text = "the books owe the debtor money that covers the claim and is not allocated"
    return Aside(reason(_CREDIT, text, claim=state.claim.id, credit=part))


def _asked_or_held(question: Question, claim: str) -> Aside | None:
    for name, task in question.case.tasks.items():
        if claim in task.claims and task.why not in WATCHES:
            text = "a person has been asked"
            return Aside(reason("hub.person", text, task=name, why=task.why), person=True)
    for hold in question.case.holds.values():
        if hold.covers(claim, question.today):
            held = reason("hub.hold", "on hold", claim=claim, reason=hold.reason)
            return Aside(held, until=hold.until, person=hold.until is None)
    return None


def next_step(question: Question, state: ClaimState) -> Ripe | None:
    """The next step of a claim and its first day, by policy and by law; None after the last."""
    steps = question.policy.terms(state.claim.id).steps
    if state.level >= len(steps):
        return None
    step = steps[state.level]
    if step.action == "hand_over":
        step = repeated(question, state) or step
    standing = question.case.standing(state.claim.id)
    on, why = _by_policy(question, state, step, standing)
    because = [why]
    free_on = date.min
    for day, reason_of in _floors(question, state, step, standing):
        free_on = max(free_on, day)
        if on < day:
            on = day
            because.append(reason_of)
    if step.action != "hand_over":
        return Ripe(state, step, on, free_on, tuple(because))
    asked_on = max(on, question.today)
    reminds = question.policy.hand_over.partner_reminds
    verdict = legal.hand_over(
        question.law, question.facts(state), asked_on, partner_reminds=reminds
    )
    because.extend(verdict.because)
    if not verdict.allowed and verdict.earliest is not None:
        on = verdict.earliest
    barred = not verdict.allowed and verdict.earliest is None
    return Ripe(state, step, on, free_on, tuple(because), barred=barred)


def _by_policy(
    question: Question, state: ClaimState, step: Step, standing: Standing
) -> tuple[date, Reason]:
    """The day of a step by the policy alone: full days from the due date or the last step."""
    claim = state.claim.id
    base, since, after = question.due(state), "due", step.after
    if step.since == "previous" and standing.last_step is not None:
        base, since = standing.last_step, "previous"
    states = question.case.states
    restart = None if states is None else restarts(states.disputes.values(), claim)
    if restart is not None and restart > base:
        # What is left of a disputed claim is told anew, and in full time.
        base, since, after = restart, "dispute", max(step.after, 1)
    on = base + timedelta(days=after)
    text = "the step counts full days"
    return on, reason("policy.step", text, claim=claim, step=step.id, since=since, base=base, on=on)


def _floors(
    question: Question, state: ClaimState, step: Step, standing: Standing
) -> Iterator[tuple[date, Reason]]:
    """Days before which no step of a claim comes, whatever the policy says."""
    claim, states = state.claim.id, question.case.states
    deadline = standing.last_deadline
    if deadline is not None:
        text = "no step before the payment date of the last notice has passed"
        yield deadline + _DAY, reason("hub.deadline", text, claim=claim, deadline=deadline)
    if standing.setbacks:
        again = max(standing.setbacks) + _DAY
        yield again, reason("hub.again", "the next try is another day's", claim=claim, on=again)
    resumed = None if states is None else resumes(states.disputes.values(), claim)
    if resumed is not None:
        text = "a rejected dispute is followed by a rest"
        yield resumed, reason("hub.dispute_grace", text, claim=claim, on=resumed)
    after = aftermath.rest(question, state) if step.action == "hand_over" else None
    if after is not None:
        yield after


def _doubt(question: Question, state: ClaimState) -> Doubt | None:
    claim, law = state.claim, question.law
    if state.missing:
        text = "the source no longer knows the invoice"
        return Doubt(state, "claim_missing", reason("hub.missing", text, claim=claim.id))
    if not state.open.currency == question.policy.tolerance.currency == law.currency:
        text = "policy and law are in another currency than the claim"
        gap = reason("hub.currency", text, claim=claim.id, currency=state.open.currency)
        return Doubt(state, "currency_not_covered", gap)
    uncovered = legal.covers(law, claim.claim_class, claim.capacity)
    if uncovered is not None:
        return Doubt(state, "class_not_covered", uncovered)
    if state.raised:
        text = "the source takes back what had been paid"
        risen = reason("hub.raised", text, claim=claim.id, open=str(state.open))
        return Doubt(state, "balance_raised", risen)
    return None


def _taken_back(question: Question, state: ClaimState) -> Iterator[Doubt]:
    """A claim with the partner that the source takes back, or asks more for than it did before.

    The partner goes on by what it was told last: a person tells it, or knows that it need not hear.
    """
    doubt = _doubt(question, state) if state.missing or state.raised else None
    if doubt is None or not _clears(doubt):
        return
    if _asked_or_held(question, state.claim.id) is None:
        yield doubt


def _clears(doubt: Doubt) -> bool:
    """Whether an answer can take the doubt away, so that it is a new one when it is back."""
    return doubt.why in {"claim_missing", "balance_raised"}
