"""The letter of a task: word for word what a yes sends, sent by nobody who only looks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions import admin
from shared.cloud import clock, payer_links, step
from shared.cloud.store import Store, Token
from tests.functions.payers import ORIGIN, settle
from tests.functions.test_payer_in_messages import mail, remind_now  # noqa: F401
from tests.functions.world import CASE, NORDIC, answer, call

ROUTE = "GET /v1/tasks/{id}/letter"


def ask(route, task, **rest):
    return answer(admin.handler(call(route, path={"id": task}, **rest), None))


def asked_for_a_yes(case=CASE, debtor="erp:d1"):
    """The open question whether the first reminder of a case may go out: its task's id."""
    route = "PUT /v1/overrides/{kind}/{id}"
    path, body = {"kind": "debtor", "id": debtor}, {"hold_steps": ["friendly"]}
    assert admin.handler(call(route, path=path, body=body), None)["statusCode"] == 200
    store = Store(NORDIC)
    loaded = store.load(case)
    token = Token(case, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    run = step.frame(store, token, loaded, clock.now())
    decision = run.decision()
    assert decision.why == "approve_remind"
    run.ask(decision)
    return decision.task


@pytest.fixture
def task(mail, monkeypatch):  # noqa: F811
    """Such a question, of a stack that has a page for payers."""
    settle(monkeypatch)
    return asked_for_a_yes()


def test_it_is_the_letter_that_goes_out_after_the_yes(task, mail, rows):  # noqa: F811
    status, shown = ask(ROUTE, task)
    assert status == 200
    assert (shown["act"], shown["channel"], shown["kind"]) == (task, "email", "email")
    assert (shown["on"], shown["tone"], shown["fee"]) == ("2026-03-02", "friendly", None)
    link = payer_links.url(NORDIC, "erp:d1", CASE, task)
    assert link not in shown["text"] + shown["html"] + (shown["sms"] or "")
    assert not mail

    assert ask("POST /v1/tasks/{id}/answer", task, body={"answer": "approved"})[0] == 200
    assert remind_now() == task
    (sent,) = mail
    assert sent.text == shown["text"].replace(f"{ORIGIN}/p/...", link)
    assert sent.subject == shown["subject"]
    assert [row for row in rows() if "#LOOKS#" in row["pk"]]


def test_at_night_it_is_the_letter_of_the_next_morning(task, monkeypatch):
    night = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: night)
    assert ask(ROUTE, task)[1]["on"] == "2026-03-09"


def test_what_waits_for_no_letter_has_none(task):
    assert ask(ROUTE, "nothing")[0] == 404
    ask("POST /v1/tasks/{id}/answer", task, body={"answer": "declined"})
    status, said = ask(ROUTE, task)
    assert (status, said["code"]) == (409, "no_letter")
