"""A connection's health is one word everywhere; people hear when it grows worse, and better."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud import clock, connections, health_words, keys, table, vault
from shared.errors import Reconnect, Retry, Unreadable
from tests.functions.world import NORDIC, NOW, answer, call

ERP = {
    "id": "books",
    "connector": "erp.tryton",
    "config": {"url": "https://tryton.example", "database": "books"},
    "secrets": {"application_key": "canary-secret"},
    "start_line": "2026-01-01",
}


def ask(route, connection="books", **request):
    return answer(admin.handler(call(route, path={"id": connection}, **request), None))


def health():
    return ask("GET /v1/connections/{id}")[1]["health"]


def opened():
    return [one["why"] for one in ask("GET /v1/tasks")[1]["tasks"]]


def row():
    return connections.read(NORDIC, "books")


def goes(**fields):
    """The connection's row becomes so, and whoever made it so says it."""
    after = table.update(keys.connection(NORDIC, "books"), set_=fields)
    health_words.follow(NORDIC, after, NOW)


@pytest.fixture
def books(aws):
    """A connection that is in use."""
    assert ask("POST /v1/connections", body=ERP)[0] == 201
    goes(state="enabled")


def test_a_new_connection_is_pending_and_one_without_its_secret_says_so(aws):
    ask("POST /v1/connections", body={**ERP, "secrets": {}})
    assert health()["word"] == "pending"

    ask("POST /v1/connections/{id}/test")

    assert health()["word"] == "missing_settings"
    assert opened() == ["connection_missing_settings"]
    vault.write(NORDIC, "books", {"application_key": "it is there"})
    ask("POST /v1/connections/{id}/disable")
    assert (health()["word"], opened()) == ("disabled", [])


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Reconnect("refused"), "login"),
        (Reconnect("nobody consented", lacks="consent"), "consent"),
        (Reconnect("the key is missing", lacks="settings"), "settings"),
        (Retry("too many", after=60, throttled=True), "throttled"),
        (Retry("it is down", after=60), "other"),
        (Unreadable("a web page came"), "other"),
    ],
)
def test_an_error_says_what_is_absent(error, cause):
    assert health_words.cause_of(error) == cause


def test_what_lasts_is_told_once_and_its_end_ends_the_question(books, capsys):
    for _ in range(3):
        goes(state="needs_auth", last_error="refused", cause="login")
    assert capsys.readouterr().out.count('"ConnectionWorse": 1') == 1
    (task,) = ask("GET /v1/tasks")[1]["tasks"]
    assert health()["task"] == task["id"]

    table.update(keys.connection(NORDIC, "books"), remove=("last_error", "cause"))
    goes(state="enabled")

    assert (health()["word"], health()["task"], opened()) == ("ok", None, [])
    assert ask("GET /v1/tasks/{id}", task["id"])[1]["answer"] == "mended"


def test_one_question_gives_way_to_another(books):
    goes(state="failing", last_error="unreadable", cause="other")
    goes(state="needs_auth", last_error="refused", cause="login")

    assert opened() == ["connection_needs_auth"]


def test_a_day_sums_its_reads_and_the_next_begins_anew():
    first = health_words.counted({}, {"rows_seen": 9, "rows_changed": 2}, "2026-03-02")
    second = health_words.counted(first, {"rows_seen": 1, "rows_refused": 1}, "2026-03-02")
    assert (second["day_reads"], second["day_rows_seen"]) == (2, 10)
    assert (second["day_rows_changed"], second["day_rows_refused"]) == (2, 1)

    third = health_words.counted(second, {"rows_seen": 4}, "2026-03-03")
    assert (third["day_reads"], third["day_rows_seen"], third["day_rows_refused"]) == (1, 4, 0)


def test_the_list_says_what_the_connection_itself_says(books):
    goes(fresh_as_of=clock.stamp(NOW), rows_seen=4, rows_changed=1, due_at=clock.stamp(NOW))

    listed = answer(admin.handler(call("GET /v1/connections"), None))[1]["connections"]

    assert [one["health"] for one in listed if one["id"] == "books"] == [health()]
    assert health()["last_read"] == {"read": 4, "changed": 1, "refused": 0}
    assert health()["next_try"] == clock.stamp(NOW)
