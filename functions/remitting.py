"""Remitting: keep a remittance once, hold it against what was reported, and tell each case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import ValidationError

from connectors.json_door import read_json, write_json
from shared.cloud import clock, inbox, money_rows, quarantine, remittance_rows, table, tasks
from shared.cloud.keys import Tenant, id_of
from shared.cloud.runtime import enqueue, logger
from shared.cloud.store import Store
from shared.cloud.table import Row, Write
from shared.domain.client_money import Difference, Pots, differences, pots
from shared.domain.explain import Reason
from shared.domain.remittance import Remittance
from shared.errors import Unreadable

# A report of a payment that comes with its remittance may be booked a little later than it.
_SOON = timedelta(minutes=10)
# Lines that a task names; the remittance itself names all of them.
_NAMED = 20


def settle(tenant: Tenant, source: str, row: Row) -> None:
    """Bring one remittance of the inbox to its end.

    It is booked on each case as a report of its own, by the same way as any other report. Lines
    that nothing explains are looked at once more before a person is asked. Raises ``Conflict``.
    """
    try:
        remittance = Remittance.model_validate(read_json(inbox.body_of(row)))
    except (Unreadable, ValidationError):
        _quarantine(tenant, source, row, "the remittance cannot be read or does not add up")
        return
    known = remittance_rows.read(tenant, source, remittance.id)
    if known is not None and remittance_rows.of(known) != remittance:
        _quarantine(tenant, source, row, "the remittance has the id of another remittance")
        return
    if known is not None:
        table.transact([inbox.settled(row, "done")])
        return
    found = _differences(tenant, source, remittance)
    if found and not row.get("looked"):
        inbox.later(row, clock.now() + _SOON, looked=True)
        return
    _tell_cases(tenant, source, remittance)
    asked = [_ask(tenant, source, remittance, found)] if found else []
    new = remittance_rows.new(tenant, source, remittance, found)
    table.transact([inbox.settled(row, "done"), *new, *asked])
    # Its bank line may have come before it.
    again = sorted(money_rows.looked_again(tenant, clock.now()))
    enqueue("match", [{"tenant": tenant.id, "payment": one} for one in again])
    logger.info("remitted", extra={"lines": len(remittance.lines), "differences": len(found)})


def _differences(tenant: Tenant, source: str, remittance: Remittance) -> tuple[Difference, ...]:
    store = Store(tenant)
    known: dict[str, Pots] = {
        case: pots(store.events(case), source, without=remittance.id)
        for case in sorted(_cases(remittance))
    }
    return differences(remittance.lines, known)


def _cases(remittance: Remittance) -> set[str]:
    return {one.case_id for one in remittance.lines if one.case_id is not None}


def _tell_cases(tenant: Tenant, source: str, remittance: Remittance) -> None:
    """A report for each case, with the lines of its claims; the same ones however often.

    Those that are kept from a try before, which ended half-way, are passed over.
    """
    lines: dict[str, list[dict[str, Any]]] = {}
    for one in remittance.lines:
        if one.case_id is not None and one.claim is not None:
            amount = one.model_dump(mode="json")["amount"]
            said = {"claim": one.claim, "category": one.category, "amount": amount}
            lines.setdefault(one.case_id, []).append(said)
    names = {_name(f"{remittance.id}|{case}"): case for case in sorted(lines)}
    there = inbox.kept(tenant, source, names)
    for name, case in names.items():
        if name not in there:
            body = _report(remittance, name, lines[case])
            inbox.receive(tenant, source, name, case=case, body=body, now=clock.now())
    inbox.announce(tenant, source, *(name for name in names if there.get(name, True)))


def _report(remittance: Remittance, name: str, lines: list[dict[str, Any]]) -> bytes:
    stamp = datetime.combine(remittance.value_date, time(0), UTC).isoformat()
    day = remittance.value_date.isoformat()
    data = {"remittance": remittance.id, "value_date": day, "lines": lines}
    report = {"id": name, "type": "remittance.created", "timestamp": stamp, "data": data}
    return write_json(report)


def _ask(tenant: Tenant, source: str, remittance: Remittance, found: Sequence[Difference]) -> Write:
    """One task a remittance, which names its first lines; the remittance itself has them all."""
    because = [
        Reason(
            rule="hub.remittance",
            text="a line of the remittance is not what the partner reported as received",
            facts={
                "connection": source, "remittance": remittance.id, "line": str(one.line),
                "claim": one.claim, "category": one.category, "amount": str(one.amount),
                "held": str(one.held),
            },
        )
        for one in found[:_NAMED]
    ]  # fmt: skip
    claims = tuple(dict.fromkeys(one.claim for one in found[:_NAMED]))
    task = f"remittance-{remittance_rows.name_of(source, remittance.id)}"
    return tasks.task_write(tenant, task, "", "remittance_differs", claims, because)


def _quarantine(tenant: Tenant, source: str, row: Row, fault: str) -> None:
    """Keep a remittance as it came and ask a person; nothing of it is booked."""
    table.transact(quarantine.held(tenant, source, row, fault, "remittance"))
    logger.warning("remittance_quarantined", extra={"report": id_of(row["pk"]), "fault": fault})


def _name(text: str) -> str:
    return "remittance." + hashlib.sha256(text.encode()).hexdigest()[:32]
