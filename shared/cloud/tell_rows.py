"""What a partner must hear of a case it has: one outbox row a movement, in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from shared.cloud import outbox
from shared.cloud.keys import Tenant
from shared.cloud.table import Write
from shared.domain import in_flight
from shared.domain.case import Case
from shared.domain.events import (
    CaseEvent,
    CreditApplied,
    PaymentAllocated,
    PaymentReversed,
)


def direct(tenant: Tenant, case: Case, events: Sequence[CaseEvent], now: datetime) -> list[Write]:
    """The rows of money and credits that reached us after the hand-over of their claims."""
    handed = {
        claim: notice.channel
        for notice in case.notices.values()
        if notice.action == "hand_over" and notice.given
        for claim in notice.claims
        if claim in case.claims and case.claims[claim].with_partner
    }
    return _words(tenant, case, events, handed, now)


def crossed(
    tenant: Tenant, before: Case, after: Case, history: Callable[[], Sequence[CaseEvent]]
) -> list[Write]:
    """The rows of what moved between the INTENT of a hand-over and the proof that it arrived.

    ``history`` reads all events of the case as it was ``before``; it is asked only where a
    hand-over becomes sent.
    """
    arrived = [
        notice
        for act, notice in after.notices.items()
        if notice.action == "hand_over"
        and notice.given
        and act in before.notices
        and before.notices[act].state in {"intended", "unknown"}
    ]
    if not arrived:
        return []
    events, writes = history(), list[Write]()
    for notice in arrived:
        _, later = in_flight.since(events, notice.act)
        partner = dict.fromkeys(notice.claims, notice.channel)
        if later:
            writes += _words(tenant, after, later, partner, later[-1].at)
    return writes


def _words(
    tenant: Tenant,
    case: Case,
    events: Sequence[CaseEvent],
    handed: dict[str, str],
    now: datetime,
) -> list[Write]:
    writes = []
    for event in events:
        match event:
            case PaymentAllocated():
                kind, movement, on = "payment.direct", event.payment, event.received
            case PaymentReversed():
                kind, movement, on = "payment.reversed", event.reversal, event.on
            case CreditApplied():
                kind, movement, on = "credit_note.applied", event.credit_note, event.issued
            case _:
                continue
        if event.claim not in handed:
            continue
        data = {
            "case_id": case.id, "claim": event.claim, "movement": movement, "date": on.isoformat(),
            "amount": str(event.amount.amount), "currency": event.amount.currency,
        }  # fmt: skip
        digest = hashlib.sha256(f"{case.id}|{movement}|{event.claim}".encode()).hexdigest()[:24]
        writes.append(
            outbox.intend(
                tenant,
                f"{case.id}-tell-{digest}",
                kind="tell",
                case=case.id,
                connection=handed[event.claim],
                content_hash=digest,
                due_at=now,
                message={"type": kind, "data": data},
            )
        )
    return writes
