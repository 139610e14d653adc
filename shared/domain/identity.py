"""Identities: when two debtors may be one, and what it takes to make one case of two.

A rule only proposes; a person merges. What moves is the standing of claims as it is, so that
balances, fees, steps and payment dates are the same before and after, and no act is repeated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from shared.domain.case import Case
from shared.domain.case_parts import Hold
from shared.domain.dispute import contested
from shared.domain.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ClaimsParted,
    Held,
    Released,
)
from shared.domain.identity_events import CaseAbsorbed
from shared.domain.model import Party
from shared.domain.plan import IN_FORCE
from shared.domain.policy import Policy
from shared.errors import Refused

# A merge is one transaction of at most 100 writes, of which each claim and task is one.
MOST_CLAIMS = 80
# Countries whose business ids and VAT numbers have the same digits.
_DIGITS = frozenset({"FI", "NO", "DK"})
_LEAST = 6

SENTENCES = {
    "act_in_flight": "Something was sent and its outcome is not known yet: try again later.",
    "contacted": "The claim was in a letter with others, or something was said about it: it stays.",
    "dispute_open": "A dispute is not settled: settle it first.",
    "has_overrides": "The debtor has overrides of its own: take them away first.",
    "is_alias": "The debtor is merged with another one already.",
    "known_to_partner": "A partner had the case and knows it by its id: the case stays as it is.",
    "not_its_claim": "The claim is not the debtor's, or is not in a case of the other one.",
    "not_merged": "The debtor is not merged with another one.",
    "other_source": "The debtors come from two systems, which prove their balances apart.",
    "parked": "The hub gave a case to a person after failures: answer that task first.",
    "plan_in_force": "A payment plan is in force: end it, or wait until it has ended.",
    "policy_differs": "The two cases follow different steps: wait until one of them has closed.",
    "same_debtor": "A debtor is not merged with itself.",
    "too_many_claims": "The case has too many claims to be moved at once.",
    "with_partner": "Something is with a partner: call it back first.",
}


def refused(code: str) -> Refused:
    """The refusal of a merge or split, with the sentence for its giver."""
    return Refused("an identity cannot be changed", code=code, sentence=SENTENCES[code])


def keys_of(party: Party) -> tuple[str, ...]:
    """What another record of the same debtor would share, as plain texts: to be hashed.

    The public number of a company; of a person the name, the address and an e-mail address
    together. One of these alone is no proposal: namesakes and families are many.
    """
    if party.business_id is not None:
        number = _number(party.country, party.business_id)
        return (f"B:{party.country}|{number}",) if number else ()
    name = _plain(party.name)
    if party.kind not in {"person", "unknown"} or not name:
        return ()
    places = {
        f"{_plain(' '.join(one.lines))}|{_plain(one.postal_code)}"
        for one in party.addresses
        if one.lines and not one.protected
    }
    mails = {one.strip().casefold() for one in party.emails if "@" in one}
    return tuple(sorted(f"N:{name}|{place}|{mail}" for place in places for mail in mails))


def movable(case: Case, today: date) -> None:
    """Refuses to move a case in which something is agreed, contested or under way."""
    if case.parked is not None:
        raise refused("parked")
    quiet(case, today)
    if contested(case, tuple(case.claims)):
        raise refused("dispute_open")
    if any(one.with_partner for one in case.claims.values()):
        raise refused("with_partner")
    if case.partner_state not in {"none", "rejected"}:
        raise refused("known_to_partner")
    if len(case.claims) + len(case.tasks) > MOST_CLAIMS:
        raise refused("too_many_claims")


def quiet(case: Case, today: date) -> None:
    """Refuses to add to a case with an act under way or a payment plan in force."""
    if case.pending() is not None:
        raise refused("act_in_flight")
    plans = case.states.plans.values() if case.states is not None else ()
    if any(plan.stage(case.claims, today) in IN_FORCE for plan in plans):
        raise refused("plan_in_force")


def same_steps(one: Policy, other: Policy) -> None:
    """Refuses two policies under which a level does not mean the same."""
    if [(step.id, step.action) for step in one.steps] != [
        (step.id, step.action) for step in other.steps
    ]:
        raise refused("policy_differs")


def absorbing(case: Case, at: datetime) -> CaseAbsorbed:
    """All of a case, as it joins another one; what rested whole rests claim by claim there."""
    holds: list[Hold] = []
    for hold in case.holds.values():
        if hold.claim is not None:
            holds.append(hold)
            continue
        for number, state in enumerate(case.open_claims(), start=1):
            name = {"id": f"{hold.id}.{number}", "claim": state.claim.id}
            holds.append(hold.model_copy(update=name))
    every = tuple(case.claims)
    tasks = {
        name: one if one.claims else one.model_copy(update={"claims": every})
        for name, one in case.tasks.items()
    }
    return CaseAbsorbed(
        at=at,
        source=case.id,
        debtor=case.debtor,
        claims=tuple(case.claims.values()),
        notices=tuple(case.notices.values()),
        holds=tuple(holds),
        tasks=tasks,
        answers=case.answers,
        states=case.states,
    )


def leaving(case: Case, into: str, at: datetime) -> list[CaseEvent]:
    """The end of a case that went into another one."""
    parted = ClaimsParted(at=at, into=into, claims=tuple(case.claims), whole=True)
    return [parted, CaseClosed(at=at, why="merged")]


def untouched(case: Case, claims: Iterable[str]) -> None:
    """Refuses to take claims out of a case where any act, task or state has named them."""
    named = set(claims)
    for claim in named:
        if claim not in case.claims:
            raise refused("not_its_claim")
        if case.claims[claim].with_partner:
            raise refused("with_partner")
    told = [one.claims for one in case.notices.values()]
    told += [one.claims for one in (*case.tasks.values(), *case.answers.values())]
    if case.states is not None:
        states = case.states
        told += [one.claims for one in states.promises.values()]
        told += [one.claims for one in states.plans.values()]
        told += [one.claims for one in states.stops.values()]
        told += [(one.claim,) for one in states.disputes.values()]
        told += [(one.claim,) for one in states.liable]
    told += [(one.claim,) for one in case.holds.values() if one.claim is not None]
    if any(not named.isdisjoint(one) for one in told):
        raise refused("contacted")


def told_of(events: Iterable[CaseEvent], absorbed: CaseAbsorbed) -> list[CaseEvent]:
    """The events of an absorbed case as part of the survivor's story.

    A hold of all of it concerned its own claims, and none of the survivor's.
    """
    own = [state.claim.id for state in absorbed.claims]
    told, whole = list[CaseEvent](), set[str]()
    for event in events:
        match event:
            case CaseOpened() | ClaimsParted() | CaseClosed():
                pass
            case Held() if event.claim is None:
                whole.add(event.hold)
                told += [
                    event.model_copy(update={"hold": f"{event.hold}.{number}", "claim": claim})
                    for number, claim in enumerate(own, start=1)
                ]
            case Released() if event.hold in whole:
                names = [f"{event.hold}.{number}" for number in range(1, len(own) + 1)]
                told += [event.model_copy(update={"hold": name}) for name in names]
            case _:
                told.append(event)
    return told


def _number(country: str, business_id: str) -> str:
    """A business id in one form; empty for one that says nothing."""
    plain = re.sub(r"[^0-9A-Z]", "", business_id.upper())
    number = re.sub(r"\D", "", plain) if country in _DIGITS else plain.removeprefix(country)
    return number if len(number) >= _LEAST and len(set(number)) > 1 else ""


def _plain(text: str) -> str:
    """A name or address without case, marks and order: ``Esimerkki, Aino`` as the other way."""
    bare = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(sorted(re.findall(r"\w+", bare)))
