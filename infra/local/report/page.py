"""The report as one HTML page: nothing from elsewhere, no script, for screen and paper."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from infra.local.report.book import Book
from infra.local.report.contents import Kind, Report, StepCalls, assemble
from infra.local.report.markup import Markup, el
from infra.local.report.sections import after_steps, ageing, machinery, people, receivables
from infra.local.report.sections_cases import handed_over, one_case, paid_anyway
from infra.local.report.sections_money import came_in
from infra.local.report.summary import Summary
from infra.local.report.wording import (
    DASH,
    amount_text,
    counted,
    day_text,
    days_text,
    figures_text,
    number_text,
    share_text,
)  # fmt: skip
from shared.domain.money import Money

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(
    book: Book,
    figures: Mapping[str, Any],
    steps: Mapping[str, StepCalls] | None = None,
    *,
    kind: Kind = "demo",
    links: Mapping[str, str] | None = None,
) -> str:
    """The whole page.

    ``figures`` are the ``summary`` of the book, ``steps`` the AWS calls by step (``{"decide":
    {"runs": 3, "calls": {"dynamodb:Query": 1.0}}}``), ``links`` the letters and case files by act,
    as paths beside the page.
    """
    closing = Summary.model_validate(figures)
    return render(assemble(book, closing, steps or {}, kind=kind, links=links or {}))


def render(report: Report) -> str:
    """The HTML of a report."""
    summary = report.summary
    period = f"{day_text(summary.first)} {DASH} {day_text(summary.last)}"
    title = f"{summary.creditor}: receivables, {period}"
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", title),
        el("style", Markup(style)),
    )
    sections = [
        receivables(report), ageing(report), after_steps(report), paid_anyway(report),
        *([came_in(report.summary.money)] if report.summary.money else []),
        one_case(report), handed_over(report), people(report), machinery(report), _method(report),
    ]  # fmt: skip
    body = el("body", el("main", _masthead(report, period), _headline(report), *sections))
    return "<!DOCTYPE html>\n" + el("html", head, body, lang="en") + "\n"


def _masthead(report: Report, period: str) -> Markup:
    kind = "Replay of a foreign history" if report.kind == "replay" else "Closing report"
    return el(
        "header",
        el("p", f"{kind} · {counted(report.summary.days, 'day')}", class_="over"),
        el("h1", report.summary.creditor),
        el("p", f"Receivables and dunning, {period}", class_="period"),
        el("p", _in_words(report), class_="lead"),
    )


def _in_words(report: Report) -> str:
    """The run in three sentences, for whoever reads no further."""
    summary = report.summary
    sent = summary.reminded
    first = (
        f"Of {counted(summary.pulled.count, 'invoice')} worth"
        f" {amount_text(summary.pulled.amount)}, {number_text(summary.overdue.count)}"
        f" fell overdue with {amount_text(summary.overdue.amount)}."
    )
    second = (
        f" {counted(sent.contacts, 'reminder')} went to {counted(sent.debtors, 'debtor')},"
        f" and {amount_text(summary.collected)} came in after the due date."
    )
    handed = summary.handed_over
    third = (
        f" {counted(handed.cases, 'case')} went to the collection partner"
        f" with {amount_text(handed.claims.amount)}."
        if handed.cases
        else " No case had to go to a collection partner."
    )
    return first + second + third


def _headline(report: Report) -> Markup:
    summary = report.summary
    nothing = Money.zero(summary.currency)
    late = summary.open_total - summary.open.get("not_due", nothing)
    known = sum(one.known for one in summary.soon)
    crossed = sum(one.crossed for one in summary.soon)
    net = summary.fees.amount - summary.fees_credited.amount
    handed, credited = summary.handed_over, summary.fees_credited.count
    currency = summary.currency
    tiles = [
        ("Open at the end", figures_text(summary.open_total), currency,
         f"{share_text(late.amount, summary.open_total.amount)} of it overdue"),
        ("Received after the due date", figures_text(summary.collected), currency,
         f"of {amount_text(summary.overdue.amount)} ever overdue"),
        ("Reminders sent", number_text(summary.reminded.contacts), "",
         f"for {counted(summary.reminded.claims, 'invoice')}"),
        ("Reminded though known paid", number_text(known), "",
         f"{number_text(crossed)} crossed in the post"),
        ("Fees, less those credited", figures_text(net), currency,
         f"{number_text(summary.fees.count)} charged, {number_text(credited)} credited"),
        ("Late interest on open claims in cases", figures_text(summary.interest), currency,
         f"to {day_text(summary.last)}"),
        ("Handed over", number_text(handed.count), "",
         f"{number_text(handed.accepted)} accepted, {number_text(handed.rejected)} declined"),
        ("Days to pay", days_text(summary.days_to_pay), "",
         f"from issue; {days_text(summary.days_late)} past due"),
    ]  # fmt: skip
    return el(
        "section", *(_tile(*tile) for tile in tiles), class_="tiles", aria_label="Key figures"
    )


def _tile(name: str, figure: str, unit: str, note: str) -> Markup:
    value = el("p", figure, el("small", f"\u202f{unit}") if unit else None, class_="value")
    return el("div", el("h2", name), value, el("p", note, class_="note"))


_NOTES = """\
Amounts are principal, open at the end of each day by the day on which money was received; fees \
and interest are named where they are meant.
An invoice is overdue from the day after its due date; a due date on a weekend or bank holiday \
moves to the next banking day. Ages are counted from there.
A reminder counts for an invoice once it was sent and did not come back. Money of the very day of \
a reminder is counted before it: it was on its way already.
Days to pay are those of invoices settled by money in the period."""


def _method(report: Report) -> Markup:
    notes = _NOTES.splitlines()
    left_out = report.summary.left_out
    if left_out:
        notes.append(f"Left out: {counted(left_out, 'invoice')} in other currencies.")
    items = el("ul", *(el("li", note) for note in notes))
    return el("section", el("h2", "How this was counted"), items, class_="method")
