"""One statement or notification: its account, its totals and balances, and what they prove."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from connectors.banks.camt.chain import Link
from connectors.banks.camt.entry import Booking
from connectors.banks.camt.settings import ZONES, Account, Kind
from connectors.banks.camt.values import (
    Fault,
    account_number,
    code,
    day,
    decimal,
    end_of,
    flag,
    instant_of,
    is_credit,
    is_midnight,
    money,
    number,
    rounded_up,
)
from connectors.xml_door import Element
from shared.domain.explain import Record

# What is read of a statement besides its entries; balances may repeat, nothing else may.
_READ = {
    "Id", "ElctrncSeqNb", "LglSeqNb", "FrToDt", "CpyDplctInd", "Acct", "TxsSummry", "StmtPgntn",
    "NtfctnPgntn",
}  # fmt: skip
_MOST_BALANCES = 200
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


class Proven(Record):
    """What one statement says of its account, once everything in it adds up.

    ``credits`` are the booked credits by booking day, in major units of the account's currency.
    """

    account: str
    kind: Kind
    link: Link
    credits: dict[date, Decimal]
    entries: int


class Statement:
    """Collects one ``Stmt`` or ``Ntfctn`` while it is read. Every method raises ``Fault``."""

    def __init__(self, kind: Kind, paging: Element | None) -> None:
        self._kind: Kind = kind
        self._paging = paging
        self._head: dict[str, Element] = {}
        self._balances: list[Element] = []
        self._credits: dict[date, Decimal] = {}
        self._currency = ""
        self._counts = {True: 0, False: 0}
        self._sums = {True: Decimal(0), False: Decimal(0)}
        self._booked = Decimal(0)
        self._all_booked = True

    def take(self, part: Element) -> None:
        """Keep a part of the head."""
        if part.name == "Bal":
            if code(part, "Tp", "CdOrPrtry") in (*_OPENING, *_CLOSING):
                self._balances.append(part)
            if len(self._balances) > _MOST_BALANCES:
                raise Fault("Bal", "the statement has too many balances")
        elif part.name in _READ:
            if part.name in self._head:
                raise Fault(part.name, "this stands twice")
            self._head[part.name] = part

    @property
    def id(self) -> str:
        """The bank's name of the statement."""
        found = self._head["Id"].value() if "Id" in self._head else ""
        if not found:
            raise Fault("Id", "the statement has no id")
        return found

    def account(self, accounts: dict[str, Account]) -> Account:
        """The account as it is configured."""
        found = accounts.get(account_number(self._head.get("Acct")))
        if found is None:
            raise Fault("Acct/Id", "the account is not in the settings")
        return found

    def add(self, booked: Booking) -> None:
        """Count an entry."""
        currency = booked.amount.currency
        if currency != (self._currency or self._stated_currency() or currency):
            raise Fault("Amt", "the entry is in another currency than its account")
        self._currency = currency
        self._counts[booked.credit] += 1
        self._sums[booked.credit] += booked.amount.amount
        self._all_booked = self._all_booked and booked.settled
        if booked.settled:
            self._booked += booked.signed
            if booked.credit and not booked.reversal:
                so_far = self._credits.get(booked.booked, Decimal(0))
                self._credits[booked.booked] = so_far + booked.amount.amount

    def close(self, account: Account, now: datetime) -> Proven:
        """Hold the sums against what the bank states, and say what is proven."""
        zone = ZONES[account.country]
        page, last = self._page()
        opening, closing = self._balance(_OPENING, zone), self._balance(_CLOSING, zone)
        if page == 1 and last:
            self._check_summary()
            self._check_balances(opening, closing)
        through = self._through(closing, zone)
        if through is not None and (through - now).days >= 1:
            raise Fault("FrToDt/ToDtTm", "the statement ends in the future")
        return Proven(
            account=account.account,
            kind=self._kind,
            entries=sum(self._counts.values()),
            credits=self._credits,
            link=Link(
                statement=self.id,
                number=self._number() if account.numbered else None,
                opening=str(opening[1]) if opening else None,
                closing=str(closing[1]) if closing else None,
                through=through,
                page=page,
                last=last,
            ),
        )

    @property
    def is_copy(self) -> bool:
        """Whether the bank says that this is a copy or duplicate (``CpyDplctInd``)."""
        mark = self._head.get("CpyDplctInd")
        return mark is not None and bool(mark.value())

    def _stated_currency(self) -> str:
        account = self._head.get("Acct")
        return account.value("Ccy") if account is not None else ""

    def _number(self) -> int | None:
        for name in ("ElctrncSeqNb", "LglSeqNb"):
            if name in self._head:
                return number(self._head[name].value(), name)
        return None

    def _page(self) -> tuple[int, bool]:
        own = self._head.get("StmtPgntn") or self._head.get("NtfctnPgntn") or self._paging
        if own is None:
            return 1, True
        page = number(own.value("PgNb"), "PgNb")
        if not page:
            raise Fault("PgNb", "the page has no number")
        return page, flag(own.find("LastPgInd"), "LastPgInd")

    def _balance(self, kinds: tuple[str, ...], zone: str) -> tuple[date, Decimal] | None:
        """The first opening or the last closing balance by day, signed."""
        found: dict[date, Decimal] = {}
        for each in self._balances:
            if code(each, "Tp", "CdOrPrtry") not in kinds:
                continue
            when = day(each.find("Dt"), "Bal/Dt", zone)
            amount = money(each.find("Amt"), "Bal/Amt")
            if when is None:
                raise Fault("Bal/Dt", "the balance bears no date")
            if amount.currency != (self._currency or self._stated_currency() or amount.currency):
                raise Fault("Bal/Amt", "the balance is in another currency than its account")
            credit = is_credit(each.find("CdtDbtInd"), "Bal/CdtDbtInd")
            signed = amount.amount if credit else -amount.amount
            if found.setdefault(when, signed) != signed:
                raise Fault("Bal", "two balances of one day and kind differ")
        if not found:
            return None
        when = max(found) if kinds is _CLOSING else min(found)
        return when, found[when]

    def _check_balances(
        self, opening: tuple[date, Decimal] | None, closing: tuple[date, Decimal] | None
    ) -> None:
        if opening and closing and opening[1] + self._booked != closing[1]:
            raise Fault("Bal", "opening balance and entries do not give the closing balance")

    def _check_summary(self) -> None:
        summary = self._head.get("TxsSummry")
        if summary is None:
            return
        credit, debit = self._sums[True], self._sums[False]
        self._check_total(
            summary, "TtlNtries", sum(self._counts.values()), {credit + debit, abs(credit - debit)}
        )
        self._check_total(summary, "TtlCdtNtries", self._counts[True], {credit})
        self._check_total(summary, "TtlDbtNtries", self._counts[False], {debit})

    def _check_total(self, summary: Element, name: str, entries: int, sums: set[Decimal]) -> None:
        """Hold count and sum against a line of the summary; banks leave announced entries out."""
        line = summary.find(name)
        if line is None or not self._all_booked:
            return
        count = number(line.value("NbOfNtries"), f"TxsSummry/{name}/NbOfNtries")
        if count is not None and count != entries:
            raise Fault(f"TxsSummry/{name}/NbOfNtries", "there are not as many entries as stated")
        text = line.value("Sum")
        if text and abs(decimal(text, f"TxsSummry/{name}/Sum")) not in sums:
            raise Fault(f"TxsSummry/{name}/Sum", "the entries give another sum than stated")

    def _through(self, closing: tuple[date, Decimal] | None, zone: str) -> datetime | None:
        """The instant through which the statement is complete, as far as it says so.

        The closing balance's day is over at its midnight. An end of the period within a day is
        believed when it is earlier; one at midnight is a day in the form of an instant.
        """
        period = self._head.get("FrToDt")
        text = period.value("ToDtTm") if period is not None else ""
        ends = instant_of(text, "FrToDt/ToDtTm", zone) if text else None
        if closing is None:
            return rounded_up(ends, zone) if ends is not None else None
        day_over = end_of(closing[0], zone)
        if ends is None or is_midnight(ends, zone):
            return day_over
        return min(rounded_up(ends, zone), day_over)
