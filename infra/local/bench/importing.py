"""What each function costs before its first event, beside the AWS client that each one needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.bench.figures import Figure, Target
from tests.bench.imports import REFERENCE, functions, measure

GROUP = "Import CPU of a function's module (fresh interpreter, valid bytecode)"
STEPS = ("sweep", "decide", "remind", "hand_over", "ask", "book", "deliver")
PULL = "functions.pull+connectors.erp.tryton"
_ERPS = ("netvisor", "procountor", "fortnox", "tripletex")
PULLS = (PULL, *(f"functions.pull+connectors.erp.{name}" for name in _ERPS))
# Some modules again with the client that they make when first used: what a cold start adds up to.
COLD = ("receive_partner", "sweep", "decide", "remind")

_WEBHOOK = Target("at most", 1.45, of="ratio")
_STEP = Target("at most", 1.9, of="ratio")
_PULL = Target("at most", 2.2, of="ratio")
_HTTP = ("requests", "aws_lambda_powertools.event_handler")
_NUMBERS = ("numpy", "scipy", "pandas")


def figures(runs: int) -> list[Figure]:
    """One figure a function, then the cold starts; each the median of ``runs`` interpreters."""
    cold = [f"functions.{name}+{REFERENCE}" for name in COLD]
    rows = measure([*functions(), *PULLS, *cold, f"{PULL}+{REFERENCE}"], runs)
    measured = rows[1:]
    return [*(figure(row, rows[0]["cpu_ms"], runs) for row in measured), _barred(measured)]


def _barred(rows: Sequence[Mapping[str, Any]]) -> Figure:
    found = [
        f"{row['module']} loads {one}"
        for row in rows
        for one in forbidden(_name(row), row["modules"])
    ]
    return Figure(
        group=GROUP,
        name="packages loaded that the function's kind must not load",
        value=len(found),
        unit="packages",
        target=Target("exactly", 0),
        words="; ".join(found),
    )


def figure(row: Mapping[str, Any], reference_ms: float, runs: int) -> Figure:
    """The figure of one measured row; ``reference_ms`` was measured in turns with it."""
    cold = row["module"].endswith(f"+{REFERENCE}")
    name = _name(row)
    return Figure(
        group=GROUP,
        name=f"{name} and its DynamoDB client" if cold else name,
        value=row["cpu_ms"],
        unit="ms",
        reference=f"import boto3; {REFERENCE}",
        reference_value=reference_ms,
        target=None if cold else target(name),
        words=f"{row['third_party']} third-party modules",
        note=f"Imports: the median of {runs} interpreters each, in turns with the reference.",
    )


def _name(row: Mapping[str, Any]) -> str:
    return str(row["module"]).removesuffix(f"+{REFERENCE}").replace("functions.", "")


def target(name: str) -> Target | None:
    """What the import of a function may cost; None where nothing is promised."""
    if name.startswith("receive_"):
        return _WEBHOOK
    if name.startswith("pull+"):
        return _PULL
    return _STEP if name in STEPS else None


def forbidden(name: str, modules: Sequence[str]) -> list[str]:
    """The packages that a function's kind must not load, and that it loads."""
    barred = (*_NUMBERS, *(("pydantic", *_HTTP) if name.startswith("receive_") else ()))
    return [one for one in barred if any(m == one or m.startswith(f"{one}.") for m in modules)]
