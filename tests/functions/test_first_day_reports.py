"""The checklist shows evidence and what to do; each point turns when its matter is settled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from functions import admin
from functions.api import first_day_ageing
from shared.cloud import clock, connections, facts, keys, table
from shared.domain.act_events import ActWithheld
from shared.domain.creditor import Creditor
from shared.domain.model import Allocation, Invoice, Payment
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    answer,
    append,
    call,
    eur,
    know_counterparts,
    open_case,
)

LIST, COMPARE = "GET /v1/first-day/checklist", "POST /v1/first-day/ageing"


@pytest.fixture(autouse=True)
def _books(aws):
    know_counterparts(NORDIC)
    made = connections.made(
        NORDIC, "erp", connector="erp.tryton", config={}, start_line=date(2026, 3, 1)
    )
    table.transact([made])
    invoice = Invoice(
        id="erp:1", version="1", number="1", debtor="erp:d1", issued=date(2026, 1, 1),
        due=date(2026, 1, 15), total=eur("100.00"), open=eur("100.00"),
    )  # fmt: skip
    facts.take(NORDIC, "erp", [invoice], NOW, lambda _: None)


def points(**query):
    _, body = answer(admin.handler(call(LIST, query=query), None))
    return {one["name"]: one for one in body["points"]}, body["ready"]


def test_what_does_not_hold_says_what_to_do():
    found, ready = points()
    assert not ready
    assert found["ageing"]["ok"]
    for name in ("accounts", "stop_button", "test_payment", "channels", "letters", "arming"):
        assert not found[name]["ok"]
        assert found[name]["to_do"]
    assert found["start_lines"]["ok"]
    assert found["policy"]["evidence"]["faults"] == []
    assert found["ageing"]["evidence"]["all_invoices"]


def test_a_stop_counts_as_tried_once_it_is_released():
    put = "PUT /v1/control"
    admin.handler(call(put, body={"stopped": True, "reason": "test"}), None)
    assert not points()[0]["stop_button"]["ok"]
    admin.handler(call(put, body={"stopped": False}), None)
    assert points()[0]["stop_button"]["evidence"]["released"]["by"] == "console"


def opened(**switches):
    return answer(admin.handler(call("PUT /v1/control", body={"outbound": "on", **switches}), None))


def test_whoever_opens_the_door_is_told_what_does_not_hold_yet():
    status, body = opened()
    assert (status, body["outbound"]) == (200, "on")
    lacking = {name for name, one in points()[0].items() if not one["ok"]}
    assert {one["name"] for one in body["not_met"]} == lacking - {"ageing", "test_payment"}
    assert all(one["to_do"] for one in body["not_met"])

    admin.handler(call("PUT /v1/first-day/arming", body={"first": 3}), None)
    assert "arming" in lacking
    assert "arming" not in {one["name"] for one in opened()[1]["not_met"]}


@pytest.mark.parametrize("closed", [{"outbound": "off"}, {"observe": True},
                                    {"stopped": True, "reason": "stop button tried"}])  # fmt: skip
def test_a_door_that_stays_closed_needs_no_checklist(closed):
    status, body = opened(**closed)
    assert (status, "not_met" in body) == (200, False)


def test_without_a_policy_the_door_opens_to_nothing_and_says_so():
    table.transact([table.delete_write(keys.active_policy(NORDIC))])
    assert [one["name"] for one in opened()[1]["not_met"]] == ["policy"]


def test_letters_are_approved_by_what_they_say():
    post = "POST /v1/first-day/letters"
    seen = points()[0]["letters"]["evidence"]["hash"]
    assert answer(admin.handler(call(post, body={"hash": "0" * 64}), None))[0] == 409
    assert answer(admin.handler(call(post, body={"hash": seen}), None))[0] == 200
    assert points()[0]["letters"]["evidence"]["approved"]["by"] == "console"
    table.put({**keys.fact(NORDIC, "LETTERS", "own"), "body": '{"fi.reminder": "x"}'})
    assert points()[0]["letters"]["ok"] is False


def test_a_channel_that_is_enabled_and_rules_that_stand_turn_their_points():
    key = keys.connection(NORDIC, "email")
    table.update(key, set_={"state": "enabled"})
    admin.handler(call("PUT /v1/first-day/arming", body={"first": 3}), None)
    found, _ = points()
    assert found["channels"]["evidence"]["channels"] == {"email": "enabled"}
    assert found["channels"]["ok"]
    assert found["arming"]["evidence"]["first"] == 3


def test_the_assessment_comes_as_data_as_a_page_and_as_a_table():
    route = "GET /v1/first-day/assessment"
    _, body = answer(admin.handler(call(route), None))
    named = {(one["section"], one["name"]): one["value"] for one in body["figures"]}
    assert named["Ageing", "together"] == "100.00"
    assert body["whole"]
    page = admin.handler(call(route, query={"format": "html"}), None)
    assert page["headers"]["content-type"].startswith("text/html")
    assert "The proposed policy" in page["body"]
    table_ = admin.handler(call(route, query={"format": "csv"}), None)
    assert table_["body"].count("\r\n") > len(body["figures"])
    assert answer(admin.handler(call(route, query={"format": "pdf"}), None))[0] == 400


def test_observe_mode_is_laid_beside_what_the_creditor_did():
    open_case(NORDIC)
    kept = ActWithheld(at=NOW, step="friendly", action="remind", claims=("erp:1",), why="observe")
    append(NORDIC, CASE, kept)
    _, body = answer(admin.handler(call("GET /v1/first-day/observed"), None))
    assert body["verdicts"]["only_ours"] == 1
    assert [(one["claim"], one["ours"]) for one in body["acts"]] == [("erp:1", "2026-03-02")]


def books(number, first=1):
    """Invoices of 100.00 EUR, open in the books and here."""
    made = [
        Invoice(
            id=f"erp:{one:05d}", version="1", number=str(one), debtor="erp:d1",
            issued=date(2026, 1, 1), due=date(2026, 1, 15), total=eur("100.00"), open=eur("100.00"),
        )
        for one in range(first, first + number)
    ]  # fmt: skip
    facts.take(NORDIC, "erp", made, NOW, lambda _: None)


def compare(**body):
    status, told = answer(admin.handler(call(COMPARE, body=body), None))
    assert status == 200, told
    return told["point"]


def test_a_look_at_the_checklist_costs_a_few_reads_however_many_invoices_there_are():
    books(300)
    calls = []
    events = table.client().meta.events
    events.register("provide-client-params.dynamodb", lambda model, **_: calls.append(model.name))
    found, ready = points()

    assert (found["ageing"]["ok"], ready) == (False, False)
    assert found["ageing"]["evidence"]["invoices"] == 20
    assert not found["ageing"]["evidence"]["all_invoices"]
    # Of these 20 for the invoices, one each.
    assert len(calls) <= 40
    calls.clear()
    compare()
    calls.clear()
    assert points()[0]["ageing"]["ok"]
    assert len(calls) <= 20


def test_a_comparison_goes_on_where_it_stopped_and_stands_for_a_day(monkeypatch):
    monkeypatch.setattr(first_day_ageing, "MOST_COMPARED", 30)
    books(69)
    first = compare(erp_total="7000.00")
    assert (first["ok"], first["evidence"]["invoices"]) == (False, 30)
    assert points()[0]["ageing"] == first

    assert compare(go_on=True)["evidence"]["invoices"] == 60
    whole = compare(go_on=True)
    assert (whole["ok"], whole["evidence"]["ledger"]) == (True, "7000.00 EUR")
    assert (whole["evidence"]["books"], whole["evidence"]["by"]) == ("7000.00 EUR", "console")
    assert points()[0]["ageing"] == whole
    assert compare(go_on=True)["evidence"]["invoices"] == 30
    assert not compare(erp_total="6999.99")["ok"]

    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=1, seconds=1))
    assert "at" not in points()[0]["ageing"]["evidence"]
    assert answer(admin.handler(call(COMPARE, body={"erp_total": "1.234"}), None))[0] == 422


def gate(**said):
    row = table.get(keys.creditor(NORDIC))
    profile = Creditor.model_validate_json(row["body"])
    kept = profile.model_copy(update={"gate": profile.gate.model_copy(update=said)})
    table.put({**row, "body": kept.model_dump_json()})


def accounts():
    found, _ = points(test_invoice="erp:1")
    return found["accounts"]


def erp(**fields):
    table.update(keys.connection(NORDIC, "erp"), set_=fields)


def test_books_that_say_themselves_what_is_paid_are_enough_where_the_creditor_believes_them():
    assert not accounts()["ok"]
    erp(state="enabled")
    assert accounts()["evidence"]["accounts"]["erp"]["stale"] == "never_read"
    erp(fresh_as_of=clock.stamp(NOW))

    found = accounts()

    assert (found["ok"], found["evidence"]["books_believed"]) == (True, ["erp"])
    gate(erp_is_the_bank=False)
    assert (accounts()["ok"], accounts()["evidence"]["unsaid"]) == (False, ["erp"])


def test_books_that_know_of_no_payment_need_a_bank_and_a_bank_is_waited_for_where_there_is_one():
    erp(state="enabled", fresh_as_of=clock.stamp(NOW), says_who_paid=False)
    assert (accounts()["ok"], accounts()["evidence"]["unsaid"]) == (False, ["erp"])

    made = connections.made(
        NORDIC, "cards", connector="payments.stripe", config={}, start_line=None
    )
    table.transact([made])
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(NOW)}
    assert accounts()["evidence"]["accounts"]["cards"]["stale"] == "not_enabled"
    table.update(keys.connection(NORDIC, "cards"), set_=fresh)
    bank = accounts()
    assert bank["evidence"]["books_believed"] == []
    assert bank["evidence"]["unsaid"] == ["erp"]
    erp(says_who_paid=True)
    assert (accounts()["ok"], accounts()["evidence"]["unsaid"]) == (True, [])
    table.update(keys.connection(NORDIC, "cards"), set_={"suspicious": "silent"})
    assert accounts()["evidence"]["accounts"]["cards"]["stale"] == "suspicious"
    assert not accounts()["ok"]
    # One that no touch waits for is not who says it.
    gate(ignored=("cards",))
    assert not accounts()["ok"]


def test_a_posting_is_enough_of_the_test_payment_where_the_books_are_believed():
    erp(state="enabled", fresh_as_of=clock.stamp(NOW))
    paid = Payment(
        id="erp:p1", version="1", booked=date(2026, 3, 1), received=date(2026, 3, 1),
        value_date=date(2026, 3, 1),
        allocations=(Allocation(invoice="erp:1", amount=eur("1.00")),), amount=eur("1.00"),
    )  # fmt: skip
    facts.take(NORDIC, "erp", [paid], NOW, lambda _: None)

    assert points(test_invoice="erp:1")[0]["test_payment"]["ok"]
    gate(erp_is_the_bank=False)
    told = points(test_invoice="erp:1")[0]["test_payment"]
    assert (told["ok"], told["evidence"]["posted"]) == (False, ["erp:p1"])
