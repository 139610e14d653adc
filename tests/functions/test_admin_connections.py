"""The admin API's connections: made, tested, enabled, in this order, with secrets kept secret."""

from __future__ import annotations

import json

import pytest

import connectors
from functions import admin
from shared.cloud import connections, keys, table, vault
from tests.connectors.stub_server import RawServer
from tests.functions.world import NORDIC, TWIN, answer, call

SECRET = "whsec_" + "QUJD" * 11
PARTNER = {
    "id": "partner",
    "connector": "collectors.rest_hub",
    "config": {"partner": "Perintä Oy", "endpoint": "https://partner.example/hook"},
    "secrets": {"webhook_secret": SECRET},
}
TRYTON = {
    "id": "erp",
    "connector": "erp.tryton",
    "config": {"url": "https://tryton.example", "database": "books"},
    "secrets": {"application_key": "canary-secret"},
    "start_line": "2026-01-01",
}


def ask(route, connection=None, **request):
    path = {"id": connection} if connection else None
    return answer(admin.handler(call(route, path=path, **request), None))


def make(body=PARTNER, **changes):
    return ask("POST /v1/connections", body=body | changes)


def set_state(connection, state):
    key = keys.connection(NORDIC, connection)
    table.update(key, set_={"state": state})


def row(connection):
    return table.get(keys.connection(NORDIC, connection))


def test_the_catalogue_names_every_connector_and_its_settings(aws):
    status, body = ask("GET /v1/connectors")

    assert status == 200
    found = {one["name"]: one for one in body["connectors"]}
    assert "endpoint" in found["collectors.rest_hub"]["config"]["properties"]
    assert found["collectors.rest_hub"]["secrets"] == ["webhook_secret", "webhook_secret_next"]


def test_a_connection_is_made_pending_and_its_secrets_go_to_the_vault(aws):
    status, body = make(TRYTON)

    assert status == 201
    assert (body["id"], body["state"], body["start_line"]) == ("erp", "pending", "2026-01-01")
    assert vault.read(NORDIC, "erp") == TRYTON["secrets"]
    assert "due_at" not in row("erp")


def test_secrets_are_neither_stored_shown_nor_logged(aws, rows, logged):
    shown = [make(TRYTON), ask("GET /v1/connections/{id}", "erp"), ask("GET /v1/connections")]
    shown.append(
        ask("PUT /v1/connections/{id}/secrets", "erp", body={"secrets": TRYTON["secrets"]})
    )
    shown.append(make(TRYTON, id="erp2", config={"url": 7}))

    assert "canary-secret" not in json.dumps([shown, rows()])
    assert "canary-secret" not in logged()


def test_a_taken_id_keeps_its_row_and_its_secrets(aws):
    make()

    status, body = make(secrets={"webhook_secret": "another"})

    assert (status, body["code"]) == (409, "id_taken")
    assert vault.read(NORDIC, "partner")["webhook_secret"] == SECRET


WRONG = {
    "an unknown connector": ({"connector": "erp.nothing"}, "connector"),
    "a connector that is a path": ({"connector": "erp.tryton.client"}, "connector"),
    "a wrong setting": ({"config": {"partner": "x", "endpoint": 7}}, "config.endpoint"),
    "a missing setting": ({"config": {"partner": "x"}}, "config.endpoint"),
    "an unknown secret": ({"secrets": {"sesame": "x"}}, "secrets.sesame"),
    "an id that is a key": ({"id": "a#b"}, "id"),
    "an unknown field": ({"state": "enabled"}, "state"),
}


@pytest.mark.parametrize(("changes", "path"), WRONG.values(), ids=WRONG)
def test_a_wrong_connection_says_where(aws, changes, path):
    status, body = make(**changes)

    assert status == 422
    assert [field["path"] for field in body["fields"]] == [path]


def test_a_source_of_claims_has_a_start_line(aws):
    without = {name: value for name, value in TRYTON.items() if name != "start_line"}

    assert make(without)[1]["fields"][0]["path"] == "start_line"


def test_files_are_read_below_the_tenants_own_folder_alone(aws):
    columns = {
        "invoice_number": "no", "customer_number": "c", "customer_name": "n", "issued": "i",
        "due": "d", "total": "t", "open": "o",
    }  # fmt: skip
    config = {"bucket": "inbox", "prefix": "twin/", "mode": "full"}
    config |= {"mapping": {"columns": columns, "country": "FI", "currency": "EUR"}}
    body = {**TRYTON, "connector": "erp.csv_file", "secrets": {}}

    status, problem = make(body, config=config)

    assert (status, [field["path"] for field in problem["fields"]]) == (422, ["config.prefix"])
    assert make(body, config=config | {"prefix": "nordic/"})[0] == 201


def test_only_a_connection_that_passed_its_test_is_enabled(aws):
    make()

    status, body = ask("POST /v1/connections/{id}/enable", "partner")

    assert (status, body["code"]) == (409, "not_tested")


def test_a_good_test_lets_a_partner_be_enabled_and_it_comes_due(aws, monkeypatch, queued):
    with RawServer(lambda _: [b"HTTP/1.1 405 No\r\ncontent-length: 0\r\n\r\n"]) as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        make(config={"partner": "Perintä Oy", "endpoint": f"{server.origin}/hook"})
        status, body = ask("POST /v1/connections/{id}/test", "partner")

    assert (status, body["state"]) == (200, "tested")
    assert [one["check"] for one in body["findings"]] == ["secret", "endpoint"]
    assert ask("POST /v1/connections/{id}/enable", "partner")[1]["state"] == "enabled"
    # It is asked for its reports, and compared with books and hub each day.
    assert row("partner")["due_at"] == "2026-03-02T09:00:00Z"
    assert ask("POST /v1/connections/{id}/sync", "partner")[0] == 202
    assert queued("poll") == [{"compare": True, "connection": "partner", "tenant": "nordic"}]
    assert queued("pull") == []


DEBITURA = {
    "id": "partner",
    "connector": "collectors.debitura",
    "config": {"environment": "sandbox", "user_email": "ar@example.com"},
    "secrets": {"api_key": "canary-secret"},
}


def test_a_partner_known_from_its_pages_alone_is_enabled_by_somebody_who_says_so(aws, rows):
    make(DEBITURA)
    set_state("partner", "tested")

    for body in (None, {}, {"confirm": None}):
        status, problem = ask("POST /v1/connections/{id}/enable", "partner", body=body)
        assert (status, problem["code"], problem["confirm"]) == (409, "not_confirmed", "spec only")
    assert row("partner")["state"] == "tested"
    wrong = ask("POST /v1/connections/{id}/enable", "partner", body={"confirm": "yes"})
    assert wrong[1]["code"] == "invalid"

    said = {"confirm": "spec only"}
    assert ask("POST /v1/connections/{id}/enable", "partner", body=said)[1]["state"] == "enabled"
    assert any("connection_enabled" in json.dumps(one, default=str) and "spec only" in
               json.dumps(one, default=str) for one in rows())  # fmt: skip


def test_the_catalogue_says_which_connectors_ask_and_our_own_profile_does_not(aws):
    found = {one["name"]: one for one in ask("GET /v1/connectors")[1]["connectors"]}
    asking = {name for name, one in found.items() if one["confirm"]}
    assert {"collectors.debitura", "collectors.amili_se", "collectors.ropo_one"} <= asking
    assert {"collectors.soap", "collectors.sftp_file"} <= asking
    assert "collectors.rest_hub" not in asking


def test_a_bad_test_says_what_to_do_and_takes_the_permission_back(aws):
    make(config={"partner": "x", "endpoint": "https://127.0.0.1/hook"})
    set_state("partner", "tested")

    status, body = ask("POST /v1/connections/{id}/test", "partner")

    assert (status, body["state"]) == (200, "pending")
    assert [one["ok"] for one in body["findings"]] == [True, False]


def test_a_connection_without_its_secrets_fails_its_test(aws):
    make(secrets={})

    body = ask("POST /v1/connections/{id}/test", "partner")[1]

    assert (body["state"], body["findings"][0]["ok"]) == ("pending", False)


def test_an_enabled_source_comes_due_at_once_and_a_disabled_one_no_more(aws):
    make(TRYTON)
    set_state("erp", "tested")

    ask("POST /v1/connections/{id}/enable", "erp")
    assert row("erp")["due_at"] == "2026-03-02T09:00:00Z"

    ask("POST /v1/connections/{id}/disable", "erp")
    assert row("erp")["state"] == "disabled"
    assert "due_at" not in row("erp")
    assert ask("POST /v1/connections/{id}/enable", "erp")[1]["code"] == "not_tested"


def test_a_sync_wants_a_pull_now(aws, queued):
    make(TRYTON)
    assert ask("POST /v1/connections/{id}/sync", "erp")[1]["code"] == "not_enabled"
    set_state("erp", "degraded")

    status, body = ask("POST /v1/connections/{id}/sync", "erp")

    assert (status, body["state"], body["wanted_at"]) == (202, "degraded", "2026-03-02T09:00:00Z")
    assert row("erp")["due_at"] == "2026-03-02T09:00:00Z"
    assert queued("pull") == [{"tenant": "nordic", "connection": "erp"}]


def test_connections_are_listed_a_page_at_a_time(aws):
    for number in range(5):
        make(id=f"partner{number}")
    table.transact([connections.made(TWIN, "twins", connector="x.y", config={}, start_line=None)])

    found, cursor = [], {}
    while True:
        body = ask("GET /v1/connections", query={"limit": "2", **cursor})[1]
        found += [one["id"] for one in body["connections"]]
        if body["cursor"] is None:
            break
        cursor = {"cursor": body["cursor"]}

    assert found == [f"partner{number}" for number in range(5)]


@pytest.fixture
def cursor(aws):
    for number in range(2):
        make(id=f"partner{number}")
    return ask("GET /v1/connections", query={"limit": "1"})[1]["cursor"]


def refused(route, cursor, **request):
    status, body = ask(route, query={"limit": "1", "cursor": cursor}, **request)
    return (status, body.get("code")) == (400, "bad_cursor")


def test_a_cursor_is_good_for_its_listing_and_tenant_alone(cursor):
    assert not refused("GET /v1/connections", cursor)
    assert refused("GET /v1/connections", cursor, tenant="twin")
    assert refused("GET /v1/tasks", cursor)


@pytest.mark.parametrize("text", ["", ".", "x", "e30.AA", "é.é", "A" * 2000, "AA==.AA=="])
def test_a_malformed_cursor_is_refused(aws, text):
    assert refused("GET /v1/connections", text)


def test_a_cursor_that_was_touched_is_refused(cursor):
    plain, _, tag = cursor.partition(".")

    assert refused("GET /v1/connections", f"{plain[:-2]}AA.{tag}")
    assert refused("GET /v1/connections", f"{plain}.{tag[:-2]}AA")
    assert refused("GET /v1/connections", plain)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "٣"])
def test_a_page_has_1_to_100_entries(aws, limit):
    assert ask("GET /v1/connections", query={"limit": limit})[1]["code"] == "bad_limit"


_FOLDERS = {
    "banks.camt": {"prefix": "", "accounts": [{"account": "FI2112345600000785", "country": "FI"}]},
    "channels.letter": {"prefix": "", "service": "economy"},
    "collectors.inkassomaegleren": {
        "folder": "", "address": "https://partner.example/", "case_type": 1,
    },
    "collectors.s3_drop": {"prefix": "", "partner": "Partner"},
    "collectors.sftp_file": {
        "prefix": "", "partner": "partner", "connector": "c-0123456789abcdef0",
    },
    "erp.einvoice_files": {
        "prefix": "", "sellers": ["1234567-1"], "accounts": ["FI2112345600000785"], "country": "FI",
    },
}  # fmt: skip


def test_every_connector_that_uses_the_bucket_is_tried_below():
    with_bucket = {
        name for name in connectors.names()
        if "bucket" in connectors.spec(name).config.model_fields
    }  # fmt: skip

    assert with_bucket == {*_FOLDERS, "erp.csv_file"}


@pytest.mark.parametrize("connector", sorted(_FOLDERS))
def test_whoever_uses_the_bucket_stays_below_the_tenants_own_folder(aws, connector):
    name = "folder" if "folder" in _FOLDERS[connector] else "prefix"
    secrets = dict.fromkeys(connectors.spec(connector).secrets, "canary-secret")
    body = {"id": "files", "connector": connector, "secrets": secrets, "start_line": "2026-01-01"}

    def made(folder, bucket="inbox"):
        config = _FOLDERS[connector] | {name: folder, "bucket": bucket}
        status, said = make(body, config=config)
        return status, [(one["path"], one["code"]) for one in said.get("fields", [])]

    assert made("twin/") == (422, [(f"config.{name}", "foreign_folder")])
    assert made("nordic-else/") == (422, [(f"config.{name}", "foreign_folder")])
    assert made("nordic/", "elsewhere") == (422, [("config.bucket", "foreign_bucket")])
    assert made("nordic/post/") == (201, [])

    # One that stands from before is judged when it is tested, and so before it is enabled again.
    row = keys.connection(NORDIC, "files")
    foreign = json.loads(table.get(row)["config"]) | {name: "twin/"}
    assert ask("PUT /v1/connections/{id}", "files", body={"config": foreign})[0] == 422
    table.update(row, set_={"config": json.dumps(foreign)})
    tested = call("POST /v1/connections/{id}/test", path={"id": "files"})
    assert answer(admin.handler(tested, None))[0] == 422


def test_a_counterpart_outside_the_allowed_regions_is_not_enabled(aws):
    profile = json.loads(table.get(keys.creditor(NORDIC))["body"])
    made = connections.made(NORDIC, "card", connector="payments.stripe", config={}, start_line=None)
    table.transact([made])
    table.update(keys.connection(NORDIC, "card"), set_={"state": "tested"})

    def enable(*allowed):
        body = json.dumps({**profile, "allowed_regions": allowed})
        table.put({**keys.creditor(NORDIC), "body": body})
        route = "POST /v1/connections/{id}/enable"
        return answer(admin.handler(call(route, path={"id": "card"}, body={}), None))

    status, told = enable("FI", "IE")
    assert (status, told["code"], told["regions"]) == (409, "region_not_allowed", ["IE", "US"])
    assert enable("FI", "IE", "US")[0] == 200


def test_the_register_of_recipients_is_what_is_enabled(aws):
    for name, state in (("card", "enabled"), ("other", "tested")):
        what = {"connector": "payments.stripe", "config": {}, "start_line": None}
        made = connections.made(NORDIC, name, **what)
        table.transact([made])
        table.update(keys.connection(NORDIC, name), set_={"state": state})

    told = answer(admin.handler(call("GET /v1/recipients"), None))[1]

    (one,) = told["recipients"]
    assert (one["connection"], one["regions"]) == ("card", ["IE", "US"])
    assert told["allowed_regions"] == []
    assert one["data"]
    assert one["processed_in"]
