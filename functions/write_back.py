"""Writing back: one note or voucher into the ERP, when its row of the outbox has come due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

from connectors.contract import Receipt
from connectors.contract_write_back import StatusNote, Voucher, VoucherLine
from functions.touching import attempted, next_attempt
from functions.wiring import connect, connection_row
from shared.cloud import clock, hub_keys, keys, outbox, table, tasks, writeback_rows
from shared.cloud.control import silence
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.domain.explain import Reason
from shared.domain.postings import Account, Kind, Posting, lines

# How long a row waits that a switch or a disabled connection keeps in.
_KEPT_IN = timedelta(hours=1)
# The ERP cannot take it; a person mends accounts or rights and releases it again.
REFUSED = "write_back_refused"
_TITLES: dict[Kind, str] = {
    "reminder_fee": "Reminder fee paid", "late_interest": "Late interest paid",
    "compensation": "Compensation for late payment paid", "rounding": "Small difference",
    "overpayment": "Overpayment", "credit_loss": "Credit loss", "goodwill": "Goodwill",
}  # fmt: skip

Thing = StatusNote | Voucher


def write(tenant: Tenant, act: str, row: Row) -> None:
    """Write what is due. The ERP is asked for each key first, so that nothing is there twice."""
    connection = connection_row(tenant, row["conn"])
    if _kept_in(tenant, row, connection):
        at = clock.now() + _KEPT_IN
        table.transact([outbox.later(tenant, act, row["state"], at, attempt=row["attempt"] - 1)])
        return
    connector, receipt = connect(tenant, connection), Receipt(outcome="accepted")
    for key, thing in things(act, json.loads(row["message"]), writeback_rows.accounts(tenant)):
        receipt = _put(connector, thing, key)
        if receipt.outcome not in {"accepted", "received"}:
            break
    _settle(tenant, act, row, receipt)


def things(
    act: str, message: dict[str, Any], accounts: dict[Kind, Account]
) -> Iterator[tuple[str, Thing]]:
    """What a row writes: each note or voucher under its own key, as the ERP will have it."""
    if message["what"] == "note":
        for invoice in message["invoices"]:
            key = writeback_rows.note_key(act, invoice)
            yield key, StatusNote(invoice=invoice, text=f"Dunlin: {message['text']}")
        return
    posting = Posting.model_validate(message["posting"])
    both = lines(posting, accounts) or ()
    yield posting.key, Voucher(
        invoice=posting.claim, on=posting.on,
        journal=accounts[posting.kind].journal if both else "",
        text=f"Dunlin: {_TITLES[posting.kind]}",
        lines=tuple(VoucherLine(**dict(one)) for one in both),
    )  # fmt: skip


def _put(connector: Any, thing: Thing, key: str) -> Receipt:
    if isinstance(thing, Voucher) and not hasattr(connector, "voucher"):
        # Put down before the ERPs without drafts were told apart: the file has it.
        return Receipt(outcome="rejected", code="no_drafts")
    there = attempted(lambda: connector.written(thing, key=key))
    if (there.outcome, there.code) != ("rejected", "not_found"):
        return there
    if isinstance(thing, StatusNote):
        return attempted(lambda: connector.note(thing, key=key))
    return attempted(lambda: connector.voucher(thing, key=key))


def _kept_in(tenant: Tenant, row: Row, connection: Row) -> bool:
    """Whether a stop, observe mode, the creditor's switch or a disabled connection keeps it in."""
    hub, control = table.get(hub_keys.control()), table.get(keys.control(tenant))
    chosen = writeback_rows.settings(table.get(writeback_rows.settings_key(tenant)))
    return (
        silence(hub, control) is not None
        or chosen.mode != "on"
        or row["conn"] not in chosen.connections
        or connection.get("state") != "enabled"
    )


def _settle(tenant: Tenant, act: str, row: Row, receipt: Receipt) -> None:
    code = receipt.code or receipt.outcome
    again = next_attempt(receipt, row["attempt"])
    if receipt.outcome in {"accepted", "received"}:
        table.transact([writeback_rows.ended(tenant, act, row, "sent", code)])
        logger.info("written_back", extra={"act": act})
    elif again is not None:
        state: Literal["intended", "unknown"] = (
            "unknown" if receipt.outcome == "unknown" else "intended"
        )
        table.transact([outbox.later(tenant, act, state, clock.now() + again, code=code)])
    else:
        name = f"{act}-{int(clock.now().timestamp())}"
        facts = {"connection": row["conn"], "code": code}
        why = Reason(rule="hub.write_back", text="the books did not take it", facts=facts)
        task = tasks.task_write(tenant, name, row["case_id"], REFUSED, (), (why,))
        table.transact([writeback_rows.ended(tenant, act, row, "failed", code), task])
        logger.warning("not_written_back", extra={"act": act, "code": code})
