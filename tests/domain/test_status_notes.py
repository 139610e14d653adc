"""Status notes: each change that the ERP's people should see, once, without personal data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from shared.domain.events import (
    ActSent,
    HandOverIntended,
    Held,
    NoticeReturned,
    PaymentAllocated,
    Released,
)
from shared.domain.money import Money
from shared.domain.partner_events import PartnerClosed
from shared.domain.plan_events import WrittenOff
from shared.domain.status_notes import noted
from tests.domain.test_postings import SENT as REMINDED
from tests.domain.test_postings import charged

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
OVER = HandOverIntended(
    at=AT, act="h", step="partner", claims=("erp:1",), partner="agency", file_version=1,
    document="d", content_hash="0" * 64,
)  # fmt: skip
SENT = ActSent(at=AT, act="h", on=DAY)


def eur(text):
    return Money(Decimal(text), "EUR")


def told(*events, case=None):
    return [(one.invoice, one.status, one.text) for one in noted(case or charged(REMINDED), events)]


def test_a_reminder_is_told_with_its_level_and_day_and_again_when_it_came_back():
    sent = [("erp:1", "reminded", "Reminder 1 sent 2026-03-02 by email.")]
    assert told(REMINDED, case=charged()) == sent
    back = NoticeReturned(at=AT, act="a", code="bounced")
    assert told(back) == [("erp:1", "reminder_returned", "The reminder of 2026-03-02 came back.")]


def test_a_hand_over_is_told_when_it_arrived_and_when_the_partner_let_go():
    assert told(OVER) == []
    closed = PartnerClosed(at=AT, message="m", code="UNCOLLECTABLE", claims=("erp:1",))
    assert told(OVER, SENT, closed) == [
        ("erp:1", "in_collection", "With collection partner agency since 2026-03-02."),
        ("erp:1", "collection_ended", "No longer with a collection partner: 2026-03-02."),
    ]


def test_a_hold_is_told_by_its_reason_and_money_that_waits_is_not():
    held = Held(at=AT, hold="h1", reason="dispute", until=date(2026, 4, 1))
    waits = Held(at=AT, hold="h2", reason="money_waiting")
    assert told(held, Released(at=AT, hold="h1"), waits, Released(at=AT, hold="h2")) == [
        ("erp:1", "on_hold", "On hold since 2026-03-02 until 2026-04-01: dispute."),
        ("erp:1", "hold_ended", "The hold ended on 2026-03-02."),
    ]


def test_paid_is_told_with_the_last_cent_and_a_loss_with_its_amount():
    def allocated(name, amount):
        return PaymentAllocated(
            at=AT, payment=name, claim="erp:1", amount=eur(amount), received=DAY, booked=DAY,
            value_date=DAY,
        )  # fmt: skip

    assert told(allocated("p1", "60.00"), allocated("p2", "40.00")) == [
        ("erp:1", "paid", "Paid: received 2026-03-02.")
    ]
    lost = WrittenOff(at=AT, claim="erp:1", amount=eur("100.00"), cause="bad_debt", on=DAY)
    assert told(lost) == [("erp:1", "credit_loss", "Not asked for any more: 100.00 EUR, bad_debt.")]
