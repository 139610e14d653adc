"""The reminder of a missed instalment: friendly, without a fee, and no step of the policy.

It names what is late of the plan and nothing else, and gives the plan's own days of grace. The
claims of the plan stand in ``also``: no step of theirs is done by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date

from shared.domain import law as legal
from shared.domain.act_keys import act_key
from shared.domain.answers import WATCHES
from shared.domain.case import Case, ClaimState
from shared.domain.contacts import next_contact_on
from shared.domain.decisions import Remind, Rest
from shared.domain.dispute import left_alone
from shared.domain.explain import content_hash
from shared.domain.letter_input import INSTALMENT
from shared.domain.money import Money
from shared.domain.obstacles import Aside, of_states
from shared.domain.plan import Plan
from shared.domain.plan_pause import of_the_dead
from shared.domain.policy import Step
from shared.domain.question import Question, reason

STEP = "instalment-"


def shares(case: Case, plan: Plan, late: int) -> dict[str, Money]:
    """What is late of a plan up to its instalment ``late``, by claim, the oldest claim first."""
    left = plan.behind(case.claims, late)
    found = {}
    for state in case.open_claims():
        if state.claim.id in plan.claims and left.amount > 0:
            found[state.claim.id] = min(left, state.open)
            left -= found[state.claim.id]
    return found


def late_shares(case: Case, decision: Remind) -> dict[str, Money]:
    """What a reminder of an instalment asks for, by claim; empty for any other contact."""
    plan = missed_of(case, decision)
    return {} if plan is None or plan.missed is None else shares(case, plan, plan.missed)


def missed_of(case: Case, decision: Remind) -> Plan | None:
    """The plan whose missed instalment a reminder is about; None for any other contact."""
    for plan in case.states.plans.values() if case.states is not None else ():
        if plan.missed is not None and decision.step == _step(plan):
            return plan
    return None


def answers(question: Question) -> list[Remind | Rest]:
    """The reminders of missed instalments that may go now, or when they may."""
    found: list[Remind | Rest] = []
    for plan in question.case.states.plans.values() if question.case.states else ():
        step = by_letter(question, plan)
        if step is not None and free(question, plan.claims):
            found.append(_answer(question, plan, step))
    return found


def by_letter(question: Question, plan: Plan) -> Step | None:
    """The policy's step whose channel carries the reminder; None where a person must see to it.

    A person does when a partner has a claim of the plan (one of us writes to the debtor), when the
    policy lets no reminder go by itself, when the one reminder failed or came back, when something
    else than the plan is the matter with a claim, when the books owe the debtor money for one, when
    the debtor has died, and when the days of grace are too short for a letter on the first day on
    which it may go.
    """
    if plan.missed is None or plan.ended is not None or of_the_dead(question.case.states):
        return None
    if not plan.late(question.case.claims, question.today):
        return None
    step = next((one for one in question.policy.steps if one.action == "remind"), None)
    if step is None or step.automation != "automatic":
        return None
    if any(one.step == _step(plan) for one in question.case.notices.values()):
        return None
    states = _states(question, plan.claims)
    if any(one.with_partner for one in states):
        return None
    if not all(_plain(question, state) for state in states):
        return None
    return step if _deadline_fits(question, plan, step) else None


def free(question: Question, claims: Iterable[str], *, waiting: bool = False) -> bool:
    """Whether neither a question to a person nor a hold stands in the way.

    With ``waiting``, money that waits for its place does not count.
    """
    case = question.case
    names = set(claims)
    # What is about no claim is about all of them.
    asked = any(
        not task.claims or not names.isdisjoint(task.claims)
        for task in case.tasks.values()
        if task.why not in WATCHES
    )
    holds = [one for one in case.holds.values() if one.of_person or not waiting]
    held = any(one.covers(name, question.today) for one in holds for name in (None, *names))
    return not asked and not held


def reminded(case: Case, plan: Plan) -> bool:
    """Whether the debtor may have the reminder of a plan's missed instalment."""
    return any(one.arrived for one in case.notices.values() if one.step == _step(plan))


def _answer(question: Question, plan: Plan, step: Step) -> Remind | Rest:
    case, number = question.case, plan.missed or 1
    facts = {"plan": plan.id, "number": number}
    text = "an instalment was not paid: a friendly word about it, at no cost"
    why = reason("hub.instalment", text, **facts)
    paper = question.on_paper(step)
    opens = legal.contact_opens(question.law, question.now, paper=paper)
    if opens is not None:
        return Rest(until=opens.astimezone(UTC), why="contact_window", because=(why,))
    again = next_contact_on(question, question.chain(step)[0])
    if question.today < again:
        until = question.opening(again, paper=paper)
        return Rest(until=until, why="gathering", because=(why,))
    also = tuple(shares(case, plan, number))
    return Remind(
        act=act_key(case, _step(plan), also),
        step=_step(plan),
        claims=(),
        also=also,
        channels=question.chain(step),
        letter=INSTALMENT,
        tone="friendly",
        deadline=plan.grace_ends(number),
        next_action="none",
        next_on=None,
        because=(why,),
    )


def _plain(question: Question, state: ClaimState) -> bool:
    """Whether the plan alone keeps a claim from moving."""
    found, states = of_states(question, state), question.case.states
    alone = isinstance(found, Aside) and found.reason.rule == "hub.plan"
    doubtful = state.do_not_dun or state.missing or state.raised
    doubtful = doubtful or bool(question.netted(state.claim.id))
    contested = states is not None and left_alone(states.disputes.values(), state)
    return alone and not doubtful and not contested


def _deadline_fits(question: Question, plan: Plan, step: Step) -> bool:
    """Whether the days of grace leave the debtor all the time that the law gives to pay."""
    end = plan.grace_ends(plan.missed or 1)
    # Contacts of before may keep the letter in: what comes after the grace warns of nothing.
    goes = max(question.today, next_contact_on(question, question.chain(step)[0]))
    states = _states(question, plan.claims)
    return all(_least(question, state, step, goes) <= end for state in states)


def _least(question: Question, state: ClaimState, step: Step, goes: date) -> date:
    days = question.delivery_days(step)
    day, _ = legal.deadline(
        question.law, question.facts(state), goes, delivery_days=days, payment_days=1
    )
    return day


def _states(question: Question, claims: Iterable[str]) -> list[ClaimState]:
    return [question.case.claims[name] for name in claims if question.case.claims[name].open]


def _step(plan: Plan) -> str:
    """The name of the act, which is no policy step; a plan's id may hold what a channel refuses.

    Each missed instalment has a word of its own, whatever became of the one before.
    """
    name = plan.id if plan.misses <= 1 else f"{plan.id}.{plan.misses}"
    return STEP + content_hash(name.encode())[:8]
