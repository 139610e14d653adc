"""What money settles beside the principal, and what becomes of the rest: to the cent."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import ledger
from shared.domain.allocation import (
    KINDEST,
    Owed,
    allocate,
    binding,
    refused,
)
from shared.domain.decide import HandOver, Remind, decide
from shared.domain.demand import asked_for
from shared.domain.extras import Paid, left
from shared.domain.extras_rules import ExtrasRules
from shared.domain.law import load
from shared.domain.ledger_truth import Truth
from shared.domain.money import Money, total
from shared.domain.payment import Follower, Line, Resolution, begun, followed, resolved
from shared.domain.residual import charge, residuals
from tests.domain.casebook import (
    case_of,
    charged,
    day,
    eur,
    joined,
    local,
    more,
    on,
    policy,
    reminded,
)
from tests.domain.statebook import told
from tests.domain.test_ledger import TOLERANCE, invoice
from tests.domain.test_payment import sighting

FI = load("FI")
ORDERS = list(itertools.permutations(KINDEST))
MONEY = st.integers(0, 20_000).map(lambda cents: Money.of(f"{cents / 100:.2f}", "EUR"))


# --- allocation ----------------------------------------------------------------------------------


@given(MONEY, MONEY, MONEY, MONEY, st.sampled_from(ORDERS), st.lists(st.sampled_from(KINDEST)))
def test_the_parts_sum_to_the_money_and_none_is_negative_or_more_than_owed(
    amount, principal, interest, fees, order, designation
):
    owed = Owed(principal=principal, interest=interest, fees=fees)
    parts = allocate(amount, owed, order, designation)
    assert parts.total == amount
    assert all(one.amount >= 0 for one in (parts.interest, parts.fees, parts.rest))
    assert parts.principal <= principal
    assert parts.interest <= interest
    assert parts.fees <= fees
    assert not parts.rest or parts.rest == amount - owed.total


@pytest.mark.parametrize(
    ("order", "designation", "parts"),
    [
        (KINDEST, (), "100.00 5.00 0.00"),
        (("interest", "principal", "costs"), (), "97.00 8.00 0.00"),
        (("costs", "interest", "principal"), (), "92.00 8.00 5.00"),
        (("costs", "interest", "principal"), ("principal",), "100.00 0.00 5.00"),
    ],
)
def test_the_debtors_own_word_comes_before_the_creditors_order(order, designation, parts):
    owed = Owed(principal=eur("100.00"), interest=eur("8.00"), fees=eur("5.00"))
    found = allocate(eur("105.00"), owed, order, designation)
    told = (found.principal, found.interest, found.fees)
    assert " ".join(str(one.amount) for one in told) == parts


def test_costs_first_is_refused_for_natural_persons_in_finland_only():
    costs = ("costs", "interest", "principal")
    of = {"on": day("02-01")}
    assert refused(FI, costs, "business", natural_person=True, **of).rule == "FI-ALLOCATION"
    assert refused(FI, costs, "business", natural_person=False, **of) is None
    assert refused(FI, ("interest", "principal", "costs"), "consumer", natural_person=True, **of) \
        is None  # fmt: skip
    assert refused(load("NO"), costs, "consumer", natural_person=True, **of) is None
    assert binding(FI, costs, "consumer", natural_person=True, **of) == KINDEST


# --- what a payment settles of a claim -----------------------------------------------------------

ONE = "erp:a"
FEE = eur("5.00")


def dunned():
    """A claim of 100.00 due on 16 January, with a reminder of 25 January and its fee."""
    return case_of(joined(), *reminded("r1", "01-25", deadline="02-04", **charged()))


def paid(amount, principal, charges, name="1", when="02-10"):
    came = sighting(amount, id=f"bank:{name}", value_date=day(when), booked=day(when))
    line = Line(invoice=ONE, principal=eur(principal), charges=eur(charges))
    payment = begun(came, "bank").model_copy(update={"sighting_version": "1"})
    return resolved(payment, Resolution(rule="reference", lines=(line,), ask=True), day(when))


def truth(*payments, opened="100.00"):
    lots = (one.lot(ONE) for one in payments)
    return Truth(invoice(opened), lots=tuple(one for one in lots if one is not None))


def book(case, *truths, order=KINDEST):
    for one in truths:
        case = more(case, ledger.reconcile(case, one, on("02-15"), TOLERANCE, order=order))
        assert ledger.reconcile(case, one, on("02-15"), TOLERANCE, order=order) == []
    return case


def at(case, when="02-15"):
    found = ledger.position(case, case.claims[ONE], FI, day(when))
    return tuple(str(one.amount) for one in (found.open, found.interest_due, found.fees))


def test_principal_interest_and_fee_paid_at_once_leave_nothing():
    assert at(dunned(), "02-10") == ("100.00", "0.65", "5.00")
    case = book(dunned(), truth(paid("105.65", "100.00", "5.65")))
    assert at(case) == ("0.00", "0.00", "0.00")
    assert case.fees_of(ONE) == FEE  # what was charged still counts towards the caps


@pytest.mark.parametrize(
    ("order", "left"),
    [(KINDEST, ("0.00", "0.00", "3.65")), (("principal", "costs", "interest"), ("0.00", "0.65",
     "3.00"))],
)  # fmt: skip
def test_what_is_more_than_the_principal_settles_interest_and_fees_in_the_order(order, left):
    case = book(dunned(), truth(paid("102.00", "100.00", "2.00")), order=order)
    assert at(case) == left


def test_what_was_matched_and_is_not_owed_is_the_debtors():
    case = book(dunned(), truth(paid("110.00", "100.00", "10.00")))
    found = ledger.position(case, case.claims[ONE], FI, day("02-15"))
    assert (at(case), found.over) == (("0.00", "0.00", "0.00"), eur("4.35"))


def test_what_was_paid_for_a_fee_that_is_credited_later_settles_interest_and_is_then_the_debtors():
    nothing = eur("0.00")
    fee = Paid(payment="bank:1", interest=nothing, fees=FEE, over=nothing, on=day("02-10"))
    found = left(eur("2.00"), nothing, [fee])
    assert (found.interest, found.fees, found.over) == (nothing, nothing, eur("3.00"))
    assert left(eur("2.00"), FEE, [fee]).total == eur("2.00")


def test_money_of_the_day_of_a_notice_owes_no_fee_for_it():
    case = book(dunned(), truth(paid("105.00", "100.00", "5.00", when="01-25")))
    assert case.notices["r1"].fee_credited
    assert at(case)[2] == "0.00"
    assert case.claims[ONE].extras[0].fees == eur("0.00")


def test_a_reversal_takes_back_charges_before_principal_and_gives_them_back():
    payment = paid("105.65", "100.00", "5.65")
    back = Follower(id="bank:r", kind="reversal", amount=eur("3.00"), on=day("02-12"), code="X")
    again = Follower(id="bank:w", kind="reinstatement", amount=eur("3.00"), on=day("02-13"))
    part = followed(payment, [back])
    case = book(dunned(), truth(payment), truth(part))
    assert at(case) == ("0.00", "0.00", "3.00")
    case = book(case, truth(followed(part, [again])))
    assert at(case) == ("0.00", "0.00", "0.00")


def test_charges_that_come_alone_settle_the_rest_of_a_paid_claim():
    first = paid("100.00", "100.00", "0.00")
    second = paid("5.65", "0.00", "5.65", "2", "02-12")
    case = book(dunned(), truth(first), truth(first, second))
    assert at(case) == ("0.00", "0.00", "0.00")
    undone = resolved(second, Resolution(rule="person", ask=True), day("02-14"))
    assert at(book(case, truth(first, undone))) == ("0.00", "0.65", "5.00")


STORY = st.lists(
    st.tuples(
        st.sampled_from(["40.00", "60.00", "100.00"]),
        st.sampled_from(["0.00", "0.40", "2.00", "7.00"]),
        st.sampled_from(["01-20", "01-28", "02-05", "02-10"]),
        st.sampled_from(["", "3.00", "50.00"]),
        st.sampled_from(["", "refund", "reversal", "reinstatement"]),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(STORY, st.permutations(range(3)), st.sampled_from(ORDERS))
def test_received_is_principal_interest_fees_unapplied_and_refunded_in_any_order(
    story, order, rule
):
    payments = []
    for number, (principal, charges, when, amount, kind) in enumerate(story):
        whole = eur(principal) + eur(charges) + eur("1.00")
        payment = paid(str(whole.amount), principal, charges, str(number), when)
        if amount and kind:
            one = Follower(id=f"bank:f{number}", kind=kind, amount=eur(amount), on=day("02-12"))
            payment = followed(payment, [one])
        payments.append(payment)
    case = dunned()
    known = []
    for number in (one for one in order if one < len(payments)):
        known.append(payments[number])
        case = book(case, truth(*known), order=rule)
    at_once = book(dunned(), truth(*payments), order=rule)
    assert case.claims[ONE].extras == at_once.claims[ONE].extras
    for payment in payments:
        lot = payment.lot(ONE)
        word = [one for one in case.claims[ONE].extras if one.payment == payment.id]
        beside = total([one.total for one in word], "EUR")
        assert beside == lot.extras
        settled = lot.net + beside
        out = payment.rest + payment.taken_back + payment.refunded - payment.refunded_beyond
        assert settled + out == payment.amount
        assert all(one.amount >= 0 for paid in word for one in (paid.interest, paid.fees,
                                                               paid.over))  # fmt: skip


def test_part_payments_and_credit_notes_keep_the_step():
    case = dunned()
    after = book(case, truth(paid("40.00", "40.00", "0.00")))
    assert after.claims[ONE].level == case.claims[ONE].level
    assert after.standing(ONE) == case.standing(ONE)


# --- what becomes of the rest --------------------------------------------------------------------


def ruled(**of):
    return policy(extras=ExtrasRules(**of))


def rested(case, rules, when="02-20"):
    found = residuals(case, rules, FI, day(when), on(when))
    after = more(case, found)
    assert residuals(after, rules, FI, day(when), on(when)) == []
    return after, [(one.becomes, str(one.interest.amount), str(one.fees.amount), one.why)
                   for one in found]  # fmt: skip


def settled():
    return book(dunned(), truth(paid("100.00", "100.00", "0.00")))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({}, [("waived", "0.65", "0.00", "policy"), ("next_invoice", "0.00", "5.00", "policy")]),
        ({"residual": "waive"}, [("waived", "0.65", "5.00", "policy")]),
        ({"waive_below": eur("5.65")}, [("waived", "0.65", "5.00", "small")]),
        ({"interest_on_late": "next_invoice"}, [("next_invoice", "0.65", "5.00", "policy")]),
        ({"interest_on_late": "own_invoice", "own_invoice_above": eur("0.60")},
         [("own_invoice", "0.65", "5.00", "policy")]),
        ({"interest_on_late": "own_invoice", "own_invoice_above": eur("0.65")},
         [("next_invoice", "0.65", "5.00", "policy")]),
        ({"residual": "continue"}, []),
    ],
)  # fmt: skip
def test_what_is_left_becomes_what_the_policy_says(rules, told):
    after, found = rested(settled(), ruled(**rules))
    assert found == told
    if told:
        assert at(after, "02-20") == ("0.00", "0.00", "0.00")


def test_nothing_is_put_down_before_the_money_has_rested():
    assert rested(settled(), ruled(), "02-16")[1] == []
    assert rested(settled(), ruled(after_days=6), "02-16")[1] != []


def test_what_the_next_reminder_asks_for_goes_to_the_erp_when_the_case_would_close():
    after, found = rested(settled(), ruled(residual="continue"), "03-12")
    assert found == [("waived", "0.65", "0.00", "policy"),
                     ("next_invoice", "0.00", "5.00", "policy")]  # fmt: skip
    assert at(after, "03-12") == ("0.00", "0.00", "0.00")


def test_a_charge_tells_how_its_interest_was_computed():
    case = settled()
    (event,) = residuals(case, ruled(interest_on_late="next_invoice"), FI, day("02-20"),
                         on("02-20"))  # fmt: skip
    row = charge(case, event, FI)
    assert (row.interest, row.fees, row.paid) == (eur("0.65"), eur("5.00"), eur("0.00"))
    assert [str(one.principal.amount) for one in row.segments] == ["100.00"]
    assert row.segments[-1].to == day("02-10")


def test_money_that_is_taken_back_owes_again_what_was_let_go_for_it():
    payment = paid("100.00", "100.00", "0.00")
    case, _ = rested(book(dunned(), truth(payment)), ruled(residual="waive"))
    back = Follower(id="bank:r", kind="reversal", amount=eur("100.00"), on=day("02-12"))
    case = book(case, truth(followed(payment, [back])))
    assert (case.claims[ONE].residual, at(case, "02-12")[2]) == ((), "5.00")


def test_interest_and_fees_alone_are_never_handed_over():
    case, rules = settled(), ruled(residual="continue")
    for days in range(0, 60, 3):
        answer = decide(case, rules, FI, local("02-11") + timedelta(days=days))
        assert not isinstance(answer, HandOver)
        assert not isinstance(answer, Remind) or answer.letter == "charges"


def test_the_next_reminder_asks_for_what_is_left_where_the_policy_goes_on_with_it():
    payment = paid("100.00", "100.00", "0.00")
    case = book(dunned(), truth(payment))
    case = more(case, [joined("b", at="02-20", due="02-13")])
    going, kept = ruled(residual="continue"), ruled()
    answer = decide(case, going, FI, local("02-20"))
    assert isinstance(answer, Remind)
    assert (answer.claims, answer.also, answer.fee) == (("erp:b",), (ONE,), None)
    asked = asked_for(case, FI, day("02-20"), answer)[ONE]
    assert (asked.open, asked.interest_due, asked.fees) == (eur("0.00"), eur("0.65"), FEE)
    assert decide(case, kept, FI, local("02-20")).also == ()


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("dispute", {"claim": ONE, "ground": "wrong_price"}),
        ("circumstance", {"circumstance": "restructuring", "effective": "2026-02-01"}),
        ("stop_request", {}),
    ],
)
def test_what_is_left_is_not_asked_for_where_the_claim_itself_would_rest(command, fields):
    """Paid under protest, to be filed, asked to stop: no other claim's letter goes on with it."""
    case = told(dunned(), "02-09", command, **fields)
    case = book(case, truth(paid("100.00", "100.00", "0.00")))
    case = more(case, [joined("b", at="02-20", due="02-13", issued=day("02-05"))])

    answer = decide(case, ruled(residual="continue"), FI, local("02-20"))

    assert (answer.kind, answer.claims, answer.also) == ("remind", ("erp:b",), ())
    if command != "stop_request":
        assert residuals(case, ruled(), FI, day("02-25"), on("02-25")) == []
