"""A row of ``salesinvoicelist.nv``: the only place where Netvisor states what is open.

Source: https://support.netvisor.fi/en/support/solutions/articles/77000554148. ``InvoiceSum`` and
``OpenSum`` are euros; with ``replyoption=2`` an invoice in another currency has both in its own
under ``AdditionalInformation``. A credit note has them below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.erp.netvisor.fields import Fields, Odd
from connectors.xml_door import Element
from shared.domain.model import DoNotDun
from shared.domain.money import Money

# InvoiceStatus values of an invoice; the others (delivered, billed...) are those of orders.
STATES = frozenset({"open", "paid", "unsent", "creditloss", "rejected", "archived"})
_BASE = "EUR"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says of one invoice or credit note; amounts keep their sign."""

    key: int
    number: str
    issued: date
    due: date | None
    status: str
    substatus: str
    collected: bool
    customer: int
    total: Money
    open: Money

    @property
    def state(self) -> str:
        """Netvisor's own words, for people."""
        return f"{self.status}/{self.substatus}" if self.substatus else self.status

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.total.amount < 0

    @property
    def flags(self) -> tuple[DoNotDun, ...]:
        """Why it is not to be dunned, as far as the list knows."""
        return ("with_other_collector",) if self.collected else ()

    @property
    def owed(self) -> Money:
        """What is open, never below zero: an overpaid invoice is paid."""
        return max(self.open, Money.zero(self.open.currency))


def read_listed(element: Element) -> Listed:
    """The row of an element. Raises ``Odd`` (the field, a fixed sentence)."""
    fields = Fields(element)
    status = fields.needed("invoicestatus").lower()
    if status not in STATES:
        raise Odd("invoicestatus", "the status is none of an invoice")
    substatus = fields.attribute("invoicestatus", "substatus").lower()
    issued = fields.day("invoicedate")
    if issued is None:
        raise Odd("invoicedate", "the value is missing")
    total, rest = _amounts(fields)
    return Listed(
        key=fields.key("netvisorkey"),
        number=fields.needed("invoicenumber"),
        issued=issued,
        due=fields.day("invoiceduedate"),
        status=status,
        substatus=substatus,
        collected=substatus == "collected"
        or fields.attribute("invoicestatus", "isincollection") == "1",
        customer=fields.key("customernetvisorkey"),
        total=total,
        open=rest,
    )


def _amounts(fields: Fields) -> tuple[Money, Money]:
    own = fields.sub("additionalinformation")
    currency = own.attribute("invoicecurrencysum", "currencycode").upper()
    if not currency or currency == _BASE:
        return money(fields, "invoicesum", _BASE), money(fields, "opensum", _BASE)
    if own.attribute("opencurrencysum", "currencycode").upper() != currency:
        raise Odd("opencurrencysum", "what is open is not stated in the invoice's currency")
    return money(own, "invoicecurrencysum", currency), money(own, "opencurrencysum", currency)


def money(fields: Fields, name: str, currency: str) -> Money:
    """A field as money, exact in its currency. Raises ``Odd``."""
    number = fields.number(name)
    try:
        return Money(number, currency)
    except ValueError:
        raise Odd(name, "the amount is not one of its currency") from None
