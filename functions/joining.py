"""Joining: the invoices that will join a case by some day, and the case that each will join."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Join:
    """An invoice, the connection that it came by, and the day on which it joins a case."""

    connection: str
    invoice: Invoice
    day: date


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
        for rows in self._waiting(end):
            self._place(list(self._joins(rows, today)))

    def _joins(self, rows: Sequence[Row], today: date) -> Iterator[_Join]:
        for row in rows:
            invoice = Invoice.model_validate_json(row["body"])
            day = max(first_step_on(self.policy, invoice.due), today)
            unpaid = invoice_status(invoice) in {"open", "partly_paid"}
            if unpaid and day <= self.last and not self._before(row, invoice):
                yield _Join(row["conn"], invoice, day)

    def _waiting(self, end: datetime) -> Iterator[list[Row]]:
        """Pages of the tenant's invoices that are due before ``end`` and in no case yet."""
        prefix = keys.invoice(self.tenant, "x")["pk"][:-1]
        for shard in range(keys.SHARDS):
            for page in due.rows(f"S#{shard}", end):
                mine = [
                    {"pk": one["pk"], "sk": one["sk"]}
                    for one in page
                    if one["pk"].startswith(prefix)
                ]
                rows = table.batch_get(mine)
                yield [row for _, row in sorted(rows.items()) if "case_id" not in row]

    def _before(self, row: Row, invoice: Invoice) -> bool:
        name = row["conn"]
        if name not in self.lines:
            self.lines[name] = table.get(keys.connection(self.tenant, name)) or {}
        return before_start_line(self.lines[name], invoice.due)

    def _place(self, joins: Sequence[_Join]) -> None:
        """A page of invoices, each with its case: what one page asks of the table is batched."""
        tenant, names = self.tenant, [one.invoice.debtor for one in joins]
        real = debtor_rows.survivors(tenant, names)
        keyed = [
            keys.open_case(tenant, real.get(name, name), unit_of(self.policy, one.invoice))
            for name, one in zip(names, joins, strict=True)
        ]
        pointers = table.batch_get(keyed)
        before = [pointers.get((key["pk"], key["sk"]), {}).get("case_id") for key in keyed]
        known = [case for case in before if case is not None]
        heads = table.batch_get([keys.head(tenant, case) for case in known])
        for one, name, case in zip(joins, names, before, strict=True):
            self._join(one, real.get(name, name), case, heads)

    def _join(
        self, one: _Join, debtor: str, before: str | None, heads: Mapping[tuple[str, str], Row]
    ) -> None:
        known = [one.invoice.id, one.day.isoformat()]
        if before is not None and self._takes(before, debtor, heads):
            self.found["open"].setdefault(before, []).append(known)
            return
        name = case_name(self.tenant, debtor, unit_of(self.policy, one.invoice), before)
        if name not in self.found["new"]:
            opened = opening(
                self.policy, self.creditor, one.invoice, debtor, one.connection, self.start, before
            )
            self.found["new"][name] = {"opened": write_event(opened), "invoices": []}
        self.found["new"][name]["invoices"].append(known)

    def _takes(self, case: str, debtor: str, heads: Mapping[tuple[str, str], Row]) -> bool:
        """Whether a case runs and is this debtor's; one that has a day and claims is not read."""
        key = keys.head(self.tenant, case)
        head = heads.get((key["pk"], key["sk"]), {})
        if head.get("debtor") == debtor and "due_at" in head and head.get("refs", "[]") != "[]":
            return True
        found = Store(self.tenant).load(case).case
        return not found.closed and found.debtor == debtor


def _row(rows: dict[tuple[str, str], Row], key: keys.Key) -> Row | None:
    return rows.get((key["pk"], key["sk"]))
