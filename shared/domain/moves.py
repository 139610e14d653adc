"""Moves: what to do about claims whose step has come, the furthest on first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from shared.domain import law as legal
from shared.domain.act_keys import act_key
from shared.domain.answers import YES, step_question, yeses
from shared.domain.case import Case, ClaimState
from shared.domain.circumstance import HAND_OVER
from shared.domain.contacts import contact, gathered, next_contact_on, too_soon
from shared.domain.decisions import AnyDecision, Ask, HandOver, Remind, Rest
from shared.domain.dispute import resumes
from shared.domain.explain import Reason
from shared.domain.ledger_position import accrued
from shared.domain.money import total
from shared.domain.question import Question, reason
from shared.domain.residual import still_asked
from shared.domain.ripeness import Ripe, Sorted, obstacle
from shared.domain.undisputed import is_repeated

# A step that failed so often is a person's: another try would only fail again.
MAX_TRIES = 3

_REVIEW = timedelta(days=30)


def moves(question: Question, ripe: Sequence[Ripe], claims: Sorted) -> list[AnyDecision]:
    """The answer for each group of ripe claims that move alike; ``claims`` are all of the case."""
    if not ripe:
        return []
    groups = _groups(ripe)
    free = [one for one in groups if _opens(question, one) is None]
    answers = [_move(question, group, claims) for group in free]
    if len(free) < len(groups):
        waits = [opens for one in groups if (opens := _opens(question, one)) is not None]
        outside = (reason("hub.contact_window", "outside the hours of contact"),)
        until = min(waits).astimezone(UTC)
        answers.append(Rest(until=until, why="contact_window", because=outside))
    return answers


def _opens(question: Question, group: Sequence[Ripe]) -> datetime | None:
    """When the hours of contact allow a move, if they do not now: a letter has its own."""
    paper = question.on_paper(group[0].step)
    return legal.contact_opens(question.law, question.now, paper=paper)


def was_asked(case: Case, why: str, claims: tuple[str, ...]) -> bool:
    """Whether a person was ever asked that about any of the claims."""
    known = [*case.tasks.values(), *case.answers.values()]
    return any(one.why == why and not set(claims).isdisjoint(one.claims) for one in known)


def _groups(ripe: Sequence[Ripe]) -> list[list[Ripe]]:
    """Claims that move together: alike in action, automation and channel.

    Where a person does the step, or a reminder is repeated, they are alike in the step as well.
    """
    order = sorted(ripe, key=lambda one: (-one.state.level, one.state.claim.due))
    groups: dict[tuple[object, ...], list[Ripe]] = {}
    for one in order:
        step = one.step.id if _by_hand(one) or is_repeated(one.step.id) else ""
        channels = one.step.channels if one.step.action == "remind" else ()
        kind = (one.step.action, one.step.automation, one.barred, step, channels)
        groups.setdefault(kind, []).append(one)
    return list(groups.values())


def _by_hand(one: Ripe) -> bool:
    return one.step.action == "ask" or one.step.automation == "manual"


def _move(question: Question, group: Sequence[Ripe], claims: Sorted) -> AnyDecision:
    because = (*claims.because, *(why for one in group for why in one.because))
    lead = group[0]
    if lead.barred:
        return _barred(question, group, because)
    if _by_hand(lead):
        return question.ask(step_question(lead.step.id), _names(group), because)
    if lead.step.action == "hand_over":
        return _hand_over(question, group, because)
    return _remind(question, group, claims)


def _barred(question: Question, group: Sequence[Ripe], because: tuple[Reason, ...]) -> AnyDecision:
    """A hand-over that no waiting makes lawful is told to a person once."""
    if was_asked(question.case, "hand_over_not_lawful", _names(group)):
        again = question.opening(question.today + _REVIEW)
        return Rest(until=again, why="not_lawful", because=because)
    return question.ask("hand_over_not_lawful", _names(group), because)


def _hand_over(
    question: Question, group: Sequence[Ripe], because: tuple[Reason, ...]
) -> AnyDecision:
    case, policy, claims = question.case, question.policy, _names(group)
    refused = tuple(claim for claim in claims if _refused(case, claim))
    if refused:
        why = reason("hub.partner", "the partner did not take the claims")
        return question.ask("partner_rejected", refused, (*because, why))
    noted = tuple(one.state.claim.id for one in group if _in_circumstance(question, one))
    if noted:
        text = "a circumstance of the debtor stands: a person says whether the partner may have it"
        why = reason("hub.circumstance", text)
        return question.ask(HAND_OVER, noted, (*because, why))
    amount = total([one.state.open for one in group], case.currency)
    minimum = max(policy.terms(claim).minimum for claim in claims)
    if amount < minimum and not yeses(case, "below_minimum", claims):
        why = reason("policy.minimum", "below the minimum of a hand-over", open=amount)
        return question.ask("below_minimum", claims, (*because, why))
    found = {one.state.claim.id: rate_unknown(question, one.state) for one in group}
    unrated = {name: why for name, why in found.items() if why is not None}
    if unrated:
        return question.ask("rate_unknown", tuple(unrated), (*because, *unrated.values()))

    def act(key: str) -> HandOver:
        partner, step = policy.partner or "", group[0].step.id
        return HandOver(act=key, step=step, claims=claims, partner=partner, because=because)

    return _let_go(question, group, because, act)


def rate_unknown(question: Question, state: ClaimState) -> Reason | None:
    """Why no partner can be told what a claim comes to today; None where its interest is known."""
    interest = accrued(question.case, state, question.law, question.today)
    if interest.unknown_from is None:
        return None
    why = interest.because[-1]
    return why.model_copy(update={"facts": {"claim": state.claim.id, **why.facts}})


def _in_circumstance(question: Question, one: Ripe) -> bool:
    """Whether a circumstance stands for a claim and nobody let the hand-over go in spite of it."""
    states, claim = question.case.states, one.state.claim
    there = states.circumstances.values() if states is not None else ()
    kinds = {noted.what for noted in there if noted.effect(claim.issued) != "goes_on"}
    return yeses(question.case, HAND_OVER, (claim.id,)) < len(kinds)


def _refused(case: Case, claim: str) -> bool:
    """Whether the partner refused a claim since a person last said to try again."""
    refusals = sum(
        1 for notice in case.notices.values() if notice.taken is False and claim in notice.claims
    )
    return refusals > yeses(case, "partner_rejected", (claim,))


def _remind(question: Question, ripe: Sequence[Ripe], claims: Sorted) -> AnyDecision:
    step = ripe[0].step
    channel = question.chain(step)[0]
    again = next_contact_on(question, channel)
    if question.today < again:
        wait = too_soon(question, again, channel)
        until = question.opening(again, paper=question.on_paper(step))
        return Rest(until=until, why="gathering", because=(wait,))
    group = gathered(question, ripe, claims.steps)
    because = (*claims.because, *(why for one in group for why in one.because))
    named = _names(group)
    # An overdue claim that is not part of this contact has a schedule and a payment date of its
    # own; to list it would be to demand it. What is not due yet may be mentioned.
    also = tuple(
        claim
        for claim in claims.free
        if claim not in named and question.due(question.case.claims[claim]) >= question.today
    )
    also += tuple(
        one.claim.id
        for one in question.case.claims.values()
        if still_asked(question.case, one, question.policy, question.law, question.today)
        and settled_in_peace(question, one)
        and question.today >= (rests_to(question, one) or question.today)
    )

    def act(key: str) -> Remind:
        return contact(question, key, group, also, because)

    return _let_go(question, group, because, act)


def settled_in_peace(question: Question, state: ClaimState) -> bool:
    """Whether nothing but its settlement keeps a settled claim from being asked about."""
    found = obstacle(question, state)
    return found is None or found.reason.rule == "policy.tolerance"


def rests_to(question: Question, state: ClaimState) -> date | None:
    """The first day of a step after a rejected dispute of a claim; None without one."""
    states = question.case.states
    return None if states is None else resumes(states.disputes.values(), state.claim.id)


def _let_go(
    question: Question,
    group: Sequence[Ripe],
    because: tuple[Reason, ...],
    act: Callable[[str], Remind | HandOver],
) -> AnyDecision:
    """The act itself, or the question to the person who must let it go first."""
    case, step, claims = question.case, group[0].step, _names(group)
    stuck = tuple(claim for claim in claims if _stuck(case, claim, len(step.channels)))
    if stuck:
        why = reason("hub.tries", "the step failed again and again", step=step.id, tries=MAX_TRIES)
        return question.ask("cannot_be_done", stuck, (*because, why))
    key = act_key(case, step.id, claims)
    approval = case.answers.get(key)
    if step.automation == "propose" and (approval is None or approval.answer not in YES):
        return Ask(task=key, why=f"approve_{step.action}", claims=claims, because=because)
    return act(key)


def _stuck(case: Case, claim: str, channels: int) -> bool:
    """Whether a step failed as often as it may; each yes of a person allows as many tries again.

    Each of its channels is tried once at least.
    """
    allowed = max(MAX_TRIES, channels) * (1 + yeses(case, "cannot_be_done", (claim,)))
    return len(case.standing(claim).setbacks) >= allowed


def _names(group: Sequence[Ripe]) -> tuple[str, ...]:
    return tuple(one.state.claim.id for one in group)
