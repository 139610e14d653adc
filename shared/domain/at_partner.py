"""At the partner: what is known of a case's claims there, and what a person must tell by hand."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from shared.domain.explain import Record, content_hash
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.partner_events import LegalStep, Stage
from shared.domain.passed_on import WHOSE, PaidOut, question_of, unsure
from shared.domain.plan_events import Instalment

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.partner_events import PartnerReport

# What has become of a case at a partner.
PartnerState = Literal["none", "submitted", "accepted", "rejected", "closed"]

RETURNED = "notice_returned_at_partner"
_TELL_IT = "the partner has the claim and does not know of this: somebody must tell it"
_WHOSE_IS_IT = (
    "the debtor's own payment or the partner's, in another sum: it is told by a yes alone"
)

# What a partner asks or offers, and its news of the debtor: answered by a person, told back.
NEEDS = "partner_needs_information"
OFFERED = "settlement_offered"
LEARNED = "debtor_updated"
ASKED_THERE = frozenset({NEEDS, OFFERED, LEARNED})

# A plan with the debtor outlived the partner's work: nobody is left to say that it is over.
PLAN_LEFT = "partner_plan_left"
# The holds of claims that a plan at the partner covers begin so.
PLAN_THERE = "partner-plan:"

# The question of claims that a partner has let go of, by its close code; else PARTNER_CLOSED.
PARTNER_CLOSED = "partner_closed"
WRITE_OFF = "write_off_proposed"
BACK = "back_from_partner"
SOLD = "claim_sold"
_ENDS = {
    **dict.fromkeys(("WITHDRAWN_CREDITOR", "ERROR", "DUPLICATE"), BACK),
    **dict.fromkeys(
        ("INSOLVENT", "DEBT_RESTRUCTURING", "DECEASED", "UNTRACEABLE", "TIME_BARRED", "NO_ASSETS",
         "UNCOLLECTABLE", "SURVEILLANCE_ENDED"),
        WRITE_OFF,
    ),
}  # fmt: skip
# After these the claim may be handed over once more: the step counts as not done.
AGAIN = frozenset({"WITHDRAWN_CREDITOR", "ERROR", "DUPLICATE", "DISPUTED"})


class PartnerPlan(Record):
    """A plan that the debtor has with the partner; ``outcome`` once it is over.

    ``settles``: its one instalment is taken in full payment.
    """

    claims: tuple[Id, ...]
    instalments: tuple[Instalment, ...]
    outcome: str | None = None
    settles: bool = Field(default=False, exclude_if=operator.not_)


class LegalAct(Record):
    """A step that the partner took at a court or an enforcement authority."""

    step: LegalStep
    on: date
    authority_number: str | None = None


class Recall(Record):
    """Claims that were taken back on a day; ``waits_for`` are those that the partner still has."""

    partner: str
    on: date
    claims: tuple[Id, ...]
    waits_for: tuple[Id, ...]
    price: Money | None = None


class AtPartner(Record):
    """What a partner said of a case beside its money, and what was asked back of it.

    ``costs`` is what the debtor owes the partner itself, ``remaining`` the principal open there by
    claim. ``questions`` are the partner's own ids by the task that a person has. ``ended`` holds
    for each claim the questions that its ends at a partner gave rise to, oldest first.
    ``numbers`` are the partners' own numbers of the case, by connection. ``amended`` counts the
    case files that were made after a hand-over. ``sums`` are other amounts than those of principal
    in which the partner's money may come to the books, by claim.
    """

    stage: Stage | None = None
    suspended: bool = False
    suspended_until: date | None = None
    costs: Money | None = None
    remaining: dict[str, Money] = {}
    plans: dict[str, PartnerPlan] = {}
    legal: tuple[LegalAct, ...] = ()
    questions: dict[str, str] = {}
    recalls: dict[str, Recall] = {}
    ended: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    amended: int = Field(default=0, exclude_if=operator.not_)
    sums: dict[Id, tuple[PaidOut, ...]] = Field(default={}, exclude_if=operator.not_)


NOTHING = AtPartner()


def question_task(case: str, why: str, name: str) -> str:
    """The task of what a partner asks under its own id ``name``."""
    return f"{case}-{why}-{content_hash(name.encode())[:12]}"


def end_question(code: str) -> str:
    """What a person is asked about claims that a partner let go of with a close code."""
    return _ENDS.get(code, PARTNER_CLOSED)


def costs_open(case: Case) -> Money | None:
    """What the debtor still owes the partner itself; None when that is nothing, or unknown."""
    costs = case.at_partner.costs if case.at_partner is not None else None
    return costs if costs is not None and costs.amount > 0 else None


def recalled(case: Case, claim: str) -> bool:
    """Whether a claim was taken back and the partner has not let go of it yet."""
    known = case.at_partner or NOTHING
    return any(claim in one.waits_for for one in known.recalls.values())


def left(case: Case) -> tuple[str, tuple[str, ...]] | None:
    """A question about open claims that a partner let go of, and they; None when all were asked."""
    known = case.at_partner or NOTHING
    wanted: dict[str, list[str]] = {}
    for claim, whys in known.ended.items():
        if claim not in case.claims or not case.claims[claim].open:
            continue
        asked = sum(
            1
            for one in (*case.tasks.values(), *case.answers.values())
            if one.why in {PARTNER_CLOSED, WRITE_OFF, BACK} and claim in one.claims
        )
        if asked < len(whys):
            wanted.setdefault(whys[-1], []).append(claim)
    return next(((why, tuple(claims)) for why, claims in wanted.items()), None)


def plans_left(case: Case) -> Iterator[tuple[str, PartnerPlan, tuple[str, ...]]]:
    """Plans in force of which no partner has a claim any more, each with its open claims."""
    for name, plan in (case.at_partner or NOTHING).plans.items():
        states = [case.claims[one] for one in plan.claims if one in case.claims]
        claims = tuple(one.claim.id for one in states if one.open)
        if plan.outcome is None and claims and not any(one.with_partner for one in states):
            yield name, plan, claims


def handed(case: Case) -> dict[str, tuple[str, date]]:
    """The claims that are with a partner, with its connection and the day of their hand-over."""
    return {
        claim: (notice.channel, notice.intended_on)
        for notice in case.notices.values()
        if notice.action == "hand_over" and notice.given
        for claim in notice.claims
        if claim in case.claims and case.claims[claim].with_partner
    }


def concerned(case: Case, event: PartnerReport) -> tuple[str, ...]:
    """The claims that a report concerns: those it names, else all that its partner has."""
    named: Sequence[str] = getattr(event, "claims", ())
    partner: str | None = getattr(event, "partner", None)
    at = handed(case) if partner is not None else {}
    return tuple(
        name
        for name, state in case.claims.items()
        if state.with_partner
        and (not named or name in named)
        and (partner is None or (name in at and at[name][0] == partner))
    )


def standing(case: Case, partner: str) -> PartnerState:
    """How what one partner (its connection) was handed of a case stands, whatever others have."""
    mine = [
        one
        for one in case.notices.values()
        if one.action == "hand_over" and one.channel == partner and one.state != "failed"
    ]
    here = any(connection == partner for connection, _ in handed(case).values())
    if any(one.state in {"intended", "unknown"} for one in mine):
        return "submitted"
    if here:
        return "accepted" if mine[-1].taken else "submitted"
    if not mine:
        return "none"
    return "rejected" if mine[-1].taken is False else "closed"


def number(case: Case, partner: str) -> str | None:
    """A partner's own number of a case; None where it has none yet."""
    numbers = (case.at_partner or NOTHING).numbers
    return numbers.get(partner) if numbers else case.partner_case


def shown(case: Case) -> dict[str, Any] | None:
    """What people see of a case at a partner; None for one that was never handed over.

    ``standing`` is ``principal_paid_costs_open`` while nothing is owed to us and the debtor still
    owes the partner its costs: such a case is not closed.
    """
    if not any(one.action == "hand_over" for one in case.notices.values()):
        return None
    known, there = case.at_partner or NOTHING, handed(case)
    standing: str = case.partner_state
    if any(one.waits_for for one in known.recalls.values()):
        standing = "recalled"
    elif costs_open(case) is not None and not case.open_claims() and standing != "closed":
        standing = "principal_paid_costs_open"
    return {
        "standing": standing,
        "partners": {claim: partner for claim, (partner, _) in there.items()},
        **known.model_dump(
            mode="json", exclude={"ended", "questions", "numbers", "amended", "sums"}
        ),
    }


class Untold(NamedTuple):
    """Something that the partner does not know of and no message can say, and its claims.

    ``text`` is what a person reads of it, without a value.
    """

    why: str
    state: str
    what: str
    claims: tuple[str, ...]
    text: str


def untold(case: Case) -> Iterator[Untold]:
    """Everything of a case that a person must tell its partner, each with a stable name.

    A notice that comes back after the hand-over was not given: its fee falls away, and the
    partner's file still has it. A payment that may be the partner's own is told by a person's word.
    """
    at = handed(case)
    for claim in at:
        for one in unsure(case, claim):
            yield Untold(WHOSE, question_of(one, claim), one.paper or "", (claim,), _WHOSE_IS_IT)
    there = {claim: day for claim, (_, day) in at.items() if case.claims[claim].open}
    if there:
        yield from _returned(case, there)


def _returned(case: Case, there: Mapping[str, date]) -> Iterator[Untold]:
    for act, notice in case.notices.items():
        if notice.action == "remind" and notice.state == "returned":
            since = notice.undone_on or date.min
            claims = tuple(one for one in notice.claims if one in there and there[one] <= since)
            name = content_hash(act.encode())[:12]
            yield Untold(RETURNED, name, "notice", claims, _TELL_IT)
