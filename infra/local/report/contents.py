"""What one report holds, put together from a book and from what only the run itself knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.local.report.book import Book
from infra.local.report.handovers import HandOver, hand_overs
from infra.local.report.history import Day, history
from infra.local.report.story import Story, tell, telling
from infra.local.report.summary import Summary

Kind = Literal["demo", "replay"]


# By step of the machinery: its ``runs``, and its ``calls`` by name, on average per run.
StepCalls = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the page shows. ``links`` leads from an act to its letter or case file."""

    kind: Kind
    summary: Summary
    days: tuple[Day, ...]
    story: Story | None
    hand_overs: tuple[HandOver, ...]
    calls: Mapping[str, StepCalls]
    links: Mapping[str, str]


def assemble(
    book: Book,
    figures: Summary,
    calls: Mapping[str, StepCalls],
    *,
    kind: Kind,
    links: Mapping[str, str],
) -> Report:
    """The report of a book and its closing figures.

    ``links`` are paths relative to the page, by act; one that leads to another host or scheme is
    left out, for the page shows nothing from elsewhere.
    """
    chosen = telling(book)
    return Report(
        kind=kind,
        summary=figures,
        days=tuple(history(book)),
        story=None if chosen is None else tell(book, chosen),
        hand_overs=tuple(hand_overs(book)),
        calls=calls,
        links={act: link for act, link in links.items() if _beside(link)},
    )


def _beside(link: str) -> bool:
    return ":" not in link and not link.startswith(("/", "\\"))
