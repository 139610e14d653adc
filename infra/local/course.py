"""The course of the demo's days: customers, payers, the partner, the printer and a clerk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console

from infra.local import cast, setup
from infra.local.cast import Cast
from infra.local.first_day import CHECKED_ON, FirstDay
from infra.local.foresight import Foresight
from infra.local.hub import TENANT
from infra.local.partner_story import PartnerStory
from infra.local.payers import Payment
from infra.local.printer import Printer

if TYPE_CHECKING:
    from infra.local.demo import Installation

# The day on which the rest of the sixty days is foreseen.
FORESEEN_ON = date(2026, 3, 23)


class Course:
    """What happens around the hub, day by day, until nobody answers or matches any more.

    ``staffed_until`` is the last day on which people are at work; None: all days.
    """

    def __init__(
        self, world: Installation, people: Cast, staffed_until: date | None = None
    ) -> None:
        self._staffed_until = staffed_until or cast.LAST
        self._world, self._people = world, people
        self.begun = FirstDay(world.hub)
        self._story = PartnerStory(world.hub, world.partner, people)
        self._printer = _printer(world)
        self._foreseen: Foresight | None = None

    def live(self, day: date) -> None:
        """One day, before the hub reads its sources."""
        world, people = self._world, self._people
        staffed = day <= self._staffed_until
        if staffed:
            self.begun.live(day, f"{setup.ERP}:{people.euro}", people.open_total)
        people.live(day)
        if world.payers is not None:
            # Nobody is there to read a reference that is hard to read: it is left to explore.
            world.payers.plans += people.payments if staffed else map(_mistyped, people.payments)
            people.payments = []
            world.payers.live(day)
            if staffed:
                world.payers.clerk(day)
        self._story.live(day)
        self._printer.work(day)
        if day >= FORESEEN_ON and self._foreseen is None:
            self._foreseen = Foresight.ask(world.hub, (cast.LAST - day).days + 1)

    def next_event(self, day: date) -> date | None:
        """The next day after ``day`` on which somebody does something."""
        payers = self._world.payers
        days = [self._people.next_event(day), payers.next_event(day) if payers else None]
        return min((one for one in days if one is not None), default=None)

    def tell(self, console: Console) -> None:
        """What left on paper, what became of what was foreseen, and how the first days went."""
        folder, printer = self._world.folder, self._printer
        printer.work(cast.LAST)
        console.print(f"{len(printer.printed)} letters on paper     {printer.folder}")
        console.print(f"practice until now     {self.begun.practice(folder)}")
        if self._foreseen is not None:
            console.print(f"foreseen on {FORESEEN_ON}  {self._foreseen.picture(folder)}")
            verdicts = self._foreseen.verdicts(folder)
            console.print(f"  and what came of it: {verdicts.sentence()}")
        console.print(f"\nThe checklist on {CHECKED_ON}")
        for line in self.begun.points:
            console.print(f"  {line}")
        console.print(f"  {self.begun.approved} first contacts approved one by one")
        console.print("\nApproved by a second person")
        for words in dict.fromkeys(self._world.hub.approved):
            console.print(f"  {words}")


def _mistyped(payment: Payment) -> Payment:
    return replace(payment, way="typo") if payment.way == "transfer" else payment


def _printer(world: Installation) -> Printer:
    """The print partner at the other side of the letters' folder."""
    client, bucket = world.hub.stack.client("s3"), world.hub.outputs["InboxBucket"]
    prefix = f"{TENANT}/{setup.LETTER}/"
    return Printer(client, bucket, prefix, world.folder / "paper", ZoneInfo(setup.ZONE))
