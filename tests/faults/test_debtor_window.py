"""One debtor, several cases: the first one contacts him, and the others wait for the window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import keys
from shared.cloud.store import Store
from tests.faults.books import BEGIN, FRIENDLY_FIRST, Line

pytestmark = pytest.mark.stack

BY_INVOICE = {**FRIENDLY_FIRST, "unit": "invoice"}


@pytest.fixture
def two_cases(machine, books):
    """Two invoices of one debtor, each with a case of its own, both ripe."""
    books.settle_in(BY_INVOICE)
    books.book(Line(), Line(number="1002"))
    assert len(machine.cases()) == 2
    return machine


def contacted(machine):
    """How many notices of the debtor's cases went out."""
    cases = [Store(machine.tenant).load(one).case for one in machine.cases()]
    return sum(notice.given for case in cases for notice in case.notices.values())


def test_two_cases_that_are_due_at_once_give_one_letter_in_the_window(two_cases, books):
    two_cases.settle()
    assert (len(two_cases.letters()), contacted(two_cases)) == (1, 1)
    for day in range(1, 9):
        books.pull()
        two_cases.live_on(BEGIN + timedelta(days=day))
        expected = 1 if day < BY_INVOICE.get("gather_days", 7) else 2
        assert len(two_cases.letters()) == expected, day


def test_runs_that_read_before_either_wrote_still_make_one_contact(two_cases, monkeypatch):
    """Both runs stand right before their INTENT; the table lets one of them through."""
    two_cases.sweep()
    first, second = two_cases.started()
    append, waiting = Store.append, []

    def race(self, loaded, events, **more):
        if not waiting and any(event.kind == "reminder_intended" for event in events):
            waiting.append(loaded.case.id)
            # While this run is about to write, the other one does all of its work.
            assert two_cases.execute(second) == "sent"
        return append(self, loaded, events, **more)

    monkeypatch.setattr(Store, "append", race)
    assert two_cases.execute(first) == "conflict"
    assert waiting == [first["case"]]
    assert (len(two_cases.letters()), contacted(two_cases)) == (1, 1)
    row = next(row for row in two_cases.rows() if row["sk"] == "COUNTS")
    assert row["pk"] == keys.debtor(two_cases.tenant, "erp:C1")["pk"]
