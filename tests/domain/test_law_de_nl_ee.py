"""What the packs of Germany, the Netherlands and Estonia know, and that the rest is never used.

The golden cases stand here as literals; where the fact file is at hand it must tell the same.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shared.domain import allocation, ledger
from shared.domain.case import Case
from shared.domain.compensation import standard_compensation
from shared.domain.demand import demands
from shared.domain.events import (
    ActSent,
    CaseOpened,
    Claim,
    ClaimJoined,
    NoticeReturned,
    PolicyRef,
    ReminderIntended,
)
from shared.domain.explain import Reason
from shared.domain.interest import Interest, accrue
from shared.domain.law import (
    ClaimFacts,
    LawPack,
    NoticeFact,
    act_fee,
    check_policy,
    load,
    min_payment_days,
    read_pack,
    reminder_fee,
)
from shared.domain.lawfile import read_rates
from shared.domain.limitation import Interruption, lapses_on
from shared.domain.model import Capacity
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.state_events import Disputed

ROOT = Path(__file__).parents[2]
COUNTRIES = ("DE", "NL", "EE")
DE, NL, EE = (load(country) for country in COUNTRIES)
PACKS = (DE, NL, EE)
DUE = date(2026, 2, 2)
every = pytest.mark.parametrize("pack", PACKS, ids=COUNTRIES)


def text(name: str) -> str:
    return (resources.files("shared.rules") / f"{name}.toml").read_text(encoding="utf-8")


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def facts(capacity: Capacity = "consumer", *notices: NoticeFact, **changes: Any) -> ClaimFacts:
    claim = ClaimFacts(
        capacity=capacity, natural_person=capacity != "business", claim_class="goods",
        principal=eur("1000.00"), due=DUE, invoice_sent=date(2026, 1, 2), notices=notices,
        fees=eur("0.00"), fee_clause=date(2026, 1, 2), arose=date(2026, 1, 2),
    )  # fmt: skip
    return claim.model_copy(update=changes)


def interest(
    pack: LawPack, capacity: Capacity, to: date, *, due: date = DUE, **terms: Any
) -> Interest:
    return accrue(
        pack, capacity=capacity, natural_person=capacity != "business", due=due,
        balances=((due, eur("1000.00")),), to=to, **({"agreed_rate": None} | terms),
    )  # fmt: skip


# --- golden cases ---------------------------------------------------------------------------------

BIK = {"100": "40.00", "1000": "150.00", "7500": "750.00", "300000": "3275.00"}


@pytest.fixture(scope="module")
def written() -> dict[str, dict[str, Any]]:
    path = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared")) / "facts" / "legal.json"
    if not path.is_file():
        pytest.skip("the fact file is not at hand: the literals here stand for it")
    cases = json.loads(path.read_text(encoding="utf-8"))["golden_cases"]
    return {case["id"]: case for case in cases if case["jurisdiction"] in COUNTRIES}


def test_the_literals_are_those_of_the_fact_file(written: dict[str, dict[str, Any]]) -> None:
    firm = written.pop("DE-1 B2B")
    told = (firm["principal"], firm["due_date"], firm["paid_date"])
    assert told == ("1000.00", "2026-02-02", "2026-03-04")
    expected = firm["expected"]
    assert (expected["interest"], expected["fees_total"]) == ("8.44", "40.00")
    assert expected["total"] == "1048.44"
    costs = {name: one["expected"]["costs"] for name, one in written.items()}
    assert costs == {f"NL-BIK {principal}": amount for principal, amount in BIK.items()}


def test_de_1_interest_is_known_and_the_fixed_sum_waits_until_its_section_was_read() -> None:
    paid, firm = date(2026, 3, 4), facts("business")
    late = interest(DE, "business", paid)
    (segment,) = late.segments
    assert (segment.from_, segment.days, segment.rate) == (date(2026, 2, 3), 30, Decimal("10.27"))
    assert late.total == eur("8.44")
    none = eur("0.00")
    today = standard_compensation(DE, firm, paid, creditor="business", costs=none)
    assert (today.allowed, firm.principal + late.total + today.total) == (False, eur("1008.44"))

    rule = text("de")[text("de").index('id = "DE-B-STD"') :]
    read = text("de").replace(rule, rule.replace('"UNCONFIRMED"', '"CONFIRMED"', 1))
    pack = read_pack("DE", read, text("rates"))
    given = standard_compensation(pack, firm, paid, creditor="business", costs=none)
    assert firm.principal + late.total + given.total == eur("1048.44")


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        *BIK.items(),
        ("266.66", "40.00"),
        ("266.73", "40.01"),
        ("300.30", "45.05"),  # 45.045: the half cent goes up, and nothing is lost below
        ("2500.00", "375.00"),
        ("2500.10", "375.01"),
        ("5000.00", "625.00"),
        ("10000.00", "875.00"),
        ("200000.00", "2775.00"),
        ("1000000.00", "6775.00"),
        ("9000000.00", "6775.00"),
    ],
)
def test_dutch_costs_by_their_scale_between_least_and_most(principal: str, costs: str) -> None:
    claim = facts(principal=eur(principal if "." in principal else f"{principal}.00"))
    asked = act_fee(
        NL, "extrajudicial_costs", claim, date(2026, 3, 20), sender="partner", confirmed=True
    )
    assert asked.amount == eur(costs)


# --- what reminders cost --------------------------------------------------------------------------


@every
@pytest.mark.parametrize("capacity", ["consumer", "business", "unknown"])
def test_no_reminder_bears_a_fee_by_itself(pack: LawPack, capacity: Capacity) -> None:
    found = reminder_fee(pack, facts(capacity), date(2026, 6, 1))
    assert (found.allowed, found.amount, found.earliest) == (False, eur("0.00"), None)


def test_dutch_costs_are_the_partners_and_a_person_vouches_for_the_letter_before_them() -> None:
    day = date(2026, 3, 20)
    alone = act_fee(NL, "extrajudicial_costs", facts(), day, sender="partner")
    assert [reason.rule for reason in alone.because] == ["NL-BIK"]
    assert "fourteen days" in alone.because[0].facts["conditions"]
    ours = act_fee(NL, "extrajudicial_costs", facts(), day, confirmed=True)
    assert ours.because[0].text == "this is for the partner to charge"
    charged = NoticeFact(act="demand", sent=date(2026, 3, 1), charged=True, deadline=None)
    again = act_fee(
        NL, "extrajudicial_costs", facts("consumer", charged), day, sender="partner", confirmed=True
    )
    assert again.because[0].text == "the fee of this act was charged before"


def test_an_estonian_reminder_costs_five_euros_once_where_a_person_vouches_for_the_contract() -> (
    None
):
    day = date(2026, 3, 20)
    assert "contract" in reminder_fee(EE, facts(), day).because[0].facts["conditions"]
    assert act_fee(EE, "reminder_fee", facts(), day, confirmed=True).amount == eur("5.00")
    charged = NoticeFact(act="reminder", sent=date(2026, 3, 1), charged=True, deadline=None)
    again = act_fee(EE, "reminder_fee", facts("consumer", charged), day, confirmed=True)
    assert not again.allowed
    assert not act_fee(EE, "reminder_fee", facts("business"), day, confirmed=True).allowed


def test_the_german_fee_without_a_sum_and_the_recalled_rules_are_for_the_reader_alone() -> None:
    unread = {
        rule.id for pack in PACKS for rule in pack.rules.values() if rule.status == "UNCONFIRMED"
    }
    assert unread == {
        "DE-REM", "DE-B-STD", "DE-LIMITATION", "DE-AGENCY", "NL-14-DAYS", "NL-REGISTER",
        "EE-LIMITATION",
    }  # fmt: skip
    assert not act_fee(DE, "reminder_fee", facts(), date(2026, 6, 1), confirmed=True).allowed


def policy(country: str, *fees: str, days: int = 14, compensation: str = "none") -> Policy:
    steps = [
        {"id": f"r{at}", "action": "remind", "after": 15, "fee": fee,
         "since": "previous" if at else "due"}
        for at, fee in enumerate(fees)
    ]  # fmt: skip
    out = {"id": "out", "action": "hand_over", "after": days + 1, "since": "previous"}
    zero = {"amount": "0.00", "currency": "EUR"}
    return Policy.model_validate({
        "id": "test", "version": 1, "name": "Test", "law": country, "steps": [*steps, out],
        "payment_days": days, "tolerance": zero, "minimum": zero, "partner": "agency",
        "fee_clause": True, "extras": {"compensation": compensation},
    })  # fmt: skip


@every
def test_a_policy_without_fees_is_saved_and_one_with_a_fee_is_refused(pack: LawPack) -> None:
    assert check_policy(pack, policy(pack.country, "none", "none")) == ()
    found = check_policy(pack, policy(pack.country, "none", "statutory"))
    assert {(one.path, one.lawful) for one in found} == {("steps.1.fee", "none")}


@pytest.mark.parametrize(("pack", "rule"), [(DE, "hub"), (NL, "hub"), (EE, None)], ids=COUNTRIES)
def test_only_estonia_knows_a_fixed_sum_between_businesses(pack: LawPack, rule: str | None) -> None:
    asked = policy(pack.country, "none", compensation="claim")
    found = check_policy(pack, asked)
    assert [one.path for one in found] == ([] if rule is None else ["extras.compensation"])


def test_estonian_costs_are_set_off_until_somebody_read_otherwise() -> None:
    given = standard_compensation(
        EE, facts("business"), date(2026, 3, 4), creditor="business", costs=eur("50.00")
    )
    assert (given.sum, given.costs) == (eur("40.00"), eur("10.00"))


def test_dutch_letters_give_fourteen_days() -> None:
    assert [min_payment_days(pack, "consumer") for pack in PACKS] == [10, 14, 10]
    found = check_policy(NL, policy("NL", "none", days=13))
    assert {(one.path, one.lawful) for one in found} == {
        ("payment_days", "at least 14 days"), ("steps.1.after", "from day 15 after it"),
    }  # fmt: skip


# --- late interest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "capacity", "due", "rate"),
    [
        (DE, "business", date(2026, 2, 2), "10.27"),
        (NL, "business", date(2024, 8, 1), "12.25"),  # as published for that half-year
        (NL, "business", date(2026, 2, 2), "10.15"),
        (EE, "consumer", date(2026, 2, 2), "10.15"),
        (EE, "business", date(2026, 2, 2), "10.15"),
    ],
)
def test_late_interest_is_the_rate_of_the_half_year_and_points(
    pack: LawPack, capacity: Capacity, due: date, rate: str
) -> None:
    (segment,) = interest(pack, capacity, date(due.year, due.month, 28), due=due).segments
    assert segment.rate == Decimal(rate)


def test_a_dutch_consumers_rate_is_not_known() -> None:
    late = interest(NL, "consumer", date(2026, 3, 4))
    assert (late.total, late.unknown_from) == (eur("0.00"), date(2026, 2, 3))


@every
def test_interest_stops_where_the_rate_is_not_known_yet(pack: LawPack) -> None:
    late = interest(pack, "business", date(2026, 7, 20))
    assert late.unknown_from == date(2026, 7, 1)


def test_rates_follow_from_the_one_that_the_central_bank_sets() -> None:
    rates = {one.country: one.rates for one in read_rates(text("rates")).series}
    assert rates["NL"] == rates["EE"] == rates["EU"]
    for ours, theirs in zip(rates["DE"], rates["EU"], strict=True):
        assert ours.first == theirs.first
        if isinstance(ours.reference, Decimal) and isinstance(theirs.reference, Decimal):
            assert ours.reference == theirs.reference - Decimal("0.88")
    assert all(one.last < after.first for one, after in pairwise(rates["NL"]))


def test_a_german_consumer_is_in_default_by_a_reminder_and_a_business_by_the_due_date() -> None:
    to = date(2026, 3, 4)
    assert not interest(DE, "consumer", to).segments
    (segment,) = interest(DE, "consumer", to, reminded=date(2026, 2, 20)).segments
    assert (segment.from_, segment.days, segment.rate) == (date(2026, 2, 21), 12, Decimal("6.27"))
    (firm,) = interest(DE, "business", to, reminded=date(2026, 2, 20)).segments
    assert firm.from_ == date(2026, 2, 3)
    (early,) = interest(DE, "consumer", to, reminded=date(2026, 1, 30)).segments
    assert early.from_ == date(2026, 2, 3)
    (agreed,) = interest(
        DE, "consumer", to, reminded=date(2026, 2, 20), agreed_rate=Decimal(24)
    ).segments
    assert agreed.rate == Decimal("6.27")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)


def case_of(*events: Any, country: str = "DE") -> Case:
    opened = CaseOpened(
        at=at(DUE), debtor="erp:d", connection="erp", law=country, capacity="consumer",
        policy=PolicyRef(id="calm", version=1), currency="EUR",
    )  # fmt: skip
    claim = Claim(
        id="erp:a", number="a", total=eur("1000.00"), open=eur("1000.00"), issued=date(2026, 1, 2),
        sent=date(2026, 1, 2), due=DUE, reference=None, capacity="consumer", natural_person=True,
        claim_class="goods",
    )  # fmt: skip
    return Case.replay("c1", [opened, ClaimJoined(at=at(DUE), claim=claim), *events])


def letter(act: str, sent: date, deadline: date, **more: Any) -> list[Any]:
    intent = ReminderIntended(
        at=at(sent), act=act, step=act, claims=("erp:a",), tone="friendly", language="de",
        deadline=deadline, document="letter", content_hash="0" * 64, channel="email",
        **more,
    )  # fmt: skip
    return [intent, ActSent(at=at(sent), act=act, on=sent)]


def test_the_ledger_counts_from_the_first_letter_that_was_given_after_the_due_date() -> None:
    to = date(2026, 3, 31)

    def first_day(*events: Any) -> date | None:
        case = case_of(*events)
        found = ledger.position(case, case.claims["erp:a"], DE, to).interest.segments
        return found[0].from_ if found else None

    soon = letter("soon", date(2026, 1, 28), date(2026, 2, 2))
    one = letter("one", date(2026, 2, 9), date(2026, 2, 20))
    two = letter("two", date(2026, 2, 23), date(2026, 3, 6))
    returned = NoticeReturned(at=at(date(2026, 2, 11)), act="one", code="bounced")
    assert first_day() is None
    assert first_day(*soon) is None
    assert first_day(*letter("sms", date(2026, 2, 9), date(2026, 2, 20), short=True)) is None
    assert first_day(*soon, *one, *two) == date(2026, 2, 21)
    assert first_day(*one, returned) is None
    assert first_day(*one, returned, *two) == date(2026, 3, 7)


def test_what_is_not_disputed_bears_interest_from_the_same_day() -> None:
    one = letter("one", date(2026, 2, 9), date(2026, 2, 20))
    said = Disputed(
        at=at(date(2026, 2, 25)),
        dispute="d1",
        claim="erp:a",
        amount=eur("400.00"),
        ground="price",
        source="debtor",
        on=date(2026, 2, 25),
        answer_by=date(2026, 3, 11),
    )
    case = case_of(*one, said)
    asked = demands(case, DE, date(2026, 3, 4), ("erp:a",))["erp:a"]
    (segment,) = asked.interest.segments
    assert (segment.from_, segment.principal) == (date(2026, 2, 21), eur("600.00"))


@every
@pytest.mark.parametrize("capacity", ["consumer", "business"])
def test_costs_never_come_before_the_principal(pack: LawPack, capacity: Capacity) -> None:
    def refusal(order: allocation.Order) -> Reason | None:
        person = capacity == "consumer"
        return allocation.refused(pack, order, capacity, natural_person=person, on=DUE)

    assert refusal(allocation.KINDEST) is None
    reason = refusal(("costs", "interest", "principal"))
    assert reason is not None
    assert reason.rule == f"{pack.country}-ALLOCATION"


# --- limitation -----------------------------------------------------------------------------------


@every
def test_a_person_says_when_a_claim_lapses(pack: LawPack) -> None:
    found = lapses_on(
        pack, capacity="consumer", natural_person=True, claim_class="goods", due=DUE,
        arose=date(2026, 1, 2),
        interruptions=[Interruption(proof="acknowledgement", on=date(2026, 3, 2))],
    )  # fmt: skip
    assert (found.lapses_on, found.near(DUE), found.lapsed(date(2099, 1, 1))) == (None, True, False)
