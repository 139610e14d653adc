"""Totals of a preview: contacts, fees and hand-overs by day and segment, and who rests and why."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from shared.domain.money import Money
from shared.domain.preview import Act, Walk


class Segment(NamedTuple):
    """Cases that are counted together: the debtor's capacity, the law's country, the currency."""

    capacity: str
    country: str
    currency: str


@dataclass(slots=True)
class Cell:
    """What one day brings to one segment; amounts are in the segment's currency.

    ``fees`` is what the contacts charge, ``handed`` the open principal that goes to the partner.
    """

    fees: Money
    handed: Money
    contacts: int = 0
    hand_overs: int = 0
    asks: int = 0

    @classmethod
    def empty(cls, currency: str) -> Cell:
        """Nothing yet."""
        return cls(Money.zero(currency), Money.zero(currency))

    def take(self, act: Act) -> None:
        """Count one act."""
        match act.kind:
            case "remind":
                self.contacts += 1
                self.fees = self.fees if act.fee is None else self.fees + act.fee
            case "hand_over":
                self.hand_overs += 1
                self.handed += act.amount
            case _:
                self.asks += 1

    def join(self, other: Cell) -> None:
        """Count what another has counted as well."""
        self.fees += other.fees
        self.handed += other.handed
        self.contacts += other.contacts
        self.hand_overs += other.hand_overs
        self.asks += other.asks

    def plain(self) -> dict[str, Any]:
        """As JSON; amounts as plain decimal texts."""
        return {
            "contacts": self.contacts,
            "fees": str(self.fees.amount),
            "hand_overs": self.hand_overs,
            "handed": str(self.handed.amount),
            "asks": self.asks,
        }


@dataclass(slots=True)
class Totals:
    """The sums over any number of cases; their size grows with days and segments alone."""

    cases: int = 0
    cells: dict[tuple[date, Segment], Cell] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    rests: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    def add(self, one: Walk) -> None:
        """Count a case's days ahead."""
        self.cases += 1
        self.rests[one.rests] += 1
        segment = Segment(one.capacity, one.country, one.currency)
        for act in one.acts:
            at = (act.on, segment)
            if at not in self.cells:
                self.cells[at] = Cell.empty(one.currency)
            self.cells[at].take(act)
            if act.kind == "ask":
                self.asked[act.why] += 1
            if act.kept:
                self.kept[act.kept] += 1

    def plain(self) -> dict[str, Any]:
        """As JSON: sums, a row a day and segment in order, and the reasons by their counts."""
        return {
            "cases": self.cases,
            "days": list(self._rows()),
            "sums": self._sums(),
            "asked": dict(sorted(self.asked.items())),
            "rests": dict(sorted(self.rests.items())),
            "kept": dict(sorted(self.kept.items())),
        }

    def _rows(self) -> Iterator[dict[str, Any]]:
        for (on, segment), cell in sorted(self.cells.items(), key=operator.itemgetter(0)):
            yield {"on": on.isoformat(), **segment._asdict(), **cell.plain()}

    def _sums(self) -> list[dict[str, Any]]:
        sums: dict[Segment, Cell] = {}
        for (_, segment), cell in self.cells.items():
            sums.setdefault(segment, Cell.empty(segment.currency)).join(cell)
        return [{**segment._asdict(), **sums[segment].plain()} for segment in sorted(sums)]


def read(plain: Mapping[str, Any]) -> Totals:
    """The totals that were written as JSON, to go on counting."""
    found = Totals(
        cases=plain["cases"], asked=Counter(plain["asked"]), rests=Counter(plain["rests"]),
        kept=Counter(plain.get("kept", {})),
    )  # fmt: skip
    for row in plain["days"]:
        segment = Segment(row["capacity"], row["country"], row["currency"])
        found.cells[date.fromisoformat(row["on"]), segment] = Cell(
            fees=Money.of(row["fees"], segment.currency),
            handed=Money.of(row["handed"], segment.currency),
            contacts=row["contacts"],
            hand_overs=row["hand_overs"],
            asks=row["asks"],
        )
    return found
