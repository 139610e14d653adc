"""Money that is killed on its way, lost or repeated is booked once; what it costs is counted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from shared.cloud import facts, keys, money_rows
from shared.domain.sighting import Sighting
from tests.faults.books import BEGIN, Line
from tests.functions.money import reversal
from tests.functions.world import eur

pytestmark = pytest.mark.stack

ONE = "erp:1001"


def money(name="1", amount="100.00", **of):
    fields = {
        "id": f"bank:{name}", "version": "1", "kind": "receipt", "amount": eur(amount),
        "account": "FI2112345600000785", "value_date": BEGIN, "booked": BEGIN, "claim": ONE,
    }  # fmt: skip
    return Sighting(**(fields | of))


def taken_back():
    return reversal("1", booked=BEGIN, value_date=BEGIN)


def take(machine, *page):
    """A page of the bank becomes durable, and every message about it is lost."""
    return facts.take(machine.tenant, "bank", page, machine.now(), lambda _: None)


@pytest.fixture
def claim(machine, books):
    """A claim in a case, with its reminder due."""
    books.settle_in()
    books.book(Line())
    return machine


def due_money(machine):
    """What the sweep finds of money and claims, worked on until there is none."""
    for _ in range(10):
        rows = [pk for at, pk in machine.due_rows() if at <= f"{machine.now():%Y-%m-%dT%H:%M:%SZ}"]
        found = [(keys.kind_of(pk), keys.id_of(pk)) for pk in rows]
        work = [(kind, name) for kind, name in found if kind in {"MON", "INV"}]
        if not work:
            return
        for kind, name in work:
            queue, field = {"MON": ("match", "payment"), "INV": ("book", "invoice")}[kind]
            body = {"tenant": machine.tenant.id, field: name}
            assert machine.hand(queue, body) == {"batchItemFailures": []}


def end(machine):
    """What it has come to, whatever the road."""
    case = machine.case()
    state = case.claims[ONE]
    known = money_rows.read(machine.tenant, "bank:1")
    moves = [(one.kind, one.on, one.lowered) for one in state.movements]
    return state.open, moves, sorted(case.holds), known.payment.status, known.payment.lots


STORIES = {
    "a receipt": [[money()]],
    "a part": [[money(amount="40.00")]],
    "a receipt and its reversal": [[money()], [taken_back()]],
    "a reversal before its receipt": [[taken_back()], [money()]],
    "money for nobody in particular": [[money(claim=None)]],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_money_killed_at_any_call_comes_to_the_same_end(claim, story):
    machine = claim
    saved = machine.save()

    def live():
        for page in story:
            take(machine, *page)
            due_money(machine)

    machine.wire.watch()
    live()
    calls, whole = list(machine.wire.calls), end(machine)
    writes = [
        number for number, call in enumerate(calls)
        if call.startswith("dynamodb:") and not call.endswith(("Query", "GetItem"))
    ]  # fmt: skip
    for where in [(side, number) for number in writes for side in ("before", "after")]:
        machine.restore(saved)
        machine.wire.watch()
        machine.wire.kill = where
        assert machine.survived(lambda: live() or "lived") is None, where
        machine.wire.kill = None
        live()
        assert end(machine) == whole, (where, calls[where[1]])


def test_a_booked_payment_costs_a_known_number_of_calls(claim):
    machine = claim
    machine.wire.watch()
    take(machine, money())
    assert Counter(machine.wire.calls) == {
        "dynamodb:BatchGetItem": 1, "dynamodb:BatchWriteItem": 1,
    }  # fmt: skip
    machine.wire.watch()
    body = {"tenant": machine.tenant.id, "payment": "bank:1"}
    assert machine.hand("match", body) == {"batchItemFailures": []}
    assert machine.wire.calls == [
        "dynamodb:Query",  # the payment
        "dynamodb:GetItem",  # its feed: authority or hint
        "dynamodb:Query",  # the invoice, with all money on it
        "dynamodb:TransactWriteItems",
        "sqs:SendMessageBatch",
    ]
    machine.wire.watch()
    assert machine.hand("book", *machine.messages("book")) == {"batchItemFailures": []}
    table_calls = [one for one in machine.wire.calls if one.startswith("dynamodb:")]
    assert table_calls == [
        "dynamodb:Query", "dynamodb:BatchGetItem",  # the invoice, its customer and agreement
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem",  # the case
        "dynamodb:TransactWriteItems",
    ]  # fmt: skip
    assert machine.case().claims[ONE].open == eur("0.00")


def test_lost_messages_of_money_are_found_by_the_due_index(claim):
    machine = claim
    take(machine, money())
    for _ in range(3):
        assert machine.sweep()["MON"] == 1
        machine.lose_messages()
        machine.pass_time(minutes=41)
    machine.settle()
    assert machine.case().claims[ONE].open == eur("0.00")


def test_money_that_is_matched_and_not_yet_booked_stops_the_letter(claim):
    """Nothing leaves, though the books still say that all of it is owed."""
    machine = claim
    take(machine, money())
    body = {"tenant": machine.tenant.id, "payment": "bank:1"}
    assert machine.hand("match", body) == {"batchItemFailures": []}
    machine.lose_messages()
    machine.settle()
    assert machine.letters() == []
    assert machine.case().claims[ONE].open == eur("0.00")


def test_what_the_books_still_state_does_not_keep_a_part_paid_claim_from_its_letter(claim, books):
    machine = claim
    take(machine, money(amount="40.00"))
    due_money(machine)
    books.pull()
    machine.settle()
    (letter,) = machine.letters()
    assert machine.case().claims[ONE].open == eur("60.00")
    assert letter


def test_a_reversal_repeats_no_letter_and_goes_on_from_its_step(claim, books):
    machine = claim
    machine.settle()
    assert machine.notice("friendly").state == "sent"
    take(machine, money(amount="40.00"))
    due_money(machine)
    machine.live_on(BEGIN + timedelta(days=3))
    books.pull()
    take(machine, taken_back())
    machine.settle()
    state = machine.case().claims[ONE]
    assert (len(machine.letters()), state.level, state.open) == (1, 1, eur("100.00"))
    assert machine.case().standing(ONE).last_step == BEGIN + timedelta(days=3)


def test_money_that_the_books_do_not_know_yet_holds_up_no_step(claim):
    take(claim, money(amount="40.00"))
    due_money(claim)
    assert claim.case().claims[ONE].open == eur("60.00")
    claim.sweep()
    (start,) = claim.started()
    # The books, asked before the letter, still state 100.00: what they last said, and no doubt.
    assert claim.execute(start) == "sent"
    assert len(claim.letters()) == 1
