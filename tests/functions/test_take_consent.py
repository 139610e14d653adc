"""A consent at a vendor: asked once, answered once, for the right company, by nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

import connectors
from functions import admin, take_consent
from functions.pages import words
from functions.wiring import connect
from shared.cloud import clock, connection_keys, connections, grants, runtime, sealing, table
from tests.functions.invented_erp import install
from tests.functions.world import NORDIC, NOW, answer, call, sample


@pytest.fixture
def books(aws, monkeypatch):
    monkeypatch.setenv("API_URL", "https://hub.example")
    runtime.client("secretsmanager").create_secret(
        Name="dunlin-secret-prefix/hub/token-key", SecretString="an invented secret for tokens"
    )
    sealing._key.cache_clear()
    yield install(monkeypatch)
    sealing._key.cache_clear()


def asked(connection="erp", **of):
    event = call("POST /v1/connections/{id}/authorise", path={"id": connection}, **of)
    status, body = answer(admin.handler(event, None))
    return (status, parse_qs(urlsplit(body["url"]).query)) if status == 200 else (status, body)


def came_back(**query):
    event = {**sample("take_consent"), "queryStringParameters": query}
    return take_consent.handler(event, None)


def kept():
    return table.get(connection_keys.grant(NORDIC, "erp"))


def test_a_consent_for_the_right_company_is_kept_and_used(books, rows, logged):
    status, query = asked()
    assert status == 200
    assert query["to"] == ["https://hub.example/v1/authorised"]

    page = came_back(state=query["state"][0], code="right")

    assert page["statusCode"] == 200
    assert page["headers"]["cache-control"] == "no-store"
    assert "authorised_at" in connections.read(NORDIC, "erp")
    stored = json.dumps(rows())
    for secret in ("access-right", "refresh-right", query["state"][0]):
        assert secret not in stored
        assert secret not in logged()
    connect(NORDIC, connections.read(NORDIC, "erp"))
    grant = connectors.grant("erp.invented", None)
    keeper = grants.Keeper(NORDIC, "erp", lambda one: grant.fetch(one, now=NOW))
    assert keeper() == "access-right"


@pytest.mark.parametrize(("query", "says"), [
    ({"code": "right"}, "Yhteys on valtuutettu"), ({"error": "access_denied"}, "Suostumusta ei"),
    ({"code": "wrong"}, "koskee toista yritystä"),
])  # fmt: skip
def test_who_comes_back_is_led_to_the_connection_in_their_own_language(books, query, says):
    _, asked_with = asked()
    event = {
        **sample("take_consent"), "cookies": [f"{words.CHOSEN}=fi"],
        "queryStringParameters": {"state": asked_with["state"][0], **query},
    }  # fmt: skip
    page = take_consent.handler(event, None)
    assert says in page["body"]
    assert 'href="/console/connections/erp"' in page["body"]
    # The address holds the code: it goes along to nobody, and no script could read it.
    assert page["headers"]["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in page["headers"]["content-security-policy"]
    assert asked_with["state"][0] not in page["body"]


def test_who_comes_with_no_open_question_is_led_to_all_connections(books):
    page = came_back(state="nordic.erp.guessed", code="right")
    assert 'href="/console/connections"' in page["body"]


def test_a_consent_for_another_company_is_not_kept_and_says_so(books):
    _, query = asked()

    page = came_back(state=query["state"][0], code="wrong")

    assert page["statusCode"] == 409
    assert kept() is None
    assert "another one" in connections.read(NORDIC, "erp")["authorise_error"]


def test_a_state_is_good_once_and_for_ten_minutes_and_the_latest_alone(books, monkeypatch):
    (_, first), (_, second) = asked(), asked()
    assert came_back(state=first["state"][0], code="right")["statusCode"] == 404
    assert came_back(state=second["state"][0], code="right")["statusCode"] == 200
    assert came_back(state=second["state"][0], code="right")["statusCode"] == 404
    assert kept()["generation"] == 1

    _, third = asked()
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=10))
    assert came_back(state=third["state"][0], code="right")["statusCode"] == 404


@pytest.mark.parametrize(
    "state",
    [
        "",
        "nordic.erp.guessed",
        "twin.erp.guessed",
        "..",
        "hub.x.y",
        "nordic",
        "a b.c#d.e",
        "x" * 5000,
    ],
)
def test_a_state_that_nobody_was_given_is_answered_without_a_word(books, state):
    asked()

    page = came_back(state=state, code="right")

    assert page["statusCode"] == 404
    assert kept() is None


def test_a_state_of_one_connection_is_none_of_another(books):
    _, query = asked()
    tenant, _, random = query["state"][0].split(".", 2)

    assert came_back(state=f"{tenant}.other.{random}", code="right")["statusCode"] == 404


def test_a_refused_consent_changes_nothing_and_spends_the_state(books):
    _, query = asked()

    page = came_back(state=query["state"][0], error="access_denied")

    assert page["statusCode"] == 400
    assert kept() is None
    assert came_back(state=query["state"][0], code="right")["statusCode"] == 404


def test_who_asked_and_how_it_ended_stand_in_the_trail(books, rows):
    _, query = asked(client="anna")
    came_back(state=query["state"][0], code="right")

    trail = [(one["what"], one["who"]) for one in rows() if one["pk"].startswith("T#nordic#AUDIT")]
    assert ("authorisation_asked", "anna") in trail
    assert ("authorised", "anna") in trail


def test_a_connector_without_consent_has_no_page_to_go_to(books):
    made = connections.made(
        NORDIC, "files", connector="erp.csv_file", config={}, start_line=NOW.date()
    )
    table.transact([made])

    status, body = asked("files")

    assert (status, body["code"]) == (409, "no_consent")
