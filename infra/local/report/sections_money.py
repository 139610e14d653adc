"""The section of the page about money: what each source saw, and that it was booked once."""

from __future__ import annotations

from infra.local.report.markup import Markup, el, table
from infra.local.report.money_in import MoneyIn, lines
from infra.local.report.sections import section
from infra.local.report.wording import amount_text, counted, number_text


def came_in(money: MoneyIn) -> Markup:
    """Money in: the sources, how often the same money was seen, and the check."""
    seen = sum(tally.count for tally in money.sources.values())
    told = (
        f"{counted(len(money.sources), 'source')} saw money for invoices {counted(seen, 'time')};"
        f" it was {counted(money.booked.count, 'payment')}, each booked once:"
        f" {amount_text(money.booked.amount)}."
    )
    rows = [
        [label, number_text(tally.count), amount_text(tally.amount)]
        for label, tally in lines(money)
    ]
    numbers = table("Money in", ["", "Count", "Amount"], rows)
    return section("Money in, each euro once", told, numbers, _check(money))


def _check(money: MoneyIn) -> Markup | None:
    if not money.checked:
        return None
    wrong = len(money.differences)
    text = (
        f"Held against what payers really paid on {counted(money.checked, 'invoice')}:"
        f" {number_text(wrong)} differ"
    )
    return el("p", f"{text} ({', '.join(money.differences)})." if wrong else f"{text}.")
