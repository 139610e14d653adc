"""What the hub writes into a real Tryton 8, and that nothing of it comes back as news."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.contract import Connection
from connectors.contract_write_back import StatusNote, Voucher, VoucherLine
from connectors.erp import tryton as connector
from infra.local.erp.books import Books
from infra.local.erp.entries import Customer, NewInvoice
from infra.local.erp.rpc import Rpc
from shared.domain.model import CreditNote, Invoice, Payment
from shared.domain.money import Money
from shared.errors import Reconnect

pytestmark = pytest.mark.tryton
NOW = datetime(2024, 6, 3, 9, 0, tzinfo=UTC)
KEY = "0123456789abcdef01234567"


@pytest.fixture(scope="module")
def books(tryton):
    return Books.open(tryton)


@pytest.fixture(scope="module")
def rpc(tryton):
    """The accountant, who looks at what was proposed and posts it."""
    return Rpc(tryton.url, tryton.database, tryton.user, tryton.password)


@pytest.fixture
def invoice(books):
    (customer,) = books.create_customers([Customer("Matti Meikäläinen")])
    new = NewInvoice(customer, amount=Decimal(100), issued=date(2024, 5, 1), due=date(2024, 5, 15))
    (posted,) = books.post_invoices([new])
    return posted.id


@pytest.fixture(scope="module")
def account(rpc):
    """The code of an account of expenses."""
    domain = [["type.expense", "=", True], ["code", "!=", None]]
    row, *_ = rpc.find("account.account", domain, "code")
    return row["code"]


def connect(tryton, write_key):
    return connector.connect(
        Connection(
            id="books",
            config=connector.Config(url=tryton.url, database=tryton.database),
            secrets={"application_key": tryton.api_key, "write_key": write_key},
            private_targets=frozenset({tryton.url}),
        )
    )


@pytest.fixture
def erp(tryton):
    return connect(tryton, tryton.write_key)


def eur(text):
    return Money(Decimal(text), "EUR")


def lost(invoice, account, amount="100.00", journal="MISC"):
    """A credit loss: the account of losses against the debtor's."""
    nothing = eur("0")
    return Voucher(
        invoice=f"books:{invoice}", on=date(2024, 6, 3), journal=journal, text="Credit loss",
        lines=(
            VoucherLine(account=account, debit=eur(amount), credit=nothing, tax="ALV0"),
            VoucherLine(account="", debit=nothing, credit=eur(amount)),
        ),
    )  # fmt: skip


def facts(erp, invoice):
    """What a whole pull says of an invoice: itself, and all that claims to settle it."""
    name = f"books:{invoice}"
    found = [fact for page in erp.pull(None, now=NOW) for fact in page.facts]
    mine = [one for one in found if isinstance(one, Invoice) and one.id == name]
    settling = [
        one for one in found if isinstance(one, Payment | CreditNote)
        and name in {each.invoice for each in one.allocations}
    ]  # fmt: skip
    return mine, settling


def test_a_note_hangs_on_its_invoice_and_is_found_by_its_key(erp, rpc, invoice):
    before = facts(erp, invoice)
    note = StatusNote(invoice=f"books:{invoice}", text="Reminded, level 1, 2024-06-03.")

    assert erp.written(note, key=KEY).code == "not_found"
    put = erp.note(note, key=KEY)

    assert put.outcome == "accepted"
    assert erp.written(note, key=KEY).reference == put.reference
    assert erp.written(note, key=KEY.replace("0", "f")).code == "not_found"
    (seen,) = rpc.find("ir.note", [["resource", "=", f"account.invoice,{invoice}"]], "message")
    assert seen["message"] == f"Reminded, level 1, 2024-06-03. [dunlin:{KEY}]"
    assert facts(erp, invoice) == before


def test_a_voucher_is_a_draft_that_changes_nothing_until_it_is_posted(erp, rpc, invoice, account):
    before, voucher, key = facts(erp, invoice), lost(invoice, account), f"a{KEY[1:]}"

    assert erp.written(voucher, key=key).code == "not_found"
    made = erp.voucher(voucher, key=key)

    assert made.outcome == "accepted"
    assert erp.written(voucher, key=key).reference == made.reference
    (move,) = rpc.find("account.move", [["id", "=", int(made.reference)]], "state", "lines")
    assert move["state"] == "draft"
    lines = rpc.find("account.move.line", [["id", "in", move["lines"]]], "debit", "credit",
                     "description")  # fmt: skip
    assert [(one["debit"], one["credit"]) for one in lines] == [(100, 0), (0, 100)]
    assert lines[0]["description"] == "tax ALV0"
    assert facts(erp, invoice) == before


def test_our_own_voucher_comes_back_as_written_off_and_never_as_money(
    erp, books, rpc, invoice, account
):
    made = erp.voucher(lost(invoice, account), key=f"b{KEY[1:]}")
    rpc.model("account.move", "post", [int(made.reference)])
    lines = rpc.find("account.move.line", [["move", "=", int(made.reference)],
                                           ["credit", ">", 0]], "id")  # fmt: skip
    (owed,) = rpc.find("account.move.line", [["move.origin", "=", f"account.invoice,{invoice}"],
                                             ["debit", ">", 0]], "id")  # fmt: skip
    books._reconcile([lines[0]["id"], owed["id"]])

    ((mine,), settling) = facts(erp, invoice)

    assert settling == []
    assert (mine.open, mine.written_off) == (eur("0"), eur("100"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"journal": "NONE"}, "unknown_journal"),
        ({"journal": "CASH"}, "money_journal"),
        ({"account": "404"}, "unknown_account"),
    ],
)
def test_what_the_books_cannot_take_is_refused_by_name(erp, invoice, account, changes, code):
    voucher = lost(invoice, **{"account": account, **changes})

    assert erp.voucher(voucher, key=f"c{KEY[1:]}").code == code


def test_without_a_key_of_its_own_nothing_is_written(tryton, invoice):
    reading_only = connect(tryton, "")
    note = StatusNote(invoice=f"books:{invoice}", text="Paid.")

    with pytest.raises(Reconnect):
        reading_only.note(note, key=KEY)
    assert connect(tryton, tryton.api_key).note(note, key=KEY).outcome == "rejected"
