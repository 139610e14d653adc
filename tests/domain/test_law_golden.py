"""The golden cases: what a debtor owes in the worked examples of FI, SE, NO and DK.

The numbers stand here as literals, so that they hold without the fact file; where the file is at
hand (environment DUNLIN_SHARED, or ../shared beside the repository) it must tell the same.
"""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shared.domain.compensation import standard_compensation
from shared.domain.interest import Interest, accrue
from shared.domain.law import ClaimFacts, NoticeFact, act_fee, hand_over, load, reminder_fee
from shared.domain.lawrules import FeeAct
from shared.domain.model import Capacity
from shared.domain.money import Money, total

ROOT = Path(__file__).parents[2]


class Act(NamedTuple):
    """An act that costs: what, when, by whom, and the term that its notice named."""

    act: FeeAct
    on: date
    fee: str
    rule: str
    deadline: date | None = None


class Golden(NamedTuple):
    name: str
    country: str
    capacity: Capacity
    principal: str
    due: date
    paid: date
    acts: tuple[Act, ...]
    segments: tuple[tuple[str, str, int, str, str], ...]
    interest: str
    compensation: tuple[str, str] | None
    costs: str
    total: str
    clause: date | None = date(2013, 6, 3)


CURRENCY = {"FI": "EUR", "SE": "SEK", "NO": "NOK", "DK": "DKK"}
KIND = {"reminder_fee": "reminder", "inkassovarsel_fee": "collection_notice"}
AGENCY = {
    "payment_demand_first_by_professional", "payment_demand_subsequent", "inkassovarsel_fee",
    "collection_demand_fee",
}  # fmt: skip

SE_SMALL = (("2026-01-31", "2026-03-16", 45, "10.00", "4.9192"),)
GOLDEN = (
    Golden(
        "FI-1 consumer small", "FI", "consumer", "49.90", date(2026, 1, 15), date(2026, 3, 2),
        (
            Act("reminder_fee", date(2026, 1, 30), "5.00", "FI-C-REM"),
            Act("reminder_fee", date(2026, 2, 14), "5.00", "FI-C-REM"),
        ),
        (("2026-01-16", "2026-03-02", 46, "9.50", "0.5974"),),
        "0.60", None, "10.00", "60.50",
    ),
    Golden(
        "FI-2 consumer larger", "FI", "consumer", "1250.00", date(2025, 5, 31), date(2025, 8, 15),
        (
            Act("reminder_fee", date(2025, 6, 17), "5.00", "FI-C-REM"),
            Act("payment_demand_first_by_professional", date(2025, 7, 2), "50.00", "FI-C-DEM-1"),
            Act("payment_demand_subsequent", date(2025, 7, 18), "25.00", "FI-C-DEM-N"),
        ),
        (
            ("2025-06-03", "2025-06-30", 28, "10.50", "10.0685"),
            ("2025-07-01", "2025-08-15", 46, "9.50", "14.9658"),
        ),
        "25.03", None, "80.00", "1355.03",
    ),
    Golden(
        "SE-1 consumer small, fee agreed", "SE", "consumer", "399.00", date(2026, 1, 30),
        date(2026, 3, 16),
        (
            Act("reminder_fee", date(2026, 2, 9), "60.00", "SE-REM"),
            Act("collection_demand_fee", date(2026, 2, 20), "180.00", "SE-DEM"),
        ),
        SE_SMALL, "4.92", None, "240.00", "643.92",
    ),
    Golden(
        "SE-1b same, no fee clause", "SE", "consumer", "399.00", date(2026, 1, 30),
        date(2026, 3, 16),
        (
            Act("reminder_fee", date(2026, 2, 9), "0.00", "SE-REM"),
            Act("collection_demand_fee", date(2026, 2, 20), "180.00", "SE-DEM"),
        ),
        SE_SMALL, "4.92", None, "180.00", "583.92", None,
    ),
    Golden(
        "SE-3 B2B", "SE", "business", "80000.00", date(2026, 2, 20), date(2026, 4, 20),
        (
            Act("reminder_fee", date(2026, 3, 2), "60.00", "SE-REM"),
            Act("collection_demand_fee", date(2026, 3, 16), "180.00", "SE-DEM"),
        ),
        (("2026-02-21", "2026-04-20", 59, "10.00", "1293.1507"),),
        "1293.15", ("450.00", "SE-B-STD"), "450.00", "81743.15",
    ),
    Golden(
        "NO-1 consumer small", "NO", "consumer", "890.00", date(2026, 1, 20), date(2026, 3, 4),
        (
            Act("reminder_fee", date(2026, 2, 3), "37.50", "NO-REM", date(2026, 2, 17)),
            Act("inkassovarsel_fee", date(2026, 2, 18), "37.50", "NO-INKV", date(2026, 3, 4)),
        ),
        (("2026-01-21", "2026-03-04", 43, "12.00", "12.5819"),),
        "12.58", None, "75.00", "977.58",
    ),
    Golden(
        "NO-3 B2B", "NO", "business", "45000.00", date(2026, 2, 2), date(2026, 3, 4),
        (),
        (("2026-02-03", "2026-03-04", 30, "12.00", "443.8356"),),
        "443.84", ("460.00", "NO-B-STD-2026-01-01"), "460.00", "45903.84",
    ),
    Golden(
        "DK-1 consumer small", "DK", "consumer", "750.00", date(2024, 2, 1), date(2024, 3, 15),
        (
            Act("reminder_fee", date(2024, 2, 12), "100.00", "DK-REM"),
            Act("reminder_fee", date(2024, 2, 23), "100.00", "DK-REM"),
            Act("reminder_fee", date(2024, 3, 5), "100.00", "DK-REM"),
        ),
        (("2024-02-02", "2024-03-15", 44, "11.75", "10.7708"),),
        "10.77", None, "300.00", "1060.77",
    ),
    Golden(
        "DK-3 B2B", "DK", "business", "60000.00", date(2024, 1, 10), date(2024, 2, 10),
        (Act("reminder_fee", date(2024, 1, 22), "100.00", "DK-REM"),),
        (("2024-01-11", "2024-02-10", 30, "11.75", "587.5000"),),
        "587.50", ("310.00", "DK-B-KOMP"), "410.00", "60997.50",
    ),
)  # fmt: skip
NAMES = [golden.name for golden in GOLDEN]


def claim(golden: Golden) -> ClaimFacts:
    return ClaimFacts(
        capacity=golden.capacity,
        natural_person=golden.capacity == "consumer",
        claim_class="goods",
        principal=money(golden, golden.principal),
        due=golden.due,
        invoice_sent=date(2013, 6, 3),
        notices=(),
        fees=money(golden, "0.00"),
        fee_clause=golden.clause,
        arose=date(2013, 6, 3),
    )


def money(golden: Golden, text: str) -> Money:
    return Money.of(text, CURRENCY[golden.country])


def charged(golden: Golden) -> tuple[ClaimFacts, list[Money]]:
    """The claim after all of its acts, each asked of the law on its day, and what they cost."""
    facts, fees = claim(golden), []
    for act in golden.acts:
        sender = "partner" if act.act in AGENCY else "creditor"
        verdict = act_fee(load(golden.country), act.act, facts, act.on, sender=sender)  # type: ignore[arg-type]
        assert verdict.amount == money(golden, act.fee), (act, verdict.because)
        assert verdict.allowed == bool(verdict.amount)
        assert verdict.because[0].rule == act.rule
        fees.append(verdict.amount)
        notice = NoticeFact(
            act=KIND.get(act.act, "demand"),  # type: ignore[arg-type]
            sent=act.on,
            charged=verdict.allowed,
            deadline=act.deadline,
        )
        facts = facts.model_copy(
            update={"notices": (*facts.notices, notice), "fees": facts.fees + verdict.amount}
        )
    return facts, fees


def interest_of(golden: Golden) -> Interest:
    return accrue(
        load(golden.country),
        capacity=golden.capacity,
        natural_person=golden.capacity == "consumer",
        due=golden.due,
        balances=(
            (date(2013, 6, 3), money(golden, golden.principal)),
            (golden.paid, money(golden, "0.00")),
        ),
        to=golden.paid,
        agreed_rate=None,
    )


@pytest.mark.parametrize("golden", GOLDEN, ids=NAMES)
def test_fees_interest_and_total_of_a_golden_case(golden: Golden) -> None:
    facts, fees = charged(golden)
    interest = interest_of(golden)
    assert [
        (f"{one.from_}", f"{one.to}", one.days, f"{one.rate}", f"{four_places(one.exact)}")
        for one in interest.segments
    ] == list(golden.segments)
    assert interest.total == money(golden, golden.interest)
    costs = total(fees, CURRENCY[golden.country])
    if golden.compensation is not None:
        given = standard_compensation(
            load(golden.country), facts, golden.paid, creditor="business", costs=costs
        )
        assert (str(given.sum.amount), given.because[0].rule) == golden.compensation
        costs = given.total
    assert costs == money(golden, golden.costs)
    principal = money(golden, golden.principal)
    assert principal + costs + interest.total == money(golden, golden.total)


# --- the cases that say when not ------------------------------------------------------------------


def by_name(name: str) -> Golden:
    return next(golden for golden in GOLDEN if golden.name == name)


def test_fi_1n_reminder_too_early() -> None:
    verdict = reminder_fee(load("FI"), claim(by_name("FI-1 consumer small")), date(2026, 1, 28))
    assert (verdict.allowed, verdict.amount) == (False, Money.of("0.00", "EUR"))
    (reason,) = verdict.because
    assert reason.facts["days"] == "13"
    assert "10 b §" in reason.section


def test_fi_1m_second_reminder_on_day_14() -> None:
    golden = by_name("FI-1 consumer small")
    facts, _ = charged(golden._replace(acts=golden.acts[:1]))
    verdict = reminder_fee(load("FI"), facts, date(2026, 2, 13))
    assert (verdict.allowed, verdict.amount) == (False, Money.of("0.00", "EUR"))
    assert verdict.because[0].facts["days"] == "14"
    assert verdict.earliest == date(2026, 2, 14)


def test_fi_5_agency_demand_too_early() -> None:
    golden = by_name("FI-1 consumer small")._replace(
        due=date(2026, 3, 2), acts=(Act("reminder_fee", date(2026, 3, 17), "5.00", "FI-C-REM"),)
    )
    facts, _ = charged(golden)
    verdict = hand_over(load("FI"), facts, date(2026, 3, 27))
    assert (verdict.allowed, verdict.earliest) == (False, date(2026, 4, 1))
    assert hand_over(load("FI"), facts, date(2026, 4, 1)).allowed
    assert not hand_over(load("FI"), facts, date(2026, 3, 31)).allowed


def test_dk_1n_second_reminder_after_eight_days() -> None:
    golden = by_name("DK-1 consumer small")
    facts, _ = charged(golden._replace(acts=golden.acts[:1]))
    verdict = reminder_fee(load("DK"), facts, date(2024, 2, 20))
    assert (verdict.allowed, verdict.amount) == (False, Money.of("0.00", "DKK"))
    assert (verdict.because[0].facts["days"], verdict.earliest) == ("8", date(2024, 2, 22))


# --- the fact file --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written() -> dict[str, dict[str, Any]]:
    path = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared")) / "facts" / "legal.json"
    if not path.is_file():
        pytest.skip("the fact file is not at hand: the literals above stand for it")
    cases = json.loads(path.read_text(encoding="utf-8"))["golden_cases"]
    return {case["id"]: case for case in cases}


def test_the_literals_are_those_of_the_fact_file(written: dict[str, dict[str, Any]]) -> None:
    for golden in GOLDEN:
        case = written[golden.name]
        expected = case["expected"]
        assert (case["principal"], case["due_date"], case["paid_date"]) == (
            golden.principal, f"{golden.due}", f"{golden.paid}",
        )  # fmt: skip
        assert (expected["fees_total"], expected["interest"], expected["total"]) == (
            golden.costs, golden.interest, golden.total,
        )  # fmt: skip
        # A 30/360 segment is written from the due day itself there: days, rate and sum are equal.
        assert [
            (row["to"], row["days"], row["rate"], row["interest"])
            for row in expected["interest_segments"]
        ] == [segment[1:] for segment in golden.segments]


def test_every_golden_case_of_these_countries_is_covered(
    written: dict[str, dict[str, Any]],
) -> None:
    ours = {name for name, case in written.items() if case["jurisdiction"] in CURRENCY}
    refusals = {
        "FI-1n reminder too early", "FI-1m second reminder on day 14",
        "FI-5 agency demand too early", "DK-1n reminder too early",
    }  # fmt: skip
    assert ours == {*NAMES, *refusals}


def four_places(exact: Decimal) -> Decimal:
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
