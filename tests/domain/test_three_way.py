"""Books, hub and partner: what agrees, what is on its way, and what is apart to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.domain.case import Case
from shared.domain.events import (
    ActSent,
    CaseOpened,
    CaseRecalled,
    Claim,
    ClaimJoined,
    HandOverIntended,
    PaymentAllocated,
    PaymentReversed,
    PolicyRef,
)
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPaid, PartnerRemitted, RemittedPart
from shared.domain.three_way import Side, Told, compare, payout_missing

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY, DAY = date(2026, 3, 20), date(2026, 3, 2)


def eur(text):
    return Money(Decimal(text), "EUR")


CLAIM = Claim(
    id="erp:1", number="1", total=eur("100.00"), open=eur("100.00"), issued=date(2026, 1, 1),
    sent=date(2026, 1, 1), due=date(2026, 1, 15), reference=None, capacity="consumer",
    natural_person=True, claim_class="goods",
)  # fmt: skip
HANDED = (
    CaseOpened(
        at=AT, debtor="erp:d1", connection="erp", policy=PolicyRef(id="standard", version=1),
        law="FI", capacity="consumer", currency="EUR",
    ),
    ClaimJoined(at=AT, claim=CLAIM),
    HandOverIntended(
        at=AT, act="a1", step="partner", claims=("erp:1",), partner="partner", file_version=1,
        document="d", content_hash="0" * 64,
    ),
    ActSent(at=AT, act="a1", on=date(2026, 3, 2)),
)  # fmt: skip


def at(hours):
    return AT + timedelta(hours=hours)


def direct(amount, hours=1, name="erp:p1"):
    return PaymentAllocated(
        at=at(hours),
        payment=name,
        claim="erp:1",
        amount=eur(amount),
        value_date=DAY,
        booked=DAY,
        received=DAY,
    )


def bounced(amount, hours=1):
    return PaymentReversed(
        at=at(hours), payment="erp:p1", reversal="erp:r1", claim="erp:1", amount=eur(amount),
        on=date(2026, 3, 2), code="AC04",
    )  # fmt: skip


def paid(amount, remaining, hours=2, name="m1", day=2):
    return PartnerPaid(
        at=at(hours), message=f"partner:{name}", claim="erp:1", principal=eur(amount),
        interest=eur("0.00"), fees=eur("0.00"), received=date(2026, 3, day),
        remaining=None if remaining is None else eur(remaining),
    )  # fmt: skip


def verdict(*events, told=(), books=None, stated=None, waits=False):
    told_to = [Told("erp:1", failed, eur(amount)) for amount, failed in told]
    case = Case.replay("c1", [*HANDED, *events])
    follows = case.claims["erp:1"].open if books is None else eur(books)
    side = Side(follows, follows if stated is None else eur(stated), waits)
    found = compare(
        [*HANDED, *events], case, "erp:1", "partner", books=side, told=told_to, today=TODAY
    )
    return found.state, found.kind, str(found.amount.amount)


AGREED = ("agreed", None, "0.00")


@pytest.mark.parametrize(
    "events",
    [
        (),
        (direct("30.00"),),
        (paid("40.00", None),),
        (paid("40.00", "60.00"),),
        (direct("30.00"), paid("40.00", "30.00")),
        (paid("40.00", "60.00"), direct("30.00", hours=3)),
        # The later report overtook the earlier one.
        (paid("20.00", "40.00", name="m2", day=3), paid("40.00", "60.00", name="m1", hours=3)),
        (paid("20.00", "40.00", name="m2"), paid("40.00", None, name="m1", hours=3)),
    ],
)
def test_the_same_on_three_sides_is_agreed(events):
    assert verdict(*events) == AGREED


def test_a_cent_more_or_less_at_the_partner_is_apart():
    assert verdict(paid("40.00", "60.01")) == ("drift", "partner", "0.01")
    assert verdict(paid("40.00", "59.99")) == ("drift", "partner", "-0.01")


def test_a_direct_payment_that_races_the_partners_report_is_a_lag():
    assert verdict(direct("30.00"), paid("40.00", "60.00")) == ("lag", None, "30.00")


def test_a_race_of_two_movements_is_a_lag_when_the_last_ones_explain_it():
    race = (direct("30.00"), direct("10.00", hours=2, name="erp:p2"), paid("40.00", "30.00", 3))
    assert verdict(*race) == ("lag", None, "10.00")
    race = (*race[:2], paid("40.00", "50.00", 3))
    assert verdict(*race) == ("drift", "partner", "30.00")


def test_a_direct_payment_of_days_ago_that_the_partner_does_not_know_is_apart():
    assert verdict(direct("30.00"), paid("40.00", "60.00", hours=26)) == (
        "drift", "partner", "30.00",
    )  # fmt: skip


def test_money_that_bounced_races_the_partners_report_too():
    assert verdict(direct("30.00", -48), bounced("30.00"), paid("40.00", "30.00")) == (
        "lag", None, "-30.00",
    )  # fmt: skip


def test_money_at_an_agency_that_had_the_claim_before_races_the_report_too():
    late = paid("30.00", None, hours=1).model_copy(update={"message": "agency:1"})
    assert verdict(late, paid("40.00", "60.00")) == ("lag", None, "30.00")
    assert verdict(late, paid("40.00", "60.00", hours=26)) == ("drift", "partner", "30.00")


def test_a_message_on_its_way_is_a_lag_and_one_that_failed_is_apart():
    assert verdict(direct("30.00"), told=[("30.00", False)]) == ("lag", None, "0.00")
    assert verdict(direct("30.00"), told=[("30.00", True)]) == ("drift", "untold", "30.00")


def test_what_the_books_say_and_the_hub_has_not_booked_is_a_lag_while_it_waits():
    assert verdict(books="99.99", waits=True) == ("lag", None, "-0.01")
    assert verdict(books="99.99") == ("drift", "books", "-0.01")


def test_more_paid_out_than_reported_is_apart():
    part = RemittedPart(claim="erp:1", category="principal", amount=eur("40.01"))
    event = PartnerRemitted(
        at=at(3), message="partner:R", remittance="R", value_date=date(2026, 3, 2), lines=(part,)
    )

    assert verdict(paid("40.00", "60.00"), event) == ("drift", "remitted", "0.01")


@pytest.mark.parametrize(("days", "kind"), [(7, None), (8, "kept")])
def test_a_partner_that_does_not_let_go_of_a_recall_is_apart_after_a_week(days, kind):
    recall = CaseRecalled(
        at=datetime(2026, 3, 20 - days, 9, tzinfo=UTC), recall="r1", partner="partner",
        claims=("erp:1",), why="kept", by="console",
    )  # fmt: skip

    assert verdict(recall)[1] == kind


@pytest.mark.parametrize(("days", "kind"), [(7, None), (8, "reversed")])
def test_books_that_do_not_follow_a_bank_that_took_money_back_are_apart_after_a_week(days, kind):
    hours = 24 * (18 - days)
    back = (direct("100.00", -48), bounced("100.00", hours))
    found = verdict(*back, books="100.00", stated="0.00")

    assert found == (("drift", kind, "-100.00") if kind else AGREED)
    # They have followed, or money of another day explains it.
    assert verdict(*back, books="100.00") == AGREED
    again = direct("100.00", hours + 1, name="erp:p2")
    assert verdict(*back, again, books="0.00", stated="0.00") == AGREED


def test_each_drift_says_whose_word_counts_and_what_to_do():
    found = payout_missing(eur("80.00"))

    assert (found.kind, found.right, found.amount) == ("payout", "unknown", eur("80.00"))
    assert found.text == "a remittance is not on the account days after its value date"
