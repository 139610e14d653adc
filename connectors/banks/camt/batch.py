"""An entry while it is read: its head first, then its transactions, which must add up to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.banks.camt.entry import HEAD, Booking, Transaction, booking
from connectors.banks.camt.values import Fault, decimal, number
from connectors.xml_door import Element


class OpenEntry:
    """An entry while it is read."""

    def __init__(self) -> None:
        self._head: dict[str, Element] = {}
        self._booked: Booking | None = None
        self._batch: Batch | None = None
        self.alone: Transaction | None = None

    def head(self, part: Element) -> None:
        """A part of the head; only the entry's text may come after its transactions."""
        if part.name not in HEAD:
            return
        if part.name in self._head:
            raise Fault(part.name, "this stands twice")
        if self._booked is not None and part.name != "AddtlNtryInf":
            raise Fault(part.name, "this element stands in the wrong place")
        self._head[part.name] = part

    def open(self, zone: str, announced: date) -> Booking:
        """Read the head, the first time that it is needed."""
        if self._booked is None:
            self._booked = booking(self._head, zone, announced)
            self._batch = Batch(self._booked)
        return self._booked

    @property
    def booked(self) -> Booking:
        """The head."""
        if self._booked is None:
            raise Fault("Ntry", "the entry's head is missing")
        return self._booked

    @property
    def batch(self) -> Batch:
        """The sum of the transactions so far."""
        if self._batch is None:
            raise Fault("Ntry", "the entry's head is missing")
        return self._batch

    @property
    def note(self) -> str:
        """The bank's own words on the entry."""
        return self._head["AddtlNtryInf"].value() if "AddtlNtryInf" in self._head else ""


class Batch:
    """Adds up an entry's transactions as they come, against what entry and batch state."""

    def __init__(self, booked: Booking) -> None:
        self._booked = booked
        self._sum = self._charged = Decimal(0)
        self.transactions = 0
        self.stated = 0
        self.without_amount = 0
        self._part: Element | None = None
        self._part_from = (0, Decimal(0))

    def part(self) -> None:
        """An ``NtryDtls`` begins."""
        self._part, self._part_from = None, (self.transactions, self._sum)

    def claims(self, btch: Element) -> None:
        """What ``Btch`` says of the part that began."""
        if self._part is not None:
            raise Fault("NtryDtls/Btch", "the batch is described twice")
        self._part = btch

    def add(self, one: Transaction) -> None:
        """Count a transaction; one without an amount must be the only one."""
        self.transactions += 1
        self._sum += one.signed
        self._charged += one.charged
        self.without_amount += one.amount is None
        if self.without_amount and self.transactions > 1:
            raise Fault("TxDtls/Amt", "a transaction of a batch has no amount")

    def end_part(self) -> None:
        """An ``NtryDtls`` ends: its transactions must be as many and as much as it says."""
        if self._part is None:
            return
        stated = number(self._part.value("NbOfTxs"), "NtryDtls/Btch/NbOfTxs")
        self.stated += stated or 0
        before, sum_before = self._part_from
        found = self.transactions - before
        if not found:
            return
        if stated is not None and stated != found:
            raise Fault("NtryDtls/Btch/NbOfTxs", "the batch has not as many transactions as stated")
        total = self._part.value("TtlAmt")
        if total and not self.without_amount:
            amount = decimal(total, "NtryDtls/Btch/TtlAmt")
            if abs(amount) != abs(self._sum - sum_before):
                raise Fault("NtryDtls/Btch/TtlAmt", "the batch's transactions give another sum")

    def check(self) -> None:
        """Σ transactions = entry, with or without the charges that the bank kept back."""
        if not self.transactions or self.without_amount:
            return
        if self._booked.signed not in {self._sum, self._sum - self._charged}:
            raise Fault("Amt", "the entry's transactions give another sum")

    @property
    def single(self) -> bool:
        """Whether an entry without details is known to be one transaction."""
        return self.stated == 1
