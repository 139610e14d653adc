"""Twin partners: two agencies of one creditor know nothing of each other's cases and messages.

The routes are those of the table: a new one with an id is asked for here without being named.
"""

from __future__ import annotations

import json

import pytest

from functions import receive_partner, serve_case_file, serve_partner
from functions.api.access import ROUTES
from shared.cloud import keys, table, vault
from tests.functions.world import CASE, HAND_OVER, NORDIC, call, hand_over, know_counterparts
from tests.functions.world import open_case as opened

IDS = {"id": CASE, "act": HAND_OVER}
WITH_ID = sorted(
    route
    for route, access in ROUTES.items()
    if access.role == "partner" and "{" in route and "/sandbox/" not in route
)
COUNTS = ("READS#", "KEY#")


@pytest.fixture
def twins(aws):
    """The partner ``rival`` is a connection too; the case is the partner's."""
    know_counterparts(NORDIC)
    own = {**keys.connection(NORDIC, "rival"), "connector": "collectors.rest_hub"}
    table.put({**own, "config": '{"endpoint":"https://rival.example/"}', "state": "enabled"})
    vault.write(NORDIC, "rival", {})
    opened(NORDIC)
    hand_over(NORDIC)
    table.update(keys.outbox(NORDIC, HAND_OVER), set_={"state": "sent", "message": "{}"})


def ask(route, connection):
    function = {"cases": serve_case_file}.get(route.split("/")[3], serve_partner)
    if route.endswith("/events"):
        function = receive_partner
    event = call(
        route, role="partner", connection=connection, path=IDS, body={"id": "r1"},
        headers={"idempotency-key": "r1"},
    )  # fmt: skip
    return function.handler(event, None)


@pytest.mark.parametrize("route", WITH_ID)
def test_the_others_id_is_not_there_and_nothing_changes(twins, route, rows):
    def kept():
        return sorted(str(row) for row in rows() if not any(k in str(row) for k in COUNTS))

    before = kept()

    answer = ask(route, "rival")

    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["code"] == "not_found"
    assert kept() == before
    # The same ids are there for the partner whose they are.
    assert ask(route, "partner")["statusCode"] < 300


def test_listings_hold_ones_own_alone(twins):
    for connection in ("partner", "rival"):
        event = call("GET /v1/partner/deliveries", role="partner", connection=connection)
        assert json.loads(serve_partner.handler(event, None)["body"])["attempts"] == []
