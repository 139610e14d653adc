"""The consent of a company in Fortnox: what is asked of it, which token comes, whose it is."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import Connection
from connectors.contract_erp import Asked, Kept
from connectors.erp import fortnox
from connectors.oauth import challenge
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASKED = Asked("nordic.erp.state", "https://hub.example/v1/authorised", "v" * 64)
TOKEN = {"access_token": "a1", "refresh_token": "r1", "expires_in": 3600, "token_type": "bearer"}


def grant(origin="https://apps.fortnox.se", *, known=True, **settings):
    config = fortnox.Config(
        database_number=29302, client_id="client-1", api=origin, accounts=origin, **settings
    )
    return fortnox.grant(
        Connection(
            id="f", config=config, secrets={"client_secret": "shh"} if known else {},
            private_targets=frozenset({origin}) if origin.startswith("http:") else frozenset(),
        )
    )  # fmt: skip


def asked(answers, call, **settings):
    """What a server with these answers was sent (headers and form), and what came of it."""
    left = list(answers)
    with RawServer(lambda _: [left.pop(0)]) as server:
        found = call(grant(server.origin, **settings))
    sent = [request.partition(b"\r\n\r\n") for request in server.requests]
    return [(head.decode().lower(), parse_qs(body.decode())) for head, _, body in sent], found


def said(value, status="200 OK"):
    return ok(json.dumps(value).encode(), status=status)


@pytest.mark.parametrize(("service", "account"), [(True, ["service"]), (False, None)])
def test_a_person_is_sent_to_fortnox_with_the_scopes_that_are_read(service, account):
    url = urlsplit(grant(service_account=service).url(ASKED))
    query = parse_qs(url.query)

    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://apps.fortnox.se/oauth-v1/auth"
    assert query["scope"] == ["companyinformation customer invoice payment"]
    assert query["state"] == ["nordic.erp.state"]
    assert query["redirect_uri"] == ["https://hub.example/v1/authorised"]
    assert query["code_challenge"] == [challenge("v" * 64)]
    assert (query["access_type"], query.get("account_type")) == (["offline"], account)


def test_a_code_is_redeemed_with_the_clients_own_secret():
    (call,), found = asked([said(TOKEN)], lambda one: one.redeem("code-1", ASKED, now=NOW))

    head, form = call
    pair = base64.b64encode(b"client-1:shh").decode().lower()
    assert head.startswith("post /oauth-v1/token ")
    assert f"authorization: basic {pair}" in head
    assert (form["code"], form["code_verifier"]) == (["code-1"], ["v" * 64])
    assert (found.access, found.refresh, found.subject) == ("a1", "r1", "29302")
    assert found.until == NOW + timedelta(hours=1)


def test_a_service_account_needs_the_companys_number_and_spends_no_refresh_token():
    (call,), found = asked(
        [said(TOKEN)], lambda one: one.fetch(Kept("r0", "29302"), now=NOW)
    )  # fmt: skip

    head, form = call
    assert "\r\ntenantid: 29302\r\n" in f"{head}\r\n"
    assert form["grant_type"] == ["client_credentials"]
    assert "refresh_token" not in form
    assert (found.access, found.refresh, found.subject) == ("a1", "r0", "29302")


def test_where_the_number_is_not_enough_the_refresh_token_is_used_and_its_successor_kept():
    no = said({"error": "unauthorized_client"}, "400 Bad Request")
    calls, found = asked(
        [no, said(TOKEN)], lambda one: one.fetch(Kept("r0", "29302"), now=NOW)
    )  # fmt: skip

    assert [form["grant_type"] for _, form in calls] == [["client_credentials"], ["refresh_token"]]
    assert calls[1][1]["refresh_token"] == ["r0"]
    assert (found.refresh, found.subject) == ("r1", "29302")


def test_without_a_service_account_the_refresh_token_alone_is_used():
    calls, found = asked(
        [said(TOKEN)], lambda one: one.fetch(Kept("r0", "29302"), now=NOW), service_account=False
    )

    assert [form["grant_type"] for _, form in calls] == [["refresh_token"]]
    assert found.refresh == "r1"


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (said({"error": "invalid_grant"}, "400 Bad Request"), Reconnect, "taken back"),
        (said({"error": "invalid_client"}, "401 Unauthorized"), Reconnect, "id or secret"),
        (ok(b"", status="503 Service Unavailable"), Retry, "503"),
        (ok(b"<html>login</html>"), Unreadable, "page"),
    ],
)
def test_a_token_that_does_not_come_says_what_to_do(answer, error, word):
    with pytest.raises(error, match=word):
        asked([answer], lambda one: one.fetch(Kept("", "29302"), now=NOW))


def test_nothing_is_asked_before_somebody_has_consented_or_without_a_secret():
    with pytest.raises(Reconnect) as caught:
        grant().fetch(Kept(), now=NOW)
    assert caught.value.lacks == "consent"
    with pytest.raises(Reconnect) as caught:
        grant(known=False).fetch(Kept("r0", "29302"), now=NOW)
    assert caught.value.lacks == "settings"


@pytest.mark.parametrize(("number", "same"), [(29302, True), ("29302", True), (1, False)])
def test_the_company_of_the_consent_is_held_against_the_settings(number, same):
    company = said({"CompanyInformation": {"DatabaseNumber": number, "CompanyName": "Kanari AB"}})
    (call,), found = asked([company], lambda one: one.company("a1", now=NOW))

    assert "\r\nauthorization: bearer a1\r\n" in f"{call[0]}\r\n"
    assert found.ok == same
    assert "Kanari" not in found.text


def test_a_company_that_is_not_named_is_not_taken():
    with pytest.raises(Unreadable):
        asked([said({})], lambda one: one.company("a1", now=NOW))
