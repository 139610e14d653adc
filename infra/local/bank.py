"""The demo's bank: what came in on the creditor's account, as a bank's daily files tell it.

Every bank day has two files, as Nordic banks deliver them: a camt.054 credit notification with each
payment, and a camt.053 statement with the day's batches and balances. Both are ISO 20022
(``camt.054.001.08``, ``camt.053.001.08``), written with the standard library and read by nobody
but the hub.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from xml.etree import ElementTree as ET

ACCOUNT = "FI7944052020036082"
OPENING = Decimal("5000.00")
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{}.001.08"
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Transfer:
    """One credit transfer to the creditor's account, in euros.

    ``reference`` is the payer's structured reference, ``text`` a message in its place.
    """

    amount: Decimal
    name: str
    account: str = ""
    reference: str = ""
    text: str = ""


@dataclass
class Bank:
    """The account, day by day; ``deliver(name, body)`` leaves a file in the creditor's inbox."""

    deliver: Callable[[str, bytes], object]
    balance: Decimal = OPENING
    statements: int = 0
    told: list[tuple[date, Transfer]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def close(self, day: date, transfers: Sequence[Transfer]) -> None:
        """End a bank day: book the day's transfers and leave its two files."""
        self.statements += 1
        numbered = [(f"{day:%y%m%d}{next(self._numbers):08d}", one) for one in transfers]
        opening, total = self.balance, sum((one.amount for one in transfers), _ZERO)
        self.balance += total
        self.told += [(day, one) for one in transfers]
        if transfers:
            notified = _notification(day, numbered, total, self.statements)
            self.deliver(f"camt054-{day:%Y%m%d}.xml", notified)
        stated = _statement(day, numbered, (opening, self.balance), self.statements)
        self.deliver(f"camt053-{day:%Y%m%d}.xml", stated)


def _notification(
    day: date, transfers: Sequence[tuple[str, Transfer]], total: Decimal, number: int
) -> bytes:
    document, message = _document("054", "BkToCstmrDbtCdtNtfctn", day, number)
    body = _under(message, "Ntfctn")
    _text(body, "Id", f"N{number:06d}")
    _text(body, "CreDtTm", _evening(day))
    _account(body)
    summary = _under(body, "TxsSummry", "TtlCdtNtries")
    _text(summary, "NbOfNtries", "1")
    _text(summary, "Sum", str(total))
    entry = _entry(body, day, total, f"B{number:06d}")
    details = _under(entry, "NtryDtls")
    batch = _under(details, "Btch")
    _text(batch, "NbOfTxs", str(len(transfers)))
    _amount(batch, "TtlAmt", total)
    for archive, one in transfers:
        _transaction(details, archive, one)
    return _bytes(document)


def _statement(
    day: date,
    transfers: Sequence[tuple[str, Transfer]],
    balances: tuple[Decimal, Decimal],
    number: int,
) -> bytes:
    document, message = _document("053", "BkToCstmrStmt", day, number)
    body = _under(message, "Stmt")
    _text(body, "Id", f"S{number:06d}")
    _text(body, "ElctrncSeqNb", str(number))
    _text(body, "CreDtTm", _evening(day))
    span = _under(body, "FrToDt")
    _text(span, "FrDtTm", datetime.combine(day, time(0)).isoformat())
    _text(span, "ToDtTm", datetime.combine(day, time(23, 59, 59)).isoformat())
    _account(body)
    for code, amount in zip(("OPBD", "CLBD"), balances, strict=True):
        balance = _under(body, "Bal")
        _text(_under(balance, "Tp", "CdOrPrtry"), "Cd", code)
        _amount(balance, "Amt", amount)
        _text(balance, "CdtDbtInd", "CRDT")
        _text(_under(balance, "Dt"), "Dt", day.isoformat())
    if transfers:
        entry = _entry(
            body, day, sum((one.amount for _, one in transfers), _ZERO), f"B{number:06d}"
        )
        batch = _under(entry, "NtryDtls", "Btch")
        _text(batch, "NbOfTxs", str(len(transfers)))
    return _bytes(document)


def _document(kind: str, root: str, day: date, number: int) -> tuple[ET.Element, ET.Element]:
    document = ET.Element("Document", xmlns=_NAMESPACE.format(kind))
    message = _under(document, root)
    header = _under(message, "GrpHdr")
    _text(header, "MsgId", f"{kind}-{number:06d}")
    _text(header, "CreDtTm", _evening(day))
    return document, message


def _entry(body: ET.Element, day: date, amount: Decimal, reference: str) -> ET.Element:
    entry = _under(body, "Ntry")
    _amount(entry, "Amt", amount)
    _text(entry, "CdtDbtInd", "CRDT")
    _text(_under(entry, "Sts"), "Cd", "BOOK")
    _text(_under(entry, "BookgDt"), "Dt", day.isoformat())
    _text(_under(entry, "ValDt"), "Dt", day.isoformat())
    _text(entry, "AcctSvcrRef", reference)
    domain = _under(entry, "BkTxCd", "Domn")
    _text(domain, "Cd", "PMNT")
    family = _under(domain, "Fmly")
    _text(family, "Cd", "RCDT")
    _text(family, "SubFmlyCd", "ESCT")
    return entry


def _transaction(details: ET.Element, archive: str, one: Transfer) -> None:
    body = _under(details, "TxDtls")
    references = _under(body, "Refs")
    _text(references, "AcctSvcrRef", archive)
    _text(references, "EndToEndId", "NOTPROVIDED")
    _amount(body, "Amt", one.amount)
    _text(body, "CdtDbtInd", "CRDT")
    parties = _under(body, "RltdPties")
    _text(_under(parties, "Dbtr", "Pty"), "Nm", one.name)
    if one.account:
        _text(_under(parties, "DbtrAcct", "Id"), "IBAN", one.account)
    remittance = _under(body, "RmtInf")
    if one.reference:
        creditor = _under(remittance, "Strd", "CdtrRefInf")
        _text(_under(creditor, "Tp", "CdOrPrtry"), "Cd", "SCOR")
        _text(creditor, "Ref", one.reference)
    if one.text:
        _text(remittance, "Ustrd", one.text)


def _account(body: ET.Element) -> None:
    account = _under(body, "Acct")
    _text(_under(account, "Id"), "IBAN", ACCOUNT)
    _text(account, "Ccy", "EUR")


def _under(parent: ET.Element, *path: str) -> ET.Element:
    for name in path:
        parent = ET.SubElement(parent, name)
    return parent


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value


def _amount(parent: ET.Element, name: str, value: Decimal) -> None:
    ET.SubElement(parent, name, Ccy="EUR").text = str(value)


def _evening(day: date) -> str:
    return datetime.combine(day, time(20, 15)).isoformat()


def _bytes(document: ET.Element) -> bytes:
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text
