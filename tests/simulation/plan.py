"""What a seed means: who owes what, what they and others do on which day, and what goes wrong when.

A plan is a list of deeds, each of which can be left out: so a failing one is made short.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

# A Monday; the days of a plan are counted from it.
BEGIN = date(2026, 3, 2)
# After the last deed everything works again, and is lived on until all has come to its end.
DAYS, AFTER = 60, 75


@dataclass(frozen=True)
class Deed:
    """One thing that happens on a day: ``what``, and its particulars."""

    day: int
    what: str
    of: tuple = ()

    def __str__(self):
        told = ", ".join(f"{name} {value}" for name, value in self.of)
        return f"day {self.day:>2}: {self.what}" + (f" ({told})" if told else "")


@dataclass(frozen=True)
class Plan:
    """The deeds of a seed in the order of their days; ``bank`` says whether a bank is connected."""

    seed: int
    bank: bool
    deeds: tuple

    def without(self, number):
        return Plan(self.seed, self.bank, self.deeds[:number] + self.deeds[number + 1 :])


def deed(day, what, /, **of):
    return Deed(day, what, tuple(of.items()))


def plan_of(seed):
    """The plan of a seed: always the same."""
    random = Random(seed)
    deeds = [one for number in range(random.randint(1, 4)) for one in _invoice(random, number)]
    deeds += _outages(random) + _troubles(random)
    return Plan(seed, random.random() < 0.6, tuple(sorted(deeds, key=lambda one: one.day)))


def _invoice(random, number):
    """An invoice and what becomes of it: its debtor's character is drawn here."""
    name, day = str(1001 + number), random.randint(0, 12)
    total = Decimal(random.choice(["25.00", "80.00", "100.00", "340.50", "1200.00"]))
    due = day + random.choice([14, 14, 21])
    customer = f"C{random.randint(1, 2)}"
    yield deed(day, "invoice", number=name, customer=customer, total=str(total), due=due)
    character = random.choice(
        ["in time", "late", "late", "part", "never", "never", "dispute", "promise", "plan", "hold",
         "move", "credit", "flag", "stop", "bounce", "twice"]
    )  # fmt: skip
    later = due + random.randint(1, 40)
    yield from _characters(random, character, name, total, due, later)


def _characters(random, character, name, total, due, later):  # noqa: C901 - one case a character
    def pays(day, amount, **of):
        return deed(day, "pay", number=name, amount=str(amount), lag=random.randint(0, 3), **of)

    half = (total / 2).quantize(Decimal("0.01"))
    match character:
        case "in time":
            yield pays(due - random.randint(0, 3), total)
        case "late":
            yield pays(later, total)
        case "part":
            yield pays(later, half)
            yield pays(later + random.randint(1, 20), total - half)
        case "twice":
            yield pays(later, total)
            yield pays(later + random.randint(0, 3), total)
        case "dispute":
            yield deed(later, "dispute", number=name)
            outcome = random.choice(["rejected", "withdrawn"])
            yield deed(later + random.randint(3, 15), "settle", number=name, outcome=outcome)
        case "promise":
            until = later + random.randint(2, 12)
            yield deed(later, "promise", number=name, until=until)
            if random.random() < 0.5:
                yield pays(until - 1, total)
        case "plan":
            yield deed(later, "plan", number=name, first=later + 5)
            for month in range(random.randint(0, 3)):
                yield pays(later + 4 + 30 * month, (total / 3).quantize(Decimal("0.01")) + 1)
        case "hold":
            yield deed(later, "hold", number=name)
            yield deed(later + random.randint(1, 20), "release", number=name)
        case "move":
            yield deed(due + random.randint(0, 25), "move", number=name, due=due + 20)
        case "credit":
            part = random.choice([half, total])
            yield deed(later, "credit", number=name, amount=str(part))
        case "flag":
            yield deed(later, "flag", number=name)
            yield deed(later + random.randint(2, 25), "unflag", number=name)
        case "stop":
            yield deed(later, "stop", number=name)
            yield deed(later + random.randint(2, 25), "withdraw", number=name)
        case "bounce":
            yield deed(0, "bounce", customer=f"C{random.randint(1, 2)}")
        case _:
            pass


def _outages(random):
    found = []
    for what, chance in (("books", 0.3), ("bank", 0.2), ("partner", 0.3), ("mail", 0.3)):
        if random.random() < chance:
            day = random.randint(15, DAYS)
            how = random.choice(["throttled", "silent"]) if what == "mail" else "down"
            of = {"what": what, "how": how, "days": random.randint(1, 4)}
            found.append(deed(day, "outage", **of))
    return found


def _troubles(random):
    found = []
    kinds = ["kill_before", "kill_after", "kill_after", "throttle", "meanwhile", "meanwhile",
             "twice", "late", "lose", "double"]  # fmt: skip
    for _ in range(random.choice([0, 3, 8, 15])):
        kind = random.choice(kinds)
        most = {"double": 3, "twice": 25, "late": 25, "lose": 25}.get(kind, 160)
        day, nth = random.randint(5, DAYS + 20), random.randint(1, most)
        found.append(deed(day, "trouble", what=kind, nth=nth))
    return found
