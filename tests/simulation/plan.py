"""What a seed means: who owes what, what they and others do on which day, and what goes wrong when.

A plan is a list of deeds, each of which can be left out: so a failing one is made short.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.simulation.characters import CHARACTERS, Owed, deed
from tests.simulation.settings import SETTINGS, STANDARD

# A Monday; the days of a plan are counted from it.
BEGIN = date(2026, 3, 2)
DAYS = 60
# So long after the last deed something may still go wrong, and so long after that all is lived on.
TROUBLED, AFTER = 30, 75
# Where things go wrong: functions, by how many calls they make at most or so, and queues.
FUNCTIONS = {
    "Remind": 12, "HandOver": 14, "Decide": 6, "Ask": 6, "Book": 8, "Match": 10, "Pull": 16,
    "Sweep": 8, "Deliver": 10, "ProcessInbox": 8, "Reconcile": 8, "ReceiveMailEvent": 6,
    "ReceivePartner": 5, "Admin": 8, "PollPartner": 6,
}  # fmt: skip
QUEUES = ("BookQueue", "MatchQueue", "PullQueue", "SweepQueue", "OutboxQueue", "InboxQueue",
          "ReconcileQueue")  # fmt: skip
_AT_CALLS = (
    "kill_before", "kill_after", "kill_after", "throttle", "meanwhile", "pay_meanwhile",
    "pay_meanwhile", "hold_meanwhile",
)  # fmt: skip
_TO_MESSAGES = ("twice", "late", "lose")


@dataclass(frozen=True)
class Plan:
    """The deeds of a seed in the order of their days; ``bank`` says whether a bank is connected.

    ``setting`` names where the creditor works. A ``neighbour`` is another creditor of the same
    stack, by its setting: it has the same invoices by the same names, and lives half of the deeds.
    """

    seed: int
    bank: bool
    deeds: tuple
    setting: str = STANDARD
    neighbour: str = ""

    def without(self, number):
        return replace(self, deeds=self.deeds[:number] + self.deeds[number + 1 :])


def day_of(number):
    return BEGIN + timedelta(days=number)


def plan_of(seed):
    """The plan of a seed: always the same."""
    random = Random(seed)  # noqa: S311 - whoever knows the seed shall know the plan
    deeds = [one for number in range(random.randint(1, 4)) for one in _invoice(random, number)]
    deeds += [*_outages(random), *_troubles(random)]
    bank = random.random() < 0.6
    setting = random.choice([STANDARD, *SETTINGS])
    neighbour = random.choice(["", "", "", random.choice([*SETTINGS])])
    return Plan(seed, bank, tuple(sorted(deeds, key=lambda one: one.day)), setting, neighbour)


def _invoice(random, number):
    """An invoice and what becomes of it: its debtor has one character, or two."""
    day, total = random.randint(0, 12), random.choice(["25.00", "80.00", "340.50", "1200.00"])
    due, name = day + random.choice([14, 14, 21]), str(1001 + number)
    customer = f"C{random.randint(1, 2)}"
    yield deed(day, "invoice", number=name, customer=customer, total=total, due=due)
    for character in random.sample(CHARACTERS, random.choice([1, 1, 2])):
        later = due + random.randint(1, 65)
        yield from character(Owed(random, name, Decimal(total), due, later))


def _outages(random):
    for what, chance in (("books", 0.3), ("bank", 0.2), ("partner", 0.3), ("mail", 0.3)):
        if random.random() < chance:
            day = random.randint(15, DAYS)
            how = random.choice(["throttled", "silent"]) if what == "mail" else "down"
            yield deed(day, "outage", what=what, how=how, days=random.randint(1, 4))
    if random.random() < 0.25:
        yield deed(random.randint(30, DAYS), "refusal", days=random.randint(3, 40))
    if random.random() < 0.2:
        yield deed(random.randint(5, DAYS), "garbage", row=f"row{random.randint(1, 9)}")


def _troubles(random):
    for _ in range(random.choice([0, 5, 15, 30])):
        what = random.choice([*_AT_CALLS, *_TO_MESSAGES, "double"])
        if what == "double":
            where, nth = "Executions", random.randint(1, 3)
        elif what in _TO_MESSAGES:
            where, nth = random.choice(QUEUES), random.randint(1, 3)
        else:
            where = random.choice(sorted(FUNCTIONS))
            nth = random.randint(1, FUNCTIONS[where])
        yield deed(random.randint(10, DAYS + 20), "trouble", what=what, where=where, nth=nth)
