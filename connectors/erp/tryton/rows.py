"""What Tryton's records mean: parties, invoices, credit notes and payments in canonical form.

How Tryton keeps a receivable (trytond-account-invoice 8.2, each point seen on a running server):

* ``amount_to_pay`` nets the unreconciled receivable lines of the invoice and the payments linked
  to it; it is right at once, while ``state`` turns ``paid`` in a transaction of its own.
* A payment is a receivable line of a cash or statement journal. ``invoice_payments`` links it to
  its one invoice; a payment that was only reconciled by hand has no link, its share follows from
  the lines of the reconciliation. One that is cancelled or paid back keeps its line, and its link:
  the line of the money that went back stands in its reconciliation.
* A credit note is an invoice with a negative total. ``cancelled`` has two meanings: credited in
  full (``cancel_move`` belongs to a credit note) and voided (it does not).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.erp.tryton.rest import Row
from connectors.erp.tryton.settling import (
    invoice_of,
    kept_of,
    paid_by,
    settled_by,
    shares_of,
    signed,
)
from shared.domain.model import (
    Address,
    Allocation,
    Capacity,
    ClaimClass,
    CreditNote,
    DoNotDun,
    Invoice,
    Party,
    Payment,
)
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Reading:
    """How one connection reads records; ``connection`` begins every id."""

    connection: str
    country: str
    reference: str
    claim_class: ClaimClass
    capacities: Mapping[str, Capacity]
    sent_when_dated: bool = False

    def id(self, record: object) -> str:
        """The hub's id of a Tryton record, given its number."""
        return f"{self.connection}:{record}"

    def party(self, row: Row, identifiers: Iterable[Row]) -> Party:
        """A customer; ``identifiers`` are its public company numbers."""
        number = next(iter(identifiers), None)
        addresses = tuple(self._address(one) for one in row["addresses"] or ())
        contacts = [(one["type"], one["value"]) for one in row["contact_mechanisms"] or ()]
        consumer = self.capacity(row) == "consumer"
        language = row["lang"]["code"] if row["lang"] else None
        return Party(
            id=self.id(row["id"]),
            version=_version(row),
            kind="company" if number else "person" if consumer else "unknown",
            name=row["name"] or "",
            language=language[:2] if language else None,
            country=addresses[0].country if addresses else self.country,
            business_id=number["code"] if number else None,
            business_id_scheme=number["type"].upper() if number else None,
            emails=tuple(value for kind, value in contacts if kind == "email"),
            phones=tuple(value for kind, value in contacts if kind in {"phone", "mobile"}),
            addresses=addresses,
            customer_number=row["code"],
            do_not_dun=("customer_blocked",) if never_dunned(row) else (),
        )

    def capacity(self, party: Row) -> Capacity:
        """The capacity that the party's categories name; unknown when they name none or two."""
        names = {category["name"] for category in party["categories"] or ()}
        found = {self.capacities[name] for name in names if name in self.capacities}
        return found.pop() if len(found) == 1 else "unknown"

    def invoice(self, row: Row, party: Row) -> Invoice:
        """A posted, paid or cancelled customer invoice with a total of zero or more."""
        total = Money(row["total_amount"], row["currency"]["code"])
        lines = row["lines_to_pay"] or []
        open_lines = [line for line in lines if not line["reconciliation"]]
        cancelled, credited = _cancellation(row, total)
        reference = row[self.reference]
        return Invoice(
            id=self.id(row["id"]),
            version=_version(row),
            number=row["number"],
            debtor=self.id(row["party"]),
            issued=row["invoice_date"],
            sent=row["invoice_date"] if self.sent_when_dated else None,
            # Instalments: nothing counts as overdue before the last open one is.
            due=max((_due(line, row) for line in open_lines or lines), default=row["invoice_date"]),
            total=total,
            open=open_amount(row),
            credited=credited,
            written_off=settled_by(row, "write-off", total),
            cancelled=cancelled,
            state=row["state"],
            reference=reference.replace(" ", "") if reference else None,
            description=row["description"] or "",
            capacity=self.capacity(party),
            claim_class=self.claim_class,
            do_not_dun=("invoice_blocked",) if blocked(row) else (),
            payments=tuple(self.id(number) for number in paid_by(row)),
        )

    def credit_note(self, row: Row) -> CreditNote:
        """An invoice with a negative total, and what it settles."""
        currency = row["currency"]["code"]
        shares: dict[str, Decimal] = {}
        for line in row["lines_to_pay"] or ():
            for invoice, amount in shares_of(line, -signed(line)):
                shares[invoice] = shares.get(invoice, Decimal(0)) + amount
        return CreditNote(
            id=self.id(row["id"]),
            version=_version(row),
            number=row["number"],
            debtor=self.id(row["party"]),
            issued=row["invoice_date"],
            total=Money(-row["total_amount"], currency),
            allocations=self._allocations(shares.items(), currency),
            open=_left_of(row),
        )

    def payment(self, row: Row) -> Payment:
        """A receivable line of a cash or bank journal. Tryton knows one day for it."""
        own = row["account"]["company"]["currency"]
        currency = (row["second_currency"] or own)["code"]
        amount = Money(-signed(row), currency)
        kept = kept_of(row, amount)
        day = row["move"]["date"]
        return Payment(
            id=self.id(row["id"]),
            version=_version(row),
            debtor=self.id(row["party"]) if row["party"] else None,
            amount=kept or amount,
            value_date=day,
            booked=day,
            received=day,
            allocations=self._allocations(shares_of(row, kept.amount), currency),
            taken_back=not kept,
        )

    def _allocations(
        self, shares: Iterable[tuple[str, Decimal]], currency: str
    ) -> tuple[Allocation, ...]:
        return tuple(
            Allocation(invoice=self.id(invoice), amount=Money(amount, currency))
            for invoice, amount in shares
        )

    def _address(self, row: Row) -> Address:
        lines = tuple(line.strip() for line in (row["street"] or "").splitlines() if line.strip())
        return Address(
            lines=lines,
            postal_code=row["postal_code"] or "",
            city=row["city"] or "",
            country=(row["country"] or {}).get("code") or self.country,
        )


def open_amount(row: Row) -> Money:
    """What is open on an invoice, never negative: an overpaid invoice is paid."""
    amount = row["amount_to_pay"] if row["state"] == "posted" else Decimal(0)
    return Money(max(amount, Decimal(0)), row["currency"]["code"])


def _left_of(row: Row) -> Money:
    """What is left of a credit note, whose amounts are negative: nothing once it was paid out."""
    amount = -row["amount_to_pay"] if row["state"] == "posted" else Decimal(0)
    return Money(max(amount, Decimal(0)), row["currency"]["code"])


def blocked(row: Row) -> bool:
    """Whether Tryton's own dunning of one of the invoice's lines is blocked."""
    lines = row["lines_to_pay"] or ()
    return any(one["blocked"] for line in lines for one in line.get("dunnings") or ())


def never_dunned(party: Row) -> bool:
    """Whether the party's dunning procedure has no level: Tryton never duns it."""
    procedure = party.get("dunning_procedure")
    return procedure is not None and not procedure["levels"]


def flags(row: Row) -> tuple[DoNotDun, ...]:
    """Every reason on the invoice or its party not to dun it."""
    found: list[DoNotDun] = ["invoice_blocked"] if blocked(row) else []
    return (*found, "customer_blocked") if never_dunned(row["party"]) else tuple(found)


def _version(row: Row) -> str:
    changed = row["write_date"] or row["create_date"]
    return str(changed.isoformat())


def _due(line: Row, row: Row) -> Any:
    return line["maturity_date"] or row["invoice_date"]


def _cancellation(row: Row, total: Money) -> tuple[bool, Money | None]:
    """Whether the invoice was voided, and how much of it was credited."""
    if row["state"] != "cancelled":
        return False, settled_by(row, "revenue", total)
    move = row["cancel_move"]
    return (False, total) if move and invoice_of(move["origin"]) else (True, None)
