"""Service levels: by when people answer what the hub asks, by the kind of the question.

Hours run around the clock; business days are banking days of the creditor's country and end at
17:00 of its own zone. The levels are ours, not the law's: what may not wait longer for the law's
sake waits by itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.calendar import banking_days_after

_CLOSES = time(17, 0)


class Level(NamedTuple):
    """Hours, or (where they are 0) business days after the one on which it was asked."""

    hours: int = 0
    days: int = 0


# Nobody is dunned, or all money waits, until somebody has looked.
_SAME_DAY = Level(hours=4)
_NEXT_DAY = Level(days=1)
_USUAL = Level(days=2)
_LEVELS = {
    "source_suspicious": _SAME_DAY,
    "money_differs": _SAME_DAY,
    "law_unsigned": _SAME_DAY,
    "rate_missing": _SAME_DAY,
    "payment_ambiguous": _NEXT_DAY,
    "payment_unapplied": _NEXT_DAY,
    "payment_stuck": _NEXT_DAY,
    "partner_not_told": _NEXT_DAY,
    "whose_payment": _NEXT_DAY,
    "paid_twice": _NEXT_DAY,
    "webhook_quarantined": _NEXT_DAY,
    "partner_report_quarantined": _NEXT_DAY,
    "dispute_unanswered": _NEXT_DAY,
    "payer_asks_person": _NEXT_DAY,
    "payer_plan": _NEXT_DAY,
    "payer_disputes": _NEXT_DAY,
    "payer_link_guessed": _NEXT_DAY,
    "same_debtor": Level(days=5),
    "due_before_start_line": Level(days=5),
}


def level(why: str) -> Level:
    """The level of a kind of question; an act that waits for a yes has one business day."""
    return _LEVELS.get(why, _NEXT_DAY if why.startswith("approve_") else _USUAL)


def answer_by(why: str, asked: datetime, country: str, zone: str) -> datetime:
    """The instant (UTC) by which a question of ``asked`` is to be answered.

    Raises ``ValueError`` for a country without a calendar.
    """
    wanted = level(why)
    if wanted.hours:
        return asked.astimezone(UTC) + timedelta(hours=wanted.hours)
    own = ZoneInfo(zone)
    day: date = banking_days_after(country, asked.astimezone(own).date(), wanted.days)
    return datetime.combine(day, _CLOSES, own).astimezone(UTC)
