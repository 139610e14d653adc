"""Effects: what follows from a partner's report beside itself, for the case and for people."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from shared.domain.at_partner import BEYOND, LEARNED, NEEDS, OFFERED, PAID_TWICE, concerned
from shared.domain.case import Case
from shared.domain.casefile_rights import Mandate
from shared.domain.events import CaseEvent, PartnerClosed, PersonAsked
from shared.domain.explain import Reason
from shared.domain.money import total
from shared.domain.partner_disputes import behind, raised
from shared.domain.partner_events import (
    PartnerDisputed,
    PartnerLearned,
    PartnerNeeds,
    PartnerOffered,
    PartnerPaid,
    PartnerPlanAgreed,
    PartnerReport,
)
from shared.domain.partner_reports import Contested
from shared.domain.partner_ends import SOLD
from shared.domain.partner_names import question_task
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
        case _:
            return _questions(case, event, mandate)


def _questions(case: Case, event: PartnerReport, mandate: Mandate | None) -> Effects:
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
        case PartnerPlanAgreed(settles=True) if not _within(case, event, mandate):
            text = "the partner settled for less than its mandate lets it: say if that stands"
            why = reason("hub.partner_asks", text, amount=event.instalments[0].amount)
            return _asked(case, event, OFFERED, event.plan, event.claims, why)
        case PartnerLearned():
            text = "the partner learned something of the debtor: ask it, and enter it here"
            why = reason("hub.partner_asks", text, what=event.what, on=event.on)
            return _asked(case, event, LEARNED, event.message, concerned(case, event), why)
        case _:
            return Effects([], {})


def _within(case: Case, event: PartnerPlanAgreed, mandate: Mandate | None) -> bool:
    """Whether a settlement leaves the creditor the share of the principal that it must."""
    floor = mandate.settlement_floor if mandate is not None else None
    owed = total([case.claims[one].open for one in event.claims], case.currency)
    return floor is not None and event.instalments[0].amount.amount * 100 >= owed.amount * floor


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
