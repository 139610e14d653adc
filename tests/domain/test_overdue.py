"""What is overdue beyond what the days explain is a jump; what merely fell due is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.model import Invoice
from shared.domain.money import Money
from shared.domain.overdue import Picture, after, jumped

TODAY = date(2026, 3, 16)
PAST, AHEAD = date(2026, 3, 1), date(2026, 3, 20)


def invoice(number, due=PAST, open_="100.00", currency="EUR"):
    return Invoice(
        id=f"erp:{number}", version="1", number=str(number), debtor="erp:C1",
        issued=date(2026, 2, 1), due=due, total=Money.of("100.00", currency),
        open=Money.of(open_, currency),
    )  # fmt: skip


def listed(*invoices, today=TODAY):
    return after(Picture(), [(None, one) for one in invoices], today)


def many(count, first=0, **of):
    return [invoice(first + number, **of) for number in range(count)]


@pytest.mark.parametrize(("more", "jumps"), [(40, False), (41, True)])
def test_a_jump_is_more_than_forty_percent_of_what_was_expected(more, jumps):
    before = listed(*many(100))
    now = listed(*many(100 + more))
    assert (jumped(before, now, TODAY) is not None) is jumps


def test_a_jump_of_the_amount_alone_is_one_too():
    before = listed(*many(20, open_="10.00"))
    dear = [*many(19, open_="10.00"), invoice(19, open_="90.01")]
    assert jumped(before, listed(*dear), TODAY).facts["expected_amount"] == "200.00"
    just = [*many(19, open_="10.00"), invoice(19, open_="90.00")]
    assert jumped(before, listed(*just), TODAY) is None


def test_a_whole_month_of_invoices_that_falls_due_on_one_day_is_no_jump():
    before = listed(*many(10), *many(500, first=100, due=AHEAD))
    day = AHEAD + timedelta(days=1)
    now = after(before, [], day)
    assert now.overdue(day)["EUR"] == (510, Money.of("51000.00", "EUR"))
    assert jumped(before, now, day) is None


def test_currencies_are_judged_apart():
    before = listed(*many(100), *many(20, first=500, currency="SEK"))
    now = listed(*many(100), *many(30, first=500, currency="SEK"))
    assert jumped(before, now, TODAY).facts["currency"] == "SEK"


@pytest.mark.parametrize("known", [0, 9])
def test_nothing_is_judged_where_little_was_known(known):
    assert jumped(listed(*many(known)), listed(*many(1000)), TODAY) is None


def test_changes_and_full_lists_lead_to_one_picture():
    old = [*many(5), *many(5, first=10, due=AHEAD)]
    new = [*old[1:], invoice(20), invoice(21, due=AHEAD, open_="0.00")]
    paid = invoice(0, open_="0.00")
    moved = after(listed(*old), [(old[0], paid), (None, new[-2]), (None, new[-1])], TODAY)
    assert moved == listed(*new)


def test_a_change_of_what_was_never_counted_takes_nothing_below_none():
    lone = after(Picture(), [(invoice(1), invoice(1, open_="0.00"))], TODAY)
    assert lone == Picture()


def test_the_picture_stays_small_however_old_the_debts_are():
    days = [TODAY - timedelta(days=n) for n in range(2000)]
    far = [TODAY + timedelta(days=n) for n in range(2000)]
    found = listed(*(invoice(n, due=day) for n, day in enumerate([*days, *far])))
    assert found.count() == 4000
    assert len(found.buckets) <= 123
