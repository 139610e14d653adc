"""The payer sees what a letter of the day would say, how it arose, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.circumstance import EFFECTS
from shared.domain.debtor import ALONE, Debtor, counts_of
from shared.domain.demand import demands
from shared.domain.events import NoticeReturned
from shared.domain.foresight import Stand, ahead
from shared.domain.model import Party
from shared.domain.payer_view import FURTHEST, view
from tests.domain.casebook import (
    FI,
    case_of,
    charged,
    day,
    eur,
    handed,
    joined,
    local,
    more,
    paid,
    policy,
    reminded,
)
from tests.domain.statebook import euros, said, told

AINO = Party(id="erp:cust-9", version="1", kind="person", name="Aino", country="FI")


def seen(case, when="02-15", on=None, party=AINO, debtor=ALONE, rules=None):
    stand = Stand(case, rules or policy(), FI, debtor)
    return view(stand, party, local(when), on and day(on))


def of_1000(*events):
    return case_of(joined("a", total="1000.00"), *events)


def charged_case():
    return of_1000(
        reminded("a1", "01-20", deadline="01-30"),
        reminded("a2", "02-05", deadline="02-16", step="r2", **charged()),
    )


def test_a_claim_shows_principal_interest_and_fee_with_their_sections():
    shown = seen(charged_case())
    (claim,) = shown.claims
    (charge,) = claim.charges

    assert (claim.asked, claim.interest, claim.fees) == (eur("1000.00"), eur("7.81"), eur("5.00"))
    assert claim.total == shown.total == shown.now == eur("1012.81")
    assert (charge.on, charge.section) == (day("02-05"), "513/1999 10 a § 1 mom. 1 k., 10 b §")
    assert claim.interest_section
    assert claim.per_day == eur("0.26")
    assert [(one.first, one.days, one.rate) for one in claim.accruals] == [
        (day("01-17"), 30, "9.50")
    ]
    assert shown.pay_by == day("02-16")


def test_for_a_day_ahead_it_is_what_a_letter_of_that_day_would_ask_for():
    case = charged_case()
    for on in ("02-15", "03-31", "06-30"):
        shown = seen(case, on=on)
        assert shown.total == demands(case, FI, day(on), ["erp:a"])["erp:a"].total
        assert shown.now == eur("1012.81")


def test_a_day_of_which_no_rate_is_known_says_from_when():
    (claim,) = seen(charged_case(), on="08-01").claims

    assert claim.unknown_from == date(2026, 7, 1)
    assert claim.per_day is None


@pytest.mark.parametrize("off", [-1, FURTHEST.days + 1])
def test_no_day_of_the_past_or_too_far_ahead_is_shown(off):
    with pytest.raises(ValueError, match="past"):
        view(Stand(of_1000(), policy(), FI), AINO, local("02-15"), day("02-15") + timedelta(off))


def test_what_was_paid_or_credited_and_what_is_contested_is_told_apart():
    part = told(
        of_1000(paid("p1", "01-20", "300.00")), "01-23", "dispute",
        amount=euros("200.00"), claim="erp:a", ground="price",
    )  # fmt: skip
    shown = seen(part)
    (claim,) = shown.claims

    assert (claim.paid, claim.contested, claim.asked) == (
        eur("300.00"), eur("200.00"), eur("500.00"),
    )  # fmt: skip
    assert (shown.contested[0].amount, claim.standing) == (eur("200.00"), "late")


def test_what_is_not_due_yet_bears_nothing():
    shown = seen(case_of(joined("a"), joined("b", due="03-20")))
    (late, later) = shown.claims

    assert (later.standing, later.interest, later.total) == ("due_later", eur("0"), eur("100.00"))
    assert late.interest > eur("0")
    assert shown.now == shown.total == late.total
    # It can be paid before it is due all the same.
    assert later.now == eur("100.00")


def test_what_a_partner_has_is_shown_and_not_paid_here():
    shown = seen(case_of(joined("a"), joined("b"), handed("h1", "02-01", "a")))
    there = shown.claim("erp:a")

    assert (there.standing, there.partner, there.now) == ("with_partner", "agency", None)
    assert (shown.partners, shown.total) == (("agency",), shown.claim("erp:b").total)


def test_what_comes_next_is_what_foresight_says():
    case = of_1000(reminded("a1", "01-20", deadline="01-30"))
    shown = seen(case, "01-25")
    last = ahead(Stand(case, policy(), FI), local("01-25"))[-1]

    assert (shown.next.kind, shown.next.on) == ("reminder", last.at.date())


def test_the_last_step_says_that_it_is_handed_over():
    case = of_1000(
        reminded("a1", "01-20", deadline="01-30"),
        reminded("a2", "02-05", deadline="02-16", step="r2"),
        reminded("a3", "02-20", deadline="03-04", step="r3"),
    )
    assert seen(case, "02-25").next.kind == "hand_over"


def test_while_a_plan_is_kept_its_instalments_stand_there():
    case = told(
        of_1000(), "02-02", "propose_plan", count=4, first="2026-02-20", every="week", agreed=True
    )
    shown = seen(case)

    assert (shown.plans[0].agreed, shown.plans[0].total) == (True, eur("1000.00"))
    assert (shown.now, shown.agreed[0].kind) == (eur("0"), "instalment")
    assert seen(case, "02-20").now == eur("250.00")
    assert shown.refused["plan"] == shown.refused["promise"] == "plan_in_force"


def test_a_plan_that_is_offered_waits_for_the_payers_word():
    case = told(of_1000(), "02-10", "propose_plan", count=4, first="2026-02-20", every="week")
    (plan,) = seen(case).plans

    assert (plan.agreed, plan.answer_by) == (False, day("02-24"))


def test_what_cannot_be_done_is_known_by_trying_it():
    assert seen(of_1000()).refused == {}
    strict = policy(process=policy().process.model_copy(update={"promises_a_year": 0}))
    assert seen(of_1000(), rules=strict).refused == {"promise": "too_many_promises"}


def test_a_settled_case_says_so():
    case = of_1000(paid("p1", "01-16", "1000.00"))

    assert (seen(case).kind, seen(case).now) == ("settled", eur("0"))


@pytest.mark.parametrize("what", sorted(EFFECTS))
def test_each_circumstance_has_its_page(what):
    case = told(of_1000(), "02-02", "circumstance", circumstance=what, effective="2026-02-01")
    other = case_of(joined("b"))
    beside = Debtor(cases=(counts_of(case),))
    neutral = {"deceased", "minor", "guardian", "protected_identity"}
    kind = "neutral" if what in neutral else "open" if what == "vulnerable" else "proceedings"

    for shown in (seen(case), seen(other, debtor=beside)):
        assert shown.kind == kind
        if kind == "neutral":
            assert (shown.claims, shown.total, shown.now) == ((), None, None)
        if kind == "proceedings":
            assert shown.now == eur("0")


def test_an_estate_and_whose_data_is_restricted_see_no_sums():
    estate = AINO.model_copy(update={"kind": "estate"})
    restricted = replace(Stand(of_1000(), policy(), FI), debtor=Debtor(restricted=day("02-01")))

    assert seen(of_1000(), party=estate).claims == ()
    assert view(restricted, AINO, local("02-15")).claims == ()


def test_without_payments_the_sum_never_falls_with_time():
    case = charged_case()
    sums = [seen(case, on=f"{month:02}-15").total for month in range(2, 8)]

    assert sums == sorted(sums)
    assert more(case) == case


def test_what_one_claim_stands_in_the_way_of_can_be_said_of_the_others():
    case = told(
        case_of(joined("a"), joined("b"), joined("c"), handed("h1", "02-01", "c")),
        "02-02", "dispute", claim="erp:a", ground="price",
    )  # fmt: skip
    shown = seen(case)

    assert shown.refused == {}
    assert shown.promisable == shown.plannable == ("erp:b",)


def test_the_last_day_to_pay_is_that_of_a_letter_or_of_what_was_agreed():
    case = of_1000(reminded("a1", "01-20", deadline="02-20"))

    assert seen(case).pay_by == day("02-20")
    assert seen(told(case, "02-10", "promise", day="2026-03-01")).pay_by == day("03-01")


def test_of_two_claims_the_day_to_pay_is_the_one_before_the_next_step():
    case = case_of(
        joined("a"), joined("b"),
        reminded("a1", "02-01", "a", deadline="02-20"),
        reminded("b1", "02-10", "b", deadline="02-27"),
    )  # fmt: skip

    assert seen(case).pay_by == day("02-20")
    assert seen(case, when="02-21").pay_by == day("02-27")


@pytest.mark.parametrize(("what", "fields"), [
    ("extension", {"claim": "erp:a", "due": "2026-03-20"}),
    ("dispute", {"claim": "erp:a", "ground": "price"}),
    ("propose_plan", {
        "claims": ("erp:a",), "count": 2, "first": "2026-03-20", "every": "week", "agreed": True,
    }),
    ("settlement", {
        "claims": ("erp:a",), "amount": euros("50.00"), "day": "2026-03-01",
    }),
    ("promise", {"claims": ("erp:a",), "day": "2026-03-01"}),
    ("circumstance", {"circumstance": "bankruptcy", "effective": "2026-02-01"}),
])  # fmt: skip
def test_a_letters_day_hurries_nobody_once_its_claim_waits_for_another(what, fields):
    case = case_of(
        joined("a"), joined("b"),
        reminded("a1", "02-01", "a", deadline="02-20"),
        reminded("b1", "02-10", "b", deadline="02-27"),
    )  # fmt: skip
    later = None if what == "circumstance" else day("02-27")

    assert seen(told(case, "02-12", what, **fields)).pay_by == later


def test_the_day_of_an_instalment_that_is_not_asked_for_yet_is_none_of_another_claims():
    case = case_of(joined("a"), joined("b"), reminded("b1", "02-10", "b", deadline="02-27"))
    case = told(
        case, "02-12", "propose_plan", claims=("erp:a",), count=2, first="2026-02-20",
        every="week", agreed=True,
    )  # fmt: skip

    assert (seen(case).now, seen(case).pay_by) == (seen(case).claim("erp:b").now, day("02-27"))
    assert seen(case, "02-20").pay_by == day("02-20")


def test_a_partners_claim_and_a_letter_that_came_back_name_no_day():
    case = case_of(
        joined("a"), joined("b"),
        reminded("a1", "02-01", "a", deadline="02-20"),
        reminded("b1", "02-10", "b", deadline="02-27"),
    )  # fmt: skip
    there = more(case, handed("h1", "02-12", "a"))
    back = more(case, NoticeReturned(at=local("02-13"), act="a1", code="bounced"))

    assert seen(there).pay_by == seen(back).pay_by == day("02-27")


def asked_for(case, name="payer-abcdefgh-k", claims=("erp:a",)):
    return told(
        case, "02-10", "propose_plan", name, claims=claims, count=4, first="2026-03-20",
    )  # fmt: skip


def test_while_the_payer_waits_for_an_answer_that_alone_comes_next_and_no_day_is_demanded():
    case = of_1000(reminded("a1", "01-20", deadline="02-20"))
    shown, ours = seen(asked_for(case)), seen(asked_for(case, "k1"))

    assert (shown.next.kind, shown.next.on) == ("answer", day("02-24"))
    assert (shown.answer_by, shown.pay_by) == (day("02-24"), None)
    assert shown.now == seen(case).now
    # Of an offer of the creditor's it is the payer who answers.
    assert (ours.answer_by, ours.next.kind == "answer") == (None, False)
    agreed = told(asked_for(case), "02-12", "agree_plan", "k2", plan="payer-abcdefgh-k")
    assert (seen(agreed).answer_by, seen(agreed).next.kind == "answer") == (None, False)


def test_a_reminder_of_another_claim_comes_before_the_answer():
    open_ = policy(process=policy().process.model_copy(update={"new_claims": "dun"}))
    stand = case_of(joined("a"), joined("b"))
    case = more(stand, said(
        stand, "02-10", "propose_plan", "payer-abcdefgh-k", open_, claims=("erp:a",), count=4,
        first="2026-03-20",
    ))  # fmt: skip
    shown = seen(case, rules=open_)

    assert (shown.next.kind, shown.next.claims) == ("reminder", ("erp:b",))


@pytest.mark.parametrize("cents", [10, 33, 37, 71, 99])
def test_the_parts_of_the_interest_add_up_to_what_is_asked(cents):
    paid_in_parts = [paid(f"p{n}", f"02-{n:02}", f"1.{n:02}") for n in range(1, 12)]
    case = case_of(joined("a", total=f"812.{cents}", due="01-02"), *paid_in_parts)
    (claim,) = seen(case, "02-27").claims

    assert sum(one.amount.amount for one in claim.accruals) == claim.interest.amount
    assert claim.extras_paid == eur("0")
    assert len(claim.accruals) > 10
