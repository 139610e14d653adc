"""The assessment: what the past shows, counted by hand on five invoices."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.assessment import Past, assess, past_of, planned
from shared.domain.first_day_checklist import Beside, ageing, differences, one_euro
from shared.domain.ledger_truth import Truth
from shared.domain.model import Allocation, Invoice, PastNotice, Payment
from tests.domain.casebook import day, eur, policy

TODAY = day("06-01")
CALM = policy()


def truth(number, paid=None, *told, due="01-16"):
    """An invoice of 100.00 EUR, the day of its payment, and the days of its reminders."""
    name = f"erp:{number}"
    opened = eur("0.00") if paid else eur("100.00")
    invoice = Invoice(
        id=name, version="1", number=str(number), debtor="erp:d", issued=day("01-01"),
        due=day(due), total=eur("100.00"), open=opened,
    )  # fmt: skip
    part = (Allocation(invoice=name, amount=eur("100.00")),)
    payments = () if paid is None else (
        Payment(id=f"erp:p{number}", version="1", amount=eur("100.00"), value_date=day(paid),
                booked=day(paid), received=day(paid), allocations=part),
    )  # fmt: skip
    notices = tuple(
        PastNotice(id=f"n{number}-{at}", invoice=name, what="reminder", on=day(sent),
                   proof="p" if at == 0 else None)
        for at, sent in enumerate(told)
    )  # fmt: skip
    return Truth(invoice, payments=payments, notices=notices)


FIVE = [
    truth(1, "01-14"),
    truth(2, "01-30", "01-26"),
    truth(3, "03-20", "01-26", "02-20", "03-25"),
    truth(4, "02-10"),
    truth(5, None, "02-02"),
]


def figure(figures, section, name):
    return next(one.value for one in figures if (one.section, one.name) == (section, name))


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("Ageing", "more than 90 days late", "100.00"),
        ("Ageing", "together", "100.00"),
        ("Days to pay", "settled invoices", "4"),
        ("Days to pay", "by the due date", "25.0"),
        ("Days to pay", "more than 60 days late", "25.0"),
        ("Days to pay", "median days after the due date", "19.5"),
        ("Reminders until now", "late invoices", "4"),
        ("Reminders until now", "0 reminders", "25.0"),
        ("Reminders until now", "3 or more reminders", "25.0"),
        ("Reminders until now", "first reminder, earliest", "10"),
        ("Reminders until now", "first reminder, latest", "17"),
        ("Reminders until now", "with proof", "60.0"),
        ("What reminders did", "paid after reminder 1", "33.3"),
        ("What reminders did", "reminders to those who had paid", "1"),
    ],
)
def test_each_figure_is_what_a_hand_counts(section, name, value):
    assert (
        figure(assess([past_of(one, TODAY) for one in FIVE], CALM, TODAY), section, name) == value
    )


def test_levels_without_rows_and_claims_at_the_last_reminder_are_counted():
    notices = [
        PastNotice(id=f"n{at}", invoice="erp:6", what="reminder", on=day(f"02-0{at}"), proof="p",
                   level=at)
        for at in (1, 3, 4)
    ]  # fmt: skip
    open_still = Truth(truth(6).invoice, notices=tuple(notices))
    figures = assess([past_of(one, TODAY) for one in (open_still, *FIVE)], CALM, TODAY)
    assert figure(figures, "Reminders until now", "levels without their rows") == "2"
    part = "The proposed policy on the same invoices"
    assert figure(figures, part, "last reminder sent by the hub") == "1"


def test_the_policy_reminds_of_nothing_that_was_settled_and_goes_on_with_the_rest():
    early, fast, _, _, never = (past_of(one, TODAY) for one in FIVE)

    assert planned(early, CALM, TODAY) == ((), False)
    assert planned(fast, CALM, TODAY) == ((day("01-19"),), False)
    assert planned(never, CALM, TODAY) == ((day("01-19"), day("02-03"), day("02-18")), True)


def test_no_step_of_the_policy_comes_before_the_time_to_pay_is_over():
    hasty = policy(*CALM.steps[:1], CALM.steps[1].model_copy(update={"after": 1}))
    never = past_of(FIVE[4], TODAY)
    assert planned(never, hasty, TODAY)[0] == (day("01-19"), day("01-30"))


def test_a_balance_without_papers_has_no_day_of_payment():
    silent = Truth(FIVE[0].invoice)
    assert past_of(silent, TODAY).settled is None


def test_nothing_at_all_is_not_known_and_no_error():
    assert figure(assess([], CALM, TODAY), "Days to pay", "by the due date") == "not known"
    assert isinstance(past_of(FIVE[0], TODAY), Past)


def test_the_ledger_is_the_books_to_the_cent_or_names_the_invoice():
    nothing = Beside(ledger=eur("0.00"), books=eur("0.00"))
    all_five = nothing.further(FIVE, None)
    assert nothing.further(FIVE[:2], "erp:2").further(FIVE[2:], None) == all_five
    assert not ageing(nothing.further(FIVE, "erp:5")).ok
    assert ageing(all_five).ok
    assert ageing(all_five, eur("100.00")).ok
    off = ageing(all_five, eur("100.01"))
    assert (off.ok, off.evidence["ledger"]) == (False, "100.00 EUR")
    assert off.to_do
    assert differences(FIVE) == []


def test_the_test_euro_is_seen_by_a_bank_and_posted_in_the_books():
    posted_alone = one_euro(FIVE[0])
    assert (posted_alone.ok, posted_alone.evidence["posted"]) == (False, ["erp:p1"])
    assert one_euro(FIVE[0], books_say=True).ok
    assert not one_euro(FIVE[4], books_say=True).ok
    assert not one_euro(None).ok
    assert date(2026, 1, 1) == FIVE[0].invoice.issued
