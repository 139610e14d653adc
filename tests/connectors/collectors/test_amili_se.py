"""Amili: dates and due days in its own form, one registration a movement, payouts to the öre."""

import json
import re
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from pydantic import ValidationError

import connectors
from connectors.collectors.amili_se import orders, reports
from connectors.collectors.amili_se.config import SANDBOX, Config
from shared.errors import Refused, Unreadable
from tests.connectors.conformance import FILE, Fixture
from tests.connectors.stub_server import RawServer, ok

FIXTURE = Fixture("collectors.amili_se")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ID = "674dbeaf08847b9501cc9132"
CONFIG = Config(environment="sandbox", account=ID, creditor=ID)
OURS = reports.Known("case-1", "erp:inv-1")


def amili(origin):
    return connectors.connect("collectors.amili_se", FIXTURE.connection(origin))


def test_dates_are_rfc_1123_in_gmt_and_come_back_the_same():
    assert orders.rfc1123(date(2025, 6, 16)) == "Mon, 16 Jun 2025 00:00:00 GMT"
    instant = datetime(2025, 7, 4, 13, 43, 19, tzinfo=UTC)
    assert orders.moment("Fri, 04 Jul 2025 13:43:19 GMT") == instant
    assert orders.moment(orders.rfc1123(instant)) == instant
    with pytest.raises(Unreadable):
        orders.moment("2025-07-04T13:43:19Z")


def test_a_claim_is_a_debt_that_falls_due_days_after_its_invoice():
    body = orders.registration(FIXTURE.file, CONFIG)
    first, claim = body["debts"][0], FIXTURE.file.claims[0]
    assert first["invoice_date"] == "Mon, 05 Jan 2026 00:00:00 GMT"
    assert first["invoice_due_days_after_invoice_date"] == 14
    assert first["capital_to_claim"] == claim.open.amount
    assert (first["debt_reference"], first["payout_reference"]) == (claim.id, "case-1")
    assert body["customer"]["id_number"] == "5560269986"
    assert body["first_action"] == "debt_collection"


def file(**debtor):
    found = FIXTURE.file.model_copy()
    people = [found.debtors[0].model_copy(update=debtor), *found.debtors[1:]]
    return found.model_copy(update={"debtors": tuple(people)})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (FILE, "CURRENCY_UNSUPPORTED"),
        (file(business_id=None), "MISSING_DEBTOR_ID"),
        (file(kind="person"), "MISSING_DEBTOR_ID"),
        (file(addresses=()), "MISSING_ADDRESS"),
    ],
)
def test_what_amili_does_not_take_is_refused_before_it_is_sent(given, code):
    with pytest.raises(Refused) as caught:
        orders.registration(given, CONFIG)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "said", "outcome", "code"),
    [
        ("201 Created", {"_status": "OK", "_payment_status": "completed"}, "accepted", None),
        ("201 Created", {"_status": "OK", "_payment_status": "warning"}, "accepted", "warning"),
        ("200 OK", {"_status": "OK", "_payment_status": "error"}, "rejected", "OTHER"),
        ("200 OK", {"_status": "ERR", "_issues": {}}, "rejected", "OTHER"),
        ("422 Unprocessable", {}, "rejected", "OTHER"),
        ("201 Created", {}, "unknown", "unreadable"),
    ],
)
def test_what_became_of_a_payment_is_read_from_its_answer(status, said, outcome, code):
    creditor = FIXTURE.settings["config"]["creditor"]
    there = {"_items": [{"_id": "c1", "creditor": creditor}]}

    def reply(request):
        if request.startswith(b"POST"):
            return [ok(json.dumps(said).encode(), status=status)]
        empty = b"creditor--payments" in request.split(b"\r\n")[0]
        return [ok(json.dumps({"_items": []} if empty else there).encode())]

    with RawServer(reply) as server:
        told = FIXTURE.told("payment.direct")
        receipt = amili(server.origin).tell(told, key="act-2", now=NOW)
    assert (receipt.outcome, receipt.code) == (outcome, code)


def test_a_movement_that_amili_has_is_not_registered_again():
    creditor = FIXTURE.settings["config"]["creditor"]
    body = json.dumps({"_items": [{"_id": "p1", "creditor": creditor}]}).encode()
    with RawServer(lambda _: [ok(body)]) as server:
        receipt = amili(server.origin).tell(FIXTURE.told("payment.direct"), key="act-2", now=NOW)
        assert [one.split(b" ")[0] for one in server.requests] == [b"GET"]
    assert (receipt.outcome, receipt.reference) == ("accepted", "p1")


@pytest.mark.parametrize(
    ("has", "outcome", "code"),
    [
        (("a", "b"), "accepted", None),
        (("a",), "rejected", "other_claims"),
        (("b",), "rejected", "other_claims"),
        (("c",), "rejected", "not_found"),
    ],
)
def test_each_claim_of_a_hand_over_is_asked_for(has, outcome, code):
    creditor = FIXTURE.settings["config"]["creditor"]

    def reply(request):
        line = unquote(request.split(b"\r\n")[0].decode())
        (asked,) = re.findall(r'"debt.debt_reference":"(\w+)"', line)
        rows = [{"_id": f"of-{asked}", "creditor": creditor}] if asked in has else []
        return [ok(json.dumps({"_items": rows}).encode())]

    with RawServer(reply) as server:
        found = amili(server.origin).find("case-1", claims=("a", "b"), now=NOW)
    assert (found.outcome, found.code) == (outcome, code)
    assert found.reference == ("of-a" if code is None else None)


def test_another_creditors_record_is_never_taken():
    body = json.dumps({"_items": [{"_id": "p1", "creditor": "0" * 24}]}).encode()
    with RawServer(lambda _: [ok(body)]) as server:
        assert amili(server.origin).find("case-1", now=NOW).outcome == "unknown"
        with pytest.raises(Unreadable):
            list(amili(server.origin).poll(None, now=NOW))


def row(**changes):
    return {
        "_id": "r1", "total_amount": 75, "vat_amount": 15, "amount": 60, "article": "reminder",
        "finance_category": "creditor_commission", "payout_reference": "A 1",
        "booking_date": "Wed, 11 Jun 2025 00:00:00 GMT",
        "payout_date": "Fri, 13 Jun 2025 00:00:00 GMT",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "category"),
    [
        ({"finance_category": "capital"}, "principal"),
        ({"finance_category": "interest"}, "interest"),
        ({"finance_category": "creditor_outlay"}, "reminder_fee"),
        ({"finance_category": "creditor_outlay", "article": "late_payment_fee"}, "compensation"),
        ({"finance_category": "creditor_outlay", "article": "enforcement"}, "court_cost"),
        ({}, "other"),
    ],
)
def test_each_category_of_a_payout_is_one_of_ours(changes, category):
    made = reports.remittance("po", [(row(**changes), OURS)])
    assert [line.category for line in made.lines] == [category]
    assert str(made.total.amount) == "75.00"
    assert made.value_date == date(2025, 6, 13)


@pytest.mark.parametrize(
    "rows",
    [
        [row(), row(payout_date="Sat, 14 Jun 2025 00:00:00 GMT")],
        [row(), row(payout_reference="A 2")],
        [row(total_amount="75")],
    ],
)
def test_a_payout_that_disagrees_with_itself_is_no_remittance(rows):
    with pytest.raises(Unreadable):
        reports.remittance("po", [(one, OURS) for one in rows])


def test_production_wants_its_own_address():
    with pytest.raises(ValidationError):
        Config(environment="production", account=ID, creditor=ID)
    with pytest.raises(ValidationError):
        Config(environment="production", account=ID, creditor=ID, origin=SANDBOX)
    assert CONFIG.address == SANDBOX
