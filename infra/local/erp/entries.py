"""The entries that an accountant makes, in plain values and in the form that Tryton wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from infra.local.erp.desk import Desk


@dataclass(frozen=True)
class Customer:
    """A customer to create. ``business_id`` is (Tryton's identifier type, code)."""

    name: str
    kind: Literal["person", "company", "unknown"] = "person"
    language: str = "fi"
    country: str = "FI"
    street: str = ""
    postal_code: str = ""
    city: str = ""
    email: str | None = None
    phone: str | None = None
    business_id: tuple[str, str] | None = None
    do_not_dun: bool = False


@dataclass(frozen=True)
class NewInvoice:
    """An invoice to post: one line of ``amount`` (gross, in ``currency``) due on ``due``."""

    customer: int
    issued: date
    due: date
    amount: Decimal
    reference: str = ""
    description: str = "Goods and services"
    currency: str = "EUR"


@dataclass(frozen=True)
class Receipt:
    """Money for one invoice as a bank statement shows it, in the creditor's currency."""

    invoice: int
    on: date
    amount: Decimal


@dataclass(frozen=True)
class Posted:
    """A posted invoice: Tryton's id, its number, and its ISO 11649 payment reference."""

    id: int
    number: str
    payment_reference: str


def party_entry(desk: Desk, customer: Customer) -> dict[str, Any]:
    """The party that Tryton is to create."""
    address = {
        "street_unstructured": customer.street, "postal_code": customer.postal_code,
        "city": customer.city, "country": desk.named("country.country", "code", customer.country),
    }  # fmt: skip
    contacts = [("email", customer.email), ("phone", customer.phone)]
    row: dict[str, Any] = {
        "name": customer.name,
        "lang": desk.named("ir.lang", "code", customer.language),
        "addresses": [["create", [address]]],
        "contact_mechanisms": [
            ["create", [{"type": kind, "value": value} for kind, value in contacts if value]]
        ],
        **procedure_entry(desk, stop=customer.do_not_dun),
    }
    if customer.kind != "unknown":
        category = "Consumer" if customer.kind == "person" else "Business"
        row["categories"] = [["add", [desk.named("party.category", "name", category)]]]
    if customer.business_id:
        kind, code = customer.business_id
        row["identifiers"] = [["create", [{"type": kind, "code": code}]]]
    return row


def procedure_entry(desk: Desk, *, stop: bool) -> dict[str, int]:
    """The party field that lets Tryton dun, or never dun, a customer."""
    name = "Do not dun" if stop else "Usual"
    return {"dunning_procedure": desk.named("account.dunning.procedure", "name", name)}


def invoice_entry(desk: Desk, invoice: NewInvoice, address: int) -> dict[str, Any]:
    """The draft invoice that Tryton is to create, addressed to the party's ``address``."""
    currency = desk.named("currency.currency", "code", invoice.currency)
    # Tryton's way to write a credit: a positive price and a negative quantity.
    line = {
        "type": "line", "currency": currency, "description": invoice.description,
        "account": desk.named("account.account", "code", "4.1.2"),
        "quantity": 1 if invoice.amount >= 0 else -1, "unit_price": abs(invoice.amount),
    }  # fmt: skip
    return {
        "type": "out", "party": invoice.customer, "invoice_address": address,
        "account": desk.named("account.account", "code", "1.2.1"), "currency": currency,
        "journal": desk.named("account.journal", "code", "REV"),
        "payment_term": desk.named("account.invoice.payment_term", "name", "On the due date"),
        "payment_term_date": invoice.due, "invoice_date": invoice.issued,
        "reference": invoice.reference or None, "description": invoice.description,
        "lines": [["create", [line]]],
    }  # fmt: skip
