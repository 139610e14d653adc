"""Nothing is agreed about a claim that may not be asked for, however long ago it was offered."""

from __future__ import annotations

import pytest

from shared.domain.case import Case
from shared.domain.command_checks import SENTENCES
from shared.domain.commands import apply
from shared.domain.debtor import ALONE, Debtor, counts_of
from shared.domain.law import load
from shared.domain.money import Money
from shared.errors import Refused
from tests.domain.casebook import FI, case_of, handed, joined, local, more, opened, policy
from tests.domain.statebook import euros, form, told

AGREEMENTS = (
    ("promise", {"day": "2026-02-20"}),
    ("settlement", {"day": "2026-02-20", "amount": euros("50.00")}),
    ("propose_plan", {"count": 2, "first": "2026-02-20"}),
)
CASE = case_of(joined("a"))
BANKRUPT = {"circumstance": "bankruptcy", "effective": "2026-02-01"}
CONTESTED = {"claim": "erp:a", "ground": "price"}


def refusal(case, what, debtor=ALONE, law=FI, **fields):
    with pytest.raises(Refused) as caught:
        apply(
            case, form(what, "k9", **fields), by="p", policy=policy(), law=law,
            now=local("02-09"), debtor=debtor,
        )  # fmt: skip
    assert caught.value.sentence == SENTENCES[caught.value.code]
    return caught.value.code


@pytest.mark.parametrize(("what", "fields"), AGREEMENTS)
def test_proceedings_stop_every_agreement_also_when_another_case_was_told(what, fields):
    noted = told(CASE, "02-02", "circumstance", **BANKRUPT)
    other = told(case_of(joined("z")), "02-02", "circumstance", **BANKRUPT)

    assert refusal(noted, what, **fields) == "stopped"
    assert refusal(CASE, what, Debtor(cases=(counts_of(other),)), **fields) == "stopped"


@pytest.mark.parametrize(("what", "fields"), AGREEMENTS)
def test_a_dispute_comes_before_every_agreement(what, fields):
    two = case_of(joined("a"), joined("b"))
    assert refusal(told(two, "02-02", "dispute", **CONTESTED), what, **fields) == "disputed"


def test_a_part_that_is_not_contested_may_be_promised_but_not_settled():
    part = told(CASE, "02-02", "dispute", amount=euros("40.00"), **CONTESTED)

    assert told(part, "02-09", "promise", "k2", day="2026-02-20").states.promises
    assert refusal(part, "settlement", day="2026-02-20", amount=euros("30.00")) == "disputed"


@pytest.mark.parametrize(("what", "fields"), AGREEMENTS)
def test_nothing_is_agreed_about_what_is_time_barred(what, fields):
    old = {
        "total": Money.of("900.00", "SEK"), "open": Money.of("900.00", "SEK"),
        "issued": local("01-03").date().replace(year=2022),
        "due": local("02-03").date().replace(year=2022),
    }  # fmt: skip
    claim = joined("a").claim.model_copy(update=old)
    begun = [opened(currency="SEK", law="SE"), joined("a").model_copy(update={"claim": claim})]
    case = Case.replay("c1", begun)
    kronor = {"amount": {"amount": "50.00", "currency": "SEK"}} if what == "settlement" else {}

    assert refusal(case, what, law=load("SE"), **(fields | kronor)) == "lapsed"


def test_an_offer_is_not_agreed_to_once_something_came_into_its_way():
    offered = told(CASE, "02-02", "propose_plan", count=2, first="2026-02-20")
    whole = told(offered, "02-03", "dispute", "k2", **CONTESTED)
    bankrupt = told(offered, "02-03", "circumstance", "k2", **BANKRUPT)
    away = more(offered, handed("o", "02-04"))

    assert refusal(whole, "agree_plan", plan="k1") == "disputed"
    assert refusal(bankrupt, "agree_plan", plan="k1") == "stopped"
    # What a partner has meanwhile is agreed all the same: it is told.
    assert told(away, "02-09", "agree_plan", "k2", plan="k1").states.plans["k1"].agreed
    assert told(offered, "02-09", "agree_plan", "k2", plan="k1").states.plans["k1"].agreed
