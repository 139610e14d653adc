"""UBL 2.1 Invoice and CreditNote as Peppol BIS Billing 3.0 writes them.

Elements and rules: https://docs.peppol.eu/poacc/billing/3.0/ (syntax of ubl-invoice and
ubl-creditnote; type codes are the BIS subset of UNCL1001). Amounts: BR-CO-16, what is payable is
the total with VAT less what is prepaid, plus the rounding.
"""

from __future__ import annotations

from connectors.erp.einvoice_files.document import (
    Buyer,
    Document,
    Head,
    Odd,
    day,
    money,
    needed,
    number,
    period,
    rate,
    several,
    text,
)
from connectors.xml_door import Element
from shared.domain.model import DoNotDun, Vat
from shared.domain.money import MINOR_UNITS, Money

ROOTS = frozenset({"Invoice", "CreditNote"})
# Lines and embedded files hold nothing that a balance rests on.
UNREAD = frozenset({"InvoiceLine", "CreditNoteLine", "EmbeddedDocumentBinaryObject"})
_INVOICES = frozenset(
    {
        "80", "82", "326", "331", "380", "382", "386", "388", "389", "394", "395", "553", "575",
        "623", "780", "875", "876", "877",
    }
)  # fmt: skip
# A debit note may be nothing but interest or a reminder's fee, on which none may grow.
_FEES = frozenset({"84", "383"})
_CREDITS = frozenset({"81", "83", "261", "381", "532"})
_FACTORED = frozenset({"393", "396"})
_CORRECTED = "384"
_AMOUNT = "currencyID"


def head(root: Element) -> Head:
    """Whose document it is, its number, and the invoices that it speaks of. Raises ``Odd``."""
    preceding = [
        text(one, "InvoiceDocumentReference", "ID") for one in root.all("BillingReference")
    ]
    party = root.find("AccountingSupplierParty", "Party")
    return Head(
        kind=text(root, f"{root.name}TypeCode"),
        number=number(root, "ID"),
        sellers=_numbers(party),
        preceding=several(preceding),
    )


def document(root: Element, top: Head) -> Document:
    """The whole invoice or credit note. Raises ``Odd``."""
    flags = _read_as(root, top)
    currency = needed(root, "DocumentCurrencyCode")
    if currency not in MINOR_UNITS:
        raise Odd("DocumentCurrencyCode", "the currency is unknown")
    total, payable = _amounts(root, currency)
    negative = total < Money.zero(currency)
    credit = root.name == "CreditNote"
    if credit and negative:
        raise Odd("PayableAmount", "a credit note below zero takes nothing back")
    if root.find("PayeeParty") is not None:
        flags = (*flags, "factored")
    issued, due = day(root, "IssueDate"), day(root, "DueDate")
    if issued is None:
        raise Odd("IssueDate", "the value is missing")
    means = root.all("PaymentMeans")
    references = several([text(one, "PaymentID") for one in means])
    return Document(
        credit=credit or negative,
        number=top.number,
        issued=issued,
        due=due,
        total=-total if negative else total,
        open=max(payable, Money.zero(currency)),
        buyer=_buyer(root.find("AccountingCustomerParty", "Party")),
        preceding=top.preceding,
        reference=references[0] if len(references) == 1 else None,
        accounts=several([text(one, "PayeeFinancialAccount", "ID") for one in means]),
        vat=() if negative else _vat(root, currency),
        delivered=period(
            day(root, "InvoicePeriod", "StartDate") or day(root, "Delivery", "ActualDeliveryDate"),
            day(root, "InvoicePeriod", "EndDate"),
        ),
        flags=tuple(dict.fromkeys(flags)),
    )


def _read_as(root: Element, top: Head) -> tuple[DoNotDun, ...]:
    """The reasons not to dun that lie in the type. Raises ``Odd`` for a type that is not read."""
    if root.name == "Invoice" and not top.kind:
        # EHF Reminder 3.0 is an Invoice without a type (anskaffelser.dev/postaward/g3).
        raise Odd("InvoiceTypeCode", "there is no type: a reminder repeats its invoice")
    if top.kind == _CORRECTED:
        raise Odd("InvoiceTypeCode", "a corrected invoice changes another: credit that one")
    if top.kind in _FACTORED:
        return ("factored",)
    if root.name == "Invoice" and top.kind in _FEES:
        return ("other",)
    if top.kind not in (_CREDITS if root.name == "CreditNote" else _INVOICES):
        raise Odd(f"{root.name}TypeCode", "documents of this type are not read")
    return ()


def _amounts(root: Element, currency: str) -> tuple[Money, Money]:
    """All that was invoiced, and what is payable of it."""
    totals, zero = root.find("LegalMonetaryTotal"), Money.zero(currency)

    def amount(name: str) -> Money | None:
        return money(totals, currency, name, attribute=_AMOUNT)

    whole, payable = amount("TaxInclusiveAmount"), amount("PayableAmount")
    if whole is None or payable is None:
        raise Odd("LegalMonetaryTotal", "the value is missing")
    prepaid = amount("PrepaidAmount") or zero
    if payable != whole - prepaid + (amount("PayableRoundingAmount") or zero):
        raise Odd("PayableAmount", "the amounts do not add up")
    return payable + prepaid, payable


def _vat(root: Element, currency: str) -> tuple[Vat, ...]:
    """VAT by rate in the invoice's own currency; an accounting currency has a total alone."""
    found = []
    for one in root.all("TaxTotal"):
        for part in one.all("TaxSubtotal"):
            net = money(part, currency, "TaxableAmount", attribute=_AMOUNT)
            tax = money(part, currency, "TaxAmount", attribute=_AMOUNT)
            percent = text(part, "TaxCategory", "Percent") or "0"
            if net is not None and tax is not None:
                found.append(Vat(rate=rate(percent, "Percent"), net=net, tax=tax))
    return tuple(found)


def _numbers(party: Element | None) -> tuple[str, ...]:
    """Every number that a party bears."""
    if party is None:
        return ()
    found = [text(one, "CompanyID") for one in party.all("PartyLegalEntity")]
    found += [text(one, "CompanyID") for one in party.all("PartyTaxScheme")]
    found += [text(one, "ID") for one in party.all("PartyIdentification")]
    return several([*found, text(party, "EndpointID")])


def _buyer(party: Element | None) -> Buyer:
    if party is None:
        raise Odd("AccountingCustomerParty", "the value is missing")
    place = party.find("PostalAddress")
    legal = [text(one, "CompanyID") for one in party.all("PartyLegalEntity")]
    taxed = [text(one, "CompanyID") for one in party.all("PartyTaxScheme")]
    known = several([text(one, "ID") for one in party.all("PartyIdentification")])
    streets = [text(place, "StreetName"), text(place, "AdditionalStreetName")]
    return Buyer(
        name=text(party, "PartyLegalEntity", "RegistrationName")
        or needed(party, "PartyName", "Name"),
        numbers=several([*legal, *taxed]),
        known_as=known[0] if known else "",
        endpoint=text(party, "EndpointID"),
        country=text(place, "Country", "IdentificationCode"),
        lines=several([*streets, text(place, "AddressLine", "Line")]),
        postal_code=text(place, "PostalZone"),
        city=text(place, "CityName"),
        email=text(party, "Contact", "ElectronicMail"),
        phone=text(party, "Contact", "Telephone"),
    )
