"""The examples of the documents: each is taken by the API as it stands, and breaks no law."""

from __future__ import annotations

import json
import re
from pathlib import Path

from functions import admin
from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.domain import law
from shared.domain.policy import Policy
from tests.functions.world import answer, call

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
CONNECTIONS = ("erp", "email", "partner")
OURS = Tenant("esimerkki")


def shown(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def ask(route, body, **path):
    event = call(route, body=body, path=path or None, tenant=OURS.id)
    return answer(admin.handler(event, None))


def test_the_pages_name_every_example_and_no_other():
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    named = set(re.findall(r"docs/examples/([a-z]+)\.json", text))
    assert named == {one.stem for one in EXAMPLES.iterdir()}


def test_the_example_policy_breaks_no_rule_of_its_law():
    policy = Policy.model_validate(shown("policy"))
    assert not law.check_policy(law.load(policy.law), policy)


def test_the_examples_are_taken_in_the_order_of_the_page(aws):
    assert ask("PUT /v1/creditor", shown("creditor"))[0] == 200
    for name in CONNECTIONS:
        status, made = ask("POST /v1/connections", shown(name))
        assert (status, made["id"], made["state"]) == (201, name, "pending")
    assert ask("POST /v1/policies/check", shown("policy"))[1]["lawful"] is True
    assert ask("PUT /v1/policies/{id}", shown("policy"), id="standard")[0] == 201
    assert ask("PUT /v1/policies/active", {"id": "standard", "version": 1})[0] == 200
    assert table.get(keys.active_policy(OURS))["policy"] == "standard"
