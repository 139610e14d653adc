"""How the demo's payers pay, and what each feed sees of it: the bank, the provider, and the books.

A transfer is on the bank's files the next morning and in the books some days later; a card payment
is told by webhook at once, paid out by the provider after days, and booked then; what is paid at
the desk only the books know. So the same money is seen once, twice or three times.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from infra.local.bank import Bank, Transfer
from infra.local.hub import TENANT, ApiError, Hub
from infra.local.setup import BANK, PAYOUT_NAME, STRIPE
from infra.local.stripe import Stripe
from shared.domain.calendar import is_banking_day
from shared.domain.money import Money

_PAYOUT_AFTER = timedelta(days=3)
_CLERK_AFTER = timedelta(days=2)
_DAY = timedelta(days=1)

Way = Literal["transfer", "text", "typo", "card", "desk"]


@dataclass(frozen=True)
class Payment:
    """One payment as it really was: the truth that the hub must arrive at.

    ``booked`` is the day on which the accountant has it in the books.
    """

    invoice: int
    number: str
    reference: str
    name: str
    on: date
    amount: Decimal
    way: Way
    booked: date


@dataclass
class Payers:
    """The payers, the bank and the provider, day by day; ``done`` is what has been paid so far."""

    hub: Hub
    bank: Bank
    stripe: Stripe
    secret: str
    erp: str
    plans: list[Payment] = field(default_factory=list)
    done: list[Payment] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)
    _closed: date = date.min
    _payouts: list[tuple[date, Decimal]] = field(default_factory=list)
    _typos: list[tuple[date, Payment]] = field(default_factory=list)
    _told: int = 0

    @property
    def webhook(self) -> str:
        """Where the provider sends its events."""
        return f"{self.hub.api}/v1/hooks/{TENANT}/{STRIPE}"

    def open(self, day: date) -> None:
        """The bank's first statement, of the day before the first: nothing has happened yet."""
        self._closed = day - _DAY
        self.bank.close(self._closed, [])

    def next_event(self, after: date) -> date | None:
        """The next day after ``after`` on which a payment is seen by somebody."""
        days = [one.on if one.way == "card" else _next_bank_day(one.on) for one in self.plans]
        days += [_next_bank_day(day) for day, _ in self._payouts]
        days += [day + _CLERK_AFTER for day, _ in self._typos]
        return min((day for day in days if day > after), default=None)

    def live(self, day: date) -> None:
        """All up to the morning of a day: its cards, and the bank to the evening before it."""
        desk = [one for one in self.plans if one.way == "desk" and one.booked <= day]
        self.plans = [one for one in self.plans if one not in desk]
        self._note(desk)
        self._cards(day)
        while self._closed < day - _DAY:
            self._closed += _DAY
            if is_banking_day("FI", self._closed):
                self.bank.close(self._closed, self._transfers(self._closed))

    def clerk(self, day: date) -> None:
        """A person matches, some days later, what carried a mistyped reference."""
        due = [one for on, one in self._typos if on + _CLERK_AFTER <= day]
        self._typos = [(on, one) for on, one in self._typos if on + _CLERK_AFTER > day]
        for one in due:
            listed = self.hub.call("GET", "/v1/payments?state=unapplied")["payments"]
            listed += self.hub.call("GET", "/v1/payments?state=waiting")["payments"]
            amount = {"amount": str(one.amount), "currency": "EUR"}
            for found in listed:
                if found["amount"] == amount and found["id"].startswith(f"{BANK}:"):
                    parts = [{"invoice": f"{self.erp}:{one.invoice}", "amount": amount}]
                    body = {"allocations": parts, "reason": "reference_mistyped"}
                    self.hub.call("POST", f"/v1/payments/{found['id']}/match", body)
                    break

    def really(self) -> dict[str, Money]:
        """What has been paid for each invoice and seen by somebody, by the hub's id of it."""
        paid: dict[str, Money] = {}
        for one in self.done:
            invoice, amount = f"{self.erp}:{one.invoice}", Money(one.amount, "EUR")
            paid[invoice] = paid[invoice] + amount if invoice in paid else amount
        return paid

    def _transfers(self, day: date) -> list[Transfer]:
        """What is on the account on the evening of a bank day."""
        now = [one for one in self.plans if one.way not in {"card", "desk"} and one.on <= day]
        self.plans = [one for one in self.plans if one not in now]
        self._typos += [(_next_bank_day(day), one) for one in now if one.way == "typo"]
        self._note(now)
        payouts = [amount for on, amount in self._payouts if on <= day]
        self._payouts = [(on, amount) for on, amount in self._payouts if on > day]
        provider = [Transfer(amount, PAYOUT_NAME, text="STRIPE PAYOUT") for amount in payouts]
        return [*(_transfer(one) for one in now), *provider]

    def _cards(self, day: date) -> None:
        """Card payments of the day, by the hub's own link; then the webhooks, one of them twice."""
        now = [one for one in self.plans if one.way == "card" and one.on <= day]
        self.plans = [one for one in self.plans if one not in now]
        at = datetime.combine(day, time(6), tzinfo=UTC)
        self.stripe.set_clock(int(at.timestamp()))
        for one in now:
            link = self._link(one)
            if link is None:  # nobody was reminded yet: a transfer like any other
                self.plans.append(Payment(**{**_fields(one), "way": "transfer"}))
                continue
            cents = int(Decimal(link["amount"]["amount"]).scaleb(2))
            carried = {"dunlin_claim": f"{self.erp}:{one.invoice}", "reference": one.reference}
            self.stripe.tell("pay", amount=cents, metadata=carried, name=one.name)
            self._payouts.append((day + _PAYOUT_AFTER, Decimal(cents).scaleb(-2)))
            self._note([one])
        if now:
            self._tell()

    def _link(self, one: Payment) -> dict[str, Any] | None:
        """The payment link of the invoice's claim, None while it is in no case or not open."""
        claim = f"{self.erp}:{one.invoice}"
        row = self.hub.stack.client("dynamodb").get_item(
            TableName=self.hub.table,
            Key={"pk": {"S": f"T#{TENANT}#INV#{claim}"}, "sk": {"S": "FACT"}},
        )
        case = row.get("Item", {}).get("case_id", {}).get("S")
        if case is None:
            return None
        try:
            made: dict[str, Any] = self.hub.call(
                "POST", f"/v1/cases/{case}/payment-links", {"claim": claim}
            )
        except ApiError:
            return None
        return made

    def _tell(self) -> None:
        """Webhooks as they come in life: the new ones, and once more the last old one."""
        again = max(0, self._told - 1)
        statuses = self.stripe.deliver(self.webhook, self.secret, since=again)
        self._told = again + len(statuses)
        if any(status != 200 for status in statuses):
            raise RuntimeError(f"a webhook was refused: {statuses}")

    def _note(self, payments: list[Payment]) -> None:
        self.done += payments
        self.ways.update(one.way for one in payments)


def way_of(chance: float, habit: str) -> Way:
    """How somebody pays; ``chance`` in [0, 1) spreads the ways."""
    point = (chance * 7) % 1
    if habit in {"after_friendly", "after_firm"} and point < 0.45:
        return "card"
    if point < 0.1:
        return "desk"
    if point > 0.97:
        return "typo"
    return "text" if point > 0.85 else "transfer"


def booked_on(way: Way, on: date, planned: date) -> date:
    """When the accountant has a payment in the books, at the earliest."""
    if way == "desk":
        return planned
    if way == "card":
        return max(planned, on + _PAYOUT_AFTER + _DAY)
    return max(planned, _next_bank_day(on))


def _transfer(one: Payment) -> Transfer:
    if one.way == "text":
        return Transfer(one.amount, one.name, text=f"Lasku {one.number}")
    reference = _mistyped(one.reference) if one.way == "typo" else one.reference
    return Transfer(one.amount, one.name, reference=reference)


def _mistyped(reference: str) -> str:
    """The reference with its last two characters the wrong way round, and so no valid one."""
    swapped = reference[:-2] + reference[-1] + reference[-2]
    return swapped if swapped != reference else reference[:-1] + str((int(reference[-1]) + 1) % 10)


def _next_bank_day(day: date) -> date:
    """The first morning on which the bank's file shows money of a day."""
    shown = day
    while not is_banking_day("FI", shown):
        shown += _DAY
    return shown + _DAY


def _fields(one: Payment) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}
