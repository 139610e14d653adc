"""The ledger at its edges: the cent, the day and the order where a rule begins or ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain import ledger
from shared.domain.allocation import Owed, allocate, refused
from shared.domain.extras import Paid
from shared.domain.extras_rules import ExtrasRules
from shared.domain.law import load
from shared.domain.ledger_pairs import paired, shows
from shared.domain.ledger_position import beside, charged_before, open_on, reminded
from shared.domain.ledger_truth import Truth, Waiting
from shared.domain.money import total
from shared.domain.residual import left_over, moved_on, residuals
from tests.domain.casebook import (
    asked,
    case_of,
    charged,
    day,
    eur,
    handed,
    joined,
    on,
    paid,
    policy,
    reminder,
)
from tests.domain.casebook import reminded as notice
from tests.domain.casebook import sent as gone
from tests.domain.test_ledger import invoice
from tests.domain.test_ledger_money import back, book, lot, seen

FI = load("FI")
ONE = "erp:a"
ZERO = eur("0.00")


@pytest.mark.parametrize(
    ("amount", "owed"),
    [
        ("-0.01", ("1.00", "0.00", "0.00")),
        ("1.00", ("-0.01", "1.00", "1.00")),
        ("1.00", ("1.00", "-0.01", "1.00")),
        ("1.00", ("1.00", "1.00", "-0.01")),
    ],
)
def test_neither_money_nor_any_part_of_a_debt_is_negative(amount, owed):
    principal, interest, fees = map(eur, owed)
    with pytest.raises(ValueError, match="negative"):
        allocate(eur(amount), Owed(principal=principal, interest=interest, fees=fees))


def test_a_pack_without_an_order_lets_nobody_settle_costs_first():
    silent = replace(FI, allocations={})
    costs = ("costs", "interest", "principal")
    reason = refused(silent, costs, "business", natural_person=False, on=day("02-01"))
    assert reason is not None
    assert reason.rule == "law.no_rule"


def test_what_was_paid_beyond_a_claim_leaves_nothing_open_and_never_less():
    state = case_of(joined(), paid("p1", "01-20", "100.00")).claims[ONE]
    assert open_on(state, day("01-20")) == ZERO
    assert open_on(state, day("01-19")) == eur("100.00")
    over = state.model_copy(update={"movements": (*state.movements, state.movements[0])})
    assert open_on(over, day("01-20")) == ZERO


def test_interest_by_reminder_begins_with_the_first_notice_after_the_due_date_and_no_message():
    case = case_of(
        joined(due="01-16"),
        notice("x0", "01-16", deadline="01-18"),
        [reminder("x1", "01-20", deadline="01-25", channel="sms", short=True), gone("x1", "01-20")],
        notice("x2", "01-28", deadline="02-10"),
        notice("x3", "02-20", deadline="03-03"),
    )
    assert reminded(case, case.claims[ONE].claim) == day("02-10")


def test_money_on_the_day_of_a_notice_owes_no_fee_for_it_and_the_day_after_it_does():
    case = case_of(joined(), notice("x1", "01-25", deadline="02-04", **charged()))
    assert charged_before(case, ONE, day("01-25")) == ZERO
    assert charged_before(case, ONE, day("01-26")) == eur("5.00")
    other = case_of(joined(), joined("b"), notice("x1", "01-25", deadline="02-04", **charged()))
    assert charged_before(other, "erp:b", day("01-26")) == ZERO


def test_what_a_payment_settles_beside_the_principal_is_not_taken_off_for_itself():
    case = case_of(joined(), notice("x1", "01-25", deadline="02-04", **charged()))
    state = case.claims[ONE]
    whole = beside(case, state, FI, day("02-10"))
    assert whole.fees == eur("5.00")
    own = Paid(payment="bank:1", on=day("02-10"), interest=ZERO, fees=eur("5.00"), over=ZERO)
    settled = state.model_copy(update={"extras": (own,)})
    assert beside(case, settled, FI, day("02-10")).fees == ZERO
    assert beside(case, settled, FI, day("02-10"), without="bank:1").fees == eur("5.00")


# --- what is left when the principal is settled ---------------------------------------------------


def settled(*more_events, amount="100.00"):
    """A claim with a fee of 5.00 whose principal came on 10 February."""
    return case_of(
        joined(), notice("x1", "01-25", deadline="02-04", **charged()),
        paid("p1", "02-10", amount), *more_events,
    )  # fmt: skip


def test_left_over_counts_only_above_what_is_waived_and_once_no_more_than_the_tolerance_is_open():
    case = settled()
    state = case.claims[ONE]
    at = ledger.position(case, state, FI, day("02-10"))
    owed = at.interest_due + at.costs
    exactly = policy(extras=ExtrasRules(residual="continue", waive_below=owed))
    below = policy(extras=ExtrasRules(residual="continue", waive_below=owed - eur("0.01")))
    assert not left_over(case, state, exactly, FI, day("02-10"))
    assert left_over(case, state, below, FI, day("02-10"))
    # One euro is the tolerance: what is open up to it is settled, a cent more is not.
    near, open_ = settled(amount="99.00"), settled(amount="98.99")
    assert left_over(near, near.claims[ONE], below, FI, day("02-10"))
    assert not left_over(open_, open_.claims[ONE], below, FI, day("02-10"))


def test_the_last_money_of_a_claim_is_the_latest_of_its_days():
    case = case_of(joined(), paid("p1", "01-20", "40.00"), paid("p2", "02-10", "60.00"))
    assert moved_on(case.claims[ONE]) == day("02-10")


@pytest.mark.parametrize(
    ("kept_by", "events"),
    [
        ("a question about it", [asked("t1", "money_differs", "02-11", "a")]),
        ("the partner that has it", handed("h1", "02-09")),
    ],
)
def test_what_is_left_of_a_claim_waits_for(kept_by, events):
    rules = policy(extras=ExtrasRules(residual="keep"))
    free = residuals(settled(), rules, FI, day("03-10"), on("03-10"))
    assert {one.claim for one in free} == {ONE}, "free of it, something becomes of it"
    case = settled(*events) if kept_by.startswith("a question") else case_of(
        joined(), notice("x1", "01-25", deadline="02-04", **charged()), *events,
        paid("p1", "02-10", "100.00"),
    )  # fmt: skip
    assert residuals(case, rules, FI, day("03-10"), on("03-10")) == []


def test_a_question_about_another_claim_does_not_keep_it():
    rules = policy(extras=ExtrasRules(residual="keep"))
    case = case_of(
        joined(), joined("b"), notice("x1", "01-25", deadline="02-04", **charged()),
        paid("p1", "02-10", "100.00"), asked("t1", "money_differs", "02-11", "b"),
    )  # fmt: skip
    assert {one.claim for one in residuals(case, rules, FI, day("03-10"), on("03-10"))} == {ONE}


# --- which sightings are one money ---------------------------------------------------------------


def pairs(lots, books):
    """The receipts of a claim, each by the ids that feeds know it by."""
    truth = Truth(invoice("0.00"), tuple(books), lots=tuple(lots))
    return {one.papers for one in paired(truth)}


@pytest.mark.parametrize(("days", "one"), [(0, True), (5, True), (6, False)])
def test_bank_and_books_are_one_money_up_to_five_days_apart_whichever_came_first(days, one):
    later, sooner = f"02-{10 + days:02}", "02-10"
    for when, booked in ((sooner, later), (later, sooner)):
        found = pairs([lot(0, "40.00", when=when)], [book(0, "40.00", when=booked)])
        assert (found == {("bank:0", "erp:0")}) is one


def test_the_days_of_one_sighting_span_from_its_first_to_its_last():
    # The books were closed on the twentieth for money of the tenth: the bank's day is within.
    books = [book(0, "40.00", when="02-10", late=10)]
    for when in ("02-05", "02-15", "02-25"):
        assert pairs([lot(0, "40.00", when=when)], books) == {("bank:0", "erp:0")}
    for when in ("02-04", "02-26"):
        assert len(pairs([lot(0, "40.00", when=when)], books)) == 2


@pytest.mark.parametrize(("parts", "one"), [(2, True), (4, True), (5, False)])
def test_a_sum_that_one_feed_states_in_up_to_four_parts_is_one_money(parts, one):
    cents = [f"{10 + number}.01" for number in range(parts)]
    whole = total([eur(text) for text in cents], "EUR")
    books = [book(number, text, when="02-10") for number, text in enumerate(cents)]
    found = pairs([lot(9, str(whole.amount), when="02-10")], books)
    assert (len(found) == 1) is one


def test_money_that_was_unmatched_again_is_no_receipt_and_a_cent_is_one():
    gone_again = lot(0, "40.00", back(0, "40.00", kind="unmatched"), when="02-10")
    assert pairs([gone_again], []) == set()
    assert pairs([lot(0, "0.01", when="02-10")], []) == {("bank:0",)}
    assert pairs([], [book(0, "0.01", when="02-10")]) == {("erp:0",)}


def test_lots_are_twins_by_a_shared_id_of_different_feeds_alone():
    stripe = lot(1, "40.00", feed="stripe", when="02-10", ids=("t1", "t2"))
    bank = lot(0, "40.00", when="02-11", ids=("t2",))
    assert len(pairs([stripe, bank], [])) == 1
    assert len(pairs([stripe, lot(0, "40.00", when="02-11", ids=("t3",))], [])) == 2
    assert len(pairs([bank, lot(2, "40.00", when="02-11", ids=("t2",))], [])) == 2
    # A third feed joins by an id of either, and a second sighting of a feed that is there does not.
    third = lot(3, "40.00", feed="books", when="02-11", ids=("t1",))
    assert len(pairs([stripe, bank, third], [])) == 1
    assert len(pairs([stripe, bank, lot(4, "40.00", when="02-12", ids=("t1",))], [])) == 2


def test_money_that_waits_is_a_receipt_by_an_id_or_by_amount_and_days():
    (receipt,) = paired(
        Truth(invoice("0.00"), (), lots=(lot(0, "40.00", when="02-10", ids=("t1",)),))
    )

    def waits(amount, when, *ids):
        return shows(
            receipt,
            Waiting(payment="x", amount=eur(amount), seen=seen(day(when), "stripe", *ids)),
        )

    assert waits("1.00", "03-30", "t1")
    assert waits("40.00", "02-15")
    assert not waits("40.00", "02-16")
    assert not waits("40.01", "02-10")
    assert not waits("40.00", "03-30", "t2")
