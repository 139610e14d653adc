"""Four eyes: what changes money or reach waits for another person, and happens once for two."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import admin
from functions.api import four_eyes
from functions.api.access import ROUTES, SCOPES
from functions.api.four_eyes import RULES
from shared.cloud import clock, connections, hub_keys, keys, table
from shared.cloud.principals import principal_row
from shared.domain.arming import Caps
from tests.functions.world import CASE, CREDITOR, NORDIC, NOW, POLICY, answer, call, load, open_case

WRITE_OFF = {
    "id": "w1", "reason": "agreed", "type": "write_off", "claim": "erp:1", "kind": "goodwill",
    "amount": {"amount": "40.00", "currency": "EUR"},
}  # fmt: skip
COMMAND = "POST /v1/cases/{id}/commands"
IBAN = "FI7944052020036082"


@pytest.fixture
def live(aws):
    """A creditor that has let acts out, with a case, and two people beside the auditor."""
    open_case(NORDIC)
    people()
    assert ask("PUT /v1/control", body={"outbound": "on"})[0] == 200


def people():
    for client, role, person in (
        ("anna", "manager", ""), ("bo", "administrator", ""), ("bo-tool", "administrator", "bo"),
        ("dora", "administrator", ""),
    ):  # fmt: skip
        table.put(principal_row(client, role=role, tenant="nordic", person=person))


def ask(route, who="anna", **rest):
    event = call(route, client=who, **rest)
    if who == "bo-tool":
        event["requestContext"]["authorizer"]["lambda"]["person"] = "bo"
    return answer(admin.handler(event, None))


def propose(route=COMMAND, who="anna", **rest):
    rest = rest or {"path": {"id": CASE}, "body": WRITE_OFF}
    status, body = ask(route, who, **rest)
    assert status == 202, body
    return body


def approve(approval, who="bo", **rest):
    return ask("POST /v1/approvals/{id}/approve", who, path={"id": approval}, **rest)


def test_a_write_off_waits_and_says_in_words_what_it_will_do(live, rows):
    before = rows()

    body = propose()

    assert body["words"] == (
        "write_off in case c1a2b3: claim erp:1; amount 40.00 EUR; kind goodwill (reason: agreed)."
    )
    assert (body["by"], body["expires_at"]) == ("anna", "2026-03-09T09:00:00Z")
    new = [one for one in rows() if one not in before]
    assert sorted(one["pk"].split("#")[2] for one in new) == ["APPROVAL", "AUDIT"]
    assert len(rows()) == len(before) + 2
    listed = ask("GET /v1/approvals")[1]["approvals"]
    assert [one["id"] for one in listed] == [body["approval"]]
    assert listed[0]["body"] == WRITE_OFF


def test_another_persons_approval_carries_it_out_once_with_both_names(live, rows):
    approval = propose()["approval"]

    status, body = approve(approval)

    assert status == 200
    assert body["events"][0]["amount"] == {"amount": "40.00", "currency": "EUR"}
    assert "anna+bo" in body["words"][0]
    assert [row["who"] for row in rows() if row.get("what") == "case_commanded"] == ["anna+bo"]
    version = load().version
    assert approve(approval)[1]["code"] == "decided"
    assert load().version == version
    kept = ask("GET /v1/approvals/{id}", path={"id": approval})[1]
    assert (kept["state"], kept["decided_by"], kept["body"]) == ("approved", "bo", None)
    assert ask("GET /v1/approvals")[1]["approvals"] == []


def test_whoever_asked_does_not_approve_nor_do_their_other_clients(live):
    own = propose()["approval"]
    assert approve(own, "anna")[1]["code"] == "own_request"

    table.put(principal_row("bo", role="administrator", tenant="nordic", person="bo"))
    theirs = propose(path={"id": CASE}, body={**WRITE_OFF, "id": "w2"}, who="bo-tool")["approval"]

    assert approve(theirs, "bo")[1]["code"] == "own_request"


def test_neither_lends_the_other_a_right(live):
    approval = propose()["approval"]

    poor = [scope for scope in SCOPES if scope != "dunning:write"]
    assert approve(approval, scopes=poor)[1]["code"] == "no_scope"
    no_money = [scope for scope in SCOPES if scope != "money:write"]
    assert approve(approval, scopes=no_money)[1]["code"] == "no_scope"
    table.put(principal_row("anna", role="viewer", tenant="nordic"))
    assert approve(approval)[1]["code"] == "proposer_gone"
    table.batch_put([], [{"pk": "PRINCIPAL#anna", "sk": "PRINCIPAL"}])
    assert approve(approval)[1]["code"] == "proposer_gone"


def test_a_request_that_could_not_be_carried_out_never_waits(live):
    wrong = {**WRITE_OFF, "amount": {"amount": "400.00", "currency": "EUR"}}

    assert ask(COMMAND, path={"id": CASE}, body=wrong)[1]["code"] == "bad_amount"
    assert ask(COMMAND, path={"id": CASE}, body={**WRITE_OFF, "kind": "?"})[0] == 422
    assert ask("GET /v1/approvals")[1]["approvals"] == []


def test_what_it_rests_on_has_moved_so_it_is_asked_for_again(live):
    approval = propose()["approval"]
    hold = {"id": "h1", "reason": "asked", "type": "hold"}
    assert ask(COMMAND, path={"id": CASE}, body=hold)[0] == 200

    assert approve(approval)[1]["code"] == "approval_outdated"
    again = propose()["approval"]

    assert again != approval
    assert approve(again)[0] == 200


def test_the_same_request_waits_once_and_a_rejected_one_may_come_again(live, rows):
    first = propose()
    assert propose()["approval"] == first["approval"]
    assert len([row for row in rows() if row.get("what") == "approval_proposed"]) == 1

    status, body = ask("POST /v1/approvals/{id}/reject", "bo", path={"id": first["approval"]})

    assert (status, body["state"]) == (200, "rejected")
    assert approve(first["approval"])[1]["code"] == "decided"
    assert approve(propose()["approval"])[0] == 200


def test_after_seven_days_nobody_has_agreed(live, monkeypatch):
    approval = propose()["approval"]
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=7))

    assert approve(approval)[1]["code"] == "decided"
    assert ask("GET /v1/approvals/{id}", path={"id": approval})[1]["state"] == "expired"
    assert propose()["expires_at"] == "2026-03-16T09:00:00Z"


def test_a_command_that_was_carried_out_before_needs_nobody_again(live):
    approve(propose()["approval"])

    status, body = ask(COMMAND, path={"id": CASE}, body=WRITE_OFF)

    assert (status, body["command"]) == (200, "w1")


def test_commands_that_let_nothing_go_need_nobody(live):
    hold = {"id": "h", "reason": "asked", "type": "hold"}

    assert ask(COMMAND, path={"id": CASE}, body=hold)[0] == 200


def test_an_approval_of_another_creditor_is_nobodys(live):
    approval = propose()["approval"]

    assert approve(approval, tenant="twin")[0] == 404


def test_one_person_sets_up_while_nothing_has_ever_gone_out(aws):
    open_case(NORDIC)
    accounts = [{"iban": IBAN}]

    assert ask(COMMAND, path={"id": CASE}, body=WRITE_OFF)[0] == 200
    assert ask("PUT /v1/creditor", body={**CREDITOR, "accounts": accounts})[0] == 200
    assert ask("PUT /v1/policies/active", body={"id": "standard", "version": 1})[0] in {200, 422}


def test_outbound_that_was_on_and_is_off_again_still_takes_two(live):
    assert ask("PUT /v1/control", body={"outbound": "off"})[0] == 200

    assert propose("PUT /v1/control", body={"outbound": "allowlist"})["state"] == "open"


SWITCHES = {
    "on": ({"outbound": "allowlist"}, {"outbound": "on"}, 202),
    "a longer allowlist": (
        {"outbound": "allowlist", "allowlist": ["erp:d1"]},
        {"outbound": "allowlist", "allowlist": ["erp:d1", "erp:d2"]},
        202,
    ),
    "a shorter allowlist": (
        {"outbound": "allowlist", "allowlist": ["erp:d1", "erp:d2"]},
        {"outbound": "allowlist", "allowlist": ["erp:d1"]},
        200,
    ),
    "a stop": ({"outbound": "on"}, {"outbound": "on", "stopped": True, "reason": "x"}, 200),
    "a stop while observing": (
        {"outbound": "allowlist", "observe": True}, {"stopped": True, "reason": "x"}, 200,
    ),
    "a stop that says more": (
        {"outbound": "allowlist"}, {"outbound": "on", "stopped": True, "reason": "x"}, 200,
    ),
    "the end of a stop": (
        {"outbound": "on", "stopped": True, "reason": "x"}, {"stopped": False}, 202,
    ),
    "nothing of a stop": (
        {"outbound": "on", "stopped": True, "reason": "x"}, {"outbound": "on"}, 200,
    ),
    "the end of observing": ({"outbound": "on", "observe": True}, {"observe": False}, 202),
    "nothing of observing": ({"outbound": "on", "observe": True}, {"outbound": "on"}, 200),
    "observing": ({"outbound": "on"}, {"outbound": "on", "observe": True}, 200),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "status"), SWITCHES.values(), ids=SWITCHES)
def test_only_a_switch_that_reaches_further_takes_two(aws, before, after, status):
    people()
    assert ask("PUT /v1/control", body=before)[0] == 200

    assert ask("PUT /v1/control", body=after)[0] == status


READ_BY_DEBTORS = {
    "name": "Nordic Lending Oyj", "business_id": "0201256-6", "email": "pay@elsewhere.example",
    "phone": "+358 40 1", "sender": "bills@elsewhere.example",
    "address": {"lines": ["Katu 2"], "postal_code": "00200", "city": "Espoo", "country": "FI"},
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), READ_BY_DEBTORS.items(), ids=READ_BY_DEBTORS)
def test_what_debtors_read_of_whom_to_pay_takes_two(live, field, value):
    words = propose("PUT /v1/creditor", body={**CREDITOR, field: value})["words"]

    assert words.endswith(f" Debtors then read another {field.replace('_', ' ')}.")


def test_a_host_more_for_links_takes_two_and_one_less_does_not(live):
    body = {**CREDITOR, "link_hosts": ["pay.nordic.example"]}

    asked = propose("PUT /v1/creditor", "dora", body=body)

    assert asked["words"].endswith(" Letters may then link to pay.nordic.example.")
    assert approve(asked["approval"])[0] == 200
    assert ask("PUT /v1/creditor", body=CREDITOR)[0] == 200


@pytest.mark.parametrize(("connector", "config", "whose"), [
    ("payments.stripe", {"environment": "sandbox", "account": "acct_1"}, ", account acct_1"),
    ("banks.camt", {"accounts": []}, ""),
])  # fmt: skip
def test_a_provider_or_bank_begins_by_two_and_ends_by_one(live, connector, config, whose):
    made = connections.made(NORDIC, "money", connector=connector, config=config, start_line=None)
    table.transact([made])
    table.update(keys.connection(NORDIC, "money"), set_={"state": "tested"})
    route, path = "POST /v1/connections/{id}/enable", {"id": "money"}

    asked = propose(route, "dora", path=path)

    assert asked["words"].endswith(f" money ({connector}){whose}.")
    assert approve(asked["approval"])[1]["state"] == "enabled"
    assert ask("POST /v1/connections/{id}/disable", path=path)[1]["state"] == "disabled"


def test_payee_accounts_and_the_end_of_four_eyes_take_two_and_a_language_does_not(live):
    assert ask("PUT /v1/creditor", body={**CREDITOR, "language": "sv"})[0] == 200

    moved = propose("PUT /v1/creditor", "dora", body={**CREDITOR, "accounts": [{"iban": IBAN}]})
    assert moved["words"] == "Replace the creditor's profile; payee accounts then: …6082."
    assert approve(moved["approval"])[0] == 200
    assert json.loads(table.get(keys.creditor(NORDIC))["body"])["accounts"][0]["iban"] == IBAN

    alone = {**CREDITOR, "accounts": [{"iban": IBAN}], "four_eyes": "off"}
    assert approve(propose("PUT /v1/creditor", "dora", body=alone)["approval"])[0] == 200
    assert ask(COMMAND, path={"id": CASE}, body=WRITE_OFF)[0] == 200
    assert ask("PUT /v1/creditor", body={**alone, "four_eyes": "required"})[0] == 200
    assert propose(path={"id": CASE}, body={**WRITE_OFF, "id": "w2"})["state"] == "open"


LESS = {
    "a feed that nobody waits for": {"ignored": ["bank"]},
    "statements that may be late": {"grace_bank_days": 1},
    "other hours of a bank": {"banks": {"bank": {"country": "SE", "by_hour": 20}}},
    "the books in the place of a bank": {"erp_is_the_bank": True},
}


@pytest.mark.parametrize("gate", LESS.values(), ids=LESS)
def test_who_lets_acts_out_on_less_asks_another_and_who_waits_more_nobody(live, gate):
    strict = {**CREDITOR, "gate": {"erp_is_the_bank": False}}
    assert ask("PUT /v1/creditor", body=strict)[0] == 200

    looser = {**CREDITOR, "gate": {"erp_is_the_bank": False, **gate}}
    assert "Acts then wait less for sources." in propose("PUT /v1/creditor", body=looser)["words"]


def test_arming_takes_two_and_disarming_one(live):
    arm = {"armed": [{"step": "friendly"}], "first": 10, "caps": Caps().model_dump(mode="json")}

    assert approve(propose("PUT /v1/first-day/arming", body=arm)["approval"])[0] == 200
    rules = ask("GET /v1/first-day/arming")[1]

    assert [one["by"] for one in rules["armed"]] == ["anna+bo"]
    assert ask("PUT /v1/first-day/arming", body={**arm, "armed": []})[0] == 200


def test_another_policy_takes_two(live):
    second = {**POLICY, "version": 2}
    table.put({
        **keys.policy(NORDIC, "standard", 2), "body": json.dumps(second), "hash": "0" * 64,
    })  # fmt: skip
    choice = {"id": "standard", "version": 2}
    status, body = ask("PUT /v1/policies/active", body=choice)

    # Its counterparts are unknown here: a policy that could not be activated never waits.
    assert (status, body["code"]) == (422, "invalid")


def test_two_approvers_at_once_carry_it_out_once(live, rows, monkeypatch):
    switches = {"outbound": "on", "observe": True}
    assert ask("PUT /v1/control", body=switches)[0] == 200
    approval = propose("PUT /v1/control", "dora", body={"observe": False})["approval"]
    looked = four_eyes.hash_of

    def late(request, rule):
        found = looked(request, rule)
        monkeypatch.setattr(four_eyes, "hash_of", looked)
        assert approve(approval)[0] == 200
        return found

    # Nothing of the switches' own write speaks against a second time: the approval alone does.
    monkeypatch.setattr(four_eyes, "hash_of", late)

    assert approve(approval)[1]["code"] == "conflict"
    changed = [row["who"] for row in rows() if row.get("what") == "control_changed"]
    assert changed.count("dora+bo") == 1


def test_an_operators_sign_off_waits_for_another_operator(live, rows):
    for who in ("olga", "per"):
        table.put(principal_row(who, role="operator", scopes=["law:write", "hub:write"]))
    pack = admin_law()
    operator = {"role": "operator", "tenant": "", "path": {"hash": pack}}
    signer = {"name": "Liisa Laki", "role": "counsel"}
    route = "POST /v1/law/packs/{hash}/sign-off"

    status, body = ask(route, "olga", body=signer, **operator)
    assert (status, body["words"]) == (202, f"Stand for law pack {pack[:12]}.")
    path = {"role": "operator", "tenant": "", "path": {"id": body["approval"]}}
    listed = ask("GET /v1/hub/approvals", "per", role="operator", tenant="")[1]["approvals"]
    assert [one["id"] for one in listed] == [body["approval"]]
    assert ask("GET /v1/approvals/{id}", path={"id": body["approval"]})[0] == 404
    assert ask("POST /v1/hub/approvals/{id}/approve", "olga", **path)[0] == 403

    assert ask("POST /v1/hub/approvals/{id}/approve", "per", **path)[0] == 200

    (line,) = [row for row in rows() if row.get("what") == "law_pack_signed_off"]
    assert line["who"] == "olga+per"


def test_a_restored_table_is_opened_by_two_operators(live):
    for who in ("olga", "per"):
        table.put(principal_row(who, role="operator", scopes=["hub:write", "hub:read"]))
    operator = {"role": "operator", "tenant": ""}
    table.update(hub_keys.control(), set_={"epoch": "dunlin-before/1"})
    now = ask("GET /v1/hub/control", "olga", **operator)[1]["epoch"]
    told = {"epoch": now, "reason": "compared with partners and mail"}

    status, body = ask("POST /v1/hub/reconciled", "olga", body=told, **operator)
    assert (status, body["words"]) == (202, f"Open the hub in epoch {now}.")
    assert ask("GET /v1/hub/control", "olga", **operator)[1]["shut"] is True

    path = {**operator, "path": {"id": body["approval"]}}
    assert ask("POST /v1/hub/approvals/{id}/approve", "per", **path)[0] == 200
    assert ask("GET /v1/hub/control", "olga", **operator)[1]["shut"] is False


def test_one_operator_stops_everything_and_two_end_it(live):
    for who in ("olga", "per"):
        table.put(principal_row(who, role="operator", scopes=["hub:write", "hub:read"]))
    operator, route = {"role": "operator", "tenant": ""}, "PUT /v1/hub/control"
    stop = {"stopped": True, "reason": "restore"}
    assert ask(route, "olga", body=stop, **operator)[0] == 200
    assert ask(route, "per", body={**stop, "reason": "restore, still"}, **operator)[0] == 200

    status, body = ask(route, "olga", body={"stopped": False}, **operator)

    assert (status, body["words"]) == (202, "End the stop of the whole installation.")
    assert table.get(hub_keys.control())["stopped"] is True
    path = {**operator, "path": {"id": body["approval"]}}
    assert ask("POST /v1/hub/approvals/{id}/approve", "per", **path)[0] == 200
    assert table.get(hub_keys.control())["stopped"] is False


def admin_law():
    """The hash of the Finnish pack that is in force."""
    found = ask("GET /v1/law/{country}", "olga", role="operator", tenant="", path={"country": "FI"})
    return found[1]["hash"]


def test_the_rules_are_of_routes_that_there_are():
    assert set(RULES) <= set(ROUTES)
    assert all(rule.scope in {"", *SCOPES} for rule in RULES.values())
