"""What the hub asks of AWS, counted on the embedded stack: calls, rows, executions, transitions."""

from __future__ import annotations

import json
import os

from infra.local.bench.figures import Figure, Target
from infra.local.bench.stages import Lived, Measured
from infra.local.bench.steps import Work
from shared.cloud.keys import SHARDS

GROUP = "AWS calls, counted on the embedded stack (mean of all cases)"
_FACTS = ("INV", "PARTY", "PAY", "CRN", "AGR")


def figures(measured: Measured) -> list[Figure]:
    """One figure a promise; the smaller book stands beside the larger one."""
    small, large = (measured.creditors[n] for n in sorted(measured.creditors))
    beside = f"at {small.n:,} cases"
    return [
        _unchanged(large),
        _step("touches nobody", "night", Target("at most", 4), measured.extra),
        _step("touches a debtor", "fee", Target("at most", 7), large, small),
        Figure(
            GROUP, "rows read by a step that touches", _read(large), "rows per case", beside,
            _read(small), Target("exactly", 1, of="ratio"),
        ),
        Figure(
            GROUP, "state transitions of the happy path", measured.transitions, "transitions",
            target=Target("at most", 6), words="Decide, Choose, Remind, Done: the deployed machine",
        ),
        *_gate(large),
        _idle(measured),
        Figure(
            GROUP, "steps with a fee, from the sweep to the outcome", _a_second(large),
            "1/s", beside, _a_second(small),
            words="one after the other, in the emulator's own time",
        ),
    ]  # fmt: skip


def calls(work: Work) -> str:
    """The calls of one case in words: ``Query 1, SendEmail 1``; less than one in 20 is left out."""
    each = {name.split(":")[1]: work.each(n) for name, n in work.count.calls.items()}
    return ", ".join(f"{name} {n:.0f}" for name, n in sorted(each.items()) if n >= 1 / 20)


def _unchanged(lived: Lived) -> Figure:
    first, again = lived.stages["first pull"], lived.stages["pull unchanged"]
    own = again.count.rows_written - _facts_written(again)
    return Figure(
        GROUP, f"writes of a pull of {lived.n:,} unchanged invoices", _facts_written(again),
        "rows", "first pull of them", _facts_written(first), Target("exactly", 0),
        words=f"and {own} rows and notes of the pull itself (cursor, health, file read)",
    )  # fmt: skip


def _facts_written(work: Work) -> int:
    return sum(work.count.written[kind] for kind in _FACTS)


def _step(
    what: str, stage: str, target: Target, large: Lived, small: Lived | None = None
) -> Figure:
    decide, acted = _stages(large, stage)
    words = f"claim 1; decide: {calls(decide)}"
    if acted is not None:
        words += f"; remind: {calls(acted)}"
    return Figure(
        GROUP, f"DynamoDB calls of a step that {what}", _table_calls(large, stage),
        "calls per case", f"at {small.n:,} cases" if small else "",
        _table_calls(small, stage) if small else None, target, words,
    )  # fmt: skip


def _table_calls(lived: Lived, stage: str) -> float:
    """Calls of one case; the sweep's index queries and gate are shared by all and not in it."""
    claim = lived.stages[f"{stage}: claim"]
    decide, acted = _stages(lived, stage)
    total = claim.count.written["CASE"] + decide.count.of("dynamodb")
    if acted is not None:
        total += acted.count.of("dynamodb")
    return total / lived.n


def _stages(lived: Lived, stage: str) -> tuple[Work, Work | None]:
    return lived.stages[f"{stage}: decide"], lived.stages.get(f"{stage}: remind")


def _read(lived: Lived) -> float:
    decide, acted = _stages(lived, "fee")
    return (decide.count.read + (acted.count.read if acted else 0)) / lived.n


def _a_second(lived: Lived) -> float:
    """How many cases a second go through claim, decision and act."""
    stages = ("fee: claim", "fee: decide", "fee: remind")
    return lived.n / sum(lived.stages[stage].seconds for stage in stages)


def _gate(lived: Lived) -> list[Figure]:
    work = lived.stages["closed gate"]
    name = f"closed gate, {work.n:,} cases due"
    pulls = [body for url, body in work.count.messages if url == os.environ["PULL_QUEUE"]]
    own = [body for body in pulls if json.loads(body)["tenant"].endswith(f"-{lived.n}")]
    moved = f"{work.each(work.count.written['CASE']):.2f} writes a case (moved on)"
    started = work.count.calls["stepfunctions:StartExecution"]
    return [
        Figure(GROUP, f"{name}: started", started, "executions", target=Target("exactly", 0),
               words=moved),
        Figure(GROUP, f"{name}: asked for", len(own), "pulls", target=Target("exactly", 1)),
    ]  # fmt: skip


def _idle(measured: Measured) -> Figure:
    few, many = sorted(measured.idle)
    each = {
        n: sum(measured.idle[n].count.calls.values()) / measured.idle[n].n / SHARDS
        for n in (few, many)
    }
    return Figure(
        GROUP, f"idle sweep, {many:,} cases wait", each[many], "calls per shard",
        f"{few:,} cases wait", each[few], Target("at most", 1), words="Query 1",
    )  # fmt: skip
