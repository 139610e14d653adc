"""Money on a claim: whatever feed sees it, in whatever order, each euro counts once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import ledger
from shared.domain.ledger_balance import balance, open_before
from shared.domain.ledger_pairs import paired
from shared.domain.ledger_truth import Lot, Move, Seen, Stated, Truth, Waiting
from shared.domain.model import Allocation, Payment
from shared.domain.money import total
from tests.domain.casebook import case_of, day, eur, handed, joined, more, on, reminded
from tests.domain.test_ledger import TOLERANCE, invoice

TOTAL = eur("100.00")
# No two sums of these are equal, so only truly equal money can be taken for one.
AMOUNTS = ("7.01", "11.03", "23.09", "41.30")
DAYS = ("01-20", "01-24", "02-02", "02-09")
ONE = "erp:a"


def seen(when: date, feed="bank", *ids) -> Seen:
    return Seen(feed=feed, value_date=when, booked=when, transfer_ids=ids)


def lot(number: int, amount="", *moves, feed="bank", when="", ids=()) -> Lot:
    """What the hub booked of the month's payment ``number``, with what happened to it since."""
    when_ = day(when or DAYS[number])
    first = Move(
        id=f"{feed}:{number}", kind="matched", amount=eur(amount or AMOUNTS[number]), on=when_
    )
    return Lot(payment=f"{feed}:{number}", seen=seen(when_, feed, *ids), moves=(first, *moves))


def book(number: int, amount="", *, when="", late=0) -> Payment:
    """The month's payment as the books state it, booked ``late`` days after it came."""
    came, text = day(when or DAYS[number]), amount or AMOUNTS[number]
    later = came + timedelta(days=late)
    return Payment(
        id=f"erp:{number}", version="1", amount=eur(text), value_date=later, booked=later,
        received=came, allocations=(Allocation(invoice=ONE, amount=eur(text)),),
    )  # fmt: skip


def back(number: int, amount="", *, when="02-12", kind="reversed") -> Move:
    sign = {"reversed": "-", "unmatched": "-", "reinstated": ""}[kind]
    return Move(
        id=f"bank:{kind}-{number}", kind=kind, amount=eur(f"{sign}{amount or AMOUNTS[number]}"),
        on=day(when), code="AC04" if kind == "reversed" else kind,
    )  # fmt: skip


def settle(case, *truths, when="02-15"):
    """The case after each truth is booked in turn, twice over; the second time changes nothing."""
    for truth in truths:
        case = more(case, ledger.reconcile(case, truth, on(when), TOLERANCE))
        assert ledger.reconcile(case, truth, on(when), TOLERANCE) == []
    return case


def claim_of(case):
    return case.claims[ONE]


# --- any subset, order and repetition of the feeds -----------------------------------------------


@dataclass(frozen=True)
class View:
    """Which of the month's payments each feed has shown, and which of them the balance reflects."""

    bank: frozenset[int]
    books: frozenset[int]
    lowered: frozenset[int]
    late: int = 0

    def truth(self) -> Truth:
        taken = total([eur(AMOUNTS[one]) for one in self.lowered], "EUR")
        return Truth(
            invoice(str((TOTAL - taken).amount)),
            tuple(book(one, late=self.late) for one in sorted(self.books)),
            lots=tuple(lot(one) for one in sorted(self.bank)),
        )


SOME = st.frozensets(st.integers(0, 3))


@st.composite
def ends(draw):
    """Every payment is seen by a feed that can book it; books that are alone also lower."""
    bank, lowered = draw(SOME), draw(SOME)
    books = frozenset(range(4)) - bank | draw(SOME)
    return View(bank, books, lowered | (books - bank), draw(st.integers(0, 3)))


GLIMPSES = st.lists(st.tuples(SOME, SOME, SOME), max_size=4)


@settings(max_examples=150)
@given(ends(), GLIMPSES)
def test_any_feeds_in_any_order_give_one_balance_and_the_same_days(end, glimpses):
    known = [
        View(bank & end.bank, books & end.books, lowered, end.late)
        for bank, books, lowered in glimpses
    ]
    case = settle(case_of(joined()), *(one.truth() for one in known), end.truth(), end.truth())
    everything = frozenset(range(4))
    plain = settle(case_of(joined()), View(everything, everything, everything).truth())

    assert claim_of(case).open == claim_of(plain).open == eur("17.57")
    assert ledger.balances(claim_of(case)) == ledger.balances(claim_of(plain))


@settings(max_examples=60)
@given(st.permutations([0, 1, 2, 3]), st.integers(0, 3), st.booleans(), st.booleans())
def test_a_reversal_counts_once_whatever_the_books_know_of_it(order, which, late, told):
    """The books may know the payment or not, and may have raised the balance again or not."""
    parts = [lot(one, "", *([back(one)] if one == which else [])) for one in order]
    books = tuple(book(one) for one in order if late or one != which)
    left = total([eur(AMOUNTS[one]) for one in order if not (told and one == which)], "EUR")
    truth = Truth(invoice(str((TOTAL - left).amount)), books, lots=tuple(parts))

    case = settle(case_of(joined()), Truth(invoice(), lots=tuple(map(lot, order))), truth)

    assert claim_of(case).open == eur("17.57") + eur(AMOUNTS[which])
    assert not claim_of(case).raised
    assert ledger.open_on(claim_of(case), day("02-11")) == eur("17.57")


@pytest.mark.parametrize("first", ["reversal", "reinstatement"])
def test_money_that_is_given_back_again_settles_again(first):
    back_, again = back(0), back(0, kind="reinstated", when="02-14")
    moves = (back_, again) if first == "reversal" else (again, back_)
    case = settle(case_of(joined()), Truth(invoice(), lots=(lot(0, "", *moves),)))
    assert claim_of(case).open == eur("92.99")


# --- pairs ---------------------------------------------------------------------------------------


def groups(*lots, books=(), open_="100.00"):
    truth = Truth(invoice(open_), tuple(books), lots=tuple(lots))
    return {frozenset(one.papers) for one in paired(truth)}


def test_equal_amounts_on_close_days_are_one_money():
    assert groups(lot(0), books=[book(0, late=3)]) == {frozenset({"bank:0", "erp:0"})}


@pytest.mark.parametrize("other", [book(0, "7.02"), book(0, when="01-30")])
def test_another_amount_or_a_far_day_is_another_money(other):
    assert groups(lot(0), books=[other]) == {frozenset({"bank:0"}), frozenset({"erp:0"})}


def test_two_equal_payments_are_two_however_near():
    twice = [lot(0), lot(1, "7.01", when="01-20")]
    both = [book(0), book(1, "7.01", when="01-20")]
    assert len(groups(*twice, books=both)) == 2
    assert len(groups(*twice, books=both[:1])) == 2


def test_pairing_leaves_nobody_alone_who_could_have_a_partner():
    """The near one is taken by whoever has no other choice."""
    hub = [lot(0, when="01-20"), lot(1, "7.01", when="01-25")]
    stated = [book(0, when="01-22"), book(1, "7.01", when="01-16")]
    assert len(groups(*hub, books=stated)) == 2


def test_money_that_one_side_states_in_parts_is_one():
    parts = [book(1, "4.00", when="01-20"), book(2, "3.01", when="01-20")]
    assert groups(lot(0), books=parts) == {frozenset({"bank:0", "erp:1", "erp:2"})}
    halves = [lot(1, "4.00", when="01-20"), lot(2, "3.01", when="01-20")]
    assert groups(*halves, books=[book(0)]) == {frozenset({"bank:1", "bank:2", "erp:0"})}


def test_two_feeds_that_carry_one_transfer_id_saw_one_money():
    same = [lot(0, ids=("E2E-1",)), lot(0, feed="psp", ids=("E2E-1",), when="01-24")]
    assert groups(*same) == {frozenset({"bank:0", "psp:0"})}
    truth = Truth(invoice(), lots=tuple(same))
    assert balance(truth) == eur("92.99")
    assert claim_of(settle(case_of(joined()), truth)).open == eur("92.99")
    # Within one feed the id may be the payer's habit: two entries are two payments.
    assert len(groups(lot(0, ids=("X",)), lot(1, "7.01", when="01-20", ids=("X",)))) == 2


def test_charges_that_the_payment_settled_do_not_hide_the_pair():
    with_fee = lot(0).model_copy(update={"charges": eur("5.00")})
    assert groups(with_fee, books=[book(0, "12.01")]) == {frozenset({"bank:0", "erp:0"})}
    # And they lower no principal, so that what is taken back is owed in full.
    gone = with_fee.model_copy(update={"moves": (*with_fee.moves, back(0))})
    truth = Truth(invoice("92.99"), (book(0, "12.01"),), lots=(gone,))
    assert balance(truth) == eur("100.00")


def test_the_day_that_counts_is_the_banks_whoever_came_first():
    stated = book(0, when="01-22")
    bank = Truth(invoice("92.99"), (stated,), lots=(lot(0),))
    for story in ([Truth(invoice("92.99"), (stated,)), bank], [bank]):
        case = settle(case_of(joined()), *story)
        assert ledger.balances(claim_of(case))[1] == (day("01-20"), eur("92.99"))


def test_the_bank_may_correct_its_day_and_the_books_may_have_said_it_in_parts():
    parts = (book(1, "4.00", when="01-22"), book(2, "3.01", when="01-23"))
    case = settle(case_of(joined()), Truth(invoice("92.99"), parts))
    for when in ("01-20", "01-21"):
        moved = lot(0, when=when)
        case = settle(case, Truth(invoice("92.99"), parts, lots=(moved,)))
        assert ledger.balances(claim_of(case))[1:] == ((day(when), eur("92.99")),)


def test_what_turns_out_to_be_one_money_after_all_counts_once():
    """Two feeds' amounts differ until one of them is put right."""
    case = settle(case_of(joined()), Truth(invoice(), (book(0, "7.10"),), lots=(lot(0),)))
    case = settle(case, Truth(invoice("92.99"), (book(0),), lots=(lot(0),)))
    assert claim_of(case).open == eur("92.99")
    assert [one.lowered for one in claim_of(case).movements] == [eur("7.01")]


# --- the balance of the books lags, or falls without a word --------------------------------------


def test_what_the_books_had_lowered_before_the_hub_saw_them_explains_no_later_money():
    """Forty were paid before the hub's time; thirty come to the bank now."""
    old = {"stated": (Stated(day("01-10"), eur("60.00")),)}
    assert balance(Truth(invoice("60.00"), lots=(lot(0, "30.00"),), **old)) == eur("30.00")
    assert balance(Truth(invoice("30.00"), lots=(lot(0, "30.00"),), **old)) == eur("30.00")
    # A statement of the time before explains what the books had lowered.
    early = lot(0, "40.00", when="01-05")
    assert balance(Truth(invoice("60.00"), lots=(early,), **old)) == eur("60.00")


def test_what_the_books_lowered_without_a_word_explains_no_money_of_weeks_later():
    """The books fell by half in January and say nothing of why; half comes to the bank in March."""
    fell = (Stated(day("01-10"), eur("100.00")), Stated(day("01-20"), eur("50.00")))
    march = lot(0, "50.00", when="03-11")
    assert balance(Truth(invoice("50.00"), lots=(march,), stated=fell)) == eur("0.00")
    # What the bank showed by then, or within days, is what they had lowered it for.
    for when in ("01-19", "01-25"):
        near = lot(0, "50.00", when=when)
        assert balance(Truth(invoice("50.00"), lots=(near,), stated=fell)) == eur("50.00")
    # The books give it a name later: then it is that payment, and March's is another one.
    named = book(0, "50.00", when="01-19")
    assert balance(Truth(invoice("50.00"), (named,), lots=(march,), stated=fell)) == eur("0.00")
    # They raise it again: a later fall is for later money.
    risen = (*fell, Stated(day("02-10"), eur("100.00")), Stated(day("03-12"), eur("50.00")))
    assert balance(Truth(invoice("50.00"), lots=(march,), stated=risen)) == eur("50.00")
    money = Waiting(payment="bank:0", seen=seen(day("03-11")), amount=eur("50.00"))
    assert open_before(Truth(invoice("50.00"), stated=fell), money) == eur("50.00")
    assert open_before(Truth(invoice("50.00"), stated=risen), money) == eur("100.00")


@pytest.mark.parametrize(
    ("stated", "owed"),
    [("100.00", "60.00"), ("70.00", "30.00"), ("60.00", "30.00"), ("30.00", "30.00")],
)
def test_a_lag_of_the_books_is_the_banks_money_first_and_never_more_than_that(stated, owed):
    """Forty came to the bank; of thirty more the books alone tell, whose balance is their proof."""
    named = (book(0, "40.00"), book(1, "30.00"))
    truth = Truth(invoice(stated), named, lots=(lot(0, "40.00"),))

    assert balance(truth) == eur(owed)


def test_a_claim_that_joins_late_is_what_a_claim_in_a_case_would_be():
    truth = Truth(invoice(), (book(1),), lots=(lot(0), lot(1)))
    claim = ledger.claim_of(truth)
    assert claim.open == eur("100.00") - eur("7.01") - eur("11.03")
    assert set(claim.settled) == {"bank:0", "bank:1", "erp:1"}
    late = case_of(joined().model_copy(update={"claim": claim}))
    assert ledger.reconcile(late, truth, on("02-15"), TOLERANCE) == []
    later = Truth(truth.invoice, (book(0), book(1)), lots=truth.lots)
    assert claim_of(settle(late, later)).open == claim.open


def test_books_that_were_faster_than_the_bank_do_not_make_the_payment_a_second_one():
    money = Waiting(payment="bank:0", seen=seen(day("01-20")), amount=eur("7.01"))
    assert open_before(Truth(invoice("92.99"), (book(0),)), money) == eur("100.00")
    assert open_before(Truth(invoice("92.99")), money) == eur("100.00")
    assert open_before(Truth(invoice("100.00"), lots=(lot(0),)), money) == eur("100.00")
    # A payment that the bank has shown already is another one.
    other = money.model_copy(update={"payment": "bank:9"})
    assert open_before(Truth(invoice("92.99"), (book(0),), lots=(lot(0),)), other) == eur("92.99")


# --- reversals -----------------------------------------------------------------------------------


def paid_then_reversed():
    case = case_of(joined(), reminded("n1", "01-19", deadline="01-29"))
    case = settle(case, Truth(invoice(), lots=(lot(1, "100.00"),)), when="01-25")
    assert claim_of(case).open == eur("0.00")
    truth = Truth(invoice(), lots=(lot(1, "100.00", back(1, "100.00")),))
    return case, truth


def test_a_reversal_reopens_the_claim_at_its_step():
    case, truth = paid_then_reversed()
    case = settle(case.model_copy(update={"closed": True}), truth, when="02-13")
    state = claim_of(case)
    assert (state.open, state.level, state.raised) == (eur("100.00"), 1, False)
    assert case.standing(ONE).last_step == day("02-13")
    assert not case.closed


def test_what_the_books_raised_first_is_explained_by_the_reversal():
    case = settle(case_of(joined()), Truth(invoice("0.00"), (book(0, "100.00"),)))
    case = settle(case, Truth(invoice("100.00"), (book(0, "100.00"),)))
    assert claim_of(case).raised
    gone = lot(0, "100.00", back(0, "100.00"))
    case = settle(case, Truth(invoice("100.00"), (book(0, "100.00"),), lots=(gone,)))
    assert (claim_of(case).open, claim_of(case).raised) == (eur("100.00"), False)


def test_what_was_matched_to_the_wrong_claim_was_never_paid_there():
    case = settle(case_of(joined()), Truth(invoice(), lots=(lot(0),)))
    off = lot(0, "", back(0, kind="unmatched"))
    case = settle(case, Truth(invoice(), lots=(off,)))
    assert claim_of(case).open == eur("100.00")
    assert {money for _, money in ledger.balances(claim_of(case))} == {eur("100.00")}


def test_what_was_unmatched_before_it_was_booked_leaves_no_trace():
    off = lot(0, "", back(0, kind="unmatched"))
    assert ledger.reconcile(
        case_of(joined()), Truth(invoice(), lots=(off,)), on("02-15"), TOLERANCE
    ) == []  # fmt: skip


def test_a_partners_money_is_still_kept_apart_from_the_hubs():
    case = case_of(joined(), handed("h", "01-25"))
    truth = Truth(invoice(), lots=(lot(2),))
    assert claim_of(settle(case, truth)).open == eur("76.91")


# --- money that waits ----------------------------------------------------------------------------


def waits(number=0, *, hint=False, amount=""):
    return Waiting(
        payment=f"bank:{number}", seen=seen(day(DAYS[number])),
        amount=eur(amount or AMOUNTS[number]), hint=hint,
    )  # fmt: skip


def test_money_that_waits_holds_the_claim_until_it_waits_no_longer():
    case = settle(case_of(joined()), Truth(invoice(), waiting=(waits(), waits(1))))
    assert [(one.reason, one.until) for one in case.holds.values()] == [("money_waiting", None)] * 2
    case = settle(case, Truth(invoice(), waiting=(waits(1),)))
    assert list(case.holds) == ["money:bank:1:erp:a"]
    assert claim_of(case).open == eur("100.00")


@pytest.mark.parametrize(
    "shown", [Truth(invoice("92.99"), (book(0),)), Truth(invoice(), (book(0),)),
              Truth(invoice("92.99"))],
)  # fmt: skip
def test_a_hint_holds_until_the_books_show_the_money(shown):
    hint = waits(hint=True)
    case = settle(case_of(joined()), Truth(invoice(), waiting=(hint,)))
    (hold,) = case.holds.values()
    assert hold.until == day("02-03")
    after = Truth(shown.invoice, shown.payments, waiting=(hint,))
    assert settle(case, after).holds == {}


@pytest.mark.parametrize("named", [(book(0),), ()])
def test_one_payment_in_the_books_does_not_answer_for_two_hints(named):
    two = (waits(hint=True), waits(1, hint=True, amount="7.01"))
    case = settle(case_of(joined()), Truth(invoice("92.99"), named, waiting=two))
    assert len(case.holds) == 1


@pytest.mark.parametrize(
    ("lots", "left"),
    [
        # The bank's 25 are among the 40 that the books lowered: nothing of the 40 is owed again.
        ((lot(0, "25.00"),), "60.00"),
        # Of what came, 20 stayed and 30 were taken back: the books' 40 hold 20 that nobody has.
        ((lot(0, "20.00"), lot(1, "30.00", back(1, "30.00"))), "80.00"),
        # Taken back is more than the books lowered beside what stayed: no more than that is owed.
        ((lot(0, "20.00"), lot(1, "11.00", back(1, "11.00"))), "71.00"),
    ],
)
def test_what_the_books_lowered_is_owed_again_as_far_as_money_was_taken_back(lots, left):
    assert balance(Truth(invoice("60.00"), (), lots=lots)) == eur(left)
