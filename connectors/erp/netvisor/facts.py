"""What Netvisor's records mean: customers, invoices, credit notes and payments in canonical form.

* Balances decide, and stand in the list alone (``listed.py``); the rest of an invoice comes from
  ``getsalesinvoice.nv`` (https://support.netvisor.fi/en/support/solutions/articles/77000554151).
* A credit note has a negative sum, and is matched to its invoice only once somebody did so
  (``matchcreditnote.nv``): what it settles is its total less what is open of it.
* ``creditloss`` is a loss that was booked, no money; ``rejected`` is an invoice that never was.
* A customer's number may be a person's identity code: only a business id (Y-tunnus) is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.erp.netvisor.fields import Fields, Odd, read_number
from connectors.erp.netvisor.listed import Listed, money
from connectors.xml_door import Element
from shared.domain.explain import content_hash
from shared.domain.model import (
    Address,
    Allocation,
    Capacity,
    ClaimClass,
    CreditNote,
    DoNotDun,
    Invoice,
    Missing,
    Party,
    Payment,
)
from shared.domain.money import Money

F = TypeVar("F", Invoice, CreditNote, Payment, Party)
_Y_TUNNUS = re.compile(r"\d{7}-\d", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
# The codes of ``InvoicingLanguage``, which are countries' (SE is Swedish).
_LANGUAGES: Mapping[str, str] = {"FI": "fi", "SE": "sv", "SV": "sv", "EN": "en"}


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payment's invoice: its key, debtor (a Netvisor key) and currency."""

    invoice: int
    customer: int
    currency: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How one connection reads records; ``connection`` begins every id.

    ``fee_products`` are the codes of products for interest and reminder fees, ``public_groups`` the
    customer groups of public bodies.
    """

    connection: str
    country: str
    claim_class: ClaimClass
    sent_when_dated: bool
    fee_products: frozenset[str]
    public_groups: frozenset[str]

    def id(self, key: int) -> str:
        """The hub's id of a Netvisor key."""
        return f"{self.connection}:{key}"

    def party(self, customer: Element) -> Party:
        """A customer of ``getcustomer.nv``."""
        base = Fields(customer).sub("customerbaseinformation")
        extra = Fields(customer).sub("customeradditionalinformation")
        number = base.text("externalidentifier")
        ours = is_business_id(number)
        country = base.text("country").upper()
        mails = (base.text("email"), base.text("emailinvoicingaddress"))
        return _versioned(
            Party,
            id=self.id(base.key("netvisorkey")),
            kind=self._kind(base, business=ours),
            name=" ".join(filter(None, (base.text("name"), base.text("nameextension")))),
            language=_LANGUAGES.get(extra.text("invoicinglanguage").upper()),
            country=country if _COUNTRY.fullmatch(country) else self.country,
            business_id=number if ours else None,
            business_id_scheme="FI_YTUNNUS" if ours else None,
            emails=tuple(dict.fromkeys(mail for mail in mails if mail)),
            phones=tuple(filter(None, (base.text("phonenumber"),))),
            addresses=self._addresses(base),
            customer_number=base.text("internalidentifier") or None,
        )

    def capacity(self, customer: Element | None) -> Capacity:
        """In what capacity a customer owes; unknown where Netvisor does not say it clearly."""
        base = Fields(customer).sub("customerbaseinformation")
        if base.text("customergroupname") in self.public_groups:
            return "public"
        private = base.text("isprivatecustomer")
        if private == "1":
            return "consumer"
        known = private == "0" and is_business_id(base.text("externalidentifier"))
        return "business" if known else "unknown"

    def invoice(
        self, listed: Listed, detail: Element, customer: Element | None, loss: Money | None
    ) -> Invoice:
        """An invoice of zero or more; ``loss`` is what was written off as a credit loss."""
        fields = Fields(detail)
        self._same(listed, fields)
        due = fields.day("salesinvoiceduedate") or listed.due
        if due is None:
            raise Odd("salesinvoiceduedate", "the value is missing")
        reference = fields.text("salesinvoicereferencenumber").replace(" ", "")
        return _versioned(
            Invoice,
            id=self.id(listed.key),
            number=listed.number,
            debtor=self.id(listed.customer),
            issued=listed.issued,
            sent=listed.issued if self.sent_when_dated and listed.status != "unsent" else None,
            due=due,
            total=listed.total,
            open=listed.owed,
            written_off=loss or None,
            cancelled=listed.status == "rejected",
            issued_in_books=listed.status != "unsent",
            state=listed.state,
            reference=reference or None,
            capacity=self.capacity(customer),
            claim_class=self.claim_class,
            do_not_dun=self.flags(listed, detail),
        )

    def credit_note(self, listed: Listed, detail: Element) -> CreditNote:
        """A credit note, and the invoice that it settles where Netvisor names it."""
        fields = Fields(detail)
        self._same(listed, fields)
        total, rest = -listed.total, max(-listed.open, Money.zero(listed.open.currency))
        settled = total - rest
        credited = fields.text("creditedinvoicenetvisorkey")
        named = bool(credited) and settled.amount > 0
        return _versioned(
            CreditNote,
            id=self.id(listed.key),
            number=listed.number,
            debtor=self.id(listed.customer),
            issued=listed.issued,
            total=total,
            allocations=self._settles(fields.key("creditedinvoicenetvisorkey"), settled)
            if named
            else (),
            open=rest,
        )

    def payment(self, row: Element, settled: Settlement | None) -> Payment | Missing:
        """A row of ``salespaymentlist.nv``; one that the bank did not carry out is missing.

        Netvisor knows one day for it. In another currency than the euro the row says only how much.
        """
        fields = Fields(row)
        if fields.text("bankstatus").upper() == "FAILED":
            return self.no_payment(fields.key("netvisorkey"))
        foreign = read_number(fields.text("foreigncurrencyamount"))
        currency = settled.currency if settled is not None else "EUR"
        if currency == "EUR":
            if foreign and settled is None:
                raise Odd("foreigncurrencyamount", "the currency of the payment is not known")
            amount = money(fields, "sum", "EUR")
        else:
            amount = money(fields, "foreigncurrencyamount", currency)
        if amount.amount <= 0:
            raise Odd("sum", "a payment is more than zero: a refund is not read")
        day = fields.day("date")
        if day is None:
            raise Odd("date", "the value is missing")
        return self._paid(fields.key("netvisorkey"), amount, day, settled)

    def no_payment(self, key: int) -> Missing:
        """A payment that was deleted or never carried out: whatever was stated of it is void."""
        return Missing(id=self._payment_id(key), what="payment")

    def _payment_id(self, key: int) -> str:
        """The hub's id of a payment: payments and invoices are numbered apart."""
        return f"{self.connection}:payment-{key}"

    def _paid(self, key: int, amount: Money, day: date, settled: Settlement | None) -> Payment:
        return _versioned(
            Payment,
            id=self._payment_id(key),
            debtor=self.id(settled.customer) if settled is not None else None,
            amount=amount,
            value_date=day,
            booked=day,
            received=day,
            allocations=self._settles(settled.invoice, amount) if settled is not None else (),
        )

    def flags(self, listed: Listed, detail: Element) -> tuple[DoNotDun, ...]:
        """Every reason that Netvisor gives not to dun an invoice."""
        fields = Fields(detail)
        found: list[DoNotDun] = list(listed.flags)
        if fields.text("invoicingcustomerincollectionprohibitation") in {"1", "true"}:
            found.append("collection_prohibited")
        if fields.sub("factoring"):
            found.append("factored")
        if fields.sub("paymentplan"):
            found.append("promised")
        if self._only_fees(fields):
            found.append("other")
        return tuple(found)

    def _only_fees(self, fields: Fields) -> bool:
        """Whether every product of an invoice is interest or a fee, on which none may grow."""
        lines = fields.element("invoicelines")
        products = [
            Fields(one).text("productidentifier")
            for line in (lines.children if lines is not None else ())
            for one in line.children
            if one.name.lower() == "salesinvoiceproductline"
        ]
        return bool(products) and self.fee_products.issuperset(products)

    def _kind(self, base: Fields, *, business: bool) -> str:
        private = base.text("isprivatecustomer")
        if private == "1":
            return "person"
        if base.text("customergroupname") in self.public_groups:
            return "public"
        return "company" if private == "0" or business else "unknown"

    def _addresses(self, base: Fields) -> tuple[Address, ...]:
        street = (base.text("streetaddress"), base.text("additionalstreetaddress"))
        lines = tuple(line for line in street if line)
        code, city = base.text("postnumber"), base.text("city")
        if not (lines or code or city):
            return ()
        country = base.text("country").upper()
        own = country if _COUNTRY.fullmatch(country) else self.country
        return (Address(lines=lines, postal_code=code, city=city, country=own),)

    def _settles(self, invoice: int, amount: Money) -> tuple[Allocation, ...]:
        return (Allocation(invoice=self.id(invoice), amount=amount),)

    @staticmethod
    def _same(listed: Listed, fields: Fields) -> None:
        """The list and the details are of one invoice; anything else would mix two debts."""
        if fields.needed("salesinvoicenumber") != listed.number:
            raise Odd("salesinvoicenumber", "the list and the details name two invoices")


def is_business_id(text: str) -> bool:
    """Whether a text is a Finnish business id with its check digit (Y-tunnus, mod 11)."""
    if not _Y_TUNNUS.fullmatch(text):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False)) % 11
    return rest != 1 and int(text[-1]) == (11 - rest) % 11


def _versioned(model: type[F], /, **values: Any) -> F:
    """A fact whose version is the hash of what it says; Netvisor shows no stamp of a change."""
    try:
        fact = model.model_validate({"version": "-", **values})
    except ValidationError as error:
        path = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Odd(path, "the value is not allowed") from None
    return fact.model_copy(update={"version": content_hash(fact)[:16]})
