"""Names of debtors are told beside their ids, and who looked is in the trail."""

from __future__ import annotations

import json

import pytest

from functions import admin
from shared.cloud import keys, table
from shared.domain.model import Party
from tests.functions.world import NORDIC, answer, call

AINO = Party(
    id="erp:d1", version="1", kind="person", name="Aino Esimerkki", country="FI",
    emails=("aino@debtor.example",), customer_number="1001",
)  # fmt: skip


@pytest.fixture
def aino(aws):
    table.put({**keys.party(NORDIC, AINO.id), "body": AINO.model_dump_json()})


def ask(route, **rest):
    return answer(admin.handler(call(route, **rest), None))


def test_names_are_told_in_the_order_asked_and_strangers_left_out(aino):
    status, body = ask("GET /v1/debtors", query={"ids": "erp:d9,erp:d1,erp:d1"})
    assert (status, body["debtors"]) == (200, [
        {"id": "erp:d1", "name": "Aino Esimerkki", "kind": "person", "customer_number": "1001"}
    ])  # fmt: skip
    assert ask("GET /v1/debtors")[0] == 400


def test_who_may_only_be_stored_is_named_nowhere_and_can_still_be_looked_at(aino):
    said = {"restricted": True, "reason": "accuracy_contested"}
    assert ask("POST /v1/debtors/{id}/restriction", path={"id": "erp:d1"}, body=said)[0] == 200

    assert ask("GET /v1/debtors", query={"ids": "erp:d1"})[1]["debtors"] == []
    assert ask("GET /v1/debtors/{id}", path={"id": "erp:d1"})[1]["restricted"] == "2026-03-02"


def test_a_debtor_is_told_whole_and_of_another_creditor_not_at_all(aino):
    status, body = ask("GET /v1/debtors/{id}", path={"id": "erp:d1"})
    assert (status, body["emails"], body["restricted"]) == (200, ["aino@debtor.example"], None)
    assert ask("GET /v1/debtors/{id}", path={"id": "erp:d1"}, tenant="twin")[0] == 404
    assert ask("GET /v1/debtors", query={"ids": "erp:d1"}, tenant="twin")[1]["debtors"] == []


def test_whose_names_were_looked_at_is_in_the_trail_and_the_names_are_not(aino, rows, logged):
    ask("GET /v1/debtors", query={"ids": "erp:d1,erp:d9"}, client="anna")
    ask("GET /v1/debtors/{id}", path={"id": "erp:d1"}, client="anna")
    looks = [json.loads(row["facts"]) for row in rows() if "#LOOKS#" in row["pk"]]
    assert sorted(str(one.get("debtors") or one["id"]) for one in looks) == ["['erp:d1']", "erp:d1"]
    assert "Aino" not in logged() + json.dumps(looks)
