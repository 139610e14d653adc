"""Writes camt messages of every version for tests: what a bank would send, and wrong on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

FI = "FI2112345600000785"
VERSIONS = [f"{n:02d}" for n in range(2, 14)]


def tag(name: str, inner: str, **attributes: str) -> str:
    if inner == "":
        return ""
    told = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{told}>{inner}</{name}>"


def account(number: str) -> str:
    if number.startswith("BGNR:"):
        scheme = tag("SchmeNm", tag("Prtry", "BGNR"))
        return tag("Id", tag("Othr", tag("Id", number[5:]) + scheme))
    if number.startswith("BBAN:"):
        return tag("Id", tag("Othr", tag("Id", number[5:])))
    return tag("Id", tag("IBAN", number))


@dataclass
class Tx:
    """A ``TxDtls``."""

    amount: str = ""
    ref: str = ""
    e2e: str = ""
    payer: str = "Maija Maksaja"
    payer_account: str = ""
    reference: str = ""
    text: tuple[str, ...] = ()
    remitted: str = ""
    extra: str = ""
    uetr: str = ""
    direction: str = ""
    returned: str = ""
    currency: str = "EUR"

    def xml(self, version: int) -> str:
        old = version < 4
        stated = tag("Amt", self.amount, Ccy=self.currency)
        amount = tag("AmtDtls", tag("TxAmt", stated)) if old and stated else stated
        refs = tag("AcctSvcrRef", escape(self.ref)) + tag("EndToEndId", escape(self.e2e))
        party = tag("Nm", escape(self.payer))
        dbtr = tag("Dbtr", party if version < 7 else tag("Pty", party))
        acct = tag("DbtrAcct", account(self.payer_account)) if self.payer_account else ""
        scor = tag("Tp", tag("CdOrPrtry", tag("Cd", "SCOR")))
        ref = tag("CdtrRefInf", scor + tag("Ref", self.reference)) if self.reference else ""
        lines = "".join(tag("Ustrd", escape(line)) for line in self.text)
        return tag(
            "TxDtls",
            tag("Refs", refs + tag("UETR", "" if version < 6 else self.uetr))
            + amount
            + tag("CdtDbtInd", "" if old else self.direction)
            + tag("RltdPties", dbtr + acct)
            + tag("RmtInf", lines + tag("Strd", ref) + self.remitted)
            + (tag("RtrInf", tag("Rsn", tag("Cd", self.returned))) if self.returned else "")
            + self.extra
            or " ",
        )


@dataclass
class Entry:
    """An ``Ntry``; without ``txs`` it is a sum of ``count`` transactions."""

    amount: str
    txs: tuple[Tx, ...] = ()
    ref: str = ""
    entry_ref: str = ""
    credit: bool = True
    reversal: bool = False
    status: str = "BOOK"
    booked: str = "2026-03-02"
    value: str = "2026-03-02"
    count: int | None = None
    code: str = ""
    note: str = ""
    currency: str = "EUR"
    total: str = ""

    def xml(self, version: int) -> str:
        status = self.status if version < 8 else tag("Cd", self.status)
        known = tag("NbOfTxs", "" if self.count is None else str(self.count))
        batch = tag("Btch", known + tag("TtlAmt", self.total)) if known or self.total else ""
        family = tag("Cd", "RCDT") + tag("SubFmlyCd", self.code)
        return tag(
            "Ntry",
            tag("NtryRef", self.entry_ref)
            + tag("Amt", self.amount, Ccy=self.currency)
            + tag("CdtDbtInd", "CRDT" if self.credit else "DBIT")
            + tag("RvslInd", "true" if self.reversal else "")
            + tag("Sts", status)
            + tag("BookgDt", tag("Dt", self.booked))
            + tag("ValDt", tag("Dt", self.value))
            + tag("AcctSvcrRef", escape(self.ref))
            + (tag("BkTxCd", tag("Domn", tag("Cd", "PMNT") + tag("Fmly", family)))
               if self.code else "")
            + tag("NtryDtls", batch + "".join(tx.xml(version) for tx in self.txs))
            + tag("AddtlNtryInf", escape(self.note)),
        )  # fmt: skip


@dataclass
class Statement:
    """A ``Stmt`` (with balances) or ``Ntfctn``."""

    entries: tuple[Entry, ...] = ()
    id: str = "S-1"
    account: str = FI
    number: int | None = None
    opening: str | None = "1000.00"
    closing: str | None = None
    day: str = "2026-03-02"
    to: str = ""
    mark: str = ""
    currency: str = "EUR"
    summary: str = ""
    page: str = ""

    def net(self) -> Decimal:
        signed = (
            Decimal(one.amount) * (1 if one.credit else -1)
            for one in self.entries
            if one.status == "BOOK"
        )
        return sum(signed, Decimal(0))

    def balances(self) -> str:
        if self.opening is None:
            return ""
        closing = self.closing or str(Decimal(self.opening) + self.net())
        return "".join(
            tag(
                "Bal",
                tag("Tp", tag("CdOrPrtry", tag("Cd", kind)))
                + tag("Amt", amount.lstrip("-"), Ccy=self.currency)
                + tag("CdtDbtInd", "DBIT" if amount.startswith("-") else "CRDT")
                + tag("Dt", tag("Dt", self.day)),
            )
            for kind, amount in (("OPBD", self.opening), ("CLBD", closing))
        )


@dataclass
class Message:
    """A whole file."""

    kind: str = "camt.054"
    version: str = "08"
    id: str = "M-1"
    created: str = "2026-03-03T05:00:00+02:00"
    statements: tuple[Statement, ...] = ()
    paging: str = ""
    entries: tuple[Entry, ...] = field(default=())

    def xml(self) -> bytes:
        version = int(self.version)
        body = self.kind == "camt.053"
        root, part = ("BkToCstmrStmt", "Stmt") if body else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
        many = self.statements or (Statement(self.entries),)
        parts = "".join(self._part(part, one, version, balances=body) for one in many)
        header = tag("GrpHdr", tag("MsgId", self.id) + tag("CreDtTm", self.created) + self.paging)
        space = f"urn:iso:std:iso:20022:tech:xsd:{self.kind}.001.{self.version}"
        document = tag("Document", tag(root, header + parts), xmlns=space)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()

    def _part(self, name: str, one: Statement, version: int, *, balances: bool) -> str:
        period = tag("FrDtTm", f"{one.day}T00:00:00+02:00") + tag("ToDtTm", one.to)
        return tag(
            name,
            tag("Id", one.id)
            + one.page
            + tag("ElctrncSeqNb", "" if one.number is None else str(one.number))
            + tag("CreDtTm", self.created)
            + (tag("FrToDt", period) if one.to else "")
            + tag("CpyDplctInd", one.mark)
            + tag("Acct", account(one.account))
            + (one.balances() if balances else "")
            + tag("TxsSummry", one.summary)
            + "".join(each.xml(version) for each in one.entries),
        )
