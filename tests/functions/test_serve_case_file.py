"""The case file: for the partner that has the case, byte for byte, and each reading is noted."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest

from functions import admin, serve_case_file
from shared.cloud import case_reads, clock, documents
from shared.domain.events import ActFailed, PartnerAnswered, PartnerClosed, ReminderIntended
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    REMINDER,
    TWIN,
    answer,
    append,
    call,
    hand_over,
    know_counterparts,
    open_case,
    sample,
)  # fmt: skip


@pytest.fixture
def handed(aws):
    open_case(NORDIC)
    hand_over(NORDIC)


def fetch(case=CASE, *, connection="partner", **request):
    event = call(
        "GET /v1/partner/cases/{id}", role="partner", connection=connection, path={"id": case},
        **request,
    )  # fmt: skip
    return serve_case_file.handler(event, None)


def test_the_sample_call_gets_the_stored_bytes(handed):
    response = serve_case_file.handler(sample("serve_case_file"), None)

    assert response["statusCode"] == 200
    assert response["body"].encode() == FILE
    assert response["headers"] == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "etag": f'"{hashlib.sha256(FILE).hexdigest()}"',
    }


def test_each_reading_is_noted_without_personal_data(handed, rows, logged):
    fetch()
    fetch()

    trail = [row for row in rows() if row.get("what") == "case_file_read"]
    assert len(trail) == 2
    assert trail[0]["who"] == "console"
    assert json.loads(trail[0]["facts"])["act"] == HAND_OVER
    assert "Aino" not in json.dumps(trail) + logged()


def reads(case=CASE, **more):
    event = call("GET /v1/cases/{id}/reads", path={"id": case}, **more)
    return answer(admin.handler(event, None))


def test_the_case_shows_who_read_which_version_and_when(handed):
    fetch(client="agency-7")
    fetch("nowhere", client="agency-7")

    (one,) = reads()[1]["reads"]

    assert one == {
        "at": "2026-03-02T09:00:00Z",
        "who": "agency-7",
        "connection": "partner",
        "act": HAND_OVER,
        "version": 1,
        "hash": hashlib.sha256(FILE).hexdigest(),
    }
    assert reads("nowhere")[0] == 404
    assert reads(tenant=TWIN.id)[0] == 404


def test_a_log_of_many_readings_comes_in_pages(handed):
    for _ in range(3):
        fetch()

    event = call("GET /v1/cases/{id}/reads", path={"id": CASE}, query={"limit": "2"})
    first = answer(admin.handler(event, None))[1]
    event["queryStringParameters"]["cursor"] = first["cursor"]
    second = answer(admin.handler(event, None))[1]

    assert (len(first["reads"]), len(second["reads"]), second["cursor"]) == (2, 1, None)


def test_whoever_reads_far_more_than_it_was_given_reads_nothing_more(handed, rows, monkeypatch):
    monkeypatch.setattr(case_reads, "ALLOWANCE", 3)
    # A fresh file may be read thirty times, then each reading counts, and so does each guess.
    assert [fetch()["statusCode"] for _ in range(30)] == [200] * 30
    assert [fetch("guess")["statusCode"] for _ in range(2)] == [404] * 2
    assert fetch()["statusCode"] == 200
    fetch()

    assert answer(fetch())[1]["code"] == "reads_closed"
    assert fetch(connection="rival")["statusCode"] == 404
    (task,) = [row for row in rows() if row.get("why") == "partner_reads_too_much"]
    assert task["state"] == "open"

    know_counterparts(NORDIC)
    path = {"connection": "partner"}
    event = call("POST /v1/partners/{connection}/reads/reopen", path=path)
    assert admin.handler(event, None)["statusCode"] == 200
    # The allowance is whole again, once.
    assert [fetch()["statusCode"] for _ in range(5)] == [200] * 4 + [403]


def test_a_file_handed_over_long_ago_counts_at_once(handed, monkeypatch):
    monkeypatch.setattr(case_reads, "ALLOWANCE", 0)
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=7, seconds=1))

    assert [fetch()["statusCode"] for _ in range(2)] == [200, 403]


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (PartnerClosed(at=NOW, message="partner:m", code="WITHDRAWN_CREDITOR"), 403),
        (PartnerClosed(at=NOW, message="partner:m", code="ERROR", claims=("erp:1",)), 403),
        (PartnerClosed(at=NOW, message="rival:m", code="ERROR", partner="rival"), 200),
        (PartnerAnswered(at=NOW, message="partner:m", accepted=False), 403),
        (PartnerAnswered(at=NOW, message="partner:m", accepted=True), 200),
    ],
)
def test_a_file_is_read_until_thirty_days_after_the_last_claim_left(
    handed, monkeypatch, end, status
):
    append(NORDIC, CASE, end)
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=30))
    assert fetch()["statusCode"] == 200
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=30, seconds=1))
    assert fetch()["statusCode"] == status
    assert linked(HAND_OVER)[0] == status
    # What is handed over anew is read anew.
    hand_over(NORDIC, act=f"{CASE}-partner-ba9876543210")
    assert fetch()["statusCode"] == 200


def test_the_latest_hand_over_is_the_one_served(handed):
    again = f"{CASE}-partner-ba9876543210"
    hand_over(NORDIC, act=again)
    documents.put(NORDIC, f"case-files/{HAND_OVER}.json", b"{}", "application/json")

    assert fetch()["body"].encode() == FILE


def test_a_hand_over_that_failed_opens_nothing(aws):
    open_case(NORDIC)
    hand_over(NORDIC, sent=False)
    assert fetch()["statusCode"] == 200

    append(NORDIC, CASE, ActFailed(at=NOW, act=HAND_OVER, code="http_400"))

    assert fetch()["statusCode"] == 404


def test_a_case_that_was_not_handed_to_this_partner_is_not_there(handed):
    open_case(NORDIC, "quiet", claims=("erp:4",))
    open_case(TWIN, "theirs")
    hand_over(TWIN, "theirs", "theirs-partner-0123456789ab")

    answers = [fetch("nowhere"), fetch("quiet"), fetch("theirs"), fetch(connection="rival")]

    assert {answer(one)[0] for one in answers} == {404}
    assert len({one["body"] for one in answers}) == 1


def test_a_file_that_changed_since_is_not_served(handed):
    documents.put(NORDIC, f"case-files/{HAND_OVER}.json", FILE + b" ", "application/json")

    status, body = answer(fetch())

    assert (status, body["code"]) == (502, "unreadable")


def test_a_case_file_needs_its_scope(handed):
    assert fetch(scopes=("events:write",))["statusCode"] == 403


def linked(act, *, connection="partner"):
    event = call(
        "GET /v1/partner/cases/{id}/documents/{act}", role="partner", connection=connection,
        path={"id": CASE, "act": act},
    )  # fmt: skip
    return answer(serve_case_file.handler(event, None))


def test_a_letter_of_the_file_is_linked_for_the_partner_that_has_its_claim(handed):
    letter, other = b'{"text":"Hyva"}', f"{CASE}-friendly-ffffffffffff"
    digest = hashlib.sha256(letter).hexdigest()
    for act, claim in ((REMINDER, "erp:1"), (other, "erp:2")):
        name = f"letters/{act}.json"
        documents.put(NORDIC, name, letter, "application/json")
        intent = ReminderIntended(
            at=NOW, act=act, step="friendly", claims=(claim,), channel="email", tone="friendly",
            language="fi", deadline=date(2026, 3, 17), document=name, content_hash="0" * 64,
            document_hash=digest,
        )  # fmt: skip
        append(NORDIC, CASE, intent)

    status, body = linked(REMINDER)

    assert (status, [one["sha256"] for one in body["documents"]]) == (200, [digest])
    # The other claim was never handed over, and the other partner has no claim at all.
    assert linked(other)[0] == 404
    assert linked(REMINDER, connection="rival")[0] == 404
    documents.put(NORDIC, f"letters/{REMINDER}.json", b"{}", "application/json")
    assert linked(REMINDER)[0] == 502
