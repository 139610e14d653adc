"""One entry (``Ntry``): its head, its transactions, and whether they add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.banks.camt.values import (
    Fault,
    code,
    day,
    day_of,
    flag,
    given,
    is_credit,
    money,
    money_if_known,
)
from connectors.xml_door import Element
from shared.domain.money import Money

# The parts of an entry's head that are read; each stands at most once.
HEAD = {
    "NtryRef", "Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt", "ValDt", "AcctSvcrRef", "BkTxCd",
    "AddtlNtryInf",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry's head. ``reversal``: ``RvslInd`` turns its meaning around; ``settled``: booked."""

    amount: Money
    credit: bool
    reversal: bool
    settled: bool
    booked: date
    value: date
    reference: str
    entry_reference: str
    returned: bool

    @property
    def signed(self) -> Decimal:
        """What the entry does to the balance, in the account's currency."""
        return self.amount.amount if self.credit else -self.amount.amount


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ``TxDtls``.

    ``amount`` is in the account's currency, None when the entry alone says it; ``charged`` is what
    the bank kept of it, ``paid`` the day on which the payer's bank took the order.
    """

    details: Element
    amount: Money | None
    instructed: Money | None
    credit: bool
    charged: Decimal
    returned: bool
    paid: date | None

    @property
    def signed(self) -> Decimal:
        """What the transaction does to the balance before the bank's charge."""
        amount = self.amount.amount if self.amount is not None else Decimal(0)
        return amount if self.credit else -amount


def booking(head: Mapping[str, Element], zone: str, announced: date) -> Booking:
    """Read an entry's head; ``announced`` is its day while it is not booked. Raises ``Fault``."""
    status = head.get("Sts")
    state = (status.value("Cd") if status.children else status.value()) if status else ""
    if not state and (status is None or not status.value("Prtry")):
        raise Fault("Sts", "the entry does not say whether it is booked")
    booked = day(head.get("BookgDt"), "BookgDt", zone)
    value = day(head.get("ValDt"), "ValDt", zone)
    if state == "BOOK" and booked is None and value is None:
        raise Fault("BookgDt", "a booked entry bears no date")
    return Booking(
        amount=money(head.get("Amt"), "Amt"),
        credit=is_credit(head.get("CdtDbtInd"), "CdtDbtInd"),
        reversal=flag(head.get("RvslInd"), "RvslInd"),
        settled=state == "BOOK",
        booked=booked or value or announced,
        value=value or booked or announced,
        reference=given(_text(head, "AcctSvcrRef")),
        entry_reference=given(_text(head, "NtryRef")),
        returned=_is_return(head.get("BkTxCd")),
    )


def transaction(details: Element, booked: Booking, zone: str) -> Transaction:
    """Read a ``TxDtls`` within its entry. Raises ``Fault``."""
    currency = booked.amount.currency
    amounts = details.find("AmtDtls")
    stated = [
        each
        for each in (details.find("Amt"), *_within(amounts, "TxAmt", "CntrValAmt"))
        if each is not None
    ]
    own = [each for each in stated if each.attributes.get("Ccy") == currency]
    foreign = [
        each
        for each in (*_within(amounts, "InstdAmt"), *stated)
        if each is not None and each not in own
    ]
    direction = details.find("CdtDbtInd")
    accepted = details.value("RltdDts", "AccptncDtTm")
    sent = [known for each in foreign if (known := money_if_known(each))]
    return Transaction(
        details=details,
        amount=money(own[0], "TxDtls/Amt") if own else None,
        instructed=next((each for each in sent if each.currency != currency), None),
        credit=booked.credit if direction is None else is_credit(direction, "TxDtls/CdtDbtInd"),
        charged=_charged(details, currency),
        returned=details.find("RtrInf") is not None or _is_return(details.find("BkTxCd")),
        paid=day_of(accepted, "TxDtls/RltdDts/AccptncDtTm", zone) if accepted else None,
    )


def _within(amounts: Element | None, *names: str) -> Iterator[Element | None]:
    """The amounts of those names in ``AmtDtls``."""
    if amounts is not None:
        for name in names:
            yield amounts.find(name, "Amt")


def _is_return(codes: Element | None) -> bool:
    """Whether the bank's transaction code says that an earlier payment is returned (RRTN)."""
    return codes is not None and codes.value("Domn", "Fmly", "SubFmlyCd") == "RRTN"


def _charged(details: Element, currency: str) -> Decimal:
    """The bank's charges in ``Chrgs``: records of their own from version 04 on."""
    found = Decimal(0)
    for charge in details.all("Chrgs"):
        for record in charge.all("Rcrd") or [charge]:
            amount = money_if_known(record.find("Amt"))
            if amount is not None and amount.currency == currency:
                found += amount.amount * (-1 if record.value("CdtDbtInd") == "CRDT" else 1)
    return found


def _text(head: Mapping[str, Element], name: str) -> str:
    return head[name].value() if name in head else ""


def reason_of(details: Element) -> str | None:
    """The reason code of a return (``AC04``, ``MS03``), None when none is given."""
    return code(details, "RtrInf", "Rsn") or None
