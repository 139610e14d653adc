"""A sheet of past notices: each row a fact under its key, refused by line, taken over once."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin, book
from functions.api import first_day_imports
from shared.cloud import clock, connections, facts, keys, table
from shared.domain.model import Invoice, Party
from tests.functions.world import NORDIC, NOW, answer, call, eur, load

ROUTE = "POST /v1/imports/notices"
HEAD = "key;invoice;what;on;level;fee;deadline;channel;proof;until\n"


@pytest.fixture(autouse=True)
def _books(aws):
    made = connections.made(
        NORDIC, "erp", connector="erp.tryton", config={}, start_line=date(2026, 1, 1)
    )
    table.transact([made])
    invoice = Invoice(
        id="erp:1", version="1", number="2026/1", debtor="erp:d1", issued=date(2026, 1, 1),
        sent=date(2026, 1, 1), due=date(2026, 1, 15), total=eur("100.00"), open=eur("100.00"),
        capacity="consumer", claim_class="goods",
    )  # fmt: skip
    party = Party(id="erp:d1", version="1", kind="person", name="Aino", country="FI")
    facts.take(NORDIC, "erp", [party, invoice], NOW, lambda _: NOW)


def put(rows, **query):
    event = call(ROUTE, query={"connection": "erp", **query}, body=HEAD + rows)
    return answer(admin.handler(event, None))


def booked():
    book._book({"tenant": "nordic", "invoice": "erp:1"})
    row = table.get(keys.invoice(NORDIC, "erp:1"))
    return load(case=row["case_id"])


def test_a_claim_joins_at_the_step_that_others_had_reached():
    status, told = put("r1;2026/1;reminder;2026-01-26;1;;2026-02-09;postal;posti-5;\n")
    assert (status, told["new"], told["problems"]) == (200, 1, [])

    case = booked()
    assert case.claims["erp:1"].level == 1
    assert case.notices["imported-r1"].deadline == date(2026, 2, 9)


def test_the_same_sheet_again_changes_nothing_and_a_running_case_learns_of_a_new_row():
    put("r1;1;reminder;2026-01-26;;;;;p1;\n")
    before = booked().version
    _, again = put("r1;1;reminder;2026-01-26;;;;;p1;\n")
    assert (again["new"], again["changed"]) == (0, 0)

    put("r2;erp:1;reminder;2026-02-12;;;;;p2;\n")
    after = booked()
    assert set(after.notices) == {"imported-r1", "imported-r2"}
    assert after.claims["erp:1"].level == 1  # the policy's last reminder is the hub's own
    assert after.version == before + 1


def test_each_refused_row_is_named_by_line_and_column_and_the_others_stand():
    _, told = put(
        "r1;1;reminder;2026-01-26;;;;;p1;\n"
        "r2;9;reminder;2026-01-26;;;;;;\n"
        "r3;1;reminder;26.1.2026;;;;;;\n"
        "r4;1;reminder;2026-03-03;;;;;;\n"
        "r5;1;letter;2026-01-26;;;;;;\n"
        "r6;1;reminder;2026-01-26;;5,001;;;;\n"
        "r1;1;hold;2026-01-26;;;;;;\n"
        "r8;1;reminder;2026-01-26;;;2026-01-20;;;\n"
        "r9;1;hold;2026-01-26;;;;;;2026-01-20\n"
        "r10;1;reminder;2025-12-31;;;;;p;\n"
    )
    assert told["new"] == 1
    assert [(one["line"], one["field"]) for one in told["problems"]] == [
        (3, "invoice"), (4, "on"), (5, "on"), (6, "what"), (7, "fee"), (8, "key"),
        (9, "deadline"), (10, "until"), (11, "on"),
    ]  # fmt: skip


def test_a_question_of_a_row_is_a_task_for_a_person():
    put("r1;1;reminder;2026-01-26;;5.00;;;;\n")
    case = booked()
    (task,) = case.tasks
    row = table.get(keys.task(NORDIC, task))
    assert (row["why"], row["state"]) == ("notice_not_proven", "open")


def test_a_sheet_that_is_none_is_refused_whole():
    event = call(ROUTE, query={"connection": "erp"}, body="a;b\n1;2\n")
    assert answer(admin.handler(event, None))[0] == 400
    event = call(ROUTE, query={"connection": "other"}, body=HEAD)
    assert answer(admin.handler(event, None))[0] == 404
    assert clock.now() == NOW


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_sheet_has_at_most_two_thousand_rows_whatever_ends_them(monkeypatch, end):
    looked = []
    monkeypatch.setattr(first_day_imports, "_found", lambda *_: looked.append(1))
    head = HEAD.strip() + end

    def asked(rows):
        body = head + end.join(f"r{one};x;reminder;2026-01-26;;;;;;" for one in range(rows))
        event = call(ROUTE, query={"connection": "erp"}, body=body)
        return answer(admin.handler(event, None))

    assert asked(2_001)[1]["code"] == "too_large"
    assert looked == []
    assert asked(2_000)[1]["rows"] == 2_000
