"""Pull: read one connection page by page, make each page durable, then move its cursor."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from connectors import spec
from connectors.contract import Page
from functions.wiring import connect, connection_row
from shared.cloud import clock, facts, keys, table
from shared.cloud.batches import each
from shared.cloud.keys import SHARDS, Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.decide import first_step_on
from shared.domain.model import Invoice, invoice_status
from shared.domain.policy import Policy
from shared.errors import Conflict, HubError, Reconnect, Retry, Unreadable

_STATES = {Reconnect: "needs_auth", Retry: "degraded", Unreadable: "failing"}


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, connection}`` a message."""
    return each(event, _pull)


def _pull(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    row = connection_row(tenant, body["connection"])
    if row.get("state") not in {"enabled", "degraded", "failing"}:
        logger.info("not_enabled", extra={"connection": body["connection"]})
        return
    began = clock.now()
    try:
        seen = _pages(tenant, row, began)
    except (Reconnect, Retry, Unreadable) as error:
        _failed(row, error)
        raise
    _done(row, began, seen)


def _pages(tenant: Tenant, row: Row, began: datetime) -> dict[str, int]:
    connector = connect(tenant, row)
    join_at = _Joiner(tenant)
    count = {"rows_seen": 0, "rows_new": 0, "rows_changed": 0, "rows_refused": 0}
    for page in connector.pull(row.get("cursor"), now=began):
        tally = facts.take(tenant, keys.id_of(row["pk"]), page.facts, began, join_at)
        count["rows_seen"] += tally.seen
        count["rows_new"] += tally.new
        count["rows_changed"] += tally.changed
        count["rows_refused"] += len(page.refused)
        _refused(tenant, row, page)
        table.update(
            {"pk": row["pk"], "sk": row["sk"]},
            set_={"cursor": page.cursor, **_complete(page)},
        )
        enqueue("book", [{"tenant": tenant.id, "invoice": one} for one in sorted(tally.due or ())])
    return count


def _done(row: Row, began: datetime, seen: dict[str, int]) -> None:
    declared = spec(row["connector"])
    due = began + timedelta(minutes=declared.window_minutes)
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={
            **seen,
            "state": "enabled",
            "fresh_as_of": clock.stamp(began),
            "window_minutes": declared.window_minutes,
            "attempt": 0,
            "due_shard": keys.due_shard(row["pk"]),
            "due_at": clock.stamp(due),
        },
        remove=("wanted_at", "last_error"),
    )
    # Cases that waited for this feed wake now and not at the next tick.
    enqueue("sweep", [{"shard": f"S#{number}"} for number in range(SHARDS)])
    logger.info("pulled", extra={"connection": keys.id_of(row["pk"]), **seen})


def _failed(row: Row, error: HubError) -> None:
    """A feed that failed says so; its cases wait, since it is no longer fresh."""
    state = next(word for kind, word in _STATES.items() if isinstance(error, kind))
    key = {"pk": row["pk"], "sk": row["sk"]}
    table.update(key, set_={"state": state, "last_error": str(error)})
    logger.warning("pull_failed", extra={"connection": keys.id_of(row["pk"]), "state": state})


def _refused(tenant: Tenant, row: Row, page: Page) -> None:
    """Rows that could not be read are kept where a person finds them."""
    connection = keys.id_of(row["pk"])
    table.batch_put(
        [
            {
                **keys.refused_row(tenant, connection, one.row),
                "field": one.field,
                "text": one.text,
                "list_in": keys.listing(tenant, f"REFUSED/{connection}"),
                "list_id": one.row,
            }
            for one in {refused.row: refused for refused in page.refused}.values()
        ]
    )


def _complete(page: Page) -> Row:
    if page.complete_through is None:
        return {}
    return {"complete_through": clock.stamp(page.complete_through)}


class _Joiner:
    """When an invoice without a case comes due for its first policy step."""

    def __init__(self, tenant: Tenant) -> None:
        setting = table.get(keys.active_policy(tenant))
        profile = table.get(keys.creditor(tenant))
        if setting is None or profile is None:
            raise Conflict("a creditor profile and an active policy are needed before a pull")
        stored = table.get(keys.policy(tenant, setting["policy"], setting["version"]))
        if stored is None:
            raise Conflict("the active policy is gone")
        self._policy = Policy.model_validate_json(stored["body"])
        self._zone = Creditor.model_validate_json(profile["body"]).zone

    def __call__(self, invoice: Invoice) -> datetime | None:
        if invoice_status(invoice) not in {"open", "partly_paid"}:
            return None
        day = first_step_on(self._policy, invoice.due)
        zone = clock.local(clock.now(), self._zone).tzinfo
        return datetime.combine(day, time(0), tzinfo=zone)
