"""Reading four ERPs: the CPU of normalising and storing invoices, and how many requests it takes.

Each ERP's books are those of its connector's tests, made larger and served on the loopback: the
connector asks over HTTP as in production, without a budget. Counted is the reader's own thread, not
the books'. What is stored goes through ``shared.cloud.facts`` and the real client into a table in
memory that answers within the process, and so the figure holds that table's work too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from infra.local.bench.figures import Figure, Target
from infra.local.memory_table import MemoryTable
from shared.cloud import facts, table
from shared.cloud.keys import Tenant
from shared.domain.model import Invoice

GROUP = "Reading an ERP (its tests' books on the loopback; one core)"
INVOICES = 1_000
_TENANT = Tenant("bench")
_TABLE = "dunlin-bench"
# What a thousand changed invoices may take: two of Fortnox for each, one of Procountor.
_REQUESTS = {"netvisor": 25, "procountor": 1_250, "fortnox": 2_200, "tripletex": 40}
_WRITES = ("PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems")


@dataclass(frozen=True)
class Measured:
    """One ERP: invoices, CPU seconds of normalising and of storing them, and requests.

    ``requests`` are those of a pull in which every invoice had changed; ``writes`` the calls by
    which a pull of the same changes once more wrote anything.
    """

    name: str
    invoices: int
    normalise_s: float
    store_s: float
    requests: int
    writes: int

    @property
    def rate(self) -> float:
        """Invoices a second of CPU."""
        return self.invoices / (self.normalise_s + self.store_s)


def measure(name: str, invoices: int = INVOICES) -> Measured:
    """Pull all, then all once more as changed, then the same changes again: a resync.

    Raises ``ValueError`` when a pull does not give every invoice.
    """
    books = import_module("tests.bench.erp_books")
    with books.of(name, invoices) as there, _stored() as written:
        normalise, store, cursor = _pulled(there, None, there.now, invoices)
        # Where an ERP tells news by number, the second pull still looks back over the first.
        _, _, cursor = _pulled(there, cursor, there.now, 0)
        there.change_all()
        asked = len(there.asked)
        _pulled(there, cursor, there.later, invoices)
        asked, before = len(there.asked) - asked, len(written)
        _pulled(there, cursor, there.later, invoices)
        return Measured(name, invoices, normalise, store, asked, len(written) - before)


def figures() -> list[Figure]:
    """Two figures an ERP: how many a second, and how many requests a thousand changes take."""
    measured = [measure(name) for name in _REQUESTS]
    return [figure for one in measured for figure in (_rate(one), _requests(one))]


def _rate(one: Measured) -> Figure:
    words = (
        f"{one.rate:,.0f}/s: normalise {one.normalise_s / one.invoices * 1e6:,.0f} us, "
        f"store {one.store_s / one.invoices * 1e6:,.0f} us an invoice; "
        f"{one.writes} writes on a resync"
    )
    return Figure(
        group=GROUP, name=f"{one.name}: invoices normalised and stored", value=one.rate,
        unit="1/s", target=Target("at least", 100), words=words,
    )  # fmt: skip


def _requests(one: Measured) -> Figure:
    return Figure(
        group=GROUP, name=f"{one.name}: requests for 1,000 changed invoices",
        value=one.requests * 1_000 / one.invoices, unit="requests",
        target=Target("at most", _REQUESTS[one.name]),
    )  # fmt: skip


def _pulled(
    there: Any, cursor: str | None, now: datetime, least: int
) -> tuple[float, float, str | None]:
    """CPU seconds of reading and of storing a pull that gives ``least`` invoices; its cursor."""
    normalise = store = 0.0
    seen: set[str] = set()
    began = time.thread_time()
    for page in there.connector.pull(cursor, now=now):
        read = time.thread_time()
        normalise += read - began
        facts.take(_TENANT, there.connection, page.facts, now, lambda _: None)
        began = time.thread_time()
        store += began - read
        seen |= {fact.id for fact in page.facts if isinstance(fact, Invoice)}
        cursor = page.cursor
    if len(seen) < least:
        raise ValueError(f"{len(seen)} of {least} invoices were read")
    return normalise + time.thread_time() - began, store, cursor


@contextmanager
def _stored() -> Iterator[list[str]]:
    """The hub's table in memory; the writes that it was asked for, as they come."""
    found: list[str] = []
    settings = {
        "TABLE": _TABLE, "AWS_DEFAULT_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    table.client.cache_clear()
    client = table.client()
    client.meta.events.register_first(
        "before-call.dynamodb",
        lambda model, **_: found.append(model.name) if model.name in _WRITES else None,
    )
    MemoryTable(_TABLE).serve(client)
    try:
        yield found
    finally:
        table.client.cache_clear()
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})
