"""Makes docs/costs.md from tools/prices.toml: what a month costs, by creditor and by size.

    python -m tools.costs

Sums are Decimal in USD. The free tier is left out, and so are delivery on paper, text messages and
data that leaves the region.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PRICES = Path(__file__).parent / "prices.toml"
PAGE = ROOT / "docs" / "costs.md"
SIZES = (1_000, 100_000, 10_000_000)
_MINUTES = Decimal(60 * 24 * 30)
_DAYS = Decimal(30)
_KB_A_GB = Decimal(1024 * 1024)

_LINES = {
    "Table: reads and writes": ("table_write", "table_read"),
    "Table: storage and backups": ("table_gb_month", "table_backup_gb_month"),
    "Functions": ("lambda_gb_s", "lambda_request"),
    "Workflow (STANDARD)": ("steps_transition",),
    "Queues, schedule, objects": ("queue_request", "schedule_call", "object_put"),
    "Logs": ("log_gb",),
    "Alarms, dashboard, metrics, secrets": (
        "alarm_month", "dashboard_month", "metric_month", "secret_month",
    ),
    "Mail": ("mail",),
}  # fmt: skip


@dataclass(slots=True)
class Month:
    """How many of each priced thing a month uses."""

    used: dict[str, Decimal] = field(default_factory=dict)

    def add(self, price: str, count: Decimal) -> None:
        """Use so many more of a priced thing."""
        self.used[price] = self.used.get(price, Decimal(0)) + count

    def work(self, unit: Mapping[str, Any], times: Decimal) -> None:
        """Do a unit of work so many times."""
        for name, price in (
            ("writes", "table_write"), ("reads", "table_read"), ("queue", "queue_request"),
            ("gb_s", "lambda_gb_s"), ("calls", "lambda_request"), ("objects", "object_put"),
            ("transitions", "steps_transition"),
        ):  # fmt: skip
            self.add(price, times * _number(unit.get(name, 0)))
        self.add("log_gb", times * _number(unit.get("log_kb", 0)) / _KB_A_GB)


def read() -> dict[str, Any]:
    """Prices, assumptions and units of work; numbers are Decimal."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"), parse_float=Decimal)


def standing(known: Mapping[str, Any]) -> Month:
    """What an installation uses in a month in which nothing happens, once for all creditors."""
    month, fixed = Month(), known["standing"]
    sweeps = _MINUTES * _number(fixed["shards"])
    month.work(known["work"]["swept"], sweeps)
    month.add("schedule_call", _MINUTES)
    month.add("alarm_month", _number(fixed["alarms"]))
    month.add("dashboard_month", _number(fixed["dashboards"]))
    month.add("metric_month", _number(fixed["metrics"]))
    month.add("secret_month", _number(fixed["hub_secrets"]))
    return month


def creditor(known: Mapping[str, Any], invoices: int) -> Month:
    """What one creditor uses in a month with so many new invoices."""
    month, guess, work = Month(), known["assumed"], known["work"]
    many = Decimal(invoices)
    cases = many * _number(guess["overdue"]) / _number(guess["invoices_a_case"])
    touches = cases * (_number(guess["contacts"]) + _number(guess["handed_over"]))
    month.work(work["imported"], many)
    reads = _DAYS * _number(guess["reads_a_day"]) * _number(guess["connections"])
    month.work(work["pulled"], reads)
    month.work(work["rested"], cases * _number(guess["rests"]))
    month.work(work["touched"], touches)
    month.add("mail", cases * _number(guess["contacts"]))
    month.add("secret_month", _number(guess["connections"]))
    stored = many * 12 * _number(known["standing"]["kb_an_invoice"]) / _KB_A_GB
    month.add("table_gb_month", stored)
    month.add("table_backup_gb_month", stored)
    return month


def usd(known: Mapping[str, Any], month: Month, prices: tuple[str, ...]) -> Decimal:
    """What a month costs for some of the priced things, in USD."""
    used = month.used
    return sum(
        (used.get(one, Decimal(0)) * Decimal(known["price"][one]["usd"]) for one in prices),
        Decimal(0),
    )


def page(known: Mapping[str, Any]) -> str:
    """The whole page."""
    return "\n".join(_page(known)) + "\n"


def _page(known: Mapping[str, Any]) -> Iterator[str]:
    idle, months = standing(known), [creditor(known, size) for size in SIZES]
    yield "# What it costs"
    yield ""
    yield "Made by `python -m tools.costs` from `tools/prices.toml`: prices of AWS in USD as of"
    yield f"{known['date']} ({known['region']}),"
    yield "and units of work that are estimated from the calls which tests count. No free tier; no"
    yield "paper and no text messages, which cost more than all of this together."
    yield ""
    yield "## A month"
    yield ""
    heads = " | ".join(f"{size:,} invoices" for size in SIZES)
    yield f"| | the installation alone | {heads} |"
    yield "|---|--:|--:|--:|--:|"
    every = tuple(price for prices in _LINES.values() for price in prices)
    for name, prices in (*_LINES.items(), ("**Together**", every)):
        sums = [usd(known, month, prices) for month in (idle, *months)]
        yield f"| {name} | " + " | ".join(_money(one) for one in sums) + " |"
    each = [
        usd(known, month, every) / size * 1000 for month, size in zip(months, SIZES, strict=True)
    ]
    yield "| for 1,000 invoices | | " + " | ".join(_money(one) for one in each) + " |"
    yield ""
    yield "The first column is paid once, however many creditors there are; each other one is one"
    yield "creditor with so many new invoices a month, who has kept a year of them."
    yield ""
    yield from _told(known)


def _told(known: Mapping[str, Any]) -> Iterator[str]:
    guess = known["assumed"]
    yield "## What is assumed"
    yield ""
    for name, value in guess.items():
        yield f"- {name.replace('_', ' ')}: {value}"
    yield ""
    yield "## What a unit of work uses"
    yield ""
    yield "Writes and reads are units of the table; a transaction's count twice, each index that"
    yield "a write touches counts once more. Billed time is estimated for arm64."
    yield ""
    yield "| unit | writes | reads | transitions | GB-s | its calls are counted by |"
    yield "|---|--:|--:|--:|--:|---|"
    for one in known["work"].values():
        uses = (one.get(name, "") for name in ("writes", "reads", "transitions", "gb_s"))
        test = one["counted"].partition("::")
        cells = " | ".join(str(use) for use in uses)
        yield f"| {one['what']} | {cells} | `{test[0]}` |"
    yield ""
    yield "## Prices"
    yield ""
    yield "| USD | per | source | |"
    yield "|--:|---|---|---|"
    for one in known["price"].values():
        mark = "" if one["confirmed"] else "UNCONFIRMED"
        yield f"| {one['usd']} | {one['per']} | {one['source']} | {mark} |"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


if __name__ == "__main__":
    PAGE.write_text(page(read()), encoding="utf-8")
