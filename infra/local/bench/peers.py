"""Our case steps beside those of Tryton's own dunning, on as many invoices, in the same run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.bench.figures import Figure, Target, growth
from infra.local.bench.stages import DUE, Lived, Measured
from infra.local.bench.steps import Work
from infra.local.erp import environment
from infra.local.erp.peer_dunning import peer
from infra.local.erp.server import CACHE

GROUP = "Beside Tryton 8.2's own dunning (SQLite), same number of invoices"
IDLE_SIZES = (1_000, 3_000)
SCRIPT = Path(__file__).with_name("tryton_idle.py")
# The schedule of `tick`: infra/compute.yaml, rate(1 minute).
_SWEEPS_A_DAY = 1_440

REMARKS = (
    (
        "Ours in CPU: the thread that runs the real handlers, with AWS SDK and HTTP client. In: "
        "claim, start, two decisions, proof of the balance over HTTP, letter rendered and stored, "
        "INTENT, SES call, OUTCOME; in the first step also joining a case. Out: the emulator and "
        "the stand-in ERP (threads or processes of their own), Step Functions, queues, pulls."
    ),
    (
        "Tryton in CPU: its own process with SQLite; one transaction for all cases. In: finding "
        "what is overdue, raising the level, a journal entry for each fee. Out: letters, mail; it "
        "proves no balance at a source and keeps no record of its reasons."
    ),
    (
        "Durable writes: on our side rows of DynamoDB (INV proves that nothing changed before the "
        "INTENT: a write by its price) and objects of S3; on Tryton's rows inserted or updated."
    ),
    (
        "Idle: ours is one sweep of all shards, which a day has 1,440 of; Tryton's run reads every "
        "waiting case once a day. Ours ran at 10,000 waiting cases (their HEAD rows), Tryton's at "
        "3,000: filling its ledger with 10,000 invoices would take minutes."
    ),
)


@dataclass(frozen=True)
class Peer:
    """What Tryton's dunning costs: steps by number of invoices, idle runs by waiting cases."""

    steps: Mapping[int, Mapping[str, Any]]
    idle: Mapping[int, float]

    @property
    def idle_case_s(self) -> float:
        """CPU seconds that the idle run spends on one waiting case, in the smaller book."""
        size = min(self.idle)
        return self.idle[size] / size

    def fee_step_s(self, n: int) -> float:
        """CPU seconds of the step with a fee, per case."""
        told = self.steps[n]
        return float(told["raise_level_cpu_s"] + told["process_fee_cpu_s"]) / n

    def first_step_s(self, n: int) -> float:
        """CPU seconds of the first step, per case."""
        told = self.steps[n]
        return float(told["generate_cpu_s"] + told["process_cpu_s"]) / n

    def fee_step_writes(self, n: int) -> float:
        """Rows written by the step with a fee, per case."""
        written = self.steps[n]["durable_writes"]
        return float(written["raise_level"] + written["process_fee"]) / n


def measure() -> Peer:
    """Measure Tryton, one process at a time. Raises ``environment.SetUpFailed``."""
    return Peer({size: peer(size) for size in DUE}, _idle())


def _idle() -> dict[int, float]:
    cache = CACHE.resolve()
    python, template = environment.interpreter(cache), environment.template(cache)
    with tempfile.TemporaryDirectory() as work:
        configuration = environment.write_configuration(Path(work), port=1)
        database = Path(work) / "db" / f"{environment.DATABASE}.sqlite"
        environment.copy_database(template, database)
        sizes = [str(size) for size in IDLE_SIZES]
        command = [str(python), str(SCRIPT), str(configuration), environment.DATABASE, *sizes]
        told = json.loads(environment.run(command))
    return {int(size): float(seconds) for size, seconds in told.items()}


def figures(measured: Measured, tryton: Peer) -> list[Figure]:
    """CPU and durable writes of a case step, their growth, and the idle day."""
    found = []
    for n, lived in sorted(measured.creditors.items()):
        fee, first = fee_step(lived), first_step(lived)
        found += [
            _cpu(f"step with a fee, {n:,} cases", fee, tryton.fee_step_s(n)),
            _cpu(f"first step, no fee, {n:,} cases", first, tryton.first_step_s(n)),
            Figure(
                GROUP, f"durable writes of the step with a fee, {n:,} cases",
                fee.each(fee.count.rows_written), "per case", "Tryton", tryton.fee_step_writes(n),
                words=_kinds(fee),
            ),
        ]  # fmt: skip
    return [*found, _growth(measured, tryton), *_idle_figures(measured, tryton)]


def fee_step(lived: Lived) -> Work:
    """The step with a fee: claim, decision, proof, INTENT, letter, send, OUTCOME."""
    return _sum(lived, "fee: claim", "fee: decide", "fee: remind")


def first_step(lived: Lived) -> Work:
    """The first step: the claim joins a case, which is claimed, decided and reminded."""
    return _sum(lived, "join", "plain: claim", "plain: decide", "plain: remind")


def _sum(lived: Lived, *stages: str) -> Work:
    total = Work()
    for stage in stages:
        total += lived.stages[stage]
    total.n = lived.n
    return total


def _cpu(name: str, work: Work, theirs: float) -> Figure:
    own = work.each(work.cpu - work.count.cpu) * 1000
    words = f"{own:.1f} ms our code and HTTP, {work.each(work.count.cpu) * 1000:.1f} ms AWS SDK"
    return Figure(
        GROUP, f"CPU of the {name}", work.each(work.cpu) * 1000, "ms per case", "Tryton",
        theirs * 1000, words=words,
    )  # fmt: skip


def _kinds(work: Work) -> str:
    each = {kind: work.each(n) for kind, n in sorted(work.count.written.items())}
    return ", ".join(f"{kind} {n:.1f}" for kind, n in each.items() if n >= 1 / 20)


def _growth(measured: Measured, tryton: Peer) -> Figure:
    few, many = sorted(measured.creditors)
    ours = [(n, fee_step(measured.creditors[n]).cpu) for n in (few, many)]
    theirs = [(n, tryton.fee_step_s(n) * n) for n in (few, many)]
    return Figure(
        GROUP, f"growth of the step with a fee, {few:,} to {many:,}", growth(ours[0], ours[1]),
        "exponent", "Tryton", growth(theirs[0], theirs[1]), Target("at most", 1.05),
    )  # fmt: skip


def _idle_figures(measured: Measured, tryton: Peer) -> list[Figure]:
    ours = {n: work.each(work.cpu) for n, work in sorted(measured.idle.items())}
    (few, least), (many, most) = ours.items()
    small, large = sorted(tryton.idle)
    theirs = f"Tryton's idle run, {large:,} waiting"
    return [
        Figure(
            GROUP, f"one idle sweep, {few:,} cases wait", least * 1000, "ms",
            f"Tryton's idle run, {small:,} waiting", tryton.idle[small] * 1000,
        ),
        Figure(
            GROUP, f"one idle sweep, {many:,} cases wait", most * 1000, "ms", theirs,
            tryton.idle[large] * 1000, Target("at most", 50),
        ),
        Figure(
            GROUP, f"growth of the idle sweep, {few:,} to {many:,}",
            growth((few, least), (many, most)), "exponent",
            f"Tryton's, {small:,} to {large:,}",
            growth((small, tryton.idle[small]), (large, tryton.idle[large])),
            Target("at most", 1.05),
        ),
        Figure(
            GROUP, f"a day of idle sweeps ({_SWEEPS_A_DAY:,}), {many:,} cases wait",
            most * _SWEEPS_A_DAY, "s", theirs, tryton.idle[large],
        ),
    ]  # fmt: skip
