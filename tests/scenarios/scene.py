"""The scene of a story: its law, its clock, its case, and the one way to add events to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from shared.domain import telling
from shared.domain.case import Case
from shared.domain.events import CaseEvent
from shared.domain.ledger import Truth
from shared.domain.model import Capacity, Party
from shared.domain.money import Money
from shared.domain.policy import Step
from tests.scenarios.narration import lines, told
from tests.scenarios.places import LAW, ZONE, policy_of


class Scene:
    """One debtor of a creditor in a country; ``today`` begins with the first invoice."""

    def __init__(
        self,
        country: str = "FI",
        capacity: Capacity = "consumer",
        *steps: Step,
        person: bool | None = None,
        **terms: Any,
    ) -> None:
        self.law, self.zone = LAW[country], ZONE[country]
        self.policy = policy_of(country, steps, **terms)
        self.capacity = capacity
        natural = capacity != "business" if person is None else person
        self.party = Party(
            id="erp:debtor", version="1", kind="person" if natural else "company", name="x",
            country=country,
        )  # fmt: skip
        self.case = Case(id="c1")
        self.today = date.min
        self.truths: dict[str, Truth] = {}
        self.clauses: dict[str, date] = {}
        self.words: list[telling.Word] = []

    def append(self, events: Iterable[CaseEvent]) -> None:
        """The case after some events, each of them told."""
        before, made = self.case, list(events)
        for event in made:
            self.case = self.case.apply(event)
            for number, line in enumerate(lines(self.case, event)):
                print(line if number else f"{told(self.today)}  {line}")
        self.words += telling.told(before, made)

    def partner_hears(self) -> None:
        """What the partner was told since this was last asked."""
        for word in self.words:
            print(" ".join(part for part in (word.kind, word.data.get("reason", "")) if part))
        self.words.clear()

    def money(self, text: str) -> Money:
        """An amount in the country's currency."""
        return Money.of(text, self.law.currency)

    def now(self) -> datetime:
        """Ten in the morning of the day, on the debtor's clock."""
        return datetime.combine(self.today, datetime.min.time(), self.zone).replace(hour=10)

    def at(self) -> datetime:
        """The instant of the day's events."""
        return datetime.combine(self.today, datetime.min.time(), UTC).replace(hour=8)
