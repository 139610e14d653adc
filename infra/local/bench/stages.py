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
# All cases of both, and the one that goes through the machine.
_LIVED = sum(DUE) + 1
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
    """What was measured on one stack: creditors by size, idle sweeps by waiting cases, a run."""

    creditors: dict[int, Lived] = field(default_factory=dict)
    idle: dict[int, Work] = field(default_factory=dict)
    transitions: int = 0


def live(world: World, tick: Tick) -> Measured:
    """Both creditors in turn, the idle sweeps, and one execution of the real state machine."""
    measured = Measured()
    for size, due in DUE.items():
        creditor = Creditor(world, Tenant(f"bench-{size}"), size, due)
        measured.creditors[size] = lived = Lived(size)
        world.go(creditor.first_step - _BEFORE_HOURS)
        _arrive(creditor, lived, tick)
        _closed_gate(creditor, lived)
        _before_hours(creditor, lived, tick)
        if not measured.transitions:
            measured.transitions = _through_the_machine(creditor)
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


def _before_hours(creditor: Creditor, lived: Lived, tick: Tick) -> None:
    """The cases are decided before the hours of contact: each rests, and nobody is touched."""
    creditor.asks_the_erp(fresh=True)
    lived.stages["claim, nobody touched"], starts = _swept(creditor)
    lived.stages["decide, nobody touched"], _ = steps.decide(
        creditor.world, starts, "rest", lambda n: tick("deciding at night", n)
    )


def _closed_gate(creditor: Creditor, lived: Lived) -> None:
    """The cases are swept while their feed is stale: they wait."""
    creditor.asks_the_erp(fresh=False)
    work, starts = steps.sweep(creditor.world)
    work.n = work.answers["gated"]
    if starts or work.n < creditor.size:
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
    """One more case, through the deployed machine and functions; how many states it entered."""
    world = creditor.world
    extra = Creditor(world, Tenant("bench-happy"), 1, creditor.due)
    world.go(creditor.first_step)
    extra.settle_in()
    extra.drop("one")
    steps.pull(extra)
    steps.book(extra, lambda _: None)
    extra.asks_the_erp(fresh=True)
    creditor.asks_the_erp(fresh=False)
    _, starts = steps.sweep(world)
    world.go(world.now + timedelta(minutes=6))
    extra.asks_the_erp(fresh=True)
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
    pages = machines.get_paginator("get_execution_history").paginate(executionArn=started)
    return sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"])


def _fill_up(world: World, more: int) -> None:
    """So many more cases that wait: their HEAD rows, which are all that a sweep sees."""
    tenant = Tenant("bench-waiting")
    later = world.now + timedelta(days=10)
    rows = []
    for number in range(more):
        head = keys.head(tenant, f"c{number:020d}")
        due = {"due_shard": keys.due_shard(head["pk"]), "due_at": stamp(later)}
        rows.append({**head, **due, "version": 3, "attempt": 0, "snap": 0, "conn": ERP})
    table.batch_put(rows)


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
