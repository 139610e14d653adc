"""The files that a partner sends over SFTP: receipts, events, settlements and closings, as CSV.

A file counts whole or not at all. It begins with H and ends with T, whose counts and control sum
must be those of the records between them; a byte order mark, a decimal comma or a line that cannot
be read refuses it, with the line, the column and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError

from connectors.contract import RowError
from connectors.contract_collectors import CaseReport
from connectors.sheet_door import read_csv
from connectors.whole_file import FileRefused, fault
from shared.domain.model import Id
from shared.domain.partner_message import read_message
from shared.domain.partner_reports import CloseCode, RejectCode
from shared.domain.remittance import Remittance
from shared.errors import Unreadable

Kind = Literal["RCPT", "STAT", "SETL", "CLOS"]
KINDS: tuple[Kind, ...] = get_args(Kind)

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "H": ("format", "version", "batch_id", "seq", "created_at", "sender", "receiver", "kind"),
    "R": ("case_id", "event_id", "status", "partner_case_id", "code", "text"),
    "S": (
        "case_id", "partner_case_id", "event_id", "type", "timestamp", "claim", "date", "currency",
        "amount", "principal", "interest", "fees", "costs", "remaining", "code", "ref",
    ),
    "L": (
        "remittance_id", "currency", "value_date", "bank_reference", "case_id", "invoice_id",
        "category", "amount", "vat", "payment_date",
    ),
    "X": ("case_id", "partner_case_id", "closed_at", "code", "remaining"),
    "T": ("batch_id", "case_count", "record_count", "control_sum"),
}  # fmt: skip
_RECORD: Mapping[Kind, str] = {"RCPT": "R", "STAT": "S", "SETL": "L", "CLOS": "X"}
_SUMMED = {"RCPT": "", "STAT": "amount", "SETL": "amount", "CLOS": "remaining"}
_AMOUNTS = frozenset(
    {"amount", "principal", "interest", "fees", "costs", "remaining", "vat", "control_sum"}
)
_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", re.ASCII)
_ID = TypeAdapter(Id)

# What of a status record each type of message is made of: our field, their column.
_SAYS: Mapping[str, Mapping[str, str]] = {
    "case.received": {"partner_case_id": "partner_case_id"},
    "case.info_requested": {"question": "ref", "code": "code"},
    "case.stage_changed": {"stage": "code"},
    "case.payment_received": {
        "claim": "claim", "received": "date", "principal": "principal", "interest": "interest",
        "fees": "fees", "costs": "costs", "gross": "amount", "remaining": "remaining",
    },
    "case.payment_reversed": {
        "claim": "claim", "on": "date", "principal": "principal", "interest": "interest",
        "fees": "fees", "payment": "ref",
    },
    "case.plan_broken": {"plan": "ref"},
    "case.plan_completed": {"plan": "ref"},
    "case.settlement_offered": {"settlement": "ref", "amount": "amount", "until": "date"},
    "case.dispute_raised": {"dispute": "ref", "amount": "amount", "ground": "code"},
    "case.debtor_updated": {"what": "code", "on": "date"},
    "case.suspended": {"code": "code", "until": "date"},
    "case.costs": {"open": "amount"},
    "case.legal_step": {"step": "code", "on": "date", "authority_number": "ref"},
}  # fmt: skip
_OF_CLAIMS = frozenset({"case.settlement_offered", "case.dispute_raised"})


class Read(NamedTuple):
    """What a file says; ``beside`` names records that are kept for a person alone."""

    reports: tuple[CaseReport, ...] = ()
    remittance: Remittance | None = None
    beside: tuple[RowError, ...] = ()


class _Row(NamedTuple):
    line: int
    cells: Mapping[str, str]


class _Fault(Exception):
    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


def read_file(name: str, body: bytes, *, kind: Kind, seq: int, receiver: str) -> Read:
    """One file of a kind and number, for a ``receiver`` (the creditor's id).

    Raises ``FileRefused``.
    """
    if body.startswith(b"\xef\xbb\xbf"):
        raise FileRefused([fault(name, 1, "rec", "the file begins with a byte order mark")])
    try:
        table = read_csv(body, encoding="utf-8", delimiter=";")
    except Unreadable as error:
        raise FileRefused([fault(name, 1, "rec", str(error))]) from None
    lines = [(1, table.header), *((at, tuple(map(str, row))) for at, row in table.rows)]
    errors, rows = list[RowError](), list[_Row]()
    marks = ["H", *[_RECORD[kind]] * (len(lines) - 2), "T"]
    for (at, cells), mark in zip(lines, marks, strict=False):
        try:
            rows.append(_Row(at, _named(cells, mark)))
        except _Fault as wrong:
            errors.append(fault(name, at, wrong.field, wrong.text))
    if not errors:
        wrong_ends = _ends(rows, kind, seq, receiver)
        errors = [fault(name, at, field, text) for at, field, text in wrong_ends]
    if errors:
        raise FileRefused(errors)
    return _said(name, kind, rows)


def _named(cells: tuple[str, ...], mark: str) -> Mapping[str, str]:
    names = COLUMNS[mark]
    if cells[0] != mark:
        # The last record of a file that was cut off is no T.
        text = "the file ends without its end record: cut off" if mark == "T" else "another record"
        raise _Fault("rec", text)
    if len(cells) != len(names) + 1:
        raise _Fault("rec", "the record has more or fewer cells than its columns")
    row = dict(zip(names, cells[1:], strict=True))
    for name, cell in row.items():
        if name in _AMOUNTS and cell and not _AMOUNT.fullmatch(cell):
            raise _Fault(name, "an amount has digits and a decimal point, and nothing else")
    return row


def _ends(rows: list[_Row], kind: Kind, seq: int, receiver: str) -> list[tuple[int, str, str]]:
    """What the first and the last record say otherwise than the records between them."""
    if len(rows) < 2:
        return [(1, "rec", "the file ends without its end record: cut off")]
    head, end, body = rows[0].cells, rows[-1], [row.cells for row in rows[1:-1]]
    cases = len({row["case_id"] for row in body if row["case_id"]})
    summed = sum((Decimal(row[_SUMMED[kind]] or 0) for row in body if _SUMMED[kind]), Decimal(0))
    checks = [
        (1, "format", (head["format"], head["version"]) == ("COLLCSV", "1")),
        (1, "kind", head["kind"] == kind),
        (1, "receiver", head["receiver"] == receiver),
        (1, "seq", head["seq"].isascii() and head["seq"].isdigit() and int(head["seq"]) == seq),
        (end.line, "batch_id", end.cells["batch_id"] == head["batch_id"]),
        (end.line, "case_count", end.cells["case_count"] == str(cases)),
        (end.line, "record_count", end.cells["record_count"] == str(len(rows))),
        (end.line, "control_sum", Decimal(end.cells["control_sum"] or "NaN") == summed),
    ]
    text = "it is not what the file itself shows"
    return [(line, field, text) for line, field, good in checks if not good]


def _said(name: str, kind: Kind, rows: list[_Row]) -> Read:
    head, body = rows[0].cells, rows[1:-1]
    if kind == "SETL":
        return Read(remittance=_remittance(name, body))
    make: Mapping[Kind, Callable[[Mapping[str, str], str, str], Any]] = {
        "RCPT": _receipt, "STAT": _status, "CLOS": _closing,
    }  # fmt: skip
    reports, beside, errors = list[CaseReport](), list[RowError](), list[RowError]()
    for line, cells in body:
        if kind == "RCPT" and cells["event_id"]:
            if cells["status"] == "rejected":
                text = "the partner refused a message about a case"
                beside.append(fault(name, line, "status", text))
            continue
        try:
            own = f"{kind}-{head['seq'].zfill(6)}-{line}"
            message = read_message(make[kind](cells, own, head["created_at"]))
            case = _ID.validate_python(cells["case_id"])
            reports.append(CaseReport(case_id=case, message=message))
        except (Unreadable, ValidationError):
            errors.append(fault(name, line, "rec", "the record is of a type or shape unknown here"))
    if errors:
        raise FileRefused(errors)
    return Read(tuple(reports), None, tuple(beside))


def _receipt(cells: Mapping[str, str], own: str, made: str) -> dict[str, Any]:
    """A case that came, and whether it is taken; the record has no id, so its place is its id."""
    code = cells["code"] if cells["code"] in get_args(RejectCode) else "OTHER"
    data = {"code": code} if cells["status"] == "rejected" else {}
    if cells["partner_case_id"] and cells["status"] != "rejected":
        data = {"partner_case_id": cells["partner_case_id"]}
    return {"id": own, "type": f"case.{cells['status']}", "timestamp": made, "data": data}


def _closing(cells: Mapping[str, str], own: str, _: str) -> dict[str, Any]:
    code = cells["code"] if cells["code"] in get_args(CloseCode) else "OTHER"
    when = cells["closed_at"]
    return {"id": own, "type": "case.closed", "timestamp": when, "data": {"code": code}}


def _status(cells: Mapping[str, str], _own: str, _made: str) -> dict[str, Any]:
    names = _SAYS.get(cells["type"])
    if names is None:
        raise Unreadable("a message of this type does not fit into a record")
    data: dict[str, Any] = {
        ours: _money(cells[theirs], cells["currency"]) if theirs in _AMOUNTS else cells[theirs]
        for ours, theirs in names.items()
        if cells[theirs]
    }
    if cells["type"] in _OF_CLAIMS and cells["claim"]:
        data["claims"] = [cells["claim"]]
    return {
        "id": cells["event_id"], "type": cells["type"], "timestamp": cells["timestamp"],
        "data": data,
    }  # fmt: skip


def _remittance(name: str, body: list[_Row]) -> Remittance:
    """The one remittance of a file; its lines make its total, which the end record has checked."""
    heads = {
        (row["remittance_id"], row["currency"], row["value_date"], row["bank_reference"])
        for _, row in body
    }
    if len(heads) != 1:
        raise FileRefused([fault(name, 2, "remittance_id", "a file holds one remittance")])
    ((own, currency, day, reference),) = heads
    total = sum((Decimal(row["amount"] or 0) for _, row in body), Decimal(0))
    lines = [
        {
            "case_id": row["case_id"] or None, "claim": row["invoice_id"] or None,
            "category": row["category"], "amount": _money(row["amount"], currency),
            "vat": _money(row["vat"], currency) if row["vat"] else None,
            "paid": row["payment_date"] or None,
        }
        for _, row in body
    ]  # fmt: skip
    given = {
        "id": own, "currency": currency, "value_date": day, "bank_reference": reference,
        "total": _money(str(total), currency), "lines": lines,
    }  # fmt: skip
    try:
        return Remittance.model_validate(given)
    except ValidationError as error:
        wrong = sorted({
            (str(part["loc"][2]), body[int(part["loc"][1])].line)
            for part in error.errors(include_input=False, include_context=False)
            if part["loc"][:1] == ("lines",) and len(part["loc"]) > 2
        })  # fmt: skip
    text = "the record is of a shape unknown here"
    raise FileRefused([fault(name, line, field, text) for field, line in wrong or [("total", 2)]])


def _money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}
