"""Quarantine: what partners reported and nobody could use, taken again or dismissed by a person.

A report that is taken is read again as if it had just come: nothing that stood in its way is
passed over. So whoever takes one has mended first what was wrong: another report that was missing,
the books, the terms of the partner, or the hub itself.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from connectors.json_door import read_json
from functions.api.access import MONEY
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.pages import page
from functions.wiring import connection_row
from shared.cloud import audit, clock, inbox, keys, quarantine, table
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.domain.partner_message import (
    CaseRemitted,
    PartnerMessage,
    PaymentReceived,
    PaymentTakenBack,
    SettlementMade,
    read_message,
)
from shared.domain.remittance import Remittance
from shared.domain.state_events import Code
from shared.errors import Conflict, NotFound, Unreadable

_REMITTANCE = "remittance"


class Decided(Record):
    """Why a person takes a report again, or dismisses it: a code of their own."""

    reason: Code


def get_quarantine(request: Request) -> Answer:
    """The reports of a partner that a person must look at, oldest first, a page at a time."""
    partner = request.path["connection"]
    connection_row(request.tenant, partner)
    found, more = page(request, quarantine.listing_of(partner), quarantine.key_of)
    return Answer({"reports": [_listed(row) for row in found], **more})


def get_report(request: Request) -> Answer:
    """One report as it came (``text``), also after somebody has decided about it.

    ``text`` is null once the time of raw deliveries is over.
    """
    return Answer(_view(request, _row(request)))


def post_take(request: Request) -> Answer:
    """Read a report again within a minute; what is still wrong is asked about anew."""
    row, reason = _row(request), read(request, Decided).reason
    if moves_money(row) and MONEY not in request.principal.scopes:
        raise Problem(403, "no_scope", "Your rights do not allow this.")
    if not inbox.is_kept(row):
        title = "What the partner wrote is no longer kept: ask it to report again."
        raise Problem(409, "report_gone", title)
    partner, by = request.path["connection"], request.principal.client
    writes = quarantine.taken(request.tenant, partner, row, by, clock.now())
    _write(request, row, writes, "report_taken", reason)
    return Answer(_view(request, _row(request)))


def post_dismiss(request: Request) -> Answer:
    """Let nothing become of a report: what it says was settled by hand, or is not true."""
    row, reason = _row(request), read(request, Decided).reason
    partner, by = request.path["connection"], request.principal.client
    writes = quarantine.dismissed(request.tenant, partner, row, by)
    _write(request, row, writes, "report_dismissed", reason)
    return Answer(_view(request, _row(request)))


def moves(request: Request) -> bool:
    """Whether a report that is to be taken moves money, which takes two people."""
    read(request, Decided)
    return moves_money(_row(request))


def in_words(request: Request) -> str:
    """What taking a report will do, by ids and amounts."""
    row, partner = _row(request), request.path["connection"]
    what, amount = _said(row)
    about = f" on case {row['case']}" if row["case"] else ""
    return f"Read report {request.path['id']} of partner {partner} again: {what}{about}, {amount}."


def rests_on(request: Request) -> object:
    """What the taking of a report rests on: its bytes, its state, and the case as it is."""
    row = _row(request)
    try:
        case = table.get(keys.head(request.tenant, row["case"])) or {}
    except NotFound:
        # A remittance is on no case, and a partner may call one what no case is called.
        case = {}
    return [row["hash"], row["state"], inbox.times_taken(row), case.get("version")]


def moves_money(row: Row) -> bool:
    """Whether a report is one of money, or of a sum for which the rest is let go."""
    return bool(_said(row)[1])


def _said(row: Row) -> tuple[str, str]:
    """A report's type and its money in words, empty where it moves none or cannot be read."""
    try:
        value = read_json(inbox.body_of(row)) if inbox.is_kept(row) else None
        if not row["case"]:
            paid = Remittance.model_validate(value)
            return _REMITTANCE, f"{paid.total}"
        message = read_message(value)
    except (Unreadable, ValidationError):
        return "", ""
    return message.type, _money_of(message)


def _money_of(message: PartnerMessage) -> str:
    match message:
        case PaymentReceived(data=paid) | PaymentTakenBack(data=paid):
            return f"principal {paid.principal}, interest {paid.interest}, fees {paid.fees}"
        case SettlementMade(data=settled):
            return f"{settled.amount} in full payment"
        case CaseRemitted(data=remitted):
            return ", ".join(f"{one.category}: {one.amount}" for one in remitted.lines)
        case _:
            return ""


def _row(request: Request) -> Row:
    """The row of a report of this partner that was quarantined once. Raises ``NotFound``."""
    tenant, partner = request.tenant, request.path["connection"]
    connection_row(tenant, partner)
    row = inbox.read(tenant, partner, request.path["id"])
    if row["state"] not in {"quarantined", "dismissed"} and not inbox.times_taken(row):
        raise NotFound("no such report")
    return row


def _write(request: Request, row: Row, writes: list[Write], what: str, reason: str) -> None:
    decided = "Only a report that is in quarantine is taken or dismissed."
    if row["state"] != "quarantined":
        raise Problem(409, "not_quarantined", decided)
    facts = {
        "connection": request.path["connection"], "report": request.path["id"],
        "hash": row["hash"], "why": reason,
    }  # fmt: skip
    entry = audit.entry(request.tenant, request.principal.client, what, facts)
    try:
        table.transact([*writes, entry])
    except Conflict:
        if _row(request)["state"] == "quarantined":
            raise
        raise Problem(409, "not_quarantined", decided) from None


def _listed(row: Row) -> dict[str, Any]:
    return {
        "id": row["event"],
        "case": row["case"] or None,
        "type": row["type"] or None,
        "fault": row["fault"],
        "since": row["since"],
    }


def _view(request: Request, row: Row) -> dict[str, Any]:
    said, money = _said(row)
    return {
        "id": request.path["id"],
        "case": row["case"] or None,
        "type": said or None,
        "state": row["state"],
        "fault": row.get("fault") or None,
        "received_at": row["received_at"],
        "times_taken": inbox.times_taken(row),
        "moves_money": bool(money),
        "hash": row["hash"],
        "text": inbox.body_of(row).decode(errors="replace") if inbox.is_kept(row) else None,
    }
