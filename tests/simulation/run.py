"""Lives through a plan, day by day, and makes the story of one that fails as short as it can be."""

from __future__ import annotations

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from random import Random

import boto3
from botocore.useragent import UserAgentString

from shared.cloud import clock, fuses, law_rows, runtime, table, vault
from shared.cloud.keys import Tenant
from tests.simulation.aws import TABLE, Wire
from tests.simulation.hub import QUEUES, Hub, Trouble
from tests.simulation.judge import Judge
from tests.simulation.plan import AFTER, TROUBLED, Plan, day_of
from tests.simulation.reckoning import last, quiet
from tests.simulation.settings import SETTINGS, ZONE
from tests.simulation.world import World

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated",
    "AWS_DEFAULT_REGION": "eu-north-1", "STAGE": "local", "TABLE": TABLE, "OUTBOUND": "on",
    "DOCUMENTS": "documents", "INBOX_BUCKET": "inbox",
    "DUNNING": "arn:aws:states:eu-north-1:111111111111:stateMachine:dunning",
    "SECRET_PREFIX": "dunlin", "API_URL": "https://api.example",
}  # fmt: skip
_GONE = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "DUNLIN_CLOCK_FILE")
_LAST_HOUR = time(19)


@dataclass
class Outcome:
    """How a plan ended: what was found, the story, and how much was done."""

    plan: Plan
    found: list
    story: list
    calls: int
    events: int

    def rules(self):
        return {rule for rule, _ in self.found}


@contextmanager
def standing() -> Iterator[Wire]:
    """This process as the hub's: its environment, its clients on one wire, no output."""
    before, session = dict(os.environ), boto3.DEFAULT_SESSION
    wall, logger = clock.wall, logging.getLogger("dunlin")
    level, handlers = logger.level, logger.handlers[:]
    os.environ.update(_ENVIRONMENT)
    os.environ.update({name: f"https://sqs/{queue}" for name, queue in QUEUES.items()})
    for name in _GONE:
        os.environ.pop(name, None)
    boto3.DEFAULT_SESSION = boto3.Session()
    # Each call's header of who calls takes a tenth of the time, and goes nowhere.
    named, UserAgentString.to_string = UserAgentString.to_string, lambda _: "simulated"
    _forget()
    wire = Wire(boto3.DEFAULT_SESSION)
    wire.table.serve(table.client())
    clock.wall = lambda: wire.hub.now
    logger.setLevel("ERROR")
    logger.handlers[:] = [_Breaks(wire)]
    try:
        yield wire
    finally:
        clock.wall, boto3.DEFAULT_SESSION = wall, session
        UserAgentString.to_string = named
        logger.setLevel(level)
        logger.handlers[:] = handlers
        os.environ.clear()
        os.environ.update(before)
        _forget()


class _Breaks(logging.Handler):
    """What a function calls broken is a bug, unless a service was throttled."""

    def __init__(self, wire):
        super().__init__()
        self._wire = wire

    def emit(self, record):
        if getattr(record, "error", "") != "ClientError":
            said = {name: getattr(record, name, "") for name in ("error", "at", "row")}
            self._wire.hub.first.judge.say("a function breaks", f"{record.getMessage()} {said}")


def _forget():
    for cached in (table.client, runtime.client, law_rows.keep_shipped, fuses.keep_epoch):
        cached.cache_clear()
    vault._kept.clear()


def live(wire, plan: Plan) -> Outcome:
    """One plan from its first day to its end, or to the first thing that is wrong."""
    law_rows.keep_shipped.cache_clear()
    fuses.keep_epoch.cache_clear()
    vault._kept.clear()
    hub = Hub(wire, _morning(day_of(0)), Random(plan.seed))  # noqa: S311 - the seed is the story
    _populate(hub, plan)
    with contextlib.redirect_stdout(io.StringIO()):
        for world in hub.worlds.values():
            world.settle_in()
        _days(hub, plan)
    events = sum(world.judge.events for world in hub.worlds.values())
    return Outcome(plan, hub.found, hub.story, hub.calls, events)


def _populate(hub, plan):
    """The creditors of a plan, each with its world and its judge."""
    for name, setting in (("creditor", plan.setting), ("neighbour", plan.neighbour)):
        if setting:
            world = World(hub, Tenant(name), SETTINGS[setting], with_bank=plan.bank)
            world.judge, hub.worlds[name] = Judge(world), world


def _days(hub, plan):
    calm = max((one.day for one in plan.deeds), default=0) + TROUBLED
    end = calm + AFTER
    for number in range(end + 1):
        if number > calm:
            hub.troubles.clear()
        today = day_of(number)
        deeds = [one for one in plan.deeds if one.day == number]
        if not (deeds or _awaited(hub, today) or number == end):
            continue
        hub.now = max(hub.now, _morning(today))
        hub.troubles += [Trouble(**dict(one.of)) for one in deeds if one.what == "trouble"]
        for world in hub.worlds.values():
            world.pass_on(today)
            world.do(deeds)
        hub.live(datetime.combine(today, _LAST_HOUR, ZONE))
        for world in hub.worlds.values():
            _evening(hub, world)
        if hub.found:
            return
    for world in hub.worlds.values():
        last(world.judge)


def _evening(hub, world):
    """The day is judged, and a clerk answers what only a person can."""
    if not hub.found:
        quiet(world.judge)
    if not hub.found and world.setting.banking_day(world.today()):
        world.clerk.see_to(world.partner)


def _awaited(hub, today):
    """Whether anything is to be done by the end of a day beside reading the feeds once more."""
    later = (at for world in hub.worlds.values() for at, _ in world.later)
    if any(at <= today for at in later) or hub.messages or hub.executions:
        return True
    end = clock.stamp(datetime.combine(today, _LAST_HOUR, ZONE))
    places = hub.wire.table._places
    due = (place for number in range(4) for place in places.get(("due", f"S#{number}"), ()))
    return any(at <= end and "#CONN#" not in pk for at, pk, _ in due)


def _morning(day):
    return datetime.combine(day, time(7, 30), ZONE)


def shortest(wire, failed: Outcome, tries: int = 80) -> Outcome:
    """The same fault by fewer deeds: each that is not needed is left out."""
    best, at = failed, len(failed.plan.deeds) - 1
    while at >= 0 and tries:
        tries -= 1
        shorter = live(wire, best.plan.without(at))
        if shorter.rules() & failed.rules():
            best = shorter
        at = min(at, len(best.plan.deeds)) - 1
    return best
