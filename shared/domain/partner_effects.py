"""Effects: what follows from a partner's report beside itself, for the case and for people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from shared.domain.at_partner import LEARNED, NEEDS, OFFERED, SOLD, concerned, question_task
from shared.domain.case import Case
from shared.domain.casefile_rights import Mandate
from shared.domain.events import CaseEvent, PartnerClosed, PersonAsked
from shared.domain.explain import Reason, content_hash
from shared.domain.money import total
from shared.domain.partner_events import (
    PartnerDisputed,
    PartnerLearned,
    PartnerNeeds,
    PartnerOffered,
    PartnerPlanAgreed,
    PartnerReport,
)
from shared.domain.partner_reports import Contested
from shared.domain.plan_events import WrittenOff
from shared.domain.process_rules import ProcessRules
from shared.domain.question import reason
from shared.domain.state_events import Disputed

# The ground of a dispute that only a close code tells of.
_UNSAID = "at_partner"


class Effects(NamedTuple):
    """Events that follow on a report in the same append, and why people are asked, by task."""

    events: list[CaseEvent]
    because: dict[str, Reason]


def dispute_name(source: str, name: str) -> str:
    """Our name of a dispute that a partner's connection calls ``name``."""
    return "partner." + content_hash(f"{source}|{name}".encode())[:24]


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
    writes anything off here: what is sold is no longer the creditor's, and everything else is a
    person's.
    """
    match event:
        case PartnerDisputed() if contested is not None:
            ground, part = contested.ground, contested.amount
            parts = dict.fromkeys(event.claims, part if len(event.claims) == 1 else None)
            made: list[CaseEvent] = [
                Disputed(
                    at=event.at, dispute=f"{event.dispute}.{number}", claim=claim, amount=amount,
                    ground=ground, source="partner", on=today,
                    answer_by=today + timedelta(days=rules.answer_days),
                )
                for number, (claim, amount) in enumerate(parts.items(), start=1)
                if case.claims[claim].open
            ]  # fmt: skip
            return Effects(made, {})
        case PartnerClosed(code="DISPUTED"):
            return Effects(_contested(case, event, rules, today), {})
        case PartnerClosed(code="SOLD"):
            return _sold(case, event, today)
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


def _contested(
    case: Case, event: PartnerClosed, rules: ProcessRules, today: date
) -> list[CaseEvent]:
    """The disputes behind a close code, for claims about which none is known."""
    disputes = case.states.disputes.values() if case.states is not None else ()
    known = {one.claim for one in disputes if one.stands}
    name = dispute_name("", event.message)
    return [
        Disputed(
            at=event.at, dispute=f"{name}.{number}", claim=claim, amount=None, ground=_UNSAID,
            source="partner", on=today, answer_by=today + timedelta(days=rules.answer_days),
        )
        for number, claim in enumerate(concerned(case, event), start=1)
        if case.claims[claim].open and claim not in known
    ]  # fmt: skip


def _sold(case: Case, event: PartnerClosed, today: date) -> Effects:
    """A claim that was sold is another's: nothing of it is open here, and the sale is booked."""
    claims = concerned(case, event)
    made: list[CaseEvent] = [
        WrittenOff(at=event.at, claim=claim, amount=case.claims[claim].open, cause="sold", on=today)
        for claim in claims
        if case.claims[claim].open
    ]
    why = reason("hub.partner", "the partner reports that the claims are sold: book the sale")
    asked = _asked(case, event, SOLD, event.message, claims, why)
    return Effects([*made, *asked.events], asked.because)


def _asked(
    case: Case,
    event: PartnerReport,
    why: str,
    name: str,
    claims: tuple[str, ...],
    because: Reason,
) -> Effects:
    task = question_task(case.id, why, name)
    if not claims or task in case.tasks or task in case.answers:
        return Effects([], {})
    asked = PersonAsked(at=event.at, task=task, why=why, claims=claims)
    return Effects([asked], {task: because})
