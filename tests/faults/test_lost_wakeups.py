"""Queues only shorten the wait: what they lose is found again, what they repeat has one effect."""

from __future__ import annotations

import pytest

from infra.local import setup
from shared.cloud import connections, facts, inbox, keys, table
from shared.domain.model import Allocation, Invoice, Payment
from tests.faults.books import BEGIN, LONG_DUE, Line, paid
from tests.functions.world import eur

pytestmark = pytest.mark.stack

ONE = "erp:1001"


def money(amount="100.00", received=BEGIN):
    part = Allocation(invoice=ONE, amount=eur(amount))
    return Payment(
        id="erp:p1", version="1", amount=eur(amount), value_date=received, booked=received,
        received=received, allocations=(part,),
    )  # fmt: skip


def take(machine, *page):
    """A page of the feed becomes durable, and every message about it is lost."""
    facts.take(machine.tenant, setup.ERP, page, machine.now(), lambda _: machine.now())


def stored_invoice(machine, **changed):
    row = table.get(keys.invoice(machine.tenant, ONE))
    return Invoice.model_validate_json(row["body"]).model_copy(update=changed)


def test_a_lost_message_to_book_is_found_by_the_due_index(machine, books):
    books.settle_in()
    books.state(Line())
    books.pull()
    machine.lose_messages()
    assert machine.cases() == []
    machine.settle()
    assert len(machine.letters()) == 1
    books.state(paid(BEGIN))
    books.pull()
    machine.lose_messages()
    machine.settle()
    assert machine.case().claims[ONE].open == eur("0.00")


def test_a_message_to_book_lost_after_the_sweeps_claim_comes_again(machine, books):
    books.settle_in()
    books.state(Line())
    books.pull()
    machine.lose_messages()
    for _ in range(3):
        assert machine.sweep()["INV"] == 1
        machine.lose_messages()
        machine.pass_time(minutes=21)
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_lost_message_to_pull_is_found_by_the_due_index(machine, books):
    books.settle_in()
    books.state(Line())
    assert machine.sweep() == {"CONN": 1}
    machine.lose_messages()
    assert machine.sweep() == {}
    machine.pass_time(minutes=6)
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_lost_message_of_the_outbox_is_found_by_the_due_index(machine, with_partner, partner):
    with_partner.hand_over()
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    assert machine.sweep()["OUT"] == 1
    machine.lose_messages()
    assert len(partner.taken) == 1
    machine.pass_time(minutes=6)
    machine.settle()
    told = [one for one in partner.taken.values() if one["type"] == "payment.direct"]
    assert [one["data"]["amount"] for one in told] == ["40.00"]


def test_a_lost_message_of_the_inbox_is_found_by_the_due_index(machine, with_partner, partner):
    with_partner.hand_over()
    (case,) = machine.cases()
    body = b'{"type":"nothing that we know","data":{}}'
    inbox.receive(machine.tenant, setup.PARTNER, "e1", case=case, body=body, now=machine.now())
    machine.pass_time(minutes=6)
    machine.settle()
    assert inbox.read(machine.tenant, setup.PARTNER, "e1")["state"] == "quarantined"
    assert machine.tasks() == ["partner_report_quarantined"]


def test_a_message_that_comes_twice_has_one_effect(machine, books):
    books.settle_in()
    books.book(Line())
    books.state(paid(BEGIN, "40.00"))
    books.pull()
    (message,) = machine.messages("book")
    assert machine.hand("book", message, message) == {"batchItemFailures": []}
    assert machine.hand("book", message) == {"batchItemFailures": []}
    assert machine.kinds().count("payment_allocated") == 1
    assert machine.case().claims[ONE].open == eur("60.00")
    for start in twice(machine):
        machine.execute(start)
    assert len(machine.letters()) == 1


def test_a_booking_without_a_change_writes_nothing(machine, books):
    books.settle_in()
    books.book(Line())
    machine.wire.watch()
    machine.hand("book", {"tenant": machine.tenant.id, "invoice": ONE})
    assert [call for call in machine.wire.calls if "Get" not in call and "Query" not in call] == []


@pytest.mark.parametrize("order", ["payment first", "invoice first", "together"])
def test_a_payment_and_its_invoice_may_come_in_any_order(machine, books, order):
    books.settle_in()
    books.book(Line())
    settled = stored_invoice(machine, version="2", open=eur("0.00"))
    pages = {
        "payment first": [(money(),), (settled,)],
        "invoice first": [(settled,), (money(),)],
        "together": [(settled, money())],
    }[order]
    for page in pages:
        take(machine, *page)
        machine.hand("book", {"tenant": machine.tenant.id, "invoice": ONE})
    claim = machine.case().claims[ONE]
    assert (claim.open, claim.raised) == (eur("0.00"), False)
    assert [move.kind for move in claim.movements] == ["payment"]
    machine.settle()
    assert (machine.letters(), machine.tasks()) == ([], [])


def test_a_payment_before_its_invoice_is_known_is_not_counted_twice(machine, books):
    books.settle_in()
    take(machine, money("40.00"))
    books.book(Line(open="60.00"))
    machine.settle()
    claim = machine.case().claims[ONE]
    assert (claim.open, claim.movements) == (eur("60.00"), ())
    assert len(machine.letters()) == 1


def test_a_change_that_comes_while_another_is_booked_is_booked_as_well(machine, books):
    books.settle_in()
    books.book(Line())
    books.state(Line(open="60.00"))
    take(machine, stored_invoice(machine, version="2", open=eur("60.00")))
    # Right after the booking has read the invoice, its payment comes in at the same second.
    machine.wire.after_call["Query"] = lambda: take(machine, money("40.00"))
    machine.hand("book", {"tenant": machine.tenant.id, "invoice": ONE})
    machine.lose_messages()
    machine.settle()
    assert machine.kinds().count("payment_allocated") == 1
    assert machine.case().claims[ONE].open == eur("60.00")


def test_more_payments_than_one_transaction_holds_are_all_booked(machine, books):
    books.settle_in()
    books.book(Line())
    cents = [money("0.50").model_copy(update={"id": f"erp:p{number}"}) for number in range(120)]
    books.state(Line(open="40.00"))
    take(machine, stored_invoice(machine, version="2", open=eur("40.00")), *cents)
    machine.settle()
    assert machine.kinds().count("payment_allocated") == 120
    assert machine.case().claims[ONE].open == eur("40.00")


def test_of_two_pulls_at_once_one_reads_and_the_feed_is_read_once_more(machine, books):
    books.settle_in()
    books.state(Line())
    body = {"tenant": machine.tenant.id, "connection": setup.ERP}
    seen = []

    def second():
        books.state(Line(), Line(number="1002"))
        assert machine.hand("pull", body) == {"batchItemFailures": []}
        seen.append(books.row()["again"])

    machine.wire.after_call["ListObjectsV2"] = second
    machine.hand("pull", body)
    assert seen == [True]
    assert machine.messages("pull") == [body]
    machine.hand("pull", body)
    assert table.get(keys.invoice(machine.tenant, "erp:1002"))
    assert "again" not in books.row()
    assert machine.messages("pull") == []


def test_a_pull_that_died_keeps_the_feed_for_a_few_minutes_only(machine, books):
    books.settle_in()
    books.state(Line())
    machine.sweep()
    machine.wire.after_call["ListObjectsV2"] = machine.die
    machine.work()
    assert "pulling" in books.row()
    machine.pass_time(minutes=6)
    machine.settle()
    assert len(machine.letters()) == 1
    assert "pulling" not in books.row()


def test_a_connection_that_is_disabled_while_it_is_read_stays_disabled(machine, books):
    books.settle_in()
    books.state(Line())
    machine.wire.after_call["ListObjectsV2"] = lambda: table.transact(
        [connections.disabled(books.row())]
    )
    machine.hand("pull", {"tenant": machine.tenant.id, "connection": setup.ERP})
    row = books.row()
    assert row["state"] == "disabled"
    assert "due_at" not in row
    assert "fresh_as_of" not in row


def twice(machine):
    machine.sweep()
    return [start for start in machine.started() for _ in range(2)]
