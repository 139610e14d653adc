"""The admin API's policies: a lawful one is stored for good, an unlawful one never."""

from __future__ import annotations

import json

import pytest

from functions import admin
from shared.cloud import connections, keys, table
from shared.domain.policy import Policy
from tests.functions.world import NORDIC, POLICY, answer, call, know_counterparts

UNLAWFUL = {
    **POLICY,
    "payment_days": 3,
    "steps": [
        {"id": "friendly", "action": "remind", "after": 1, "since": "due", "fee": "statutory"},
        {"id": "firm", "action": "remind", "after": 3, "since": "previous", "fee": "statutory"},
        {"id": "partner", "action": "hand_over", "after": 5, "since": "previous"},
    ],
}
SECOND = {**POLICY, "version": 2, "name": "Standard, kinder"}


@pytest.fixture(autouse=True)
def _counterparts(aws):
    know_counterparts(NORDIC)


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def put(body, policy="standard"):
    return ask("PUT /v1/policies/{id}", path={"id": policy}, body=body)


def test_an_unlawful_policy_lists_every_violation_with_what_is_lawful(aws):
    for status, body in (put(UNLAWFUL), ask("POST /v1/policies/check", body=UNLAWFUL)):
        assert (status, body["code"]) == (422, "unlawful")
        paths = {one["path"] for one in body["violations"]}
        assert paths == {
            "payment_days",
            "steps.0.fee",
            "steps.1.after",
            "steps.1.fee",
            "steps.2.after",
        }
        assert all(one["section"] and one["lawful"] for one in body["violations"])
        sections = {one["section"] for one in body["violations"] if one["rule"] == "FI-C-14D"}
        assert sections == {"513/1999 5 §"}


def test_an_unlawful_policy_is_not_stored(aws):
    put({**UNLAWFUL, "version": 2})

    assert table.get(keys.policy(NORDIC, "standard", 2)) is None


def test_a_lawful_policy_is_checked_without_being_stored(aws):
    assert ask("POST /v1/policies/check", body=SECOND)[1]["lawful"] is True
    assert table.get(keys.policy(NORDIC, "standard", 2)) is None


@pytest.mark.parametrize("policy", [SECOND, UNLAWFUL])
def test_a_check_says_the_soonest_lawful_day_of_each_step_also_of_an_unlawful_policy(aws, policy):
    _, body = ask("POST /v1/policies/check", body=policy)

    last = body["steps"][-1]
    contact = body["steps"][-2]["day"]
    waits = max(15, policy["payment_days"] + 1)
    assert (last["id"], last["soonest"]) == ("partner", contact + waits)
    assert last["section"] == "513/1999 5 §"


def test_a_version_is_stored_once_and_for_good(aws):
    assert put(SECOND)[0] == 201
    assert put(SECOND)[0] == 200

    status, body = put({**SECOND, "name": "Standard, harsher"})

    assert (status, body["code"]) == (409, "version_exists")
    path = {"id": "standard", "version": "2"}
    stored = ask("GET /v1/policies/{id}/{version}", path=path)[1]
    assert stored["policy"]["name"] == "Standard, kinder"
    assert stored["hash"] == table.get(keys.policy(NORDIC, "standard", 2))["hash"]


def test_a_policy_is_stored_under_its_own_id(aws):
    assert put(SECOND, policy="other")[1]["fields"][0]["path"] == "id"


def test_an_incoherent_policy_says_so_in_a_fixed_sentence(aws):
    status, body = put({**SECOND, "partner": None})

    assert status == 422
    assert body["fields"] == [
        {"path": "", "code": "value_error", "text": "a policy that hands over needs a partner"}
    ]


def test_an_empty_policy_is_told_each_field_that_it_lacks(aws):
    status, body = ask("POST /v1/policies/check", body={})

    assert status == 422
    needed = [name for name, one in Policy.model_fields.items() if one.is_required()]
    assert [(one["path"], one["text"]) for one in body["fields"]] == [
        (name, "this is missing") for name in needed
    ]


def test_every_fault_of_form_says_what_is_expected_and_quotes_nothing(aws):
    steps = [{"id": "Canary!", "action": "canary", "after": "canary", "since": "due",
              "channels": [], "canary": 1}, SECOND["steps"][0]]  # fmt: skip
    wrong = {**SECOND, "steps": steps, "payment_days": 0, "name": "", "law": 7, "minimum": None}
    body = ask("POST /v1/policies/check", body=wrong)[1]

    texts = {one["path"]: one["text"] for one in body["fields"]}
    assert texts == {
        "name": "this must not be empty",
        "law": "a text is expected",
        "steps.0.id": "small letters a to z, digits and _ are expected, a letter first,"
        " 40 characters at most",
        "steps.0.action": "one of 'remind', 'hand_over', 'ask' is expected",
        "steps.0.after": "a whole number is expected",
        "steps.0.channels": "too few: 1 at least",
        "steps.0.canary": "there is no field of this name here",
        "payment_days": "at least 1 is expected",
        "minimum": "an amount and its currency are expected",
    }


def test_a_policy_names_counterparts_that_are_known_and_of_their_kind(aws):
    steps = [{**one, "channels": ["pigeon"]} if one["id"] == "firm" else one
             for one in SECOND["steps"]]  # fmt: skip
    wrong = {**SECOND, "steps": steps, "partner": "email"}

    for status, body in (put(wrong), ask("POST /v1/policies/check", body=wrong)):
        assert (status, body["code"]) == (422, "invalid")
        assert {(one["path"], one["code"]) for one in body["fields"]} == {
            ("steps.1.channels.0", "unknown_connection"), ("partner", "wrong_family"),
        }  # fmt: skip
    assert table.get(keys.policy(NORDIC, "standard", 2)) is None


def test_a_step_that_a_text_message_may_not_carry_needs_another_channel_too(aws):
    made = connections.made(NORDIC, "sms", connector="channels.sms", config={}, start_line=None)
    table.transact([made])

    def saved(*channels):
        steps = [{**one, "channels": channels} if one["action"] == "remind" else one
                 for one in SECOND["steps"]]  # fmt: skip
        return ask("POST /v1/policies/check", body={**SECOND, "steps": steps})

    status, body = saved("sms")
    assert status == 422
    short = [(one["path"], one["code"]) for one in body["fields"]]
    assert short == [("steps.1.channels", "needs_a_letter")]
    assert saved("sms", "email")[0] == 200

    steps = [{**SECOND["steps"][0], "channels": ["sms"]}]
    body = {**SECOND, "steps": steps, "extras": {"residual": "continue"}}
    status, refused = ask("POST /v1/policies/check", body=body)
    short = [(one["path"], one["code"]) for one in refused["fields"]]
    assert (status, short) == (422, [("extras.residual", "needs_a_letter")])
    assert ask("POST /v1/policies/check", body={**body, "extras": {}})[0] == 200


def test_what_is_unlawful_and_what_is_unknown_is_told_in_one_answer(aws):
    body = put({**UNLAWFUL, "partner": "nobody"})[1]

    assert body["code"] == "unlawful"
    assert {"payment_days", "partner"} <= {one["path"] for one in body["fields"]}


def test_an_active_policy_sets_the_watch_on_its_countrys_rates(aws):
    put(SECOND)
    ask("PUT /v1/policies/active", body={"id": "standard", "version": 2})

    assert table.get(keys.law_watch(NORDIC, "FI"))["due_at"] == "2026-06-21T05:00:00Z"


def test_amounts_are_texts_and_never_floats(aws):
    wrong = {**SECOND, "tolerance": {"amount": "5.001", "currency": "EUR"}}

    status, body = put(wrong)

    assert status == 422
    assert body["fields"][0]["path"].startswith("tolerance")
    assert "5.001" not in json.dumps(body)


def test_a_country_without_a_law_pack_is_refused(aws):
    assert put({**SECOND, "law": "ZZ"})[1]["fields"][0]["path"] == "law"


@pytest.mark.parametrize("country", ["DE", "NL", "EE"])
def test_where_a_pack_knows_no_fee_a_policy_is_stored_and_armed_without_one(aws, country):
    friendly, firm, out = SECOND["steps"]
    abroad = {**SECOND, "law": country, "steps": [friendly, {**firm, "fee": "none"}, out]}

    refused = put({**abroad, "steps": [friendly, firm, out]})
    assert (refused[0], refused[1]["code"]) == (422, "unlawful")
    assert {one["path"] for one in refused[1]["violations"]} == {"steps.1.fee"}

    assert put(abroad)[0] == 201
    assert ask("PUT /v1/policies/active", body={"id": "standard", "version": 2})[0] == 200


def test_the_active_policy_is_a_stored_one(aws):
    choice = {"id": "standard", "version": 2}
    assert ask("PUT /v1/policies/active", body=choice)[0] == 404
    put(SECOND)

    assert ask("PUT /v1/policies/active", body=choice)[0] == 200

    assert ask("GET /v1/policies/active")[1] == choice
    setting = table.get(keys.active_policy(NORDIC))
    assert (setting["policy"], setting["version"]) == ("standard", 2)


def test_a_policy_that_became_unlawful_is_not_activated(aws):
    body = json.dumps({**UNLAWFUL, "version": 3})
    table.put({**keys.policy(NORDIC, "standard", 3), "body": body, "hash": "0" * 64})

    status, problem = ask("PUT /v1/policies/active", body={"id": "standard", "version": 3})

    assert (status, problem["code"]) == (422, "unlawful")
    assert table.get(keys.active_policy(NORDIC))["version"] == 1


def test_a_version_that_is_no_number_is_not_there(aws):
    path = {"id": "standard", "version": "1#"}

    assert ask("GET /v1/policies/{id}/{version}", path=path)[0] == 404
