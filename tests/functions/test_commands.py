"""Commands of a case over the API: carried out once, scoped, audited, answered with words."""

from __future__ import annotations

import json

import pytest

from functions import admin, decide
from shared.cloud import keys, table, tasks
from shared.domain.events import PersonAsked
from tests.functions.world import CASE, NORDIC, NOW, answer, append, call, load, open_case

DISPUTE = {"id": "k1", "reason": "debtor_called", "type": "dispute", "claim": "erp:1",
           "amount": {"amount": "40.00", "currency": "EUR"}, "ground": "wrong_price"}  # fmt: skip
PLAN = {"id": "p1", "reason": "debtor_asked", "type": "propose_plan", "agreed": True,
        "count": 3, "first": "2026-03-10", "every": "week"}  # fmt: skip


@pytest.fixture
def case(aws):
    open_case(NORDIC)
    table.update(keys.head(NORDIC, CASE), set_={"due_at": "2026-04-01T06:00:00Z"})


def give(body, **more):
    event = call("POST /v1/cases/{id}/commands", path={"id": CASE}, body=body, **more)
    return answer(admin.handler(event, None))


def test_a_command_is_carried_out_and_the_case_is_looked_at_now(case, rows):
    status, body = give(DISPUTE)

    assert status == 200
    assert [one["kind"] for one in body["events"]] == ["disputed"]
    assert body["words"] == [
        "console: dispute (debtor_called).",
        "Claim erp:1 is disputed (40.00 EUR); our answer is due by 2026-03-16.",
    ]
    assert load().states.disputes["k1"].pending
    assert table.get(keys.head(NORDIC, CASE))["due_at"] == "2026-03-02T09:00:00Z"
    told = [json.loads(row["facts"]) for row in rows() if row.get("what") == "case_commanded"]
    assert told == [{"case": CASE, "command": "k1", "type": "dispute", "why": "debtor_called"}]


def test_a_command_that_is_only_checked_says_what_would_follow_and_changes_nothing(case, rows):
    before, events = rows(), load().version

    checked = call("POST /v1/cases/{id}/commands/check", path={"id": CASE}, body=DISPUTE)
    status, body = answer(admin.handler(checked, None))

    assert status == 200
    assert rows() == before
    assert load().version == events
    assert body["now"] != body["then"]
    # Said again for good, it does what it said.
    assert give(DISPUTE)[1]["words"] == body["words"]
    assert answer(admin.handler(checked, None))[1]["words"] == []


def test_what_would_be_refused_is_refused_when_it_is_checked(case):
    event = call("POST /v1/cases/{id}/commands/check", path={"id": CASE},
                 body={**DISPUTE, "claim": "erp:404"})  # fmt: skip
    assert answer(admin.handler(event, None))[0] == 409


def test_the_same_id_again_answers_the_same_and_changes_nothing(case):
    first = give(DISPUTE)
    give({"id": "k2", "reason": "asked", "type": "hold"})
    version = load().version

    assert give(DISPUTE) == first
    assert load().version == version


def test_an_id_is_good_for_one_command(case):
    give(DISPUTE)

    status, body = give({**DISPUTE, "claim": "erp:2"})

    assert (status, body["code"]) == (409, "key_reused")


def test_a_refusal_has_a_code_and_a_sentence(case):
    status, body = give({**DISPUTE, "amount": {"amount": "400.00", "currency": "EUR"}})

    assert (status, body["code"]) == (409, "bad_amount")
    assert body["title"].startswith("The amount must be above zero, at most what is open")
    assert load().states is None


@pytest.mark.parametrize(
    "body",
    [
        {}, {"type": "dispute"}, {**DISPUTE, "type": "forget"}, {**DISPUTE, "ground": "He said"},
        {**DISPUTE, "reason": "Aino Esimerkki called"}, {**DISPUTE, "note": "x"},
        {**DISPUTE, "amount": {"amount": 40, "currency": "EUR"}}, [],
        {**PLAN, "count": None}, {**PLAN, "first": None},
    ],
)  # fmt: skip
def test_a_command_that_makes_no_sense_is_refused(case, body):
    assert give(body)[0] == 422
    assert load().states is None


@pytest.mark.parametrize(
    "body",
    [
        {"type": "write_off", "claim": "erp:1", "kind": "goodwill"},
        {"type": "waive_interest", "claim": "erp:1", "to": "2026-03-01"},
        {"type": "settlement", "amount": {"amount": "50.00", "currency": "EUR"},
         "day": "2026-03-10"},
    ],
)  # fmt: skip
def test_less_money_needs_a_scope_of_its_own(case, body):
    body = {"id": "k1", "reason": "asked", **body}

    assert give(body, scopes=["dunning:write"])[0] == 403
    assert load().states is None
    assert give(body, scopes=["dunning:write", "money:write"])[0] == 200


def test_a_plan_is_agreed_and_an_instalment_that_is_missed_is_written_down(case, monkeypatch):
    status, body = give(PLAN)
    assert status == 200
    amounts = [one["amount"]["amount"] for one in body["events"][0]["instalments"]]
    assert amounts == ["66.66", "66.66", "66.68"]
    # 16 March is the banking day after the first instalment and its clearing days.
    monkeypatch.setattr("shared.cloud.clock.wall", lambda: NOW.replace(day=16))
    head = table.get(keys.head(NORDIC, CASE))

    event = {"tenant": NORDIC.id, "case": CASE, "version": head["version"], "attempt": 0,
             "snapshot": 0}  # fmt: skip
    assert decide.handler(event, None)["next"] == "rest"

    assert load().states.plans["p1"].missed == 1
    assert table.get(keys.head(NORDIC, CASE))["due_at"] == "2026-03-16T09:00:00Z"


def test_a_liable_party_is_one_that_the_hub_knows(case):
    body = {"id": "k1", "reason": "asked", "type": "name_liable", "claim": "erp:1",
            "party": "erp:d2", "role": "guarantor"}  # fmt: skip

    assert give(body)[1]["code"] == "no_such_party"
    table.put({**keys.party(NORDIC, "erp:d2"), "body": "{}"})
    assert give(body)[0] == 200


def test_a_contact_is_a_party_that_the_hub_knows(case):
    body = {"id": "k1", "reason": "asked", "type": "circumstance", "circumstance": "deceased",
            "effective": "2026-03-01", "contact": "erp:estate"}  # fmt: skip

    assert give(body)[1]["code"] == "no_such_party"
    table.put({**keys.party(NORDIC, "erp:estate"), "body": "{}"})
    assert give(body)[0] == 200


def test_a_command_that_ends_a_state_closes_its_task_too(case):
    give(DISPUTE)
    task, why = f"{CASE}-dispute_unanswered-k1", "dispute_unanswered"
    asked = PersonAsked(at=NOW, task=task, why=why, claims=("erp:1",))
    append(NORDIC, CASE, asked, also=[tasks.task_write(NORDIC, task, CASE, why, ("erp:1",), ())])
    settle = {"id": "k2", "reason": "agreed", "type": "settle_dispute", "dispute": "k1",
              "outcome": "withdrawn"}  # fmt: skip

    assert give(settle)[1]["words"][-1] == f"The question {task} is answered: settled."
    row = tasks.read(NORDIC, task)
    assert (row["state"], row["answer"], row["by"]) == ("answered", "settled", "console")
    assert load().tasks == {}


def test_a_case_is_shown_with_its_states(case):
    give(DISPUTE)

    event = call("GET /v1/cases/{id}", path={"id": CASE})
    body = answer(admin.handler(event, None))[1]

    assert body["states"]["disputes"]["k1"]["answer_by"] == "2026-03-16"
    assert [one["kind"] for one in body["timeline"]][-2:] == ["commanded", "disputed"]
