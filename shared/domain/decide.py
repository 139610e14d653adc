"""The one question: what, if anything, should happen to this case now, and why.

``decide`` is pure. It is asked afresh whenever a case is due and again right before every touch;
nothing else in the hub decides. It never advances anything by itself: a payment that came in, a
hold or a new law simply gives another answer the next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from shared.domain import law as legal
from shared.domain.calendar import next_banking_day
from shared.domain.case import Case, ClaimState, Notice
from shared.domain.explain import Reason, Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.policy import Policy, Step

# Days after dispatch on which a notice has certainly arrived, per channel; the time to pay counts
# from there (KKV/378/14.08.01.05/2022: from the latest receipt by the method used). The letter's
# seven days are the hub's cautious assumption for second-class post in Finland.
DELIVERY_DAYS = {"email": 1, "sms": 1, "letter": 7}

CLOSE_AFTER_DAYS = 30

# A step that failed so often is a person's: another try would only fail again.
MAX_TRIES = 3


class Rest(Record):
    """Nothing to do until ``until`` (UTC), or until something happens when it is None."""

    kind: Literal["rest"] = "rest"
    until: datetime | None
    why: str
    because: tuple[Reason, ...] = ()


class Remind(Record):
    """One contact with the debtor about ``claims``; ``also`` are open claims it merely lists.

    ``fee`` is carried by ``fee_claim``. ``deadline`` is the new payment date. ``next_action`` and
    ``next_on`` are what the notice announces. ``act`` is the key of the act, the same each time
    that this very contact is decided.
    """

    kind: Literal["remind"] = "remind"
    act: str
    step: str
    claims: tuple[Id, ...]
    also: tuple[Id, ...] = ()
    channels: tuple[str, ...]
    letter: str
    tone: str
    fee: Money | None = None
    fee_claim: Id | None = None
    fee_rule: str | None = None
    deadline: date
    next_action: str
    next_on: date | None
    because: tuple[Reason, ...] = ()


class HandOver(Record):
    """Claims go to the collection partner."""

    kind: Literal["hand_over"] = "hand_over"
    act: str
    step: str
    claims: tuple[Id, ...]
    partner: str
    because: tuple[Reason, ...] = ()


class Ask(Record):
    """A person must look; ``task`` is stable, so the same question is asked once."""

    kind: Literal["ask"] = "ask"
    task: str
    why: str
    claims: tuple[Id, ...] = ()
    because: tuple[Reason, ...] = ()


class Done(Record):
    """The case can be closed."""

    kind: Literal["done"] = "done"
    why: str
    because: tuple[Reason, ...] = ()


Decision = Annotated[Rest | Remind | HandOver | Ask | Done, Field(discriminator="kind")]
AnyDecision = Rest | Remind | HandOver | Ask | Done


@dataclass(frozen=True, slots=True)
class Ripe:
    """A claim with the policy step that is next for it and the first day of that step."""

    state: ClaimState
    step: Step
    on: date
    because: tuple[Reason, ...]


def decide(case: Case, policy: Policy, law: legal.LawPack, now: datetime) -> AnyDecision:
    """The decision for a case at ``now``, an aware instant in the creditor's own zone."""
    settled = _settled(case, law, now)
    if settled is not None:
        return settled
    mine, asides, question = _eligible(case, policy, law, now.date())
    if question is not None:
        return question
    steps = [_next_step(case, state, policy, law) for state in mine]
    waiting = [ripe for ripe in steps if ripe is not None]
    if not waiting:
        why = "with_partner" if any(c.with_partner for c in case.open_claims()) else "nothing_left"
        return Rest(until=_review(law, case, now), why=why, because=asides)
    ripe = [one for one in waiting if one.on <= now.date()]
    if not ripe:
        first = min(waiting, key=lambda one: (one.on, one.state.claim.id))
        return Rest(
            until=_opening(law, first.on, now),
            why="step_not_due",
            because=(*asides, *first.because),
        )
    return _act(case, policy, law, now, ripe, asides)


def first_step_on(policy: Policy, due: date) -> date:
    """The day on which a claim due on ``due`` joins a case: the date of its first policy step."""
    return next_banking_day(policy.law, due) + timedelta(days=policy.steps[0].after)


def act_key(case: Case, step: str, claims: Iterable[str]) -> str:
    """The key of an act: the same case, step, claims and earlier tries give the same key.

    A notice that failed or came back gets a new key, or its step could never be repeated.
    """
    claims = sorted(claims)
    seed = "|".join([case.id, step, str(_tries(case, step, claims)), *claims])
    return f"{case.id}-{step}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


def _tries(case: Case, step: str, claims: list[str]) -> int:
    """How often this very step failed or came back."""
    return sum(
        1
        for notice in case.notices.values()
        if notice.step == step
        and sorted(notice.claims) == sorted(claims)
        and notice.state in {"failed", "returned"}
    )


# --- what ends the question early ------------------------------------------------------------


def _settled(case: Case, law: legal.LawPack, now: datetime) -> AnyDecision | None:
    today = now.date()
    if case.closed:
        return Rest(until=None, why="closed")
    if case.parked is not None:
        return Rest(until=None, why="parked")
    pending = case.pending()
    if pending is not None:
        return Rest(
            until=_opening(law, today + timedelta(days=1), now),
            why="outcome_pending",
            because=(_reason("hub.one_act_at_a_time", "an act has no outcome yet", act=pending.act),),
        )
    if not case.open_claims():
        return _ended(case, law, now)
    for hold in case.holds.values():
        if hold.claim is None and (hold.until is None or hold.until >= today):
            until = hold.until and hold.until + timedelta(days=1)
            return Rest(
                until=_opening(law, until, now) if until else None,
                why="held",
                because=(_reason("hub.hold", "the case is on hold", reason=hold.reason),),
            )
    if case.tasks:
        task, why = next(iter(case.tasks.items()))
        because = _reason("hub.person", "a person has been asked", task=task, why=why)
        return Rest(until=None, why="waits_for_person", because=(because,))
    if case.partner_state == "rejected":
        claims = [state.claim.id for state in case.open_claims()]
        reason = _reason("hub.partner", "the partner did not take the case")
        return _asked_or_rest(case, "partner_rejected", claims, (reason,))
    return None


def _ended(case: Case, law: legal.LawPack, now: datetime) -> AnyDecision:
    since = case.last_movement or now.date()
    close_on = since + timedelta(days=CLOSE_AFTER_DAYS)
    because = _reason(
        "hub.close", "nothing has been open since", since=since.isoformat(), days=CLOSE_AFTER_DAYS
    )
    if now.date() >= close_on:
        return Done(why="nothing_open", because=(because,))
    return Rest(until=_opening(law, close_on, now), why="nothing_open", because=(because,))


# --- which claims may move ----------------------------------------------------------------------


def _eligible(
    case: Case, policy: Policy, law: legal.LawPack, today: date
) -> tuple[list[ClaimState], tuple[Reason, ...], Ask | None]:
    """Claims that may move, why the others may not, and the question to a person if one is due."""
    mine: list[ClaimState] = []
    asides: list[Reason] = []
    for state in case.open_claims():
        if state.with_partner:
            continue
        aside, question = _obstacle(case, state, policy, law, today)
        if question is not None and question.task not in case.answers:
            return [], (), question
        if aside is None and question is None:
            mine.append(state)
        elif aside is not None:
            asides.append(aside)
    return mine, tuple(asides), None


def _obstacle(
    case: Case, state: ClaimState, policy: Policy, law: legal.LawPack, today: date
) -> tuple[Reason | None, Ask | None]:
    claim = state.claim
    if state.missing:
        reason = _reason("hub.missing", "the source no longer knows the invoice", claim=claim.id)
        return reason, _ask(case, "claim_missing", [claim.id], reason)
    uncovered = legal.covers(law, claim.claim_class, claim.capacity)
    if uncovered is not None:
        return uncovered, _ask(case, "class_not_covered", [claim.id], uncovered)
    if state.do_not_dun:
        flags = ",".join(state.do_not_dun)
        return _reason("hub.do_not_dun", "the source says no", claim=claim.id, flags=flags), None
    for hold in case.holds.values():
        if hold.claim == claim.id and (hold.until is None or hold.until >= today):
            return _reason("hub.hold", "on hold", claim=claim.id, reason=hold.reason), None
    if state.open <= policy.tolerance:
        text = "the open amount is within the tolerance"
        return _reason("policy.tolerance", text, claim=claim.id, open=str(state.open)), None
    return None, None


def _next_step(
    case: Case, state: ClaimState, policy: Policy, law: legal.LawPack
) -> Ripe | None:
    """The next step of a claim and its first day, by policy and by law; None after the last."""
    if state.level >= len(policy.steps):
        return None
    step = policy.steps[state.level]
    given = case.notices_of(state.claim.id)
    due = next_banking_day(policy.law, state.claim.due)
    base, since = due, "due"
    previous = case.last_step(state.claim.id)
    if step.since == "previous" and previous is not None:
        base, since = previous, "previous"
    on = base + timedelta(days=step.after)
    reasons = [
        _reason(
            "policy.step", "the step counts full days", claim=state.claim.id, step=step.id,
            since=since, base=base.isoformat(), after=step.after, on=on.isoformat(),
        )  # fmt: skip
    ]
    deadline = given[-1].deadline if given else None
    if deadline is not None and on <= deadline:
        on = deadline + timedelta(days=1)
        text = "no step before the payment date of the last notice has passed"
        reasons.append(_reason("hub.deadline", text, deadline=deadline.isoformat()))
    if step.action == "hand_over":
        verdict = legal.hand_over(law, claim_facts(case, state, given), on)
        if not verdict.allowed:
            reasons.extend(verdict.because)
            on = verdict.earliest or date.max
    return Ripe(state, step, on, tuple(reasons))


# --- what to do about ripe claims ---------------------------------------------------------------


def _act(
    case: Case,
    policy: Policy,
    law: legal.LawPack,
    now: datetime,
    ripe: list[Ripe],
    asides: tuple[Reason, ...],
) -> AnyDecision:
    opens = legal.contact_opens(law, now)
    if opens is not None:
        outside = _reason("hub.contact_window", "outside the hours of contact")
        return Rest(until=opens.astimezone(UTC), why="contact_window", because=(outside,))
    lead = max(ripe, key=lambda one: (one.state.level, -one.state.claim.due.toordinal()))
    together = [one for one in ripe if one.step.action == lead.step.action]
    if lead.step.action == "remind":
        last = case.last_contact()
        if last is not None and now.date() < last + timedelta(days=policy.gather_days):
            again = last + timedelta(days=policy.gather_days)
            text = "one contact per debtor and gathering window"
            wait = _reason("policy.gather", text, last=last.isoformat())
            return Rest(until=_opening(law, again, now), why="gathering", because=(wait,))
    claims = [one.state.claim.id for one in together]
    because = (*asides, *(reason for one in together for reason in one.because))
    if lead.step.action == "ask":
        return _asked_or_rest(case, f"step_{lead.step.id}", claims, because)
    key = act_key(case, lead.step.id, claims)
    if lead.step.automation != "automatic" and case.answers.get(key) != "approved":
        if key in case.answers:
            return Rest(until=None, why="not_approved", because=because)
        return Ask(task=key, why=f"approve_{lead.step.action}", claims=tuple(claims), because=because)
    if _tries(case, lead.step.id, claims) >= MAX_TRIES:
        return _asked_or_rest(case, "cannot_be_done", claims, because)
    if lead.step.action == "hand_over":
        return _hand_over(case, policy, lead.step, together, because, key)
    return _remind(case, policy, law, now.date(), lead, together, because, key)


def _hand_over(
    case: Case,
    policy: Policy,
    step: Step,
    ripe: list[Ripe],
    because: tuple[Reason, ...],
    key: str,
) -> AnyDecision:
    claims = [one.state.claim.id for one in ripe]
    amount = Money.zero(case.currency)
    for one in ripe:
        amount += one.state.open
    if amount < policy.minimum:
        reason = _reason("policy.minimum", "below the minimum of a hand-over", open=str(amount))
        return _asked_or_rest(case, "below_minimum", claims, (*because, reason))
    return HandOver(
        act=key, step=step.id, claims=tuple(claims), partner=policy.partner or "", because=because
    )


def _remind(
    case: Case,
    policy: Policy,
    law: legal.LawPack,
    today: date,
    lead: Ripe,
    ripe: list[Ripe],
    because: tuple[Reason, ...],
    key: str,
) -> Remind:
    fee, carrier, rule, fee_reasons = _fee(case, law, today, ripe)
    channel = lead.step.channels[0]
    deadlines = [
        legal.deadline(
            law,
            claim_facts(case, one.state, case.notices_of(one.state.claim.id)),
            today,
            delivery_days=DELIVERY_DAYS.get(channel, 7),
            payment_days=policy.payment_days,
        )
        for one in ripe
    ]
    deadline, why = max(deadlines, key=lambda pair: pair[0])
    claims = {one.state.claim.id for one in ripe}
    also = [
        state.claim.id
        for state in case.open_claims()
        if state.claim.id not in claims and not state.with_partner
    ]
    following = policy.steps[lead.state.level + 1 : lead.state.level + 2]
    next_on = None
    if following:
        next_on = max(today + timedelta(days=following[0].after), deadline + timedelta(days=1))
    return Remind(
        act=key,
        step=lead.step.id,
        claims=tuple(one.state.claim.id for one in ripe),
        also=tuple(also),
        channels=lead.step.channels,
        letter=lead.step.letter,
        tone=lead.step.tone,
        fee=fee,
        fee_claim=carrier,
        fee_rule=rule,
        deadline=deadline,
        next_action=following[0].action if following else "none",
        next_on=next_on,
        because=(*because, *fee_reasons, why),
    )


def _fee(
    case: Case, law: legal.LawPack, today: date, ripe: list[Ripe]
) -> tuple[Money | None, str | None, str | None, tuple[Reason, ...]]:
    """At most one fee, carried by the first claim that by itself meets every condition."""
    reasons: list[Reason] = []
    for one in ripe:
        if one.step.fee == "none":
            continue
        claim = one.state.claim
        facts = claim_facts(case, one.state, case.notices_of(claim.id))
        verdict = legal.reminder_fee(law, facts, today)
        reasons.extend(verdict.because)
        if verdict.allowed and verdict.amount:
            rule = verdict.because[0].rule if verdict.because else None
            return verdict.amount, claim.id, rule, tuple(reasons)
    return None, None, None, tuple(reasons)


def claim_facts(case: Case, state: ClaimState, given: list[Notice]) -> legal.ClaimFacts:
    """What the law looks at, of one claim."""
    claim = state.claim
    return legal.ClaimFacts(
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        claim_class=claim.claim_class,
        principal=claim.total,
        due=claim.due,
        invoice_sent=claim.sent,
        notices=tuple(
            legal.NoticeFact(
                act="reminder",
                sent=notice.on,
                charged=notice.fee_claim == claim.id and not notice.fee_credited,
                deadline=notice.deadline,
            )
            for notice in given
            if notice.on is not None
        ),
        fees=case.fees_of(claim.id),
        fee_clause=claim.fee_clause,
    )


# --- small parts ----------------------------------------------------------------------------------


def _asked_or_rest(
    case: Case, why: str, claims: list[str], because: tuple[Reason, ...]
) -> AnyDecision:
    question = _ask(case, why, claims, *because)
    if question.task in case.answers:
        return Rest(until=None, why="answered", because=because)
    return question


def _ask(case: Case, why: str, claims: list[str], *because: Reason) -> Ask:
    return Ask(task=act_key(case, why, claims), why=why, claims=tuple(claims), because=because)


def _reason(rule: str, text: str, **facts: object) -> Reason:
    return Reason(rule=rule, text=text, facts={key: str(value) for key, value in facts.items()})


def _opening(law: legal.LawPack, day: date, now: datetime) -> datetime:
    """The first instant (UTC) at which contact is allowed on or after a local day."""
    midnight = datetime.combine(day, time(0), tzinfo=now.tzinfo)
    return (legal.contact_opens(law, midnight) or midnight).astimezone(UTC)


def _review(law: legal.LawPack, case: Case, now: datetime) -> datetime:
    """A case that only waits for its partner is looked at again every thirty days."""
    return _opening(law, now.date() + timedelta(days=CLOSE_AFTER_DAYS), now)
