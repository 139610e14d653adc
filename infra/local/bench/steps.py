"""Runs the functions of a case step in this process: their CPU, calls, and rows written and read.

CPU is the calling thread's own (``time.thread_time``): handler, SDK and HTTP client, and neither
the emulator nor the stand-ins, which run in processes and threads of their own.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.bench.tally import Count, Tally
from infra.local.bench.world import Creditor, World
from infra.local.setup import ERP
from shared.cloud.keys import SHARDS

Handler = Callable[[dict[str, Any], object], Any]
Event = dict[str, Any]

# Messages of one invocation of the function `book`: its event source's batch size.
_BOOKED_AT_ONCE = 10


@dataclass
class Work:
    """One kind of work done for ``n`` cases: what it took, what was asked of AWS, the answers.

    ``cpu`` are CPU seconds of ours, ``seconds`` those of a clock on the wall, emulator included.
    """

    n: int = 0
    cpu: float = 0.0
    count: Count = field(default_factory=Count)
    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __add__(self, other: Work) -> Work:
        """The same cases, with more done for each of them."""
        answers = self.answers + other.answers
        return Work(
            max(self.n, other.n), self.cpu + other.cpu, self.count + other.count, answers,
            self.seconds + other.seconds,
        )  # fmt: skip

    def each(self, total: float) -> float:
        """A total's share of one case."""
        return total / self.n


class NotAsPlanned(RuntimeError):
    """The hub did something else than the bench set out to measure; the message says what."""


def measured(tally: Tally, handler: Handler, event: Event) -> tuple[Any, Work]:
    """One invocation: its answer, and what it cost."""
    tally.take()
    begun, at = time.thread_time(), time.perf_counter()
    answer = handler(event, None)
    cpu, seconds = time.thread_time() - begun, time.perf_counter() - at
    return answer, Work(1, cpu, tally.take(), seconds=seconds)


def pull(creditor: Creditor) -> Work:
    """One pull of the creditor's feed."""
    from functions.pull import handler

    event = _messages([{"tenant": creditor.tenant.id, "connection": ERP}])
    answer, work = measured(creditor.world.tally, handler, event)
    _no_failures(answer)
    return work


def book(creditor: Creditor, progress: Callable[[int], None]) -> Work:
    """Every invoice of the creditor joins a case of its own."""
    from functions.book import handler

    total = Work()
    numbers = range(1, creditor.size + 1)
    for start in range(0, creditor.size, _BOOKED_AT_ONCE):
        batch = numbers[start : start + _BOOKED_AT_ONCE]
        bodies = [{"tenant": creditor.tenant.id, "invoice": f"{ERP}:{one}"} for one in batch]
        answer, work = measured(creditor.world.tally, handler, _messages(bodies))
        _no_failures(answer)
        total += work
        progress(len(batch))
    total.n = creditor.size
    return total


def sweep(world: World) -> tuple[Work, list[Event]]:
    """One sweep of every shard: what it took on, and the inputs of the executions it started."""
    from functions.sweep import handler

    total = Work()
    for shard in range(SHARDS):
        answer, work = measured(world.tally, handler, _messages([{"shard": f"S#{shard}"}]))
        work.answers.update(answer)
        total += work
    starts = [json.loads(body) for body in total.count.bodies]
    total.n = len(starts)
    return total, starts


def decide(
    world: World, starts: Sequence[Event], expected: str, progress: Callable[[int], None]
) -> tuple[Work, list[Event]]:
    """The state Decide of each execution; raises ``NotAsPlanned`` for another answer."""
    from functions.decide import handler

    return _each(world, handler, starts, "next", expected, progress)


def remind(world: World, decided: Sequence[Event], progress: Callable[[int], None]) -> Work:
    """The state Remind of each execution: proof, INTENT, letter, send, OUTCOME."""
    from functions.remind import handler

    return _each(world, handler, decided, "done", "sent", progress)[0]


def _each(
    world: World,
    handler: Handler,
    events: Sequence[Event],
    key: str,
    expected: str,
    progress: Callable[[int], None],
) -> tuple[Work, list[Event]]:
    total, answers = Work(), []
    for event in events:
        answer, work = measured(world.tally, handler, event)
        if answer[key] != expected:
            raise NotAsPlanned(f"a case answered {answer[key]} and not {expected}")
        total += work
        answers.append(answer)
        progress(1)
    total.n = len(events)
    return total, answers


def _messages(bodies: Sequence[dict[str, str]]) -> Event:
    return {"Records": list(_records(bodies))}


def _records(bodies: Sequence[dict[str, str]]) -> Iterator[dict[str, str]]:
    for number, body in enumerate(bodies):
        yield {"messageId": str(number), "body": json.dumps(body)}


def _no_failures(answer: dict[str, Any]) -> None:
    failed = len(answer["batchItemFailures"])
    if failed:
        raise NotAsPlanned(f"{failed} messages of a batch failed")
