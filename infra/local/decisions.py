"""Replays all stored decisions of one creditor from the embedded table's rows, read once."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.report.collect import Clients, scan
from shared.cloud import keys
from shared.cloud.keys import Tenant
from shared.cloud.replay_rows import Past, Tally
from shared.cloud.table import Row
from shared.domain.events import CaseEvent, read_event


def replayed(stack: Clients, table_name: str, tenant: str) -> Tally:
    """The tally of all decisions of ``tenant``. Raises ``NotFound`` for an input that is gone."""
    rows = {(row["pk"], row["sk"]): row for row in scan(stack, table_name)}
    past, tally = Past(Tenant(tenant), lambda key: rows.get((key["pk"], key["sk"]))), Tally()
    for case, events in _cases(rows, keys.listing(Tenant(tenant), "CASE")).items():
        tally.count(past, case, events)
    return tally


def _cases(rows: Mapping[tuple[str, str], Row], listing: str) -> dict[str, list[CaseEvent]]:
    """The events of each case, in order."""
    cases: dict[str, list[CaseEvent]] = {}
    for pk, sk in sorted(rows):
        if pk.startswith(f"{listing}#") and sk.startswith("EV#"):
            cases.setdefault(keys.id_of(pk), []).append(read_event(rows[pk, sk]["body"]))
    return cases
