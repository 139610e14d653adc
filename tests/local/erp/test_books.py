"""The launcher of the demo's ERP, and what its accountant can do."""

import socket
import stat
from datetime import date
from decimal import Decimal

import pytest
import requests

from infra.local.erp.books import Books
from infra.local.erp.desk import Desk
from infra.local.erp.entries import Customer, NewInvoice
from infra.local.erp.peer_dunning import peer
from infra.local.erp.rpc import ErpError, Rpc
from infra.local.erp.server import Tryton

pytestmark = pytest.mark.tryton


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("tryton") / "run"


@pytest.fixture(scope="module")
def tryton(run_dir):
    with Tryton.start(run_dir) as server:
        yield server


@pytest.fixture(scope="module")
def books(tryton):
    return Books.open(tryton)


@pytest.fixture
def customer(books):
    (made,) = books.create_customers([Customer("Matti Meikäläinen")])
    return made


def invoice(customer, issued, amount="100.00"):
    return NewInvoice(customer, issued, issued.replace(month=issued.month + 1), Decimal(amount))


def test_what_a_run_leaves_on_disk_is_its_owners_alone(tryton, run_dir):
    modes = {
        path.relative_to(run_dir).as_posix(): stat.S_IMODE(path.stat().st_mode) & 0o077
        for path in [run_dir, *run_dir.rglob("*")]
    }

    assert set(modes.values()) == {0}
    assert {"trytond.conf", "trytond.log", "db/books.sqlite"} <= modes.keys()


def test_no_secret_is_shown_or_written_down(tryton, run_dir):
    secrets = (tryton.password, tryton.api_key)
    texts = [path.read_bytes() for path in run_dir.glob("trytond.*")]

    assert not any(secret in repr(tryton) for secret in secrets)
    assert not any(secret.encode() in text for secret in secrets for text in texts)


def test_only_this_machine_is_served_and_no_foreign_page(tryton):
    answer = requests.post(
        f"{tryton.url}/rpc/",
        json={"id": 1, "method": "common.server.version", "params": []},
        headers={"Origin": "https://evil.example"},
        timeout=10,
    )

    assert tryton.url.startswith("http://127.0.0.1:")
    assert not answer.ok
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_second_start_keeps_the_books_and_changes_the_secrets(tmp_path):
    with Tryton.start(tmp_path / "run") as first:
        (party,) = Books.open(first).create_customers([Customer("Liisa Esimerkki")])
    with Tryton.start(tmp_path / "run") as second:
        found = Rpc(second.url, second.database, second.user, second.password).find(
            "party.party", [["id", "=", party]], "name"
        )
        old = requests.get(
            f"{second.url}/{second.database}/rest/model/party.party",
            headers={"Authorization": f"Bearer {first.api_key}"},
            timeout=10,
        )

    assert [row["name"] for row in found] == ["Liisa Esimerkki"]
    assert first.password != second.password
    assert old.status_code == 401
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(second.url.rpartition(":")[2]))) != 0


def test_invoices_are_numbered_by_date_and_answered_in_the_order_given(books, customer):
    later, earlier = books.post_invoices(
        [invoice(customer, date(2021, 3, 2)), invoice(customer, date(2021, 3, 1))]
    )

    assert (earlier.number, later.number) == ("202100001", "202100002")
    assert earlier.payment_reference == "RF57202100001"


def test_an_invoice_before_the_newest_of_its_year_is_refused(books, customer):
    books.post_invoices([invoice(customer, date(2022, 3, 2))])

    with pytest.raises(ErpError, match="sequence"):
        books.post_invoices([invoice(customer, date(2022, 3, 1))])


def test_an_invoice_of_a_day_to_come_can_be_posted(books, customer):
    (posted,) = books.post_invoices([invoice(customer, date(2028, 5, 1))])

    assert books.open_amounts([posted.id]) == {posted.id: Decimal(100)}


def test_a_language_and_a_country_that_tryton_does_not_know_stop_the_entry(books):
    with pytest.raises(ValueError, match="not enough values"):
        books.create_customers([Customer("X", country="XX")])
    with pytest.raises(ErpError):
        books.create_customers([Customer("X", business_id=("fi_ytunnus", "1234567-0"))])


def test_a_wrong_password_opens_nothing(tryton):
    with pytest.raises(requests.HTTPError):
        Rpc(tryton.url, tryton.database, tryton.user, "wrong")


def test_a_name_is_looked_up_once():
    class Counted:
        context = {}
        asked = 0

        def find(self, *_):
            self.asked += 1
            return [{"id": 7}]

    rpc = Counted()
    desk = Desk(rpc)

    assert [desk.named("ir.lang", "code", "fi") for _ in range(2)] == [7, 7]
    assert rpc.asked == 1


def test_the_peers_own_dunning_books_a_fee_for_each_invoice():
    told = peer(5)

    assert told["n"] == 5
    assert told["durable_writes"]["generate"] == 5
    assert told["durable_writes"]["noop_day"] == 0
    assert told["durable_writes"]["process_fee"] >= 5 * 4
