"""A large bank file for the bench: one payment an entry, as Nordic banks write them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from infra.local.bench.camt_reading import ACCOUNT

Kind = Literal["camt.053", "camt.054"]

_PARTS = {
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08">
<{root}><GrpHdr><MsgId>BENCH-{n}</MsgId><CreDtTm>2026-03-03T05:00:00+02:00</CreDtTm></GrpHdr>
<{part}><Id>BENCH-{n}-1</Id><CreDtTm>2026-03-03T05:00:00+02:00</CreDtTm>
<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>
"""
_BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>
"""
_ENTRY = """<Ntry><NtryRef>{i}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-02</Dt></ValDt>\
<AcctSvcrRef>260302{i:08d}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>\
<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
 <NtryDtls><TxDtls><Refs><AcctSvcrRef>260302{i:08d}T</AcctSvcrRef><EndToEndId>E2E-{i}</EndToEndId>\
</Refs><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
 <RltdPties><Dbtr><Pty><Nm>Payer number {i}</Nm><PstlAdr><StrtNm>Street</StrtNm>\
<PstCd>00100</PstCd><TwnNm>Helsinki</TwnNm><Ctry>FI</Ctry></PstlAdr></Pty></Dbtr><DbtrAcct><Id><IBAN>FI4950009420028730\
</IBAN></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>OKOYFIHH</BICFI>\
</FinInstnId></DbtrAgt></RltdAgts>
 <RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{i:020d}</Ref>\
</CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


def write(path: Path, kind: Kind, entries: int) -> None:
    """Write a file of ``entries`` credits of 1.00 to 99.99 euros; the same one every time."""
    root, part = _PARTS[kind]
    cents = [100 + i * 7919 % 9900 for i in range(entries)]
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD.format(kind=kind, root=root, part=part, n=entries, account=ACCOUNT))
        if kind == "camt.053":
            file.write(_BALANCE.format(code="OPBD", amount="0.00"))
            file.write(_BALANCE.format(code="CLBD", amount=_euros(sum(cents))))
        for i, each in enumerate(cents):
            file.write(_ENTRY.format(i=i, amount=_euros(each)))
        file.write(f"</{part}></{root}></Document>\n")


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
