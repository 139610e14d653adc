"""Charges: one letter for interest and fees alone, once the principal of a case is settled.

It goes only where the policy goes on asking (``extras.residual`` is ``continue``) and nothing is
the matter with the claim. It is no step: it bears no fee, moves no level, announces nothing, and
whatever becomes of it, it is not repeated. Its claims stand in ``also``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta

from shared.domain import law as legal
from shared.domain.act_keys import act_key
from shared.domain.case import ClaimState
from shared.domain.case_parts import CHARGES_STEP
from shared.domain.contacts import next_contact_on
from shared.domain.decisions import Ask, Remind, Rest
from shared.domain.explain import Reason
from shared.domain.ledger import position
from shared.domain.letter_input import CHARGES
from shared.domain.moves import rests_to, settled_in_peace
from shared.domain.policy import Policy, Step, Tone
from shared.domain.question import Question, reason
from shared.domain.residual import LAST, asked_until, left_over, moved_on, still_asked

_DAY = timedelta(days=1)


def alone(question: Question) -> Remind | Ask | Rest | None:
    """The letter, or the day on which it may go, or what a person is asked; None where none goes.

    It is asked for a case without open principal. Of a claim that the source no longer knows a
    person is asked, and the case does not end before the answer.
    """
    case = question.case
    if any(one.action == "hand_over" for one in case.notices.values()) or question.debtor.credits:
        return None
    owed = [one for one in case.claims.values() if _owed(question, one)]
    if _asked(question, owed):
        why = reason("hub.person", "a person has been asked")
        return Rest(until=None, why="waits_for_person", because=(why,))
    lost = tuple(one.claim.id for one in owed if one.missing)
    if lost:
        text = "the source no longer knows the invoice"
        return question.ask("claim_missing", lost, (reason("hub.missing", text, claim=lost[0]),))
    quiet = [one for one in owed if _in_peace(question, one)]
    if not quiet or any(not task.claims for task in case.tasks.values()):
        return None
    return _letter(question, quiet)


def rests_until(question: Question) -> date | None:
    """The first day on which the money of such a letter is waited for no longer; None without."""
    states = question.case.claims.values()
    days = [asked_until(question.case, one, question.policy) for one in states]
    return max((day for day in days if day is not None), default=None)


def carrier(policy: Policy) -> Step | None:
    """The step whose channels carry the letter: the last reminder that goes by itself, if any."""
    by_itself = (
        one
        for one in reversed(policy.steps)
        if one.action == "remind" and one.automation == "automatic"
    )
    return next(by_itself, None)


def _owed(question: Question, state: ClaimState) -> bool:
    """Whether a claim was not asked about yet and something worth a letter is left of it."""
    case, policy = question.case, question.policy
    told = any(state.claim.id in one.charges for one in case.notices.values())
    if told or question.today >= moved_on(state) + LAST:
        return False
    return left_over(case, state, policy, question.law, question.today)


def _asked(question: Question, owed: Sequence[ClaimState]) -> bool:
    """Whether a person was asked about this letter, or whether a claim of it is lost."""
    names, letters = {one.claim.id for one in owed}, f"{question.case.id}-{CHARGES_STEP}-"
    return any(
        not names.isdisjoint(task.claims)
        and (task.why == "claim_missing" or name.startswith(letters))
        for name, task in question.case.tasks.items()
    )


def _in_peace(question: Question, state: ClaimState) -> bool:
    """Whether the debtor may be asked: nothing rests, no word to stop, and every rate is known."""
    case, policy, law, today = question.case, question.policy, question.law, question.today
    if not still_asked(case, state, policy, law, today) or not settled_in_peace(question, state):
        return False
    if case.states is not None and case.states.stopped_since(state.claim.id) is not None:
        return False
    if position(case, state, law, today).interest.unknown_from is not None:
        return False
    return carrier(policy.terms(state.claim.id)) is not None


def _letter(question: Question, quiet: Sequence[ClaimState]) -> Remind | Rest | None:
    """The letter about the claims that go by the same channels as the one that fell due first."""
    first = min(quiet, key=lambda one: (one.claim.due, one.claim.id))
    step = _step(question, first)
    group = [one for one in quiet if _step(question, one).channels == step.channels]
    names = tuple(one.claim.id for one in group)
    on, why = _first_day(question, group)
    again = next_contact_on(question, question.chain(step)[0])
    if max(on, again) >= min(moved_on(one) + LAST for one in group):
        return None
    paper = question.on_paper(step)
    if question.today < max(on, again):
        until, later = question.opening(max(on, again), paper=paper), question.today < on
        return Rest(until=until, why="charges_later" if later else "gathering", because=(why,))
    opens = legal.contact_opens(question.law, question.now, paper=paper)
    if opens is not None:
        outside = reason("hub.contact_window", "outside the hours of contact")
        return Rest(until=opens.astimezone(UTC), why="contact_window", because=(outside,))
    deadline, by = max(_deadlines(question, group, step), key=lambda pair: pair[0])
    return Remind(
        act=act_key(question.case, CHARGES_STEP, names),
        step=CHARGES_STEP,
        claims=(),
        also=names,
        channels=question.chain(step),
        letter=CHARGES,
        tone=_tone(question, first),
        deadline=deadline,
        next_action="none",
        next_on=None,
        because=(why, by),
    )


def _step(question: Question, state: ClaimState) -> Step:
    step = carrier(question.policy.terms(state.claim.id))
    if step is None:
        raise ValueError("no reminder of the policy goes by itself")
    return step


def _tone(question: Question, state: ClaimState) -> Tone:
    """The tone of the last reminder that the claim was told in, friendly before any."""
    done = question.policy.terms(state.claim.id).steps[: state.level]
    return next((one.tone for one in reversed(done) if one.action == "remind"), "friendly")


def _first_day(question: Question, group: Sequence[ClaimState]) -> tuple[date, Reason]:
    """The first day: after money in the post, the last payment date, a rejected dispute's rest."""
    terms, days = question.policy.terms, list[date]()
    for one in group:
        days.append(moved_on(one) + timedelta(days=terms(one.claim.id).extras.after_days))
        deadline = question.case.standing(one.claim.id).last_deadline
        if deadline is not None:
            days.append(deadline + _DAY)
        rested = rests_to(question, one)
        if rested is not None:
            days.append(rested)
    text = "the principal is settled; what is left beside it is asked for once, at no cost"
    claims = ",".join(one.claim.id for one in group)
    return max(days), reason("policy.residual", text, claims=claims, on=max(days))


def _deadlines(
    question: Question, group: Sequence[ClaimState], step: Step
) -> list[tuple[date, Reason]]:
    days = question.delivery_days(step)
    return [
        legal.deadline(
            question.law,
            question.facts(one),
            question.today,
            delivery_days=days,
            payment_days=question.policy.terms(one.claim.id).payment_days,
        )
        for one in group
    ]
