"""The sections of the page about single cases: one told in full, hand-overs, reminders in vain."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from infra.local.report.contacts import all_steps
from infra.local.report.contents import Report
from infra.local.report.figures import Bar, bars
from infra.local.report.handovers import HandOver
from infra.local.report.markup import Markup, el, folded, join, table
from infra.local.report.sections import figure, section
from infra.local.report.sentences import Entry
from infra.local.report.story import Quiet, Story
from infra.local.report.timeline import timeline
from infra.local.report.wording import (
    DASH,
    amount_text,
    counted,
    day_text,
    figures_text,
    number_text,
    share_text,
    words,
)  # fmt: skip
from shared.domain.explain import Reason


def paid_anyway(report: Report) -> Markup | None:
    """Reminders that went to people who paid within the next three days anyway."""
    steps = report.summary.soon
    if not steps:
        return None
    whole = all_steps(list(steps))
    told = (
        f"Paid in full within three days after the sending: {number_text(whole.soon)} of"
        f" {counted(whole.claims, 'invoice-step')} in {counted(whole.contacts, 'reminder')},"
        " where an invoice counts once for each step that it was reminded in"
        f" ({share_text(whole.soon, whole.claims)}). For {number_text(whole.crossed)} the money had"
        " been received by then but no source knew of it yet; for"
        f" {number_text(whole.known)} it was known."
    )
    rows = [
        Bar(
            words(one.step).capitalize(), counted(one.contacts, "reminder"), "soon",
            Decimal(one.soon),
            f"{number_text(one.soon)} of {number_text(one.claims)}"
            f" · {share_text(one.soon, one.claims)}",
            Decimal(one.claims),
        )
        for one in steps
    ]  # fmt: skip
    picture = bars("soon", "Paid within three days after a reminder", told, rows)
    heads = ["Step", "Reminders", "Invoice-steps in them", "Paid within 3 days", "Share",
             "Crossed", "Known to be paid"]  # fmt: skip
    cells = [
        [words(one.step), *map(number_text, (one.contacts, one.claims, one.soon)),
         share_text(one.soon, one.claims), *map(number_text, (one.crossed, one.known))]
        for one in (*steps, whole)
    ]  # fmt: skip
    numbers = folded("The numbers", table("Paid within three days after a reminder", heads, cells))
    title = "Reminders to people who were about to pay"
    return section(title, told, figure(picture, numbers))


def one_case(report: Report) -> Markup | None:
    """A telling case on its time axis, every decision explained."""
    story = report.story
    if story is None:
        return None
    told = (
        f"{story.debtor}: {counted(len(story.numbers), 'invoice')} in one case. Each number is "
        "explained below, with the rules that the decision rested on."
    )
    entries = el(
        "ol",
        *(_entry(number, one, story, report.links) for number, one in _numbered(story)),
        class_="story",
    )
    return section("One case, day by day", told, figure(timeline(story)), entries, _quiet(story))


def handed_over(report: Report) -> Markup | None:
    """Every hand-over with the partner's answer."""
    rows = report.hand_overs
    if not rows:
        return None
    handed = report.summary.handed_over
    received = amount_text(handed.payments.amount)
    told = (
        f"{counted(handed.accepted, 'hand-over')} accepted, {number_text(handed.rejected)}"
        f" declined; the partner reported {received} of principal received."
    )
    currency = rows[0].principal.currency
    heads = ["Debtor", "Invoices", "Handed over", f"Principal ({currency})", "Interest", "Fees",
             "Answer", "Paid to the partner", "Case file"]  # fmt: skip
    head = el(
        "tr",
        *(el("th", text, scope="col", class_=_figure(text)) for text in heads),
    )
    body = [_handed_row(one, report.links) for one in rows]
    caption = el("caption", "Hand-overs; principal, interest and fees as of that day")
    whole = el("table", caption, el("thead", head), el("tbody", *body))
    return section("Handed over", told, el("div", whole, class_="wide"))


def _figure(head: str) -> str | None:
    figures = ("Principal", "Interest", "Fees", "Paid")
    return "figure" if head.startswith(figures) else None


def _handed_row(one: HandOver, links: Mapping[str, str]) -> Markup:
    answer = one.answer + (f" on {day_text(one.answered)}" if one.answered else "")
    amounts = (one.principal, one.interest, one.fees)
    link = links.get(one.act)
    return el(
        "tr",
        el("th", one.debtor, scope="row"),
        el("td", *(el("span", number, class_="whole") for number in one.numbers)),
        el("td", day_text(one.on)),
        *(el("td", figures_text(amount), class_="figure") for amount in amounts),
        el("td", answer),
        el("td", figures_text(one.paid), class_="figure"),
        el("td", el("a", "open", href=link) if link else DASH),
    )


def _numbered(story: Story) -> list[tuple[int, Entry]]:
    return list(enumerate(story.entries, start=1))


def _entry(number: int, one: Entry, story: Story, links: Mapping[str, str]) -> Markup:
    link = links.get(one.act)
    name = "Read the case file" if one.lane == "partner" else "Read the letter as sent"
    detail = one.detail[:1].upper() + one.detail[1:]
    return el(
        "li",
        el("span", str(number), class_=f"badge l-{one.lane}", aria_hidden="true"),
        el(
            "div",
            el("p", el("time", day_text(one.on), datetime=one.on.isoformat()), class_="when"),
            el("h3", one.title),
            el("p", detail) if detail else None,
            el("p", el("a", name, href=link)) if link else None,
            _because(one.because, story) if one.because else None,
        ),
    )


def _because(because: tuple[Reason, ...], story: Story) -> Markup:
    """The reasons of a decision: in plain words, then section, rule and facts."""
    return el("ul", *(_reason(one, story) for one in because), class_="because")


def _reason(one: Reason, story: Story) -> Markup:
    facts = "; ".join(
        f"{words(name)} {story.numbers.get(value, value)}" for name, value in one.facts.items()
    )
    parts: list[str] = [el("span", one.text[:1].upper() + one.text[1:], class_="plain")]
    if one.section:
        parts.append(el("span", one.section, class_="law"))
    parts.append(el("code", one.rule))
    if facts:
        parts.append(el("span", facts, class_="facts"))
    return el("li", join(*parts))


def _quiet(story: Story) -> Markup | None:
    """The decisions to do nothing, folded: they are most of them."""
    if not story.quiet:
        return None
    items = [_rest(one, story) for one in story.quiet]
    title = f"{counted(len(items), 'decision')} to wait, with their reasons"
    return folded(title, el("ol", *items, class_="quiet"))


def _rest(one: Quiet, story: Story) -> Markup:
    until = f" until {one.until}" if one.until else ""
    text = f"{day_text(one.on)}: waits{until} ({one.why})"
    return el("li", el("p", text), _because(one.because, story) if one.because else None)
