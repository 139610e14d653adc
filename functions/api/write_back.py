"""Write-back: the switch, the accounts, what would be written, and the postings of a month."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import connectors
from functions import write_back
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import page
from shared.cloud import audit, keys, table, writeback_rows
from shared.cloud.table import Row
from shared.cloud.writeback_rows import Accounts, Chosen, Settings
from shared.domain.postings import KINDS, Account, Kind, Posting, lines
from shared.domain.report_pack import Month
from shared.domain.report_pages import cell

_HEADS = (
    "key", "date", "kind", "case", "invoice", "journal", "account", "debit", "credit", "currency",
    "tax",
)  # fmt: skip
# What stands in the file for the account that the ERP knows for each invoice.
_RECEIVABLE = "receivable"


def get_settings(request: Request) -> Answer:
    """The switch and the accounts; off and none while nobody stored any."""
    return _settings(request)


def put_settings(request: Request) -> Answer:
    """Replace the switch. ``on`` writes what happens from now on; what was proposed waits.

    Each connection must be an ERP that can be written to. Vouchers need the accounts first, and an
    ERP that can hold drafts; postings of the others are in the file alone.
    """
    new = read(request, Settings)
    rows = table.batch_get([keys.connection(request.tenant, one) for one in new.connections])
    powers = {
        keys.id_of(row["pk"]): connectors.spec(row["connector"]).capabilities
        for row in rows.values()
    }
    able = {name for name, power in powers.items() if "write_back" in power}
    drafts = tuple(one for one in new.connections if "vouchers" in powers.get(one, ()))
    faults = [
        fault(f"connections.{place}", "cannot_write_back", "this connection cannot be written to")
        for place, one in enumerate(new.connections)
        if one not in able
    ]
    if new.postings == "voucher" and not writeback_rows.accounts(request.tenant):
        faults.append(fault("postings", "no_accounts", "enter the accounts first"))
    if new.postings == "voucher" and new.connections and not drafts:
        faults.append(
            fault(
                "postings",
                "no_drafts",
                "none of these systems takes draft vouchers: choose the file",
            )
        )
    if faults:
        raise invalid(*faults)
    chosen = Chosen(**dict(new), vouchers=drafts)
    where = writeback_rows.settings_key(request.tenant)
    return _stored(request, where, chosen, "write_back_switched")


def put_accounts(request: Request) -> Answer:
    """Replace the accounts: every kind has one. They bind what has not been written yet."""
    new = read(request, Accounts)
    missing = [kind for kind in KINDS if kind not in new.accounts]
    if missing:
        raise invalid(
            *(
                fault(f"accounts.{one}", "missing", "each kind of posting needs an account")
                for one in missing
            )
        )
    return _stored(request, writeback_rows.accounts_key(request.tenant), new, "accounts_stored")


def get_preview(request: Request) -> Answer:
    """A page of what would be written, word by word and line by line, and of what could not be."""
    found, more = page(request, writeback_rows.WAITING, keys.outbox)
    accounts = writeback_rows.accounts(request.tenant)
    return Answer({"writes": [_view(row, accounts) for row in found], **more})


def post_release(request: Request) -> Answer:
    """Let the first of what was proposed or failed be written; asked again, the next.

    Raises ``Problem`` 409 while the switch is not on.
    """
    tenant = request.tenant
    chosen = writeback_rows.settings(table.get(writeback_rows.settings_key(tenant)))
    if chosen.mode != "on":
        raise Problem(409, "switch_off", "Write-back is not switched on: nothing is written.")
    rows, more = writeback_rows.waiting(tenant)
    entry = audit.entry(
        tenant, request.principal.client, "write_back_released", {"rows": len(rows)}
    )
    table.transact([*writeback_rows.released(rows), entry])
    return Answer({"released": len(rows), "more": more}, status=202)


def get_postings(request: Request) -> Answer:
    """The postings of a month (``?month=2026-03``), as JSON or with ``format=csv`` as a file."""
    text = request.query.get("month", "")
    try:
        month = str(Month.read(text))
    except ValueError:
        month = ""
    if not month or month != text:
        raise Problem(400, "bad_month", "A month is written like 2026-03.")
    found = writeback_rows.of_month(request.tenant, month)
    accounts = writeback_rows.accounts(request.tenant)
    if request.query.get("format") == "csv":
        headers = {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": f'attachment; filename="postings-{month}.csv"',
        }
        return Answer(_csv(found, accounts).encode(), headers=headers)
    body = [{**one.model_dump(mode="json"), "lines": _lines(one, accounts)} for one in found]
    return Answer({"month": month, "postings": body})


def _csv(found: Sequence[Posting], accounts: dict[Kind, Account]) -> str:
    """Two lines a posting (RFC 4180); a kind without an account has its amounts and no account."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    for one in found:
        journal = accounts[one.kind].journal if one.kind in accounts else ""
        for line in _lines(one, accounts):
            texts = (
                one.key, one.on.isoformat(), one.kind, one.case, one.claim, journal,
                line["account"], line["debit"], line["credit"], one.amount.currency, line["tax"],
            )  # fmt: skip
            writer.writerow([cell(text) for text in texts])
    return out.getvalue()


def _lines(one: Posting, accounts: dict[Kind, Account]) -> list[dict[str, str]]:
    return [
        {
            "account": line.account or _RECEIVABLE, "debit": str(line.debit.amount),
            "credit": str(line.credit.amount), "tax": line.tax,
        }
        for line in lines(one, accounts) or ()
    ]  # fmt: skip


def _view(row: Row, accounts: dict[Kind, Account]) -> dict[str, Any]:
    act, message = keys.id_of(row["pk"]), json.loads(row["message"])
    written = [
        {"key": key, **thing.model_dump(mode="json")}
        for key, thing in write_back.things(act, message, accounts)
    ]
    return {
        "act": act, "what": message["what"], "case": row["case_id"], "connection": row["conn"],
        "state": row["state"], "code": row.get("code"), "made_at": row["made_at"],
        "next_at": row.get("due_at"), "writes": written,
    }  # fmt: skip


def _stored(request: Request, key: keys.Key, new: Settings | Accounts, what: str) -> Answer:
    entry = audit.entry(request.tenant, request.principal.client, what, {})
    table.transact([writeback_rows.put(key, new), entry])
    return _settings(request)


def _settings(request: Request) -> Answer:
    tenant = request.tenant
    chosen = writeback_rows.settings(table.get(writeback_rows.settings_key(tenant)))
    accounts = Accounts(accounts=writeback_rows.accounts(tenant))
    return Answer({**chosen.model_dump(mode="json"), **accounts.model_dump(mode="json")})
