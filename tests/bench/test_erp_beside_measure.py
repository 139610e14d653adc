"""The measure of memory reads whole books, and says so when it does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from infra.local.bench import erp_beside, erp_peak
from shared.domain.model import Invoice, Payment
from tests.bench.erp_endless import BOOKS
from tests.connectors.stub_server import RawServer

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", BOOKS)
def test_books_without_end_are_read_whole_twice(name):
    with RawServer(BOOKS[name](130), keep=True) as server:
        reader, cursor = erp_peak.reader(name, server.origin), None
        for _ in range(2):
            pages = list(reader.pull(cursor, now=NOW))
            facts = [fact for page in pages for fact in page.facts]
            cursor = pages[-1].cursor
            assert [row for page in pages for row in page.refused] == []
            assert len({one.id for one in facts if isinstance(one, Invoice)}) == 130
            assert len({one.id for one in facts if isinstance(one, Payment)}) == 13


def test_the_peak_is_that_of_a_process_of_its_own(monkeypatch):
    asked = []

    def run(name, origin, count):
        asked.append((name, origin.startswith("http://127.0.0.1:"), count))
        return json.loads('[{"read": 20, "cpu_s": 0.1, "peak_mb": 90.5}]')

    monkeypatch.setattr(erp_beside, "pulls", run)
    assert erp_beside._peak("netvisor", 20) == 90.5
    assert asked == [("netvisor", True, 1)]
    with pytest.raises(ValueError, match="20 of 21 invoices"):
        erp_beside._peak("netvisor", 21)
