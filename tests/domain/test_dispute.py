"""Disputes: what part of which claim is left alone, and for how long."""

from __future__ import annotations

from shared.domain.demand import demands
from shared.domain.dispute import left_alone, restarts, resumes
from shared.domain.events import CreditApplied
from tests.domain.casebook import FI, case_of, day, eur, joined, more, on
from tests.domain.statebook import euros, told


def credited(amount, when, paper):
    return CreditApplied(
        at=on(when), credit_note=f"erp:{paper}", claim="erp:a", amount=eur(amount), issued=day(when)
    )


def contested(case, name="a"):
    return left_alone(case.states.disputes.values(), case.claims[f"erp:{name}"])


def disputed(case, name, when, claim="a", **fields):
    return told(case, when, "dispute", name, claim=f"erp:{claim}", ground="price", **fields)


def settled(case, name, when, outcome):
    return told(case, when, "settle_dispute", f"s-{name}", dispute=name, outcome=outcome)


def test_credits_since_the_dispute_settle_the_contested_part_first():
    case = case_of(joined("a"), credited("30.00", "01-20", "before"))
    case = disputed(case, "d", "01-22", amount=euros("60.00"))
    assert contested(case) == eur("60.00")

    part = more(case, credited("25.00", "01-26", "c1"))
    whole = more(part, credited("35.00", "01-27", "c2"))

    assert (contested(part), contested(whole)) == (eur("35.00"), eur("0.00"))


def test_a_credit_settles_one_of_two_disputes_the_older_first():
    case = case_of(joined("a"))
    case = disputed(case, "d1", "01-22", amount=euros("60.00"))
    case = disputed(case, "d2", "01-23", amount=euros("40.00"))
    case = more(case, credited("10.00", "01-26", "c"))

    # The credit settles something of the first; all that is open stays contested.
    assert contested(case) == eur("90.00")
    assert contested(more(case, credited("55.00", "01-27", "c2"))) == eur("35.00")
    assert contested(settled(case, "d1", "01-27", "withdrawn")) == eur("30.00")


def test_the_rest_after_a_rejection_is_the_disputed_claims_alone_and_the_longest_one():
    case = case_of(joined("a"), joined("b"))
    case = disputed(case, "d1", "01-20", amount=euros("10.00"))
    case = disputed(case, "d2", "01-21", amount=euros("10.00"))
    case = disputed(case, "d3", "01-22", claim="b")
    case = settled(case, "d2", "01-30", "rejected")
    case = settled(case, "d1", "01-26", "rejected")
    disputes = case.states.disputes.values()

    assert (resumes(disputes, "erp:a"), resumes(disputes, "erp:b")) == (day("02-13"), None)
    assert (restarts(disputes, "erp:a"), restarts(disputes, "erp:b")) == (
        day("01-30"),
        day("01-22"),
    )


def test_the_credit_note_of_an_accepted_dispute_brings_no_interest_on_what_was_never_owed():
    case = case_of(joined("a", total="3000.00"))
    case = settled(disputed(case, "d", "01-23", amount=euros("1000.00")), "d", "02-02", "accepted")
    after = more(case, credited("1000.00", "02-16", "c"))

    def asked(case, when):
        return demands(case, FI, day(when), ["erp:a"])["erp:a"].interest.total

    # 2,000 at 9.5 %: thirty days, then thirty-two, the credit note in between.
    assert (asked(case, "02-15"), asked(after, "02-17")) == (eur("15.62"), eur("16.66"))
