"""Interest and fees end to end: paid from the bank, given back, and left to the ERP to invoice."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from functions import admin, decide, process_inbox
from shared.cloud import clock, inbox
from shared.cloud.store import Store
from shared.domain.events import ActSent, ReminderIntended
from shared.domain.model import CreditNote
from tests.functions.money import (
    REFERENCES,
    cases,
    claims,
    connected,
    invoice,
    open_now,
    payment,
    reversal,
    run,
    see,
    sighting,
    tasks_open,
    tell,
)
from tests.functions.world import NORDIC, NOW, answer, call, eur, hand_over


@pytest.fixture
def world(aws):
    connected("erp")
    connected("bank")
    tell(invoice("1"))


def reminded(fee="5.00", on=date(2026, 2, 10)):
    """A reminder with a fee went out for the first claim."""
    (case,) = cases()
    store = Store(NORDIC)
    intent = ReminderIntended(
        at=NOW, act="r1", step="r1", claims=("erp:1",), channel="email", tone="friendly",
        language="fi", deadline=date(2026, 2, 20), document="letter", content_hash="0" * 64,
        fee=eur(fee), fee_claim="erp:1", fee_rule="FI-C-REM",
    )  # fmt: skip
    store.append(store.load(case.id), [intent, ActSent(at=NOW, act="r1", on=on)], due_at=None)


def exact(name="1", amount="100.00", **of):
    return sighting(name, amount, references=(REFERENCES["1"],), **of)


def extras():
    return [(str(one.interest.amount), str(one.fees.amount)) for one in claims()["erp:1"].extras]


def test_principal_interest_and_fee_in_one_transfer_leave_nothing(world):
    reminded()
    see(exact(amount="106.07"))
    assert (open_now()["1"], extras(), tasks_open()) == ("0.00", [("1.07", "5.00")], [])
    assert payment().rest == eur("0.00")


def test_what_is_more_than_all_that_is_owed_has_no_place(world):
    reminded()
    see(exact(amount="110.00"))
    assert (extras(), payment().rest) == ([("1.07", "5.00")], eur("3.93"))
    assert tasks_open() == ["payment_unapplied"]


def test_money_of_the_day_of_a_reminder_crossed_it_and_its_fee_has_no_place(world):
    reminded(on=date(2026, 2, 25))
    see(exact(amount="106.07"))
    assert (extras(), payment().rest) == ([("1.07", "0.00")], eur("5.00"))


def test_the_fee_may_come_later_and_be_taken_back(world):
    reminded()
    see(exact())
    assert (open_now()["1"], extras()) == ("0.00", [])
    see(exact("2", "6.07", value_date=date(2026, 2, 26)))
    assert (extras(), tasks_open()) == ([("1.07", "5.00")], [])
    see(reversal("2", amount="6.07"))
    assert (open_now()["1"], extras()) == ("0.00", [])


def test_the_same_money_again_and_the_books_behind_it_change_nothing(world):
    reminded()
    see(exact(amount="106.07"))
    before = cases()
    see(exact(amount="106.07"))
    tell(invoice("1", "0.00"))
    assert [case.claims for case in cases()] == [case.claims for case in before]


def test_a_refund_that_failed_is_not_money_given_back(world):
    see(exact(amount="130.00"), reversal("1", "b1", "28.93", kind="refund"))
    assert (payment().refunded, payment().rest) == (eur("28.93"), eur("0.00"))
    failed = reversal("1", "w1", "28.93", kind="reinstatement", reason_code="refund_failed")
    see(failed)
    assert (payment().refunded, payment().rest) == (eur("0.00"), eur("28.93"))
    assert (payment().taken_back, open_now()["1"]) == (eur("0.00"), "0.00")


def charges(state="proposed"):
    event = call("GET /v1/reports/charges", query={"state": state})
    status, body = answer(admin.handler(event, None))
    assert status == 200
    return [(one["claim"], one["becomes"], one["fees"]["amount"]) for one in body["charges"]]


def look(monkeypatch, days):
    """The machine looks at the case so many days later."""
    (case,) = cases()
    head = Store(NORDIC).load(case.id).head
    token = {"version": head["version"], "attempt": head["attempt"], "snapshot": head["snap"]}
    with monkeypatch.context() as later:
        later.setattr(clock, "wall", lambda: NOW + timedelta(days=days))
        decide.handler({"tenant": "nordic", "case": case.id, **token}, None)


def test_what_is_left_waits_for_the_erp_until_money_is_taken_back(world, monkeypatch):
    reminded()
    see(exact())
    assert charges() == []
    look(monkeypatch, 10)
    assert charges() == [("erp:1", "next_invoice", "5.00")]
    assert [one.becomes for one in claims()["erp:1"].residual] == ["waived", "next_invoice"]
    see(reversal("1"))
    assert (charges(), claims()["erp:1"].residual) == ([], ())
    assert charges("withdrawn") == [("erp:1", "next_invoice", "5.00")]


def test_a_claim_at_the_partner_is_found_by_both_references(world):
    (case,) = cases()
    hand_over(NORDIC, case.id)
    said = {"timestamp": "2026-03-02T08:59:00Z", "id": "r1", "type": "case.accepted",
            "data": {"partner_case_id": "RF18539007547034"}}  # fmt: skip
    body = json.dumps(said).encode()
    assert inbox.receive(NORDIC, "partner", "k1", case=case.id, body=body, now=NOW) == "new"
    run(process_inbox, [{"tenant": "nordic", "source": "partner", "event": "k1"}])
    see(exact("1", "40.00"), sighting("2", "30.00", references=("RF18539007547034",)))
    assert open_now()["1"] == "30.00"
    assert [payment(one).resolution.rule for one in "12"] == ["reference", "reference_at_partner"]


def test_a_credit_note_of_the_found_debtor_explains_what_is_missing(world):
    tell(CreditNote(id="erp:k1", version="1", number="2026-0900", debtor="erp:d1",
                    issued=date(2026, 2, 1), total=eur("30.00")))  # fmt: skip
    see(exact(amount="70.00"))
    (netting,) = payment().resolution.nettings
    assert (netting.credit_note, netting.amount) == ("erp:k1", eur("30.00"))


def test_a_difference_within_the_tolerance_is_told(world):
    see(exact(amount="99.50"))
    told = [(one.rule, one.facts.get("kind")) for one in payment().resolution.because]
    assert ("match.tolerance", "under") in told
    assert tasks_open() == []
