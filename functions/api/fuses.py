"""Fuses: what keeps acts in at this moment, and the two that only a person lifts."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, control, fuses, hub_keys, keys, run_budget, table
from shared.domain.explain import Record
from shared.errors import Conflict


class Lifting(Record):
    """That a person lifts what halted the creditor: ``halted`` names it, ``reason`` says why."""

    halted: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")
    reason: str = Field(min_length=1, max_length=200)


class Reconciling(Record):
    """That an operator reconciled a restored table: the ``epoch`` that the hub is in, and how."""

    epoch: str = Field(min_length=1, max_length=300)
    reason: str = Field(min_length=1, max_length=200)


def get_fuses(request: Request) -> Answer:
    """What keeps acts in now (None: nothing of these), what halted them, and the day's run."""
    hub, row = table.get(hub_keys.control()), table.get(keys.control(request.tenant))
    halted = row is not None and "halted" in row
    why = control.barrier(hub, row, "")
    return Answer({
        "kept_in": None if why == "not_on_allowlist" else why,
        "outbound": control.outbound(row),
        "halted": _halted(row) if halted and row else None,
        "run": run_budget.today(request.tenant, clock.now()),
    })  # fmt: skip


def post_lift(request: Request) -> Answer:
    """A person has looked at what halted the creditor: acts go on, a day's look later at most."""
    said = read(request, Lifting)
    row = table.get(keys.control(request.tenant)) or {}
    if row.get("halted") != said.halted:
        raise Problem(
            409, "not_halted", "The creditor is not stopped by what you lift: look at it again."
        )
    by = request.principal.client
    entry = audit.entry(request.tenant, by, "halt_lifted", said.model_dump())
    try:
        table.transact([*fuses.lifted(request.tenant, row, by, clock.now()), entry])
    except Conflict:
        raise Problem(409, "not_halted", "Somebody else has lifted the stop already.") from None
    return get_fuses(request)


def post_reconciled(request: Request) -> Answer:
    """Open the hub on a restored table, once it was reconciled with partners, mail and banks."""
    said, now = read(request, Reconciling), control.epoch()
    if said.epoch != now:
        raise invalid(
            fault("epoch", "another_epoch", "the hub was restored again since: look at its epoch")
        )
    entry = audit.hub_entry(request.principal.client, "hub_reconciled", said.model_dump())
    table.transact([fuses.reconciled(now), entry])
    return Answer({"epoch": now, "reconciled": now, "shut": False})


def _halted(row: table.Row) -> dict[str, Any]:
    return {
        "why": row["halted"], "since": row["halted_since"], "task": row["halted_task"],
    }  # fmt: skip
