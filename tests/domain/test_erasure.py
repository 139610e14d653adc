"""Erasure: what hinders it, what holds records, and until when what stays is kept."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.erasure import holds, plan
from tests.domain.casebook import case_of, handed, joined, more, paid, reminder
from tests.domain.statebook import told

OPEN = case_of(joined("a"))
DONE = more(OPEN, paid("p1", "02-02", "100.00"))
DISPUTED = told(OPEN, "01-22", "dispute", "d1", claim="erp:a", ground="price")
WITH_PARTNER = more(OPEN, *handed("h", "02-20", "a"))
ON_ITS_WAY = more(DONE, reminder("r1", "02-03", "a", deadline="02-20"))


def found(*cases, invoices=(), legal=()):
    made = plan(cases, invoices=invoices, holds=legal, country="FI", today=date(2026, 3, 2))
    return {one.code: one.of for one in made.hindrances}


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        (DONE, set()),
        (OPEN, {"open_claim"}),
        (DISPUTED, {"open_claim", "dispute_open"}),
        (WITH_PARTNER, {"open_claim", "with_partner"}),
        (ON_ITS_WAY, {"act_in_flight"}),
    ],
)
def test_nothing_goes_while_a_case_is_not_at_its_end(case, codes):
    assert set(found(case)) == codes
    assert all(of == (case.id,) for of in found(case).values())


def test_an_invoice_that_no_case_has_taken_up_hinders_by_itself():
    assert found(DONE, invoices=("erp:a", "erp:z")) == {"invoice_open": ("erp:z",)}


def test_a_legal_hold_hinders_whatever_else_there_is():
    assert found(DONE, legal=("debtor:erp:1",)) == {"legal_hold": ("debtor:erp:1",)}
    assert found() == {}


def test_what_stays_is_kept_as_long_as_the_table_says_and_in_its_own_year():
    def days(ends):
        made = plan((), invoices=(), holds=(), country="SE", today=date(2026, 7, 1), year_ends=ends)
        return [one.until for one in made.stays]

    rest = [date(2037, 7, 1), date(2027, 8, 5), date(2036, 7, 1)]
    assert days((12, 31)) == [date(2033, 12, 31), *rest]
    assert days((6, 30)) == [date(2034, 6, 30), *rest]


@pytest.mark.parametrize(
    ("case", "legal", "by"),
    [
        (DONE, False, set()),
        (DONE, True, {"court"}),
        (OPEN, False, {"open_claim"}),
        (DISPUTED, False, {"open_claim", "dispute"}),
        (ON_ITS_WAY, False, {"open_claim"}),
    ],
)
def test_what_holds_the_records_of_a_case(case, legal, by):
    assert holds([case], legal=legal) == by
