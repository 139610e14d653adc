"""The fixed sum for late payment, end to end: chosen in the policy, asked for, paid, signed off."""

from __future__ import annotations

import json

import pytest

from functions import admin
from shared.cloud import clock, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.decisions import Remind
from shared.domain.explain import content_hash
from shared.domain.model import Party
from shared.domain.policy import Policy
from tests.functions import providers
from tests.functions.money import (
    REFERENCES,
    cases,
    claims,
    connected,
    invoice,
    open_now,
    payment,
    see,
    sighting,
    take,
    tell,
)
from tests.functions.world import CREDITOR, NORDIC, POLICY, answer, call, eur

FIRM = Party(
    id="erp:d1", version="1", kind="company", name="Firma Oy", business_id="1234567-1",
    business_id_scheme="FI_YTUNNUS", country="FI", language="fi", emails=("ap@firma.example",),
)  # fmt: skip


@pytest.fixture
def choose(aws):
    """Settles the creditor with the choice, then brings one invoice of a company."""

    def chosen(**creditor):
        policy = Policy.model_validate({**POLICY, "extras": {"compensation": "claim"}})
        body = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
        table.put({**keys.policy(NORDIC, "standard", 1), **body})
        profile = json.dumps({**CREDITOR, "id": NORDIC.id, **creditor})
        table.put({**keys.creditor(NORDIC), "body": profile})
        connected("erp")
        connected("bank")
        take(FIRM, feed="erp")
        tell(invoice("1", capacity="business"))

    return chosen


def asked():
    (case,) = cases()
    event = call("GET /v1/cases/{id}", path={"id": case.id})
    (claim,) = answer(admin.handler(event, None))[1]["claims"]
    return claim["compensation"]


def test_a_transfer_of_principal_interest_and_compensation_leaves_nothing(choose):
    choose()
    assert asked() == "40.00"
    # 41 days at 10.5 per cent on 100.00 EUR: 1.18.
    see(sighting("1", "141.18", references=(REFERENCES["1"],)))
    assert (open_now()["1"], payment().rest) == ("0.00", eur("0.00"))
    (settled,) = claims()["erp:1"].extras
    assert (settled.interest, settled.fees, settled.over) == (eur("1.18"), eur("40.00"), eur("0"))
    assert asked() is None


@pytest.mark.parametrize("kind", ["public", "association", "person"])
def test_a_creditor_that_is_not_in_business_claims_none(choose, kind):
    choose(kind=kind)
    assert asked() is None


def test_a_payment_link_asks_for_it(choose, monkeypatch):
    choose()
    (case,) = cases()
    with providers.stripe() as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        providers.connected(NORDIC, server.origin)
        body = {"claim": "erp:1", "connection": "stripe"}
        event = call("POST /v1/cases/{id}/payment-links", path={"id": case.id}, body=body)
        status, made = answer(admin.handler(event, None))
    # 46 days at 10.5 per cent on 100.00 EUR: 1.32.
    assert (status, made["amount"]["amount"]) == (201, "141.32")


def test_a_letter_that_asks_for_it_waits_for_the_name_under_the_law(choose):
    choose()
    (case,) = cases()
    head = Store(NORDIC).load(case.id).head
    token = Token(case.id, head["version"], head["attempt"], head["snap"])
    store = Store(NORDIC)
    run = step.frame(store, token, store.load(case.id), clock.now())
    decision = run.decision()
    assert isinstance(decision, Remind)
    assert (decision.fee, run.unsigned(decision)) == (None, step.UNSIGNED)
