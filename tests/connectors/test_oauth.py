"""OAuth 2.0 as a client: what is asked of the vendor, and what each of its answers means."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.bearer import with_token
from connectors.contract_erp import Asked
from connectors.http import Answer, Door
from connectors.oauth import App, challenge, client_credentials, consent_url, redeem, refreshed
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
APP = App("https://vendor.example/auth?tenant=x", "/token", "client", "shh:secret", ("a", "b"))
ASKED = Asked("nordic.erp.state", "https://hub.example/v1/authorised", "v" * 64)


def said(body, status="200 OK", headers=""):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ok(text, status=status, headers=headers)


def asked(answer, call):
    """What a token endpoint that gives ``answer`` was sent: headers and form, and the outcome."""
    with RawServer(lambda _: [answer]) as server:
        door = Door(server.origin, private_targets=frozenset({server.origin}))
        found = call(door)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    return head.decode().lower(), parse_qs(body.decode()), found


def test_the_challenge_is_that_of_the_standards_own_example():
    # RFC 7636 appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_consent_page_gets_the_exact_redirect_state_and_challenge_and_never_the_verifier():
    url = consent_url(APP, ASKED)
    query = parse_qs(urlsplit(url).query)

    assert query["redirect_uri"] == [ASKED.redirect]
    assert query["state"] == [ASKED.state]
    assert query["code_challenge"] == [challenge(ASKED.verifier)]
    assert query["code_challenge_method"] == ["S256"]
    assert (query["tenant"], query["scope"], query["response_type"]) == (["x"], ["a b"], ["code"])
    assert ASKED.verifier not in url
    assert "shh" not in url


def test_a_code_is_redeemed_with_verifier_and_redirect_under_the_clients_own_name():
    answer = said({"access_token": "at", "refresh_token": "rt", "expires_in": "3600"})
    head, form, found = asked(answer, lambda door: redeem(door, APP, "code-1", ASKED, now=NOW))

    pair = base64.b64encode(b"client:shh:secret").decode().lower()
    assert f"authorization: basic {pair}" in head
    assert form == {
        "grant_type": ["authorization_code"], "code": ["code-1"],
        "redirect_uri": [ASKED.redirect], "code_verifier": [ASKED.verifier],
    }  # fmt: skip
    assert (found.access, found.refresh, found.until) == ("at", "rt", NOW + timedelta(hours=1))
    assert "at" not in repr(found).replace("datetime", "")


@pytest.mark.parametrize(("given", "kept"), [({"refresh_token": "rt-2"}, "rt-2"), ({}, "rt-1")])
def test_a_refresh_keeps_the_new_refresh_token_or_else_the_old(given, kept):
    answer = said({"access_token": "at", "expires_in": 60, **given})
    _, form, found = asked(answer, lambda door: refreshed(door, APP, "rt-1", now=NOW))

    assert form["refresh_token"] == ["rt-1"]
    assert found.refresh == kept


def test_client_credentials_go_in_the_form_where_the_vendor_wants_them_there():
    app = App("", "/token", "client", "secret", basic=False)
    head, form, found = asked(
        said({"access_token": "at", "expires_in": 99_999_999, "refresh_token": "left"}),
        lambda door: client_credentials(
            door, app, now=NOW, form={"api_key": "k"}, headers={"TenantId": "29302"}
        ),
    )

    assert "authorization" not in head
    assert "tenantid: 29302" in head
    assert form == {
        "grant_type": ["client_credentials"], "client_id": ["client"],
        "client_secret": ["secret"], "api_key": ["k"],
    }  # fmt: skip
    assert (found.refresh, found.until) == ("", NOW + timedelta(days=1))


PAGE = b"<html>Log in</html>"
ANSWERS = {
    "the grant is spent": (said({"error": "invalid_grant"}, "400 Bad Request"), Reconnect),
    "a wrong client": (said({"error": "invalid_client"}, "401 Unauthorized"), Reconnect),
    "an error inside a 200": (said({"error": "invalid_grant"}), Reconnect),
    "an unknown error inside a 200": (said({"error": "odd", "access_token": "x"}), Unreadable),
    "not now, as an error": (said({"error": "temporarily_unavailable"}, "400 X"), Retry),
    "too many": (said(b"", "429 Too Many", "Retry-After: 7\r\n"), Retry),
    "down": (said(b"", "503 Down"), Retry),
    "no word with a 401": (said(b"", "401 Unauthorized"), Reconnect),
    "a page": (said(PAGE, headers="Content-Type: text/html\r\n"), Unreadable),
    "a page with a 400": (said(PAGE, "400 Bad Request"), Unreadable),
    "no token": (said({"expires_in": 60}), Unreadable),
    "a token that no header holds": (said({"access_token": "a\r\nb"}), Unreadable),
    "another kind of token": (said({"access_token": "a", "token_type": "mac"}), Unreadable),
    "no lifetime": (said({"access_token": "a", "expires_in": -1}), Unreadable),
    "half": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Retry),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_each_answer_says_what_to_do_and_shows_no_secret(case):
    answer, kind = ANSWERS[case]
    with pytest.raises(kind) as caught:
        asked(answer, lambda door: refreshed(door, APP, "rt-secret", now=NOW))
    assert type(caught.value) is kind or kind is Retry
    assert "secret" not in repr(caught.value).replace("client id or secret", "")


def test_without_a_refresh_token_nobody_is_asked():
    with pytest.raises(Reconnect):
        refreshed(Door("https://vendor.example"), APP, "", now=NOW)


@pytest.mark.parametrize(
    ("statuses", "asked_for", "last"),
    [([200], [""], 200), ([401, 200], ["", "t"], 200), ([401, 401], ["", "t"], 401)],
)
def test_a_token_that_is_refused_is_renewed_once(statuses, asked_for, last):
    left, stale = list(statuses), []

    def token(stale_one="", /, **named):
        stale.append(named.get("stale", stale_one))
        return "t" + ("2" if stale[-1] else "")

    found = with_token(token, lambda _: Answer(left.pop(0), {}, b""))

    assert (found.status, stale) == (last, asked_for)
