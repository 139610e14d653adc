"""The case file: for the partner that has the case, byte for byte, and each reading is noted."""

from __future__ import annotations

import hashlib
import json

import pytest

from functions import serve_case_file
from shared.cloud import documents
from shared.domain.events import ActFailed
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    TWIN,
    answer,
    append,
    call,
    hand_over,
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
