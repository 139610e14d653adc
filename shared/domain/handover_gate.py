"""The gate before a hand-over: every condition of the law, the hub and the partner, one by one.

It explains and changes nothing. ``decide`` says whether a hand-over comes; the gate says of each
condition whether it is met, on what it stands and what to do, and holds the partner's own terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.domain import aftermath
from shared.domain import law as legal
from shared.domain.answers import yeses
from shared.domain.at_partner import NOTHING
from shared.domain.case import ClaimState
from shared.domain.handover_gate_check import Check, Facts, check
from shared.domain.handover_gate_partner import of_offer, of_service, of_terms
from shared.domain.lapses import lapse_for
from shared.domain.money import total
from shared.domain.moves import rate_unknown
from shared.domain.obstacles import next_is_hand_over
from shared.domain.question import Question
from shared.domain.ripeness import obstacle

__all__ = ["NOT_COLLECTED", "Check", "Facts", "barred", "gate"]

# The condition, and the question, of a claim that is to be watched and was never collected.
NOT_COLLECTED = "not_collected_before"


def gate(question: Question, claims: tuple[str, ...], facts: Facts) -> tuple[Check, ...]:
    """Every condition of handing ``claims`` over on the question's day, the unmet ones first."""
    states = [question.case.claims[claim] for claim in claims]
    found = [
        *_of_case(question, states),
        *(one for state in states for one in _of_claim(question, state, facts)),
        *_of_file(facts),
        *of_service(facts),
        *(of_terms(question, states, facts, facts.terms) if facts.terms is not None else ()),
        *of_offer(facts),
    ]
    return tuple(sorted(found, key=lambda one: one.ok))


def barred(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The partner's own conditions that are not met: no hand-over leaves against one of them."""
    return tuple(one for one in checks if not one.ok and one.by == "partner")


# --- the case and its claims --------------------------------------------------------------------


def _of_case(question: Question, states: Sequence[ClaimState]) -> Iterator[Check]:
    case, today = question.case, question.today
    held = any(one.covers(None, today) for one in case.holds.values())
    asked = any(not one.claims for one in case.tasks.values())
    yield check(
        "case_free", "hub", not (held or asked or case.closed or case.parked),
        "nothing holds the case as a whole", "the case is held, closed, parked or a person's",
        "release the hold or answer the task",
    )  # fmt: skip
    yield check(
        "no_act_pending", "hub", case.pending() is None,
        "no act is without its outcome", "an act has no outcome yet",
        "wait until it is known whether it happened", remedy="wait",
    )  # fmt: skip
    amount = total([one.open for one in states], case.currency)
    minimum = max((question.policy.terms(one.claim.id).minimum for one in states), default=amount)
    names = tuple(one.claim.id for one in states)
    allowed = amount >= minimum or bool(yeses(case, "below_minimum", names))
    yield check(
        "minimum", "hub", allowed,
        "the open principal reaches the policy's minimum", "the policy hands over no less",
        "wait for more, or let it go by an answer", open=amount, minimum=minimum,
    )  # fmt: skip


def _of_claim(question: Question, state: ClaimState, facts: Facts) -> Iterator[Check]:
    claim = state.claim.id
    aside = obstacle(question, state)
    why = aside.reason if aside is not None else None
    yield check(
        "claim_free", "hub", why is None,
        "no dispute, plan, promise, hold, circumstance or flag keeps the claim",
        why.text if why else "", "settle what keeps it, or wait until it ends",
        claim=claim, section=why.section if why else "",
    )  # fmt: skip
    yield check(
        "not_with_partner", "hub", not state.with_partner and state.open.amount > 0,
        "the claim is open and with no partner", "the claim is with a partner, or paid",
        "recall it first", claim=claim,
    )  # fmt: skip
    lapse = lapse_for(question.case, state, question.law, natural_person=state.claim.natural_person)
    yield check(
        "not_lapsed", "law", not lapse.lapsed(question.today),
        "the claim is not time-barred", "the claim is time-barred",
        "write it off, or note what started the time anew",
        claim=claim, section=lapse.because[0].section, lapses_on=lapse.lapses_on or "unknown",
    )  # fmt: skip
    unrated = rate_unknown(question, state)
    yield check(
        "rate_known", "law", unrated is None,
        "late interest is known up to the day", unrated.text if unrated else "", "enter the rate",
        claim=claim, section=unrated.section if unrated else "",
        since=unrated.facts["from"] if unrated else "",
    )  # fmt: skip
    yield from _told(question, state)
    if facts.service == "surveillance":
        yield collected_before(question, state)


def collected_before(question: Question, state: ClaimState) -> Check:
    """Whether a collection has ended on a claim, which surveillance follows, or a person said so.

    No source names what a partner asks of a claim that it is to watch from the first day.
    """
    claim = state.claim.id
    ended = claim in (question.case.at_partner or NOTHING).ended
    return check(
        NOT_COLLECTED, "partner", ended or bool(yeses(question.case, NOT_COLLECTED, (claim,))),
        "a collection has ended, or a person lets it be watched without one",
        "no collection has ended on the claim, which surveillance follows",
        "have it collected first, or let it go by an answer", claim=claim,
    )  # fmt: skip


def _told(question: Question, state: ClaimState) -> Iterator[Check]:
    """Whether the debtor was told, and the law's wait since; where the partner reminds: overdue."""
    claim, reminds = state.claim.id, question.policy.hand_over.partner_reminds
    yield check(
        "last_step", "hub", next_is_hand_over(question, state),
        "every step before the hand-over is done", "a step comes before the hand-over",
        "wait for the step", claim=claim, remedy="wait", level=state.level,
    )  # fmt: skip
    verdict = legal.hand_over(
        question.law, question.facts(state), question.today, partner_reminds=reminds
    )
    why = verdict.because[0]
    yield check(
        "law_wait", "law", verdict.allowed, why.text, why.text,
        "wait until the day" if verdict.earliest else "send a reminder first",
        claim=claim, section=why.section, remedy="wait" if verdict.earliest else "person",
        until=verdict.earliest, **why.facts,
    )  # fmt: skip
    doubt = None if reminds else aftermath.unannounced(question, state)
    yield check(
        "announced", "hub", doubt is None,
        "the debtor was told since everything that had kept the claim", "nothing was told since",
        "send a notice, or let the hand-over go by an answer", claim=claim,
    )  # fmt: skip


# --- the file -----------------------------------------------------------------------------------


def _of_file(facts: Facts) -> Iterator[Check]:
    yield check(
        "file_agrees", "hub", facts.file is not None,
        "the case file's parts agree", "the case file's parts disagree",
        "have the case looked at",
    )  # fmt: skip
    yield check(
        "data", "hub", not facts.lacking,
        "all that every partner needs is there", "something that every partner needs is missing",
        "complete the master data in the books", fields=" ".join(facts.lacking),
    )  # fmt: skip
