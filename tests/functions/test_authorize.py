"""Who gets in: a token of our pool, in date, for a known principal, with the route's scope."""

from __future__ import annotations

import base64
import copy
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from functions import authorize
from functions.api import tokens
from shared.cloud import table
from shared.cloud.principals import principal_row
from tests.functions.world import sample

ISSUER = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_Abc"
PARTNER, CONSOLE, PERSON = "7partner0client", "6console0client", "0c1f-user"


@pytest.fixture(scope="module")
def ours():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def theirs():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pool(ours):
    """The user pool's key document, served on this machine."""
    key = {**json.loads(RSAAlgorithm.to_jwk(ours.public_key())), "kid": "k1", "use": "sig"}
    document = json.dumps({"keys": [key]}).encode()

    class Pool(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Pool)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()
    server.server_close()


@pytest.fixture
def gate(aws, pool, monkeypatch):
    """The authorizer with its pool and three principals."""
    monkeypatch.setenv("ISSUER", ISSUER)
    monkeypatch.setenv("JWKS_URL", pool)
    monkeypatch.setenv("STAGE", "local")
    tokens._pool.cache_clear()
    both = ("cases:read", "events:write")
    table.put(
        principal_row(PARTNER, role="partner", scopes=both, tenant="nordic", connection="partner")
    )
    table.put(principal_row(CONSOLE, role="admin", scopes=["settings:read"], tenant="nordic"))
    table.put(principal_row(PERSON, role="admin", scopes=["settings:read"], tenant="nordic"))


def claims(**changes):
    now = int(time.time())
    plain = {
        "iss": ISSUER,
        "sub": PARTNER,
        "client_id": PARTNER,
        "token_use": "access",
        "scope": "dunlin/cases:read dunlin/events:write",
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


def signed(key, *, algorithm="RS256", kid="k1", **changes):
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid})


def ask(token, route="GET /v1/partner/cases/{id}", scheme="Bearer"):
    event = copy.deepcopy(sample("authorize"))
    event["routeKey"] = route
    event["headers"]["authorization"] = f"{scheme} {token}"
    return authorize.handler(event, None)


def test_a_partners_token_becomes_its_principal(gate, ours):
    assert ask(signed(ours)) == {
        "isAuthorized": True,
        "context": {
            "client": PARTNER,
            "tenant": "nordic",
            "role": "partner",
            "scopes": "cases:read events:write",
            "connection": "partner",
        },
    }


def test_a_machine_may_do_no_more_than_its_token_says(gate, ours):
    token = signed(ours, scope="dunlin/cases:read other/events:write")

    assert ask(token)["context"]["scopes"] == "cases:read"
    assert ask(token, "POST /v1/partner/cases/{id}/events") == {"isAuthorized": False}


def test_a_token_gives_no_scope_that_its_principal_lacks(gate, ours):
    token = signed(ours, sub=CONSOLE, client_id=CONSOLE, scope="dunlin/settings:write")

    assert ask(token, "PUT /v1/control") == {"isAuthorized": False}


def test_a_person_who_signed_in_has_the_principals_scopes(gate, ours):
    token = signed(ours, sub=PERSON, scope="aws.cognito.signin.user.admin")

    assert ask(token, "GET /v1/control")["context"]["scopes"] == "settings:read"


def test_a_persons_token_for_some_other_use_opens_nothing(gate, ours):
    assert ask(signed(ours, sub=PERSON, scope="openid email"), "GET /v1/control") == {
        "isAuthorized": False
    }


def test_a_person_is_not_the_client_that_they_came_through(gate, ours):
    assert ask(signed(ours, sub="somebody-else")) == {"isAuthorized": False}


def test_a_partner_opens_no_admin_route_and_nobody_an_unknown_one(gate, ours):
    token = signed(ours, scope="dunlin/settings:read dunlin/cases:read")

    assert ask(token, "GET /v1/control") == {"isAuthorized": False}
    assert ask(token, "GET /v1/everything") == {"isAuthorized": False}


FORGERIES = {
    "expired": {"exp": 1_700_000_000},
    "no expiry": {"exp": None},
    "another issuer": {"iss": ISSUER + "X"},
    "no issuer": {"iss": None},
    "issued in time to come": {"iat": 4_000_000_000},
    "an id token": {"token_use": "id", "client_id": None, "aud": PARTNER},
    "a refresh token": {"token_use": "refresh"},
    "no use": {"token_use": None},
    "no scope": {"scope": None},
    "another resource server's scope": {"scope": "other/cases:read"},
    "no subject": {"sub": None},
    "an unknown client": {"sub": "stranger", "client_id": "stranger"},
    "a client that is a key": {"sub": "a#b", "client_id": "a#b"},
    "an unknown key": {"kid": "k2"},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES)
def test_a_token_that_is_not_good_is_refused_without_a_reason(gate, ours, changes):
    assert ask(signed(ours, **changes)) == {"isAuthorized": False}


def test_a_token_of_another_key_under_our_key_id_is_refused(gate, theirs):
    assert ask(signed(theirs)) == {"isAuthorized": False}


def part(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_token_that_names_its_own_algorithm_is_refused(gate, ours):
    public = ours.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(claims())}"
    confused = part(hmac.digest(public, text.encode(), "sha256"))

    assert ask(f"{text}.{confused}") == {"isAuthorized": False}
    assert ask(signed(ours, algorithm="RS512")) == {"isAuthorized": False}
    for signature in ("", "AA"):
        unsigned = f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims())}.{signature}"
        assert ask(unsigned) == {"isAuthorized": False}


@pytest.mark.parametrize("header", ["", "x", "a.b.c", "é.é.é", "A" * 9000])
def test_what_is_no_token_is_refused(gate, header):
    assert ask(header) == {"isAuthorized": False}


def test_a_token_is_a_bearers(gate, ours):
    assert ask(signed(ours), scheme="Basic") == {"isAuthorized": False}


def test_a_call_without_a_token_is_refused(gate):
    event = sample("authorize")
    del event["headers"]["authorization"]

    assert authorize.handler(event, None) == {"isAuthorized": False}


def test_keys_come_over_https_alone_outside_the_local_stage(gate, ours, monkeypatch):
    monkeypatch.setenv("STAGE", "production")

    assert ask(signed(ours)) == {"isAuthorized": False}


def test_neither_token_nor_claims_are_logged(gate, ours, logged):
    token = signed(ours, iss="https://evil.example")

    ask(token)

    assert "InvalidIssuerError" in logged()
    assert token not in logged()
    assert "evil" not in logged()
