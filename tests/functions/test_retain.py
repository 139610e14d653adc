"""Retention: what is over goes on its literal day, by a confirmed table, and nothing before it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from functions import admin, retain, sweep
from shared.cloud import (
    audit,
    clock,
    control,
    hooks,
    hub_keys,
    inbox,
    keys,
    legal_holds,
    retention_rows,
    runtime,
    table,
)
from shared.cloud.store import Store
from shared.domain.events import CaseClosed
from shared.domain.retention import table_hash
from tests.functions.money import cases, invoice, run, take, tasks_open, tell
from tests.functions.payers import linked, settle
from tests.functions.test_data_rights import LETTER, MARK, PAGE, paid, party, person, settled
from tests.functions.world import NORDIC, NOW, answer, append, call

__all__ = ["person", "settled"]

# The case of the fixture closes on 2 March 2026, its money was booked on 25 February 2026, and its
# raw deliveries came on 2 March 2026. The last days of Finland, and the days after.
CONTACT, EVIDENCE = "2027-03-02", "2030-03-02"
RAW, MONEY, TRAIL = "2027-04-06", "2036-12-31", "2036-03-02"


def instant(day):
    return datetime.fromisoformat(f"{day}T03:00:00+00:00").astimezone(UTC)


@pytest.fixture
def on_day(monkeypatch):
    """Runs the night of a day."""

    def night(day):
        monkeypatch.setattr(clock, "wall", lambda: instant(day))
        row = table.get(retention_rows.rules_key(NORDIC))
        if row is not None and "due_at" in row:
            table.update(
                retention_rows.rules_key(NORDIC), set_={"due_at": clock.stamp(instant(day))}
            )
        run(retain, [{"tenant": "nordic", "rules": "rules"}])

    return night


@pytest.fixture
def closed(settled):
    """The person's only case is closed, and retention is on."""
    append(NORDIC, settled, CaseClosed(at=NOW, why="nothing_open"))
    assert switch("on", table=table_hash(), name="Lea Laki")[0] == 200
    return settled


def switch(state, **of):
    event = call("PUT /v1/retention", body={"state": state, **of})
    return answer(admin.handler(event, None))


def preview():
    told = answer(admin.handler(call("GET /v1/retention/preview"), None))[1]
    return {one["class"]: (one["gone"], one["on"], one["held"]) for one in told["classes"]}, told


def stored(kind):
    row = table.get({"party": keys.party, "money": keys.sighting}[kind](NORDIC, {
        "party": "erp:d1", "money": "bank:1",
    }[kind]))  # fmt: skip
    return json.loads(row["body"])


def bucket():
    found = runtime.client("s3").list_object_versions(Bucket="dunlin-documents")
    return {one["Key"] for one in found.get("Versions", [])}


def test_how_to_reach_a_person_goes_the_day_after_a_year(closed, on_day):
    on_day(CONTACT)
    assert stored("party")["emails"] != []

    on_day("2027-03-03")

    kept = stored("party")
    assert (kept["emails"], kept["phones"], kept["addresses"]) == ([], [], [])
    assert kept["name"] == f"{MARK}-name"
    # A new invoice brings the address again: whoever is a customer again can be reached.
    take(party(), feed="erp")
    assert stored("party")["emails"] != []


def test_the_links_to_the_payers_page_go_with_the_address(closed, on_day, monkeypatch, rows):
    settle(monkeypatch)
    linked(case=closed)

    def links():
        return [one for one in rows() if "PAYER" in one["pk"] + one["sk"]]

    on_day(CONTACT)
    assert len(links()) == 2

    on_day("2027-03-03")

    assert links() == []


def test_letters_and_the_name_go_with_the_evidence(closed, on_day):
    events = Store(NORDIC).events(closed)
    on_day("2027-03-03")
    on_day(EVIDENCE)
    assert bucket() == {f"nordic/{LETTER}", f"nordic/{PAGE}"}

    on_day("2030-03-03")

    assert bucket() == set()
    assert MARK not in json.dumps(stored("party"))
    assert (Store(NORDIC).events(closed), cases()[0].closed) == (events, True)
    assert table.get(keys.ended(NORDIC, closed)) is None


def test_who_paid_goes_with_the_books_and_no_statement_brings_it_back(closed, on_day):
    on_day(MONEY)
    assert stored("money")["payer"]["name"] == f"{MARK}-payer"

    on_day("2037-01-01")

    assert MARK not in json.dumps(stored("money"))
    assert stored("money")["amount"] == {"amount": "100.00", "currency": "EUR"}
    take(paid(version="2"))
    assert MARK not in json.dumps(stored("money"))


def test_who_paid_what_nobody_could_place_goes_before_the_rest(closed, on_day):
    take(paid("2").model_copy(update={"references": ()}))
    on_day("2030-02-25")
    assert MARK in table.get(keys.sighting(NORDIC, "bank:2"))["body"]

    on_day("2030-02-26")

    assert MARK not in table.get(keys.sighting(NORDIC, "bank:2"))["body"]
    assert MARK in table.get(keys.sighting(NORDIC, "bank:1"))["body"]


def test_raw_bytes_go_and_keys_that_never_expire_stay(closed, on_day):
    what = {"body": f"{MARK}-report".encode(), "now": NOW}
    big = b"x" * 300_000
    inbox.receive(NORDIC, "partner", "e1", case=closed, **what)
    for event, body in (("h1", what["body"]), ("h2", big), ("h3", what["body"])):
        hooks.receive(NORDIC, "pay", event, body=body, fetch=(), signed=True, now=NOW)
    report = inbox.read(NORDIC, "partner", "e1")
    table.transact([inbox.settled(report, "done")])
    for event in ("h1", "h2"):
        hooks.settle(hooks.read(NORDIC, "pay", event), "done")
    assert len([one for one in bucket() if "webhooks" in one]) == 1

    on_day(RAW)
    assert inbox.body_of(inbox.read(NORDIC, "partner", "e1")) == what["body"]
    on_day("2027-04-07")

    kept = inbox.read(NORDIC, "partner", "e1")
    assert ("body" in kept, kept["state"], kept["over"]) == (False, "done", "2027-04-07")
    assert inbox.receive(NORDIC, "partner", "e1", case=closed, **what) == "settled"
    assert [one for one in bucket() if "webhooks" in one] == []
    assert table.get(keys.hook(NORDIC, "pay", "h1")) is None
    # One that is still at work is not taken away under it.
    assert hooks.read(NORDIC, "pay", "h3")["state"] == "received"


def test_the_trail_goes_by_the_day(closed, on_day):
    assert audit.lines(NORDIC, "changes", NOW.date(), "", 10) != []
    on_day(TRAIL)
    assert audit.lines(NORDIC, "changes", NOW.date(), "", 10) != []
    on_day("2036-03-03")
    assert audit.lines(NORDIC, "changes", NOW.date(), "", 10) == []


def test_what_is_owed_or_kept_for_a_court_is_held_until_it_is_not(closed, on_day):
    table.transact([legal_holds.placed(NORDIC, "debtor", "erp:d1", "suit", "anna")])
    on_day("2027-03-03")
    on_day("2030-03-03")
    assert stored("party")["emails"] != []
    assert bucket() != set()

    table.transact([legal_holds.lifted(NORDIC, "debtor", "erp:d1")])
    on_day("2030-03-04")

    assert stored("party")["emails"] == []
    # It was held in the first class: the next one is looked at in the same night.
    assert bucket() == set()


def test_a_later_case_of_the_same_person_has_a_time_of_its_own(closed, on_day):
    tell(invoice("2", debtor="erp:d1"))
    assert [one.closed for one in cases()] != [True]

    on_day("2027-03-03")

    assert stored("party")["emails"] != []
    on_day("2030-03-03")
    # The open claim holds the evidence too: it is one story.
    assert bucket() != set()


def test_nothing_goes_before_a_person_stands_for_the_very_table(closed, on_day, monkeypatch):
    assert switch("on", table="0" * 64, name="Lea Laki")[1]["code"] == "other_table"
    assert switch("on", table=table_hash())[1]["code"] == "no_name"
    monkeypatch.setattr(retention_rows, "table_hash", lambda: "1" * 64)

    on_day("2027-03-03")
    on_day("2027-03-04")

    assert stored("party")["emails"] != []
    assert tasks_open() == ["retention_unconfirmed"]


def test_a_restored_table_deletes_nothing_until_it_is_reconciled(closed, on_day):
    table.put({**hub_keys.control(), "epoch": "dunlin-other-table/1"})
    on_day("2037-01-01")
    assert stored("party")["emails"] != []
    assert bucket() != set()
    assert tasks_open() == []

    table.put({**hub_keys.control(), "epoch": control.epoch()})
    on_day("2037-01-02")
    assert stored("party")["emails"] == []


def test_switched_off_it_does_nothing_and_is_never_due(closed, on_day):
    assert switch("off")[1]["state"] == "off"
    on_day("2037-01-01")
    assert stored("party")["emails"] != []
    assert "due_at" not in table.get(retention_rows.rules_key(NORDIC))


def test_a_preview_says_what_the_night_then_does(closed, on_day, monkeypatch, rows):
    monkeypatch.setattr(clock, "wall", lambda: instant("2037-01-01"))
    switch("off")
    before = sorted(str(one) for one in rows() if "#AUDIT#" not in one["pk"])
    counted, told = preview()
    assert counted == {
        "raw": (0, 0, 0), "contact": (0, 1, 0), "case_evidence": (0, 0, 0),
        "unmatched": (1, 0, 0), "ledger": (0, 0, 0),
    }  # fmt: skip
    assert {one["record"] for one in told["records"]} == {f"ENDED {closed}", "DAY 2026-02-25"}
    assert sorted(str(one) for one in rows() if "#AUDIT#" not in one["pk"]) == before

    switch("on", table=table_hash(), name="Lea Laki")
    on_day("2037-01-01")

    assert all(one == (0, 0, 0) for one in preview()[0].values())


def test_a_long_night_goes_on_where_it_stopped(closed, on_day, monkeypatch, queued):
    monkeypatch.setattr(retain, "_RUN", timedelta(seconds=-1))
    monkeypatch.setattr("shared.cloud.agenda._PAGE", 1)
    for number in range(3):
        name = f"h{number}"
        hooks.receive(NORDIC, "pay", name, body=b"x", fetch=(), signed=True, now=NOW)
        hooks.settle(hooks.read(NORDIC, "pay", name), "done")

    def left():
        every = (table.get(keys.hook(NORDIC, "pay", f"h{number}")) for number in range(3))
        return sum(one is not None for one in every)

    on_day("2027-04-07")
    assert left() == 2
    assert queued("retain") == [{"tenant": "nordic", "rules": "rules"}]
    for _ in range(4):
        run(retain, [{"tenant": "nordic", "rules": "rules"}])
    assert left() == 0


def test_the_sweep_hands_the_night_to_its_queue(closed, queued, monkeypatch):
    row = table.get(retention_rows.rules_key(NORDIC))
    message = {"Records": [{"body": json.dumps({"shard": row["due_shard"]})}]}
    table.update(keys.head(NORDIC, closed), remove=("due_shard", "due_at"))
    sweep.handler(message, None)
    assert (row["due_at"], queued("retain")) == ("2026-03-03T03:00:00Z", [])

    monkeypatch.setattr(clock, "wall", lambda: instant("2026-03-03"))
    sweep.handler(message, None)

    assert queued("retain") == [{"tenant": "nordic", "rules": "rules"}]
