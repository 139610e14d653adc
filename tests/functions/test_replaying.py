"""What the hub stores with a decision is enough to make it again to the same bytes."""

from __future__ import annotations

import json

from shared.cloud import keys, override_rows, step, table
from shared.cloud.replay_rows import Past, Tally
from shared.cloud.store import Store, Token
from shared.domain.debtor import Credit
from shared.domain.decide import Rest
from shared.domain.overrides import Override, Terms
from shared.errors import NotFound
from tests.functions.world import CASE, NORDIC, NOW, eur, open_case
from tools import replay_decisions

import pytest  # isort: skip


def settle():
    """One run of the machine on the case: whatever it decides is stored."""
    store = Store(NORDIC)
    loaded = store.load(CASE)
    head = loaded.head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    run = step.frame(store, token, loaded, NOW)
    answer = run.decision()
    if isinstance(answer, Rest):
        run.settle(answer)
    else:
        run.withhold(answer, "outbound_off")
    return Store(NORDIC).events(CASE)[-1 if isinstance(answer, Rest) else -2]


@pytest.fixture
def case(aws):
    table.put({**keys.connection(NORDIC, "erp"), "fresh_as_of": "2026-03-02T08:00:00Z"})
    open_case(NORDIC)


def tally():
    counted = Tally()
    counted.count(Past(NORDIC), CASE, Store(NORDIC).events(CASE))
    return counted


def bind(kind, target, **terms):
    override = Override(kind=kind, target=target, terms=Terms(**terms))
    key = override_rows.key_of(NORDIC, override, "erp:d1")
    table.transact([override_rows.put(key, override), override_rows.kept(NORDIC, override)])


def test_decisions_replay_though_debtor_overrides_and_zone_are_others_now(case):
    settle()
    credit = Credit(id="erp:k1", amount=eur("30.00"), debtor="erp:d1")
    table.update(keys.debtor(NORDIC, "erp:d1"), set_={"u_1": credit.model_dump_json()})
    fact = {"agreement": "erp:a1"}
    table.put({**keys.invoice(NORDIC, "erp:1"), "body": json.dumps(fact)})
    bind("agreement", "erp:a1", extra_days={"friendly": 90})
    bind("debtor", "erp:d1", tone="neutral")
    bound = settle()
    assert {"debtor", "reached", "zone", "engine"} <= set(bound.inputs)

    table.update(keys.debtor(NORDIC, "erp:d1"), remove=["u_1"])
    table.delete_write(keys.debtor_overrides(NORDIC, "erp:d1"))
    profile = json.loads(table.get(keys.creditor(NORDIC))["body"]) | {"zone": "Asia/Tokyo"}
    table.put({**keys.creditor(NORDIC), "body": json.dumps(profile)})

    counted = tally()
    assert (counted.decisions, counted.different) == (2, [])
    assert counted.sentence() == "2 stored decisions replayed, 0 differences"


def test_a_decision_that_was_tampered_with_comes_out_otherwise(case, capsys):
    settle()
    assert replay_decisions.main(["nordic"]) == 0
    row = table.get(keys.event(NORDIC, CASE, 4))
    table.put({**row, "body": row["body"].replace("friendly", "firm")})

    assert tally().different == [(CASE, 3)]
    assert replay_decisions.main(["nordic"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 stored decisions replayed, 0 differences",
        "1 stored decisions replayed, 1 differences",
        f"differs: case {CASE}, version 3",
    ]


def test_an_input_that_is_gone_is_no_silent_difference(case):
    settle()
    policy = keys.policy(NORDIC, "standard", 1)
    table.put({**table.get(policy), "hash": "0" * 64})

    with pytest.raises(NotFound):
        tally()
