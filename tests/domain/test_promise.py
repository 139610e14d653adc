"""A promise is judged by money alone, once, and until its last resting day."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.endings import endings
from shared.domain.events import BalanceStated, CreditApplied, PaymentReversed
from shared.domain.timeline import words
from tests.domain.casebook import case_of, day, eur, joined, more, on, paid
from tests.domain.statebook import euros, lived, told


def promised(**fields):
    """100 euros of two claims promised on 2 February for the 9th; the money may take to the 12th.

    Twenty euros had come before it.
    """
    case = case_of(joined("a"), joined("b"), paid("p0", "01-20", "20.00"))
    fields = {"day": "2026-02-09", "amount": euros("100.00")} | fields
    return told(case, "02-02", "promise", "k", **fields)


def judged(case, when):
    return case.states.promises["k"].judged(case.claims, day(when))


def credited(name, amount, when):
    return CreditApplied(
        at=on(when), credit_note=f"erp:c-{name}", claim=f"erp:{name}", amount=eur(amount),
        issued=day(when),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("came", "early", "late"),
    [(None, "open", "broken"), ("0.01", "open", "partly"), ("79.99", "open", "partly")],
)
def test_only_time_breaks_a_promise(came, early, late):
    case = promised()
    if came:
        case = more(case, paid("p1", "02-05", came))

    assert (judged(case, "02-12"), judged(case, "02-13")) == (early, late)


def test_the_promised_money_keeps_it_at_once_whichever_claim_it_pays():
    case = more(promised(), paid("p1", "02-05", "40.00"), paid("p2", "02-06", "60.00", "b"))

    assert judged(case, "02-06") == "kept"


def test_nothing_is_left_to_promise_when_all_of_it_is_credited():
    one = more(promised(), credited("a", "80.00", "02-05"))
    both = more(one, credited("b", "100.00", "02-05"))

    assert (judged(one, "02-06"), judged(both, "02-06")) == ("open", "kept")


def test_what_was_recorded_of_it_stays():
    case = told(promised(), "02-03", "cancel_promise", "c", promise="k")

    assert judged(more(case, paid("p1", "02-05", "80.00")), "02-20") == "cancelled"


def taken_back(case, payment, amount, when):
    back = PaymentReversed(
        at=on(when), reversal=f"{payment}-back", payment=f"erp:{payment}", claim="erp:a",
        amount=eur(amount), on=day(when), code="AC04",
    )  # fmt: skip
    return more(case, back)


def test_what_a_settlement_let_go_is_owed_again_once_when_its_money_is_taken_back():
    case = case_of(joined("a", total="300.00"), joined("b"))
    case = told(case, "02-02", "settlement", "k", amount=euros("200.00"), day="2026-02-09",
                claims=["erp:a"])  # fmt: skip
    kept = lived(more(case, paid("p1", "02-05", "200.00")), "02-05")
    assert (kept.claims["erp:a"].open, kept.claims["erp:a"].let_go) == (eur("0.00"), eur("100.00"))

    back = taken_back(kept, "p1", "200.00", "02-20")
    undone = endings(back, day("02-20"), on("02-20"))
    after = more(back, undone)

    assert [one.kind for one in undone] == ["written_off", "promise_ended"]
    assert (undone[0].amount, undone[0].cause) == (eur("-100.00"), "settlement_undone")
    assert (after.claims["erp:a"].open, after.claims["erp:a"].forgiven) == (
        eur("300.00"), eur("0.00"),
    )  # fmt: skip
    assert after.states.promises["k"].outcome == "broken"
    assert endings(after, day("02-21"), on("02-21")) == []
    assert "100.00 EUR of claim erp:a is owed again" in words(undone[0])


def test_a_settlement_stands_while_its_money_is_there_whatever_the_books_say():
    case = case_of(joined("a", total="300.00"), paid("p0", "01-20", "50.00"))
    case = told(case, "02-02", "settlement", "k", amount=euros("200.00"), day="2026-02-09")
    kept = lived(more(case, paid("p1", "02-05", "200.00")), "02-05")
    raised = BalanceStated(
        at=on("02-20"), claim="erp:a", open=eur("30.00"), before=eur("0.00"), cause="unexplained",
        raised=True,
    )  # fmt: skip
    again = more(taken_back(kept, "p1", "200.00", "02-20"), paid("p2", "02-21", "200.00"))

    assert endings(more(kept, raised), day("02-20"), on("02-20")) == []
    assert endings(again, day("02-21"), on("02-21")) == []


@pytest.mark.parametrize(("came", "found"), [("99.00", "kept"), ("98.99", "partly")])
def test_a_shortfall_within_the_tolerance_keeps_a_promise(came, found):
    case = more(promised(), paid("p1", "02-05", "80.00"))
    case = more(case, paid("p2", "02-05", str(Decimal(came) - 80), "b"))

    assert judged(case, "02-13") == found


def test_a_promise_no_larger_than_the_tolerance_is_not_kept_by_nothing():
    assert judged(promised(amount=euros("0.50")), "02-03") == "open"
