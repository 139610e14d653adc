"""The admin API's cases and tasks: shown with reasons, held, released, answered."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud import keys, parking, table, tasks
from shared.domain.events import ActUnknown, Decided, PersonAsked
from shared.domain.explain import Reason
from shared.domain.hold_watch import watched
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    answer,
    append,
    call,
    hand_over,
    load,
    open_case,
)

TASK = f"{CASE}-partner-ffffffffffff"
WHY = Reason(rule="policy.step", text="the step counts full days", facts={"claim": "erp:1"})


@pytest.fixture
def case(aws):
    open_case(NORDIC)
    table.update(keys.head(NORDIC, CASE), set_={"due_at": "2026-04-01T06:00:00Z"})


@pytest.fixture
def asked(case):
    event = PersonAsked(at=NOW, task=TASK, why="approve_hand_over", claims=("erp:1",))
    write = tasks.task_write(NORDIC, TASK, CASE, event.why, event.claims, (WHY,))
    append(NORDIC, CASE, event, also=[write])


def ask(route, name=CASE, **request):
    return answer(admin.handler(call(route, path={"id": name}, **request), None))


def head():
    return table.get(keys.head(NORDIC, CASE))


def test_a_case_is_shown_with_positions_and_every_reason(case):
    append(NORDIC, CASE, Decided(at=NOW, decision={"kind": "rest"}, because=(WHY,), inputs={}))
    hand_over(NORDIC)

    status, body = ask("GET /v1/cases/{id}")

    assert status == 200
    one = next(claim for claim in body["claims"] if claim["claim"]["id"] == "erp:1")
    # 100.00 EUR from 16 January to 2 March 2026: 46 days at 9.5 per cent and 365 days.
    assert (one["open"], one["fees"], one["with_partner"]) == ("100.00", "0.00", True)
    assert one["interest"] == "1.20"
    assert body["partner_state"] == "submitted"
    assert body["next_due"] == "2026-03-02T09:00:00Z"
    decided = next(event for event in body["timeline"] if event["kind"] == "decided")
    assert decided["because"][0]["rule"] == "policy.step"
    assert [event["kind"] for event in body["timeline"]][:2] == ["case_opened", "claim_joined"]


def test_cases_are_listed(case):
    open_case(NORDIC, "c2", claims=("erp:3",))

    body = ask("GET /v1/cases")[1]

    assert [one["id"] for one in body["cases"]] == [CASE, "c2"]
    assert body["cases"][0]["open_claims"] == ["erp:1", "erp:2"]
    assert body["cases"][0]["next_due"] == "2026-04-01T06:00:00Z"


def test_a_hold_is_appended_and_the_case_is_looked_at_now(case):
    status, body = ask("POST /v1/cases/{id}/hold", body={"reason": "dispute", "claim": "erp:1"})

    assert status == 201
    hold = load().holds[body["hold"]]
    assert (hold.claim, hold.reason, hold.until) == ("erp:1", "dispute", None)
    assert head()["due_at"] == "2026-03-02T09:00:00Z"


def test_a_hold_sent_twice_under_one_key_is_one_hold(case):
    request = {"body": {"reason": "person", "until": "2026-03-20"}}
    first = ask("POST /v1/cases/{id}/hold", headers={"idempotency-key": "k1"}, **request)
    again = ask("POST /v1/cases/{id}/hold", headers={"Idempotency-Key": "k1"}, **request)

    assert first == again
    assert len(load().holds) == 1


def test_a_hold_ends_once(case, rows):
    hold = ask("POST /v1/cases/{id}/hold", body={"reason": "promise"})[1]["hold"]

    assert ask("POST /v1/cases/{id}/release", body={"hold": hold})[0] == 200

    assert load().holds == {}
    assert ask("POST /v1/cases/{id}/release", body={"hold": hold})[0] == 404
    trail = {row.get("what") for row in rows()}
    assert {"case_held", "case_released"} <= trail


def test_a_release_answers_the_review_of_its_hold(case):
    hold = ask("POST /v1/cases/{id}/hold", body={"reason": "person", "claim": "erp:1"})[1]["hold"]
    review = watched(load())[0].task(load())
    event = PersonAsked(at=NOW, task=review, why="hold_review", claims=("erp:1",))
    write = tasks.task_write(NORDIC, review, CASE, event.why, event.claims, (WHY,))
    append(NORDIC, CASE, event, also=[write])

    assert ask("POST /v1/cases/{id}/release", body={"hold": hold})[0] == 200

    assert (load().holds, load().tasks) == ({}, {})
    row = tasks.read(NORDIC, review)
    assert (row["state"], row["answer"]) == ("answered", "settled")


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "because"}, {"reason": "missing"}, {}, {"reason": "person", "until": "soon"},
        {"reason": "person", "claim": "erp:9"},
    ],
)  # fmt: skip
def test_a_hold_that_makes_no_sense_is_refused(case, body):
    assert ask("POST /v1/cases/{id}/hold", body=body)[0] == 422
    assert load().holds == {}


def test_an_answer_reaches_the_case_and_closes_the_task(asked):
    (listed,) = ask("GET /v1/tasks")[1]["tasks"]
    assert (listed["id"], listed["debtor"]) == (TASK, "erp:d1")
    assert ask("GET /v1/tasks/{id}", TASK)[1]["because"][0]["rule"] == "policy.step"
    table.update(keys.head(NORDIC, CASE), set_={"due_at": "2026-04-01T06:00:00Z"})

    status, body = ask("POST /v1/tasks/{id}/answer", TASK, body={"answer": "approved"})

    assert (status, body["state"], body["by"]) == (200, "answered", "console")
    assert load().answers[TASK].answer == "approved"
    assert load().tasks == {}
    assert head()["due_at"] == "2026-03-02T09:00:00Z"
    assert ask("GET /v1/tasks")[1]["tasks"] == []


def test_a_task_is_answered_once(asked):
    ask("POST /v1/tasks/{id}/answer", TASK, body={"answer": "approved"})

    status, body = ask("POST /v1/tasks/{id}/answer", TASK, body={"answer": "declined"})

    assert (status, body["code"]) == (409, "answered")
    assert load().answers[TASK].answer == "approved"


def test_an_answer_is_a_code_and_no_prose(asked):
    body = {"answer": "Aino called and will pay"}

    assert ask("POST /v1/tasks/{id}/answer", TASK, body=body)[0] == 422


def test_an_answer_is_one_of_the_words_that_the_task_offers(asked):
    assert ask("GET /v1/tasks/{id}", TASK)[1]["answers"] == ["approved", "declined"]

    status, body = ask("POST /v1/tasks/{id}/answer", TASK, body={"answer": "continue"})

    assert (status, body["fields"][0]["code"]) == (422, "not_offered")
    assert load().answers == {}


def test_a_person_says_what_became_of_an_act(case):
    hand_over(NORDIC, sent=False)
    append(NORDIC, CASE, ActUnknown(at=NOW, act=HAND_OVER))
    task = f"{HAND_OVER}-unknown"
    table.transact([tasks.task_write(NORDIC, task, CASE, "unknown_outcome", ("erp:1",), ())])

    assert ask("POST /v1/tasks/{id}/answer", task, body={"answer": "sent"})[0] == 200

    assert load().notices[HAND_OVER].state == "sent"


def test_a_question_about_no_case_is_answered_too(aws):
    table.transact([tasks.task_write(NORDIC, "start_line-1", "", "before_start_line", ["x"], ())])

    status, body = ask("POST /v1/tasks/{id}/answer", "start_line-1", body={"answer": "leave"})

    assert (status, body["case"], body["state"]) == (200, None, "answered")


def test_a_yes_puts_a_parked_case_back(case):
    parking.park(head(), "failed_repeatedly", NOW)
    task = f"{CASE}-parked-{load().version}"
    assert load().parked == "failed_repeatedly"
    assert "due_at" not in head()

    ask("POST /v1/tasks/{id}/answer", task, body={"answer": "continue"})

    assert load().parked is None
    assert head()["due_at"] == "2026-03-02T09:00:00Z"


def test_a_case_that_cannot_be_read_keeps_its_task_open(case):
    parking.park(head(), "unreadable", NOW)
    task = f"{CASE}-parked-{head()['version']}"
    table.update(keys.event(NORDIC, CASE, 1), set_={"body": '{"kind":"from_the_future"}'})

    status, body = ask("POST /v1/tasks/{id}/answer", task, body={"answer": "continue"})

    assert (status, body["code"]) == (409, "case_unreadable")
    assert tasks.read(NORDIC, task)["state"] == "open"
