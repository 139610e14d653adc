"""What the law allows on a day: reminder fees, payment times, hand-overs and hours of contact.

Waits run from the later of the due date and its banking-day roll: the Finnish act (958/1999) only
permits the debtor to pay later, and of two readings the one that is kinder to the debtor holds.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from shared.domain.calendar import is_banking_day, next_banking_day
from shared.domain.explain import Reason, Record
from shared.domain.lawcheck import Violation, check_policy
from shared.domain.lawpack import LawPack, load, read_pack, treatment
from shared.domain.lawrules import Fee, Rule
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import Money

__all__ = [
    "ClaimFacts", "LawPack", "NoticeFact", "Verdict", "Violation", "check_policy",
    "contact_opens", "covers", "deadline", "hand_over", "load", "min_payment_days", "read_pack",
    "reminder_fee", "treatment",
]  # fmt: skip


class NoticeFact(Record):
    """A notice that was sent for a claim; ``deadline`` is the last day to pay that it named."""

    act: Literal["reminder", "demand"]
    sent: date
    charged: bool
    deadline: date | None


class ClaimFacts(Record):
    """All that the law looks at in one claim.

    ``principal`` is the original one, ``due`` the invoice's own due date, ``fees`` what was
    charged so far and not credited, ``fee_clause`` the day on which a reminder fee was agreed.
    """

    capacity: Capacity
    natural_person: bool
    claim_class: ClaimClass
    principal: Money
    due: date
    invoice_sent: date | None
    notices: tuple[NoticeFact, ...]
    fees: Money
    fee_clause: date | None


class Verdict(Record):
    """Whether an act is lawful on a day, and why.

    ``amount`` is what a fee may be (zero when it may not be, None for an act without a price).
    ``earliest`` is the first day on which waiting alone makes a refused act lawful, else None.
    """

    allowed: bool
    amount: Money | None
    earliest: date | None
    because: tuple[Reason, ...]


# A failed condition: its reason, and the first day on which time alone will have cured it.
_Failure = tuple[Reason, date | None]


def reminder_fee(pack: LawPack, facts: ClaimFacts, on: date) -> Verdict:
    """The fee that a reminder sent on ``on`` may carry; each failed condition is a reason.

    When allowed, the first reason is the fee's own rule. Finland: laki saatavien perinnästä
    513/1999 10 a, 10 b, 10 d, 10 e §, with the Consumer Ombudsman's reading KKV/378 of 2024.
    """
    nothing = Money.zero(pack.currency)
    refusal = covers(pack, facts.claim_class, facts.capacity)
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    rule = pack.fee("reminder_fee", treated, on, facts.due)
    cap = pack.fee("total_cost_cap", treated, on, facts.due)
    amount = rule.for_principal(facts.principal) if rule else None
    if refusal is not None or rule is None or cap is None or amount is None:
        because = (refusal or _no_rule(pack, on, facts.principal.currency),)
        return Verdict(allowed=False, amount=nothing, earliest=None, because=because)
    due = next_banking_day(pack.country, facts.due)
    tried = (
        _too_soon_after_due(rule, due, on),
        _too_soon_after_notice(rule, facts, on),
        _invoice_sent_late(rule, facts),
        _too_many(rule, facts),
        _above_cap(cap, facts, amount),
    )
    failures = [failure for failure in tried if failure is not None]
    if failures:
        reasons = tuple(reason for reason, _ in failures)
        earliest = _all_cured([day for _, day in failures])
        return Verdict(allowed=False, amount=nothing, earliest=earliest, because=reasons)
    reason = _reason(rule, "the reminder may carry this fee", amount=amount, due=due, on=on)
    return Verdict(allowed=True, amount=amount, earliest=None, because=(reason,))


def hand_over(pack: LawPack, facts: ClaimFacts, on: date) -> Verdict:
    """Whether a claim may go to the collection partner on ``on``.

    Needs a reminder sent after the due date, the wait of the pack since the last notice after it
    (Finland, consumer: 513/1999 5 §, 14 full days; business: the hub's own 10), and the payment
    date of that notice in the past. ``earliest`` is None while no reminder was sent.
    """
    refusal = covers(pack, facts.claim_class, facts.capacity)
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    wait = pack.wait("hand_over", treated, on, facts.due)
    if refusal is not None or wait is None:
        because = (refusal or _no_rule(pack, on, facts.principal.currency),)
        return Verdict(allowed=False, amount=None, earliest=None, because=because)
    due = next_banking_day(pack.country, facts.due)
    since = [notice for notice in facts.notices if due < notice.sent <= on]
    if not any(notice.act == "reminder" for notice in since):
        reason = _reason(wait, "no reminder was sent after the due date", due=due, on=on)
        return Verdict(allowed=False, amount=None, earliest=None, because=(reason,))
    sent = max(notice.sent for notice in since)
    first = sent + timedelta(days=wait.first_day(wait.days))
    last = max((notice.deadline for notice in since if notice.deadline), default=date.min)
    failures: list[Reason] = []
    if on < first:
        failures.append(_reason(wait, wait.text, last_notice=sent, on=on, earliest=first))
    if on <= last:
        text = "the payment date of the last notice has not passed"
        failures.append(_reason(wait, text, deadline=last, on=on))
    if failures:
        earliest = max(first, last + timedelta(days=1))
        return Verdict(allowed=False, amount=None, earliest=earliest, because=tuple(failures))
    reason = _reason(wait, "the wait since the last notice is over", last_notice=sent, on=on)
    return Verdict(allowed=True, amount=None, earliest=None, because=(reason,))


def deadline(
    pack: LawPack, facts: ClaimFacts, sent: date, *, delivery_days: int, payment_days: int
) -> tuple[date, Reason]:
    """The last day to pay that a notice sent on ``sent`` must name.

    ``delivery_days`` is the channel's latest delivery in calendar days; ``payment_days`` is what
    the policy gives, which the law's minimum replaces when it is longer. Never before a banking
    day. Raises ``ValueError`` for a negative number of days.
    """
    if delivery_days < 0 or payment_days < 0:
        raise ValueError("days are not negative")
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    rule = pack.wait("payment_time", treated, sent, facts.due)
    least = rule.days if rule else 0
    days = max(least, payment_days)
    last = next_banking_day(pack.country, sent + timedelta(days=delivery_days + days))
    inputs = {"sent": sent, "delivery_days": delivery_days, "days": days, "deadline": last}
    if rule is not None and least >= payment_days:
        return last, _reason(rule, rule.text, **inputs)
    text = "the policy's time to pay, counted from the latest receipt"
    named = {key: str(value) for key, value in inputs.items()}
    return last, Reason(rule="policy.payment_days", text=text, facts=named)


def min_payment_days(pack: LawPack, capacity: Capacity) -> int:
    """The least days to pay from the latest receipt; 0 where the law names none."""
    rule = pack.wait("payment_time", treatment(capacity, natural_person=False), date.max, date.max)
    return rule.days if rule else 0


def covers(pack: LawPack, claim_class: ClaimClass, capacity: Capacity) -> Reason | None:
    """Why a person must handle a class of claims; None when the pack has rules for it."""
    if claim_class in pack.covered:
        return None
    refusal = pack.refusals.get(claim_class)
    if refusal is None:
        inputs: dict[str, str] = {"claim_class": claim_class, "capacity": capacity}
        text = "the law pack has no rules for this class of claims: a person handles it"
        return Reason(rule="law.uncovered", text=text, facts=inputs)
    return _reason(refusal, refusal.text, claim_class=claim_class, capacity=capacity)


def contact_opens(pack: LawPack, local: datetime) -> datetime | None:
    """None when a debtor may be contacted at ``local`` (the debtor's wall clock), else when.

    The answer keeps the zone of ``local``. No Finnish act names hours: the window is the hub's
    own default, stricter than the law.
    """
    window = pack.window
    day = local.date()
    if is_banking_day(pack.country, day):
        if window.opens <= local.time() < window.closes:
            return None
        if local.time() < window.opens:
            return datetime.combine(day, window.opens, tzinfo=local.tzinfo)
    day = next_banking_day(pack.country, day + timedelta(days=1))
    return datetime.combine(day, window.opens, tzinfo=local.tzinfo)


# --- the conditions of a reminder fee ---------------------------------------------------------


def _too_soon_after_due(rule: Fee, due: date, on: date) -> _Failure | None:
    # A claim that is not overdue bears no fee, whatever wait the rule names.
    first = due + timedelta(days=max(1, rule.first_day(rule.days_after_due or 0)))
    if on >= first:
        return None
    text = "too few days have passed since the due date"
    return _reason(rule, text, due=due, on=on, days=(on - due).days, earliest=first), first


def _too_soon_after_notice(rule: Fee, facts: ClaimFacts, on: date) -> _Failure | None:
    if rule.days_after_previous is None or not facts.notices:
        return None
    last = max(notice.sent for notice in facts.notices)
    first = last + timedelta(days=rule.first_day(rule.days_after_previous))
    if on >= first:
        return None
    text = "too few days have passed since the previous notice"
    days = (on - last).days
    return _reason(rule, text, previous=last, on=on, days=days, earliest=first), first


def _invoice_sent_late(rule: Fee, facts: ClaimFacts) -> _Failure | None:
    needed = rule.invoice_sent_days_before_due
    if needed is None:
        return None
    if facts.invoice_sent is None:
        return _reason(rule, "it is not known when the invoice was sent", due=facts.due), None
    if (facts.due - facts.invoice_sent).days >= needed:
        return None
    text = "the invoice was sent too late before its due date"
    return _reason(rule, text, due=facts.due, invoice_sent=facts.invoice_sent, days=needed), None


def _too_many(rule: Fee, facts: ClaimFacts) -> _Failure | None:
    if rule.max_count is None:
        return None
    charged = sum(notice.charged for notice in facts.notices)
    if charged < rule.max_count:
        return None
    text = "no more notices of this claim may carry a fee"
    return _reason(rule, text, charged=charged, most=rule.max_count), None


def _above_cap(cap: Fee, facts: ClaimFacts, amount: Money) -> _Failure | None:
    # Where a tier's cap is not known the lowest known one holds: caps grow with the principal.
    known = cap.for_principal(facts.principal)
    limit = known or cap.lowest_known()
    after = facts.fees + amount
    if limit is not None and facts.principal.amount > 0 and after <= limit:
        return None
    text = "all fees of the claim together would pass their cap"
    if known is None:
        text = "the cap for this principal is not known, and the lowest known one would be passed"
    return _reason(cap, text, principal=facts.principal, fees=facts.fees, cap=limit), None


def _all_cured(days: list[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _no_rule(pack: LawPack, on: date, currency: str) -> Reason:
    inputs = {"country": pack.country, "currency": currency, "on": on.isoformat()}
    text = "no usable rule is in force on that day for that currency"
    return Reason(rule="law.no_rule", text=text, facts=inputs)


def _reason(rule: Rule, text: str, **facts: object) -> Reason:
    named = {key: str(value) for key, value in facts.items()}
    return Reason(rule=rule.id, section=rule.section, text=text, facts=named)
