"""Debitura: what a case becomes, which deliveries are believed, and how money finds its claim."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

import connectors
from connectors.collectors.debitura import orders, reports
from connectors.collectors.debitura.config import ORIGINS, Config
from connectors.contract import Delivery
from shared.errors import Reconnect, Refused, Unreadable
from tests.connectors.conformance import FILE, Fixture
from tests.connectors.stub_server import RawServer, ok

FIXTURE = Fixture("collectors.debitura")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CASE = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
SECRET = base64.b64decode(FIXTURE.settings["secrets"]["webhook_secret"])
CONFIG = Config(environment="sandbox", user_email="ar@example.com")


def debitura(origin="http://127.0.0.1:9"):
    return connectors.connect("collectors.debitura", FIXTURE.connection(origin))


def event(kind="case.updated", **more) -> bytes:
    said = {"id": "evt_abc123", "specVersion": "1.0", "event": kind, "data": {"caseId": CASE}}
    return json.dumps(said | more).encode()


def signed(body: bytes, at: datetime = NOW, key: bytes = SECRET) -> Delivery:
    seconds = str(int(at.timestamp()))
    made = hmac.new(key, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return Delivery(body=body, headers={"x-debitura-signature": f"t={seconds},v1={made}"})


def test_the_signature_is_lower_case_hex_over_the_raw_body_under_the_decoded_secret():
    # Computed apart, by openssl dgst -sha256 -hmac over the same bytes.
    header = "t=1700000000,v1=" + VECTOR
    given = Delivery(body=b'{"id":"e"}', headers={"x-debitura-signature": header})
    assert debitura().verify(given, now=datetime.fromtimestamp(1_700_000_000, UTC)).event == "e"


VECTOR = "a2f11852dc51e100f11a493c1ec7b3ca13086b7b4f128d3b3358e4dbb236d0fc"


@pytest.mark.parametrize(
    "delivery",
    [
        signed(event(), NOW - timedelta(seconds=301)),
        signed(event(), NOW + timedelta(seconds=301)),
        signed(event(), key=b"another"),
        signed(event()).model_copy(update={"body": event(id="evt_other")}),
        Delivery(body=event(), headers={"x-debitura-signature": "t=,v1="}),
    ],
)
def test_a_replayed_forged_or_changed_delivery_is_refused(delivery):
    with pytest.raises(Refused) as caught:
        debitura().verify(delivery, now=NOW)
    assert caught.value.code == "bad_signature"


def test_while_the_secret_changes_both_are_believed():
    settings = FIXTURE.connection("http://127.0.0.1:9")
    both = {**settings.secrets, "webhook_secret_next": base64.b64encode(b"next").decode()}
    object.__setattr__(settings, "secrets", both)
    partner = connectors.connect("collectors.debitura", settings)
    for key in (SECRET, b"next"):
        assert partner.verify(signed(event(), key=key), now=NOW).signed
    object.__setattr__(settings, "secrets", {"api_key": "k"})
    with pytest.raises(Reconnect):
        connectors.connect("collectors.debitura", settings).verify(signed(event()), now=NOW)


@pytest.mark.parametrize(
    ("body", "fetch"),
    [
        (event(), (f"case/{CASE}",)),
        (event("payment.created"), (f"case/{CASE}",)),
        (event("payment.deleted"), (f"deleted/{CASE}/evt_abc123",)),
        (event(data={}, links={"self": f"https://customer-api.debitura.com/cases/{CASE}"}),
         (f"case/{CASE}",)),
        (event("chat.created"), ()),
    ],
)  # fmt: skip
def test_an_event_is_only_the_word_which_case_to_read_again(body, fetch):
    assert debitura().verify(signed(body), now=NOW).fetch == fetch


def test_a_signed_event_with_a_path_for_an_id_is_unreadable():
    with pytest.raises(Unreadable):
        debitura().verify(signed(event(data={"caseId": "../me"})), now=NOW)


def test_a_payment_that_was_deleted_is_a_persons():
    with FIXTURE.replayed() as partner:
        (one,) = partner.reports(f"deleted/{CASE}/evt_abc123", now=NOW)
    assert one.message.type == "case.info_requested"
    assert one.message.data.code == "payment_deleted"


def test_the_claims_that_are_written_into_a_case_are_read_back_from_it():
    for amount in ("principal", "total"):
        config = CONFIG.model_copy(update={"amount": amount})
        body = orders.order(FILE, config)
        parts = orders.parts_of(body["claimDescription"], "EUR")
        assert [one.claim for one in parts] == [claim.id for claim in FILE.claims]
        whole = sum((m.amount for part in parts for m in part[1:]), Decimal(0))
        assert body["amountToRecover"] == whole
    assert body["amountToRecover"] == FILE.totals.open.amount


def test_a_text_that_a_person_changed_names_no_claims():
    for text in (None, "", "Ref: erp:inv-1 8", "Ref: a x y z", "Ref: a 1.00 1.00"):
        assert orders.parts_of(text, "EUR") == ()


def test_the_body_says_who_owes_and_by_which_word():
    body = orders.order(FILE, CONFIG)
    assert body["debtor"]["type"] == "Private"
    assert body["creditorReference"] == "case-1"
    assert body["isTest"] is True
    assert "companyRegistrationNumber" not in body["debtor"]
    person = CONFIG.model_copy(update={"person": "Person"})
    assert orders.order(FILE, person)["debtor"]["type"] == "Person"


def test_what_is_overdue_longer_is_told_by_age_only_for_several_claims():
    old = FILE.model_copy(update={"as_of": date(2027, 3, 8)})
    body = orders.order(old, CONFIG)
    assert "dueDate" not in body
    assert body["amountToRecoverOver12Months"] == FILE.totals.principal.amount
    assert body["amountToRecoverOver24Months"] == 0
    single = FILE.model_copy(update={"claims": FILE.claims[:1]})
    assert orders.order(single, CONFIG)["dueDate"] == "2026-01-19"


@pytest.mark.parametrize(
    ("kind", "outcome", "code"),
    [
        ("MissingDebtCollectionContract", "rejected", "MISSING_CONTRACT"),
        ("MissingPowerOfAttorney", "rejected", "MISSING_CONTRACT"),
        ("NoPartnerAvailable", "rejected", "COUNTRY_UNSUPPORTED"),
        ("SomethingNew", "rejected", "OTHER"),
        ("IdempotencyConflict", "unknown", "key_reused"),
    ],
)
@pytest.mark.parametrize("status", ["422 Unprocessable Entity", "200 OK"])
def test_a_business_error_is_a_code_whatever_its_status(kind, outcome, code, status):
    body = json.dumps({"businessErrors": [{"type": kind}]}).encode()
    with RawServer(lambda _: [ok(body, status=status)]) as server:
        receipt = FIXTURE.submitted(debitura(server.origin))
    assert (receipt.outcome, receipt.code) == (outcome, code)


def test_a_text_that_stands_in_the_chat_is_not_written_again():
    rows = json.dumps([{"id": "c", "message": "paid [act-2]"}]).encode()
    with RawServer(lambda _: [ok(rows)]) as server:
        told = FIXTURE.told("payment.direct")
        receipt = debitura(server.origin).tell(told, key="act-2", now=NOW)
        assert [one.split(b" ")[0] for one in server.requests] == [b"GET"]
    assert receipt.outcome == "accepted"


@pytest.mark.parametrize(
    ("claims", "outcome", "code"),
    [
        (("erp:inv-1", "erp:inv-2"), "accepted", None),
        (("erp:inv-2",), "accepted", None),
        ((), "accepted", None),
        (("erp:inv-3",), "rejected", "other_claims"),
        (("erp:inv-1", "erp:inv-3"), "rejected", "other_claims"),
    ],
)
def test_a_case_that_names_other_claims_is_not_the_one_that_is_asked_for(claims, outcome, code):
    with FIXTURE.replayed() as partner:
        found = partner.find("case-1", claims=claims, now=NOW)
        told = FIXTURE.told("payment.direct").model_copy(update={"partner_case": None})
        about = {"claim": claims[-1]} if claims else {}
        told = told.model_copy(update={"data": {**told.data, **about}})
        said = partner.tell(told, key="act-2", now=NOW)
    assert (found.outcome, found.code) == (outcome, code)
    assert said.outcome == outcome


def test_an_environment_has_its_own_address_and_its_own_cases():
    assert CONFIG.address == ORIGINS["sandbox"] != ORIGINS["production"]
    real = json.dumps({"id": CASE, "creditorReference": "case-1", "isTestCase": False}).encode()
    with RawServer(lambda _: [ok(real)]) as server:
        partner = debitura(server.origin)
        assert partner.find("case-1", now=NOW).outcome == "unknown"
        with pytest.raises(Refused) as caught:
            partner.reports(f"case/{CASE}", now=NOW)
    assert caught.value.code == "wrong_environment"


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("Paid", "case.closed", "PAID_FULL"),
        ("Partially paid", "case.closed", "PAID_PARTIAL_SETTLED"),
        ("Debtor Insolvent/Bankrupt", "case.closed", "INSOLVENT"),
        ("DebtorUntraceable", "case.closed", "UNTRACEABLE"),
        ("Statute of Limitations Expired", "case.closed", "TIME_BARRED"),
        ("Withdrawn by Client", "case.closed", "WITHDRAWN_CREDITOR"),
        ("Disputed - Legal Action Declined by Client", "case.closed", "DISPUTED"),
        ("Invalid Case Data", "case.closed", "ERROR"),
        ("Something New", "case.closed", "OTHER"),
        ("Case never started", "case.rejected", "OTHER"),
        ("Case never started - Internal", "case.rejected", "OTHER"),
    ],
)
def test_each_close_code_is_one_of_ours(said, kind, code):
    case = {
        "id": CASE, "creditorReference": "case-1", "lifecycle": "Closed", "closeCode": said,
        "dateCreated": "2026-03-08T09:00:00Z", "dateUpdated": "2026-03-09T10:00:00Z",
    }  # fmt: skip
    last = list(reports.reports(case, [], None, []))[-1].message
    assert (last.type, last.data.code) == (kind, code)


def test_a_report_stays_the_same_when_its_case_moves_on():
    case = {
        "id": CASE, "creditorReference": "case-1", "lifecycle": "Active",
        "dateCreated": "2026-03-08T09:00:00Z", "dateUpdated": "2026-03-09T10:00:00Z",
    }  # fmt: skip
    before = list(reports.reports(case, [], "Legal", []))
    moved = case | {"dateUpdated": "2026-03-20T10:00:00Z", "lifecycle": "Paused"}
    assert list(reports.reports(moved, [], "Legal", []))[: len(before)] == before
