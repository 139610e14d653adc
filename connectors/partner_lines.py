"""JSON Lines between the hub and a partner that shares a folder: our records, and its reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.contract import HandOver, RowError
from connectors.contract_collectors import CaseMessage, CaseReport
from connectors.json_door import read_json, write_json
from connectors.whole_file import FileRefused, fault
from shared.domain.casefile_v1 import CaseFile
from shared.domain.model import Id
from shared.domain.partner_message import read_message
from shared.domain.remittance import Remittance
from shared.errors import Unreadable

MAX_LINES = 100_000
_ID = TypeAdapter(Id)


def submitted(case: HandOver, file: CaseFile, now: datetime) -> bytes:
    """The line of a case that is handed over (``now``: wall time): the announcement, the file."""
    value = {
        "type": "case.submitted", "timestamp": _stamp(now), "case_id": case.case_id,
        "data": case.model_dump(mode="json"), "file": file.model_dump(mode="json"),
    }  # fmt: skip
    return write_json(value) + b"\n"


def word(message: CaseMessage, file: CaseFile | None) -> bytes:
    """The line of a message about a case, dated by when it happened; ``file`` amends it."""
    value: dict[str, Any] = {
        "type": message.type, "timestamp": _stamp(message.at), "case_id": message.case_id,
        "partner_case_id": message.partner_case, "data": message.data,
    }  # fmt: skip
    if file is not None:
        value["file"] = file.model_dump(mode="json")
    return write_json(value) + b"\n"


def read_lines(name: str, body: bytes) -> tuple[list[CaseReport], list[Remittance]]:
    """The reports and remittances of one file, whole.

    A line is ``{"case_id", "message"}`` or ``{"remittance"}``; a message is one of
    docs/partner/message.v1.schema.json. Raises ``FileRefused`` with every line that cannot be read.
    """
    reports, remittances, errors = list[CaseReport](), list[Remittance](), list[RowError]()
    if body.startswith(b"\xef\xbb\xbf"):
        raise FileRefused([fault(name, 1, "line", "the file begins with a byte order mark")])
    lines = body.split(b"\n")
    if lines[-1]:
        raise FileRefused([fault(name, len(lines), "line", "the last line is cut off")])
    if len(lines) > MAX_LINES:
        raise FileRefused([fault(name, MAX_LINES, "line", "the file has too many lines")])
    for number, line in enumerate(lines[:-1], 1):
        try:
            value = read_json(line.removesuffix(b"\r"))
            if isinstance(value, dict) and set(value) == {"remittance"}:
                remittances.append(_remittance(value["remittance"]))
            else:
                reports.append(_report(value))
        except Unreadable as error:
            errors.append(fault(name, number, "line", str(error)))
    if errors:
        raise FileRefused(errors)
    return reports, remittances


def _report(value: Any) -> CaseReport:
    if not isinstance(value, dict) or set(value) != {"case_id", "message"}:
        raise Unreadable("the line is neither a report nor a remittance")
    try:
        case = _ID.validate_python(value["case_id"])
    except ValidationError:
        case = None
    if case is None:
        raise Unreadable("the line names no case")
    return CaseReport(case_id=case, message=read_message(value["message"]))


def _remittance(value: Any) -> Remittance:
    try:
        return Remittance.model_validate(value)
    except ValidationError:
        found = None
    raise Unreadable("the remittance has an unknown shape or does not add up") from found


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
