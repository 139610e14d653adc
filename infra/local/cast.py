"""The demo's world: a creditor's customers, their invoices, and how each of them pays."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from infra.local.erp.books import Books
from infra.local.erp.entries import Customer, NewInvoice, Posted, Receipt
from infra.local.payers import Payment, booked_on, way_of

FIRST = date(2026, 3, 2)
LAST = date(2026, 4, 30)
START_LINE = date(2026, 2, 20)
TERM = 14
_SEED = 20260302
_CENT = Decimal("0.01")
# Days from the due date to the friendly reminder of the demo's policy.
_FRIENDLY = 8

_FIRST_NAMES = ("Aino", "Eero", "Helmi", "Juhani", "Kaisa", "Lauri", "Maria", "Niilo", "Oona",
                "Pekka", "Riikka", "Sami", "Tuula", "Veikko", "Anders", "Birgitta", "Christer",
                "Ebba", "Fredrik", "Gunilla", "Alice", "Brian", "Carol", "Daniel")  # fmt: skip
_LAST_NAMES = ("Aalto", "Heikkinen", "Koskela", "Laine", "Mattila", "Niemi", "Ojala", "Rinne",
               "Salo", "Tuominen", "Virta", "Lindqvist", "Nyman", "Sundström", "Holm",
               "Baker", "Carter", "Evans")  # fmt: skip
_COMPANIES = ("Kahvila Majakka Oy", "Puutyö Rannikko Oy", "Kuljetus Saaristo Oy",
              "Restaurang Fyren Ab", "Rakennus Tammi Oy", "Kukkakauppa Kielo Oy",
              "Konditori Solsidan Ab", "Autohuolto Vauhti Oy", "Kirjapaino Muste Oy",
              "Verkkokauppa Nuotio Oy")  # fmt: skip
_STREETS = ("Rantatie", "Koivukatu", "Kirkkokatu", "Satamakatu", "Storgatan", "Mäkitie")
_TOWNS = (("20100", "Turku"), ("21600", "Parainen"), ("00100", "Helsinki"), ("33100", "Tampere"),
          ("65100", "Vaasa"), ("22100", "Mariehamn"))  # fmt: skip

# How customers pay, and how many in a hundred invoices do so. Days count from the due date; the
# friendly word goes out on day 8, the fee-bearing reminder two weeks later.
HABITS: tuple[tuple[str, int], ...] = (
    ("on_time", 34), ("few_days_late", 16), ("after_friendly", 18), ("after_firm", 8),
    ("in_parts", 7), ("crossed", 4), ("credited", 3), ("credited_in_part", 2), ("never", 6),
    ("after_hand_over", 2),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """An invoice to come, and how it will be paid; ``chance`` spreads the days."""

    invoice: NewInvoice
    habit: str
    chance: float


@dataclass
class Cast:
    """The world as it goes on: what is booked on which day.

    A day's invoices are posted together and its payments booked as one bank statement, as an
    accountant does; everything else is one act by itself. ``payments`` are those to come, for
    whoever lets the bank and the provider see them. ``euro`` is the invoice of the test payment.
    """

    plans: list[Plan] = field(default_factory=list)
    receipts: list[tuple[date, Receipt]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    acts: list[tuple[date, Callable[[], object]]] = field(default_factory=list)
    books: Books | None = None
    posted: list[int] = field(default_factory=list)
    euro: int = 0

    def open_total(self) -> Decimal:
        """The total of open items as the ERP itself reckons it, in the company's currency."""
        open_ = self.books.open_amounts(self.posted) if self.books is not None else {}
        return sum(open_.values(), Decimal(0))

    def populate(self, books: Books, customers: int = 40, invoices: int = 110) -> None:
        """Create customers, plan invoices and payments, and book what the first day has.

        The same at every start.
        """
        dice = random.Random(_SEED)  # noqa: S311 - a repeatable world, nothing secret
        self.books = books
        people = [_hard_to_reach(_customer(dice, number), number) for number in range(customers)]
        ids = books.create_customers(people)
        self.names = {made: person.name for made, person in zip(ids, people, strict=True)}
        for habit in _habits(dice, invoices):
            issued = date(2026, 2, 9) + timedelta(days=dice.randrange(0, 64))
            invoice = NewInvoice(
                customer=dice.choice(ids),
                issued=issued,
                due=issued + timedelta(days=TERM),
                amount=Decimal(dice.randrange(1_500, 48_000)).scaleb(-2),
                description=dice.choice(_GOODS),
            )
            self.plans.append(Plan(invoice, habit, dice.random()))
        # One invoice from before the hub's time: it goes to a person, never to a letter.
        old = NewInvoice(
            customer=ids[0],
            issued=date(2026, 1, 5),
            due=date(2026, 1, 19),
            amount=Decimal("75.00"),
            description="Toimitus 1/2026",
        )
        self.plans.append(Plan(old, "never", 0.0))
        (ours,) = books.create_customers([_TESTER])
        self.names[ours] = _TESTER.name
        euro = NewInvoice(
            customer=ours,
            issued=FIRST,
            due=FIRST + timedelta(days=TERM),
            amount=Decimal("1.00"),
            description=_TESTER.name,
        )
        self.plans.append(Plan(euro, "on_time", _SOONEST))
        self.live(FIRST)

    def next_event(self, after: date) -> date | None:
        """The next day after ``after`` on which something is booked."""
        days = [plan.invoice.issued for plan in self.plans]
        days += [day for day, _ in [*self.receipts, *self.acts]]
        return min((day for day in days if day > after), default=None)

    def live(self, day: date) -> None:
        """Book everything up to a day."""
        self._post(day)
        receipts = [receipt for on, receipt in self.receipts if on <= day]
        self.receipts = [(on, one) for on, one in self.receipts if on > day]
        if receipts and self.books is not None:
            self.books.book_statement(receipts)
        acts = [act for on, act in self.acts if on <= day]
        self.acts = [(on, act) for on, act in self.acts if on > day]
        for act in acts:
            act()

    def at(self, on: date, act: Callable[[], object]) -> None:
        """Let something happen on a day."""
        self.acts.append((on, act))

    def _post(self, day: date) -> None:
        now = sorted((one for one in self.plans if one.invoice.issued <= day), key=_issued)
        self.plans = [one for one in self.plans if one.invoice.issued > day]
        if not now or self.books is None:
            return
        posted = self.books.post_invoices([plan.invoice for plan in now])
        for plan, one in zip(now, posted, strict=True):
            self.posted.append(one.id)
            if plan.invoice.description == _TESTER.name:
                self.euro = one.id
            self._plan_payments(plan, one)

    def _plan_payments(self, plan: Plan, posted: Posted) -> None:
        for booked, on, amount in _payments(plan):
            # What was paid before the hub's time only the books know.
            way = "desk" if on < FIRST else way_of(plan.chance, plan.habit)
            seen = booked_on(way, on, booked)
            self.receipts.append((seen, Receipt(posted.id, on, amount)))
            name = self.names[plan.invoice.customer]
            reference = posted.payment_reference.replace(" ", "")
            paid = Payment(posted.id, posted.number, reference, name, on, amount, way, seen)
            self.payments.append(paid)
        friendly = plan.invoice.due + timedelta(days=_FRIENDLY)
        on = friendly + timedelta(days=3)
        if plan.habit == "credited" and self.books is not None:
            self.at(on, partial(self.books.credit, posted.id, on))
        elif plan.habit == "credited_in_part" and self.books is not None:
            part = _part(plan.invoice.amount, 4)
            self.at(on, partial(self.books.credit_part, posted.id, on, part))


# The creditor's own customer, of whom one euro is asked and paid as a test, as early as may be.
_TESTER = Customer(
    name="Testimaksu", kind="company", language="fi", street="Rantakatu 1", postal_code="20100",
    city="Turku", email="testi@creditor.example", business_id=None,
)  # fmt: skip
_SOONEST = 0.97


def _issued(plan: Plan) -> date:
    return plan.invoice.issued


_GOODS = ("Maalit ja tarvikkeet", "Köysi ja heloitus", "Veneen talvisäilytys", "Huoltotarvikkeet",
          "Paint and fittings", "Rep och beslag")  # fmt: skip


def _customer(dice: random.Random, number: int) -> Customer:
    postal_code, city = dice.choice(_TOWNS)
    street = f"{dice.choice(_STREETS)} {dice.randrange(1, 90)}"
    if number % 4 == 0:
        name = _COMPANIES[number // 4 % len(_COMPANIES)]
        swedish = name.endswith("Ab")
        return Customer(
            name=name, kind="company", language="sv" if swedish else "fi", street=street,
            postal_code=postal_code, city=city, email=f"laskut{number}@{_domain(name)}",
            business_id=("fi_ytunnus", _business_id(1_000_000 + number * 137)),
        )  # fmt: skip
    first, last = dice.choice(_FIRST_NAMES), dice.choice(_LAST_NAMES)
    language = (
        "sv" if first in _FIRST_NAMES[14:20] else "en" if first in _FIRST_NAMES[20:] else "fi"
    )
    return Customer(
        name=f"{first} {last}", kind="person", language=language, street=street,
        postal_code=postal_code, city=city, email=f"asiakas{number}@post.example",
    )  # fmt: skip


def _hard_to_reach(customer: Customer, number: int) -> Customer:
    """Some have no e-mail address, and some have one from which everything comes back."""
    email = {0: None, 5: "bounce@simulator.amazonses.com"}.get(number % 13, customer.email)
    return replace(customer, email=email)


def _domain(name: str) -> str:
    plain = name.lower().translate(str.maketrans("äåö ", "aao-"))
    return f"{plain.rsplit('-', 1)[0]}.example"


def _business_id(body: int) -> str:
    """A Finnish business id with a right check digit (modulo 11, weights 7 9 10 5 8 4 2)."""
    digits = f"{body:07d}"
    rest = sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    if rest == 1:  # such a number is never given out
        return _business_id(body + 1)
    return f"{digits}-{0 if rest == 0 else 11 - rest}"


def _habits(dice: random.Random, invoices: int) -> list[str]:
    pool = [habit for habit, share in HABITS for _ in range(share)]
    habits = [pool[number * len(pool) // invoices] for number in range(invoices)]
    dice.shuffle(habits)
    return habits


def _payments(plan: Plan) -> Iterator[tuple[date, date, Decimal]]:
    """What comes in for an invoice: the day it is booked, the day it is received, the amount."""
    due, amount, chance = plan.invoice.due, plan.invoice.amount, plan.chance
    friendly = due + timedelta(days=_FRIENDLY)
    firm = friendly + timedelta(days=15)
    handed = firm + timedelta(days=19)
    in_one = {
        "on_time": due - timedelta(days=round(chance * 10)),
        "few_days_late": due + timedelta(days=1 + round(chance * 6)),
        "after_friendly": friendly + timedelta(days=2 + round(chance * 8)),
        "after_firm": firm + timedelta(days=3 + round(chance * 7)),
        "after_hand_over": handed + timedelta(days=4),
    }
    if plan.habit in in_one:
        yield in_one[plan.habit], in_one[plan.habit], amount
    elif plan.habit == "in_parts":
        half = _part(amount, 2)
        first, second = friendly + timedelta(days=4), firm + timedelta(days=6)
        yield first, first, half
        yield second, second, amount - half
    elif plan.habit == "crossed":
        # Paid on the very day of the fee-bearing reminder, booked two days later.
        yield firm + timedelta(days=2), firm, amount
    elif plan.habit == "credited_in_part":
        later = firm + timedelta(days=4)
        yield later, later, amount - _part(amount, 4)


def _part(amount: Decimal, parts: int) -> Decimal:
    return (amount / parts).quantize(_CENT)
