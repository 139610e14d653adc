"""Maventa: gates before a transfer, one assignment an invoice, events once, contract pending."""

from datetime import UTC, date, datetime

import pytest

import connectors
from connectors.collectors.maventa_receivables import assignments
from connectors.collectors.maventa_receivables.config import ORIGINS, Config
from shared.errors import Refused
from tests.connectors.conformance import FILE, Fixture, Replay
from tests.connectors.stub_server import RawServer, ok

FIXTURE = Fixture("collectors.maventa_receivables")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
COMPANY = FIXTURE.settings["config"]["company"]
CONFIG = Config(environment="sandbox", service="ropo", company=COMPANY)


def maventa(origin):
    return connectors.connect("collectors.maventa_receivables", FIXTURE.connection(origin))


def claimed(**changes):
    claim = FILE.claims[0].model_copy(update=changes)
    return FILE.model_copy(update={"claims": (claim,)})


@pytest.mark.parametrize(
    ("person", "due", "early"),
    [
        (False, date(2026, 3, 1), False),  # seven days before the file's day
        (False, date(2026, 3, 2), True),
        (True, date(2026, 2, 22), False),  # fourteen days
        (True, date(2026, 2, 23), True),
    ],
)
def test_a_business_claim_waits_seven_days_and_a_consumers_fourteen(person, due, early):
    file = claimed(natural_person=person, due=due)
    assert assignments.too_early(file) is early
    with FIXTURE.replayed() as partner:
        quote = partner.quote(FIXTURE.case, now=NOW, file=file)
    assert (quote.eligible, quote.code) == ((False, "TOO_EARLY") if early else (True, None))


@pytest.mark.parametrize(
    ("file", "config", "code"),
    [
        (claimed(due=date(2026, 3, 7)), CONFIG, "TOO_EARLY"),
        (FILE, CONFIG.model_copy(update={"currency": "SEK"}), "CURRENCY_UNSUPPORTED"),
        (FILE.model_copy(update={"country": "SE"}), CONFIG.model_copy(update={"service": "amili"}),
         "COUNTRY_UNSUPPORTED"),
    ],
)  # fmt: skip
def test_what_the_service_does_not_take_is_refused_before_it_is_sent(file, config, code):
    with pytest.raises(Refused) as caught:
        assignments.check(file, config)
    assert caught.value.code == code


def test_principal_and_fees_are_told_apart_and_every_payer_is_named():
    body = assignments.order(FILE, FILE.claims[0])
    claim = FILE.claims[0]
    assert body["amounts"] == {
        "capital_amount": claim.open.amount, "reminder_amount": claim.fees_due.amount,
    }  # fmt: skip
    assert [one["main_debtor"] for one in body["payers"]] == [True, False]
    assert (body["collection_type"], body["receivables_type"]) == ("collection", "b2c")
    assert assignments.known(body) == ("case-1", "erp:inv-1")


def test_a_consumers_rent_needs_the_tenants_id():
    file = claimed(claim_class="rent")
    with pytest.raises(Refused) as caught:
        assignments.order(file, file.claims[0])
    assert caught.value.code == "MISSING_DEBTOR_ID"
    business = claimed(claim_class="rent", natural_person=False)
    assert assignments.order(business, business.claims[0])["receivables_type"] == "b2b_rental"


def recorded(**changed):
    """The recorded counterpart with some answers changed, by path."""
    rows = FIXTURE.exchanges()
    for row in rows:
        path = row["request"]["path"].partition("?")[0]
        if (row["request"]["method"], path) in changed.get("answers", {}):
            row["response"] |= changed["answers"][row["request"]["method"], path]
    return Replay(rows)


def test_until_the_agreement_is_signed_the_test_says_pending_and_nothing_is_eligible():
    path = "/v2/services/ropo/receivables"
    replay = recorded(answers={("GET", path): {"body": {"status": "pending"}}})
    with RawServer(replay) as server:
        findings = maventa(server.origin).test()
        quote = maventa(server.origin).quote(FIXTURE.case, now=NOW, file=FILE)
    assert [(one.check, one.ok) for one in findings] == [("login", True), ("contract", False)]
    assert (quote.eligible, quote.code) == (False, "MISSING_CONTRACT")


def test_an_invoice_that_has_an_assignment_gets_no_second_one():
    replay = recorded(
        answers={("GET", "/v2/invoices/inv-uuid-1/assignment"): {
            "status": 200, "body": {"status": "pending"},
        }}
    )  # fmt: skip
    with RawServer(replay) as server:
        receipt = FIXTURE.submitted(maventa(server.origin))
        posts = [one for one in server.requests if one.startswith(b"POST /v2")]
    assert receipt.outcome == "received"
    assert posts == []


def test_an_invoice_that_was_not_sent_through_maventa_is_named():
    replay = recorded(answers={("GET", "/v1/invoices"): {"body": []}})
    with RawServer(replay) as server:
        receipt = FIXTURE.submitted(maventa(server.origin))
    assert (receipt.outcome, receipt.code) == ("rejected", "DOCUMENT_MISSING")


def test_an_event_that_holds_the_key_is_not_added_again():
    path = "/v1/assignments/as-1/events"
    replay = recorded(answers={("GET", path): {"body": [{"id": "e", "description": "act-2"}]}})
    with RawServer(replay) as server:
        told = FIXTURE.told("payment.direct")
        receipt = maventa(server.origin).tell(told, key="act-2", now=NOW)
        posts = [one for one in server.requests if one.startswith(b"POST /v1")]
    assert receipt.outcome == "accepted"
    assert posts == []


def marked(server):
    return [one.split(b" ")[1] for one in server.requests if b"/seen " in one]


def test_an_event_is_marked_as_seen_once_its_page_is_kept():
    with RawServer(recorded()) as server:
        pages = maventa(server.origin).poll(FIXTURE.settings["cursor"], now=NOW)
        next(pages)
        assert marked(server) == []
        list(pages)
        assert b"/v1/assignments/as-1/events/e1/seen" in marked(server)


@pytest.mark.parametrize(
    ("at", "seen", "read"),
    [
        ("2026-03-09T00:00:00Z", False, True),  # late, at the cursor's own instant
        ("2026-03-01T00:00:00Z", False, True),
        ("2026-03-08T23:55:00Z", True, True),  # somebody looked at it first
        ("2026-03-08T23:45:00Z", True, False),
    ],
)
def test_an_event_that_shows_up_late_is_read(at, seen, read):
    event = {"id": "e9", "assignment_id": "as-1", "created_at": at, "seen": seen}
    replay = recorded(answers={("GET", "/v1/events"): {"body": [event]}})
    with RawServer(replay) as server:
        (page,) = maventa(server.origin).poll("2026-03-09T00:00:00+00:00", now=NOW)
        assert len(marked(server)) == (not seen)
    assert bool(page.reports) is read
    assert page.cursor == "2026-03-09T00:00:00+00:00"


def test_one_login_serves_a_run_and_an_old_token_is_fetched_anew():
    with RawServer(recorded()) as server:
        partner = maventa(server.origin)
        for hour in (12, 12, 14):
            partner.quote(FIXTURE.case, now=NOW.replace(hour=hour), file=FILE)
        logins = [one for one in server.requests if b"/oauth2/token" in one.split(b"\r\n")[0]]
    assert len(logins) == 2
    body = logins[0].partition(b"\r\n\r\n")[2].decode()
    assert "grant_type=client_credentials" in body
    assert "receivables%3Aassignments" in body


def test_a_token_endpoint_that_is_busy_means_that_nothing_was_sent():
    busy = ok(b"", status="503 Busy", headers="Retry-After: 17\r\n")
    with RawServer(lambda _: [busy]) as server:
        told = FIXTURE.told("payment.direct")
        assert maventa(server.origin).tell(told, key="act-2", now=NOW).outcome == "retry"
        assert FIXTURE.submitted(maventa(server.origin)).outcome == "retry"


def test_an_environment_has_its_own_address():
    assert CONFIG.address == ORIGINS["sandbox"] == CONFIG.receivables_address
    assert ORIGINS["sandbox"] != ORIGINS["production"]
