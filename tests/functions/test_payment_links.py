"""A payment link asks for what a claim is today, and the same claim and amount has one for ever."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import admin
from shared.cloud import clock, keys, table
from shared.domain.events import PaymentAllocated
from shared.domain.state_events import CircumstanceNoted, Disputed
from tests.functions.providers import connected, stripe
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    TWIN,
    answer,
    append,
    call,
    hand_over,
    open_case,
    settle_in,
)  # fmt: skip

ROUTE = "POST /v1/cases/{id}/payment-links"


@pytest.fixture
def double(aws, monkeypatch):
    with stripe() as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        connected(NORDIC, server.origin)
        _listed("stripe")
        open_case(NORDIC)
        yield server


def _listed(name):
    table.update(
        keys.connection(NORDIC, name),
        set_={"list_in": keys.listing(NORDIC, "CONN"), "list_id": name},
    )


def asked(claim="erp:1", case=CASE, **more):
    event = call(ROUTE, path={"id": case}, body={"claim": claim, **more})
    return answer(admin.handler(event, None))


def links(double):
    return double.account.all("payment_link")


def paid(claim="erp:1", amount="100.00"):
    return PaymentAllocated.model_validate({
        "at": NOW, "payment": "erp:p1", "claim": claim,
        "amount": {"amount": amount, "currency": "EUR"},
        "value_date": "2026-03-02", "booked": "2026-03-02", "received": "2026-03-02",
    })  # fmt: skip


def test_a_link_asks_for_principal_and_interest_of_today(double):
    status, body = asked()
    assert status == 201
    # 46 days of 9.5 per cent on 100.00 EUR: 1.20.
    assert body["amount"] == {"amount": "101.20", "currency": "EUR"}
    assert body["url"].startswith("https://")
    assert body["expires"] is None
    (price,) = double.account.all("price")
    assert price["unit_amount"] == 10120


def test_the_same_claim_and_amount_has_the_same_link_for_ever(double, monkeypatch):
    first = asked()
    double.account.things.clear()
    double._written.clear()
    assert asked() == first
    assert links(double) == []
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=30))
    later = asked()
    assert later[1]["amount"] != first[1]["amount"]
    assert len(links(double)) == 1


def test_two_people_at_once_get_one_link(double, monkeypatch):
    first, real, blind = asked(), table.get, ["once"]

    def late(key):
        """The second one looked before the first one wrote."""
        return None if "#LINK#" in key["pk"] and blind and blind.pop() else real(key)

    monkeypatch.setattr(table, "get", late)
    assert asked() == first
    assert not blind
    assert len(links(double)) == 1


def test_a_link_is_audited_by_ids_alone(double, rows):
    asked()
    (entry,) = [one for one in rows() if "#AUDIT#" in one["pk"]]
    assert entry["what"] == "payment_link_made"
    assert json.loads(entry["facts"])["claim"] == "erp:1"


def test_what_is_paid_or_with_a_partner_has_no_link(double):
    append(NORDIC, CASE, paid("erp:2"))
    hand_over(NORDIC)
    assert asked("erp:1")[1]["code"] == asked("erp:2")[1]["code"] == "not_open"
    assert links(double) == []


@pytest.mark.parametrize(
    "body", [{"claim": "erp:9"}, {"claim": ""}, {}, {"claim": "erp:1", "x": 1}]
)
def test_a_claim_of_the_case_is_named(double, body):
    event = call(ROUTE, path={"id": CASE}, body=body)
    assert answer(admin.handler(event, None))[0] == 422


def test_cases_of_others_are_no_cases(double):
    settle_in(TWIN)
    open_case(TWIN, "theirs")
    assert asked(case="theirs")[0] == asked(case="nowhere")[0] == 404


def test_with_several_providers_one_is_named(double):
    connected(NORDIC, double.origin, "second")
    _listed("second")
    assert asked()[1]["fields"][0]["code"] == "ambiguous"
    assert asked(connection="second")[0] == 201
    assert asked(connection="erp")[0] == 404


def test_without_a_provider_in_use_there_is_no_link(double):
    table.update(keys.connection(NORDIC, "stripe"), set_={"state": "needs_auth"})
    assert asked()[1]["fields"][0]["code"] == "missing"


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [([503], 503, "busy"), ([429], 503, "busy"), ([401], 422, "refused"), ([400], 422, "refused")],
)
def test_a_link_that_was_not_made_is_not_remembered(double, rows, given, status, code):
    double.statuses[:] = given
    found = asked()
    assert (found[0], found[1]["code"]) == (status, code)
    assert not [one for one in rows() if "#LINK#" in one["pk"]]
    assert asked()[0] == 201


def test_a_link_asks_for_what_a_letter_would_and_says_why_not(double):
    contested = {"claim": "erp:1", "ground": "other", "source": "debtor", "on": "2026-03-02",
                 "answer_by": "2026-03-16"}  # fmt: skip
    half = {"amount": "50.00", "currency": "EUR"}
    append(NORDIC, CASE, Disputed(at=NOW, dispute="d1", amount=half, **contested))
    status, body = asked()
    # Half of the principal, and 46 days of 9.5 per cent on it.
    assert (status, body["amount"]["amount"]) == (201, "50.60")

    noted = {"circumstance": "c1", "what": "bankruptcy", "effective": "2026-03-01"}
    append(NORDIC, CASE, CircumstanceNoted(at=NOW, **noted))
    status, body = asked()
    assert (status, body["code"]) == (409, "stopped")
    assert "proceedings" in json.dumps(body)
