"""The console in this process: the AWS of the happy path, and browsers that have signed in."""

from __future__ import annotations

import pytest

from shared.cloud import clock, runtime, sealing
from tests.functions.conftest import _clients, aws, logged, queued, reminded, rows  # noqa: F401
from tests.functions.world import NOW
from tests.pages.browser import Browser

ORIGIN = "https://hub.example"


@pytest.fixture
def console(aws, monkeypatch):  # noqa: F811
    """Opens a browser for a person of a role: ``console("clerk")``, of the sample creditor."""
    yield from opening(monkeypatch)


def opening(monkeypatch):
    """What ``console`` is, for whoever measures and has no fixtures."""
    for name, text in {
        "CONSOLE_URL": ORIGIN, "CONSOLE_CLIENT": "console", "SIGN_IN_URL": "https://pool.example",
        "API_URL": ORIGIN, "JWKS_URL": "https://pool.example/keys", "ISSUER": "https://pool.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    runtime.client("secretsmanager").create_secret(
        Name="dunlin-secret-prefix/hub/token-key", SecretString="an invented secret of the hub"
    )
    sealing._key.cache_clear()

    def opened(role="administrator", *, person=None, tenant="nordic", language="en"):
        return Browser(ORIGIN, person or f"person-{role}", role, tenant, language)

    yield opened
    sealing._key.cache_clear()
