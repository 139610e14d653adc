"""A payment stops the letter that is not intended yet, and takes back the fee that it crossed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions import sweep
from tests.faults.books import BEGIN, FIRM_FIRST, LONG_DUE, Line, paid
from tests.functions.world import eur

pytestmark = pytest.mark.stack


@pytest.fixture
def due(machine, books):
    """A claim whose reminder with a fee is about to be sent; gives the execution's input."""
    books.settle_in(FIRM_FIRST)
    books.book(Line(due=LONG_DUE))
    machine.sweep()
    (start,) = machine.started()
    return start


def money(received):
    return paid(received, due=LONG_DUE)


def committed(machine, books, how):
    """A payment reaches the table and gets as far as ``how`` says."""
    books.state(money(BEGIN))
    books.pull()
    if how == "booked":
        machine.work()
    if how == "claimed by the sweep":
        machine.messages("book")
        for number in range(4):
            event = {"Records": [{"body": f'{{"shard": "S#{number}"}}'}]}
            sweep.handler(event, None)


@pytest.mark.parametrize("how", ["stored", "claimed by the sweep", "booked"])
@pytest.mark.parametrize("read", ["before the step reads", "after the step has read"])
def test_a_payment_committed_before_the_intent_stops_the_letter(machine, books, due, how, read):
    if read == "before the step reads":
        committed(machine, books, how)
    else:
        # The letter is rendered and stored between the last read and the INTENT.
        machine.wire.after_call["PutObject"] = lambda: committed(machine, books, how)
    assert machine.execute(due) in {"conflict", "rest"}
    machine.settle()
    assert machine.letters() == []
    assert "reminder_intended" not in machine.kinds()
    assert machine.case().claims["erp:1001"].open == eur("0.00")


def test_a_payment_that_only_the_source_knows_stops_the_letter(machine, books, due):
    books.state(money(BEGIN))
    assert machine.execute(due) == "not_proven"
    machine.settle()
    assert machine.letters() == []
    assert machine.case().claims["erp:1001"].open == eur("0.00")


def test_a_payment_between_intent_and_outcome_credits_the_fee(machine, books, due):
    machine.wire.after_call["SendEmail"] = lambda: books.book(money(BEGIN))
    assert machine.execute(due) == "sent"
    assert machine.kinds()[-2:] == ["act_sent", "fee_credited"]
    assert machine.case().fees_of("erp:1001") == eur("0.00")
    machine.settle()
    assert (len(machine.letters()), machine.kinds().count("fee_credited")) == (1, 1)


@pytest.mark.parametrize(
    ("received", "fee"), [(-3, "0.00"), (-1, "0.00"), (0, "0.00"), (1, "5.00")]
)
def test_a_payment_booked_after_the_letter_credits_the_fee_if_it_was_there_by_then(
    machine, books, due, received, fee
):
    assert machine.execute(due) == "sent"
    assert machine.case().fees_of("erp:1001") == eur("5.00")
    machine.live_on(BEGIN + timedelta(days=2))
    books.book(money(BEGIN + timedelta(days=received)))
    machine.settle()
    assert machine.case().fees_of("erp:1001") == eur(fee)
    assert machine.kinds().count("fee_credited") == (1 if fee == "0.00" else 0)


def test_half_a_payment_credits_nothing_and_stops_nothing_later(machine, books, due):
    assert machine.execute(due) == "sent"
    books.book(paid(BEGIN, "40.00", due=LONG_DUE))
    machine.settle()
    assert machine.case().fees_of("erp:1001") == eur("5.00")
    assert machine.case().claims["erp:1001"].open == eur("60.00")
