"""Reads the embedded table once, whole, and puts the book of one creditor together from its rows.

A scan is for local tooling alone: in an installation nobody may read a table like this.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Protocol

from infra.local.report.book import Act, Book, Found, Task, compose
from shared.cloud import amend_rows, keys, truths
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.events import read_event
from shared.domain.model import CreditNote, Invoice, Party, Payment
from shared.domain.payment import Payment as Receipt
from shared.domain.sighting import Sighting


class Clients(Protocol):
    """What gives AWS clients: the embedded stack."""

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client for a service."""


def collect(
    stack: Clients, table_name: str, tenant: str, *, first: date, last: date, zone: str
) -> Book:
    """The book of ``tenant`` from the rows of ``table_name``, for the days ``first`` to ``last``.

    ``zone`` is the creditor's IANA zone. Raises ``Unreadable`` for an event of an unknown kind.
    """
    own = f"T#{keys.Tenant(tenant).id}#"
    rows = (row for row in scan(stack, table_name) if row["pk"].startswith(own))
    return rebuild(rows, first=first, last=last, zone=zone)


def rebuild(rows: Iterable[Row], *, first: date, last: date, zone: str) -> Book:
    """The book of one tenant's rows, in whatever order they come."""
    found = Found()
    ordered = sorted(rows, key=lambda row: (row["pk"], row["sk"]))
    for row in ordered:
        match keys.kind_of(row["pk"]), row["sk"].partition("#")[0]:
            case "INV", _:
                _invoice_row(found, row)
            case "PARTY", "FACT":
                found.parties.append(Party.model_validate_json(row["body"]))
            case "CASE", "EV":
                case = found.events.setdefault(keys.id_of(row["pk"]), [])
                case.append(read_event(row["body"]))
            case "TASK", _:
                found.tasks.append(_task(row))
            case "OUT", _ if row["kind"] != amend_rows.KIND:
                found.acts.append(_act(row))
            case "CREDITOR", _:
                creditor = Creditor.model_validate_json(row["body"])
                found.creditor, found.country = creditor.name, creditor.country
            case _:
                pass
    _partitions(found, ordered)
    return compose(found, first=first, last=last, zone=zone)


def _partitions(found: Found, rows: Iterable[Row]) -> None:
    """Each invoice with all money that is known of it, and each money with what became of it."""
    partitions: dict[str, dict[str, Row]] = {}
    for row in rows:
        if keys.kind_of(row["pk"]) in {"INV", "MON"}:
            partitions.setdefault(row["pk"], {})[row["sk"]] = row
    for pk, beside in partitions.items():
        _partition(found, pk, beside)


def _partition(found: Found, pk: str, rows: Mapping[str, Row]) -> None:
    """An invoice with all money that is known of it, or money with what became of it."""
    fact = rows.get("FACT")
    if fact is None:
        return
    if keys.kind_of(pk) == "INV":
        beside = {sk: row for sk, row in rows.items() if sk != "FACT"}
        found.truths[keys.id_of(pk)] = truths.of_rows(fact, beside)
        return
    state = rows.get("PAYMENT")
    became = None if state is None else Receipt.model_validate_json(state["body"])
    found.money.append((Sighting.model_validate_json(fact["body"]), became))


def _invoice_row(found: Found, row: Row) -> None:
    """An invoice's own row, or a payment or credit note that stands beside it."""
    invoice, kind = keys.id_of(row["pk"]), row["sk"].partition("#")[0]
    if kind == "FACT":
        found.invoices.append(Invoice.model_validate_json(row["body"]))
        if "parked" in row:
            found.parked.add(invoice)
    elif kind == "PAY":
        payment = Payment.model_validate_json(row["body"])
        found.payments.setdefault(invoice, []).append(payment)
    elif kind == "CRN":
        note = CreditNote.model_validate_json(row["body"])
        found.credit_notes.setdefault(invoice, []).append(note)


def _task(row: Row) -> Task:
    return Task(
        id=keys.id_of(row["pk"]),
        why=row["why"],
        state=row["state"],
        case=row.get("case", ""),
        claims=tuple(json.loads(row["claims"])),
    )


def _act(row: Row) -> Act:
    return Act(
        id=keys.id_of(row["pk"]),
        kind=row["kind"],
        state=row["state"],
        case=row.get("case_id", ""),
        document=row.get("document", ""),
    )


def scan(stack: Clients, table_name: str) -> Iterator[Row]:
    """Every row of the table, page by page."""
    client = stack.client("dynamodb")
    for page in client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True):
        for item in page["Items"]:
            yield _row(item)


def _row(item: Mapping[str, Mapping[str, Any]]) -> Row:
    """A row without DynamoDB's type marks: texts, whole numbers and booleans."""
    row: Row = {}
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        row[name] = int(value) if kind == "N" else value
    return row
