"""A payment link is made in a payer's name alone, by the one function that may read secrets."""

from __future__ import annotations

import io
import json

import pytest

from functions import payer_pays
from functions.pages.words import words
from shared.cloud import keys, payer_calls, table
from tests.functions.providers import connected, stripe
from tests.functions.test_payer import entered
from tests.functions.test_payer_acts import token
from tests.functions.world import CASE, NORDIC

__all__ = ["token"]

PAYER = "payer-0123456789ab"


@pytest.fixture
def provider(token, monkeypatch):
    with stripe() as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        connected(NORDIC, server.origin)
        table.update(
            keys.connection(NORDIC, "stripe"),
            set_={"list_in": keys.listing(NORDIC, "CONN"), "list_id": "stripe"},
        )
        yield server


def wish(**other):
    said = {"tenant": "nordic", "case": CASE, "claim": "erp:1", "connection": "stripe"}
    return payer_pays.handler({**said, "by": PAYER, **other}, None)


@pytest.mark.parametrize("by", ["", "client-admin", "payer-", "payer-0123456789AB", f"{PAYER}x"])
def test_nobody_but_a_payer_is_heard(provider, by, rows):
    before = json.dumps(rows(), sort_keys=True)

    assert wish(by=by) == {"status": 403}
    assert json.dumps(rows(), sort_keys=True) == before
    assert provider.asked == []


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({}, 201), ({"claim": "erp:9"}, 422), ({"case": "c9"}, 404),
        ({"connection": "erp"}, 404), ({"tenant": "twin"}, 404),
    ],
)  # fmt: skip
def test_a_link_is_there_or_the_status_says_why_not(provider, other, status):
    assert wish(**other) == {"status": status}
    assert len(provider.account.all("payment_link")) == (status == 201)


def tried(token):
    inside = entered(token)
    inside.open(f"{inside.here}/pay").send(f"{inside.here}/pay")
    return inside


def test_a_provider_that_is_away_is_told_beside_the_way_by_the_bank(provider, token):
    provider.statuses.extend([503] * 5)
    inside = tried(token)

    assert words("en", "payer")("no_provider") in inside.words
    assert "FI21 1234 5600 0007 85" in inside.words


def test_a_function_that_fails_is_no_fault_of_the_page(provider, token, monkeypatch):
    class Broken:
        def invoke(self, **_):
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "E"}')}

    monkeypatch.setattr(payer_calls, "client", {"lambda": Broken()}.__getitem__)
    assert words("en", "payer")("no_provider") in tried(token).words
