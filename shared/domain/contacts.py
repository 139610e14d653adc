"""Contacts: one reminder for several claims, its fee, its payment date and what it announces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shared.domain import law as legal
from shared.domain.decisions import Remind
from shared.domain.dispute import left_alone
from shared.domain.explain import Reason
from shared.domain.letter_input import DUE_SOON
from shared.domain.money import Money
from shared.domain.policy import Step
from shared.domain.question import Question, reason
from shared.domain.ripeness import Ripe
from shared.domain.undisputed import is_repeated

_DAY = timedelta(days=1)


def next_contact_on(question: Question, channel: str) -> date:
    """The first day on which the debtor may be contacted again by a channel, by policy and law."""
    last = question.last_contact()
    if last is None:
        return date.min
    return max(last + timedelta(days=_gap(question)), _uncapped_on(question, channel))


def too_soon(question: Question, again: date, channel: str) -> Reason:
    """Why there is no contact by a channel before ``again``."""
    last = question.last_contact()
    if again == _uncapped_on(question, channel):
        text = "the policy's contacts with a debtor are used up for so many days"
        return reason("policy.caps", text, last=last, again=again)
    text = "one contact per debtor and gathering window"
    return reason("policy.gather", text, last=last, again=again)


def gathered(question: Question, ripe: Sequence[Ripe], waiting: Sequence[Ripe]) -> list[Ripe]:
    """The claims of a contact: the ripe ones, and overdue ones that would ripen in its window.

    A claim joins early only by the policy's leave, where the payment date that it was given has
    passed and where nothing is harder on the debtor for it: its own step bears no fee, and it is
    not further on than the claim that sets the tone.
    """
    alone = is_repeated(ripe[0].step.id)
    horizon = question.today + timedelta(days=question.policy.gather_days)
    joining = [
        one
        for one in waiting
        if one.step.action == "remind"
        and one.step.automation == ripe[0].step.automation
        and one.step.channels == ripe[0].step.channels
        and is_repeated(one.step.id) is alone
        and question.today < one.on <= horizon
        and one.free_on <= question.today
        and one.step.fee == "none"
        and one.state.level <= ripe[0].state.level
        and _overdue(question, one)
    ]
    return [*ripe, *joining]


def contact(
    question: Question,
    act: str,
    claims: Sequence[Ripe],
    also: tuple[str, ...],
    because: tuple[Reason, ...],
) -> Remind:
    """The contact about some claims, whose first, the furthest on, sets its tone."""
    lead = claims[0]
    soon = not any(_overdue(question, one) for one in claims)
    if soon:
        # Nothing late stands in a letter that says that nothing is late.
        open_too = question.case.claims
        also = tuple(one for one in also if question.due(open_too[one]) >= question.today)
    fee, carrier, rule, fee_reasons = _fee(question, claims)
    deadline, why = _deadline(question, lead, claims)
    action, next_on, announces = _announced(question, claims, deadline, carrier)
    return Remind(
        act=act,
        step=lead.step.id,
        claims=tuple(one.state.claim.id for one in claims),
        also=also,
        channels=question.chain(lead.step),
        letter=DUE_SOON if soon else lead.step.letter,
        tone=lead.step.tone,
        fee=fee,
        fee_claim=carrier,
        fee_rule=rule,
        deadline=deadline,
        next_action=action,
        next_on=next_on,
        announces=announces,
        because=(*because, *fee_reasons, why),
    )


def _uncapped_on(question: Question, channel: str) -> date:
    """The first day on which one more contact by a channel is within every cap of the policy."""
    free = date.min
    for cap in question.policy.caps:
        if not question.carriers.may_be(channel, cap.kind):
            continue
        days = question.contacts(cap.kind)
        if len(days) >= cap.most:
            free = max(free, days[cap.most - 1] + timedelta(days=cap.days))
    return free


def _gap(question: Question) -> int:
    case, day = question.case, question.today
    # A debtor of several capacities in one case is protected like the most protected one.
    rule = question.law.wait("contact_gap", "consumer", day, day)
    if case.capacity == "business":
        rule = question.law.wait("contact_gap", "business", day, day)
    return max(question.policy.gather_days, rule.first_day(rule.days) if rule else 0)


def _fee(
    question: Question, claims: Sequence[Ripe]
) -> tuple[Money | None, str | None, str | None, tuple[Reason, ...]]:
    """At most one fee, carried by the first claim that by itself meets every condition."""
    reasons: list[Reason] = []
    for one in claims:
        if one.step.fee == "none":
            continue
        free = _free(question, one)
        if free is not None:
            reasons.append(free)
            continue
        verdict = legal.reminder_fee(question.law, question.facts(one.state), question.today)
        reasons.extend(verdict.because)
        if verdict.allowed and verdict.amount:
            return verdict.amount, one.state.claim.id, verdict.because[0].rule, tuple(reasons)
    return None, None, None, tuple(reasons)


def _free(question: Question, one: Ripe) -> Reason | None:
    """Why a contact about a claim bears no fee, whatever the law allows."""
    states, claim = question.case.states, one.state.claim.id
    if states is None:
        return None
    if left_alone(states.disputes.values(), one.state):
        text = "no fee for a claim that is disputed in part"
        return reason("hub.dispute", text, claim=claim)
    return None


def _deadline(question: Question, lead: Ripe, claims: Sequence[Ripe]) -> tuple[date, Reason]:
    """The latest of the claims' payment dates; while none is late, the last due date itself."""
    if not any(_overdue(question, one) for one in claims):
        due = max(question.due(one.state) for one in claims)
        return due, reason("hub.due", "the payment date is the due date", due=due)
    days = question.delivery_days(lead.step)
    found = [
        legal.deadline(
            question.law,
            question.facts(one.state),
            question.today,
            delivery_days=days,
            payment_days=question.policy.terms(one.state.claim.id).payment_days,
        )
        for one in _one_a_rule(question, claims)
    ]
    return max(found, key=lambda pair: pair[0])


def _one_a_rule(question: Question, claims: Sequence[Ripe]) -> list[Ripe]:
    """One claim for each rule and term of the time to pay that bind them: alike, the same day."""
    found: dict[tuple[str, int], Ripe] = {}
    for one in claims:
        claim = one.state.claim
        treated = legal.treatment(claim.capacity, natural_person=claim.natural_person)
        rule = question.law.wait("payment_time", treated, question.today, claim.due)
        days = question.policy.terms(claim.id).payment_days
        found.setdefault((rule.id if rule else "", days), one)
    return list(found.values())


def _announced(
    question: Question, claims: Sequence[Ripe], deadline: date, carrier: str | None
) -> tuple[str, date | None, tuple[str, ...]]:
    """What a contact says of the time after it: the hardest step, its first day, and for whom.

    The claims are those that go to the partner next; each is told so, or it does not go.
    """
    found = [(one.state.claim.id, *_follows(question, one, deadline, carrier)) for one in claims]
    for action in ("hand_over", "remind"):
        days = {claim: on for claim, then, on in found if then == action and on is not None}
        if days:
            return action, min(days.values()), tuple(days) if action == "hand_over" else ()
    return "none", None, ()


def _follows(
    question: Question, lead: Ripe, deadline: date, carrier: str | None
) -> tuple[str, date | None]:
    """A claim's step after this one and its first day; ``none`` when nothing lawful follows."""
    charged = carrier == lead.state.claim.id
    level, steps = lead.state.level + 1, question.policy.terms(lead.state.claim.id).steps
    if level >= len(steps):
        return "none", None
    step = steps[level]
    on = max(_policy_day(question, lead, step), deadline + _DAY)
    if step.action != "hand_over":
        return step.action, on
    if _kept_from_partner(question, lead):
        return "none", None
    facts = question.facts(lead.state)
    this = legal.NoticeFact(act="reminder", sent=question.today, charged=charged, deadline=deadline)
    facts = facts.model_copy(update={"notices": (*facts.notices, this)})
    reminds = question.policy.hand_over.partner_reminds
    verdict = legal.hand_over(question.law, facts, on, partner_reminds=reminds)
    if verdict.allowed:
        return step.action, on
    return (step.action, verdict.earliest) if verdict.earliest else ("none", None)


def _kept_from_partner(question: Question, lead: Ripe) -> bool:
    """Whether a state stands between a claim and its hand-over: it is not threatened with one."""
    states = question.case.states
    if states is None:
        return False
    stopped = states.stopped_since(lead.state.claim.id) is not None
    return stopped or bool(left_alone(states.disputes.values(), lead.state))


def _policy_day(question: Question, lead: Ripe, step: Step) -> date:
    base = question.due(lead.state) if step.since == "due" else question.today
    return base + timedelta(days=step.after)


def _overdue(question: Question, one: Ripe) -> bool:
    return question.due(one.state) < question.today
