"""Joining: the invoices that will join a case by some day, and the case that each will join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.book import opening, unit_of
from shared.cloud import debtor_rows, due, keys, table
from shared.cloud.control import before_start_line
from shared.cloud.keys import Tenant
from shared.cloud.store import Store, case_name
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.decide import first_step_on
from shared.domain.events import write_event
from shared.domain.model import Invoice, invoice_status
from shared.domain.policy import Policy


def joining(tenant: Tenant, start: datetime, last: date) -> dict[str, Any]:
    """By case: the invoices that join it by ``last`` with their days, as JSON.

    ``open`` are cases that run; ``new`` are cases that would be opened, each with the event that
    opens it. An invoice that waits for its first step stands in the due index until then; what is
    before a connection's start line joins nothing. Nothing where no policy is active.
    """
    rows = table.batch_get([keys.active_policy(tenant), keys.creditor(tenant)])
    setting, profile = (_row(rows, key(tenant)) for key in (keys.active_policy, keys.creditor))
    stored = None if setting is None else table.get(
        keys.policy(tenant, setting["policy"], setting["version"])
    )  # fmt: skip
    if profile is None or stored is None:
        return {"open": {}, "new": {}}
    policy = Policy.model_validate_json(stored["body"])
    work = _Joining(tenant, policy, Creditor.model_validate_json(profile["body"]), start, last)
    work.run()
    return work.found


@dataclass(slots=True)
class _Joining:
    tenant: Tenant
    policy: Policy
    creditor: Creditor
    start: datetime
    last: date
    found: dict[str, Any] = field(default_factory=lambda: {"open": {}, "new": {}})
    lines: dict[str, Row] = field(default_factory=dict)

    def run(self) -> None:
        zone = ZoneInfo(self.creditor.zone)
        today = self.start.astimezone(zone).date()
        end = datetime.combine(self.last + timedelta(days=1), time(0), tzinfo=zone)
        for row in self._waiting(end):
            invoice = Invoice.model_validate_json(row["body"])
            day = max(first_step_on(self.policy, invoice.due), today)
            unpaid = invoice_status(invoice) in {"open", "partly_paid"}
            if unpaid and day <= self.last and not self._before(row, invoice):
                self._place(row, invoice, day)

    def _waiting(self, end: datetime) -> Iterator[Row]:
        """The tenant's invoices that are due before ``end`` and in no case yet."""
        prefix = keys.invoice(self.tenant, "x")["pk"][:-1]
        for shard in range(keys.SHARDS):
            for page in due.rows(f"S#{shard}", end):
                mine = [
                    {"pk": one["pk"], "sk": one["sk"]}
                    for one in page
                    if one["pk"].startswith(prefix)
                ]
                rows = table.batch_get(mine)
                yield from (row for _, row in sorted(rows.items()) if "case_id" not in row)

    def _before(self, row: Row, invoice: Invoice) -> bool:
        name = row["conn"]
        if name not in self.lines:
            self.lines[name] = table.get(keys.connection(self.tenant, name)) or {}
        return before_start_line(self.lines[name], invoice.due)

    def _place(self, row: Row, invoice: Invoice, day: date) -> None:
        tenant, own = self.tenant, invoice.debtor
        debtor = debtor_rows.survivors(tenant, [own]).get(own, own)
        unit = unit_of(self.policy, invoice)
        pointer = table.get(keys.open_case(tenant, debtor, unit))
        before = pointer["case_id"] if pointer is not None else None
        one = [invoice.id, day.isoformat()]
        if before is not None:
            case = Store(tenant).load(before).case
            if not case.closed and case.debtor == debtor:
                self.found["open"].setdefault(before, []).append(one)
                return
        name = case_name(tenant, debtor, unit, before)
        if name not in self.found["new"]:
            opened = opening(
                self.policy, self.creditor, invoice, debtor, row["conn"], self.start, before
            )
            self.found["new"][name] = {"opened": write_event(opened), "invoices": []}
        self.found["new"][name]["invoices"].append(one)


def _row(rows: dict[tuple[str, str], Row], key: keys.Key) -> Row | None:
    return rows.get((key["pk"], key["sk"]))
