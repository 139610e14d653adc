"""Looks at the case files that partners have: a due row a case, when their contents may differ.

Whether a partner has anything of the case, and whether its file says something else, is found by
whoever looks. So the row costs one write and is made too often rather than too seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.at_partner import handed
from shared.domain.case import Case
from shared.domain.casefile_changes import invoice_differs, party_differs
from shared.domain.casefile_debtors import liable_parties
from shared.domain.events import CaseEvent, HandOverIntended
from shared.domain.model import Invoice, Party
from shared.domain.state_events import LiableNamed, LiableReleased

KIND = "amend"


def look(tenant: Tenant, case: str, at: datetime) -> Row:
    """The row that has a case's files looked at from ``at`` on (business time)."""
    key = keys.outbox(tenant, f"{case}-{KIND}")
    return {
        **key, "kind": KIND, "case_id": case, "attempt": 0,
        "due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(at),
    }  # fmt: skip


def of_people(
    tenant: Tenant, changed: Iterable[tuple[Party, Party | None]], now: datetime
) -> list[Row]:
    """The looks at open cases of customers whose record (now, before) says something else.

    Theirs, and those of others of which they owe something too.
    """
    other = [one.id for one, before in changed if before is not None and party_differs(before, one)]
    return [look(tenant, case, now) for debtor in other for case in _cases(tenant, debtor)]


def of_invoice(tenant: Tenant, invoice: Invoice, before: Row, now: datetime) -> list[Row]:
    """The look at the case of an invoice whose papers say something else than its row does."""
    said = Invoice.model_validate_json(before["body"])
    return [look(tenant, before["case_id"], now)] if invoice_differs(said, invoice) else []


def of_events(
    tenant: Tenant, case: Case, events: Sequence[CaseEvent], now: datetime
) -> list[Write]:
    """The look at a case after somebody was named as liable, or no longer is.

    A pointer from whoever owes finds the case again when that one's own record changes. It is made
    at the hand-over too: claims bring those who owe them along from a case that was merged.
    """
    named = {one.party for one in events if isinstance(one, LiableNamed | LiableReleased)}
    owe = set(liable_parties(case, tuple(case.claims)))
    goes = owe if any(isinstance(one, HandOverIntended) for one in events) else set[str]()
    found: list[Write] = []
    for party in sorted(named | goes):
        key = keys.liable_in(tenant, party, case.id)
        here = table.put_write({**key, "case_id": case.id}, condition=None)
        found.append(here if party in owe else table.delete_write(key))
    if named and handed(case):
        found.append(table.put_write(look(tenant, case.id, now), condition=None))
    return found


def _cases(tenant: Tenant, party: str) -> list[str]:
    pk = keys.open_case(tenant, party, "-")["pk"]
    rows = [row for kind in ("OPEN", "LIABLE") for row in table.query(pk, f"{kind}#", f"{kind}#~")]
    return list(dict.fromkeys(str(row["case_id"]) for row in rows))
