"""The batch files that a partner gets over SFTP: a case file, or a word about one, as records.

CSV: UTF-8 without a byte order mark, semicolons, RFC 4180 quotes, CRLF, decimal point, ISO dates;
the first cell names the record, H begins and T ends the file. Cells go as they are: a machine
reads them, so nothing is defused for spreadsheets. The columns stand in ``COLUMNS``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from connectors.contract_collectors import CaseMessage
from shared.domain import casefile_xml
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.money import Money

BATCH_NAMESPACE = "urn:dunlin:case-batch:1"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "H": ("format", "version", "batch_id", "seq", "created_at", "sender", "receiver", "kind"),
    "C": (
        "case_id", "version", "as_of", "country", "currency", "claim_type", "creditor_ref",
        "service", "legal_allowed", "dispute", "principal", "interest", "fees", "paid", "open",
        "notes",
    ),
    "D": (
        "case_id", "role", "kind", "name", "id_scheme", "id_value", "birth_date", "customer_no",
        "addr1", "addr2", "postal", "city", "country", "email", "mobile", "lang", "flags",
        "liable_for",
    ),
    "I": (
        "case_id", "invoice_id", "number", "issue_date", "due_date", "reference", "description",
        "gross", "vat", "open_principal", "int_basis", "int_rate", "int_from", "int_to",
        "int_amount", "contract_ref",
    ),
    "N": (
        "case_id", "kind", "step", "invoice_ids", "channel", "sent_at", "delivered_at", "status",
        "deadline", "fee", "document",
    ),
    "F": ("case_id", "kind", "amount", "date", "legal_ref"),
    "A": ("case_id", "id", "kind", "filename", "media_type", "bytes", "sha256"),
    "P": (
        "case_id", "event_id", "type", "date", "amount", "currency", "invoice_id", "reason",
        "until",
    ),
    "T": ("batch_id", "case_count", "record_count", "control_sum"),
}  # fmt: skip

# What a correction file calls a message; what is not here cannot be said in one.
WORDS = {
    "payment.direct": "payment", "credit_note.applied": "credit", "payment.reversed": "reversal",
    "case.withdrawn": "withdraw", "case.held": "hold", "case.resumed": "resume",
}  # fmt: skip

Row = Mapping[str, object]


class Head:
    """What begins a file: its batch and number, when it was made (UTC), and between whom."""

    def __init__(
        self, *, batch: str, seq: int, made: datetime, sender: str, receiver: str, kind: str
    ) -> None:
        self.batch, self.seq, self.made = batch, seq, made
        self.sender, self.receiver, self.kind = sender, receiver, kind

    @property
    def stamp(self) -> str:
        """When the file was made, as ``2026-03-02T12:00:00Z``."""
        return f"{self.made:%Y-%m-%dT%H:%M:%SZ}"


def case_csv(head: Head, file: CaseFile) -> bytes:
    """A batch of one case; the control sum is what is open on it."""
    rows = [("C", _case(file)), *_parts(file)]
    return _written(head, rows, cases=1, control=file.totals.open.amount)


def case_xml(head: Head, file: CaseFile) -> bytes:
    """The same batch as XML, valid under docs/partner/case-batch.v1.xsd."""
    inner = casefile_xml.render(file).decode().partition("?>\n")[2].rstrip("\n")
    named = {
        "batch_id": head.batch, "seq": str(head.seq), "created_at": head.stamp,
        "sender": head.sender, "receiver": head.receiver,
    }  # fmt: skip
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in named.items())
    owed = file.totals.open
    end = (
        "<case_count>1</case_count>"
        f"<control_sum currency={quoteattr(owed.currency)}>{escape(str(owed.amount))}</control_sum>"
    )
    start = f'<case_batch xmlns="{BATCH_NAMESPACE}"{attributes}>'
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{declared}{start}{inner}{end}</case_batch>\n".encode()


def word_csv(head: Head, message: CaseMessage) -> bytes:
    """A correction file with one message, a record for each claim that it names.

    The control sum is that of the amounts. Raises ``KeyError`` for a type that is not in ``WORDS``.
    """
    said = message.data
    common = {
        "case_id": message.case_id, "event_id": head.batch, "type": WORDS[message.type],
        "date": said.get("date") or message.at.date().isoformat(), "amount": said.get("amount"),
        "currency": said.get("currency"), "reason": said.get("reason") or said.get("cause"),
        "until": said.get("until"),
    }  # fmt: skip
    claims: Sequence[object] = said.get("claims") or [said.get("claim")]
    rows = [("P", {**common, "invoice_id": claim}) for claim in claims]
    total = sum((Decimal(str(said["amount"])) for _ in rows if said.get("amount")), Decimal("0.00"))
    return _written(head, rows, cases=1, control=total)


def _written(head: Head, rows: Sequence[tuple[str, Row]], *, cases: int, control: Decimal) -> bytes:
    first = {
        "format": "COLLCSV", "version": 1, "batch_id": head.batch, "seq": head.seq,
        "created_at": head.stamp, "sender": head.sender, "receiver": head.receiver,
        "kind": head.kind,
    }  # fmt: skip
    last = {
        "batch_id": head.batch, "case_count": cases, "record_count": len(rows) + 2,
        "control_sum": control,
    }  # fmt: skip
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for record, row in [("H", first), *rows, ("T", last)]:
        writer.writerow([record, *(_cell(row.get(name)) for name in COLUMNS[record])])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Money():
            return str(value.amount)
        case tuple():
            return "|".join(map(str, value))
        case _:
            return str(value)


def _case(file: CaseFile) -> Row:
    totals, classes = file.totals, sorted({claim.claim_class for claim in file.claims})
    fees = totals.fees if totals.compensation is None else totals.fees + totals.compensation
    return {
        "case_id": file.case_id, "version": file.file_version, "as_of": file.as_of,
        "country": file.country, "currency": file.currency, "claim_type": tuple(classes),
        "creditor_ref": file.creditor.id, "service": file.service,
        "legal_allowed": "Y" if file.mandate is not None and file.mandate.legal else "N",
        "dispute": "open" if file.disputed else "none", "principal": totals.principal,
        "interest": totals.interest, "fees": fees,
        # The parts are what is owed still: nothing that was paid is in them.
        "paid": Money.zero(file.currency), "open": totals.open,
    }  # fmt: skip


def _parts(file: CaseFile) -> Iterator[tuple[str, Row]]:
    yield from (("D", {"case_id": file.case_id, **_debtor(one)}) for one in file.debtors)
    yield from (("I", {"case_id": file.case_id, **_invoice(one)}) for one in file.claims)
    for notice in file.notices:
        proof = notice.proof
        yield "N", {
            "case_id": file.case_id, "kind": "reminder", "step": notice.step,
            "invoice_ids": notice.claims, "channel": notice.channel, "sent_at": notice.on,
            "delivered_at": proof.on if proof and proof.what == "delivered" else None,
            "status": proof.what if proof else notice.state, "deadline": notice.deadline,
            "fee": notice.fee, "document": notice.document,
        }  # fmt: skip
        if notice.fee and not notice.fee_credited:
            yield "F", {
                "case_id": file.case_id, "kind": "reminder_fee", "amount": notice.fee,
                "date": notice.on, "legal_ref": notice.fee_rule,
            }  # fmt: skip
    for claim in file.claims:
        if claim.compensation is not None:
            yield "F", {
                "case_id": file.case_id, "kind": "late_compensation",
                "amount": claim.compensation.amount, "date": claim.due,
                "legal_ref": claim.compensation.section,
            }  # fmt: skip
    for document in file.documents:
        yield "A", {
            "case_id": file.case_id, "id": document.id, "kind": "notice",
            "media_type": document.media_type, "sha256": document.sha256,
        }  # fmt: skip


def _debtor(one: FileDebtor) -> Row:
    home = one.addresses[0] if one.addresses else None
    lines = home.lines if home is not None else ()
    known = one.national_id
    return {
        "role": one.role, "kind": one.kind, "name": one.name,
        "id_scheme": known.scheme if known else one.business_id_scheme,
        "id_value": known.value if known else one.business_id, "customer_no": one.customer_number,
        "addr1": lines[0] if lines else None, "addr2": ", ".join(lines[1:]),
        "postal": home.postal_code if home else None, "city": home.city if home else None,
        "country": home.country if home else one.country,
        "email": one.emails[0] if one.emails else None,
        "mobile": one.phones[0] if one.phones else None, "lang": one.language,
        "flags": "protected" if home is not None and home.protected else None,
        "liable_for": one.liable_for,
    }  # fmt: skip


def _invoice(one: FileClaim) -> Row:
    interest, periods = one.interest, one.interest.periods
    taxed = [part.tax for part in one.vat]
    return {
        "invoice_id": one.id, "number": one.number, "issue_date": one.issued, "due_date": one.due,
        "reference": one.reference, "description": one.description, "gross": one.total,
        "vat": sum(taxed[1:], start=taxed[0]) if taxed else None, "open_principal": one.open,
        "int_basis": interest.basis, "int_rate": periods[-1].rate if periods else None,
        "int_from": interest.first_day, "int_to": interest.accrued_to,
        "int_amount": one.interest_due, "contract_ref": one.agreement,
    }  # fmt: skip
