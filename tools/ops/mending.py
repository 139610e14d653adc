"""The table mended: its index rebuilt from events, and what left before a restore written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.cloud import clock, keys, reindexing, restored
from shared.cloud.keys import Tenant
from shared.errors import HubError
from tools.ops.place import Place


def tenants(place: Place) -> list[Tenant]:
    """Every creditor of an installation, by its profile's row; the whole table is scanned."""
    found = {row["pk"]["S"] for row in _scan(place, "sk = :s", {":s": {"S": "CREDITOR"}})}
    return [keys.tenant_of(pk) for pk in sorted(found)]


def rebuild(place: Place) -> tuple[int, int, list[str]]:
    """Rebuild the HEAD of every case: how many cases there are, were wrong, and could not be read.

    It scans the whole table: for when the index is in doubt, not for every day.
    """
    first = {":s": {"S": keys.event(Tenant("any"), "any", 1)["sk"]}}
    seen = wrong = 0
    unread = []
    with place.entered():
        for row in _scan(place, "sk = :s", first):
            pk = row["pk"]["S"]
            seen += 1
            try:
                made = reindexing.rebuilt(keys.tenant_of(pk), keys.id_of(pk), clock.now())
            except HubError as error:
                unread.append(f"{keys.id_of(pk)} ({type(error).__name__})")
                continue
            wrong += made
    return seen, wrong, unread


def restore(place: Place, since: datetime) -> tuple[int, int]:
    """Keep in what left after ``since`` (wall time, UTC): acts found, cases given to a person."""
    acts = parked = 0
    with place.entered():
        for tenant in tenants(place):
            for one in restored.left(tenant, since):
                acts += 1
                parked += restored.keep_in(tenant, one, clock.now())
    return acts, parked


def _scan(place: Place, only: str, values: dict[str, Any]) -> Iterator[Any]:
    pages = place.client("dynamodb").get_paginator("scan")
    wanted = {
        "TableName": place.outputs["TableName"], "FilterExpression": only,
        "ExpressionAttributeValues": values, "ProjectionExpression": "pk",
    }  # fmt: skip
    for page in pages.paginate(**wanted):
        yield from page["Items"]
