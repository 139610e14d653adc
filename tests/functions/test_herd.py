"""The opening hour: a sweep starts a bounded part of a herd, and every creditor's first cases."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

from functions import sweep
from shared.cloud import clock, keys, table, turns
from tests.functions.world import NORDIC, NOW, TWIN, settle_in


def herd(tenant, count, at):
    fields = {
        "version": 1, "attempt": 0, "snap": 0, "conn": "erp", "refs": "[]", "debtor": "erp:1",
        "policy": "standard", "policy_version": 1, "due_at": clock.stamp(at), "due_shard": "S#0",
    }  # fmt: skip
    heads = (keys.head(tenant, f"c{number:05d}") for number in range(count))
    table.batch_put([{**head, **fields} for head in heads])
    fresh = {"fresh_as_of": clock.stamp(NOW + timedelta(minutes=1)), "state": "enabled"}
    books = {"connector": "erp.tryton", "config": "{}", **fresh}
    table.put({**keys.connection(tenant, "erp"), **books})


def test_a_herd_starts_minute_by_minute_and_a_small_creditor_in_the_first(aws, monkeypatch, capsys):
    settle_in(TWIN)
    monkeypatch.setenv("DUNNING", "dunning")
    monkeypatch.setattr(turns, "MOST", 60)
    started = []
    runs = SimpleNamespace(
        start_execution=lambda **one: started.append(json.loads(one["input"])["tenant"]),
        exceptions=SimpleNamespace(ExecutionAlreadyExists=KeyError),
    )
    monkeypatch.setattr(sweep, "client", lambda _: runs)
    herd(NORDIC, 150, NOW - timedelta(hours=1))
    herd(TWIN, 5, NOW)

    minutes = []
    for _ in range(4):
        started.clear()
        sweep.handler({"Records": [{"body": '{"shard": "S#0"}'}]}, None)
        minutes.append(Counter(started))

    assert minutes == [{"nordic": 55, "twin": 5}, {"nordic": 60}, {"nordic": 35}, {}]
    figures = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "Left" in line]
    assert [one["SweepLeft"] for one in figures if "SweepLeft" in one] == [95, 35]
