"""How long an act must wait: hand-overs, payment times, hours of contact.

Waits run from the later of the due date and its banking-day roll, as for fees.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shared.domain.calendar import banking_days_after, is_banking_day, next_banking_day
from shared.domain.explain import Reason
from shared.domain.law_duties import covers
from shared.domain.law_facts import ClaimFacts, Verdict, no_rule, ruled
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import NoticeAct, Treatment, Wait, WaitAct, Window
from shared.domain.model import Capacity

_DAY = timedelta(days=1)
_PAYMENT_TIMES: dict[NoticeAct, WaitAct] = {
    "reminder": "payment_time",
    "collection_notice": "demand_payment_time",
    "demand": "demand_payment_time",
}


def hand_over(
    pack: LawPack, facts: ClaimFacts, on: date, *, partner_reminds: bool = False
) -> Verdict:
    """Whether a claim may go to the collection partner on ``on``.

    Needs a reminder sent after the due date, the wait of the pack since the last notice after it
    (Finland, consumer: 513/1999 5 §, 14 full days; elsewhere the hub's own 10), and the payment
    date of that notice in the past. ``earliest`` is None while no reminder was sent.
    ``partner_reminds``: the partner sends the reminders, so the wait is its own to keep before it
    demands; here the claim is overdue, and no payment date that we named is still to come.
    """
    refusal = covers(pack, facts.claim_class, facts.capacity)
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    wait = pack.wait("hand_over", treated, on, facts.due)
    if refusal is not None or wait is None:
        because = (refusal or no_rule(pack, on, facts.principal.currency),)
        return Verdict(allowed=False, amount=None, earliest=None, because=because)
    due = next_banking_day(pack.country, facts.due)
    since = [notice for notice in facts.notices if due < notice.sent <= on]
    if partner_reminds:
        return _to_remind(wait, due, max((one.deadline or due for one in since), default=due), on)
    if not any(notice.act == "reminder" for notice in since):
        reason = ruled(wait, "no reminder was sent after the due date", due=due, on=on)
        return Verdict(allowed=False, amount=None, earliest=None, because=(reason,))
    sent = max(notice.sent for notice in since)
    first = sent + timedelta(days=wait.first_day(wait.days))
    last = max((notice.deadline for notice in since if notice.deadline), default=date.min)
    failures: list[Reason] = []
    if on < first:
        failures.append(ruled(wait, wait.text, last_notice=sent, on=on, earliest=first))
    if on <= last:
        text = "the payment date of the last notice has not passed"
        failures.append(ruled(wait, text, deadline=last, on=on))
    if failures:
        earliest = max(first, last + _DAY)
        return Verdict(allowed=False, amount=None, earliest=earliest, because=tuple(failures))
    reason = ruled(wait, "the wait since the last notice is over", last_notice=sent, on=on)
    return Verdict(allowed=True, amount=None, earliest=None, because=(reason,))


def _to_remind(wait: Wait, due: date, last: date, on: date) -> Verdict:
    """Whether a partner may have a claim to remind of it; ``last`` is the last day to pay."""
    facts = {"due": due, "deadline": last, "on": on}
    if on <= last:
        overdue = on > due
        text = (
            "the payment date of the last notice has not passed"
            if overdue
            else ("a claim that is not overdue is not reminded of")
        )
        because = (ruled(wait, text, **facts),)
        return Verdict(allowed=False, amount=None, earliest=last + _DAY, because=because)
    text = "the partner sends the reminders, and keeps the wait before its own demand"
    return Verdict(allowed=True, amount=None, earliest=None, because=(ruled(wait, text, **facts),))


def deadline(
    pack: LawPack,
    facts: ClaimFacts,
    sent: date,
    *,
    delivery_days: int,
    payment_days: int,
    notice: NoticeAct = "reminder",
) -> tuple[date, Reason]:
    """The last day to pay that a notice sent on ``sent`` must name.

    ``delivery_days`` is the channel's latest delivery in calendar days; ``payment_days`` is what
    the policy gives from receipt, which the law's minimum replaces when it ends later. Never
    before a banking day. Raises ``ValueError`` for a negative number of days.
    """
    if delivery_days < 0 or payment_days < 0:
        raise ValueError("days are not negative")
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    rule = pack.wait(_PAYMENT_TIMES[notice], treated, sent, facts.due)
    received = sent + timedelta(days=delivery_days)
    last = received + timedelta(days=payment_days)
    least = sent
    if rule is not None:
        begin = received if rule.counts_from == "receipt" else sent
        least = begin + timedelta(days=rule.days)
        if rule.banking_days_after_receipt:
            days = rule.banking_days_after_receipt
            least = max(least, banking_days_after(pack.country, received, days))
    inputs = {"sent": sent, "delivery_days": delivery_days}
    if rule is not None and least >= last:
        last = next_banking_day(pack.country, least)
        return last, ruled(rule, rule.text, **inputs, days=rule.days, deadline=last)
    last = next_banking_day(pack.country, last)
    named = {key: str(value) for key, value in inputs.items()}
    named |= {"days": str(payment_days), "deadline": last.isoformat()}
    text = "the policy's time to pay, counted from the latest receipt"
    return last, Reason(rule="policy.payment_days", text=text, facts=named)


def min_payment_days(pack: LawPack, capacity: Capacity) -> int:
    """The least days that a reminder gives to pay; 0 where neither law nor hub names any."""
    rule = pack.wait("payment_time", treatment(capacity, natural_person=False), date.max, date.max)
    return rule.days if rule else 0


def contact_opens(
    pack: LawPack, local: datetime, treated: Treatment = "consumer", *, paper: bool = False
) -> datetime | None:
    """None when a debtor may be sent a message at ``local`` (the debtor's wall clock), else when.

    A letter on ``paper`` disturbs nobody when it leaves: it waits only where the pack says so.

    The answer keeps the zone of ``local``. Messages go on banking days; no act in force names
    hours for them, so the window is the hub's own default, stricter than the law. Raises
    ``ValueError`` where no window is in force.
    """
    day = local.date()
    if paper and not _window(pack, treated, day).letters:
        return None
    if is_banking_day(pack.country, day):
        window = _window(pack, treated, day)
        if window.opens <= local.time() < window.closes:
            return None
        if local.time() < window.opens:
            return datetime.combine(day, window.opens, tzinfo=local.tzinfo)
    day = next_banking_day(pack.country, day + _DAY)
    return datetime.combine(day, _window(pack, treated, day).opens, tzinfo=local.tzinfo)


def _window(pack: LawPack, treated: Treatment, day: date) -> Window:
    window = pack.window("message", treated, day)
    if window is None:
        raise ValueError("no hours of contact are in force")
    return window
