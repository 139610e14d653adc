"""What runs out is listed soonest first, and people hear of it once a stage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions import admin
from functions.api import expiries
from shared.cloud import expiry_rows, health_words, keys, table
from tests.functions.world import NORDIC, NOW, answer, call

ERP = {
    "id": "erp",
    "connector": "erp.tryton",
    "config": {"url": "https://tryton.example", "database": "books"},
    "secrets": {"application_key": "canary-secret"},
    "start_line": "2026-01-01",
}


def ask(route, connection=None, **request):
    path = {"id": connection} if connection else None
    return answer(admin.handler(call(route, path=path, **request), None))


def say(connection, **days):
    body = {"expiries": days}
    return ask("PUT /v1/connections/{id}/expiries", connection, body=body)


def look(at):
    return expiry_rows.look(table.get(expiry_rows.key(NORDIC, "erp")), at)


def opened():
    found = ask("GET /v1/tasks")[1]["tasks"]
    return [(one["why"], one["because"][0]["facts"]["on"]) for one in found]


@pytest.fixture
def erp(aws):
    assert ask("POST /v1/connections", body=ERP)[0] == 201


def test_days_are_listed_soonest_first_over_all_connections(erp):
    ask("POST /v1/connections", body={**ERP, "id": "other"})
    say("erp", application_key="2026-09-01", write_key="2026-03-01")
    say("other", application_key="2026-05-01")

    status, body = ask("GET /v1/connections/expiries")

    assert status == 200
    assert [(one["connection"], one["what"], one["days_left"], one["stage"])
            for one in body["expiries"]] == [
        ("erp", "write_key", -1, 0),
        ("other", "application_key", 60, 60),
        ("erp", "application_key", 183, None),
    ]  # fmt: skip


def test_a_disabled_connection_has_nothing_that_runs_out(erp):
    say("erp", application_key="2026-09-01")
    ask("POST /v1/connections/{id}/disable", "erp")

    assert ask("GET /v1/connections/expiries")[1] == {"expiries": []}


def test_only_what_the_connector_has_can_run_out(erp):
    status, body = say("erp", password="2026-09-01")

    assert (status, body["fields"][0]["path"]) == (422, "expiries.password")
    assert body["fields"][0]["text"] == "there is no field of this name here"


def test_people_hear_of_each_stage_once_and_of_the_latest_alone(erp, logged):
    say("erp", application_key="2026-05-04")
    days = []
    while (due := table.get(expiry_rows.key(NORDIC, "erp")).get("due_at")) is not None:
        at = datetime.fromisoformat(due)
        days.append(str(at.date()))
        assert look(at) == "EXPIRY"
        assert opened() == [
            ("expiry_over" if at.date() > date(2026, 5, 4) else "expiry_near", "2026-05-04")
        ]
    assert days == ["2026-03-05", "2026-04-04", "2026-04-27", "2026-05-05"]


def test_a_renewed_key_ends_the_question_and_is_watched_anew(erp):
    say("erp", application_key="2026-03-10")
    look(NOW)
    assert opened() == [("expiry_near", "2026-03-10")]

    say("erp", application_key="2027-03-10")

    assert opened() == []
    assert table.get(expiry_rows.key(NORDIC, "erp"))["due_at"] == "2027-01-09T05:00:00Z"


def test_the_same_day_said_again_asks_nobody_again(erp):
    say("erp", application_key="2026-03-10")
    look(NOW)
    say("erp", application_key="2026-03-10")

    assert look(datetime(2026, 3, 11, 5, tzinfo=UTC)) == "EXPIRY"
    assert opened() == [("expiry_over", "2026-03-10")]


def test_a_consent_that_is_over_shows_in_the_health_until_there_is_a_new_one(erp):
    days = {expiry_rows.CONSENT: date(2026, 3, 1)}
    table.transact(expiry_rows.stored(NORDIC, "erp", days, None, NOW))
    look(NOW)
    state = {"state": "needs_auth", "cause": "login", "last_error": "refused"}
    row = table.update(keys.connection(NORDIC, "erp"), set_=state)
    assert health_words.word_of(row) == "needs_consent"

    before = table.get(expiry_rows.key(NORDIC, "erp"))
    table.transact(expiry_rows.stored(NORDIC, "erp", {}, before, NOW))

    row = table.get(keys.connection(NORDIC, "erp"))
    assert health_words.word_of(row) == "needs_auth"


def test_the_last_day_of_a_certificate_is_read_from_the_secret(erp):
    say("erp", write_key="2026-09-01")
    pem = certificate(datetime(2026, 12, 24, 12, tzinfo=UTC))

    expiries.from_secrets(NORDIC, "erp", {"application_key": f"a chain:\n{pem}", "write_key": "x"})

    found = expiry_rows.known(table.get(expiry_rows.key(NORDIC, "erp")))
    assert {name: one.on for name, one in found.items()} == {
        "application_key": date(2026, 12, 24), "write_key": date(2026, 9, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["key", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"]
)
def test_a_secret_that_is_no_certificate_says_nothing(erp, text):
    expiries.from_secrets(NORDIC, "erp", {"application_key": text})

    assert table.get(expiry_rows.key(NORDIC, "erp")) is None


def certificate(until):
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "creditor.example")]),
    )
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
        .public_key(key.public_key()).not_valid_before(until - timedelta(days=1))
        .not_valid_after(until).sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM).decode()
