"""What a case's own movements prove of a claim's age: a payment does, a credit note does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.domain.case import Case
from shared.domain.events import CreditApplied, PaymentAllocated, PaymentReversed
from shared.domain.lapses import lapse_of
from shared.domain.law import load
from shared.domain.money import Money
from tests.domain.casebook import case_of, joined, opened, reminder, sent

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


def test_a_payment_that_was_taken_back_proves_nothing_and_an_earlier_one_stands():
    back = PaymentReversed(
        at=AT, reversal="erp:r", payment="erp:p", claim="erp:a", amount=kronor("100.00"),
        on=date(2024, 9, 2), code="AC04",
    )  # fmt: skip
    before = paid("50.00").model_copy(
        update={"payment": "erp:q", "received": date(2024, 5, 2), "value_date": date(2024, 5, 2)}
    )

    assert lapses_on(paid("100.00"), back) == date(2026, 2, 11)
    assert lapses_on(before, paid("100.00"), back) == date(2027, 5, 3)
    assert lapses_on(paid("100.00"), back.model_copy(update={"amount": kronor("1.00")})) == date(
        2026, 2, 11
    )


@pytest.mark.parametrize(
    ("short", "lapses"), [(False, date(2029, 2, 3)), (True, date(2029, 1, 17))]
)
def test_a_text_message_names_no_sum_and_starts_no_time_anew(short, lapses):
    """728/2003 10 §: three years from 2 February 2026, or from the due date of 16 January."""
    notice = reminder("n1", "02-02", deadline="02-13", short=short)
    case = case_of(joined(), notice, sent("n1", "02-02"))
    found = lapse_of(case, case.claims["erp:a"], load("FI"), date(2028, 6, 1))
    assert found.lapses_on == lapses
