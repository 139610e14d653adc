"""Finvoice 3.0, the e-invoice of Finnish banks.

Elements: the schema Finvoice3.0.xsd of Finance Finland (https://www.finanssiala.fi/finvoice).
Amounts have a decimal comma, days are written ``20260302``. The codes of ``InvoiceTypeCode`` are
the banks' own (``SPY``).
"""

from __future__ import annotations

from datetime import date

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
from shared.domain.model import DoNotDun, Period, Vat
from shared.domain.money import MINOR_UNITS, Money

ROOTS = frozenset({"Finvoice"})
UNREAD = frozenset({"InvoiceRow", "SpecificationDetails"})
_INVOICE, _CREDIT, _INTEREST = "INV01", "INV02", "INV03"
# What the banks collect themselves is an invoice like others.
_INVOICES = frozenset({_INVOICE, "INV09"})
# A collection invoice and a reminder repeat the invoices that they are about.
_REPEATS = frozenset({"INV05", "INV08"})
_AMOUNT = "AmountCurrencyIdentifier"


def head(root: Element) -> Head:
    """Whose document it is, its number, and the invoices that it speaks of. Raises ``Odd``."""
    details, seller = root.find("InvoiceDetails"), root.find("SellerPartyDetails")
    original = [text(details, "OriginalInvoiceNumber")]
    if details is not None:
        references = details.all("OriginalInvoiceReference")
        original += [text(one, "InvoiceNumber") for one in references]
    sellers = [text(seller, "SellerPartyIdentifier"), text(seller, "SellerOrganisationTaxCode")]
    if seller is not None:
        sellers += [text(one) for one in seller.all("SellerCode")]
    sender = text(root, "MessageTransmissionDetails", "MessageSenderDetails", "FromIdentifier")
    return Head(
        kind=needed(details, "InvoiceTypeCode"),
        number=number(details, "InvoiceNumber"),
        sellers=several([*sellers, sender]),
        preceding=several(original),
    )


def document(root: Element, top: Head) -> Document:
    """The whole invoice or credit note. Raises ``Odd``."""
    details, pay = root.find("InvoiceDetails"), root.find("EpiDetails")
    flags = _read_as(root, top)
    currency = _currency(details)
    issued = day(details, "InvoiceDate")
    if issued is None:
        raise Odd("InvoiceDate", "the value is missing")
    total, payable = _amounts(root, currency, credit=top.kind == _CREDIT)
    negative = total < Money.zero(currency)
    credit = top.kind == _CREDIT
    instructed = None if pay is None else pay.find("EpiPaymentInstructionDetails")
    return Document(
        credit=credit or negative,
        number=top.number,
        issued=issued,
        due=None if credit or negative else _due(details, instructed),
        total=-total if negative else total,
        open=max(payable, Money.zero(currency)),
        buyer=_buyer(root),
        preceding=top.preceding,
        reference=text(instructed, "EpiRemittanceInfoIdentifier") or None,
        accounts=_accounts(root, pay),
        vat=() if credit or negative else _vat(details, currency),
        delivered=_delivered(root, details),
        flags=flags,
    )


def _read_as(root: Element, top: Head) -> tuple[DoNotDun, ...]:
    """The reasons not to dun that lie in the document. Raises ``Odd`` for what is not read."""
    if text(root, "InvoiceDetails", "OriginCode") == "Cancel":
        raise Odd("OriginCode", "a cancellation is not read: credit it", (top.number,))
    if top.kind in _REPEATS:
        raise Odd("InvoiceTypeCode", "a reminder or collection invoice repeats its invoices")
    if top.kind not in {*_INVOICES, _CREDIT, _INTEREST}:
        raise Odd("InvoiceTypeCode", "documents of this type are not read")
    flags: list[DoNotDun] = []
    if root.find("FactoringAgreementDetails") is not None:
        flags.append("factored")
    if root.all("PartialPaymentDetails"):
        flags.append("promised")
    if top.kind == _INTEREST:
        flags.append("other")  # nothing grows on interest
    return tuple(flags)


def _currency(details: Element | None) -> str:
    name = "InvoiceTotalVatIncludedAmount"
    whole = None if details is None else details.find(name)
    currency = "" if whole is None else whole.attributes.get(_AMOUNT, "")
    if currency not in MINOR_UNITS:
        raise Odd(name, "the currency is missing or unknown")
    return currency


def _amounts(root: Element, currency: str, *, credit: bool) -> tuple[Money, Money]:
    """All that was invoiced, and what is payable of it.

    Whether the rounding is within the total is written both ways. A credit note's amounts are
    negative in some programs and positive in others; what it asks to be paid means nothing.
    """
    details, zero = root.find("InvoiceDetails"), Money.zero(currency)

    def amount(name: str) -> Money | None:
        return money(details, currency, name, attribute=_AMOUNT)

    whole = amount("InvoiceTotalVatIncludedAmount")
    if whole is None:
        raise Odd("InvoiceTotalVatIncludedAmount", "the value is missing")
    if credit or whole < zero:
        return whole, zero
    instructed = ("EpiDetails", "EpiPaymentInstructionDetails", "EpiInstructedAmount")
    payable = money(root, currency, *instructed, attribute=_AMOUNT)
    paid = amount("InvoicePaidAmount") or zero
    if text(root, "PaymentStatusDetails", "PaymentStatusCode") == "PAID":
        return whole, zero
    rounding = amount("InvoiceTotalRoundoffAmount") or zero
    if payable is None or payable not in {whole - paid, whole - paid + rounding}:
        raise Odd("EpiInstructedAmount", "the amounts do not add up")
    return payable + paid, payable


def _due(details: Element | None, instructed: Element | None) -> date | None:
    """The day that the payment bears; the terms may name it again and no other."""
    due = day(instructed, "EpiDateOptionDate")
    terms = [] if details is None else details.all("PaymentTermsDetails")
    days = {day(one, "InvoiceDueDate") for one in terms} - {None}
    if due is None or (days and due not in days):
        raise Odd("EpiDateOptionDate", "the due date is missing, or is not that of the terms")
    return due


def _accounts(root: Element, pay: Element | None) -> tuple[str, ...]:
    """Every account that the invoice may be paid to."""
    found = [text(pay, "EpiPartyDetails", "EpiBeneficiaryPartyDetails", "EpiAccountID")]
    seller = root.find("SellerInformationDetails")
    if seller is not None:
        found += [text(one, "SellerAccountID") for one in seller.all("SellerAccountDetails")]
    return several(found)


def _vat(details: Element | None, currency: str) -> tuple[Vat, ...]:
    found = []
    for one in [] if details is None else details.all("VatSpecificationDetails"):
        net = money(one, currency, "VatBaseAmount", attribute=_AMOUNT)
        tax = money(one, currency, "VatRateAmount", attribute=_AMOUNT)
        if net is not None and tax is not None:
            percent = text(one, "VatRatePercent") or "0"
            found.append(Vat(rate=rate(percent, "VatRatePercent"), net=net, tax=tax))
    return tuple(found)


def _delivered(root: Element, details: Element | None) -> Period | None:
    return period(
        day(details, "InvoicingPeriodStartDate") or day(root, "DeliveryDetails", "DeliveryDate"),
        day(details, "InvoicingPeriodEndDate"),
    )


def _buyer(root: Element) -> Buyer:
    party, talk = root.find("BuyerPartyDetails"), root.find("BuyerCommunicationDetails")
    if party is None:
        raise Odd("BuyerPartyDetails", "the value is missing")
    place = party.find("BuyerPostalAddressDetails")
    streets = [] if place is None else [text(one) for one in place.all("BuyerStreetName")]
    name = " ".join(several([text(one) for one in party.all("BuyerOrganisationName")]))
    if not name:
        raise Odd("BuyerOrganisationName", "the value is missing")
    receiver = ("MessageTransmissionDetails", "MessageReceiverDetails", "ToIdentifier")
    return Buyer(
        name=name,
        numbers=several(
            [text(party, "BuyerPartyIdentifier"), text(party, "BuyerOrganisationTaxCode")]
        ),
        known_as=text(root, "InvoiceDetails", "SellersBuyerIdentifier") or text(party, "BuyerCode"),
        endpoint=text(root, *receiver),
        country=text(place, "CountryCode"),
        lines=several([*streets, text(place, "BuyerPostOfficeBoxIdentifier")]),
        postal_code=text(place, "BuyerPostCodeIdentifier"),
        city=text(place, "BuyerTownName"),
        email=text(talk, "BuyerEmailaddressIdentifier"),
        phone=text(talk, "BuyerPhoneNumberIdentifier"),
        language=text(root, "InvoiceRecipientLanguageCode").lower() or None,
    )
