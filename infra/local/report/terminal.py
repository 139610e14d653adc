"""The closing figures for the terminal, as a table of rich."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from infra.local.report.contacts import all_steps
from infra.local.report.contents import StepCalls
from infra.local.report.history import STAGES
from infra.local.report.money_in import MoneyIn, lines
from infra.local.report.summary import Summary
from infra.local.report.wording import (
    DASH,
    amount_text,
    counted,
    day_text,
    days_text,
    mean_text,
    number_text,
    share_text,
    words,
)  # fmt: skip


def terminal(
    figures: Mapping[str, Any],
    console: Console,
    steps: Mapping[str, StepCalls] | None = None,
    *,
    lived: int | None = None,
) -> None:
    """Print the closing table, and the AWS calls of each step.

    ``figures`` are the ``summary`` of a book; ``lived`` says on how many days something was due.
    """
    summary = Summary.model_validate(figures)
    title = f"{summary.creditor}, {day_text(summary.first)} {DASH} {day_text(summary.last)}"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("count", justify="right")
    table.add_column("amount", justify="right")
    table.add_column("", style="dim")
    for block in (_followed(summary, lived), _paid(summary), _done(summary), _left(summary)):
        for row in block:
            table.add_row(*row)
        table.add_section()
    console.print(table)
    if summary.money is not None:
        console.print(_money(summary.money))
    if steps:
        console.print(_calls(steps))


Row = tuple[str, str, str, str]


def _calls(steps: Mapping[str, StepCalls]) -> Table:
    """AWS calls of one run of each step, on average."""
    table = Table(title="AWS calls per run", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("step", no_wrap=True)
    table.add_column("runs", justify="right")
    table.add_column("calls", justify="right")
    table.add_column("of these", style="dim")
    for name, step in steps.items():
        calls: Mapping[str, float] = step["calls"]
        each = ", ".join(f"{call} {mean_text(mean)}" for call, mean in calls.items())
        table.add_row(name, number_text(step["runs"]), mean_text(sum(calls.values())), each)
    return table


def _money(money: MoneyIn) -> Table:
    """What each source saw of the money for invoices, and that each euro was booked once."""
    table = Table(title="Money in, each euro once", box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("count", justify="right")
    table.add_column("amount", justify="right")
    for label, tally in lines(money):
        table.add_row(label, number_text(tally.count), amount_text(tally.amount))
    if money.checked:
        wrong = number_text(len(money.differences))
        table.add_row(f"Invoices that differ from what was paid, of {money.checked}", wrong, "")
    return table


def _followed(summary: Summary, lived: int | None) -> list[Row]:
    pulled, overdue, sent = summary.pulled, summary.overdue, summary.reminded
    return [
        ("Days", number_text(summary.days), "",
         "" if lived is None else f"something happened on {number_text(lived)}"),
        ("Invoices pulled", number_text(pulled.count), amount_text(pulled.amount), ""),
        ("Ever overdue", number_text(overdue.count), amount_text(overdue.amount),
         counted(summary.debtors_overdue, "debtor")),
        ("Reminders sent", number_text(sent.contacts), "",
         f"{counted(sent.claims, 'invoice')}, {number_text(sent.returned)} came back"),
    ]  # fmt: skip


def _paid(summary: Summary) -> list[Row]:
    rows = [
        (f"Paid: {one.label[:1].lower()}{one.label[1:]}", number_text(one.claims),
         amount_text(one.amount), f"of {number_text(one.reached)} that came so far")
        for one in summary.paid
    ]  # fmt: skip
    soon = all_steps(list(summary.soon))
    rows.append(
        ("Paid within 3 days after a reminder", number_text(soon.soon), "",
         f"{share_text(soon.soon, soon.claims)} of {counted(soon.claims, 'reminded invoice-step')}")
    )  # fmt: skip
    rows.append(
        ("Reminded although paid", number_text(soon.known), "",
         f"known before; {number_text(soon.crossed)} crossed in the post")
    )  # fmt: skip
    return rows


def _done(summary: Summary) -> list[Row]:
    handed = summary.handed_over
    fees, credited = summary.fees, summary.fees_credited
    return [
        ("Fees charged", number_text(fees.count), amount_text(fees.amount), ""),
        ("Fees credited", number_text(credited.count), amount_text(credited.amount), ""),
        ("Late interest on open claims in cases", "", amount_text(summary.interest), ""),
        ("Handed over", number_text(handed.count), amount_text(handed.claims.amount),
         f"{number_text(handed.accepted)} accepted, {number_text(handed.rejected)} declined"),
        ("Received by the partner", number_text(handed.payments.count),
         amount_text(handed.payments.amount), ""),
        ("Tasks for people", number_text(sum(summary.tasks.values())), "", _reasons(summary.tasks)),
        ("Acts kept in", number_text(sum(summary.withheld.values())), "",
         _reasons(summary.withheld)),
    ]  # fmt: skip


def _left(summary: Summary) -> list[Row]:
    rows = [
        (f"Open: {STAGES[name][:1].lower()}{STAGES[name][1:]}", "", amount_text(amount), "")
        for name, amount in reversed(summary.open.items())
        if amount
    ]
    rows.append(("Open at the end", "", amount_text(summary.open_total), ""))
    rows.append(
        ("Days to pay", days_text(summary.days_to_pay), "",
         f"{days_text(summary.days_late)} from the due date")
    )  # fmt: skip
    return rows


def _reasons(counts: dict[str, int]) -> str:
    return ", ".join(f"{words(why)} {number_text(count)}" for why, count in counts.items())
