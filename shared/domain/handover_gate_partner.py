"""The partner's own conditions of a hand-over: its stored terms, and what it says itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from shared.domain.case import ClaimState
from shared.domain.casefile_v1 import CaseFile
from shared.domain.explain import Record
from shared.domain.handover_gate_check import Check, Facts, check
from shared.domain.handover_gate_terms import PartnerTerms, RequiredField
from shared.domain.money import Money, total
from shared.domain.question import Question

_DAY = timedelta(days=1)


def of_terms(
    question: Question, states: Sequence[ClaimState], facts: Facts, terms: PartnerTerms
) -> Iterator[Check]:
    """What the stored terms of the partner say of a hand-over."""
    case = question.case
    signed = terms.contract.state == "signed" and (terms.contract.on or date.max) <= question.today
    yield check(
        "contract", "partner", signed, "the contract is signed", "the contract is not signed yet",
        "sign it, and store its day with the terms", remedy="wait", until=terms.contract.on,
    )  # fmt: skip
    yield check(
        "draining", "partner", not terms.draining, "the partner takes new cases",
        "the partner gets no new case", "route the claims to another partner",
    )  # fmt: skip
    amount = total([one.open for one in states], case.currency)
    enough = _within(amount, terms)
    yield check(
        "amount", "partner", enough, "the open principal is what the partner takes",
        "the open principal is below or above what the partner takes",
        "route the claims to another partner", open=amount,
    )  # fmt: skip
    for name, wanted, allowed in (
        ("country", case.law, terms.countries),
        ("currency", case.currency, terms.currencies),
    ):
        yield _among(name, wanted, allowed)
    for state in states:
        claim = state.claim
        yield _among("capacity", claim.capacity, terms.capacities, claim.id)
        yield _among("claim_class", claim.claim_class, terms.classes, claim.id)
        yield from _waited(question, state, terms)
    if facts.file is not None:
        absent = tuple(_absent(facts.file, terms.required))
        yield check(
            "required", "partner", not absent,
            "all that this partner asks for is there", "something that this partner asks for is "
            "missing", "complete the master data in the books", fields=" ".join(absent),
        )  # fmt: skip


def of_service(facts: Facts) -> Iterator[Check]:
    """Whether the partner offers the service; one beyond collection only where its terms name it.

    Not every partner sends reminders, or watches claims, and a claim that nobody works on is lost.
    """
    named = facts.terms.services if facts.terms is not None else ()
    if facts.service != "collection" and not named:
        yield check(
            "service", "partner", False, "",  # noqa: FBT003
            "nobody has said that the partner offers this service",
            "agree on it, and store it among the services of the partner's terms",
            given=facts.service,
        )  # fmt: skip
    elif named:
        yield _among("service", facts.service, named)


def _within(amount: Money, terms: PartnerTerms) -> bool:
    limits = [one for one in (terms.minimum, terms.maximum) if one is not None]
    if any(one.currency != amount.currency for one in limits):
        return False
    least, most = terms.minimum or amount, terms.maximum or amount
    return least <= amount <= most


def _among(name: str, wanted: str, allowed: Sequence[str], claim: str | None = None) -> Check:
    return check(
        name, "partner", not allowed or wanted in allowed,
        f"the partner takes this {name}", f"the partner does not take this {name}",
        "route the claims to another partner", claim=claim, given=wanted,
    )  # fmt: skip


def _waited(question: Question, state: ClaimState, terms: PartnerTerms) -> Iterator[Check]:
    """The partner's own waits, in full days: the day after the last of them is the first one."""
    claim = state.claim
    after_due, after_notice = (
        terms.after_due.of(claim.capacity),
        terms.after_notice.of(claim.capacity),
    )
    first = question.due(state) + timedelta(days=after_due) + _DAY if after_due else date.min
    told = max((one.on for one in question.case.notices_of(claim.id) if one.on), default=None)
    if after_notice and told is not None:
        first = max(first, told + timedelta(days=after_notice) + _DAY)
    yield check(
        "partner_wait", "partner", question.today >= first,
        "the partner's waits are over", "the partner takes it only after its own wait",
        "wait until the day", claim=claim.id, remedy="wait",
        until=first if question.today < first else None,
    )  # fmt: skip


def _absent(file: CaseFile, required: Sequence[RequiredField]) -> Iterator[str]:
    places: Mapping[str, Sequence[Record]] = {"debtor": file.debtors, "claim": file.claims}
    named = {"email": "emails", "phone": "phones"}
    for one in required:
        place, _, name = one.partition(".")
        for at, record in enumerate(places[place]):
            if not getattr(record, named.get(name, name)):
                yield f"{place}s.{at}.{named.get(name, name)}"


def of_offer(facts: Facts) -> Iterator[Check]:
    """Whether the partner says that it takes the case, where it was asked."""
    if facts.offer is None:
        return
    code = facts.offer.code or ""
    yield check(
        "eligible", "partner", facts.offer.eligible,
        "the partner says that it takes the case", "the partner says that it does not take it",
        "mend what it names, or route the claims to another partner", code=code,
    )  # fmt: skip
