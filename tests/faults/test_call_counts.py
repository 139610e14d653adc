"""What a step costs: asserted in calls, for times depend on the machine."""

from __future__ import annotations

from collections import Counter

import pytest

from functions import decide
from tests.faults.books import BEGIN, Line, paid

pytestmark = pytest.mark.stack

WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"}


def table_calls(machine):
    return [call.removeprefix("dynamodb:") for call in machine.wire.calls if "dynamodb" in call]


def test_a_step_that_touches_nobody_is_a_claim_a_query_a_batch_read_and_a_transaction(
    machine, books
):
    books.settle_in()
    books.book(Line())
    books.book(paid(BEGIN))
    machine.wire.watch()
    machine.sweep()
    claims = [call for call in table_calls(machine) if call == "UpdateItem"]
    (start,) = machine.started()
    machine.wire.watch()
    assert decide.handler(start, None)["next"] == "rest"
    # The claim; and once a sweep, however many cases it starts, a block of the day's run: reserved
    # before the first of it starts, and what is left given back.
    assert claims == ["UpdateItem"] * 3
    assert machine.wire.calls == [
        "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems",
    ]  # fmt: skip


def test_a_step_that_touches_reads_twice_and_writes_two_transactions(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    machine.wire.watch()
    assert machine.execute(start) == "sent"
    assert table_calls(machine) == [
        "Query", "BatchGetItem", "Query", "BatchGetItem", "TransactWriteItems",
        "TransactWriteItems",
    ]  # fmt: skip
    assert Counter(machine.wire.calls)["sesv2:SendEmail"] == 1


def test_a_pull_without_news_writes_to_its_own_row_twice_and_to_no_fact(machine, books):
    books.settle_in()
    books.book(Line(), Line(number="1002"))
    machine.wire.watch()
    books.pull()
    assert [call for call in machine.wire.calls if call in WRITES] == ["dynamodb:UpdateItem"] * 2


def test_an_unchanged_invoice_that_is_pulled_again_is_not_written(machine, books):
    books.settle_in()
    books.book(Line(), Line(number="1002"), Line(number="1003"))
    before = {row["pk"]: row for row in machine.rows() if "#INV#" in row["pk"]}
    machine.wire.watch()
    books.state(Line(), Line(number="1002", open="60.00"), Line(number="1003"))
    books.pull()
    writes = Counter(call for call in machine.wire.calls if call in WRITES)
    # The lease and the end of the pull, and the one invoice that changed; money of its new amount
    # finds it by another key.
    assert writes == {"dynamodb:UpdateItem": 3, "dynamodb:BatchWriteItem": 1}
    after = {row["pk"]: row for row in machine.rows() if "#INV#" in row["pk"]}
    assert [pk[-4:] for pk in after if after[pk] != before[pk]] == ["1002"]


def test_a_run_that_lost_its_claim_costs_one_query_and_one_batch_read(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    assert machine.execute(start) == "sent"
    machine.wire.watch()
    assert machine.execute(start) == "conflict"
    assert machine.wire.calls in (["dynamodb:Query"], ["dynamodb:Query", "dynamodb:BatchGetItem"])
