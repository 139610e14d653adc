"""Fortnox's two grants in the hub's keeping: parallel renewals, and a kill between each two steps.

The token endpoint is Fortnox's as its pages describe it: a refresh token dies with its use, and a
service account's company number gives a token at any time.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qs

import pytest

from connectors.contract import Connection
from connectors.erp import fortnox
from shared.cloud import clock, connection_keys, grants, runtime, sealing, table
from shared.cloud.grants import Keeper
from shared.domain.grant import Granted
from shared.errors import Reconnect, Retry
from tests.connectors.stub_server import RawServer, ok
from tests.functions.world import NORDIC, NOW


class Killed(BaseException):
    """The function died at this very place."""


class TokenEndpoint:
    """Fortnox's; ``granted`` are the grant types that it has answered."""

    def __init__(self):
        self.alive, self.numbers, self.granted = "refresh-0", count(1), []

    def __call__(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        form = {name: value for name, (value, *_) in parse_qs(body.decode()).items()}
        self.granted.append(form["grant_type"])
        by_number = b"tenantid: 29302" in head.lower()
        if form["grant_type"] == "client_credentials" and by_number:
            return self._token()
        if form["grant_type"] == "refresh_token" and form["refresh_token"] == self.alive:
            return self._token()
        return [ok(b'{"error": "invalid_grant"}', status="400 Bad Request")]

    def _token(self):
        number = next(self.numbers)
        self.alive = f"refresh-{number}"
        said = {"access_token": f"access-{number}", "refresh_token": self.alive, "expires_in": 3600}
        return [ok(json.dumps(said).encode())]


@pytest.fixture
def consented(aws):
    """A system administrator has consented: the first token is good for an hour."""
    runtime.client("secretsmanager").create_secret(
        Name="dunlin-secret-prefix/hub/token-key", SecretString="an invented secret for tokens"
    )
    sealing._key.cache_clear()
    first = Granted("access-0", NOW + timedelta(hours=1), "refresh-0", "29302")
    grants.replace(NORDIC, "erp", first)
    yield
    sealing._key.cache_clear()


@contextmanager
def fortnox_with(endpoint, *, service):
    """A new keeper at each call, as each function has one."""
    with RawServer(endpoint) as server:
        config = fortnox.Config(
            database_number=29302, client_id="client-1", accounts=server.origin,
            service_account=service,
        )  # fmt: skip
        grant = fortnox.grant(
            Connection(
                id="erp", config=config, secrets={"client_secret": "shh"},
                private_targets=frozenset({server.origin}),
            )
        )  # fmt: skip
        yield lambda: Keeper(NORDIC, "erp", lambda kept: grant.fetch(kept, now=clock.wall()))


def later(monkeypatch, seconds):
    moment = clock.wall() + timedelta(seconds=seconds)
    monkeypatch.setattr(clock, "wall", lambda: moment)


@pytest.mark.parametrize("service", [True, False], ids=["service account", "refresh token"])
def test_of_many_functions_that_renew_at_once_one_asks_fortnox(consented, service):
    endpoint = TokenEndpoint()
    with fortnox_with(endpoint, service=service) as keeper:

        def renewed(_):
            try:
                return keeper()(stale="access-0")
            except Retry:
                return "later"

        with ThreadPoolExecutor(6) as pool:
            found = set(pool.map(renewed, range(6)))
        assert found <= {"access-1", "later"}
        assert keeper()(stale="access-0") == "access-1"

    assert len(endpoint.granted) == 1


@pytest.mark.parametrize("step", ["before the call", "after the call", "after the write"])
def test_a_kill_at_any_step_loses_no_grant_of_a_service_account(consented, monkeypatch, step):
    endpoint, store = TokenEndpoint(), grants.store

    def killed(*args):
        if step == "after the write":
            store(*args)
        raise Killed

    with fortnox_with(endpoint, service=True) as keeper:
        one = keeper()
        if step == "before the call":
            one._fetch = killed
        monkeypatch.setattr(grants, "store", killed)
        with pytest.raises(Killed):
            one(stale="access-0")
        monkeypatch.setattr(grants, "store", store)
        later(monkeypatch, 91)

        token = keeper()(stale="access-0")
        assert token == ("access-2" if step == "after the call" else "access-1")
        assert keeper()(stale=token).startswith("access-")
    assert set(endpoint.granted) == {"client_credentials"}


def test_a_lost_answer_to_a_refresh_asks_for_a_new_consent_and_a_kill_elsewhere_does_not(
    consented, monkeypatch
):
    endpoint, store = TokenEndpoint(), grants.store
    with fortnox_with(endpoint, service=False) as keeper:
        assert keeper()(stale="access-0") == "access-1"
        assert keeper()(stale="access-1") == "access-2"  # its successor was kept

        def killed(*_):
            raise Killed

        monkeypatch.setattr(grants, "store", killed)
        with pytest.raises(Killed):
            keeper()(stale="access-2")
        monkeypatch.setattr(grants, "store", store)
        later(monkeypatch, 91)
        with pytest.raises(Reconnect, match="lost"):
            keeper()(stale="access-2")


def test_an_app_that_becomes_a_service_account_needs_nobody(consented):
    endpoint = TokenEndpoint()
    with fortnox_with(endpoint, service=False) as keeper:
        assert keeper()(stale="access-0") == "access-1"
    with fortnox_with(endpoint, service=True) as keeper:
        assert keeper()(stale="access-1") == "access-2"

    assert endpoint.granted == ["refresh_token", "client_credentials"]
    assert "refresh-" not in str(table.get(connection_keys.grant(NORDIC, "erp")))
