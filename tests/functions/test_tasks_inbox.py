"""The inbox of tasks: what is due first stands first, and everybody finds their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from functions import admin
from shared.cloud import clock, inbox_watch, keys, table, tasks
from shared.cloud.principals import principal_row
from tests.functions.money import connected, invoice, tell
from tests.functions.world import NORDIC, NOW, answer, call

# Asked on a Monday at 9:00 UTC in Helsinki: due in four hours, on Tuesday, on Wednesday.
ASKED = {"slow": "something", "soon": "money_differs", "next": "payment_stuck"}


def ask(route, **rest):
    return answer(admin.handler(call(route, **rest), None))


def names(**query):
    return [one["id"] for one in ask("GET /v1/tasks", query=query)[1]["tasks"]]


@pytest.fixture
def inbox(aws, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for name, why in ASKED.items():
        table.transact([tasks.task_write(NORDIC, name, "", why, (), ())])
    table.put(principal_row("cleo", role="clerk", tenant="nordic"))
    table.put(principal_row("tove", role="clerk", tenant="twin"))


def test_what_is_due_first_stands_first_and_overdue_is_told(inbox, monkeypatch):
    assert names() == ["soon", "next", "slow"]
    assert names(overdue="true") == []
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=4))

    assert names(overdue="true") == ["soon"]
    assert names(overdue="false", why="something") == ["slow"]
    assert tasks.overdue(NORDIC, clock.now(), 100) == 1
    first = ask("GET /v1/tasks")[1]["tasks"][0]
    assert (first["answer_by"], first["overdue"]) == ("2026-03-02T13:00:00Z", True)
    assert ask("GET /v1/reports/tasks")[1] == {
        "open": 3, "overdue": 1, "unassigned": 3, "whole": True,
        "kinds": [
            {"why": "money_differs", "open": 1, "overdue": 1, "unassigned": 1},
            {"why": "payment_stuck", "open": 1, "overdue": 0, "unassigned": 1},
            {"why": "something", "open": 1, "overdue": 0, "unassigned": 1},
        ],
    }  # fmt: skip


def test_a_question_without_a_case_has_its_invoices_and_their_debtor(aws):
    connected("erp")
    tell(invoice("1", due=date(2025, 12, 20)), invoice("2"))
    (parked,) = ask("GET /v1/tasks")[1]["tasks"]
    assert parked["debtor"] == "erp:d1"
    assert parked["invoices"] == [{
        "id": "erp:1", "number": "2026-0001", "debtor": "erp:d1", "due": "2025-12-20",
        "total": {"amount": "100.00", "currency": "EUR"},
        "open": {"amount": "100.00", "currency": "EUR"}, "case": None,
    }]  # fmt: skip
    assert ask("GET /v1/tasks/{id}", path={"id": parked["id"]})[1] == parked

    both = tasks.task_write(NORDIC, "both", "", "something", ("erp:1", "erp:2", "erp:9"), ())
    table.transact([both])
    told = ask("GET /v1/tasks/{id}", path={"id": "both"})[1]
    assert told["debtor"] is None
    assert [(one["id"], one["case"] is None) for one in told["invoices"]] == [
        ("erp:1", True), ("erp:2", False),
    ]  # fmt: skip


def test_the_watch_counts_what_is_overdue_every_hour(inbox, capsys):
    table.transact([inbox_watch.armed(NORDIC, NOW - timedelta(hours=1))])
    (watch,) = [table.get(keys.fact(NORDIC, "INBOX", "watch"))]

    assert inbox_watch.look(watch, NOW) == "INBOX"
    assert "TasksOverdue" not in capsys.readouterr().out
    again = table.get(keys.fact(NORDIC, "INBOX", "watch"))
    assert again["due_at"] == clock.stamp(NOW + timedelta(hours=1))
    assert inbox_watch.look(watch, NOW) == "lost"

    later = NOW + timedelta(hours=5)
    assert inbox_watch.look(again, later) == "INBOX"
    assert '"TasksOverdue":1' in capsys.readouterr().out.replace(" ", "")


def test_pages_go_on_where_they_ended_and_only_with_their_own_filters(inbox):
    seen, query = [], {"limit": "1"}
    while True:
        page = ask("GET /v1/tasks", query=query)[1]
        seen += [one["id"] for one in page["tasks"]]
        if page["cursor"] is None:
            break
        query = {"limit": "1", "cursor": page["cursor"]}

    assert seen == ["soon", "next", "slow"]
    other = {**query, "why": "something"}
    assert ask("GET /v1/tasks", query=other)[1]["code"] == "bad_cursor"
    assert ask("GET /v1/tasks", query={"overdue": "perhaps"})[0] == 400


def test_a_task_is_somebodys_and_then_nobodys_again(inbox, rows):
    route, path = "POST /v1/tasks/{id}/assign", {"id": "next"}

    assert ask(route, path=path, body={"to": "cleo"})[1]["assignee"] == "cleo"
    assert (names(assignee="cleo"), names(assignee="-")) == (["next"], ["soon", "slow"])
    assert ask(route, path=path, body={"to": None})[1]["assignee"] is None
    assert names(assignee="cleo") == []
    for stranger in ("tove", "nobody", "a#b"):
        assert ask(route, path=path, body={"to": stranger})[0] == 422
    assert len([row for row in rows() if row.get("what") == "task_assigned"]) == 2


def test_an_answered_task_leaves_the_inbox_and_is_found_among_the_answered(inbox):
    path = {"id": "soon"}
    assert ask("POST /v1/tasks/{id}/answer", path=path, body={"answer": "continue"})[0] == 200

    assert names() == ["next", "slow"]
    assert names(state="answered") == ["soon"]
    again = ask("POST /v1/tasks/{id}/assign", path=path, body={"to": "cleo"})
    assert (again[0], again[1]["code"]) == (409, "answered")
    assert ask("GET /v1/reports/tasks")[1]["open"] == 2
