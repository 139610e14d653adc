"""Each day's open money by stage and by age, on the hand-built book."""

from datetime import date, timedelta

import pytest

from infra.local.report.history import Path, age_on, history, stage_on
from tests.local.report.books import FIRST, LAST, book, day, eur, invoice, total


@pytest.fixture(scope="module")
def days():
    return {one.on: one for one in history(book())}


def test_there_is_one_entry_for_each_day(days):
    assert list(days) == [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_stages_and_ages_each_add_up_to_what_is_open(days):
    the_book = book()
    for on, one in days.items():
        open_then = [item.open_on(on) for item in the_book.receivables.values()]
        assert one.total.amount == total(open_then)
        assert total(one.stages.values()) == one.total.amount
        assert total(one.ages.values()) == one.total.amount


def test_an_invoice_counts_from_its_issue_to_the_day_its_money_is_received(days):
    assert days[day("03-01")].stages["not_due"] == eur("0.00")
    assert days[day("03-02")].stages["not_due"] == eur("600.00")
    assert days[day("02-15")].stages["not_due"] == eur("800.00")
    assert days[day("02-16")].stages["not_due"] == eur("700.00")


@pytest.mark.parametrize(
    ("on", "stage", "amount"),
    [
        ("02-09", "overdue", "400.00"),  # d; c may still be paid
        ("02-10", "overdue", "700.00"),  # c is late too
        ("02-13", "overdue", "600.00"),  # d is paid in part
        ("02-17", "reminded_1", "600.00"),  # c and d reminded, b overdue since today
        ("02-17", "overdue", "200.00"),
        ("03-04", "reminded_1", "500.00"),  # b and c
        ("03-04", "reminded_2", "300.00"),  # d
        ("03-06", "reminded_1", "300.00"),  # b's money was received
        ("03-20", "partner", "300.00"),
        ("03-31", "partner", "300.00"),
        ("04-01", "partner", "150.00"),  # received by the partner, told a day later
        ("03-08", "overdue", "500.00"),  # e
        ("03-09", "held", "500.00"),  # e promised
        ("03-13", "held", "500.00"),
        ("03-14", "overdue", "500.00"),  # its last day is over
        ("03-16", "overdue", "450.00"),  # a credit note
        ("03-30", "held", "450.00"),  # with a person
        ("04-30", "held", "450.00"),
    ],
)
def test_stages_move_as_the_events_say(days, on, stage, amount):
    assert days[day(on)].stages[stage] == eur(amount)


@pytest.mark.parametrize(
    ("late", "bucket"),
    [(-5, "not_due"), (0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (60, "31_60"),
     (61, "61_90"), (90, "61_90"), (91, "over_90")],
)  # fmt: skip
def test_edges_of_the_ageing_buckets(late, bucket):
    one = book().receivables["d"]
    assert age_on(one, one.payable + timedelta(days=late)) == bucket


def test_a_due_date_on_a_saturday_is_late_from_tuesday():
    one = book(extra=[invoice("g", "d1", "02-21", "10.00", "10.00")]).receivables["g"]
    assert one.payable == date(2026, 2, 23)
    assert stage_on(one, Path(), date(2026, 2, 23)) == "not_due"
    assert stage_on(one, Path(), date(2026, 2, 24)) == "overdue"


def test_what_no_paper_explains_is_dated_to_the_last_day():
    one = book(extra=[invoice("g", "d1", "02-20", "10.00", "4.00")]).receivables["g"]
    assert one.open_on(LAST - timedelta(days=1)) == eur("10.00")
    assert one.open_on(LAST) == eur("4.00")


def test_money_beyond_what_is_open_settles_nothing():
    one = book().receivables["b"]
    assert [move.amount for move in one.movements] == [eur("200.00")]
    assert one.open_on(LAST) == eur("0.00")


def test_other_currencies_are_left_out_and_counted():
    other = invoice("g", "d1", "02-20", "10.00").model_copy(
        update={"total": eur("10.00").of("10.00", "SEK"), "open": eur("10.00").of("0.00", "SEK")}
    )
    the_book = book(extra=[other])
    assert "g" not in the_book.receivables
    assert the_book.left_out == 1
