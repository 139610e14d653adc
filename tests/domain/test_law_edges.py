"""Edges of interest and fees at which one day, one cent or one notice decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.domain.compensation import standard_compensation
from shared.domain.interest import accrue
from shared.domain.law import ClaimFacts, NoticeFact, act_fee, hand_over, load, reminder_fee
from shared.domain.law_duties import covers, must_say
from shared.domain.money import Money

BEGUN = {"claim_class": "goods", "natural_person": True, "notices": (), "fee_clause": None}


def late(country, due, balances, to, rate=None):
    pack = load(country)
    return accrue(
        pack, capacity="consumer", natural_person=True, due=date.fromisoformat(due),
        balances=tuple(
            (date.fromisoformat(day), Money.of(text, pack.currency)) for day, text in balances
        ),
        to=date.fromisoformat(to), agreed_rate=rate,
    )  # fmt: skip


def facts(country, principal, *notices, due="2026-01-20", **more):
    day, money = date.fromisoformat(due), Money.of(principal, load(country).currency)
    given = tuple(
        NoticeFact(
            act="reminder", sent=date.fromisoformat(sent), charged=charged,
            deadline=date.fromisoformat(deadline) if deadline else None,
        )
        for sent, deadline, charged in notices
    )  # fmt: skip
    fields = BEGUN | {
        "capacity": "consumer", "principal": money, "due": day, "notices": given,
        "invoice_sent": date(2025, 12, 1), "fees": Money.zero(money.currency),
        "arose": date(2025, 12, 1),
    }  # fmt: skip
    return ClaimFacts(**(fields | more))


# --- interest ---------------------------------------------------------------------------------


def test_the_sum_is_rounded_once_and_nothing_is_added_to_it():
    # 1.82 x 10 % x 10 / 365 = 0.00499: a third of a ten-thousandth less than half an oere.
    found = late("SE", "2026-02-20", [("2026-02-20", "1.82")], "2026-03-02")

    assert (found.segments[0].days, found.total) == (10, Money.of("0.00", "SEK"))


def test_danish_months_have_thirty_days_across_a_new_year_too():
    # 11.25 % to the end of 2023 and 11.75 % after it.
    found = late("DK", "2023-12-15", [("2023-12-15", "36000.00")], "2024-01-31")

    assert [one.days for one in found.segments] == [15, 30]
    assert found.total == Money.of("521.25", "DKK")


def test_an_unknown_rate_is_told_from_its_first_day_whatever_was_paid_after_it():
    balances = [("2024-12-16", "750.00"), ("2025-01-10", "500.00")]
    found = late("DK", "2024-12-16", balances, "2025-01-31")

    assert found.unknown_from == date(2025, 1, 1)
    assert len(found.segments) == 1


def test_no_points_are_invented_for_claims_older_than_the_pack():
    found = late("DK", "2010-03-01", [("2010-03-01", "750.00")], "2024-01-31")

    assert (found.total, found.segments) == (Money.of("0.00", "DKK"), ())
    assert found.unknown_from == date(2010, 3, 2)
    assert found.because[0].rule == "law.no_rule"


@pytest.mark.parametrize(("rate", "owed"), [("0", "0.00"), ("0.5", "0.50")])
def test_a_creditor_may_agree_on_little_interest_or_none(rate, owed):
    balances = [("2026-01-20", "1217.00")]
    found = late("SE", "2026-01-20", balances, "2026-02-19", Decimal(rate))

    assert found.total == Money.of(owed, "SEK")


# --- fees -------------------------------------------------------------------------------------


def test_the_last_notice_before_a_norwegian_demand_gave_the_term_that_counts():
    told = facts(
        "NO", "890.00", ("2026-02-03", "2026-02-17", True), ("2026-02-18", "2026-03-04", True)
    )

    early, after = (
        act_fee(load("NO"), "payment_demand_by_creditor_itself", told, day)
        for day in (date(2026, 3, 4), date(2026, 3, 5))
    )

    assert (early.allowed, after.allowed) == (False, True)
    assert early.earliest == date(2026, 3, 5)


def test_a_fee_is_lawful_on_the_first_day_that_cures_all_that_is_too_early():
    told = facts("FI", "100.00", ("2026-01-30", "2026-02-10", False))

    found = reminder_fee(load("FI"), told, date(2026, 2, 2))

    # Fifteen days after the due date (4 February) and after the notice (14 February).
    assert found.earliest == date(2026, 2, 14)
    assert len(found.because) == 2


@pytest.mark.parametrize(("principal", "allowed"), [("0.00", False), ("0.50", True)])
def test_a_claim_of_nothing_bears_no_fee_and_one_of_cents_may(principal, allowed):
    found = reminder_fee(load("FI"), facts("FI", principal), date(2026, 2, 10))

    assert found.allowed is allowed


def test_a_class_that_the_pack_does_not_know_is_a_persons():
    found = act_fee(
        load("FI"), "reminder_fee", facts("FI", "90.00", claim_class="rent"), date(2026, 2, 10)
    )

    assert (found.allowed, found.earliest) == (False, None)


# --- waits -----------------------------------------------------------------------------------


def test_a_hand_over_waits_for_the_latest_payment_date_of_all_notices():
    told = facts(
        "DK", "750.00", ("2026-02-02", "2026-03-20", False), ("2026-02-16", "2026-02-27", False)
    )

    found = hand_over(load("DK"), told, date(2026, 3, 5))

    assert (found.allowed, found.earliest) == (False, date(2026, 3, 21))


def test_a_notice_of_the_day_itself_is_the_last_one():
    told = facts("DK", "750.00", ("2026-02-02", None, False), ("2026-03-05", None, False))

    assert hand_over(load("DK"), told, date(2026, 3, 5)).earliest == date(2026, 3, 16)


# --- compensation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "fields", "allowed"),
    [
        ("900.00", {"capacity": "business", "natural_person": False}, True),
        ("0.50", {"capacity": "business", "natural_person": False}, True),
        ("0.00", {"capacity": "business", "natural_person": False}, False),
        ("900.00", {"capacity": "consumer"}, False),
        ("900.00", {"capacity": "business", "natural_person": True}, False),
    ],
)
def test_the_fixed_sum_is_for_businesses_that_owe_something(principal, fields, allowed):
    told = facts("SE", principal, **fields)
    costs = Money.of("60.00", "SEK")

    found = standard_compensation(
        load("SE"), told, date(2026, 2, 10), creditor="business", costs=costs
    )

    assert found.allowed is allowed
    assert found.total == Money.of("450.00" if allowed else "60.00", "SEK")


# --- duties -----------------------------------------------------------------------------------


def test_a_duty_asks_for_nothing_before_the_day_from_which_it_binds():
    pack, due = load("FI"), "2012-12-03"

    assert must_say(pack, "reminder", facts("FI", "100.00", due=due), date(2012, 12, 31)) == {}
    assert must_say(pack, "reminder", facts("FI", "100.00", due=due), date(2013, 1, 1))


def test_a_class_that_a_pack_is_silent_about_is_a_persons():
    silent = replace(load("FI"), refusals={})
    reason = covers(silent, "electricity", "consumer")

    assert reason is not None
    assert (reason.rule, reason.facts["claim_class"]) == ("law.uncovered", "electricity")
