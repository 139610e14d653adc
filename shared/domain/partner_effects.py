"""Effects: what follows from a partner's report beside itself, for the case and for people."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from shared.domain.at_partner import BEYOND, LEARNED, NEEDS, OFFERED, PAID_TWICE, concerned, handed
from shared.domain.case import Case
from shared.domain.casefile_rights import Mandate
from shared.domain.events import CaseEvent, PartnerClosed, PersonAsked
from shared.domain.explain import Reason
from shared.domain.partner_disputes import behind, raised
from shared.domain.partner_ends import SOLD
from shared.domain.partner_events import (
    PartnerDisputed,
    PartnerLearned,
    PartnerLegalStep,
    PartnerNeeds,
    PartnerOffered,
    PartnerPaid,
    PartnerPlanAgreed,
    PartnerReport,
)
from shared.domain.partner_mandate import NONE, unmandated
from shared.domain.partner_names import question_task, source
from shared.domain.partner_reports import Contested
from shared.domain.process_rules import ProcessRules
from shared.domain.question import reason


class Effects(NamedTuple):
    """Events that follow on a report in the same append, and why people are asked, by task."""

    events: list[CaseEvent]
    because: dict[str, Reason]


def effects(
    case: Case,
    event: PartnerReport,
    *,
    contested: Contested | None,
    rules: ProcessRules,
    today: date,
    mandate: Mandate | None = None,
) -> Effects:
    """What a report makes of the case as it stands; ``contested`` is the data of a dispute.

    ``today`` is the creditor's day, ``rules`` and ``mandate`` those of the case's policy. Nobody
    writes anything off here: that a claim is sold, too, is a person's to say.
    """
    match event:
        case PartnerDisputed() if contested is not None:
            return Effects(raised(case, event, contested, rules, today), {})
        case PartnerClosed(code="DISPUTED"):
            return Effects(behind(case, event, rules, today), {})
        case PartnerClosed(code="SOLD"):
            text = "the partner reports that the claims are sold: write them off, or ask it"
            why = reason("hub.partner", text)
            return _asked(case, event, SOLD, event.message, concerned(case, event), why)
        case PartnerPlanAgreed() | PartnerLegalStep():
            return _beyond(case, event, mandate or NONE, today)
        case _:
            return _questions(case, event)


def _questions(case: Case, event: PartnerReport) -> Effects:
    """What a report leaves to people, in their tasks."""
    match event:
        case PartnerPaid() if event.principal > case.claims[event.claim].open:
            text = "the debtor paid the creditor and the partner, together more than the claim"
            why = reason("hub.partner", text, received=event.received)
            return _asked(case, event, PAID_TWICE, event.message, (event.claim,), why)
        case PartnerNeeds():
            text = "the partner cannot go on without information"
            why = reason("hub.partner_asks", text, what=event.what, fields=" ".join(event.fields))
            return _asked(case, event, NEEDS, event.question, concerned(case, event), why)
        case PartnerOffered():
            text = "the debtor offers the partner an amount in full payment"
            facts = {"amount": event.amount, "until": event.until}
            why = reason("hub.partner_asks", text, **facts)
            return _asked(case, event, OFFERED, event.settlement, event.claims, why)
        case PartnerLearned():
            text = "the partner learned something of the debtor: ask it, and enter it here"
            why = reason("hub.partner_asks", text, what=event.what, on=event.on)
            return _asked(case, event, LEARNED, event.message, concerned(case, event), why)
        case _:
            return Effects([], {})


def _beyond(
    case: Case, event: PartnerPlanAgreed | PartnerLegalStep, mandate: Mandate, today: date
) -> Effects:
    """A deed beyond the mandate stands until a person has said something else."""
    text = unmandated(case, event, mandate, today)
    if text is None:
        return Effects([], {})
    if isinstance(event, PartnerLegalStep):
        there = handed(case).items()
        claims = tuple(claim for claim, (one, _) in there if source(event) in {"", one})
        why = reason("hub.partner_asks", text, step=event.step, on=event.on)
        return _asked(case, event, BEYOND, event.message, claims, why)
    last = max(one.due for one in event.instalments)
    why = reason("hub.partner_asks", text, amount=event.instalments[0].amount, last=last)
    name = OFFERED if event.settles else BEYOND
    return _asked(case, event, name, event.plan, event.claims, why)


def _asked(
    case: Case,
    event: PartnerReport,
    why: str,
    name: str,
    claims: tuple[str, ...],
    because: Reason,
) -> Effects:
    task = question_task(case, event, why, name)
    if not claims or task in case.tasks or task in case.answers:
        return Effects([], {})
    asked = PersonAsked(at=event.at, task=task, why=why, claims=claims)
    return Effects([asked], {task: because})
