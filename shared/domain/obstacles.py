"""Obstacles: how what was agreed, contested or noted keeps a claim from moving.

The order is fixed, and the first that applies is the reason: limitation, circumstance, a request to
stop that nobody has answered, payment plan, dispute, request to stop, settlement or promise. A case
that is closed, parked, waiting for the outcome of an act or on hold as a whole is at rest before
any of them; open questions to a person, holds of the claim and the source's own flags come after
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.answers import yeses
from shared.domain.case import ClaimState
from shared.domain.circumstance import ADDRESSEE, nameless
from shared.domain.debtor_rights import dispute_section
from shared.domain.dispute import left_alone
from shared.domain.explain import Reason
from shared.domain.lapses import lapse_of
from shared.domain.plan import IN_FORCE, Plan
from shared.domain.plan_pause import standing
from shared.domain.question import Question, reason
from shared.domain.states import States
from shared.domain.undisputed import repeated

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Aside:
    """Why a claim is left alone; it is looked at again after ``until`` (None: when told).

    ``word`` names the rest where the rule is one of the law's, whose ids differ by country.
    """

    reason: Reason
    until: date | None = None
    person: bool = False
    word: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a person must say about a claim before it may move."""

    state: ClaimState
    why: str
    reason: Reason


def of_states(question: Question, state: ClaimState) -> Aside | Doubt | None:
    """What age and a case's states do to one claim: it rests, waits for a person, or nothing."""
    lapse = lapse_of(question.case, state, question.law, question.today)
    if lapse is not None and lapse.lapsed(question.today):
        return Aside(lapse.because[0], word="time_barred")
    states = question.case.states
    if states is None:
        return None
    for look in (_circumstance, _asked_to_stop, _plan, _dispute, _stop, _promise):
        found = look(question, states, state)
        if found is not None:
            return found
    return None


def agreed(question: Question, state: ClaimState) -> Aside | None:
    """What the debtor agreed with us about a claim that a partner has: its end is looked for."""
    states, claim = question.case.states, state.claim.id
    if states is None:
        return None
    promised = _promise(question, states, state)
    if promised is not None or not any(claim in one.claims for one in states.plans.values()):
        return promised
    found = _plan(question, states, state)
    return found if isinstance(found, Aside) else None


def _circumstance(question: Question, states: States, state: ClaimState) -> Aside | Doubt | None:
    claim, found = state.claim, None
    for one in states.circumstances.values():
        effect = one.effect(claim.issued)
        if effect == "goes_on" or (effect == "asks" and claim.id in one.cleared):
            continue
        text = "a circumstance of the debtor stands in the way until it has ended"
        why = reason(
            "hub.circumstance",
            text,
            claim=claim.id,
            circumstance=one.what,
            effective=one.effective,
            state=one.id,
        )
        if effect == "stops":
            return Aside(why)
        found = found or Doubt(state, f"circumstance_{one.what}", why)
    return found or _addressee(question, states, state)


def _addressee(question: Question, states: States, state: ClaimState) -> Aside | Doubt | None:
    """No letter to the dead, a minor or whoever is protected: a person names another party."""
    if not nameless(states.circumstances.values()):
        return None
    text = "letters go to another party than the debtor, and none is named"
    why = reason("hub.addressee", text, claim=state.claim.id)
    answered = yeses(question.case, ADDRESSEE, (state.claim.id,))
    return Aside(why) if answered else Doubt(state, ADDRESSEE, why)


def _plan(question: Question, states: States, state: ClaimState) -> Aside | Doubt | None:
    case, claim = question.case, state.claim.id
    latest: Plan | None = None
    for plan in states.plans.values():
        covers = claim in plan.claims
        if covers:
            latest = plan
        stage = standing(plan, states, case.claims, question.today)
        if stage not in IN_FORCE or not (covers or plan.new_claims == "hold"):
            continue
        text = "while a payment plan is in force nothing advances"
        why = reason("hub.plan", text, claim=claim, plan=plan.id, stage=stage, covered=covers)
        return Aside(why, until=plan.looks_on(case.claims, question.today))
    if latest is None or latest.on_broken != "ask" or claim in latest.cleared:
        return None
    if standing(latest, states, case.claims, question.today) != "broken":
        return None
    text = "the payment plan was broken: a person says how it goes on"
    return Doubt(state, "plan_broken", reason("hub.plan_broken", text, claim=claim, plan=latest.id))


def _dispute(question: Question, states: States, state: ClaimState) -> Aside | Doubt | None:
    claim = state.claim.id
    part = left_alone(states.disputes.values(), state)
    if not part:
        return _credited(question, states, state)
    rest = state.open - part
    facts = {"claim": claim, "disputed": part, "undisputed": rest}
    statute = dispute_section(question.law)
    tolerance = question.policy.tolerance
    if rest.currency != tolerance.currency or rest <= tolerance:
        text = "the claim is disputed: it rests until the dispute is settled"
    elif next_is_hand_over(question, state) and repeated(question, state) is None:
        text = "a claim that is disputed in part is not handed over until the dispute is settled"
    else:
        return None
    return Aside(_lawful("hub.dispute", text, statute, facts))


def _credited(question: Question, states: States, state: ClaimState) -> Doubt | None:
    """No hand-over where every notice asked for more than was owed, unless a person lets it go."""
    case, claim = question.case, state.claim.id
    days = [
        one.on for one in states.disputes.values() if one.claim == claim and one.state == "accepted"
    ]
    if not days or not next_is_hand_over(question, state):
        return None
    told_since = any(one.on is not None and one.on > max(days) for one in case.notices_of(claim))
    if told_since or yeses(case, "notice_asked_too_much", (claim,)) >= len(days):
        return None
    text = "no notice since an accepted dispute asked for what is owed: a person says how to go on"
    why = reason("hub.dispute_notice", text, claim=claim, since=max(days))
    return Doubt(state, "notice_asked_too_much", why)


def _promise(question: Question, states: States, state: ClaimState) -> Aside | None:
    case, claim, today = question.case, state.claim.id, question.today
    for one in states.promises.values():
        if one.outcome != "open" or claim not in one.claims:
            continue
        judged = one.judged(case.claims, today)
        facts = {"claim": claim, "state": one.id, "amount": one.amount, "day": one.day}
        if judged == "open":
            text = "the debtor has promised to pay: the claim rests until the money can be there"
            if one.settles:
                text = "a settlement is agreed: the claim rests until the money can be there"
            return Aside(reason("hub.promise", text, **facts), until=one.holds_to)
        if judged == "kept" and one.settles:
            text = "the settlement was paid: the rest is let go"
            return Aside(reason("hub.settled", text, **facts), until=today)
    return None


def _asked_to_stop(_: Question, states: States, state: ClaimState) -> Doubt | None:
    """A person is asked at once, whatever was agreed or contested beside it."""
    claim = state.claim.id
    for one in states.stops.values():
        if claim in one.claims and claim not in one.cleared:
            text = "the debtor asks to stop collecting: a person decides about going to court"
            facts = {"claim": claim, "state": one.id, "since": one.on}
            return Doubt(state, "stop_requested", _lawful("hub.stop", text, one.section, facts))
    return None


def _stop(question: Question, states: States, state: ClaimState) -> Aside | None:
    """After the answer: no hand-over."""
    claim = state.claim.id
    for one in states.stops.values():
        if claim in one.claims and next_is_hand_over(question, state):
            text = "a partner's acts would cost the debtor, who asked to stop"
            facts = {"claim": claim, "state": one.id, "since": one.on}
            return Aside(_lawful("hub.stop", text, one.section, facts))
    return None


def next_is_hand_over(question: Question, state: ClaimState) -> bool:
    """Whether a claim's next step is the partner's."""
    steps = question.policy.terms(state.claim.id).steps
    return state.level < len(steps) and steps[state.level].action == "hand_over"


def _lawful(rule: str, text: str, section: str, facts: Mapping[str, object]) -> Reason:
    """A rule of the hub that carries out a statute."""
    return reason(rule, text, **facts).model_copy(update={"section": section})
