"""Partner disputes: what a debtor contests at a partner is contested here, claim by claim."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from shared.domain.at_partner import concerned
from shared.domain.explain import content_hash
from shared.domain.state_events import Disputed, DisputeSettled

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.events import CaseEvent
    from shared.domain.partner_events import PartnerClosed, PartnerDisputed
    from shared.domain.partner_reports import Contested
    from shared.domain.process_rules import ProcessRules

# The ground of a dispute that only a close code tells of.
_UNSAID = "at_partner"


def dispute_name(source: str, name: str) -> str:
    """Our name of a dispute that a partner's connection calls ``name``."""
    return "partner." + content_hash(f"{source}|{name}".encode())[:24]


def raised(
    case: Case, event: PartnerDisputed, contested: Contested, rules: ProcessRules, today: date
) -> list[CaseEvent]:
    """The dispute of each claim; one reported anew takes the place of what was said before.

    A claim that the new report leaves out stays contested: only the debtor lets it go. What
    somebody has settled here is contested afresh.
    """
    there = case.states.disputes if case.states is not None else {}
    mine = [one for name, one in there.items() if name.startswith(f"{event.dispute}.")]
    pending = {one.claim: one for one in mine if one.pending}
    amount = contested.amount if len(event.claims) == 1 else None
    made: list[CaseEvent] = []
    for number, claim in enumerate(event.claims, start=len(mine) + 1):
        old = pending.get(claim)
        if not case.claims[claim].open or (old is not None and old.amount == amount):
            continue
        if old is not None:
            made.append(DisputeSettled(at=event.at, dispute=old.id, outcome="withdrawn", on=today))
        made.append(
            Disputed(
                at=event.at, dispute=f"{event.dispute}.{number}", claim=claim, amount=amount,
                ground=contested.ground, source="partner", on=today,
                answer_by=today + timedelta(days=rules.answer_days),
            )
        )  # fmt: skip
    return made


def behind(case: Case, event: PartnerClosed, rules: ProcessRules, today: date) -> list[CaseEvent]:
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
