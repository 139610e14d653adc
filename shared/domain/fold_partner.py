"""The fold of what partners report: their answer, their money, their plans and their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.domain import fold_acts, fold_partner_end, partner_events, partner_names
from shared.domain.at_partner import (
    BEYOND,
    NEEDS,
    NOTHING,
    OFFERED,
    LegalAct,
    PartnerPlan,
    Recall,
    latest,
    plan_hold,
)
from shared.domain.case_parts import Hold, Movement
from shared.domain.fold_claims import claim_state, moved, with_claims
from shared.domain.money import Money, total
from shared.domain.partner_names import plan_name, question_task, source
from shared.domain.passed_on import PaidOut
from shared.domain.remittance import CREDITORS
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.partner_events import PartnerReport

Changes = dict[str, Any]


def answered(case: Case, event: partner_events.PartnerAnswered) -> Changes:
    """The partner takes or refuses what it has not answered yet; what it refuses comes back."""
    handed = [one for one in case.notices.values() if one.action == "hand_over" and one.given]
    mine = [one for one in handed if event.partner in {None, one.channel}]
    mine = [one for one in mine if set(one.claims) & set(event.claims)] or mine
    unanswered = [one for one in mine if one.taken is None] or mine
    after = case
    for notice in unanswered:
        if event.accepted:
            taken = notice.model_copy(update={"taken": True})
            changes: Changes = {"notices": {**after.notices, notice.act: taken}}
        else:
            changes = fold_acts.taken_back(after, notice, event.at.date(), taken=False)
        after = after.model_copy(update=changes)
    still = any(one.given and one.taken for one in after.notices.values())
    said: Changes = {
        "notices": after.notices,
        "claims": after.claims,
        "partner_state": "accepted" if event.accepted or still else "rejected",
    }
    if event.accepted:
        named = event.claims or tuple(claim for one in unanswered for claim in one.claims)
        said |= _number(case, event, named)
    return {**said, **_message(case, event)}


def paid(case: Case, event: partner_events.PartnerPaid) -> Changes:
    """Money at the partner lowers the claim by what settles its principal."""
    move = Movement(on=event.received, kind="partner", lowered=event.principal)
    changes = moved(case, event.claim, move, event.at.date(), None)
    if event.remaining is not None:
        known = (case.at_partner or NOTHING).remaining
        changes |= _there(case, remaining={**known, event.claim: event.remaining})
    whole = event.principal + event.interest + event.fees
    if whole != event.principal:
        after = case.model_copy(update=changes)
        changes |= _sums(after, {event.claim: (PaidOut(on=event.received, amount=whole),)})
    changes |= _towards(case.model_copy(update=changes), event, whole)
    return {**changes, **_message(case, event)}


def remitted(case: Case, event: partner_events.PartnerRemitted) -> Changes:
    """What a partner pays out may come to the books as the debtor's money, or net of its own."""
    found: dict[str, tuple[PaidOut, ...]] = {}
    for claim in dict.fromkeys(line.claim for line in event.lines):
        lines = [line for line in event.lines if line.claim == claim]
        mine = [line for line in lines if line.amount.currency == case.currency]
        ours = [line.amount for line in mine if line.category in CREDITORS]
        principal = [line.amount for line in mine if line.category == "principal"]
        known = {total(one, case.currency) for one in (ours, [line.amount for line in mine])}
        amounts = sorted(known - {total(principal, case.currency)}, key=lambda one: one.amount)
        found[claim] = tuple(PaidOut(on=event.value_date, amount=one) for one in amounts)
    return {**_sums(case, found), **_message(case, event)}


def _sums(case: Case, found: dict[str, tuple[PaidOut, ...]]) -> Changes:
    known = (case.at_partner or NOTHING).sums
    new = {claim: (*known.get(claim, ()), *more) for claim, more in found.items() if more}
    return _there(case, sums={**known, **new}) if new else {}


def paid_back(case: Case, event: partner_events.PartnerPaidBack) -> Changes:
    """Money of the partner went back: its principal is owed again, and a closed case reopens."""
    move = Movement(on=event.on, kind="partner", lowered=-event.principal)
    changes = moved(case, event.claim, move, event.at.date(), None)
    if case.closed and changes["claims"][event.claim].open.amount > 0:
        changes["closed"] = False
    changes |= _towards(case, event, -(event.principal + event.interest + event.fees))
    return {**changes, **_message(case, event)}


def _towards(
    case: Case, event: partner_events.PartnerPaid | partner_events.PartnerPaidBack, amount: Money
) -> Changes:
    """What a payment makes of its partner's settlements that still run."""
    known, theirs = (case.at_partner or NOTHING).plans, partner_names.named(source(event), "")
    nothing = Money.zero(amount.currency)
    paid = {
        name: plan.model_copy(update={"paid": (plan.paid or nothing) + amount})
        for name, plan in known.items()
        if plan.settles and plan.outcome is None and event.claim in plan.claims
        and name.startswith(theirs)
    }  # fmt: skip
    return _there(case, plans={**known, **paid}) if paid else {}


def closed(case: Case, event: partner_events.PartnerClosed) -> Changes:
    """The partner has let go of claims."""
    return {**fold_partner_end.closed(case, event), **_message(case, event)}


def received(case: Case, event: partner_events.PartnerReceived) -> Changes:
    """The case is on the partner's desk; its number is known sooner than its answer."""
    number = {} if event.partner_case is None else _number(case, event, event.claims)
    return {**number, **_message(case, event)}


def needs(case: Case, event: partner_events.PartnerNeeds) -> Changes:
    """A question of the partner is open."""
    return _question(case, event, NEEDS, event.question)


def offered(case: Case, event: partner_events.PartnerOffered) -> Changes:
    """An offer of the debtor waits for the creditor's word."""
    return _question(case, event, OFFERED, event.settlement)


def staged(case: Case, event: partner_events.PartnerMoved) -> Changes:
    """The partner is further on; what was suspended goes on."""
    partner, known = source(event), (case.at_partner or NOTHING).stages
    stages = {**{name: one for name, one in known.items() if name != partner}, partner: event.stage}
    there = _there(case, stage=event.stage, stages=stages, suspended=False, suspended_until=None)
    return {**there, **_message(case, event)}


def suspended(case: Case, event: partner_events.PartnerSuspended) -> Changes:
    """The partner rests."""
    return {**_there(case, suspended=True, suspended_until=event.until), **_message(case, event)}


def costs(case: Case, event: partner_events.PartnerCosts) -> Changes:
    """What the debtor owes the partner itself; its latest word counts."""
    owed = {**(case.at_partner or NOTHING).costs_of, source(event): event.open}
    whole = total(list(owed.values()), event.open.currency)
    return {**_there(case, costs=whole, costs_of=owed), **_message(case, event)}


def legal_step(case: Case, event: partner_events.PartnerLegalStep) -> Changes:
    """A step at an authority."""
    act = LegalAct(step=event.step, on=event.on, authority_number=event.authority_number)
    known = (case.at_partner or NOTHING).legal
    return {**_there(case, legal=(*known, act)), **_message(case, event)}


def plan_agreed(case: Case, event: partner_events.PartnerPlanAgreed) -> Changes:
    """A plan at the partner binds us: its claims rest until it is over, wherever they are."""
    for claim in event.claims:
        claim_state(case, claim)
    known, ours = (case.at_partner or NOTHING).plans, plan_name(event)
    plan = PartnerPlan(claims=event.claims, instalments=event.instalments, settles=event.settles)
    holds = {
        name: Hold(id=name, claim=claim, reason="plan", until=None)
        for number, claim in enumerate(event.claims, start=1)
        for name in (plan_hold(ours, number),)
    }
    there = _there(case, plans={**known, ours: plan})
    after = case.model_copy(update=there)
    # One beyond the mandate is asked about, and the answer goes to the partner.
    asked = _question(after, event, OFFERED if event.settles else BEYOND, event.plan)
    rest = {**fold_partner_end.unheld(case, ours), **holds}
    # Reported anew, it frees the claims that it no longer names.
    left = tuple(set(known[ours].claims) - set(event.claims)) if ours in known else ()
    freed = with_claims(case.claims, left, freed_on=event.at.date())
    return {**there, "holds": rest, "claims": freed, **_message(case, event), **asked}


def plan_ended(case: Case, event: partner_events.PartnerPlanEnded) -> Changes:
    """A plan at the partner is over, and so is the rest that it asked for."""
    known = (case.at_partner or NOTHING).plans
    ours = plan_name(event)
    if ours not in known:
        return _message(case, event)
    over = fold_partner_end.plan_over(case, ours, event.outcome, event.at.date())
    return {**over, **_message(case, event)}


def recalled(case: Case, event: partner_events.CaseRecalled) -> Changes:
    """Claims are taken back; the partner has them until it says that it has let go."""
    for claim in event.claims:
        claim_state(case, claim)
    known = (case.at_partner or NOTHING).recalls
    recall = Recall(
        partner=event.partner, on=event.at.date(), claims=event.claims, waits_for=event.claims,
        price=event.price,
    )  # fmt: skip
    return _there(case, recalls={**known, event.recall: recall})


def amended(case: Case, _: partner_events.CaseFileAmended) -> Changes:
    """One more file of the case is made; what it says was true before."""
    return _there(case, amended=(case.at_partner or NOTHING).amended + 1)


def noted(case: Case, event: PartnerReport) -> Changes:
    """What changes nothing by itself: it was said, and is not taken a second time."""
    return _message(case, event)


def _number(
    case: Case,
    event: partner_events.PartnerAnswered | partner_events.PartnerReceived,
    claims: tuple[str, ...],
) -> Changes:
    """The partner's own number of a case and of claims; each partner has its own."""
    changes: Changes = {"partner_case": event.partner_case}
    if event.partner is not None and event.partner_case is not None:
        there = case.at_partner or NOTHING
        known, named = there.numbers, dict(there.handed_as)
        for claim in claims:
            notice = latest(case, event.partner, claim)
            if notice is not None:
                named[notice.act] = {**named.get(notice.act, {}), claim: event.partner_case}
        known = {**known, event.partner: event.partner_case}
        changes |= _there(case, numbers=known, handed_as=named)
    return changes


def _question(case: Case, event: PartnerReport, why: str, name: str) -> Changes:
    known, task = case.at_partner or NOTHING, question_task(case, event, why, name)
    there = _there(
        case, questions={**known.questions, task: name},
        askers={**known.askers, task: source(event)},
    )  # fmt: skip
    return {**there, **_message(case, event)}


def _there(case: Case, **update: Any) -> Changes:
    return {"at_partner": (case.at_partner or NOTHING).model_copy(update=update)}


def _message(case: Case, event: PartnerReport) -> Changes:
    if event.message in case.seen_messages:
        raise Conflict("this message is applied already")
    return {"seen_messages": (*case.seen_messages, event.message)}


APPLY: Mapping[type, Any] = {
    partner_events.PartnerAnswered: answered,
    partner_events.PartnerPaid: paid,
    partner_events.PartnerPaidBack: paid_back,
    partner_events.PartnerClosed: closed,
    partner_events.PartnerReceived: received,
    partner_events.PartnerNeeds: needs,
    partner_events.PartnerOffered: offered,
    partner_events.PartnerMoved: staged,
    partner_events.PartnerSuspended: suspended,
    partner_events.PartnerCosts: costs,
    partner_events.PartnerLegalStep: legal_step,
    partner_events.PartnerPlanAgreed: plan_agreed,
    partner_events.PartnerPlanEnded: plan_ended,
    partner_events.PartnerDisputed: noted,
    partner_events.PartnerLearned: noted,
    partner_events.PartnerRemitted: remitted,
    partner_events.CaseRecalled: recalled,
    partner_events.CaseFileAmended: amended,
}
