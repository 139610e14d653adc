"""Numbers by claim: a message bears the partner's number of the claim that it is about."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import process_inbox
from shared.cloud import inbox
from shared.domain.events import PaymentAllocated
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    append,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

SECOND = f"{CASE}-partner-0123456789ac"


@pytest.fixture
def apart(aws):
    """Two claims that were handed over one after the other, each taken under its own number."""
    know_counterparts(NORDIC)
    settle_in(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)
    reported("k1", "D1", partner_case_id="D-1")
    hand_over(NORDIC, act=SECOND, claims=("erp:2",))
    reported("k2", "D2", partner_case_id="D-2")


def reported(key, name, **data):
    said = {
        "timestamp": "2026-03-02T08:59:00Z", "id": name, "type": "case.accepted", "data": data,
    }  # fmt: skip
    inbox.receive(NORDIC, "partner", key, case=CASE, body=json.dumps(said).encode(), now=NOW)
    event = sample("process_inbox")
    body = {"tenant": "nordic", "source": "partner", "event": key}
    event["Records"][0]["body"] = json.dumps(body)
    assert process_inbox.handler(event, None) == {"batchItemFailures": []}
    return inbox.read(NORDIC, "partner", key)["state"]


@pytest.mark.parametrize(("claim", "number"), [("erp:1", "D-1"), ("erp:2", "D-2")])
def test_a_payment_is_told_under_the_number_of_its_claim(apart, rows, claim, number):
    day = date(2026, 3, 2)
    money = PaymentAllocated(
        at=NOW, payment="bank:1", claim=claim, amount=eur("10.00"), value_date=day,
        received=day, booked=day,
    )  # fmt: skip
    append(NORDIC, CASE, money)

    told = [json.loads(one["message"]) for one in rows() if one.get("kind") == "tell"]
    (paid,) = [one for one in told if one["type"] == "payment.direct"]
    assert (paid["data"]["claim"], paid["partner_case"]) == (claim, number)


def test_an_answer_that_names_its_claims_from_now_on_is_the_same_answer(apart):
    before = load().version

    assert reported("k3", "D1", partner_case_id="D-1", claims=["erp:1"]) == "done"
    assert reported("k4", "D1", partner_case_id="D-9", claims=["erp:1"]) == "quarantined"
    assert load().version == before
