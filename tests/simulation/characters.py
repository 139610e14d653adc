"""What debtors are like: the deeds of each character about one invoice, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Deed:
    """One thing that happens on a day: ``what``, and its particulars."""

    day: int
    what: str
    of: tuple = ()

    def __str__(self):
        told = ", ".join(f"{name} {value}" for name, value in self.of)
        return f"day {self.day:>2}: {self.what}" + (f" ({told})" if told else "")

    def code(self):
        """The call that makes this deed."""
        return f"deed({self.day}, {self.what!r}, **{dict(self.of)})".replace("'", '"')


def deed(day, what, /, **of):
    return Deed(day, what, tuple(of.items()))


@dataclass(frozen=True)
class Owed:
    """An invoice of a seed: its number, total and due day; ``later`` is a day after that."""

    random: Random
    number: str
    total: Decimal
    due: int
    later: int

    @property
    def half(self):
        return (self.total / 2).quantize(Decimal("0.01"))

    def does(self, day, what, /, **of):
        return deed(day, what, number=self.number, **of)

    def pays(self, day, amount, **of):
        return self.does(day, "pay", amount=str(amount), lag=self.random.randint(0, 3), **of)

    def soon(self, least, most):
        return self.later + self.random.randint(least, most)


def in_time(owed):
    yield owed.pays(owed.due - owed.random.randint(0, 3), owed.total)


def late(owed):
    yield owed.pays(owed.later, owed.total)


def in_parts(owed):
    yield owed.pays(owed.later, owed.half)
    yield owed.pays(owed.soon(1, 20), owed.total - owed.half)


def twice(owed):
    yield owed.pays(owed.later, owed.total)
    yield owed.pays(owed.soon(0, 3), owed.total)


def without_reference(owed):
    yield owed.pays(owed.later, owed.total, marked="no")


def takes_it_back(owed):
    yield owed.pays(owed.later, owed.total)
    yield owed.does(owed.soon(5, 15), "take_back")


def never(_):
    return ()


def disputes(owed):
    yield owed.does(owed.later, "dispute")
    outcome = owed.random.choice(["rejected", "withdrawn"])
    yield owed.does(owed.soon(3, 15), "settle", outcome=outcome)


def promises(owed):
    until = owed.soon(2, 12)
    yield owed.does(owed.later, "promise", until=until)
    if owed.random.random() < 0.5:
        yield owed.pays(until - 1, owed.total)


def plans(owed):
    yield owed.does(owed.later, "plan", first=owed.later + 5)
    for month in range(owed.random.randint(0, 3)):
        part = (owed.total / 3).quantize(Decimal("0.01")) + 1
        yield owed.pays(owed.later + 4 + 30 * month, part)


def is_let_be(owed):
    yield owed.does(owed.later, "hold")
    yield owed.does(owed.soon(1, 20), "release")


def asks_to_stop(owed):
    yield owed.does(owed.later, "stop")
    yield owed.does(owed.soon(2, 25), "withdraw")


def goes_bankrupt(owed):
    yield owed.does(owed.later, "circumstance", kind=owed.random.choice(["bankruptcy", "deceased"]))


def gets_more_time(owed):
    day = owed.due + owed.random.randint(0, 25)
    yield owed.does(day, "move", due=owed.due + 20)


def gets_a_credit(owed):
    part = owed.random.choice([owed.half, owed.total])
    yield owed.does(owed.later, "credit", amount=str(part))


def is_blocked(owed):
    yield owed.does(owed.later, "flag")
    yield owed.does(owed.soon(2, 25), "unflag")


def moves_away(owed):
    yield deed(0, "bounce", customer=f"C{owed.random.randint(1, 2)}")


def pays_the_partner(owed):
    day = owed.due + owed.random.randint(45, 75)
    amount = str(owed.random.choice([owed.total, owed.half]))
    yield owed.does(day, "partner_pays", amount=amount, lag=owed.random.randint(0, 3))
    if owed.random.random() < 0.5:
        code = owed.random.choice(["PAID_FULL", "UNCOLLECTABLE", "WITHDRAWN_CREDITOR"])
        yield owed.does(day + owed.random.randint(1, 10), "partner_closes", code=code)


def pays_a_partner_who_keeps_its_fee(owed):
    day = owed.due + owed.random.randint(45, 75)
    for _ in range(owed.random.randint(1, 2)):
        part = owed.random.choice([owed.total, owed.half, (owed.total / 3).quantize(_CENT)])
        yield owed.does(day, "partner_collects", amount=str(part))
        day += owed.random.randint(0, 8)
    fee = owed.random.choice(["0", "8", "20"])
    named = owed.random.choice(["claim", "whole"])
    booked, lag = owed.random.choice(["whole", "net"]), owed.random.randint(0, 3)
    yield deed(day, "partner_remits", fee=fee, named=named, booked=booked, lag=lag)


def is_called_back(owed):
    day = owed.due + owed.random.randint(40, 70)
    yield owed.does(day, "recall", lag=owed.random.choice([0, 1, 5, 20]))
    part, soon = owed.random.choice([owed.total, owed.half]), day + owed.random.randint(0, 4)
    if owed.random.random() < 0.5:
        yield owed.pays(soon, part)
    else:
        yield owed.does(soon, "partner_collects", amount=str(part))
        later = day + owed.random.randint(4, 12)
        yield deed(later, "partner_remits", fee="20", named="claim", booked="whole", lag=1)


def pays_at_the_end(owed):
    day = owed.due + owed.random.randint(40, 75)
    yield owed.pays(day, owed.random.choice([owed.total, owed.half]))


CHARACTERS = (
    in_time, late, late, in_parts, never, never, disputes, promises, plans, is_let_be,
    gets_more_time, gets_a_credit, is_blocked, asks_to_stop, moves_away, twice, pays_the_partner,
    pays_the_partner, pays_at_the_end, pays_at_the_end, without_reference, takes_it_back,
    goes_bankrupt, pays_a_partner_who_keeps_its_fee, pays_a_partner_who_keeps_its_fee,
    is_called_back, is_called_back,
)  # fmt: skip
