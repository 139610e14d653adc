"""What a partner reports: each known report is one event, and nothing else passes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from shared.domain.events import PartnerAnswered, PartnerClosed, PartnerPaid
from shared.domain.money import Money
from shared.domain.partner_message import event_of, message_schema, read_message
from shared.errors import Unreadable

PUBLISHED = Path(__file__).parents[2] / "docs" / "partner" / "message.v1.schema.json"
AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def eur(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "EUR"}


def report(kind: str, **data: object) -> dict:
    return {"type": kind, "id": "evt_1", "timestamp": "2026-03-09T07:59:00Z", "data": data}


PAID = {
    "claim": "erp:inv-1",
    "principal": eur("100.00"),
    "interest": eur("2.00"),
    "fees": eur("0.00"),
    "received": "2026-03-06",
}
KNOWN = [
    (
        report("case.accepted", partner_case_id="P1"),
        PartnerAnswered(at=AT, message="evt_1", accepted=True, partner_case="P1"),
    ),
    (
        report("case.rejected", code="TOO_EARLY"),
        PartnerAnswered(at=AT, message="evt_1", accepted=False, code="TOO_EARLY"),
    ),
    (
        report("case.payment_received", **PAID),
        PartnerPaid(
            at=AT,
            message="evt_1",
            claim="erp:inv-1",
            principal=Money.of("100.00", "EUR"),
            interest=Money.of("2.00", "EUR"),
            fees=Money.of("0.00", "EUR"),
            received=date(2026, 3, 6),
        ),
    ),
    (
        report("case.closed", code="UNTRACEABLE"),
        PartnerClosed(at=AT, message="evt_1", code="UNTRACEABLE"),
    ),
]


@pytest.mark.parametrize(("given", "event"), KNOWN, ids=[one["type"] for one, _ in KNOWN])
def test_each_report_becomes_its_event(given, event):
    assert event_of(read_message(given), at=AT) == event
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(given)


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        report("case.unheard_of"),
        report("case.accepted"),
        report("case.accepted", partner_case_id="two words"),
        report("case.accepted", partner_case_id="P1", note="by phone"),
        report("case.rejected", code="BECAUSE"),
        report("case.payment_received", **(PAID | {"principal": "100.00"})),
        report("case.payment_received", **(PAID | {"principal": eur("100.001")})),
        report("case.payment_received", **(PAID | {"principal": eur("-1.00")})),
        report("case.payment_received", **(PAID | {"fees": {"amount": "1.00", "currency": "SEK"}})),
        report("case.payment_received", **(PAID | {"received": "yesterday"})),
        report("case.closed", code="PAID_FULL") | {"timestamp": "2026-03-09T07:59:00"},
        report("case.closed", code="PAID_FULL") | {"id": ""},
    ],
)
def test_anything_else_is_refused_without_its_values(given):
    with pytest.raises(Unreadable) as caught:
        read_message(given)
    assert "BECAUSE" not in str(caught.value)
    assert "phone" not in str(caught.value)


def test_the_published_schema_is_the_one_of_the_models():
    published = json.loads(PUBLISHED.read_text())
    assert published == message_schema()
    jsonschema.Draft202012Validator.check_schema(published)
