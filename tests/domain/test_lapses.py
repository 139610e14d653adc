"""What a case's own movements prove of a claim's age: a payment does, a credit note does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.domain.case import Case
from shared.domain.events import CreditApplied, PaymentAllocated, PaymentReversed
from shared.domain.lapses import lapse_of
from shared.domain.law import load
from shared.domain.money import Money
from tests.domain.casebook import joined, opened

AT = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)
PAID_ON, TODAY = date(2024, 6, 3), date(2025, 12, 1)


def kronor(text):
    return Money.of(text, "SEK")


def paid(amount):
    return PaymentAllocated(
        at=AT, payment="erp:p", claim="erp:a", amount=kronor(amount), value_date=PAID_ON,
        received=PAID_ON, booked=PAID_ON,
    )  # fmt: skip


def credited(amount):
    return CreditApplied(
        at=AT, credit_note="erp:c", claim="erp:a", amount=kronor(amount), issued=PAID_ON
    )


def lapses_on(*events):
    claim = joined("a", total="900.00").claim.model_copy(
        update={
            "total": kronor("900.00"), "open": kronor("900.00"), "issued": date(2023, 2, 10),
            "due": date(2023, 3, 10),
        }
    )  # fmt: skip
    begun = [opened(currency="SEK", law="SE"), joined("a").model_copy(update={"claim": claim})]
    case = Case.replay("c1", [*begun, *events])
    return lapse_of(case, case.claims["erp:a"], load("SE"), TODAY).lapses_on


@pytest.mark.parametrize(
    ("events", "lapses"),
    [
        ((), date(2026, 2, 11)),
        # 1981:130 5 §: a part payment acknowledges the debt, however small; a credit note does not.
        ((paid("0.50"),), date(2027, 6, 4)),
        ((credited("100.00"),), date(2026, 2, 11)),
    ],
)
def test_a_swedish_debt_lives_on_from_a_payment_of_the_debtor(events, lapses):
    assert lapses_on(*events) == lapses


def test_a_payment_that_was_taken_back_is_no_proof_of_its_return():
    back = PaymentReversed(
        at=AT, reversal="erp:r", payment="erp:p", claim="erp:a", amount=kronor("100.00"),
        on=date(2024, 9, 2), code="AC04",
    )  # fmt: skip

    assert lapses_on(paid("100.00"), back) == date(2027, 6, 4)
