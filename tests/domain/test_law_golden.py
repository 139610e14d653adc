"""The Finnish golden cases: what a debtor owes in the worked examples of the legal facts."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from shared.domain.interest import accrue
from shared.domain.law import ClaimFacts, NoticeFact, hand_over, load, reminder_fee
from shared.domain.money import Money

FI = load("FI")


def eur(text: str) -> Money:
    return Money.of(text, "EUR")


def consumer(principal: str, due: date, *notices: NoticeFact, fees: str = "0.00") -> ClaimFacts:
    return ClaimFacts(
        capacity="consumer",
        natural_person=True,
        claim_class="goods",
        principal=eur(principal),
        due=due,
        invoice_sent=date(2025, 1, 2),
        notices=notices,
        fees=eur(fees),
        fee_clause=None,
    )


def charged(sent: date) -> NoticeFact:
    return NoticeFact(act="reminder", sent=sent, charged=True, deadline=None)


def test_fi_1_consumer_small() -> None:
    due, paid = date(2026, 1, 15), date(2026, 3, 2)
    first = reminder_fee(FI, consumer("49.90", due), date(2026, 1, 30))
    claim = consumer("49.90", due, charged(date(2026, 1, 30)), fees="5.00")
    second = reminder_fee(FI, claim, date(2026, 2, 14))
    interest = accrue(
        FI,
        capacity="consumer",
        natural_person=True,
        due=due,
        balances=((date(2026, 1, 2), eur("49.90")), (paid, eur("0.00"))),
        to=paid,
        agreed_rate=None,
    )
    assert (first.allowed, first.amount) == (True, eur("5.00"))
    assert (second.allowed, second.amount) == (True, eur("5.00"))
    assert [reason.rule for reason in first.because + second.because] == ["FI-C-REM", "FI-C-REM"]
    (segment,) = interest.segments
    assert (segment.from_, segment.to) == (date(2026, 1, 16), date(2026, 3, 2))
    assert (segment.days, segment.rate) == (46, Decimal("9.50"))
    assert four_places(segment.exact) == Decimal("0.5974")
    assert interest.total == eur("0.60")
    total = eur("49.90") + eur("5.00") + eur("5.00") + interest.total
    assert total == eur("60.50")


def test_fi_1n_reminder_too_early() -> None:
    verdict = reminder_fee(FI, consumer("49.90", date(2026, 1, 15)), date(2026, 1, 28))
    assert (verdict.allowed, verdict.amount) == (False, eur("0.00"))
    (reason,) = verdict.because
    assert reason.facts["days"] == "13"
    assert "10 b §" in reason.section


def test_fi_1m_second_reminder_on_day_14() -> None:
    claim = consumer("49.90", date(2026, 1, 15), charged(date(2026, 1, 30)), fees="5.00")
    verdict = reminder_fee(FI, claim, date(2026, 2, 13))
    assert (verdict.allowed, verdict.amount) == (False, eur("0.00"))
    assert verdict.because[0].facts["days"] == "14"
    assert verdict.earliest == date(2026, 2, 14)


def test_fi_2_consumer_larger() -> None:
    # The agency's demands (50.00 and 25.00 in the case's 80.00) are the partner's acts.
    due, paid = date(2025, 5, 31), date(2025, 8, 15)
    fee = reminder_fee(FI, consumer("1250.00", due), date(2025, 6, 17))
    handed = hand_over(FI, consumer("1250.00", due, charged(date(2025, 6, 17))), date(2025, 7, 2))
    interest = accrue(
        FI,
        capacity="consumer",
        natural_person=True,
        due=due,
        balances=((date(2025, 5, 1), eur("1250.00")), (paid, eur("0.00"))),
        to=paid,
        agreed_rate=None,
    )
    assert fee.amount == eur("5.00")
    assert handed.allowed
    segments = [
        (one.from_, one.to, one.days, one.rate, four_places(one.exact)) for one in interest.segments
    ]
    assert segments == [
        (date(2025, 6, 3), date(2025, 6, 30), 28, Decimal("10.50"), Decimal("10.0685")),
        (date(2025, 7, 1), date(2025, 8, 15), 46, Decimal("9.50"), Decimal("14.9658")),
    ]
    assert interest.total == eur("25.03")
    agency = eur("50.00") + eur("25.00")
    assert eur("1250.00") + eur("5.00") + agency + interest.total == eur("1355.03")


@pytest.mark.parametrize(
    ("principal", "rule", "amount"),
    [("1250.00", "FI-C-DEM-1", "50.00"), ("1000.00", "FI-C-DEM-1", "24.00")],
)
def test_fi_2_the_partner_s_first_demand_is_in_the_pack(
    principal: str, rule: str, amount: str
) -> None:
    day = date(2025, 7, 2)
    fee = FI.fee("payment_demand_first_by_professional", "consumer", day, date(2025, 5, 31))
    assert fee is not None
    assert (fee.id, fee.sender, fee.for_principal(eur(principal))) == (rule, "partner", eur(amount))


def test_fi_5_agency_demand_too_early() -> None:
    claim = consumer("49.90", date(2026, 3, 2), charged(date(2026, 3, 17)))
    verdict = hand_over(FI, claim, date(2026, 3, 27))
    assert not verdict.allowed
    assert verdict.earliest == date(2026, 4, 1)
    assert hand_over(FI, claim, date(2026, 4, 1)).allowed
    assert not hand_over(FI, claim, date(2026, 3, 31)).allowed


def four_places(exact: Decimal) -> Decimal:
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
