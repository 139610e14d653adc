"""The closing figures on the hand-built book: paid after which step, three days, hand-overs."""

import io
import json
from decimal import Decimal

import pytest
from rich.console import Console

from infra.local.report import summary, terminal
from infra.local.report.contacts import all_steps, paid_anyway
from infra.local.report.handovers import hand_overs
from infra.local.report.summary import closing
from tests.local.report.books import book, day, eur


@pytest.fixture(scope="module")
def figures():
    return closing(book())


@pytest.mark.parametrize(
    ("key", "reached", "claims", "amount"),
    [
        ("in_time", 5, 1, "100.00"),  # a; the sixth is not due yet
        ("overdue", 4, 0, "100.00"),  # d's part, before any reminder
        ("reminded_1", 3, 2, "500.00"),  # b, and c on the very day of its second reminder
        ("reminded_2", 2, 0, "0.00"),
        ("partner", 1, 0, "150.00"),
    ],
)
def test_money_belongs_to_the_step_before_it(figures, key, reached, claims, amount):
    row = {one.key: one for one in figures.paid}[key]
    assert (row.reached, row.claims, row.amount) == (reached, claims, eur(amount))


def test_steps_of_the_policy_name_the_numbers(figures):
    steps = {one.key: one.steps for one in figures.paid}
    assert steps["reminded_1"] == ("friendly",)
    assert steps["reminded_2"] == ("firm",)


def test_who_paid_within_three_days_of_a_reminder():
    friendly, firm = paid_anyway(book())
    assert (friendly.contacts, friendly.claims, friendly.soon) == (3, 3, 1)
    assert (friendly.crossed, friendly.known) == (0, 0)
    assert (firm.contacts, firm.soon, firm.crossed, firm.known) == (2, 0, 1, 0)


@pytest.mark.parametrize(
    ("received", "soon"), [("03-11", 1), ("03-13", 1), ("03-14", 0)]
)  # fmt: skip
def test_three_days_are_the_three_after_the_sending(received, soon):
    firm = paid_anyway(book(c_received=received, c_booked=received))[1]
    assert (firm.soon, firm.crossed, firm.known) == (soon, 0, 0)


def test_money_that_its_source_knew_before_the_reminder_is_not_called_crossed():
    firm = paid_anyway(book(c_received="03-08", c_booked="03-09"))[1]
    assert (firm.crossed, firm.known) == (0, 1)


def test_the_steps_add_up():
    whole = all_steps(paid_anyway(book()))
    assert (whole.contacts, whole.claims, whole.soon, whole.crossed) == (5, 5, 1, 1)


def test_the_closing_figures(figures):
    assert figures.pulled.count == 6
    assert (figures.overdue.count, figures.overdue.amount) == (4, eur("1400.00"))
    assert (figures.reminded.contacts, figures.reminded.claims) == (5, 3)
    assert figures.collected == eur("750.00")
    assert (figures.fees.count, figures.fees.amount) == (1, eur("5.00"))
    assert figures.fees_credited.amount == eur("5.00")
    assert figures.interest > eur("0.00")
    assert (figures.days_to_pay, figures.days_late) == (Decimal("52.0"), Decimal("15.7"))
    assert (figures.settled, figures.untouched) == (2, 2)
    assert figures.tasks == {"step_call": 1}
    assert figures.open_total == eur("1200.00")


def test_a_promise_whose_day_passed_unpaid_is_broken(figures):
    assert figures.promises.model_dump() == {"made": 1, "kept": 0, "broken": 1, "running": 0}


def test_a_hand_over_tells_its_parts_and_the_answer(figures):
    (one,) = hand_overs(book())
    assert (one.principal, one.fees, one.paid) == (eur("300.00"), eur("0.00"), eur("150.00"))
    assert one.interest > eur("0.00")
    assert (one.answer, one.answered) == ("accepted as A-1", day("03-21"))
    handed = figures.handed_over
    assert (handed.count, handed.accepted, handed.payments.amount) == (1, 1, eur("150.00"))


def test_the_summary_is_plain_json():
    plain = summary(book())
    assert json.loads(json.dumps(plain)) == plain


def test_the_terminal_shows_the_figures():
    out = io.StringIO()
    steps = {"decide": {"runs": 3, "calls": {"dynamodb:Query": 1.0, "dynamodb:GetItem": 0.5}}}
    terminal(summary(book()), Console(file=out, width=120), steps, lived=12)
    text = out.getvalue()
    assert "Handed over" in text
    assert "300.00\u202fEUR" in text
    assert "dynamodb:GetItem 0.5" in text
    # The same invoice in two reminders is two of the five.
    assert "of 5 reminded invoice-steps" in text
