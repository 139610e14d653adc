"""Time-lapse: live through business days on the embedded stack, skipping those without work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import clock
from infra.local.hub import TENANT, Hub

SHARDS = 4
QUEUES = (
    "Sweep", "Pull", "Poll", "Webhooks", "Match", "Book", "Reconcile", "Preview", "Outbox", "Inbox",
)  # fmt: skip
# A day is lived from this local time on; it lies within the hours of contact of every pack.
MORNING = clock_time(9, 0)
# A look costs the emulator some milliseconds of what it works with: long work is asked less often.
_POLL_SECONDS = 0.02
_LONGEST_POLL_SECONDS = 0.1
_STUCK_SECONDS = 180
_EXECUTIONS = "executions"
_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")

# The hourly watch of each creditor on its tasks for people.
_WATCH = "#INBOX#"


class Stuck(RuntimeError):
    """Work neither ends nor fails; the message says where it stands."""


@dataclass
class TimeLapse:
    """Moves business time, and waits until the hub has nothing more to do at each stop.

    ``peers_idle`` says whether the processes around the hub have answered all that they will.
    """

    hub: Hub
    zone: ZoneInfo
    connections: tuple[str, ...]
    peers_idle: Callable[[], bool] = lambda: True
    days: int = 0
    rounds: int = 0
    clients: dict[str, Any] = field(default_factory=dict)
    _last_busy: str = ""

    def today(self) -> date:
        """The business day at the creditor's."""
        return self._now().astimezone(self.zone).date()

    def live(self, day: date) -> None:
        """Live one business day: go there, read the feeds, sweep until nothing is due, drain."""
        self._go(datetime.combine(day, MORNING, tzinfo=self.zone))
        self.days += 1
        for connection in self.connections:
            self._send("Pull", {"tenant": TENANT, "connection": connection})
        self.drain()
        self.settle()

    def settle(self, rounds: int = 40) -> None:
        """Sweep and drain until nothing is due; what waits a few minutes gets them."""
        for _ in range(rounds):
            now = self._now()
            due = self.next_due(connections=False)
            if due is None or due > now + timedelta(minutes=10):
                return
            if due > now:
                self._go(due + timedelta(seconds=1))
            self.sweep()
            self.drain()
        raise Stuck(f"something is still due after {rounds} sweeps: {self._due_rows()}")

    def sweep(self) -> None:
        """Ask for one sweep of every shard."""
        self.rounds += 1
        for shard in range(SHARDS):
            self._send("Sweep", {"shard": f"S#{shard}"})

    def drain(self) -> None:
        """Wait until no message is visible or in flight and no execution runs."""
        quiet, pause = 0, _POLL_SECONDS
        deadline = time.monotonic() + _STUCK_SECONDS
        while quiet < 2:
            if time.monotonic() > deadline:
                raise Stuck(f"work does not end: {self._busy()}")
            idle = not self._busy() and self.peers_idle()
            quiet = quiet + 1 if idle else 0
            pause = _POLL_SECONDS if idle else min(pause * 1.25, _LONGEST_POLL_SECONDS)
            if quiet < 2:
                time.sleep(pause)

    def next_due(self, *, connections: bool) -> datetime | None:
        """The earliest instant at which a row falls due; feeds count only on demand.

        The hourly watch on people's tasks does nothing to a case: no day is lived for it alone.
        """
        return min(
            (
                at
                for pk, at in self._due_rows()
                if _WATCH not in pk and (connections or "#CONN#" not in pk)
            ),
            default=None,
        )

    def until(
        self,
        last: date,
        happenings: Callable[[date], object],
        next_event: Callable[[date], date | None],
    ) -> None:
        """Live every day until ``last`` on which the world or the hub has something to do.

        ``happenings(day)`` lets the world act (payments are booked); ``next_event(day)`` says when
        it will act next after a day.
        """
        for day in self.stops(last, next_event):
            happenings(day)
            self.live(day)

    def stops(
        self,
        last: date,
        next_event: Callable[[date], date | None],
        after: date | None = None,
    ) -> Iterator[date]:
        """The days until ``last`` on which the world or the hub has something to do.

        They begin today, or after a day that has been lived already. Each is lived by whoever asks
        for them before the next one is asked for.
        """
        day = self.today() if after is None else self._stop_after(after, next_event)
        while day is not None and day <= last:
            yield day
            day = self._stop_after(day, next_event)

    def _stop_after(self, day: date, next_event: Callable[[date], date | None]) -> date | None:
        due = self.next_due(connections=False)
        stops = [next_event(day), None if due is None else due.astimezone(self.zone).date()]
        ahead = [max(stop, day + timedelta(days=1)) for stop in stops if stop is not None]
        return min(ahead, default=None)

    def _due_rows(self) -> list[tuple[str, datetime]]:
        """The first rows of each shard of the due index that are not feeds, and the first feed."""
        table = self._client("dynamodb")
        found = []
        for shard in range(SHARDS):
            answer = table.query(
                TableName=self.hub.table,
                IndexName="due",
                KeyConditionExpression="due_shard = :s",
                ExpressionAttributeValues={":s": {"S": f"S#{shard}"}},
                Limit=10,
            )
            found += [
                (item["pk"]["S"], datetime.fromisoformat(item["due_at"]["S"]))
                for item in answer["Items"]
            ]
        return found

    def _busy(self) -> dict[str, int]:
        """What is at work, or nothing: a place, and how much is there.

        What was at work last is asked first, and is enough of an answer while it goes on: the
        emulator answers in the very process that the work waits for.
        """
        for place in sorted((*QUEUES, _EXECUTIONS), key=lambda one: one != self._last_busy):
            count = self._running() if place == _EXECUTIONS else self._waiting(place)
            if count:
                self._last_busy = place
                return {place: count}
        return {}

    def _waiting(self, queue: str) -> int:
        """Messages of a queue, visible or in flight."""
        answer = self._client("sqs").get_queue_attributes(
            QueueUrl=self.hub.outputs[f"{queue}Queue"], AttributeNames=list(_DEPTH)
        )
        return sum(int(value) for value in answer["Attributes"].values())

    def _running(self) -> int:
        found = self._client("stepfunctions").list_executions(
            stateMachineArn=self.hub.outputs["DunningMachine"],
            statusFilter="RUNNING",
            maxResults=10,
        )
        return len(found["executions"])

    def _send(self, queue: str, message: dict[str, str]) -> None:
        url = self.hub.outputs[f"{queue}Queue"]
        self._client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def _go(self, to: datetime) -> None:
        ahead = (to - self._now()).total_seconds()
        if ahead > 0:
            clock.advance(self.hub.stack.clock_file, round(ahead))

    def _now(self) -> datetime:
        return clock.now(self.hub.stack.clock_file)

    def _client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = self.hub.stack.client(service)
        return self.clients[service]


def dead_letters(hub: Hub) -> dict[str, int]:
    """How many messages each dead-letter queue holds; those that hold none are not named."""
    client = hub.stack.client("sqs")
    counts = {}
    for queue in QUEUES:
        answer = client.get_queue_attributes(
            QueueUrl=hub.outputs[f"{queue}Dead"], AttributeNames=list(_DEPTH)
        )
        counts[f"{queue}Dead"] = sum(int(value) for value in answer["Attributes"].values())
    return {queue: count for queue, count in counts.items() if count}
