"""What may be paid of a claim is what a letter of the day would ask for, and never more."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.case import Case
from shared.domain.debtor import ALONE, Debtor, counts_of
from shared.domain.law import load
from shared.domain.money import Money
from shared.domain.payable import SENTENCES, payable
from shared.domain.state_events import CircumstanceNoted
from shared.errors import Refused
from tests.domain.casebook import FI, case_of, day, eur, handed, joined, more, on, opened, paid
from tests.domain.statebook import euros, told

# 15 February: thirty days late, at the 9.5 % of the first half of 2026.
WHEN = "02-15"


def asked(case, when=WHEN, name="a", netted=None, debtor=ALONE):
    return payable(case, FI, day(when), f"erp:{name}", netted or {}, debtor)


def refusal(case, **more):
    with pytest.raises(Refused) as caught:
        asked(case, **more)
    assert caught.value.sentence == SENTENCES[caught.value.code]
    return caught.value.code


def of_1000(*more):
    return case_of(joined("a", total="1000.00"), *more)


def test_without_any_state_it_is_principal_and_interest():
    assert asked(of_1000()) == eur("1007.81")


def test_a_contested_part_is_left_out_with_its_interest():
    fields = {"claim": "erp:a", "ground": "price"}
    part = told(of_1000(), "01-23", "dispute", amount=euros("400.00"), **fields)
    whole = told(of_1000(), "01-23", "dispute", **fields)

    assert asked(part) == eur("604.68")
    assert refusal(whole) == "nothing_asked"


def test_what_a_credit_covers_is_left_out():
    assert asked(of_1000(), netted={"erp:a": eur("400.00")}) == eur("604.68")
    assert refusal(of_1000(), netted={"erp:a": eur("1000.00")}) == "nothing_asked"


def test_in_a_plan_it_is_the_instalments_due_or_the_next_one():
    case = told(
        of_1000(), "02-02", "propose_plan", count=4, first="2026-02-09", every="week", agreed=True
    )
    first = more(case, paid("p1", "02-09", "250.00"))

    assert asked(case, "02-03") == asked(case, "02-09") == eur("250.00")
    assert asked(case, "02-16") == eur("500.00")
    assert asked(first, "02-09") == eur("250.00")
    assert asked(more(first, paid("p2", "02-10", "100.00")), "02-16") == eur("150.00")


def test_a_plan_of_two_claims_asks_each_for_its_own_next_part():
    case = case_of(joined("a"), joined("b", due="01-17"))
    case = told(
        case, "02-02", "propose_plan", count=4, first="2026-02-09", every="week", agreed=True
    )

    assert (asked(case, "02-03", "a"), asked(case, "02-03", "b")) == (eur("50.00"), eur("50.00"))
    assert asked(case, "02-16", "a") == eur("100.00")


def test_a_plan_that_is_only_offered_changes_nothing():
    case = told(of_1000(), "02-10", "propose_plan", count=4, first="2026-03-02", every="week")

    assert asked(case) == eur("1007.81")


def test_of_an_open_settlement_it_is_what_is_left_of_its_sum():
    case = told(of_1000(), "02-02", "settlement", amount=euros("700.00"), day="2026-02-16")
    part = more(case, paid("p1", "02-09", "200.00"))

    assert (asked(case), asked(part)) == (eur("700.00"), eur("500.00"))
    # Once its days are over the whole is owed again.
    assert asked(case, "03-16") > eur("1000.00")


@pytest.mark.parametrize(
    ("what", "code"),
    [("bankruptcy", "stopped"), ("debt_arrangement", "stopped"), ("vulnerable", None)],
)
def test_proceedings_that_stop_a_claim_refuse_its_payment(what, code):
    noted = CircumstanceNoted(at=on("02-02"), circumstance="c", what=what, effective=day("02-01"))
    case = of_1000(noted)

    if code is None:
        assert asked(case) == eur("1007.81")
    else:
        assert refusal(case) == code


def test_what_is_paid_or_with_the_partner_is_not_paid_here():
    assert refusal(of_1000(paid("p1", "02-09", "1000.00"))) == "not_open"
    assert refusal(of_1000(handed("h", "02-10", "a"))) == "not_open"


def test_proceedings_that_another_case_was_told_of_refuse_it_too():
    noted = CircumstanceNoted(
        at=on("02-02"), circumstance="c", what="bankruptcy", effective=day("02-01")
    )
    elsewhere = Debtor(cases=(counts_of(case_of(joined("z"), noted)),))

    assert refusal(of_1000(), debtor=elsewhere) == "stopped"


def test_nobody_is_asked_to_pay_what_is_time_barred():
    # A consumer's claim of Sweden lapses three years after its due day.
    old = joined("a", total="900.00").claim
    old = old.model_copy(
        update={
            "total": Money.of("900.00", "SEK"),
            "open": Money.of("900.00", "SEK"),
            "issued": date(2022, 1, 3),
            "due": date(2022, 2, 3),
        }
    )
    begun = [opened(currency="SEK", law="SE"), joined("a").model_copy(update={"claim": old})]
    case = Case.replay("c1", begun)

    with pytest.raises(Refused) as caught:
        payable(case, load("SE"), day(WHEN), "erp:a", {})
    assert caught.value.code == "lapsed"
