"""Posting proposals: exact, balanced, under lasting keys, from what the ERP cannot know."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.case import Case
from shared.domain.events import (
    ActSent,
    CaseClosed,
    CaseOpened,
    Claim,
    ClaimJoined,
    ExtrasPaid,
    PolicyRef,
    ReminderIntended,
)
from shared.domain.money import Money
from shared.domain.plan_events import WrittenOff
from shared.domain.postings import KINDS, Account, lines, proposed

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
ACCOUNTS = {kind: Account(account=f"3{n}00", journal="DUN") for n, kind in enumerate(KINDS)}


def eur(text):
    return Money(Decimal(text), "EUR")


SENT = ActSent(at=AT, act="a", on=DAY)


def charged(*more, fee="5.00"):
    """A case of one claim of 100.00 EUR whose reminder bears a fee, sent if ``more`` says so."""
    claim = Claim(
        id="erp:1", number="1", total=eur("100"), open=eur("100"), issued=date(2026, 1, 1),
        sent=date(2026, 1, 1), due=date(2026, 1, 15), reference=None, capacity="business",
        natural_person=False, claim_class="goods",
    )  # fmt: skip
    opened = CaseOpened(
        at=AT, debtor="erp:d1", connection="erp", policy=PolicyRef(id="p", version=1), law="FI",
        capacity="business", currency="EUR",
    )  # fmt: skip
    intent = ReminderIntended(
        at=AT, act="a", step="s", claims=("erp:1",), channel="email", tone="firm", language="fi",
        fee=eur(fee), fee_claim="erp:1", deadline=date(2026, 3, 17), document="d",
        content_hash="0" * 64,
    )  # fmt: skip
    return Case.replay("c1", [opened, ClaimJoined(at=AT, claim=claim), intent, *more])


def paid(interest="0", fees="0", over="0", payment="p1"):
    return ExtrasPaid(
        at=AT, payment=payment, claim="erp:1", interest=eur(interest), fees=eur(fees),
        over=eur(over), on=DAY,
    )  # fmt: skip


def off(amount, cause):
    return WrittenOff(at=AT, claim="erp:1", amount=eur(amount), cause=cause, on=DAY)


def told(*events):
    """Kind, amount and whether the debtor's account is debited, of each proposal."""
    found = proposed(charged(SENT), events)
    return [(one.kind, str(one.amount.amount), one.debtor_debited) for one in found]


def test_what_was_paid_beside_the_principal_is_told_apart_fees_before_the_fixed_sum():
    assert told(paid(interest="1.23", fees="45.00", over="2.00")) == [
        ("reminder_fee", "5.00", True), ("compensation", "40.00", True),
        ("late_interest", "1.23", True), ("overpayment", "2.00", True),
    ]  # fmt: skip


def test_the_same_word_again_proposes_nothing_and_money_taken_back_exchanges_the_sides():
    word = paid(interest="1.00", fees="5.00")
    assert told(word, word)[2:] == []
    assert told(word, paid())[2:] == [
        ("reminder_fee", "5.00", False), ("late_interest", "1.00", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "kind", "debited"),
    [
        (off("100.00", "bad_debt"), "credit_loss", False),
        (off("100.00", "insolvency"), "credit_loss", False),
        (off("3.00", "small_balance"), "rounding", False),
        (off("10.00", "settlement"), "goodwill", False),
    ],
)
def test_what_is_let_go_is_booked_by_its_cause(event, kind, debited):
    assert told(event) == [(kind, str(event.amount.amount), debited)]


def test_a_settlement_undone_is_owed_again_and_a_sale_is_no_booking_of_ours():
    undone = [off("10.00", "settlement"), off("-10.00", "settlement_undone")]
    assert told(*undone)[1] == ("goodwill", "10.00", True)
    assert told(off("100.00", "sold")) == []


def test_a_case_that_closes_with_a_small_rest_proposes_it_as_rounding_and_a_merge_does_not():
    rest = off("98.00", "bad_debt")
    assert told(rest, CaseClosed(at=AT, why="settled"))[1:] == [("rounding", "2.00", False)]
    assert told(rest, CaseClosed(at=AT, why="merged"))[1:] == []


def test_a_kind_without_an_account_has_no_lines():
    (one,) = proposed(charged(SENT), [off("1.00", "bad_debt")])
    assert lines(one, {}) is None


CENTS = st.integers(min_value=0, max_value=10**7).map(lambda n: str(Decimal(n) / 100))
WORDS = st.lists(
    st.builds(paid, CENTS, CENTS, CENTS, st.sampled_from(["p1", "p2"])), max_size=6
)  # fmt: skip


@given(WORDS)
def test_debits_are_credits_keys_are_one_and_the_sum_is_what_stands_at_last(events):
    found = proposed(charged(SENT), events)
    both = [line for one in found for line in lines(one, ACCOUNTS)]
    nothing = eur("0")

    assert sum((one.debit for one in both), nothing) == sum((one.credit for one in both), nothing)
    assert all(bool(one.debit) != bool(one.credit) for one in both)
    assert len({one.key for one in found}) == len(found)
    assert [one.key for one in proposed(charged(SENT), events)] == [one.key for one in found]
    last = Case.replay("c1", events, charged(SENT)).claims["erp:1"].extras
    signed = [one.amount if one.debtor_debited else -one.amount for one in found]
    assert sum(signed, nothing) == sum((one.total for one in last), nothing)
