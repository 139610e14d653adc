"""A case explains itself through the API: as it stands, as it stood, and on one screen."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin
from shared.cloud import keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.events import Held
from shared.domain.model import Party
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    TWIN,
    answer,
    append,
    call,
    load,
    open_case,
    remind,
)


@pytest.fixture
def case(aws):
    table.put({**keys.connection(NORDIC, "erp"), "fresh_as_of": "2026-03-02T08:00:00Z"})
    open_case(NORDIC)


def explain(at=None, **more):
    query = {"at": at} if at else None
    event = call("GET /v1/cases/{id}/explain", path={"id": CASE}, query=query, **more)
    return answer(admin.handler(event, None))


def decide():
    store = Store(NORDIC)
    loaded = store.load(CASE)
    head = loaded.head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    run = step.frame(store, token, loaded, NOW)
    run.withhold(run.decision(), "observe")


def test_a_case_says_why_this_why_now_what_next_and_what_would_change_it(case):
    decide()

    status, body = explain()

    assert (status, body["now"]["kind"]) == (200, "remind")
    assert body["recorded"] == body["now"]
    assert {"policy", "law", "engine", "zone"} <= set(body["inputs"])
    assert body["words"]["why_this"][0].startswith("Step friendly reminds of erp:1, erp:2")
    assert {one["kind"] for one in body["levers"]} == {"pay", "dispute", "promise", "plan", "hold"}


def test_the_past_is_explained_as_it_was_and_the_future_as_if_nothing_changed(case):
    decide()
    later = NOW.replace(hour=10)
    append(NORDIC, CASE, Held(at=later, hold="h1", reason="person", until=date(2027, 1, 31)))

    assert explain("2026-03-02T09:30:00+00:00")[1]["now"]["kind"] == "remind"
    assert explain("2026-03-02T12:30:00 02:00")[1]["now"]["why"] == "held"
    assert explain("2026-12-24T09:00:00Z")[1]["now"]["why"] == "held"


def test_whom_no_channel_of_the_step_reaches_is_told_as_a_persons(case):
    table.put({**keys.connection(NORDIC, "email"), "connector": "channels.email"})
    nobody = Party(id="erp:d1", version="1", kind="person", name="Aino", country="FI")
    table.put({**keys.party(NORDIC, load().debtor), "body": nobody.model_dump_json()})

    now = explain()[1]["now"]

    assert (now["kind"], now["why"]) == ("ask", "no_address")


@pytest.mark.parametrize("at", ["yesterday", "2026-03-02T09:00:00", "2030-01-01T00:00:00Z",
                                "2025-03-02T09:00:00Z"])  # fmt: skip
def test_an_instant_that_cannot_be_explained_is_refused(case, at):
    assert explain(at)[1]["code"] == "bad_instant"


def test_a_support_person_gets_one_screen_of_text_without_a_name(case):
    remind(NORDIC)

    event = call("GET /v1/cases/{id}/support", path={"id": CASE})
    answered = admin.handler(event, None)

    assert answered["headers"]["content-type"] == "text/plain; charset=utf-8"
    lines = answered["body"].splitlines()
    assert len(lines) < 60
    assert "WHAT IS OWED" in lines
    assert any("friendly by email, intended" in line for line in lines)


def test_another_tenants_case_is_not_there(case):
    assert explain(tenant=TWIN.id)[0] == 404
