"""The hub in this process: the template's queues and functions, a clock, and what goes wrong.

Which function takes from which queue is read from ``infra/compute.yaml``. A message comes again
until its function is done with it, five times at most; what a function raises or dies of is the
hub's own to mend.
"""

from __future__ import annotations

import importlib
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from botocore.exceptions import ClientError

from infra.local.hub import ROOT
from infra.local.package import load
from shared.cloud import clock, keys
from shared.errors import Retry
from tests.simulation import machine
from tests.simulation.aws import Killed, Services

_TEMPLATE = load(ROOT / "infra" / "compute.yaml")["Resources"]
_MOST_RECEIVED = 5
_VISIBILITY = timedelta(minutes=6)
# A call takes a little; a function a second, with its cold start.
_CALL, _INVOCATION = timedelta(milliseconds=10), timedelta(seconds=1)
_MOST_STEPS = 4_000
_NEVER = "9999-12-31T23:59:59Z"
# What may happen while a function is at work, in words: all that waits is worked on as well.
_MEANWHILE = {
    "meanwhile": "others work", "pay_meanwhile": "the books show a payment",
    "hold_meanwhile": "the clerk lets a claim rest",
}  # fmt: skip
# What may happen to a message, in words.
_OF_MESSAGES = {"twice": "comes twice", "late": "is late", "lose": "is lost"}


def _routes():
    """Function name -> module, queue -> function, and the queues' names in the environment."""
    modules, takers, environment = {}, {}, {}
    for name, one in _TEMPLATE.items():
        if one["Type"] != "AWS::Serverless::Function":
            continue
        told = one["Properties"]
        modules[name] = told["Handler"].removesuffix(".handler")
        for variable, value in told.get("Environment", {}).get("Variables", {}).items():
            if variable.endswith("_QUEUE"):
                environment[variable] = value["Ref"]
        for event in told.get("Events", {}).values():
            if event["Type"] == "SQS":
                takers[event["Properties"]["Queue"]["Fn::GetAtt"][0]] = name
    return modules, takers, environment


MODULES, TAKERS, QUEUES = _routes()
# SES's own events come to their function without a queue, and come again as messages do.
TAKERS = {**TAKERS, "MailEvents": "ReceiveMailEvent"}


@dataclass
class Message:
    """A message of a queue, and from when on it is visible."""

    queue: str
    body: dict
    at: datetime
    received: int = 0


@dataclass
class Trouble:
    """What goes wrong, from its day on: at the ``nth`` call within one invocation of a function, or
    on the ``nth`` message to a queue."""

    what: str
    where: str
    nth: int


@dataclass
class Hub:
    """The hub with each creditor's world around it; what judges ``found`` wrong stands here."""

    wire: object
    now: datetime
    random: Random
    worlds: dict = field(default_factory=dict)
    found: list = field(default_factory=list)
    messages: list = field(default_factory=list)
    executions: list = field(default_factory=list)
    dead: list = field(default_factory=list)
    troubles: list = field(default_factory=list)
    story: list = field(default_factory=list)
    calls: int = 0
    sent: Counter = field(default_factory=Counter)
    steps: int = 0
    inside: list = field(default_factory=list)

    def __post_init__(self):
        self.aws = Services(self)
        self.wire.hub = self
        self.wire.table.clear()

    def tell(self, text):
        """One line of the story."""
        self.story.append(f"{self.now.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {text}")

    @property
    def first(self):
        """The world of the creditor whose plan it is."""
        return next(iter(self.worlds.values()))

    # what goes wrong ----------------------------------------------------------------------------

    def disturb(self, when, call):
        """Look whether something goes wrong at this call; the code of a refusal, or None."""
        if when == "before":
            self.calls += 1
            self.now += _CALL
        if not self.inside:
            return None
        here = self.inside[-1]
        here[1] += when == "before"
        for one in [one for one in self.troubles if [one.where, one.nth] == here]:
            if one.what == f"kill_{when}":
                self.troubles.remove(one)
                self.tell(f"FAULT  {here[0]} is killed {when} {call}")
                raise Killed
            if one.what == "throttle" and when == "before":
                self.troubles.remove(one)
                self.tell(f"FAULT  {call} of {here[0]} is throttled")
                return "ThrottlingException"
            if one.what in _MEANWHILE and when == "before" and len(self.inside) == 1:
                self.troubles.remove(one)
                self.tell(f"FAULT  {_MEANWHILE[one.what]} before {call} of {here[0]}")
                self.first.surprise(one.what)
                self._meanwhile()
                self.tell(f"       and {here[0]} goes on")
        return None

    def _meanwhile(self):
        """Whatever else waits is worked on now, within a call of somebody else."""
        for _ in range(6):
            if not self._step(ahead=True):
                return

    def pull(self, tenant, connection):
        """A source's own webhook has it read at once; what dies of it is the queue's to mend."""
        message = Message("PullQueue", {"tenant": tenant, "connection": connection}, self.now)
        self.messages.append(message)
        self._take(message)

    def _struck(self, queue):
        """What goes wrong with a message to a queue now, if anything does."""
        self.sent[queue] += 1
        for one in self.troubles:
            if one.where == queue and self.sent[queue] >= one.nth:
                self.troubles.remove(one)
                self.sent[queue] = 0
                return one.what
        return ""

    # what the hub's code asks of AWS -------------------------------------------------------------

    def enqueue(self, queue, body):
        """A message; one that is struck comes twice, late, or never."""
        struck = self._struck(queue)
        if struck:
            self.tell(f"FAULT  a message to {queue} {_OF_MESSAGES[struck]}: {body}")
        late = timedelta(minutes=40) if struck == "late" else timedelta()
        if struck != "lose":
            self.messages.append(Message(queue, body, self.now + late))
        if struck == "twice":
            self.messages.append(Message(queue, dict(body), self.now + timedelta(minutes=2)))

    def start(self, given):
        """An execution; one that is struck runs twice, as Express workflows may."""
        self.executions.append(given)
        if self._struck("Executions"):
            self.tell(f"FAULT  an execution of {given['case'][:6]} runs twice")
            self.executions.append(dict(given))

    def wrote(self, asked):
        """The table took a write: the judge sees its events."""
        for one in asked.get("TransactItems", ()):
            item = one.get("Put", {}).get("Item", {})
            if item.get("sk", {}).get("S", "").startswith("EV#") and "#CASE#" in item["pk"]["S"]:
                tenant = item["pk"]["S"].split("#")[1]
                judge = self.worlds[tenant].judge
                judge.event(keys.id_of(item["pk"]["S"]), item["body"]["S"])

    # living -------------------------------------------------------------------------------------

    def live(self, until):
        """Work on all that is due or waiting, as the clock goes on to an instant."""
        self.steps = 0
        while self.now < until and not self.found:
            if self._step():
                continue
            at = min(self._next(), default=until)
            if at >= until:
                self.now = until
                return
            self.now = max(self.now, at)
            if self._due():
                self.tick()
            if self.steps > _MOST_STEPS:
                self.first.judge.say("work does not end", str(self.messages[:3]))
        if not self.found:
            self.now = until

    def tick(self):
        """What EventBridge Scheduler does every minute."""
        self.now = self.now.replace(microsecond=0) + timedelta(seconds=1)
        # What dies is made good by the next minute's.
        with suppress(Killed, ClientError, Retry):
            self.invoke("Tick", {})
        # A shard with nothing due would cost a query and change nothing.
        busy = self._due()
        idle = [one for one in self.messages
                if one.queue == "SweepQueue" and "connection" not in one.body
                and one.body["shard"] not in busy]  # fmt: skip
        for one in idle:
            self.messages.remove(one)

    def _next(self):
        """The next instants at which something is due or visible."""
        found = [one.at for one in self.messages]
        due = [clock.read_stamp(at) for at in self._due_stamps()]
        return [*found, *due]

    def _due_stamps(self):
        """The first instant in each shard at which something is due."""
        for number in range(keys.SHARDS):
            rows = self.wire.table._places.get(("due", f"S#{number}"), ())
            yield rows[0][0] if rows else _NEVER

    def _due(self):
        """The shards in which something is due now."""
        now = clock.stamp(self.now)
        return {f"S#{number}" for number, at in enumerate(self._due_stamps()) if at <= now}

    def _step(self, *, ahead=False):
        """Take one message or run one execution; whether there was any."""
        self.steps += 1
        ready = [one for one in self.messages if one.at <= self.now]
        if ready and (not self.executions or self.random.random() < 0.5):
            self._take(self.random.choice(ready))
            return True
        if self.executions:
            self._execute(self.executions.pop(self.random.randrange(len(self.executions))))
            return True
        return bool(ready) and not ahead

    def _take(self, message):
        message.received += 1
        message.at = self.now + _VISIBILITY
        if message.received > _MOST_RECEIVED:
            self.messages.remove(message)
            self.dead.append(message)
            self.tell(f"given up: {message.queue} {message.body}")
            return
        record = {"messageId": "m", "body": json.dumps(message.body)}
        event = message.body if message.queue == "MailEvents" else {"Records": [record]}
        try:
            said = self.invoke(TAKERS[message.queue], event)
        except Killed:
            return
        except Exception as error:  # noqa: BLE001 - the message comes again
            self.tell(f"failed: {TAKERS[message.queue]} by {type(error).__name__}")
            return
        if not said.get("batchItemFailures") and message in self.messages:
            self.messages.remove(message)

    def _execute(self, given):
        try:
            ended = machine.run(self.invoke, given)
        except Killed:
            return
        if ended not in {"succeeded", "Conflict"}:
            self.tell(f"an execution of {given['case'][:6]} fails: {ended}")

    def invoke(self, function, event):
        """One call of a function, by its name in the template."""
        module = importlib.import_module(MODULES[function])
        self.now += _INVOCATION
        self.inside.append([function, 0])
        try:
            return module.handler(event, None)
        finally:
            self.inside.pop()
