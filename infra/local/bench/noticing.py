"""Noticing: how long the partner takes to hear of a payment, lived in the simulation.

From the instant at which a payment is read from the books until the partner takes its message.
The simulation lets a sweep come as soon as something is due: each that is needed, with the one that
is under way when the payment is read, is a minute of hub time at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import patch

from infra.local.bench.figures import Figure, Target

# Who may still send messages where every other wake-up is lost.
_CLOCKS = frozenset({"Tick", "Sweep"})
_PAYMENTS = 4


def figures(group: str) -> list[Figure]:
    """The sweeps that a notice waits for, as queues carry it, and where nothing else does."""
    ways = {
        "queues carry it": (sweeps(_PAYMENTS, lost=False), 2),
        "every message but the sweep's own is lost": (sweeps(_PAYMENTS, lost=True), 5),
    }
    return [
        Figure(
            group=group, name=f"from a payment that was read to the partner's notice: {how}",
            value=max(found), unit="sweeps (minutes of hub time, at most)",
            target=Target("at most", most), words=f"the most of {len(found)} payments",
        )
        for how, (found, most) in ways.items()
    ]  # fmt: skip


def sweeps(payments: int, *, lost: bool) -> list[int]:
    """For each of some payments of claims at a partner: the sweeps from its reading to the notice.

    ``lost``: no function but the sweep reaches another one by a queue.
    """
    run = import_module("tests.simulation.run")
    with run.standing() as wire, _noted(lost=lost) as notes:
        found = run.live(wire, _plan(payments)).found
    if found or len(notes.told) != payments:
        raise AssertionError(f"the plan is not lived as meant: {found}")
    return [after - notes.read[name] + 1 for name, after in sorted(notes.told.items())]


def _plan(payments: int) -> Any:
    """An invoice each, handed over, of which a part is paid to us."""
    deed = import_module("tests.simulation.characters").deed
    deeds = []
    for number in range(payments):
        name = str(1001 + number)
        owed = {"number": name, "customer": f"C{number}", "total": "80.00", "due": 14}
        deeds.append(deed(0, "invoice", **owed))
        deeds.append(deed(70 + number, "pay", number=name, amount="30.00", lag=1))
    in_order = tuple(sorted(deeds, key=lambda one: one.day))
    return import_module("tests.simulation.plan").Plan(0, bank=False, deeds=in_order)


@dataclass
class _Notes:
    """After how many sweeps each payment was read, and told, by the books' ids."""

    ticks: int = 0
    read: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def reading(self, pull: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def pulled(books: Any, cursor: Any, *, now: Any) -> Iterator[Any]:
            for page in pull(books, cursor, now=now):
                for fact in page.facts:
                    self.read.setdefault(fact.id, self.ticks)
                yield page

        return pulled

    def hearing(self, tell: Callable[..., Any]) -> Callable[..., Any]:
        def heard(partner: Any, message: Any, **of: Any) -> Any:
            if message.type == "payment.direct":
                self.told.setdefault(message.data["movement"], self.ticks)
            return tell(partner, message, **of)

        return heard

    def ticking(self, tick: Callable[..., None]) -> Callable[..., None]:
        def ticked(hub: Any) -> None:
            self.ticks += 1
            tick(hub)

        return ticked


def _losing(enqueue: Callable[..., None]) -> Callable[..., None]:
    """A hub whose functions, but for its clocks, reach no other one."""

    def sent(hub: Any, queue: str, body: Any) -> None:
        if hub.inside[-1][0] in _CLOCKS:
            enqueue(hub, queue, body)

    return sent


@contextmanager
def _noted(*, lost: bool) -> Iterator[_Notes]:
    theirs = import_module("tests.simulation.counterparts")
    hub, notes = import_module("tests.simulation.hub").Hub, _Notes()
    with (
        patch.object(theirs.Books, "pull", notes.reading(theirs.Books.pull)),
        patch.object(theirs.Partner, "tell", notes.hearing(theirs.Partner.tell)),
        patch.object(hub, "tick", notes.ticking(hub.tick)),
        patch.object(hub, "enqueue", _losing(hub.enqueue) if lost else hub.enqueue),
    ):
        yield notes
