"""What the packs of Sweden, Norway and Denmark allow, and what a country's code must not be.

Each condition is a field of a rule: every one is tried from both sides, by itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import get_args

import pytest

from shared.domain.compensation import standard_compensation
from shared.domain.interest import accrue
from shared.domain.law import (
    ClaimFacts,
    LawPack,
    NoticeFact,
    Verdict,
    act_fee,
    contact_opens,
    covers,
    deadline,
    hand_over,
    load,
    min_payment_days,
    must_say,
    only_pressure,
    payment_effective,
    read_pack,
    reminder_fee,
)
from shared.domain.lawpack import COUNTRIES as EVERY
from shared.domain.lawrules import FeeAct, NoticeAct
from shared.domain.model import ClaimClass
from shared.domain.money import Money

COUNTRIES = ("FI", "SE", "NO", "DK")
FI, SE, NO, DK = (load(country) for country in COUNTRIES)
PACKS = tuple(load(country) for country in EVERY)
DUE = date(2026, 3, 2)


def text(name: str) -> str:
    return (resources.files("shared.rules") / f"{name}.toml").read_text(encoding="utf-8")


def facts(pack: LawPack, *notices: NoticeFact, **changes: object) -> ClaimFacts:
    claim = ClaimFacts(
        capacity="consumer",
        natural_person=True,
        claim_class="goods",
        principal=Money.of("890.00", pack.currency),
        due=DUE,
        invoice_sent=date(2026, 2, 2),
        notices=notices,
        fees=Money.zero(pack.currency),
        fee_clause=date(2026, 1, 2),
        arose=date(2026, 2, 1),
    )
    return claim.model_copy(update=changes)


def business(pack: LawPack, **changes: object) -> ClaimFacts:
    return facts(pack, **{"capacity": "business", "natural_person": False, **changes})


def day(number: int) -> date:
    """The day ``number`` after the due date, which is day 0."""
    return DUE + timedelta(days=number)


def notice(
    sent: date, *, act: NoticeAct = "reminder", charged: bool = True, term: int | None = 14
) -> NoticeFact:
    last = None if term is None else sent + timedelta(days=term)
    return NoticeFact(act=act, sent=sent, charged=charged, deadline=last)


def why(verdict: Verdict) -> list[str]:
    assert not verdict.allowed
    assert not verdict.amount
    return [reason.text for reason in verdict.because]


# --- Sweden ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "arose", "reason"),
    [
        (date(2026, 2, 1), date(2026, 2, 1), None),
        (date(2026, 2, 2), date(2026, 2, 1), "the fee was agreed after the debt arose"),
        (None, date(2026, 2, 1), "no agreement of this fee is known"),
        (date(2026, 2, 1), None, "it is not known when the debt arose"),
    ],
)
def test_a_swedish_fee_is_agreed_at_the_latest_when_the_debt_arose(
    agreed: date | None, arose: date | None, reason: str | None
) -> None:
    verdict = reminder_fee(SE, facts(SE, fee_clause=agreed, arose=arose), day(1))
    if reason is None:
        assert verdict.amount == Money.of("60.00", "SEK")
    else:
        assert (why(verdict), verdict.earliest) == ([reason], None)
        assert "1981:739 2 §" in verdict.because[0].section


def test_a_swedish_claim_bears_one_reminder_fee() -> None:
    verdict = reminder_fee(SE, facts(SE, notice(day(1))), day(60))
    assert why(verdict) == ["no more notices of this claim may carry a fee"]
    friendly = notice(day(1), charged=False)
    assert reminder_fee(SE, facts(SE, friendly), day(8)).allowed


def test_a_swedish_demand_costs_without_an_agreement_but_is_the_partner_s() -> None:
    claim = facts(SE, fee_clause=None)
    asked = act_fee(SE, "collection_demand_fee", claim, day(10), sender="partner")
    assert asked.amount == Money.of("180.00", "SEK")
    assert why(act_fee(SE, "collection_demand_fee", claim, day(10))) == [
        "this is for the partner to charge"
    ]


@pytest.mark.parametrize(("on", "amount"), [("2013-03-15", "50.00"), ("2013-03-18", "60.00")])
def test_the_swedish_fee_follows_the_date_of_the_act(on: str, amount: str) -> None:
    old = facts(SE, due=date(2013, 3, 1), fee_clause=date(2013, 1, 2), arose=date(2013, 2, 1))
    assert reminder_fee(SE, old, date.fromisoformat(on)).amount == Money.of(amount, "SEK")


def test_a_swedish_demand_gives_eight_days_from_dispatch_and_four_bank_days_after_receipt() -> None:
    # Sent on Wednesday 2026-03-25: the eighth day is 2 April, a banking day before Easter.
    at_once, _ = deadline(
        SE, facts(SE), date(2026, 3, 25), delivery_days=0, payment_days=0, notice="demand"
    )
    assert at_once == date(2026, 4, 2)
    # Received on Monday the 30th, the fourth bank day lies behind Easter.
    late, reason = deadline(
        SE, facts(SE), date(2026, 3, 25), delivery_days=5, payment_days=0, notice="demand"
    )
    assert (late, reason.rule) == (date(2026, 4, 7), "SE-8D")


def test_a_swedish_reminder_presses_with_a_date_and_a_hand_over_alone() -> None:
    listed = only_pressure(SE, facts(SE), day(10))
    assert listed is not None
    assert set(listed[0]) == {"payment_date", "hand_over_warning"}
    assert listed[1].section == "1974:182 1 §"
    assert only_pressure(FI, facts(FI), day(10)) is None


# --- Norway ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "amount"), [(date(2025, 12, 31), "35.00"), (date(2026, 1, 2), "37.50")]
)
def test_a_norwegian_fee_is_a_twentieth_of_the_inkassosats_of_the_day_of_sending(
    on: date, amount: str
) -> None:
    verdict = reminder_fee(NO, facts(NO, due=date(2025, 12, 1)), on)
    assert verdict.amount == Money.of(amount, "NOK")


def test_a_claim_due_before_october_2020_bears_a_tenth() -> None:
    old = facts(NO, due=date(2020, 9, 30))
    assert reminder_fee(NO, old, date(2020, 11, 2)).amount == Money.of("70.00", "NOK")


def test_a_norwegian_fee_from_day_14_after_the_due_date() -> None:
    early = reminder_fee(NO, facts(NO), day(13))
    assert (early.allowed, early.earliest) == (False, day(14))
    assert reminder_fee(NO, facts(NO), day(14)).allowed


@pytest.mark.parametrize(
    ("before", "on", "reason", "earliest"),
    [
        (notice(day(14)), day(29), None, None),
        (
            notice(day(14)), day(28),
            "the term that the notice before it gave has not run out", day(29),
        ),
        (
            notice(day(14), term=13), day(40),
            "the notice before it gave no sufficient term to pay", None,
        ),
        (
            notice(day(14), term=None), day(40),
            "the notice before it gave no sufficient term to pay", None,
        ),
        (notice(day(1), term=3, charged=False), day(14), None, None),
    ],
)  # fmt: skip
def test_a_second_norwegian_fee_needs_an_exceeded_term_of_14_days(
    before: NoticeFact, on: date, reason: str | None, earliest: date | None
) -> None:
    verdict = reminder_fee(NO, facts(NO, before), on)
    if reason is None:
        assert verdict.allowed
    else:
        assert (why(verdict), verdict.earliest) == ([reason], earliest)


@pytest.mark.parametrize(
    ("acts", "reminder", "varsel"),
    [
        (("reminder",), True, True),
        (("reminder", "reminder"), False, False),
        (("reminder", "collection_notice"), False, False),
        (("collection_notice",), True, False),
        (("demand",), True, True),
    ],
)
def test_norwegian_reminders_and_inkassovarsel_count_together(
    acts: tuple[NoticeAct, ...], *, reminder: bool, varsel: bool
) -> None:
    notices = [notice(day(14 + 15 * number), act=act) for number, act in enumerate(acts)]
    claim = facts(NO, *notices)
    assert reminder_fee(NO, claim, day(90)).allowed is reminder
    asked = act_fee(NO, "inkassovarsel_fee", claim, day(90), sender="partner")
    assert asked.allowed is varsel


def test_a_norwegian_payment_demand_needs_a_notice_whose_term_was_exceeded() -> None:
    act: FeeAct = "payment_demand_by_creditor_itself"
    assert why(act_fee(NO, act, facts(NO), day(60))) == ["no notice was given after the due date"]
    reminded = facts(NO, notice(day(1), charged=False))
    assert act_fee(NO, act, reminded, day(15)).earliest == day(16)
    assert act_fee(NO, act, reminded, day(16)).amount == Money.of("112.50", "NOK")


@pytest.mark.parametrize(
    ("act", "principal", "amount"),
    [
        ("collection_salary_light", "500.00", "187.50"),
        ("collection_salary_light", "1000.00", "262.50"),
        ("collection_salary_light", "250000.01", "5400.00"),
        ("collection_salary_heavy", "2500.00", "600.00"),
    ],
)
def test_norwegian_salaries_are_multiples_for_the_partner_s_file(
    act: FeeAct, principal: str, amount: str
) -> None:
    rule = NO.fee(act, "consumer", day(40), DUE)
    assert rule is not None
    assert rule.sender == "partner"
    assert NO.price(rule, Money.of(principal, "NOK"), day(40), DUE) == Money.of(amount, "NOK")


def in_force(day_in_force: str) -> LawPack:
    unset = 'in_force_from = "unset"'
    assert unset in text("no")
    return read_pack(
        "NO", text("no").replace(unset, f"in_force_from = {day_in_force}"), text("rates")
    )


def test_the_new_norwegian_act_ends_the_old_fees_on_its_day_and_invents_none() -> None:
    pack = in_force("2026-04-01")
    claim = facts(pack)
    assert reminder_fee(pack, claim, date(2026, 3, 31)).allowed
    assert reminder_fee(pack, claim, date(2026, 4, 1)).because[0].rule == "law.no_rule"
    # The hub's own defaults go on: a reminder without a fee, and the wait before a hand-over.
    reminded = facts(pack, notice(day(35), charged=False))
    assert hand_over(pack, reminded, day(60)).allowed
    assert pack.hash != NO.hash


def test_without_a_day_in_force_the_new_act_changes_nothing() -> None:
    assert reminder_fee(NO, facts(NO), date(2040, 1, 2)).allowed
    assert NO.statutes["NO-LOV-2026-19"].in_force_from == "unset"
    assert {"NO-2026-HOURS", "NO-2026-SENDER"} <= NO.rules.keys()


# --- Denmark --------------------------------------------------------------------------------------


def test_danish_fees_are_counted_in_the_relationship_and_not_for_the_invoice() -> None:
    elsewhere = (day(-60), day(-40), day(-20))
    verdict = reminder_fee(DK, facts(DK, relationship_fees=elsewhere), day(20))
    assert why(verdict) == ["no more notices in these arrears of the debtor may carry a fee"]
    assert reminder_fee(DK, facts(DK, relationship_fees=elsewhere[:2]), day(20)).allowed


def test_ten_days_lie_between_danish_fees_of_one_relationship() -> None:
    verdict = reminder_fee(DK, facts(DK, relationship_fees=(day(5),)), day(14))
    assert (verdict.allowed, verdict.earliest) == (False, day(15))
    assert reminder_fee(DK, facts(DK, relationship_fees=(day(5),)), day(15)).allowed


def test_no_danish_fee_after_a_broken_plan() -> None:
    verdict = reminder_fee(DK, facts(DK, plan_broken=True), day(20))
    assert why(verdict) == ["a payment plan was broken: no more reminders bear a fee"]
    assert reminder_fee(SE, facts(SE, plan_broken=True), day(20)).allowed


@pytest.mark.parametrize(
    ("principal", "amount"),
    [
        ("1000.00", "400.00"),
        ("1000.01", "700.00"),
        ("500000.00", "6400.00"),
        ("500001.00", "6400.01"),
        ("600000.00", "7400.00"),
    ],
)
def test_danish_external_costs_grow_by_a_per_cent_above_half_a_million(
    principal: str, amount: str
) -> None:
    rule = DK.fee("external_collection_cap", "consumer", day(40), DUE)
    assert rule is not None
    assert rule.for_principal(Money.of(principal, "DKK")) == Money.of(amount, "DKK")


def test_danish_own_collection_costs_are_unconfirmed_and_charged_by_nobody() -> None:
    verdict = act_fee(DK, "own_collection_cap", facts(DK), day(40), confirmed=True)
    assert verdict.because[0].rule == "law.no_rule"
    assert DK.rules["DK-EGEN-2016"].status == "UNCONFIRMED"


def test_a_fee_with_conditions_needs_somebody_who_vouches_for_them() -> None:
    assert why(act_fee(DK, "handover_fee", facts(DK), day(40)))[0].startswith("a person vouches")
    confirmed = act_fee(DK, "handover_fee", facts(DK), day(40), confirmed=True)
    assert confirmed.amount == Money.of("100.00", "DKK")


# --- Finland: what the other acts cost ------------------------------------------------------------


def test_after_a_finnish_stop_request_no_act_bears_a_cost_and_the_notice_says_so() -> None:
    asked = facts(FI, stop_requested=day(15))
    assert reminder_fee(FI, facts(FI, stop_requested=day(16)), day(15)).allowed
    verdict = reminder_fee(FI, asked, day(15))
    assert verdict.because[0].section == "513/1999 4 c §"
    assert (verdict.allowed, verdict.earliest) == (False, None)
    assert "acts_are_free" in must_say(FI, "reminder", asked, day(15))
    assert "acts_are_free" not in must_say(FI, "reminder", facts(FI), day(15))


def test_a_stop_request_elsewhere_is_no_rule_of_fees() -> None:
    assert reminder_fee(NO, facts(NO, stop_requested=day(1)), day(15)).allowed


def test_a_finnish_own_demand_costs_five_after_the_full_days_of_a_charged_letter() -> None:
    act: FeeAct = "payment_demand_by_creditor_itself"
    claim = facts(FI, notice(day(15)))
    assert act_fee(FI, act, claim, day(29)).earliest == day(30)
    assert act_fee(FI, act, claim, day(30)).amount == Money.of("5.00", "EUR")


def test_a_finnish_second_demand_costs_half_of_the_first_and_a_third_nothing() -> None:
    act: FeeAct = "payment_demand_subsequent"
    first = notice(day(30), act="demand")
    asked = act_fee(FI, act, facts(FI, first), day(45), sender="partner")
    assert asked.amount == Money.of("12.00", "EUR")
    both = facts(FI, first, notice(day(45), act="demand"))
    assert not act_fee(FI, act, both, day(90), sender="partner").allowed
    assert not act_fee(FI, act, facts(FI, notice(day(15))), day(45), sender="partner").allowed


def test_a_finnish_first_demand_needs_a_reminder_after_the_due_date() -> None:
    act: FeeAct = "payment_demand_first_by_professional"
    for notices in ((), (notice(day(0)),)):
        assert not act_fee(FI, act, facts(FI, *notices), day(40), sender="partner").allowed
    reminded = facts(FI, notice(day(15)))
    assert act_fee(FI, act, reminded, day(30), sender="partner").amount == Money.of("24.00", "EUR")


def test_a_plan_costs_nothing_in_finland_and_an_extension_only_when_asked_for() -> None:
    assert act_fee(FI, "payment_plan_fee", facts(FI), day(40), confirmed=True).because[0].rule == (
        "law.no_rule"
    )
    assert not act_fee(FI, "payment_time_extension_fee", facts(FI), day(40)).allowed
    asked = act_fee(FI, "payment_time_extension_fee", facts(FI), day(40), confirmed=True)
    assert asked.amount == Money.of("5.00", "EUR")


# --- all packs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", PACKS, ids=EVERY)
def test_classes_are_either_covered_or_refused_with_a_sentence(pack: LawPack) -> None:
    for claim_class in get_args(ClaimClass):
        refusal = covers(pack, claim_class, "consumer")
        if claim_class in {"goods", "service", "other"}:
            assert refusal is None
        else:
            assert refusal is not None
            assert refusal.rule.startswith(f"{pack.country}-X-")
            assert refusal.text.endswith("a person handles it")


@pytest.mark.parametrize("pack", PACKS, ids=EVERY)
def test_an_unconfirmed_rule_is_never_found(pack: LawPack) -> None:
    doubtful = {rule.id for rule in pack.rules.values() if rule.status == "UNCONFIRMED"}
    used = {
        rule.id
        for rules in (*pack.fees.values(), *pack.waits.values(), *pack.windows.values())
        for rule in rules
    } | {duty.id for duty in pack.duties}
    assert not doubtful & used


@pytest.mark.parametrize("pack", PACKS, ids=EVERY)
def test_every_reminder_names_a_new_payment_date(pack: LawPack) -> None:
    said = must_say(pack, "reminder", facts(pack), day(15))
    assert {"payment_date", "creditor_name", "ground", "total", "payment_method"} <= said.keys()
    assert all(reason.rule for reason in said.values())


@pytest.mark.parametrize(
    ("pack", "content"),
    [
        (SE, "interest_base"),
        (SE, "assignment"),
        (NO, "complaint_board"),
        (NO, "may_bring_costs"),
        (DK, "payment_date"),
        (FI, "right_to_object"),
    ],
)
def test_a_demand_says_what_its_act_lists(pack: LawPack, content: str) -> None:
    assert content in must_say(pack, "demand", facts(pack), day(40))


@pytest.mark.parametrize(("pack", "days"), [(FI, 10), (SE, 10), (NO, 14), (DK, 10)], ids=COUNTRIES)
def test_least_days_to_pay_of_a_reminder(pack: LawPack, days: int) -> None:
    assert min_payment_days(pack, "consumer") == days


def test_a_policy_that_gives_as_much_as_the_law_is_told_by_the_law() -> None:
    sent = date(2026, 3, 2)
    _, equal = deadline(FI, facts(FI), sent, delivery_days=2, payment_days=10)
    _, longer = deadline(FI, facts(FI), sent, delivery_days=2, payment_days=11)
    assert (equal.rule, longer.rule) == ("FI-C-PAY", "policy.payment_days")


def test_norwegian_days_to_pay_run_from_dispatch_and_others_from_receipt() -> None:
    sent = date(2026, 3, 2)
    norway, _ = deadline(NO, facts(NO), sent, delivery_days=4, payment_days=7)
    denmark, _ = deadline(DK, facts(DK), sent, delivery_days=4, payment_days=7)
    assert (norway, denmark) == (date(2026, 3, 16), date(2026, 3, 16))
    later, reason = deadline(NO, facts(NO), sent, delivery_days=4, payment_days=14)
    assert (later, reason.rule) == (date(2026, 3, 20), "policy.payment_days")


@pytest.mark.parametrize("pack", [SE, NO, DK], ids=COUNTRIES[1:])
def test_hand_over_elsewhere_ten_full_days_after_the_reminder(pack: LawPack) -> None:
    reminded = facts(pack, notice(day(1), charged=False, term=None))
    assert hand_over(pack, reminded, day(11)).earliest == day(12)
    assert hand_over(pack, reminded, day(12)).allowed
    assert not hand_over(pack, facts(pack), day(60)).allowed


def test_the_hours_of_contact_know_each_country_s_closed_days() -> None:
    constitution_day = datetime(2022, 5, 17, 10, 0, tzinfo=UTC)
    assert contact_opens(NO, constitution_day) == datetime(2022, 5, 18, 8, 0, tzinfo=UTC)
    assert contact_opens(DK, constitution_day) is None


@pytest.mark.parametrize(
    ("pack", "claim_class", "paid", "counts"),
    [
        (SE, "rent", date(2026, 3, 1), date(2026, 3, 1)),
        (SE, "rent", None, date(2026, 3, 3)),
        (SE, "rent", date(2026, 3, 9), date(2026, 3, 3)),
        (SE, "goods", date(2026, 3, 1), date(2026, 3, 3)),
        (FI, "goods", date(2026, 3, 1), date(2026, 3, 3)),
    ],
)
def test_a_payment_counts_on_its_value_date_but_swedish_rent_when_paid(
    pack: LawPack, claim_class: ClaimClass, paid: date | None, counts: date
) -> None:
    found, reason = payment_effective(
        pack, claim_class, value_date=date(2026, 3, 3), booked=date(2026, 3, 5), paid=paid
    )
    assert found == counts
    assert reason.section


# --- compensation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "amount", "costs", "beside"),
    [
        (FI, "40.00", "12.00", "0.00"),
        (FI, "40.00", "62.00", "22.00"),
        (SE, "450.00", "240.00", "0.00"),
        (SE, "450.00", "451.00", "1.00"),
        (NO, "460.00", "37.50", "0.00"),
        (DK, "310.00", "100.00", "100.00"),
    ],
)
def test_compensation_swallows_costs_or_stands_on_top(
    pack: LawPack, amount: str, costs: str, beside: str
) -> None:
    given = standard_compensation(
        pack, business(pack), day(30), creditor="business",
        costs=Money.of(costs, pack.currency),
    )  # fmt: skip
    assert (given.sum, given.costs) == (
        Money.of(amount, pack.currency), Money.of(beside, pack.currency),
    )  # fmt: skip
    assert given.total == given.sum + given.costs


@pytest.mark.parametrize("pack", PACKS, ids=EVERY)
def test_compensation_only_between_businesses_and_only_when_late(pack: LawPack) -> None:
    costs = Money.of("5.00", pack.currency)
    person = business(pack, natural_person=True)
    for claim, on, creditor in (
        (facts(pack), day(30), "business"),
        (person, day(30), "business"),
        (business(pack, capacity="unknown"), day(30), "business"),
        (business(pack), day(30), "association"),
        (business(pack), day(0), "business"),
        (business(pack, claim_class="rent"), day(30), "business"),
    ):
        given = standard_compensation(pack, claim, on, creditor=creditor, costs=costs)  # type: ignore[arg-type]
        assert (given.allowed, given.sum.amount, given.total) == (False, 0, costs)
        assert given.because


def test_the_norwegian_compensation_is_unknown_from_july_2026() -> None:
    late = business(NO, due=date(2026, 7, 1))
    given = standard_compensation(
        NO, late, date(2026, 8, 3), creditor="business", costs=Money.zero("NOK")
    )
    assert (given.allowed, given.because[0].rule) == (False, "law.no_rule")


# --- interest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "agreed", "rate"),
    [(SE, "24.00", "24.00"), (NO, "24.00", "12.00"), (FI, "24.00", "9.50"), (SE, None, "10.00")],
)
def test_an_agreed_rate_binds_a_consumer_only_where_the_act_lets_it(
    pack: LawPack, agreed: str | None, rate: str
) -> None:
    interest = accrue(
        pack, capacity="consumer", natural_person=True, due=DUE,
        balances=((date(2026, 1, 2), Money.of("1000.00", pack.currency)),), to=day(10),
        agreed_rate=None if agreed is None else Decimal(agreed),
    )  # fmt: skip
    assert [one.rate for one in interest.segments] == [Decimal(rate)]


def test_danish_months_have_thirty_days_and_a_split_changes_nothing() -> None:
    amount = Money.of("36000.00", "DKK")
    to = date(2024, 3, 31)

    def days(*balances: tuple[date, Money]) -> tuple[int, Money]:
        interest = accrue(
            DK, capacity="business", natural_person=False, due=date(2024, 1, 31),
            balances=balances, to=to, agreed_rate=None,
        )  # fmt: skip
        return sum(one.days for one in interest.segments), interest.total

    whole = days((date(2023, 12, 1), amount))
    assert whole == (60, Money.of("705.00", "DKK"))
    for split in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 30)):
        assert days((date(2023, 12, 1), amount), (split, amount)) == whole


def test_the_thirty_first_of_a_danish_month_is_its_thirtieth() -> None:
    def days(due: date, to: date) -> int:
        interest = accrue(
            DK, capacity="business", natural_person=False, due=due,
            balances=((date(2023, 11, 1), Money.of("36000.00", "DKK")),), to=to, agreed_rate=None,
        )  # fmt: skip
        return sum(one.days for one in interest.segments)

    assert days(date(2024, 1, 30), date(2024, 1, 31)) == 0
    assert days(date(2024, 1, 30), date(2024, 3, 31)) == 60
    assert days(date(2024, 2, 29), date(2024, 3, 1)) == 2


def test_danish_interest_stops_where_the_rate_is_not_confirmed() -> None:
    interest = accrue(
        DK, capacity="consumer", natural_person=True, due=date(2024, 12, 2),
        balances=((date(2024, 11, 1), Money.of("1000.00", "DKK")),), to=date(2025, 1, 31),
        agreed_rate=None,
    )  # fmt: skip
    assert interest.unknown_from == date(2025, 1, 1)


@pytest.mark.parametrize("pack", PACKS, ids=EVERY)
def test_no_pack_lets_fees_bear_interest(pack: LawPack) -> None:
    points = [rule for rules in pack.interest.values() for rule in rules]
    assert points
    assert not any(rule.on_fees for rule in points)


# --- the packs as files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('multiple_of = "inkassosats"', 'multiple_of = "bogus"', "multiple of"),
        ('replaced_by = "NO-LOV-2026-19"', 'replaced_by = "NO-LOV-1"', "statute"),
        ("strictly_after = false\n", "strictly_after = false\nacts_from = 2020-01-01\n", "statute"),
        ('"insurance", "consumer_credit", "other"]\nstrictly_after = false\ncounts',
         '"insurance", "other"]\nstrictly_after = false\ncounts', "lacks the day"),
    ],
)  # fmt: skip
def test_a_norwegian_pack_that_contradicts_itself_fails_to_load(
    old: str, new: str, message: str
) -> None:
    assert old in text("no")
    with pytest.raises(ValueError, match=message):
        read_pack("NO", text("no").replace(old, new, 1), text("rates"))


def test_two_rules_may_follow_each_other_by_a_statute_s_day() -> None:
    at = text("no").index('[[fee]]\nid = "NO-REM"\n')
    end = text("no").index("[[fee]]", at + 1)
    rule = text("no")[at:end]
    after = rule.replace('"NO-REM"', '"NO-REM-2026"').replace("replaced_by", "statute")
    dated = text("no").replace('in_force_from = "unset"', "in_force_from = 2026-04-01")
    pack = read_pack("NO", dated.replace(rule, rule + after), text("rates"))
    claim = facts(pack)
    assert reminder_fee(pack, claim, date(2026, 3, 31)).because[0].rule == "NO-REM"
    assert reminder_fee(pack, claim, date(2026, 4, 1)).because[0].rule == "NO-REM-2026"
    undated = read_pack("NO", text("no").replace(rule, rule + after), text("rates"))
    assert reminder_fee(undated, claim, date(2026, 4, 1)).because[0].rule == "NO-REM"
    with pytest.raises(ValueError, match="same act"):
        read_pack("NO", dated.replace(rule, rule + rule.replace('"NO-REM"', '"X"')), text("rates"))
