"""The kill switch: thrown in the middle of a sweep, nothing leaves after it."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from connectors.contract import Receipt
from functions import decide, remind, sweep, touching
from shared.cloud import clock, hub_keys, keys, run_budget, table
from shared.cloud.keys import SHARDS
from shared.cloud.store import Store
from shared.domain.events import CaseOpened, ClaimJoined, PolicyRef
from shared.domain.model import OpenItem, Party
from tests.functions.world import NORDIC, NOW, claim, eur

CASES, THROWN_AT = 1000, 60


class Runs:
    """Step Functions, as far as a sweep knows it: a run that is started is over at once."""

    class exceptions:  # noqa: N801 - as the client names it
        class ExecutionAlreadyExists(Exception):
            """A run of this name was started before."""

    def __init__(self):
        self.started = 0

    def start_execution(self, *, input, **_):  # noqa: A002 - as the client names it
        self.started += 1
        state = decide.handler(json.loads(input), None)
        if state["next"] == "remind":
            remind.handler(json.loads(json.dumps(state)), None)


class Mail:
    """The mail that left, and what happens when so many have."""

    def __init__(self, then):
        self.left, self._then = 0, then

    def send(self, _message, *, key):
        self.left += 1
        if self.left == THROWN_AT:
            self._then()
        return Receipt(outcome="accepted", reference=key)


def opened(number):
    """A case of a debtor of its own, whose first reminder is due."""
    case, debtor, invoice = f"c{number:04d}", f"erp:d{number}", f"erp:{number}"
    party = Party(
        id=debtor, version="1", kind="person", name=f"Debtor {number}", country="FI",
        emails=(f"d{number}@post.example",),
    )  # fmt: skip
    table.put({**keys.party(NORDIC, debtor), "body": party.model_dump_json()})
    begun = CaseOpened(
        at=NOW, debtor=debtor, connection="erp", policy=PolicyRef(id="standard", version=1),
        law="FI", capacity="consumer", currency="EUR",
    )  # fmt: skip
    Store(NORDIC).open(case, [begun, ClaimJoined(at=NOW, claim=claim(invoice))], due_at=NOW)
    return case


@pytest.fixture
def open_gates(aws, monkeypatch):
    """Fresh books that prove every balance, a channel, and every switch open."""
    monkeypatch.setenv("OUTBOUND", "on")
    monkeypatch.setenv("DUNNING", "dunning")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    books = {"connector": "erp.tryton", "state": "enabled", "config": "{}"}
    fresh = {"fresh_as_of": clock.stamp(clock.now() + timedelta(minutes=1))}
    table.put({**keys.connection(NORDIC, "erp"), **books, **fresh})
    email = {"connector": "channels.email", "state": "enabled", "config": "{}"}
    table.put({**keys.connection(NORDIC, "email"), **email})
    proof = SimpleNamespace(
        open_items=lambda claims: [OpenItem(invoice=one, open=eur("100.00")) for one in claims]
    )
    monkeypatch.setattr(touching, "connect", lambda *_, **__: proof)


@pytest.mark.parametrize(
    ("switch", "why"),
    [
        (lambda: {**hub_keys.control(), "stopped": True}, "hub_stopped"),
        (lambda: {**keys.control(NORDIC), "outbound": "on", "stopped": True}, "creditor_stopped"),
    ],
    ids=["of all", "of one creditor"],
)
def test_the_kill_switch_stops_a_sweep_of_a_thousand_in_its_middle(
    open_gates, rows, monkeypatch, switch, why
):
    cases = [opened(number) for number in range(CASES if why == "hub_stopped" else 70)]
    runs, mail = Runs(), Mail(then=lambda: table.put(switch()))
    monkeypatch.setattr(sweep, "client", lambda _: runs)
    monkeypatch.setattr(remind, "connect", lambda *_: mail)

    for shard in range(SHARDS):
        sweep.handler({"Records": [{"body": json.dumps({"shard": f"S#{shard}"})}]}, None)

    assert (runs.started, mail.left) == (len(cases), THROWN_AT)
    events = [json.loads(row["body"]) for row in rows() if row["sk"].startswith("EV#")]
    kept = [one["why"] for one in events if one["kind"] == "act_withheld"]
    assert kept == [why] * (len(cases) - THROWN_AT)
    # What was reserved for the run and not used was given back.
    assert run_budget.today(NORDIC, NOW)["started"] == len(cases)
