"""Write-back: off until asked for, shown before it goes, written once, and never lost."""

from __future__ import annotations

import json
from datetime import date

import pytest

from connectors.contract import Receipt
from functions import admin, deliver, write_back
from shared.cloud import connections, hub_keys, keys, outbox, table, writeback_rows
from shared.domain.events import PaymentAllocated
from shared.domain.plan_events import WrittenOff
from shared.domain.postings import KINDS
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    TWIN,
    answer,
    append,
    call,
    eur,
    know_counterparts,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

DAY = date(2026, 3, 2)
ACCOUNTS = {kind: {"account": "8160", "journal": "DUN", "tax": "0"} for kind in KINDS}
ON = {"mode": "on", "connections": ["erp"], "postings": "voucher"}
LOST = WrittenOff(at=NOW, claim="erp:1", amount=eur("100.00"), cause="bad_debt", on=DAY)
PAID = PaymentAllocated(
    at=NOW, payment="p1", claim="erp:2", amount=eur("100.00"), value_date=DAY, received=DAY,
    booked=DAY,
)  # fmt: skip


class Books:
    """An ERP that keeps what it is given by key; ``answers`` are given instead, one by one."""

    def __init__(self):
        self.kept, self.answers, self.calls = {}, [], 0

    def written(self, one, *, key):
        if key in self.kept:
            return Receipt(outcome="accepted", reference="7")
        return Receipt(outcome="rejected", code="not_found")

    def note(self, one, *, key):
        self.calls += 1
        said = self.answers.pop(0) if self.answers else Receipt(outcome="accepted")
        if said.outcome in {"accepted", "unknown"}:
            assert key not in self.kept
            self.kept[key] = one
        return said

    voucher = note


class NotesAlone:
    """An ERP that holds no drafts."""

    written, note = Books.written, Books.note


@pytest.fixture
def books(aws, monkeypatch):
    """A creditor with an enabled ERP, a case of two claims, and outbound on."""
    monkeypatch.setenv("OUTBOUND", "on")
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    made = connections.made(NORDIC, "erp", connector="erp.tryton", config={}, start_line=DAY)
    table.transact([made])
    table.update(keys.connection(NORDIC, "erp"), set_={"state": "enabled"})
    table.put({**hub_keys.control(), "outbound": "on"})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    open_case(NORDIC)
    there = Books()
    monkeypatch.setattr(write_back, "connect", lambda *_: there)
    return there


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def switch(**changes):
    assert ask("PUT /v1/write-back/accounts", body={"accounts": ACCOUNTS})[0] == 200
    assert ask("PUT /v1/write-back", body=ON | changes)[0] == 200


def preview():
    return ask("GET /v1/write-back/preview")[1]["writes"]


def deliver_all():
    """Each row that is due, looked at once; a second message of one changes nothing."""
    for one in preview():
        row = outbox.read(NORDIC, one["act"])
        if "due_at" not in row:
            continue
        table.update(keys.outbox(NORDIC, one["act"]), add={"attempt": 1})
        body = json.dumps({"tenant": "nordic", "act": one["act"], "lease": row["due_at"]})
        event = sample("deliver")
        event["Records"] = [{**event["Records"][0], "body": body}]
        for _ in range(2):
            assert deliver.handler(event, None) == {"batchItemFailures": []}


def test_while_the_switch_is_off_an_append_leaves_nothing_for_the_erp(books, rows):
    append(NORDIC, CASE, LOST, PAID)
    assert preview() == []
    assert not [row for row in rows() if "#POSTING#" in row["pk"]]


def test_what_the_preview_shows_is_what_is_written_and_each_of_it_once(books):
    switch()
    append(NORDIC, CASE, LOST, PAID)
    shown = {each["key"]: each for one in preview() for each in one["writes"]}

    deliver_all()

    assert {key: one.model_dump(mode="json") | {"key": key} for key, one in books.kept.items()} \
        == shown  # fmt: skip
    assert (books.calls, preview()) == (3, [])
    texts = sorted(one.text for one in books.kept.values())
    assert texts == [
        "Dunlin: Credit loss", "Dunlin: Not asked for any more: 100.00 EUR, bad_debt.",
        "Dunlin: Paid: received 2026-03-02.",
    ]  # fmt: skip


def test_an_answer_that_got_lost_is_asked_for_and_not_written_again(books):
    switch(postings="none")
    append(NORDIC, CASE, PAID)
    books.answers = [Receipt(outcome="unknown")]

    deliver_all()
    assert [one["state"] for one in preview()] == ["unknown"]
    deliver_all()

    assert (books.calls, len(books.kept), preview()) == (1, 1, [])


def test_what_the_books_refuse_is_a_persons_and_goes_again_when_released(books):
    switch(notes=False)
    append(NORDIC, CASE, LOST)
    books.answers = [Receipt(outcome="rejected", code="unknown_account")]

    deliver_all()
    assert [(one["state"], one["code"]) for one in preview()] == [("failed", "unknown_account")]
    (task,) = ask("GET /v1/tasks")[1]["tasks"]
    assert task["why"] == "write_back_refused"
    assert task["because"][0]["facts"] == {"connection": "erp", "code": "unknown_account"}
    assert ask("POST /v1/write-back/release") == (202, {"released": 1, "more": False})
    deliver_all()

    assert preview() == []
    ((voucher),) = books.kept.values()
    assert [(one.account, str(one.debit.amount)) for one in voucher.lines] == [
        ("8160", "100.00"), ("", "0.00"),
    ]  # fmt: skip


def test_preview_and_observe_mode_write_nothing_down_as_due(books):
    switch(mode="preview")
    append(NORDIC, CASE, LOST)
    switch()
    table.update(keys.control(NORDIC), set_={"observe": True})
    append(NORDIC, CASE, PAID)

    deliver_all()

    assert {one["state"] for one in preview()} == {"proposed"}
    assert books.calls == 0


@pytest.mark.parametrize("shut", ["switch", "observe", "connection"])
def test_what_is_due_waits_for_switches_and_is_not_lost(books, shut):
    switch(postings="none")
    append(NORDIC, CASE, PAID)
    match shut:
        case "switch":
            switch(mode="off", postings="none")
        case "observe":
            table.update(keys.control(NORDIC), set_={"observe": True})
        case _:
            table.update(keys.connection(NORDIC, "erp"), set_={"state": "disabled"})

    deliver_all()

    (waits,) = preview()
    assert (waits["state"], books.calls) == ("intended", 0)
    assert waits["next_at"] > waits["made_at"]


def test_the_postings_of_a_month_are_a_file_of_balanced_lines(books):
    switch(postings="file", notes=False)
    append(NORDIC, CASE, LOST)

    body = ask("GET /v1/write-back/postings", query={"month": "2026-03"})[1]
    response = admin.handler(
        call("GET /v1/write-back/postings", query={"month": "2026-03", "format": "csv"}), None
    )

    assert preview() == []
    ((posting),) = body["postings"]
    assert [(one["account"], one["debit"], one["credit"]) for one in posting["lines"]] == [
        ("8160", "100.00", "0.00"), ("receivable", "0.00", "100.00"),
    ]  # fmt: skip
    heads, *lines = response["body"].splitlines()
    assert heads.startswith("key,date,kind")
    assert len(lines) == 2
    assert ask("GET /v1/write-back/postings", query={"month": "2026-04"})[1]["postings"] == []
    assert ask("GET /v1/write-back/postings", query={"month": "2026-3"})[0] == 400


@pytest.mark.parametrize(
    ("route", "body", "path"),
    [
        ("PUT /v1/write-back", ON, "postings"),
        ("PUT /v1/write-back", ON | {"connections": ["email"]}, "connections.0"),
        ("PUT /v1/write-back", ON | {"mode": "yes"}, "mode"),
        ("PUT /v1/write-back/accounts", {"accounts": {}}, "accounts.reminder_fee"),
        ("PUT /v1/write-back/accounts",
         {"accounts": ACCOUNTS | {"rounding": {"account": "=1+1", "journal": "J"}}},
         "accounts.rounding.account"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_name_the_field(books, route, body, path):
    status, problem = ask(route, body=body)
    assert (status, problem["fields"][0]["path"]) == (422, path)


def test_an_erp_without_drafts_gets_notes_and_its_postings_stay_in_the_file(books):
    """Netvisor would book a voucher at once: none is put down for it, so no task either."""
    made = connections.made(NORDIC, "other", connector="erp.tryton", config={}, start_line=DAY)
    table.transact([made])
    table.update(keys.connection(NORDIC, "erp"), set_={"connector": "erp.netvisor"})
    switch(connections=["erp", "other"])
    assert ask("GET /v1/write-back")[1]["vouchers"] == ["other"]

    append(NORDIC, CASE, LOST)

    assert {one["what"] for one in preview()} == {"note"}
    month = ask("GET /v1/write-back/postings", query={"month": "2026-03"})[1]
    assert [one["kind"] for one in month["postings"]] == ["credit_loss"]
    status, problem = ask("PUT /v1/write-back", body=ON)
    assert (status, problem["fields"][0]["code"]) == (422, "no_drafts")


def test_a_switch_from_before_takes_vouchers_to_all_and_an_erp_without_drafts_refuses(books):
    switch()
    key = writeback_rows.settings_key(NORDIC)
    stored = json.loads(table.get(key)["body"])
    del stored["vouchers"]
    table.update(key, set_={"body": json.dumps(stored)})
    append(NORDIC, CASE, LOST)
    assert "voucher" in {one["what"] for one in preview()}
    books.__class__ = NotesAlone
    deliver_all()
    assert {one["code"] for one in preview()} == {"no_drafts"}


def test_nothing_is_released_while_the_switch_is_not_on_and_all_of_it_is_the_tenants_own(books):
    switch(mode="preview")
    append(NORDIC, CASE, LOST)
    assert ask("POST /v1/write-back/release")[0] == 409
    assert ask("GET /v1/write-back/preview", tenant=TWIN.id)[1]["writes"] == []
    assert ask("GET /v1/write-back", tenant=TWIN.id)[1]["mode"] == "off"
