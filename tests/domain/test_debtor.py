"""The debtor as the unit: what counts across cases, and what his own credits do to a dunning."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.act_events import FeeCredited
from shared.domain.commands import apply
from shared.domain.debtor import CaseCounts, Credit, Debtor, counts_of
from shared.domain.decide import claim_facts, decide
from shared.domain.decisions import Ask, HandOver, Remind, Rest
from shared.domain.demand import asked_for
from shared.domain.events import CaseClosed, ClaimFlagged, Held
from shared.domain.law import load, reminder_fee
from shared.domain.money import Money
from shared.domain.netting import UNALLOCATED, netted
from shared.domain.policy import Step
from shared.errors import Refused
from tests.domain.casebook import (
    FI,
    answered,
    asked,
    case_of,
    charged,
    day,
    eur,
    joined,
    local,
    more,
    on,
    paid,
    policy,
    reminded,
    reminder,
    sent,
)  # fmt: skip
from tests.domain.statebook import form, told

DUE = day("01-16")


def other(**of):
    return CaseCounts(**({"since": DUE} | of))


def answer(case, when, debtor, rules=None):
    return decide(case, rules or policy(), FI, local(when), debtor)


def owes(text):
    return Debtor(credits=(Credit(id="erp:k1", amount=eur(text)),))


# --- what a case adds --------------------------------------------------------------------------


def test_a_case_counts_its_contacts_fees_and_promises_from_intent_on():
    case = case_of(joined(), reminder("x1", "01-20", deadline="02-01", **charged()))
    assert counts_of(case) == other(
        contacted=day("01-20"), channels=("email",), fees=(day("01-20"),)
    )
    given = more(case, sent("x1", "01-21"))
    promised = told(given, "02-02", "promise", day="2026-02-10")
    assert counts_of(promised) == other(
        contacted=day("01-21"), channels=("email",), fees=(day("01-21"),), promises=(day("02-02"),)
    )


def test_a_fee_that_was_credited_and_a_case_that_closed_count_no_longer():
    case = case_of(joined(), reminded("x1", "01-20", deadline="02-01", **charged()))
    credit = FeeCredited(at=on("01-25"), act="x1", claim="erp:a", amount=eur("5.00"), why="crossed")
    ended = more(case, credit, paid("p1", "01-25", "100.00"),
                 CaseClosed(at=on("02-25"), why="nothing_open"))  # fmt: skip
    assert counts_of(ended) == other(
        contacted=day("01-20"), channels=("email",), until=day("01-25")
    )
    assert counts_of(case_of()) is None


# --- one contact, one fee, so many promises ----------------------------------------------------


def test_one_contact_per_debtor_and_window_whatever_the_case():
    case = case_of(joined())
    assert isinstance(answer(case, "01-20", Debtor()), Remind)
    seen = Debtor(cases=(other(contacted=day("01-19")),))
    waits = answer(case, "01-20", seen)
    assert isinstance(waits, Rest)
    assert waits.why == "gathering"
    # FI: seven days of the policy; contact is allowed again on the seventh.
    assert isinstance(answer(case, "01-26", seen), Remind)


def test_promises_are_counted_for_the_debtor():
    case = case_of(joined())
    said = {"by": "p", "policy": policy(), "law": FI, "now": local("02-02")}
    twice = Debtor(cases=(other(promises=(day("01-20"), date(2025, 5, 1))),))
    promise = form("promise", day="2026-02-10")
    with pytest.raises(Refused) as no:
        apply(case, promise, **said, debtor=twice)
    assert no.value.code == "too_many_promises"
    once = Debtor(cases=(other(promises=(day("01-20"), date(2025, 2, 1))),))
    assert apply(case, promise, **said, debtor=once)


@pytest.mark.parametrize(
    ("cases", "allowed"),
    [
        ((), True),
        # Three in an open case beside it: renteloven § 9 b stk. 2.
        (((None, 3),), False),
        (((None, 2),), True),
        # The other case closed, but not before this one's arrears began.
        ((("01-20", 3),), False),
        # Paid up before: new arrears, new fees.
        ((("01-10", 3),), True),
        # Linked through a third case that was open on both sides of the gap.
        ((("01-10", 3), (None, 0)), False),
    ],
)
def test_danish_fees_are_counted_in_the_unbroken_arrears(cases, allowed):
    dk = load("DK")
    owed = Money.of("1000.00", "DKK")
    case = case_of(joined(total="1000.00"))
    state = case.claims["erp:a"]
    state = state.model_copy(
        update={"claim": state.claim.model_copy(update={"total": owed}), "open": owed}
    )
    debtor = Debtor(cases=tuple(
        CaseCounts(since=date(2025, 12, 1), until=day(until) if until else None,
                   fees=(date(2025, 12, 15),) * fees)
        for until, fees in cases
    ))  # fmt: skip
    facts = claim_facts(case, state, [], None, debtor)
    facts = facts.model_copy(update={"fees": Money.zero("DKK")})
    assert reminder_fee(dk, facts, day("02-10")).allowed is allowed


# --- what is left out is not used up -----------------------------------------------------------


@pytest.mark.parametrize(
    "excluded",
    [
        Held(at=on("01-19"), hold="h1", claim="erp:b", reason="other", until=day("02-10")),
        ClaimFlagged(at=on("01-19"), claim="erp:b", do_not_dun=("invoice_blocked",)),
        "dispute",
    ],
)
def test_a_claim_that_is_left_out_of_a_contact_keeps_its_step(excluded):
    case = case_of(joined(), joined("b"))
    if excluded == "dispute":
        case = told(case, "01-19", "dispute", claim="erp:b", ground="wrong_price")
    else:
        case = more(case, excluded)
    contact = answer(case, "01-20", Debtor())
    assert isinstance(contact, Remind)
    assert contact.claims == ("erp:a",)
    after = more(case, reminded("x1", "01-20", deadline="02-01"))
    assert {name: one.level for name, one in after.claims.items()} == {"erp:a": 1, "erp:b": 0}


# --- netting -----------------------------------------------------------------------------------


def test_a_claim_that_credits_cover_rests_and_a_person_is_asked_once():
    case = case_of(joined())
    question = answer(case, "01-20", owes("99.50"))
    assert isinstance(question, Ask)
    assert (question.why, question.claims) == (UNALLOCATED, ("erp:a",))
    open_ = more(case, asked(question.task, UNALLOCATED, "01-20", "a"))
    assert isinstance(answer(open_, "01-21", owes("99.50")), Rest)
    # Allocated in the books, or meant for something else: the person's word lets it go on.
    onward = more(open_, answered(question.task, "continue", "01-22"))
    assert isinstance(answer(onward, "01-23", owes("99.50")), Remind)


def test_credits_cover_the_oldest_claims_and_the_others_go_on():
    case = case_of(joined(), joined("b", due="01-15", total="60.00"))
    assert netted(case, policy(), owes("80.00")) == {"erp:b": eur("60.00"), "erp:a": eur("20.00")}
    contact = answer(case, "01-20", owes("80.00"))
    assert isinstance(contact, Remind)
    assert contact.claims == ("erp:a",)
    covered = netted(case, policy(), owes("80.00"))
    asked_now = asked_for(case, FI, day("01-20"), contact, covered)
    assert asked_now["erp:a"].open == eur("80.00")
    whole = asked_for(case, FI, day("01-20"), contact)["erp:a"]
    assert asked_now["erp:a"].interest.total.amount < whole.interest.total.amount


def test_a_credit_is_used_to_its_last_cent_once_and_covers_nothing_that_is_left_alone():
    case = case_of(joined(), joined("b", due="01-15", total="60.00"))
    assert netted(case, policy(), owes("60.00")) == {"erp:b": eur("60.00")}
    assert netted(case, policy(), owes("0.01")) == {"erp:b": eur("0.01")}
    # At the tolerance a claim is left alone: the credit waits for the next one.
    small = case_of(joined(total="1.00"), joined("b", due="01-17", total="60.00"))
    assert netted(small, policy(), owes("5.00")) == {"erp:b": eur("5.00")}


def test_a_claim_that_is_covered_in_part_is_not_handed_over():
    steps = (Step(id="r1", action="remind", after=3, since="due"),
             Step(id="out", action="hand_over", after=15, since="previous"))  # fmt: skip
    rules = policy(*steps)
    case = case_of(joined(), reminded("x1", "01-20", deadline="02-02"))
    assert isinstance(answer(case, "02-20", Debtor(), rules), HandOver)
    assert isinstance(answer(case, "02-20", owes("10.00"), rules), Ask)


def test_credits_of_another_currency_and_disputed_parts_net_nothing():
    case = case_of(joined())
    kroner = Debtor(credits=(Credit(id="erp:k", amount=Money.of("500.00", "SEK")),))
    assert isinstance(answer(case, "01-20", kroner), Remind)
    disputed = told(case, "01-19", "dispute", claim="erp:a", ground="wrong_price")
    assert netted(disputed, policy(), owes("500.00")) == {}
