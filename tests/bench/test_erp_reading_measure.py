"""The measure of reading an ERP reads all of it, asks what was promised, and writes once."""

from __future__ import annotations

import pytest

from infra.local.bench import erp_reading

# Requests of a pull in which forty invoices of so many customers had changed.
MOST = {"netvisor": 8, "procountor": 55, "fortnox": 125, "tripletex": 15}


@pytest.mark.parametrize("name", MOST)
def test_forty_changed_invoices_are_asked_for_and_write_nothing_a_second_time(name):
    found = erp_reading.measure(name, invoices=40)
    assert 0 < found.requests <= MOST[name]
    assert found.rate > 0
    assert found.writes == 0
