"""The books and payments of the synthetic month: what is open, what was paid and what it meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from shared.domain.matching_parts import Credit, Item
from shared.domain.money import MINOR_UNITS, Money
from shared.domain.references import fi_reference, fik_id, kid, ocr_reference
from shared.domain.sighting import Remitted, Sighting

CURRENCY = {"FI": "EUR", "SE": "SEK", "NO": "NOK", "DK": "DKK"}
ACCOUNT = {"FI": "FI2112345600000785", "SE": "BGNR:54321234", "NO": "NO9386011117947",
            "DK": "DK5000400440116243"}  # fmt: skip

Meant = dict[str, Money]


@dataclass(frozen=True)
class Said:
    """What the payer says with the money; ``payer`` is an account, None for the debtor's own."""

    references: tuple[str, ...] = ()
    text: str = ""
    payer: str | None = None
    split: tuple[Remitted, ...] = ()


@dataclass(frozen=True)
class Paid:
    """One payment and the truth: ``meant`` are the invoices and how much of it each gets."""

    sighting: Sighting
    habit: str
    meant: Meant


@dataclass
class Ledger:
    """The creditor's books as they truly are: what is open, whose, and the credit notes."""

    items: dict[str, Item] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)
    of_debtor: dict[str, list[str]] = field(default_factory=dict)

    def owed(self, debtor: str) -> list[Item]:
        """What a debtor owes, the oldest first."""
        each = (self.items[one] for one in self.of_debtor.get(debtor, ()))
        return sorted((i for i in each if i.state != "closed"), key=lambda i: (i.due, i.invoice))

    def settle(self, meant: Meant) -> None:
        """Lower what is open; an item without principal is closed."""
        for invoice, amount in meant.items():
            item = self.items[invoice]
            left = item.open - min(amount, item.open)
            update = {"open": left} if left else {"open": left, "charges": None, "state": "closed"}
            self.items[invoice] = item.model_copy(update=update)


def reference_of(country: str, number: int) -> str:
    """A reference of the kind that a country's invoices bear."""
    match country:
        case "FI":
            return fi_reference(str(number))
        case "SE":
            return ocr_reference(str(number), length_digit=True)
        case "NO":
            return kid(f"00{number}", 11 if mod11_is_plain(number) else 10)
        case _:
            return fik_id("71", number)


def mod11_is_plain(number: int) -> bool:
    """Whether the KID by modulus 11 ends in a digit: an issuer skips those that end in a dash."""
    return not kid(f"00{number}", 11).endswith("-")


def at_least_a_cent(amount: Money) -> Money:
    """An amount, or the smallest one of its currency."""
    return max(amount, Money(Decimal(1).scaleb(-MINOR_UNITS[amount.currency]), amount.currency))
