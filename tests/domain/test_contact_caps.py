"""Caps: a creditor may contact a debtor less often than the law allows, and never more often."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.domain.debtor import Debtor, counts_of
from shared.domain.decide import decide
from shared.domain.explain import content_hash
from shared.domain.policy import ContactCap
from tests.domain.casebook import FI, STEPS, case_of, day, joined, local, policy, reminded

TWICE = (ContactCap(most=2, days=60),)
CASE = case_of(
    joined(), reminded("x1", "01-20", deadline="02-02"),
    reminded("x2", "02-04", deadline="02-16", step="r2"),
)  # fmt: skip


def answer(case, when, caps=TWICE, debtor=None):
    terms = policy(caps=caps)
    return decide(case, terms, FI, local(when), *([debtor] if debtor else []))


def test_what_the_cap_leaves_no_room_for_waits_until_it_does():
    rest = answer(CASE, "02-23")

    assert (rest.kind, rest.why) == ("rest", "gathering")
    assert [one.rule for one in rest.because] == ["policy.caps"]
    # Sixty days after the first of the two: 21 March is a Saturday.
    assert rest.until.date() == day("03-23")
    assert answer(CASE, "03-23").kind == "remind"


def test_without_a_cap_the_step_goes_when_it_is_due():
    assert answer(CASE, "02-23", caps=()).kind == "remind"


def test_the_laws_distance_holds_whatever_the_cap_allows():
    often = (ContactCap(most=30, days=1),)

    for when in ("02-06", "02-23"):
        assert answer(CASE, when, caps=often) == answer(CASE, when, caps=())


def test_contacts_about_the_debtors_other_cases_count_too():
    fresh = case_of(joined("b", due="02-16", at="02-19"))
    debtor = Debtor(cases=(counts_of(CASE),))

    assert answer(fresh, "02-23", debtor=debtor).because[0].rule == "policy.caps"
    assert answer(fresh, "02-23", caps=(), debtor=debtor).kind == "remind"


def test_a_policy_without_caps_keeps_its_hash():
    assert "caps" not in policy().model_dump(mode="json")
    assert content_hash(policy()) == content_hash(policy(caps=()))


@pytest.mark.parametrize("wrong", [{"most": 0, "days": 7}, {"most": 1, "days": 0}])
def test_a_cap_lets_something_through_some_day(wrong):
    with pytest.raises(ValidationError):
        ContactCap(**wrong)


def test_a_cap_moves_no_hand_over():
    case = case_of(joined(), reminded("x1", "01-20", deadline="02-02"))
    terms = policy(STEPS[0], STEPS[3], caps=(ContactCap(most=1, days=366),))

    assert decide(case, terms, FI, local("03-20")).kind == "hand_over"
