"""Rows of the table become the same book, whatever page they came on."""

import json

from infra.local.report import collect
from infra.local.report.history import history
from shared.cloud import hub_keys, keys
from shared.domain.events import write_event
from tests.local.report.books import (
    FIRST,
    LAST,
    ZONE,
    booked,
    eur,
    invoice,
    joined,
    opened,
    payment,
    reminded,
)  # fmt: skip

TENANT = keys.Tenant("merikoski")


class Pages:
    """A stack whose table has rows on two pages; it answers a scan and nothing else."""

    def __init__(self, rows):
        self.rows = rows

    def client(self, service, **_):
        assert service == "dynamodb"
        return self

    def get_paginator(self, name):
        assert name == "scan"
        return self

    def paginate(self, TableName, ConsistentRead):  # noqa: N803 - DynamoDB's own names
        assert (TableName, ConsistentRead) == ("hub", True)
        typed = [{key: mark(value) for key, value in row.items()} for row in self.rows]
        return [{"Items": typed[1::2]}, {"Items": typed[::2]}]


def mark(value):
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def rows():
    one = invoice("erp:1", "erp:d", "02-09", "80.00")
    two = invoice("erp:2", "erp:d", "01-30", "20.00", "20.00")
    paid = payment("erp:p", "erp:1", "80.00", "03-02")
    events = [
        opened("erp:d", "02-17"), joined(one, "02-17"),
        *reminded("r", "02-17", "friendly", "erp:1"), booked(paid, "03-03"),
    ]  # fmt: skip
    found = [
        {**keys.invoice(TENANT, "erp:1"), "hash": "h", "body": one.model_dump_json(), "attempt": 0},
        {**keys.invoice(TENANT, "erp:2"), "body": two.model_dump_json(), "parked": "start_line"},
        {**keys.movement(TENANT, "erp:1", "PAY", "erp:p"), "body": paid.model_dump_json()},
        {**keys.fact(TENANT, "PAY", "erp:p"), "body": paid.model_dump_json()},
        {**keys.head(TENANT, "c1"), "version": len(events)},
        {**keys.task(TENANT, "t"), "why": "due_before_start_line", "state": "open", "case": "",
         "claims": json.dumps(["erp:2"]), "body": "[]"},
        {**keys.outbox(TENANT, "r"), "kind": "reminder", "state": "sent", "case_id": "c1"},
    ]  # fmt: skip
    found += [
        {**keys.event(TENANT, "c1", n), "kind": event.kind, "body": write_event(event)}
        for n, event in enumerate(events, start=1)
    ]
    foreign = {**keys.invoice(keys.Tenant("other"), "erp:9"), "body": one.model_dump_json()}
    return [*found, foreign, {**hub_keys.control(), "outbound": "on"}]


def test_a_scan_gives_the_tenants_book_alone():
    book = collect(Pages(rows()), "hub", "merikoski", first=FIRST, last=LAST, zone=ZONE)
    assert sorted(book.receivables) == ["erp:1", "erp:2"]
    assert book.receivables["erp:1"].case == "c1"
    assert [log.state.version for log in book.cases.values()] == [5]
    assert [task.why for task in book.tasks] == ["due_before_start_line"]
    assert [act.state for act in book.acts] == ["sent"]


def test_an_invoice_from_before_the_start_line_is_with_a_person():
    book = collect(Pages(rows()), "hub", "merikoski", first=FIRST, last=LAST, zone=ZONE)
    end = history(book)[-1]
    assert end.stages["held"] == end.total == eur("20.00")
