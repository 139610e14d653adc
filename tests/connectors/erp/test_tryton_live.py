"""The Tryton connector against a real Tryton 8, in which an accountant books."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.contract import Connection
from connectors.erp import tryton as connector
from connectors.erp.tryton.cursor import Cursor
from connectors.http import Door
from connectors.json_door import write_json
from infra.local.erp.books import Books
from infra.local.erp.desk import Desk
from infra.local.erp.entries import Customer, NewInvoice, Receipt
from infra.local.erp.rpc import ErpError, Rpc
from shared.domain.model import CreditNote, Invoice, Party, Payment, invoice_status
from shared.domain.money import Money
from shared.errors import Reconnect, Unreadable

pytestmark = pytest.mark.tryton
NOW = datetime(2024, 6, 3, 9, 0, tzinfo=UTC)
MATTI = Customer(
    "Matti Meikäläinen", street="Kotikatu 1 A 2\nc/o Meikäläinen", postal_code="00100",
    city="Helsinki", email="matti@example.invalid", phone="+358401234567",
)  # fmt: skip
YRITYS = Customer(
    "Yritys Oy", "company", language="sv", business_id=("fi_ytunnus", "1572860-0")
)  # fmt: skip
HENKILO = Customer("Liisa Esimerkki", business_id=("fi_hetu", "131052-308T"))


def eur(text):
    return Money(Decimal(text), "EUR")


@pytest.fixture(scope="session")
def books(tryton):
    return Books.open(tryton)


@pytest.fixture
def customer(books):
    (made,) = books.create_customers([MATTI])
    return made


@pytest.fixture
def invoice(books, customer):
    """Posts an invoice of 100 euros, due on 15 May 2024."""

    def post(amount="100.00", **changes):
        values = {"issued": date(2024, 5, 1), "due": date(2024, 5, 15), **changes}
        (posted,) = books.post_invoices([NewInvoice(customer, amount=Decimal(amount), **values)])
        return posted

    return post


def connection(tryton, **changes):
    config = {"url": tryton.url, "database": tryton.database, "overlap_minutes": 1, **changes}
    return Connection(
        id="books",
        config=connector.Config(**config),
        secrets={"application_key": tryton.api_key},
        private_targets=frozenset({tryton.url}),
    )


@pytest.fixture
def erp(tryton):
    return connector.connect(connection(tryton))


def newest(pages, kind, number):
    """The fact of a kind with Tryton's number, as the last page told it."""
    found = [
        fact
        for page in pages
        for fact in page.facts
        if isinstance(fact, kind) and fact.id == f"books:{number}"
    ]
    return found[-1] if found else None


def read(erp, kind, number):
    return newest(erp.pull(None, now=NOW), kind, number)


def test_a_customer_comes_with_its_contacts_and_the_invoice_with_its_balance(
    erp, customer, invoice
):
    posted = invoice(reference="1232")

    party = read(erp, Party, customer)
    got = read(erp, Invoice, posted.id)

    assert (party.name, party.kind, party.language, party.country) == (
        "Matti Meikäläinen", "person", "fi", "FI",
    )  # fmt: skip
    assert party.emails == ("matti@example.invalid",)
    assert party.phones == ("+358401234567",)
    assert party.addresses[0].lines == ("Kotikatu 1 A 2", "c/o Meikäläinen")
    assert (got.number, got.debtor) == (posted.number, f"books:{customer}")
    assert (got.issued, got.due) == (date(2024, 5, 1), date(2024, 5, 15))
    assert (got.total, got.open, invoice_status(got)) == (eur("100"), eur("100"), "open")
    assert (got.reference, got.capacity) == (posted.payment_reference, "consumer")


def test_the_field_of_the_payment_reference_can_be_chosen(tryton, invoice):
    posted = invoice(reference="1232")
    erp = connector.connect(connection(tryton, reference="reference"))

    assert read(erp, Invoice, posted.id).reference == "1232"


def test_a_company_number_is_read_and_a_personal_one_is_not(erp, books):
    company, person = books.create_customers([YRITYS, HENKILO])
    for one in (company, person):
        books.post_invoices([NewInvoice(one, date(2024, 5, 1), date(2024, 5, 15), Decimal(10))])

    got, private = read(erp, Party, company), read(erp, Party, person)

    assert (got.kind, got.business_id, got.business_id_scheme) == (
        "company", "1572860-0", "FI_YTUNNUS",
    )  # fmt: skip
    assert (private.kind, private.business_id) == ("person", None)


def test_a_part_payment_lowers_the_balance_and_the_rest_pays_it(erp, books, invoice):
    posted = invoice()

    books.pay(posted.id, date(2024, 6, 1), Decimal(40))
    part = read(erp, Invoice, posted.id)
    books.pay(posted.id, date(2024, 6, 2))
    whole = read(erp, Invoice, posted.id)

    assert (part.open, invoice_status(part)) == (eur("60"), "partly_paid")
    assert (whole.open, invoice_status(whole), whole.state) == (eur("0"), "paid", "paid")
    payments = payments_of(erp, posted.id)
    assert [(p.amount, p.received) for p in payments] == [
        (eur("40"), date(2024, 6, 1)), (eur("60"), date(2024, 6, 2)),
    ]  # fmt: skip
    assert all(p.debtor == part.debtor for p in payments)


def payments_of(erp, invoice):
    pages = list(erp.pull(None, now=NOW))
    return [
        fact
        for page in pages
        for fact in page.facts
        if isinstance(fact, Payment | CreditNote)
        and f"books:{invoice}" in {one.invoice for one in fact.allocations}
    ]


def test_an_overpayment_settles_the_invoice_and_leaves_unapplied_cash(erp, books, invoice):
    posted = invoice()

    books.pay(posted.id, date(2024, 6, 1), Decimal(130))

    got = read(erp, Invoice, posted.id)
    (payment,) = payments_of(erp, posted.id)
    assert (got.open, invoice_status(got)) == (eur("0"), "paid")
    assert [one.amount for one in payment.allocations] == [eur("100")]


def test_a_full_credit_is_credited_and_a_void_is_cancelled(erp, books, invoice):
    credited, voided = invoice(), invoice()

    note = books.credit(credited.id, date(2024, 6, 2))
    books.void(voided.id)

    got, gone = read(erp, Invoice, credited.id), read(erp, Invoice, voided.id)
    assert (invoice_status(got), got.credited, got.state) == ("credited", eur("100"), "cancelled")
    assert (invoice_status(gone), gone.credited) == ("cancelled", None)
    (settling,) = payments_of(erp, credited.id)
    assert isinstance(settling, CreditNote)
    assert (settling.id, settling.issued) == (f"books:{note}", date(2024, 6, 2))
    assert (settling.total, settling.allocations[0].amount) == (eur("100"), eur("100"))
    assert payments_of(erp, voided.id) == []


def test_a_part_credit_counts_before_and_after_the_rest_is_paid(erp, books, invoice):
    posted = invoice()

    note = books.credit_part(posted.id, date(2024, 6, 2), Decimal(30))
    part = read(erp, Invoice, posted.id)
    books.pay(posted.id, date(2024, 6, 2))
    whole = read(erp, Invoice, posted.id)

    assert (part.open, part.credited, invoice_status(part)) == (
        eur("70"), eur("30"), "partly_paid",
    )  # fmt: skip
    assert (whole.open, whole.credited, invoice_status(whole)) == (eur("0"), eur("30"), "paid")
    shares = {fact.id: fact.allocations[0].amount for fact in payments_of(erp, posted.id)}
    assert shares.pop(f"books:{note}") == eur("30")
    assert list(shares.values()) == [eur("70")]


def test_credit_and_payment_that_were_reconciled_by_hand_share_the_invoice(erp, books, invoice):
    posted = invoice()

    books.pay(posted.id, date(2024, 6, 1), Decimal(40))
    note = books.credit_part(posted.id, date(2024, 6, 2), Decimal(60))

    got = read(erp, Invoice, posted.id)
    assert (got.open, got.credited, invoice_status(got)) == (eur("0"), eur("60"), "paid")
    shares = {fact.id: fact.allocations[0].amount for fact in payments_of(erp, posted.id)}
    assert shares.pop(f"books:{note}") == eur("60")
    assert list(shares.values()) == [eur("40")]


def test_a_payment_that_was_cancelled_is_taken_back(erp, books, accountant, invoice):
    posted = invoice()
    books.pay(posted.id, date(2024, 6, 1), Decimal(40))
    (paid,) = payments_of(erp, posted.id)
    cursor = late_cursor(erp)

    accountant.cancel(paid.id)

    pages = list(erp.pull(cursor, now=NOW))
    back, owed = newest(pages, Payment, local(paid)), newest(pages, Invoice, posted.id)
    assert (back.taken_back, back.allocations, back.amount) == (True, (), eur("40"))
    assert (owed.open, invoice_status(owed)) == (eur("100"), "open")


def test_a_payment_that_was_taken_off_its_invoice_is_the_debtors_still(
    erp, books, accountant, invoice
):
    posted = invoice()
    books.pay(posted.id, date(2024, 6, 1), Decimal(40))
    (paid,) = payments_of(erp, posted.id)
    assert read(erp, Invoice, posted.id).payments == (paid.id,)
    cursor = late_cursor(erp)

    accountant.unlink(posted.id, paid.id)

    pages = list(erp.pull(cursor, now=NOW))
    (page,) = [one for one in pages if newest([one], Invoice, posted.id)]
    free, owed = newest([page], Payment, local(paid)), newest([page], Invoice, posted.id)
    assert (owed.open, owed.payments) == (eur("100"), ())
    assert (free.amount, free.allocations, free.taken_back) == (eur("40"), (), False)


def test_tryton_itself_keeps_customers_with_posted_invoices_from_being_merged(
    books, accountant, customer, invoice
):
    invoice()
    (other,) = books.create_customers([MATTI])
    with pytest.raises(ErpError, match="posted move"):
        accountant.merge(customer, into=other)


def local(fact):
    return int(fact.id.rpartition(":")[2])


class Accountant:
    """What an accountant does to a payment that was booked wrongly."""

    def __init__(self, tryton):
        self.rpc = Rpc(tryton.url, tryton.database, tryton.user, tryton.password)

    def cancel(self, payment):
        """Cancel the move of a payment, as the wizard does."""
        line = int(payment.rpartition(":")[2])
        (row,) = self.rpc.find("account.move.line", [["id", "=", line]], "move")
        step = Desk(self.rpc).wizard("account.move.cancel", "account.move", [row["move"]])
        step("cancel", {"default": {"description": None, "reversal": True}})
        step(None, {})

    def unlink(self, invoice, payment):
        """Take a payment off an invoice, and leave it in the books."""
        line = int(payment.rpartition(":")[2])
        gone = {"payment_lines": [["remove", [line]]]}
        self.rpc.model("account.invoice", "write", [invoice], gone)

    def merge(self, customer, *, into):
        """Replace a customer by another one."""
        step = Desk(self.rpc).wizard("party.replace", "party.party", [customer])
        step("replace", {"ask": {"source": customer, "destination": into}})
        step(None, {})


@pytest.fixture
def accountant(tryton):
    return Accountant(tryton)


def test_a_bank_statement_books_many_payments_as_the_dialogue_does(erp, books, invoice):
    first, second = invoice("10.00"), invoice("20.00")

    books.book_statement(
        [Receipt(first.id, date(2024, 6, 1), Decimal(10)),
         Receipt(second.id, date(2024, 6, 2), Decimal(5))]
    )  # fmt: skip

    assert read(erp, Invoice, first.id).state == "paid"
    assert read(erp, Invoice, second.id).open == eur("15")
    (payment,) = payments_of(erp, second.id)
    assert (payment.amount, payment.received) == (eur("5"), date(2024, 6, 2))


def test_what_must_not_be_dunned_says_why(erp, books, customer, invoice):
    posted, other = invoice(), invoice()
    books.block_dunning(posted.id)
    books.stop_dunning(customer)

    assert read(erp, Invoice, posted.id).do_not_dun == ("invoice_blocked",)
    assert read(erp, Party, customer).do_not_dun == ("customer_blocked",)
    items = erp.open_items([f"books:{posted.id}", f"books:{other.id}"])
    assert [item.do_not_dun for item in items] == [
        ("invoice_blocked", "customer_blocked"), ("customer_blocked",),
    ]  # fmt: skip

    books.unblock_dunning(posted.id)
    books.stop_dunning(customer, stop=False)
    (item,) = erp.open_items([f"books:{posted.id}"])
    assert item.do_not_dun == ()


def test_open_items_come_in_the_order_asked_and_what_is_gone_is_missing(
    erp, books, customer, invoice
):
    posted = invoice()
    books.pay(posted.id, date(2024, 6, 1), Decimal("0.01"))
    draft = books.draft_invoice(
        NewInvoice(customer, date(2024, 5, 1), date(2024, 5, 15), Decimal(10))
    )
    books.delete_draft(draft)

    items = erp.open_items([f"books:{draft}", "other:1", f"books:{posted.id}", "books:x"])

    assert [item.open for item in items] == [None, None, eur("99.99"), None]


def test_a_second_pull_brings_what_changed_and_nothing_else(erp, books, customer, invoice):
    quiet, paid, blocked = invoice(), invoice(), invoice()
    cursor = late_cursor(erp)
    books.pay(paid.id, date(2024, 6, 1))
    books.block_dunning(blocked.id)
    books.stop_dunning(customer)

    pages = list(erp.pull(cursor, now=NOW))

    assert newest(pages, Invoice, paid.id).open == eur("0")
    assert newest(pages, Invoice, blocked.id).do_not_dun == ("invoice_blocked",)
    assert newest(pages, Party, customer).do_not_dun == ("customer_blocked",)
    assert newest(pages, Invoice, quiet.id) is None
    assert [fact.allocations[0].invoice for page in pages for fact in page.facts
            if isinstance(fact, Payment)] == [f"books:{paid.id}"]  # fmt: skip


def late_cursor(erp):
    """The cursor of a complete pull, moved on by the overlap: only later changes are after it."""
    *_, last = erp.pull(None, now=NOW)
    state = Cursor.read(last.cursor)
    later = {
        feed: mark + timedelta(minutes=1, microseconds=1) for feed, mark in state.since.items()
    }
    newest_of_all = max(later.values())
    return Cursor(since=dict.fromkeys(later, newest_of_all)).text()


def test_the_last_page_alone_says_how_far_the_feed_is_complete(erp, invoice):
    invoice()
    before = datetime.now(UTC) - timedelta(seconds=2)

    *first, last = erp.pull(None, now=NOW)

    assert all(page.complete_through is None for page in first)
    assert before < last.complete_through <= datetime.now(UTC)
    assert Cursor.read(last.cursor).feed is None


def test_a_pull_that_broke_off_goes_on_where_it_was(erp, books, invoice, monkeypatch):
    monkeypatch.setattr(connector, "_PAGE", 2)
    for _ in range(3):
        books.pay(invoice().id, date(2024, 6, 1))
    whole = {fact.id for page in erp.pull(None, now=NOW) for fact in page.facts}
    broken = erp.pull(None, now=NOW)
    seen = [next(broken) for _ in range(3)]

    rest = list(erp.pull(seen[-1].cursor, now=NOW))

    assert {fact.id for page in [*seen, *rest] for fact in page.facts} == whole
    assert rest[-1].complete_through is not None


def test_a_wrong_key_asks_to_connect_again_and_the_test_says_so(tryton):
    wrong = Connection(
        id="books",
        config=connection(tryton).config,
        secrets={"application_key": "0" * 64},
        private_targets=frozenset({tryton.url}),
    )
    erp = connector.connect(wrong)

    with pytest.raises(Reconnect):
        list(erp.pull(None, now=NOW))
    assert {finding.text for finding in erp.test()} == {"the application key was refused"}


def test_the_connection_test_finds_everything_in_order(erp, books, invoice):
    books.pay(invoice().id, date(2024, 6, 1))

    assert [(one.check, one.ok) for one in erp.test()] == [
        ("company", True), ("read_invoices", True), ("read_payments", True),
        ("read_customers", True), ("own_dunning", True),
    ]  # fmt: skip


def test_a_company_that_is_not_there_is_found_by_the_test_and_by_a_pull(tryton, erp, invoice):
    invoice()
    *_, last = erp.pull(None, now=NOW)
    lost = connector.connect(connection(tryton, company=99))

    assert [one.check for one in lost.test() if not one.ok] == ["company", "read_invoices"]
    with pytest.raises(Unreadable):
        list(lost.pull(last.cursor, now=NOW))


@pytest.mark.parametrize("model", ["party.party", "account.invoice", "account.move", "res.group"])
def test_the_key_of_the_hub_cannot_write(tryton, model):
    door = Door(tryton.url, private_targets=frozenset({tryton.url}))
    headers = {
        "Authorization": f"Bearer {tryton.api_key}", "Content-Type": "application/json",
    }  # fmt: skip

    answer = door.call(
        "POST", f"/{tryton.database}/rest/model/{model}", headers=headers,
        body=write_json({"name": "x"}),
    )  # fmt: skip

    assert answer.status == 400
    assert b"not allowed" in answer.body
