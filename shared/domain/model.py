"""The canonical facts that connectors deliver: parties, agreements, invoices, money movements."""

from __future__ import annotations

import operator
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.money import Money

T = TypeVar("T")


class PersonalMark:
    """Marks a field as personal data; see ``Personal``."""


# A personal value stands only in party and document records: never in an event, an index, a
# queue, a log or a name. A test walks the models for this mark.
Personal = Annotated[T, PersonalMark()]

# The capacity in which a debtor owes a claim. It belongs to the claim and not to the customer: a
# sole trader has both. ``unknown`` is treated as consumer wherever the law protects more.
Capacity = Literal["consumer", "business", "public", "unknown"]

ClaimClass = Literal[
    "goods", "service", "electricity", "heat", "water", "telecom", "rent", "public_law",
    "insurance", "consumer_credit", "other",
]  # fmt: skip

CreditorKind = Literal["business", "public", "association", "person"]

# What a channel needs to know of a debtor: a mail address, a phone number, a place; nothing where
# it is no channel.
AddressKind = Literal["email", "phone", "postal", ""]

InvoiceStatus = Literal[
    "draft", "open", "partly_paid", "paid", "credited", "cancelled", "written_off"
]

# Why an ERP says that a customer or an invoice must not be dunned; kept as a reason, not a bool.
DoNotDun = Literal[
    "customer_blocked", "invoice_blocked", "collection_prohibited", "disputed", "promised",
    "factored", "with_other_collector", "other",
]  # fmt: skip

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s#\x00-\x1f]+$")]


class Address(Record):
    """A postal address. ``country`` is ISO 3166-1 alpha-2."""

    lines: Personal[tuple[str, ...]]
    postal_code: Personal[str] = ""
    city: Personal[str] = ""
    country: str = Field(pattern=r"^[A-Z]{2}$")
    protected: bool = False


class Party(Record):
    """A debtor as the source knows it: the one place for names and contact details.

    ``id`` is ``<connection>:<external id>``. ``language`` is ISO 639-1 or None. ``business_id`` is
    a company's public number with its scheme (``FI_YTUNNUS``); a person's national id is not here.
    """

    id: Id
    version: str
    kind: Literal["person", "company", "public", "estate", "unknown"]
    name: Personal[str]
    language: str | None = None
    country: str = Field(pattern=r"^[A-Z]{2}$")
    business_id: str | None = None
    business_id_scheme: str | None = None
    emails: Personal[tuple[str, ...]] = ()
    phones: Personal[tuple[str, ...]] = ()
    addresses: tuple[Address, ...] = ()
    customer_number: str | None = None
    do_not_dun: tuple[DoNotDun, ...] = ()


class Agreement(Record):
    """What creditor and debtor agreed, as far as the law hangs on it.

    ``reminder_fee_clause`` is the day the clause was agreed (Sweden: at the latest when the debt
    arose, 1981:739 2 §). ``agreed_rate`` is a yearly percentage. ``electronic_notices`` is the day
    of consent to electronic notices.
    """

    id: Id
    debtor: Id
    reminder_fee_clause: date | None = None
    agreed_rate: str | None = Field(default=None, pattern=r"^\d+(\.\d+)?$")
    electronic_notices: date | None = None
    language: str | None = None


def _unsaid(value: object) -> bool:
    return value is None


class Period(Record):
    """Days from the first to the last, both counted."""

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.last_day < self.first_day:
            raise ValueError("the last day must not be before the first")
        return self


class Vat(Record):
    """Value added tax of an invoice at one ``rate`` (per cent): ``tax`` is on top of ``net``."""

    rate: str = Field(pattern=r"^[0-9]+(\.[0-9]+)?$")
    net: Money
    tax: Money


class Invoice(Record):
    """One sales invoice with the balance that its source states.

    ``open`` is the unpaid principal at the source, in the invoice's currency, never negative;
    ``sent`` is the day it was sent to the debtor, or None when the source does not say. ``state``
    is the source's own word, kept for people; the hub's status is computed from the balances.
    ``delivered`` says when goods or services were delivered, ``vat`` splits the total by rate, and
    ``original_creditor`` names who was owed before the claim was assigned. ``payments`` are the ids
    of all payments that the source lists on the invoice, None where it does not list them: one that
    leaves the list was taken back at the source.
    """

    id: Id
    version: str
    number: str
    debtor: Id
    issued: date
    sent: date | None = None
    due: date
    total: Money
    open: Money
    credited: Money | None = None
    written_off: Money | None = None
    cancelled: bool = False
    issued_in_books: bool = True
    state: str = ""
    reference: str | None = None
    description: str = ""
    capacity: Capacity = "unknown"
    claim_class: ClaimClass = "other"
    agreement: Id | None = None
    do_not_dun: tuple[DoNotDun, ...] = ()
    delivered: Period | None = Field(default=None, exclude_if=operator.not_)
    vat: tuple[Vat, ...] = Field(default=(), exclude_if=operator.not_)
    original_creditor: str | None = Field(default=None, exclude_if=operator.not_)
    payments: tuple[Id, ...] | None = Field(default=None, exclude_if=_unsaid)


class Allocation(Record):
    """The part of a payment or credit note that settles one invoice's principal."""

    invoice: Id
    amount: Money


class Payment(Record):
    """Money that arrived, seen by one source.

    ``amount`` is positive. Three dates: ``value_date`` (the bank's value day), ``booked`` (the day
    it was booked at the source) and ``received`` (the day that counts for the debtor by law).
    ``taken_back``: the source deleted it or turned it back whole; it settles nothing, and nothing
    of it is the debtor's.
    """

    id: Id
    version: str
    debtor: Id | None = None
    amount: Money
    value_date: date
    booked: date
    received: date
    allocations: tuple[Allocation, ...] = ()
    taken_back: bool = Field(default=False, exclude_if=operator.not_)


class CreditNote(Record):
    """A credit note and the invoices that it settles, amounts positive.

    ``open`` is the balance that the source states of it, None where it states none: a note that
    was paid out has none left, though it settles no invoice.
    """

    id: Id
    version: str
    number: str
    debtor: Id
    issued: date
    total: Money
    allocations: tuple[Allocation, ...] = ()
    open: Money | None = Field(default=None, exclude_if=_unsaid)

    @property
    def unallocated(self) -> Money:
        """What of it is still the debtor's: neither allocated nor, as the source says, paid out.

        A source may name the invoices before its own balance follows, so the smaller one counts.
        """
        left = self.total
        for one in self.allocations:
            left -= one.amount
        if self.open is not None:
            left = min(left, self.open)
        return max(left, Money.zero(left.currency))


ENDS_TOO_EARLY = "nothing ends before it began"


class PastNotice(Record):
    """What somebody else did about one invoice before the hub, or beside it.

    ``id`` is the row's own key at its source, the same for ever. A ``reminder`` went out on the day
    ``on``, as the ``level``-th of its invoice (None: they count in order of their days); it charged
    ``fee`` and named ``deadline`` as the last day to pay. ``proof`` is the reference of what proves
    that it was given (a carrier's number, a document's), None where nothing does. A ``hold`` rests
    until ``until`` (None: until released). A ``hand_over`` says that another agency has the claim.
    """

    id: Id
    invoice: Id
    what: Literal["reminder", "hold", "hand_over"]
    on: date
    level: int | None = Field(default=None, ge=1, le=20)
    fee: Money | None = None
    deadline: date | None = None
    channel: str = Field(default="", pattern=r"^[a-z_]{0,20}$")
    proof: Id | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _coherent(self) -> PastNotice:
        if self.what != "reminder" and (self.fee is not None or self.level is not None):
            raise ValueError("only a reminder can have a level or a fee")
        if any(day is not None and day < self.on for day in (self.deadline, self.until)):
            raise ValueError(ENDS_TOO_EARLY)
        return self


class Missing(Record):
    """The source no longer knows an invoice (deleted, voided, merged): held, never "paid".

    Or, as ``what`` says, a payment: it was taken back there.
    """

    id: Id
    what: Literal["invoice", "payment"] = Field(
        default="invoice", exclude_if=lambda one: one == "invoice"
    )


Fact = Party | Agreement | Invoice | Payment | CreditNote | PastNotice | Missing


class OpenItem(Record):
    """What a source says of one invoice when asked by id: the proof before a touch.

    ``open`` is the unpaid principal, None when the source no longer knows the invoice (missing).
    """

    invoice: Id
    open: Money | None
    do_not_dun: tuple[DoNotDun, ...] = ()


def invoice_status(invoice: Invoice) -> InvoiceStatus:
    """The status that follows from the balances; no source's own status word decides it."""
    if invoice.cancelled:
        return "cancelled"
    if invoice.credited is not None and invoice.credited >= invoice.total:
        return "credited"
    if not invoice.open:
        settled = invoice.total - (invoice.written_off or Money.zero(invoice.total.currency))
        return "written_off" if invoice.written_off and settled < invoice.total else "paid"
    if not invoice.issued_in_books:
        return "draft"
    return "partly_paid" if invoice.open < invoice.total else "open"
