"""Books, hub and partner each day: what is apart stands as a row, is mended or asked about."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from functions import admin, comparing, process_inbox, reconcile
from shared.cloud import clock, drift_rows, feeds, inbox, keys, outbox, table, tasks
from shared.domain.events import ActSent, HandOverIntended
from shared.domain.three_way import Verdict
from tests.functions.money import (
    cases,
    connected,
    invoice,
    open_now,
    see,
    sighting,
    tasks_open,
    tell,
)  # fmt: skip
from tests.functions.test_process_inbox import paid
from tests.functions.test_remittances import line, money, remittance
from tests.functions.world import (
    NORDIC,
    NOW,
    answer,
    append,
    call,
    hand_over,
    know_counterparts,
    open_case,
)  # fmt: skip


@pytest.fixture
def world(aws):
    """One claim of 100.00 EUR in a case of its own, handed over, and a bank feed."""
    know_counterparts(NORDIC)
    connected("erp")
    connected("bank")
    tell(invoice("1"))
    (case,) = cases()
    hand_over(NORDIC, case.id)
    return case.id


def report(case, message, key):
    body = json.dumps({"timestamp": "2026-03-02T08:59:00Z", **message, "id": key}).encode()
    inbox.receive(NORDIC, "partner", key, case=case, body=body, now=NOW)
    take(key)


def take(key):
    body = json.dumps({"tenant": "nordic", "source": "partner", "event": key})
    assert process_inbox.handler({"Records": [{"messageId": "m", "body": body}]}, None) == {
        "batchItemFailures": []
    }


def run(queued):
    """A whole comparison, page by page."""
    waiting = [{"tenant": "nordic", "partner": "partner"}]
    while waiting:
        body = json.dumps(waiting.pop())
        event = {"Records": [{"messageId": "m", "body": body}]}
        assert reconcile.handler(event, None) == {"batchItemFailures": []}
        waiting += queued("reconcile")
    return drift()


def drift(**query):
    return answer(admin.handler(call("GET /v1/reports/drift", query=query), None))[1]


def client_money():
    route = "GET /v1/partners/{connection}/client-money"
    event = call(route, path={"connection": "partner"})
    return answer(admin.handler(event, None))


def test_three_sides_that_agree_have_no_drift(world, queued):
    report(world, paid(amount="40.00", remaining=money("60.00")), "p1")

    found = run(queued)

    assert (found["count"], found["drift"], tasks_open()) == (0, [], [])
    (partner,) = found["partners"]
    assert (partner["partner"], partner["agreed"], partner["lag"]) == ("partner", 1, 0)


def test_a_cent_apart_shows_with_its_claim_is_asked_once_and_goes_when_it_agrees(world, queued):
    report(world, paid(amount="40.00", remaining=money("60.01")), "p1")
    first = run(queued)
    found = run(queued)

    assert found == first == drift(partner="partner")
    (row,) = found["drift"]
    assert (row["claim"], row["kind"], row["amount"]) == ("erp:1", "partner", money("0.01"))
    assert (row["hub"], row["books"], row["stated"]) == (
        money("60.00"), money("100.00"), money("60.01"),
    )  # fmt: skip
    assert found["partners"][0]["amounts"] == {"EUR": "0.01"}
    assert tasks_open() == ["partner_differs"]

    report(world, paid(amount="10.00", remaining=money("50.00"), received="2026-03-02"), "p2")
    assert run(queued)["drift"] == []


def test_money_that_failed_to_be_told_is_told_once_more_and_then_left_to_a_person(world, queued):
    see(sighting("1", "30.00", references=("1009",)))
    (act,) = told()
    fail(act)

    assert [one["kind"] for one in run(queued)["drift"]] == ["untold"]
    assert (outbox.read(NORDIC, act)["state"], open_now()["1"]) == ("intended", "70.00")
    # It is on its way: no drift is added, and the row stands until it has arrived.
    assert run(queued)["partners"][0]["lag"] == 1

    fail(act)
    run(queued)
    assert (outbox.read(NORDIC, act)["state"], tasks_open()) == ("failed", [])


@pytest.mark.parametrize(
    ("days", "attempts", "state"), [(6, 1, "intended"), (7, 1, "failed"), (7, 0, "intended")]
)
def test_money_that_may_have_arrived_is_not_sent_again_under_a_key_that_is_over(
    world, queued, monkeypatch, days, attempts, state
):
    see(sighting("1", "30.00", references=("1009",)))
    (act,) = told()
    table.update(keys.outbox(NORDIC, act), set_={"attempt": attempts})
    fail(act)
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=days))

    run(queued)

    row = outbox.read(NORDIC, act)
    assert row["state"] == state
    # What may have arrived is remembered when the attempts are counted anew.
    assert row.get("unknown", 0) == (attempts if state == "intended" else 0)
    if state == "intended":
        fail(act)
    redrive = "POST /v1/partners/{connection}/outbox/{act}/redrive"
    event = call(redrive, path={"connection": "partner", "act": act})
    over = attempts and days == 7
    assert admin.handler(event, None)["statusCode"] == (409 if over else 202)


def test_a_message_that_a_person_saw_to_is_no_drift_any_more(world, queued):
    see(sighting("1", "30.00", references=("1009",)))
    (act,) = told()
    for n in range(2):
        table.update(keys.outbox(NORDIC, act), set_={"redriven": n})
        row = outbox.read(NORDIC, act)
        if n == 0:
            ask_about(act, row)
            fail(act)
    assert [one["kind"] for one in run(queued)["drift"]] == ["untold"]
    stale, task = f"{act}-undelivered-0", f"{act}-undelivered-1"
    ask_about(act, outbox.read(NORDIC, act))

    # The question of an earlier failure ends itself, not the message that failed since.
    assert said(stale) == 200
    assert [one["kind"] for one in run(queued)["drift"]] == ["untold"]
    assert said(task) == 200

    found = run(queued)
    assert (found["drift"], told(), tasks_open()) == ([], [], [])
    assert outbox.read(NORDIC, act)["state"] == "by_hand"


def ask_about(act, row):
    name = outbox.question(act, row)
    write = tasks.task_write(NORDIC, name, row["case_id"], "partner_not_told", (), ())
    table.transact([write])


def said(task):
    route = "POST /v1/tasks/{id}/answer"
    event = call(route, path={"id": task}, body={"answer": "continue"})
    return admin.handler(event, None)["statusCode"]


def test_a_claim_that_moved_keeps_its_row_and_is_asked_about_once(world, queued):
    report(world, paid(amount="40.00", remaining=money("60.01")), "p1")
    open_case(NORDIC, "zzold", claims=("erp:1",))
    hand_over(NORDIC, "zzold", act="zzold-partner-0123456789ab")
    invoice_at = keys.invoice(NORDIC, "erp:1")
    table.update(invoice_at, set_={"case_id": world})

    first, second = run(queued), run(queued)

    assert [one["case"] for one in second["drift"]] == [world]
    assert (first["drift"], tasks_open()) == (second["drift"], ["partner_differs"])
    # Once the claim lives elsewhere, the case that found it apart drops its row.
    table.update(invoice_at, set_={"case_id": "elsewhere"})
    assert run(queued)["drift"] == []


def told():
    page, _ = table.query_index("listing", keys.listing(NORDIC, "OUT/partner"), limit=50)
    ids = [row["list_id"] for row in page]
    return [one for one in ids if outbox.read(NORDIC, one)["kind"] == "tell"]


def fail(act):
    outbox.told(NORDIC, act, outbox.read(NORDIC, act), "failed", "refused")


def test_an_invoice_that_was_never_booked_is_booked_again(world, queued):
    table.update(
        keys.invoice(NORDIC, "erp:1"),
        set_={"body": invoice("1", "70.00").model_dump_json()},
    )

    (row,) = run(queued)["drift"]

    assert (row["kind"], row["right"], row["amount"]) == ("books", "books", money("-30.00"))
    assert queued("book")[-1] == {"invoice": "erp:1", "tenant": "nordic"}
    assert tasks_open() == []


def test_client_money_is_what_came_less_what_was_paid_out(world, queued):
    assert client_money()[0] == 404
    report(world, paid(amount="40.00"), "p1")
    remit(world, "30.00", line("principal", "40.00", case_id=world),
          line("commission", "-10.00", claim=None, case_id=None))  # fmt: skip

    run(queued)

    assert client_money()[1]["money"] == {
        "EUR": {"held": "1.20", "received": "41.20", "remitted": "40.00"}
    }


def remit(case, total, *lines):
    body = json.dumps(remittance(total, *lines)).encode()
    inbox.receive(NORDIC, "partner", "rem", case="", body=body, now=NOW)
    take("rem")
    rows = table.client().scan(TableName=table.name())["Items"]
    for row in rows:
        if row["pk"]["S"].startswith("T#nordic#EV#partner#remittance."):
            take(row["pk"]["S"].rsplit("#", 1)[1])


@pytest.mark.parametrize(("days", "found"), [(6, []), (7, ["payout"])])
def test_a_remittance_that_the_bank_never_shows_is_asked_about(
    world, queued, monkeypatch, days, found
):
    report(world, paid(amount="40.00", interest=money("0.00")), "p1")
    remit(world, "40.00", line("principal", "40.00", case_id=world))
    row = table.get(keys.connection(NORDIC, "bank"))
    table.transact(feeds.told(row, {"state": "enabled"}))
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=days))

    assert [one["kind"] for one in run(queued)["drift"]] == found
    assert tasks_open() == ["partner_differs"] * len(found)


def test_pages_add_up_and_a_page_that_comes_twice_counts_once(world, queued, monkeypatch):
    monkeypatch.setattr(comparing, "_CASES", 1)
    tell(invoice("2"), invoice("3"))
    for case in cases():
        if case.id != world:
            (claim,) = case.claims
            hand_over_claim(case.id, claim)
    body = json.dumps({"tenant": "nordic", "partner": "partner"})
    record = {"messageId": "m", "body": body}
    reconcile.handler({"Records": [record, record]}, None)
    for _ in range(5):
        for one in queued("reconcile"):
            reconcile.handler({"Records": [{"messageId": "m", "body": json.dumps(one)}]}, None)

    assert drift()["partners"][0]["agreed"] == 3


def hand_over_claim(case, claim):
    act = f"{case}-act"
    intent = HandOverIntended(
        at=NOW, act=act, step="partner", claims=(claim,), partner="partner", file_version=1,
        document="d", content_hash="0" * 64,
    )  # fmt: skip
    append(NORDIC, case, intent)
    append(NORDIC, case, ActSent(at=NOW, act=act, on=date(2026, 3, 2)))


def test_what_is_apart_at_one_partner_is_found_among_that_of_all(world, queued):
    report(world, paid(amount="40.00", remaining=money("60.01")), "p1")
    mine = run(queued)
    for number in range(5):
        name = drift_rows.name_of("other", f"c{number}")
        verdict = Verdict.model_validate(
            {one: mine["drift"][0][one] for one in Verdict.model_fields}
        )
        of = {"case": "c", "claim": f"c{number}"}
        table.put(drift_rows.apart(NORDIC, name, "other", verdict, "2026-03-01", of))
    drift_rows.compared(NORDIC, "other", {"on": "2026-03-01", "money": {}, "drift": 5})

    assert drift(partner="partner") == mine
    others, more = [], {}
    while more is not None:
        part = drift(partner="other", limit="2", **more)
        assert ([one["partner"] for one in part["partners"]], part["count"]) == (["other"], 5)
        others += [one["claim"] for one in part["drift"]]
        more = {"cursor": part["cursor"]} if part["cursor"] else None
    assert sorted(others) == [f"c{number}" for number in range(5)]
    assert drift()["count"] == 6
    assert drift(partner="Not One!")["code"] == "bad_query"
