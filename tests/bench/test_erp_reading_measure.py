"""The measure of reading an ERP reads all of it, asks what was promised, and writes once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from infra.local.bench import erp_reading
from shared.cloud import facts
from shared.cloud.keys import Tenant
from shared.domain.model import Invoice
from tests.connectors.erp import test_csv_file as sheets
from tests.connectors.erp import test_einvoice_files as einvoices
from tests.connectors.erp.tryton_tape import Player

# Requests of a pull in which forty invoices of so many customers had changed.
MOST = {"netvisor": 8, "procountor": 55, "fortnox": 125, "tripletex": 15}


@pytest.mark.parametrize("name", MOST)
def test_forty_changed_invoices_are_asked_for_and_write_nothing_a_second_time(name):
    found = erp_reading.measure(name, invoices=40)
    assert 0 < found.requests <= MOST[name]
    assert found.rate > 0
    assert found.writes == 0


@contextmanager
def _tryton():
    with Player("first_pull") as player:
        yield player.connect, "books", 5


@contextmanager
def _e_invoices():
    s3, _ = einvoices.opened()
    einvoices.drop(s3, einvoices.UBL, einvoices.FINVOICE, einvoices.NOTE)
    yield lambda: einvoices.opened(s3)[1], "c1", 2


@contextmanager
def _sheet():
    s3, _ = sheets.opened()
    sheets.drop(s3, "a.csv", sheets.ROW, sheets.ROW.replace("1001", "1002"))
    yield lambda: sheets.opened(s3)[1], "c1", 2


@pytest.mark.parametrize("books", [_tryton, _e_invoices, _sheet])
def test_all_read_once_more_from_the_beginning_writes_nothing(books):
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    with erp_reading._stored() as written, books() as (connect, connection, least):
        for _ in range(2):
            before, invoices = len(written), set()
            for page in connect().pull(None, now=now):
                facts.take(Tenant("bench"), connection, page.facts, now, lambda _: None)
                invoices |= {one.id for one in page.facts if isinstance(one, Invoice)}
            assert len(invoices) >= least
        assert before > 0
        assert len(written) == before
