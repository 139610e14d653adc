"""Ropo's tasks: what a claim becomes, which tasks moved, and what one says in the hub's own words.

A task's customer number holds our case's and claim's ids, with a blank between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from pydantic import ValidationError

from connectors.contract_collectors import CaseReport
from connectors.json_calls import Json, rows_of
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.partner_message import read_message
from shared.errors import HubError, Refused, Unreadable

_COLLECTION = 2
_COMPANIES = frozenset({"company", "public"})
_STAGES = {"reminder": "reminder", "collection": "amicable", "debt collection": "amicable"}


def task(file: CaseFile, claim: FileClaim, due_key: str) -> dict[str, Any]:
    """One claim as a task of collection. Raises ``Refused`` with a rejection code."""
    debtor = next((one for one in file.debtors if one.role == "principal"), file.debtors[0])
    if not debtor.addresses:
        raise Refused("Ropo needs the debtor's address", code="MISSING_ADDRESS")
    if not claim.reference:
        raise Refused("Ropo needs the invoice's payment reference", code="SCHEMA_INVALID")
    told = [one.on for one in file.notices if one.on is not None and claim.id in one.claims]
    place = debtor.addresses[0]
    return {
        "jobtype": _COLLECTION,
        "noticedate": max(told, default=file.as_of).isoformat(),
        "billcode": claim.reference,
        "amount": claim.open.amount,
        "billnum": claim.number,
        **_named(debtor),
        "address": ", ".join(place.lines),
        "postcode": place.postal_code,
        "city": place.city,
        "billdate": claim.issued.isoformat(),
        due_key: claim.due.isoformat(),
        "custnum": f"{file.case_id} {claim.id}",
    }


def is_collection(job: object, custnum: object) -> bool | None:
    """Whether a task is the collection of its invoice; None when its answer does not say.

    By its ``jobtype`` (dev.ropo.com: 0 invoice, 1 reminder, 2 debt collection); where the answer
    has none, by our ids, which a task of collection alone was given.
    """
    if not isinstance(job, dict):
        return None
    kind = str(job.get("jobtype", ""))
    if kind:
        return kind == str(_COLLECTION)
    return True if job.get("custnum") == custnum else None


def changed(value: Any) -> list[Json]:
    """The rows of an answer or batch: a list, or the one list that a record holds."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, list)]
        if len(lists) != 1:
            raise Unreadable("an answer holds no single list of changes")
        return rows_of(lists[0])
    return rows_of(value)


def moved(value: Any) -> Iterator[int]:
    """The numbers of the tasks that moved."""
    for row in changed(value):
        number = row.get("jobid")
        if isinstance(number, str) and number.isdecimal():
            number = int(number)
        if isinstance(number, int) and number > 0:
            yield number


def reports(job: Json, at: datetime) -> Iterator[CaseReport]:
    """Received, the stage, the end: what one task says now.

    All are dated by the day on which Ropo got the task (``at`` where it does not say), so that a
    report stays the same one.
    """
    case, _, claim = str(job.get("custnum", "")).partition(" ")
    if not claim:
        return
    at = _since(job) or at
    name, state = f"ropo-{job.get('jobid')}", str(job.get("currentstatustext", "")).strip().lower()
    taken = {"partner_case_id": name, "claims": [claim]}
    told: list[tuple[str, str, dict[str, Any]]] = [("case.received", "received", taken)]
    if state in _STAGES:
        told.append(("case.accepted", "accepted", taken))
        told.append(("case.stage_changed", f"stage:{state}", {"stage": _STAGES[state]}))
    elif state == "paid":
        told.append(("case.closed", "closed", {"code": "PAID_FULL", "claims": [claim]}))
    for kind, word, data in told:
        said = {"id": f"{name}:{word.replace(' ', '_')}", "timestamp": at}
        try:
            message = read_message({**said, "type": kind, "data": data})
            yield CaseReport(case_id=case, message=message)
        except (ValidationError, HubError):
            raise Unreadable("a task's customer number is not one of ours") from None


def _since(job: Json) -> datetime | None:
    try:
        day = date.fromisoformat(str(job.get("origjobdate"))[:10])
    except ValueError:
        return None
    return datetime.combine(day, time(12), UTC)


def _named(debtor: FileDebtor) -> dict[str, Any]:
    if debtor.kind in _COMPANIES:
        return {"company": debtor.name, "customertype": 1}
    return {"person": debtor.name, "customertype": 2}
