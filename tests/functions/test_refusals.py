"""Refusals: what could not be read of a source is listed with its field and its reason."""

from __future__ import annotations

import json

import pytest

from functions import admin
from shared.cloud import connections, refused_rows, table
from tests.functions.world import NORDIC, TWIN, answer, call


@pytest.fixture
def refused(aws):
    """A source with three rows that could not be read, two of them of one name."""
    for tenant in (NORDIC, TWIN):
        made = connections.made(tenant, "erp", connector="erp.tryton", config={}, start_line=None)
        table.transact([made])
    told = [("42", "due", "no day"), ("7#x", "total", "no amount"), ("42", "due", "not a day")]
    table.batch_put(refused_rows.rows_of(NORDIC, "erp", told))


def ask(tenant="nordic", connection="erp", **query):
    event = call(
        "GET /v1/connections/{id}/refused", tenant=tenant, path={"id": connection}, query=query
    )
    return answer(admin.handler(event, None))


def test_a_row_that_could_not_be_read_says_which_field_and_why(refused):
    status, body = ask()
    assert status == 200
    assert [(one["field"], one["text"]) for one in body["rows"]] == [
        ("due", "not a day"), ("total", "no amount"),
    ]  # fmt: skip
    assert body["rows"][0]["row"] == "42"


def test_refusals_come_a_page_at_a_time(refused):
    first = ask(limit="1")[1]
    second = ask(limit="1", cursor=first["cursor"])[1]
    assert [one["field"] for one in first["rows"] + second["rows"]] == ["due", "total"]


def test_others_see_none_of_them_and_an_unknown_connection_is_not_there(refused):
    assert ask(tenant="twin")[1] == {"rows": [], "cursor": None}
    assert ask(connection="nobody")[0] == 404


def test_the_catalogue_presets_the_hubs_own_bucket_and_the_tenants_folder(aws):
    told = answer(admin.handler(call("GET /v1/connectors"), None))[1]
    by = {one["name"]: one for one in told["connectors"]}
    assert by["erp.csv_file"]["preset"] == {"bucket": "inbox", "prefix": "nordic/"}
    assert by["erp.tryton"]["preset"] == {}
    assert by["erp.fortnox"]["grant"] == "consented"
    assert "consent" in by["erp.fortnox"]["can_expire"]
    assert json.dumps(told)
