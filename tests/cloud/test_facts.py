"""Facts on the embedded table: unchanged ones cost nothing, and no change is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import boto3
import pytest

from shared.cloud import facts, keys, table, truths
from shared.domain.model import Allocation, CreditNote, Invoice, Party, Payment
from shared.errors import NotFound
from tests.functions.world import NORDIC, NOW, TWIN, eur, open_case
from tests.wire import Killed

pytestmark = pytest.mark.stack

SOON = datetime(2026, 3, 9, tzinfo=UTC)
ONE = "erp:1"


def invoice(number="1", opened="100.00", debtor="erp:d1"):
    return Invoice(
        id=f"erp:{number}", version=opened, number=number, debtor=debtor, issued=date(2026, 1, 1),
        due=date(2026, 1, 15), total=eur("100.00"), open=eur(opened),
    )  # fmt: skip


def payment(amount="40.00", of=(ONE,), name="erp:p1"):
    return Payment(
        id=name, version="1", amount=eur(amount), value_date=date(2026, 2, 1),
        booked=date(2026, 2, 1), received=date(2026, 2, 1),
        allocations=tuple(Allocation(invoice=one, amount=eur(amount)) for one in of),
    )  # fmt: skip


def party(**of):
    return Party(id="erp:d1", version="1", kind="person", name="Aino", country="FI", **of)


def take(*page, now=NOW, join_at=SOON, tenant=NORDIC):
    return facts.take(tenant, "erp", page, now, lambda _: join_at)


def row(number="1", tenant=NORDIC):
    return table.get(keys.invoice(tenant, f"erp:{number}"))


def book(number="1"):
    """What booking leaves behind: the invoice in a case, without a mark."""
    key = keys.invoice(NORDIC, f"erp:{number}")
    table.update(key, set_={"case_id": "c1a2b3"}, remove=("due_at", "due_shard"))


def test_a_page_pulled_again_unchanged_writes_nothing(nordic, calls):
    page = [party(), invoice(), invoice("2"), payment(of=("erp:1", "erp:2"))]
    assert take(*page).new == 4
    calls.clear()
    tally = take(*page)
    assert (tally.seen, tally.new, tally.changed, tally.due) == (4, 0, 0, set())
    assert calls == ["dynamodb:BatchGetItem"]


def test_a_new_invoice_is_due_when_its_first_step_is(nordic):
    take(invoice())
    assert row()["due_at"] == "2026-03-09T00:00:00Z"
    take(invoice("2", opened="0.00"), join_at=None)
    assert "due_at" not in row("2")


def test_a_changed_invoice_of_a_case_is_due_at_once(nordic):
    take(invoice())
    book()
    tally = take(invoice(opened="60.00"), join_at=None)
    assert tally.due == {ONE}
    assert (row()["due_at"], row()["case_id"]) == ("2026-03-02T09:00:00Z", "c1a2b3")


def test_a_payment_wakes_the_invoices_that_it_settles(nordic):
    take(invoice(), invoice("2"), invoice("3"))
    for number in "123":
        book(number)
    tally = take(payment(of=("erp:1", "erp:3")))
    assert tally.due == {"erp:1", "erp:3"}
    assert ["due_at" in row(number) for number in "123"] == [True, False, True]


def test_a_payment_that_comes_before_its_invoice_waits_beside_it(nordic):
    assert take(payment()).due == set()
    with pytest.raises(NotFound):
        truths.truth(NORDIC, ONE)
    take(invoice(opened="60.00"))
    _, truth = truths.truth(NORDIC, ONE)
    assert [one.id for one in truth.payments] == ["erp:p1"]


def test_of_two_facts_with_one_id_in_a_page_the_later_counts(nordic):
    take(invoice(opened="90.00"), invoice(opened="80.00"), payment("10.00"), payment("20.00"))
    _, truth = truths.truth(NORDIC, ONE)
    assert truth.invoice.open == eur("80.00")
    assert [one.amount for one in truth.payments] == [eur("20.00")]


def test_a_credit_note_is_a_movement_of_its_own(nordic):
    take(invoice())
    note = CreditNote(
        id="erp:p1", version="1", number="9", debtor="erp:d1", issued=date(2026, 2, 2),
        total=eur("5.00"), allocations=(Allocation(invoice=ONE, amount=eur("5.00")),),
    )  # fmt: skip
    assert take(payment(), note).due == {ONE}
    _, truth = truths.truth(NORDIC, ONE)
    assert (len(truth.payments), len(truth.credit_notes)) == (1, 1)


def test_a_change_counts_its_invoice_up_so_that_no_booking_hides_it(nordic):
    take(invoice())
    book()
    take(payment())
    seen = row()["mark"]
    take(payment(name="erp:p2"))
    assert row()["due_at"] == "2026-03-02T09:00:00Z"
    assert row()["mark"] == seen + 1


@pytest.mark.parametrize("page", [[payment()], [invoice(opened="60.00"), payment()], [party()]])
def test_a_pull_that_dies_at_any_write_is_made_good_by_the_next(nordic, wire, page):
    for where in ("before", "after"):
        for number in range(8):
            boundary = (where, number)
            _start_over()
            wire.watch()
            wire.kill = boundary
            try:
                take(*page)
            except Killed:
                pass
            else:
                assert number >= len(wire.calls)
            wire.kill = None
            take(*page)
            _, truth = truths.truth(NORDIC, ONE)
            moved = any(isinstance(fact, Payment) for fact in page)
            assert [one.id for one in truth.payments] == ["erp:p1"] * moved, boundary
            assert ("due_at" in row()) == moved, boundary
            assert truth.party is None or truth.party.id == "erp:d1"


def test_an_invoice_that_joins_a_case_while_it_changes_is_still_booked(nordic, wire):
    take(invoice())
    wire.after_call["BatchGetItem"] = book
    tally = take(invoice(opened="0.00"), join_at=None)
    assert tally.due == {ONE}
    assert (row()["case_id"], row()["open"]) == ("c1a2b3", "0.00")
    assert row()["due_at"] == "2026-03-02T09:00:00Z"


def test_a_customer_that_may_not_be_dunned_any_more_wakes_its_claims(nordic):
    take(party(), invoice())
    open_case(nordic)
    unit = keys.open_case(nordic, "erp:d1", "FI/consumer/EUR/all")
    table.put({**unit, "case_id": "c1a2b3"})
    book()
    later = NOW + timedelta(hours=1)
    assert take(party(emails=("a@b.example",)), now=later).due == set()
    blocked = party(emails=("a@b.example",), do_not_dun=("customer_blocked",))
    assert take(blocked, now=later).due == {ONE}
    assert row()["due_at"] == "2026-03-02T10:00:00Z"


def test_two_tenants_with_equal_ids_have_their_own_facts(nordic):
    take(invoice(), payment())
    take(invoice(opened="1.00"), tenant=TWIN)
    _, truth = truths.truth(TWIN, ONE)
    assert (truth.payments, truth.invoice.open) == ((), eur("1.00"))
    assert row()["open"] == "100.00"


def _start_over():
    client = boto3.client("dynamodb")
    for item in client.scan(TableName=table.name())["Items"]:
        key = {"pk": item["pk"], "sk": item["sk"]}
        client.delete_item(TableName=table.name(), Key=key)
    take(invoice())
    book()
