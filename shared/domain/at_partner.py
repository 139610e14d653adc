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
    from shared.domain.case import Case, Notice
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
# A deed that the mandate does not let the partner do without a word of the creditor.
BEYOND = "beyond_mandate"
ASKED_THERE = frozenset({NEEDS, OFFERED, LEARNED, BEYOND})

# Money of the debtor here and at the partner crossed: together it is more than the claim.
PAID_TWICE = "paid_twice"

# A plan with the debtor outlived the partner's work: nobody is left to say that it is over.
PLAN_LEFT = "partner_plan_left"
# The holds of claims that a plan at the partner covers begin so.
PLAN_THERE = "partner-plan:"


class PartnerPlan(Record):
    """A plan that the debtor has with the partner; ``outcome`` once it is over.

    ``refused`` is one that does not stand by a person's word. ``settles``: its one instalment is
    taken in full payment. ``paid`` is what the partner reported of its claims while it ran.
    """

    claims: tuple[Id, ...]
    instalments: tuple[Instalment, ...]
    outcome: str | None = None
    settles: bool = Field(default=False, exclude_if=operator.not_)
    paid: Money | None = Field(default=None, exclude_if=operator.not_)

    def settled(self) -> bool:
        """Whether it is a settlement that was paid, by the partner's word or its payments."""
        if not self.settles or self.outcome not in {None, "completed"}:
            return False
        paid = self.paid is not None and self.paid >= self.instalments[0].amount
        return paid or self.outcome == "completed"


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

    ``costs`` is what the debtor owes the partners themselves, ``remaining`` the principal open
    there by claim. ``stages`` and ``costs_of`` keep a partner's word apart from another's, by
    connection. ``questions`` are the partner's own ids by the task that a person has, ``askers``
    the connections that asked. ``plans`` bear the partner's name before their own. ``ended`` holds
    for each claim the questions that its ends at a partner gave rise to, oldest first.
    ``numbers`` are the partners' own numbers of the case, by connection. ``amended`` counts the
    case files that were made after a hand-over. ``sums`` are other amounts than those of principal
    in which the partner's money may come to the books, by claim. ``handed_as`` are the partners'
    own numbers of each claim, by the act that handed it over.
    """

    stage: Stage | None = None
    suspended: bool = False
    suspended_until: date | None = None
    costs: Money | None = None
    remaining: dict[str, Money] = {}
    plans: dict[str, PartnerPlan] = {}
    legal: tuple[LegalAct, ...] = ()
    questions: dict[str, str] = {}
    askers: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    stages: dict[str, Stage] = Field(default={}, exclude_if=operator.not_)
    costs_of: dict[str, Money] = Field(default={}, exclude_if=operator.not_)
    recalls: dict[str, Recall] = {}
    ended: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, str] = Field(default={}, exclude_if=operator.not_)
    amended: int = Field(default=0, exclude_if=operator.not_)
    handed_as: dict[str, dict[Id, str]] = Field(default={}, exclude_if=operator.not_)
    sums: dict[Id, tuple[PaidOut, ...]] = Field(default={}, exclude_if=operator.not_)


NOTHING = AtPartner()


def plan_hold(plan: str, number: int) -> str:
    """The hold of a claim (by its place in the plan) that a plan at the partner covers."""
    return f"{PLAN_THERE}{plan}.{number}"


def costs_open(case: Case) -> Money | None:
    """What the debtor still owes the partner itself; None when that is nothing, or unknown."""
    costs = case.at_partner.costs if case.at_partner is not None else None
    return costs if costs is not None and costs.amount > 0 else None


def recalled(case: Case, claim: str) -> bool:
    """Whether a claim was taken back and the partner has not let go of it yet."""
    known = case.at_partner or NOTHING
    return any(claim in one.waits_for for one in known.recalls.values())


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


def number(case: Case, partner: str, claims: Sequence[str] = ()) -> str | None:
    """A partner's own number of claims, or its newest of the case; None where it has none yet.

    Claims that were handed over apart may have a number each: then all of them have none.
    """
    known = case.at_partner or NOTHING
    own = {_number_of(case, partner, claim) for claim in claims}
    if own - {None} or (own and known.handed_as):
        return own.pop() if len(own) == 1 else None
    return known.numbers.get(partner) if known.numbers else case.partner_case


def numbers(case: Case, partner: str) -> set[str | None]:
    """All numbers that a partner is known to have given a case, whatever claim of it."""
    named = (case.at_partner or NOTHING).handed_as
    acts = [act for act, notice in case.notices.items() if notice.channel == partner]
    given = {one for act in acts for one in named.get(act, {}).values()}
    return {number(case, partner), *given}


def latest(case: Case, partner: str | None, claim: str) -> Notice | None:
    """The latest hand-over of a claim to a partner (None: to any) that did not fail."""
    mine = [
        one
        for one in case.notices.values()
        if one.action == "hand_over" and partner in {None, one.channel}
        and one.state != "failed" and claim in one.claims
    ]  # fmt: skip
    return mine[-1] if mine else None


def _number_of(case: Case, partner: str, claim: str) -> str | None:
    notice = latest(case, partner, claim)
    if notice is None:
        return None
    named = (case.at_partner or NOTHING).handed_as.get(notice.act)
    return notice.reference if named is None else named.get(claim)


def shown(case: Case) -> dict[str, Any] | None:
    """What people see of a case at a partner; None for one that was never handed over.

    ``standing`` is ``principal_paid_costs_open`` while nothing is owed to us and the debtor still
    owes the partner its costs: such a case does not read as closed, whatever the partner ended.
    """
    if not any(one.action == "hand_over" for one in case.notices.values()):
        return None
    known, there = case.at_partner or NOTHING, handed(case)
    standing: str = case.partner_state
    if any(one.waits_for for one in known.recalls.values()):
        standing = "recalled"
    elif costs_open(case) is not None and not case.open_claims():
        standing = "principal_paid_costs_open"
    return {
        "standing": standing,
        "partners": {claim: partner for claim, (partner, _) in there.items()},
        **known.model_dump(
            mode="json",
            exclude={"ended", "questions", "numbers", "amended", "sums", "handed_as", "askers"},
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
