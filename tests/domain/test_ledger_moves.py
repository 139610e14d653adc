"""The money events of a claim: which name is new, whose movement it is, on which day."""

from __future__ import annotations

import pytest

from shared.domain import ledger
from shared.domain.ledger_truth import Lot, Move, Truth, Waiting
from tests.domain.casebook import case_of, day, eur, joined, more, on
from tests.domain.test_ledger import TOLERANCE, invoice
from tests.domain.test_ledger_money import back, book, lot, seen

ONE = "erp:a"


def events(case, truth, when="02-15"):
    return ledger.reconcile(case, truth, on(when), TOLERANCE)


def settle(case, *truths):
    for truth in truths:
        case = more(case, events(case, truth))
    return case


def names(found):
    """What was booked: kind, paper and, of a further name, whose it is."""
    return [(one.kind, getattr(one, "payment", ""), getattr(one, "seen_as", "")) for one in found]


# --- money that waits ----------------------------------------------------------------------------


def waits(number=0, *, amount="7.01", **more_):
    day_ = day("01-20")
    return Waiting(payment=f"bank:{number}", seen=seen(day_), amount=eur(amount), **more_)


def test_an_announced_reversal_holds_its_claim_for_fourteen_days():
    case = settle(case_of(joined()), Truth(invoice(), waiting=(waits(back=True),)))
    assert [one.until for one in case.holds.values()] == [day("02-03")]


@pytest.mark.parametrize(
    ("waiting", "shown", "held"),
    [
        # Money on an account of ours waits for a person, whatever the books show beside it.
        (waits(), book(0, "7.01"), True),
        (waits(hint=True), book(0, "7.01"), False),
        (waits(hint=True), book(1, "41.30"), True),
    ],
)
def test_only_a_hint_is_answered_by_the_books_and_only_by_its_own_money(waiting, shown, held):
    left = invoice(str((eur("100.00") - shown.amount).amount))
    case = settle(case_of(joined()), Truth(left, (shown,), waiting=(waiting,)))
    assert bool(case.holds) is held


# --- whose movement a name is --------------------------------------------------------------------


def test_a_new_name_of_money_that_was_settled_before_the_claim_joined_moves_nothing():
    case = case_of(joined(open=eur("92.99"), settled=("erp:0",)))

    found = events(case, Truth(invoice("92.99"), (book(0),), lots=(lot(0),)))

    assert names(found) == [("payment_sighted", "erp:0", "bank:0")]


def test_a_name_that_proves_to_be_of_another_money_is_given_to_it_and_that_money_counts():
    """The books' payment is taken for the bank's, until a nearer one of each comes."""
    first, other = lot(0, "7.01", when="01-20"), lot(9, "7.01", when="01-22")
    far = lot(3, "41.30", when="02-09")
    case = settle(case_of(joined()), Truth(invoice(), (book(0, "7.01", when="01-22"),),
                                           lots=(first, far)))  # fmt: skip
    assert case.claims[ONE].movements[0].seen_as == ("erp:0",)

    books = (book(0, "7.01", when="01-22"), book(1, "7.01", when="01-20"))
    found = events(case, Truth(invoice("85.98"), books, lots=(first, other, far)))

    assert names(found)[:3] == [
        ("payment_sighted", "bank:0", "erp:1"), ("payment_allocated", "bank:9", ""),
        ("payment_sighted", "bank:9", "erp:0"),
    ]  # fmt: skip


def test_money_without_news_keeps_its_movement_from_one_that_is_new():
    later, nearer = lot(5, "7.01", when="01-24"), lot(1, "7.01", when="01-22")
    books = (book(0, "7.01", when="01-22"),)
    case = settle(case_of(joined()), Truth(invoice(), books, lots=(later,)))

    found = events(case, Truth(invoice(), books, lots=(later, nearer)))

    assert names(found)[:2] == [
        ("payment_allocated", "bank:1", ""), ("payment_sighted", "bank:1", "erp:0"),
    ]  # fmt: skip


def test_what_one_feed_corrects_and_the_books_name_anew_is_the_books_money():
    """Two feeds saw one money; one of them corrects its part, which the books state so as well."""
    mine = lot(0, "7.01", ids=("t1",))
    twin = lot(0, "7.01", feed="psp", ids=("t1",))
    case = settle(case_of(joined()), Truth(invoice(), lots=(mine, twin)))
    assert case.claims[ONE].open == eur("92.99")

    less = twin.model_copy(update={"moves": (*twin.moves, Move(
        id="psp:0~2", kind="unmatched", amount=eur("-2.01"), on=day("01-20"),
    ))})  # fmt: skip
    five = book(0, "5.00").model_copy(update={"id": "erp:5"})
    found = events(case, Truth(invoice("95.00"), (five,), lots=(mine, less)))

    assert ("payment_allocated", "erp:5", "") in names(found)
    assert more(case, found).claims[ONE].open == eur("87.99")


# --- days ----------------------------------------------------------------------------------------


def test_money_counts_from_the_day_the_bank_saw_it_not_from_that_of_the_match():
    late = replace_first(lot(0), on_=day("02-05"))
    (found,) = events(case_of(joined()), Truth(invoice(), lots=(late,)))
    assert (found.received, found.value_date, found.booked) == (day("01-20"),) * 3


def test_money_that_is_given_back_again_counts_from_that_day():
    again = lot(0, "", back(0), back(0, kind="reinstated", when="02-14"))
    found = events(case_of(joined()), Truth(invoice(), lots=(again,)))
    assert [(one.kind, getattr(one, "received", None)) for one in found] == [
        ("payment_allocated", day("01-20")), ("payment_reversed", None),
        ("payment_allocated", day("02-14")),
    ]  # fmt: skip


@pytest.mark.parametrize("amount", ["0.50", "1.00", "5.00"])
def test_what_a_person_matches_of_it_later_settles_more(amount):
    further = Move(id="bank:0~2", kind="matched", amount=eur(amount), on=day("02-06"))
    found = events(case_of(joined()), Truth(invoice(), lots=(lot(0, "", further),)))
    assert [(one.kind, str(one.amount.amount)) for one in found] == [
        ("payment_allocated", "7.01"), ("payment_allocated", amount),
    ]  # fmt: skip


def test_parts_of_one_money_count_from_the_earliest_of_their_days():
    """Two sightings at the bank, which the books state as one; then two in the books alone."""
    two = (lot(0, "3.00", when="01-20"), lot(1, "4.01", when="01-22"))
    case = settle(case_of(joined()), Truth(invoice("92.99"), (book(0, "7.01", when="01-22"),)))
    case = settle(case, Truth(invoice("92.99"), (book(0, "7.01", when="01-22"),), lots=two))
    assert {one.on for one in case.claims[ONE].movements} == {day("01-20")}

    alone = settle(case_of(joined()), Truth(invoice("92.99"), (book(0, "7.01", when="01-22"),)))
    assert [one.on for one in alone.claims[ONE].movements] == [day("01-22")]


def replace_first(one: Lot, on_) -> Lot:
    first = one.moves[0].model_copy(update={"on": on_})
    return one.model_copy(update={"moves": (first, *one.moves[1:])})
