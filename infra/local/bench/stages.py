"""Lives creditors of several sizes through two reminders on the embedded stack, stage by stage."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from infra.local.bench import steps
from infra.local.bench.steps import NotAsPlanned, Work
from infra.local.bench.world import Creditor, World
from infra.local.setup import ERP
from shared.cloud import keys, table
from shared.cloud.clock import stamp
from shared.cloud.keys import Tenant

# Due days on which the steps of one creditor fall between the steps of the other, on weekdays.
DUE = {300: date(2026, 2, 16), 1000: date(2026, 3, 9)}
# Cases beside those of both: they are decided at night, and one goes through the machine.
_EXTRA = 20
_LIVED = sum(DUE) + _EXTRA
# So many waiting cases are in the index when the idle sweep is measured a second time.
WAITING = 10_000
_IDLE_ROUNDS = 25
_BEFORE_HOURS = timedelta(hours=3)
_END_SECONDS = 60

Tick = Callable[[str, int], None]


@dataclass
class Lived:
    """What was measured with one creditor; ``stages`` by name."""

    n: int
    stages: dict[str, Work] = field(default_factory=dict)


@dataclass
class Measured:
    """What was measured on one stack.

    Creditors by size, idle sweeps by waiting cases, and a few extra cases, which are decided at
    night and of which one goes through the deployed state machine.
    """

    creditors: dict[int, Lived] = field(default_factory=dict)
    idle: dict[int, Work] = field(default_factory=dict)
    extra: Lived = field(default_factory=lambda: Lived(_EXTRA))
    transitions: int = 0


def live(world: World, tick: Tick) -> Measured:
    """The extra cases, both creditors in turn, and the idle sweeps."""
    measured = Measured()
    extra = Creditor(world, Tenant("bench-extra"), _EXTRA, min(DUE.values()))
    _at_night(extra, measured.extra, tick)
    measured.transitions = _through_the_machine(extra)
    for size, due in DUE.items():
        creditor = Creditor(world, Tenant(f"bench-{size}"), size, due)
        measured.creditors[size] = lived = Lived(size)
        world.go(creditor.first_step)
        _arrive(creditor, lived, tick)
        _closed_gate(creditor, lived)
        _reminders(creditor, lived, tick)
    for waiting in (_LIVED, WAITING):
        _fill_up(world, waiting - _LIVED)
        measured.idle[waiting] = _idle(world)
    return measured


def _arrive(creditor: Creditor, lived: Lived, tick: Tick) -> None:
    """The invoices are pulled, pulled again unchanged, and join cases."""
    creditor.settle_in()
    for stage, end in (("first pull", ""), ("pull unchanged", "\n")):
        creditor.drop(stage.replace(" ", "-"), end)
        lived.stages[stage] = steps.pull(creditor)
        lived.stages[stage].n = creditor.size
    lived.stages["join"] = steps.book(creditor, lambda n: tick("opening cases", n))


def _at_night(creditor: Creditor, lived: Lived, tick: Tick) -> None:
    """The cases are decided before the hours of contact: each rests, and nobody is touched."""
    creditor.world.go(creditor.first_step - _BEFORE_HOURS)
    _arrive(creditor, lived, tick)
    creditor.asks_the_erp(fresh=True)
    lived.stages["night: claim"], starts = _swept(creditor)
    lived.stages["night: decide"], _ = steps.decide(
        creditor.world, starts, "rest", lambda n: tick("deciding at night", n)
    )


def _closed_gate(creditor: Creditor, lived: Lived) -> None:
    """The cases are swept while their feed is stale: they wait."""
    creditor.asks_the_erp(fresh=False)
    work, starts = steps.sweep(creditor.world)
    work.n = creditor.size
    if starts or work.answers["gated"] != creditor.size:
        raise NotAsPlanned("a stale feed did not keep every case waiting")
    lived.stages["closed gate"] = work
    creditor.world.go(creditor.world.now + timedelta(minutes=6))


def _reminders(creditor: Creditor, lived: Lived, tick: Tick) -> None:
    for stage, at in (("plain", creditor.first_step), ("fee", creditor.fee_step)):
        creditor.world.go(at)
        creditor.asks_the_erp(fresh=True)
        lived.stages[f"{stage}: claim"], starts = _swept(creditor)
        lived.stages[f"{stage}: decide"], decided = steps.decide(
            creditor.world, starts, "remind", lambda n: tick("deciding", n)
        )
        lived.stages[f"{stage}: remind"] = steps.remind(
            creditor.world, decided, lambda n: tick("reminding", n)
        )


def _swept(creditor: Creditor) -> tuple[Work, list[steps.Event]]:
    work, starts = steps.sweep(creditor.world)
    if len(starts) != creditor.size:
        raise NotAsPlanned(f"{len(starts)} cases were claimed and not {creditor.size}")
    return work, starts


def _through_the_machine(creditor: Creditor) -> int:
    """One case through the deployed machine and functions: how many states it entered.

    The creditor's cases are put off afterwards, out of the way of all that follows.
    """
    world = creditor.world
    world.go(creditor.first_step)
    creditor.asks_the_erp(fresh=True)
    _, starts = _swept(creditor)
    machines = world.hub.stack.client("stepfunctions")
    started = machines.start_execution(
        stateMachineArn=world.hub.outputs["DunningMachine"],
        name="bench",
        input=json.dumps(starts[0]),
    )["executionArn"]
    ended = time.monotonic() + _END_SECONDS
    while (run := machines.describe_execution(executionArn=started))["status"] == "RUNNING":
        if time.monotonic() > ended:
            raise NotAsPlanned("the execution does not end")
        time.sleep(0.05)
    if json.loads(run.get("output", "{}")).get("done") != "sent":
        raise NotAsPlanned(f"the execution ended as {run['status']} and sent nothing")
    for start in starts:
        table.update(keys.head(creditor.tenant, start["case"]), set_={"due_at": _later(world)})
    pages = machines.get_paginator("get_execution_history").paginate(executionArn=started)
    return sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"])


def _fill_up(world: World, more: int) -> None:
    """So many more cases that wait: their HEAD rows, which are all that a sweep sees."""
    tenant = Tenant("bench-waiting")
    rows = []
    for number in range(more):
        head = keys.head(tenant, f"c{number:020d}")
        due = {"due_shard": keys.due_shard(head["pk"]), "due_at": _later(world)}
        rows.append({**head, **due, "version": 3, "attempt": 0, "snap": 0, "conn": ERP})
    table.batch_put(rows)


def _later(world: World) -> str:
    """An instant after all that the bench lives through."""
    return stamp(world.now + timedelta(days=90))


def _idle(world: World) -> Work:
    """Sweeps of every shard when nothing is due: the sum over some rounds."""
    total = Work()
    steps.sweep(world)  # feeds whose hour is over: each is asked for once
    for _ in range(_IDLE_ROUNDS):
        work, starts = steps.sweep(world)
        if starts or work.answers:
            raise NotAsPlanned("something is due on an idle day")
        total += work
    total.n = _IDLE_ROUNDS
    return total
