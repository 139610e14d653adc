"""The month's figures: sums that equal the ledger, ratios by their definitions, safe cells."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.case import Case
from shared.domain.events import ActWithheld, FeeCredited, PartnerPaid
from shared.domain.ledger_position import open_on
from shared.domain.partner_events import PartnerPlanAgreed, PartnerPlanEnded
from shared.domain.plan_events import Instalment, PromiseEnded, PromiseMade
from shared.domain.report_accounts import BUCKETS, Account, of_claim
from shared.domain.report_figures import NOT_KNOWN, Figure, figures
from shared.domain.report_pack import Month, Pack, countback
from shared.domain.report_pages import cell, csv_text, html_text
from tests.domain.casebook import charged, day, eur, handed, joined, on, opened, paid, reminded

FEBRUARY = Month.read("2026-02")


def pack(month=FEBRUARY, until=None):
    return Pack(month, "EUR", ZoneInfo("Europe/Helsinki"), until or month.last)


def account(due, total="100.00", *moves, issued="2026-01-02"):
    days = tuple((date.fromisoformat(on_), eur(amount)) for on_, amount in moves)
    at = date.fromisoformat
    return Account("erp:a", at(issued), at(due), eur(total), days)


def values(made):
    return {(one.section, one.name): one.value for one in figures(made)}


def counted(*accounts):
    made = pack()
    for one in accounts:
        made.account(one)
    return made


@pytest.mark.parametrize(
    ("due", "bucket"),
    [
        ("2026-03-01", "not_due"), ("2026-02-28", "not_due"), ("2026-02-27", "1_30"),
        ("2026-01-29", "1_30"), ("2026-01-28", "31_60"), ("2025-12-30", "31_60"),
        ("2025-12-29", "61_90"), ("2025-11-30", "61_90"), ("2025-11-29", "over_90"),
    ],
)  # fmt: skip
def test_a_bucket_holds_full_days_after_the_due_date(due, bucket):
    assert account(due).bucket_on(FEBRUARY.last) == bucket


MOVES = st.lists(
    st.tuples(st.integers(0, 58), st.integers(1, 4000)), max_size=4
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=4))
def test_ageing_adds_up_to_the_ledger_to_the_cent(lists):
    made, ledger = pack(), Decimal(0)
    for number, moves in enumerate(lists):
        events = [opened(), joined(f"a{number}")]
        for at, (days, cents) in enumerate(moves):
            when = date.fromordinal(date(2026, 1, 19).toordinal() + days).isoformat()[5:]
            events.append(paid(f"p{number}.{at}", when, str(Decimal(cents) / 100), f"a{number}"))
        case = made.case(f"c{number}", events)
        state = case.claims[f"erp:a{number}"]
        made.account(of_claim(state, day("01-19"), None))
        ledger += open_on(state, FEBRUARY.last).amount

    assert sum((made.closing[one] for one in BUCKETS), Decimal(0)) == ledger
    assert values(made)["Ageing", "Together"] == f"{ledger:.2f}"


def test_speed_follows_its_definitions():
    """Opening 300, sales 200, closing 250 of which 100 are not due yet."""
    made = counted(
        account("2026-01-20", "300.00", ("2026-02-10", "150.00"), ("2026-02-20", "100.00")),
        account("2026-03-20", "100.00", issued="2026-02-18"),
        account("2026-02-20", "100.00", issued="2026-02-02"),
    )
    found = values(made)

    assert found["Ageing", "Together"] == "250.00"
    assert found["Collection speed", "Sales"] == "200.00"
    assert found["Collection speed", "DSO"] == "45.0"
    assert found["Collection speed", "Best possible DSO"] == "18.0"
    assert found["Collection speed", "Average days delinquent"] == "27.0"
    assert found["Collection speed", "Collection effectiveness (CEI)"] == "62.5"


def test_countback_takes_whole_months_of_sales_off_what_is_open():
    made = counted(
        account("2026-03-20", "100.00", issued="2026-02-18"),
        account("2026-01-20", "310.00", issued="2026-01-02"),
        account("2026-01-21", "90.00", ("2026-02-01", "90.00"), issued="2026-01-02"),
        account("2026-01-20", "100.00", ("2026-01-30", "100.00")),
    )

    assert made.closing["not_due"] + made.closing["31_60"] == 410
    assert countback(made) == str(Decimal(28) + Decimal("19.2"))
    assert countback(pack()) == "0.0"


def test_a_month_that_still_runs_is_told_up_to_its_day_and_a_month_gone_to_its_end():
    """On 17 February an invoice due on the 10th is 7 days late, and nothing is due on the 20th."""
    accounts = (
        account("2026-02-10", "100.00"), account("2026-02-20", "60.00"),
        account("2026-02-25", "90.00", issued="2026-02-10"),
        account("2026-01-25", "80.00", ("2026-02-20", "80.00")),
        account("2026-03-20", "50.00", issued="2026-02-18"),
    )  # fmt: skip
    running = pack(until=FEBRUARY.until(date(2026, 2, 17)))
    for one in accounts:
        running.account(one)

    assert running.until == date(2026, 2, 17)
    assert dict(running.closing) == {"1_30": 180, "not_due": 150}
    assert running.late_days == [0, 0]
    assert values(running)["Collection speed", "Sales"] == "90.00"
    # The 17 days of February so far, and 240 of the 240 that January sold.
    assert countback(running) == "48.0"
    assert FEBRUARY.until(date(2026, 3, 1)) == FEBRUARY.until(date(2026, 2, 28)) == FEBRUARY.last


def test_what_is_still_open_and_older_has_rolled():
    found = values(counted(account("2026-01-25", "80.00", ("2026-02-10", "20.00"))))

    assert found["Roll rates", "From: 1 to 30 days overdue"] == "75.0"
    assert found["Roll rates", "From: Not due"] == NOT_KNOWN


def test_what_was_taken_back_in_the_month_had_not_rolled():
    moves = (("2026-01-20", "50.00"), ("2026-02-10", "-30.00"))

    found = values(counted(account("2026-01-25", "100.00", *moves)))

    assert found["Roll rates", "From: 1 to 30 days overdue"] == "100.0"


def test_days_late_are_those_of_invoices_settled_in_the_month():
    early = account("2026-02-10", "100.00", ("2026-02-05", "100.00"))
    late = account("2026-01-26", "100.00", ("2026-01-30", "40.00"), ("2026-02-05", "60.00"))
    before = account("2026-01-10", "100.00", ("2026-01-30", "100.00"))

    assert values(counted(early, late, before))["Collection speed", "Average days late"] == "5.0"


def test_money_is_collected_after_the_last_step_that_had_reached_the_debtor():
    made = pack()
    made.case("c1", [
        opened(), joined(), joined("b"), paid("p0", "02-01", "1.00"),
        *reminded("x", "02-02", deadline="02-14", **charged()), paid("p1", "02-05", "20.00"),
        paid("p2", "02-06", "5.00", "b"),
        *handed("out", "02-20"),
        PartnerPaid(at=on("02-25"), message="m", claim="erp:a", principal=eur("30.00"),
                    interest=eur("1.00"), fees=eur("0.00"), received=day("02-25")),
        paid("p3", "03-01", "1.00"),
    ])  # fmt: skip
    found = values(made)

    assert found["Collected after", "before any step"] == "6.00"
    assert found["Collected after", "r1"] == "20.00"
    assert found["Collected after", "with the partner"] == "30.00"
    assert found["Collected after", "Together"] == "56.00"
    assert found["Collection partner", "Handed over"] == "79.00"
    assert found["Collection partner", "Recovered"] == "30.00"
    assert found["Fees and cost", "Fees charged"] == "5.00"
    assert found["Fees and cost", "Cost of messages"] == NOT_KNOWN
    assert found["Contacts", "Reminders sent"] == "1"


def test_only_what_happened_in_the_month_counts():
    promise = PromiseMade(at=on("01-31"), promise="k1", claims=("erp:a",), amount=eur("10.00"),
                          on=day("01-31"), day=day("02-05"), holds_to=day("02-08"))  # fmt: skip
    ended = PromiseEnded(at=on("02-06"), promise="k1", outcome="kept")
    kept_in = ActWithheld(at=on("02-07"), step="r1", action="remind", claims=("erp:a",), why="off")
    back = FeeCredited(at=on("02-08"), act="x", claim="erp:a", amount=eur("5.00"), why="crossed")
    fee = reminded("x", "01-20", deadline="02-01", **charged())
    made = pack()
    made.case("c1", [opened(), joined(), *fee, promise, ended, kept_in, back])
    found = values(made)

    assert found["Promises and plans", "Promises made"] == "0"
    assert found["Promises and plans", "Promises kept"] == "1"
    assert found["Fees and cost", "Fees charged"] == "0.00"
    assert found["Fees and cost", "Fees credited"] == "5.00"
    assert found["Lawfulness", "Acts kept in: off"] == "1"


def test_a_plan_at_the_partner_is_a_plan_made_and_is_named_as_one_there():
    plan = PartnerPlanAgreed(
        at=on("02-05"), message="m1", plan="p1", claims=("erp:a",),
        instalments=(Instalment(due=day("04-01"), amount=eur("100.00")),),
    )  # fmt: skip
    again = plan.model_copy(update={"message": "m2", "at": on("02-06")})
    over = PartnerPlanEnded(at=on("02-20"), message="m3", plan="p1", outcome="broken")
    stranger = over.model_copy(update={"message": "m4", "plan": "p9"})
    made = pack()
    made.case("c1", [opened(), joined(), plan, again, over, stranger])
    found = values(made)

    assert found["Promises and plans", "Plans made"] == "1"
    assert found["Promises and plans", "Plans made at the partner"] == "1"
    assert found["Promises and plans", "Plans broken"] == "1"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "-", "+", "-1-1"])
def test_no_cell_is_a_formula(text):
    assert cell(text) == f"'{text}"


def test_a_csv_keeps_negative_numbers_and_texts_apart():
    lines = [Figure("a", "=HYPERLINK()", "-12.50", "EUR", 'says "so", twice')]

    heads, line = csv.reader(io.StringIO(csv_text(lines)))

    assert heads == ["section", "figure", "value", "unit", "definition"]
    assert line == ["a", "'=HYPERLINK()", "-12.50", "EUR", 'says "so", twice']


def test_a_page_escapes_what_it_prints_and_names_every_definition():
    text = html_text("A <b> & Co", "2026-02", [figures(pack())])

    assert "A &lt;b&gt; &amp; Co" in text
    sold = html_text("A", "2026-02", [[Figure("s", "n", "-12345.60", "EUR", "d")]])
    assert "-12\N{NO-BREAK SPACE}345.60" in sold
    assert all(one.definition for one in figures(pack()))
    assert "<script" not in text


def test_the_case_is_the_one_that_its_events_make():
    events = [opened(), joined(), paid("p", "02-05", "20.00")]

    assert pack().case("c1", events) == Case.replay("c1", events)
