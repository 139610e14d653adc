"""What a partner reports and cannot be: a person looks, and nothing of it is booked."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import process_inbox
from shared.cloud import inbox, keys, table
from shared.domain.events import PaymentAllocated
from shared.domain.partner_effects import Effects
from shared.domain.state_events import Disputed
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    append,
    eur,
    hand_over,
    load,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

DAY = date(2026, 3, 2)


@pytest.fixture
def handed(aws):
    settle_in(NORDIC)
    open_case(NORDIC, claims=("erp:1", "erp:2", "erp:3"))
    hand_over(NORDIC, claims=("erp:1", "erp:2"))


def take(name, kind, **data):
    """The state in which a report ends, and why a person must look."""
    said = {"id": name, "timestamp": "2026-03-02T08:59:00Z", "type": kind, "data": data}
    body = json.dumps(said).encode()
    assert inbox.receive(NORDIC, "partner", name, case=CASE, body=body, now=NOW) == "new"
    event = sample("process_inbox")
    ids = {"tenant": "nordic", "source": "partner", "event": name}
    event["Records"][0]["body"] = json.dumps(ids)
    assert process_inbox.handler(event, None)["batchItemFailures"] == []
    row = table.get(keys.inbox(NORDIC, "partner", name))
    return row["state"], row.get("fault", "")


def money(amount):
    return {"amount": amount, "currency": "EUR"}


def split(principal="0.00", interest="0.00", fees="0.00", claim="erp:1"):
    parts = {"principal": principal, "interest": interest, "fees": fees}
    return {"claim": claim} | {part: money(amount) for part, amount in parts.items()}


def pay(name, principal, *, received="2026-03-01", **more):
    return take(name, "case.payment_received", received=received, **split(principal, **more))


def back(name, payment, principal, **more):
    data = split(principal, **more)
    return take(name, "case.payment_reversed", payment=payment, on="2026-03-02", **data)


def opened(claim="erp:1"):
    return load().claims[claim].open


def tasks():
    return sorted(one.why for one in load().tasks.values())


def direct(amount, claim="erp:1"):
    event = PaymentAllocated(
        at=NOW, payment="bank:x", claim=claim, amount=eur(amount), received=DAY, value_date=DAY,
        booked=DAY,
    )  # fmt: skip
    append(NORDIC, CASE, event)


def test_a_payment_goes_back_once_and_no_further_than_it_was_reported(handed):
    pay("p1", "30.00", interest="1.00")
    pay("p2", "40.00")

    assert back("b1", "p1", "20.00", interest="1.00") == ("done", "")
    assert back("b2", "p1", "10.00") == ("done", "")
    assert back("b3", "p1", "0.01")[0] == "quarantined"
    assert back("b4", "p2", "0.00", interest="999.00")[0] == "quarantined"
    assert opened() == eur("60.00")


def test_a_payment_goes_back_on_its_own_claim_alone(handed):
    pay("p1", "30.00")
    pay("p2", "20.00", claim="erp:2")

    state, fault = back("b1", "p1", "20.00", claim="erp:2")

    assert (state, "another claim" in fault) == ("quarantined", True)
    assert opened("erp:2") == eur("80.00")


def test_only_a_payment_goes_back(handed):
    take("a1", "case.accepted", partner_case_id="77")
    pay("p1", "30.00")

    assert "never reported" in back("b1", "a1", "5.00")[1]
    assert opened() == eur("70.00")


def test_money_of_both_that_is_more_than_the_claim_is_booked_and_asked_about(handed):
    direct("30.00")

    assert pay("p1", "100.00")[0] == "done"
    assert take("c1", "case.closed", code="PAID_FULL", claims=["erp:1"])[0] == "done"

    assert opened() == eur("0.00")
    assert (tasks(), load().claims["erp:1"].with_partner) == (["paid_twice"], False)


def test_money_of_both_is_no_licence_for_more_than_was_handed_over(handed):
    direct("30.00")

    assert pay("p1", "100.01")[0] == "quarantined"
    assert pay("p2", "90.00")[0] == "done"
    assert pay("p3", "10.01")[0] == "quarantined"
    assert opened() == eur("0.00")


def test_of_money_of_both_what_goes_back_is_owed_again(handed):
    direct("30.00")
    pay("p1", "100.00")

    assert back("b1", "p1", "100.00")[0] == "done"

    assert opened() == eur("70.00")


def test_a_payment_before_the_hand_over_leaves_no_room(aws):
    settle_in(NORDIC)
    open_case(NORDIC)
    early = date(2026, 2, 1)
    append(NORDIC, CASE, PaymentAllocated(
        at=NOW, payment="bank:x", claim="erp:1", amount=eur("30.00"), received=early,
        value_date=early, booked=early,
    ))  # fmt: skip
    hand_over(NORDIC)

    assert pay("p1", "70.01")[0] == "quarantined"


def dispute(name, amount=None, claims=("erp:1",)):
    part = {} if amount is None else {"amount": money(amount)}
    said = {"dispute": "d", "ground": "wrong_goods", "claims": claims} | part
    return take(name, "case.dispute_raised", **said)


def contested():
    return sorted(
        (one.claim, str(one.amount)) for one in load().states.disputes.values() if one.stands
    )


def test_a_dispute_reported_anew_replaces_what_it_said_before(handed):
    dispute("d1", "50.00")

    assert dispute("d2", "30.00") == ("done", "")
    assert contested() == [("erp:1", "30.00 EUR")]
    assert dispute("d3", None, ("erp:1", "erp:2")) == ("done", "")
    assert contested() == [("erp:1", "None"), ("erp:2", "None")]


def test_a_dispute_reported_anew_with_nothing_new_stays_as_it_is(handed):
    dispute("d1", "50.00")
    before = load().states

    assert dispute("d2", "50.00") == ("done", "")
    assert load().states == before


def test_a_report_that_the_case_cannot_take_ends_with_a_person(handed, monkeypatch):
    dispute("d1", "50.00")
    raised = next(iter(load().states.disputes.values()))
    again = Disputed(
        at=NOW, dispute=raised.id, claim="erp:1", amount=None, ground="x", source="partner", on=DAY,
        answer_by=DAY,
    )  # fmt: skip
    monkeypatch.setattr(process_inbox, "effects", lambda *_, **__: Effects([again], {}))

    state, fault = dispute("d2", "30.00")

    assert (state, "does not fit" in fault) == ("quarantined", True)


def plan(due="2026-04-01", amount="100.00"):
    return {"plan": "1", "instalments": [{"due": due, "amount": money(amount)}]}


CONTESTED = {"dispute": "d", "ground": "x", "claims": ["erp:1"]}
CANNOT_BE = {
    "costs below nothing": ("case.costs", {"open": money("-30.00")}),
    "an instalment below nothing": ("case.plan_agreed", plan(amount="-100.00")),
    "a dispute below nothing": ("case.dispute_raised", CONTESTED | {"amount": money("-5.00")}),
    "a dispute about nothing": ("case.dispute_raised", CONTESTED | {"amount": money("0.00")}),
    "a settlement below nothing":
        ("case.settlement_agreed", {"settlement": "s", "amount": money("-5.00"),
                                    "until": "2026-04-01"}),
    "a dispute beyond the claim":
        ("case.dispute_raised", CONTESTED | {"amount": money("100.01")}),
    "a plan far beyond the claims": ("case.plan_agreed", plan(amount="1000000.00")),
    "a plan due before the invoice": ("case.plan_agreed", plan(due="2025-12-31")),
    "a plan that never ends": ("case.plan_agreed", plan(due="9999-12-31")),
    "costs far beyond the claims": ("case.costs", {"open": money("1000000.00")}),
    "interest far beyond the claim":
        ("case.payment_received", split(interest="1000000.00") | {"received": "2026-03-01"}),
    "money before the invoice":
        ("case.payment_received", split("1.00") | {"received": "0001-01-01"}),
    "more left than was ever owed":
        ("case.payment_received",
         split("1.00") | {"received": "2026-03-01", "remaining": money("100.01")}),
    "a legal step to come": ("case.legal_step", {"step": "judgment", "on": "2026-03-03"}),
    "a legal step before the invoice":
        ("case.legal_step", {"step": "judgment", "on": "2025-12-31"}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "data"), CANNOT_BE.values(), ids=CANNOT_BE)
def test_an_amount_or_a_day_that_cannot_be_goes_to_a_person(handed, kind, data):
    before = load().version

    assert take("r1", kind, **data)[0] == "quarantined"
    assert load().version == before


MAY_BE = {
    "costs twenty times the claims": ("case.costs", {"open": money("4000.00")}),
    "a plan with costs on top": ("case.plan_agreed", plan(amount="900.00")),
    "the whole claim contested as a part":
        ("case.dispute_raised", CONTESTED | {"amount": money("100.00")}),
    "all of it left": ("case.payment_received", split(interest="5.00") | {
        "received": "2026-03-01", "remaining": money("100.00")}),
    "a legal step today": ("case.legal_step", {"step": "judgment", "on": "2026-03-02"}),
    "no more costs": ("case.costs", {"open": money("0.00")}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "data"), MAY_BE.values(), ids=MAY_BE)
def test_an_amount_or_a_day_that_may_be_is_believed(handed, kind, data):
    assert take("r1", kind, **data) == ("done", "")


def planned(name, *claims):
    return take(name, "case.plan_agreed", claims=claims, **plan())


def held():
    return sorted(one.claim for one in load().holds.values())


def test_a_plan_reported_anew_binds_the_claims_that_it_names_now(handed):
    planned("p1", "erp:1", "erp:2")
    assert held() == ["erp:1", "erp:2"]

    planned("p2", "erp:2")

    assert (held(), load().claims["erp:1"].freed_on) == (["erp:2"], DAY)
    assert take("p3", "case.plan_broken", plan="1") == ("done", "")
    assert held() == []


@pytest.mark.parametrize("kind", ["case.plan_broken", "case.plan_completed"])
def test_a_plan_that_nobody_reported_cannot_end(handed, kind):
    planned("p1", "erp:1")

    assert take("p2", kind, plan="2")[0] == "quarantined"
    assert held() == ["erp:1"]
