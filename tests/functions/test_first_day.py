"""The first days: what nobody armed is proposed, caps hold, and two dunners stop everything."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import admin
from shared.cloud import clock, connections, first_day_rows, keys, step, table
from shared.cloud.replay_rows import Past
from shared.cloud.store import Store, Token
from shared.domain.decide import Remind
from shared.errors import Conflict
from tests.functions.world import CASE, NORDIC, answer, call, open_case

GET, PUT = "GET /v1/first-day/arming", "PUT /v1/first-day/arming"
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _known(aws):
    table.put({**keys.party(NORDIC, "erp:d1"), "body": "{}"})
    for invoice in ("erp:1", "erp:2"):
        body = {
            "id": invoice, "debtor": "erp:d1", "agreement": None, "total": {"currency": "EUR"},
            "issued": "2026-01-01",
        }  # fmt: skip
        table.put({**keys.invoice(NORDIC, invoice), "body": json.dumps(body), "hash": ""})
    made = connections.made(NORDIC, "erp", connector="erp.tryton", config={}, start_line=None)
    table.transact([made])
    open_case(NORDIC)


def put(**body):
    return answer(admin.handler(call(PUT, body=body), None))


def run():
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store, token, loaded, clock.now())


def went_out(times, channel="email", *, fee=False):
    for _ in range(times):
        rules = table.get(first_day_rows.rules_key(NORDIC))
        day = first_day_rows.contact(NORDIC, rules, channel, TODAY, fee=fee)
        table.transact(day.counted())


def test_without_rules_a_step_goes_and_with_them_it_waits_for_a_name():
    assert isinstance(run().decision(), Remind)
    put(first=0)
    assert run().decision().why == "approve_remind"
    _, told = put(first=0, armed=[{"step": "friendly"}])

    assert isinstance(run().decision(), Remind)
    assert [(one["step"], one["by"]) for one in told["armed"]] == [("friendly", "console")]
    assert told["proposed_for_all"] == ["firm", "partner"]


def test_a_step_is_armed_for_one_segment_alone():
    put(first=0, armed=[{"step": "friendly", "segment": "vip"}])
    assert run().decision().why == "approve_remind"
    override = {"kind": "debtor", "id": "erp:d1"}
    body = {"segment": "vip"}
    admin.handler(call("PUT /v1/overrides/{kind}/{id}", path=override, body=body), None)
    assert isinstance(run().decision(), Remind)


def test_the_first_contacts_of_a_channel_are_approved_one_by_one():
    put(first=2, armed=[{"step": "friendly"}])
    went_out(1)
    assert run().decision().why == "approve_remind"
    went_out(1)
    assert isinstance(run().decision(), Remind)
    assert answer(admin.handler(call(GET), None))[1]["first_left"] == {"email": 0}


def test_a_proposal_of_the_first_days_says_why_and_replays_to_the_same_bytes():
    put(first=0)
    asked = run()
    decision = asked.decision()
    asked.ask(decision)

    stored = Store(NORDIC).events(CASE)
    assert "hub.arming" in [one.rule for one in stored[-2].because]
    table.put({**keys.fact(NORDIC, "X", "1")})
    assert [one.same for one in Past(NORDIC).replayed(CASE, stored)] == [True]


def test_a_days_cap_holds_exactly_and_ends_with_the_day():
    put(first=0, caps={"contacts": {"email": 2}, "fees": 1})
    rules = table.get(first_day_rows.rules_key(NORDIC))
    day = first_day_rows.contact(NORDIC, rules, "email", TODAY, fee=False)
    went_out(2)

    assert day.full() == "first_day_cap"
    with pytest.raises(Conflict):
        table.transact(day.counted())
    tomorrow = first_day_rows.contact(NORDIC, rules, "email", date(2026, 3, 3), fee=True)
    assert tomorrow.full() is None
    went_out(1, "sms", fee=True)
    assert first_day_rows.contact(NORDIC, rules, "sms", TODAY, fee=True).full() == "first_day_cap"
    assert first_day_rows.contact(NORDIC, rules, "sms", TODAY, fee=False).full() is None


def test_no_hand_over_goes_where_the_days_cap_is_none():
    put(first=0, caps={"hand_overs": 0})
    rules = table.get(first_day_rows.rules_key(NORDIC))
    assert first_day_rows.hand_over(NORDIC, rules, TODAY).full() == "first_day_cap"


def test_a_step_that_the_policy_does_not_have_is_not_armed():
    status, told = put(armed=[{"step": "sue"}])
    assert (status, told["fields"][0]["path"]) == (422, "armed.0.step")
    assert answer(admin.handler(call(GET), None))[0] == 404


def test_who_armed_a_step_stays_its_name_when_another_one_is_armed():
    put(armed=[{"step": "friendly"}])
    two = [{"step": "friendly"}, {"step": "firm"}]
    told = answer(admin.handler(call(PUT, body={"armed": two}, client="second"), None))[1]
    assert [one["by"] for one in told["armed"]] == ["console", "second"]


def test_a_notice_of_others_after_the_first_days_began_stops_every_act_until_a_person_says():
    table.update(keys.control(NORDIC), set_={"outbound": "on"})
    put(first=0)
    rules = first_day_rows.rules_of(table.get(first_day_rows.rules_key(NORDIC)))
    early = rules.model_copy(update={"since": date(2026, 2, 1)})
    row = table.get(first_day_rows.rules_key(NORDIC))
    table.transact([first_day_rows.stored(NORDIC, early, row)])
    sheet = "key;invoice;what;on\nr1;1;reminder;2026-02-20\n"
    event = call("POST /v1/imports/notices", query={"connection": "erp"}, body=sheet)
    admin.handler(event, None)

    assert run().barrier() == "others_remind"
    assert table.get(keys.task(NORDIC, "erp-others_remind-2026-02-20"))["state"] == "open"
    ended = call("POST /v1/connections/{id}/others-ended", path={"id": "erp"})
    assert answer(admin.handler(ended, None))[0] == 200
    assert run().barrier() != "others_remind"
    admin.handler(event, None)
    assert run().barrier() != "others_remind"
