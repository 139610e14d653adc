"""What an act may cost the debtor on a day: each condition of the pack, checked one by one.

Waits run from the later of the due date and its banking-day roll: the Finnish act (958/1999) only
permits the debtor to pay later, and of two readings the one that is kinder to the debtor holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.domain.calendar import next_banking_day
from shared.domain.law_duties import covers, stop_rule
from shared.domain.law_facts import ClaimFacts, Failure, Verdict, no_rule, ruled
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import Fee, FeeAct, NoticeAct
from shared.domain.money import Money

_DAY = timedelta(days=1)
_NOTICES: dict[FeeAct, NoticeAct] = {
    "reminder_fee": "reminder",
    "inkassovarsel_fee": "collection_notice",
}


@dataclass(frozen=True, slots=True)
class _Act:
    """One act that may bear a fee: its rule, the claim, the day, and the day it fell due by law."""

    rule: Fee
    facts: ClaimFacts
    on: date
    due: date
    amount: Money


def reminder_fee(pack: LawPack, facts: ClaimFacts, on: date) -> Verdict:
    """The fee that a reminder of the creditor sent on ``on`` may carry; see :func:`act_fee`.

    Finland: laki saatavien perinnästä 513/1999 10 a, 10 b, 10 d, 10 e §, with the Consumer
    Ombudsman's reading KKV/378 of 2024. Sweden: 1981:739 2, 4 §. Norway: inkassoforskriften
    §§ 1-2, 1-3. Denmark: renteloven § 9 b.
    """
    return act_fee(pack, "reminder_fee", facts, on)


def act_fee(
    pack: LawPack,
    act: FeeAct,
    facts: ClaimFacts,
    on: date,
    *,
    sender: Literal["creditor", "partner"] = "creditor",
    confirmed: bool = False,
) -> Verdict:
    """What an act on ``on`` may cost the debtor; each failed condition is a reason.

    When allowed, the first reason is the fee's own rule. ``sender`` is who acts: what is the
    partner's to charge is never the creditor's. ``confirmed`` says that somebody vouches for the
    rule's ``conditions``, which no code checks.
    """
    nothing = Money.zero(pack.currency)
    refusal = covers(pack, facts.claim_class, facts.capacity)
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    rule = pack.fee(act, treated, on, facts.due)
    cap = pack.fee("total_cost_cap", treated, on, facts.due)
    amount = pack.price(rule, facts.principal, on, facts.due) if rule else None
    capped = cap is not None or (rule is not None and rule.total_cap == "none")
    if refusal is not None or rule is None or amount is None or not capped:
        because = (refusal or no_rule(pack, on, facts.principal.currency),)
        return Verdict(allowed=False, amount=nothing, earliest=None, because=because)
    due = next_banking_day(pack.country, facts.due)
    one = _Act(rule, facts, on, due, amount)
    failures = [*_standing(pack, one, sender, confirmed=confirmed), *_conditions(one, cap)]
    if failures:
        reasons = tuple(reason for reason, _ in failures)
        earliest = _all_cured([day for _, day in failures])
        return Verdict(allowed=False, amount=nothing, earliest=earliest, because=reasons)
    text = "the reminder may carry this fee" if act == "reminder_fee" else "the act may cost this"
    reason = ruled(rule, text, amount=amount, due=due, on=on)
    return Verdict(allowed=True, amount=amount, earliest=None, because=(reason,))


def _standing(pack: LawPack, one: _Act, sender: str, *, confirmed: bool) -> Iterator[Failure]:
    """What forbids the fee whatever the days say."""
    rule, facts = one.rule, one.facts
    if rule.sender != sender:
        yield ruled(rule, f"this is for the {rule.sender} to charge", sender=sender), None
    if rule.conditions and not confirmed:
        named = "; ".join(rule.conditions)
        yield ruled(rule, "a person vouches for these conditions first", conditions=named), None
    asked = facts.stop_requested
    stop = stop_rule(pack, facts) if asked is not None and asked <= one.on else None
    if stop is not None:
        text = "the debtor asked that collection stop: no act bears a cost any more"
        yield ruled(stop, text, asked=asked), None
    if rule.none_after_broken_plan and facts.plan_broken:
        yield ruled(rule, "a payment plan was broken: no more reminders bear a fee"), None


def _conditions(one: _Act, cap: Fee | None) -> Iterator[Failure]:
    for condition in (
        _too_soon_after_due,
        _too_soon_after_notice,
        _invoice_sent_late,
        _not_agreed,
        _no_notice,
        _term_not_over,
        _too_many,
    ):
        failure = condition(one)
        if failure is not None:
            yield failure
    failure = _above_cap(one, cap)
    if failure is not None:
        yield failure


# --- the conditions ---------------------------------------------------------------------------


def _too_soon_after_due(one: _Act) -> Failure | None:
    # A claim that is not overdue bears no fee, whatever wait the rule names.
    rule, due, on = one.rule, one.due, one.on
    first = due + timedelta(days=max(1, rule.first_day(rule.days_after_due or 0)))
    if on >= first:
        return None
    text = "too few days have passed since the due date"
    return ruled(rule, text, due=due, on=on, days=(on - due).days, earliest=first), first


def _too_soon_after_notice(one: _Act) -> Failure | None:
    rule, on = one.rule, one.on
    if rule.days_after_previous is None:
        return None
    sent = [notice.sent for notice in one.facts.notices]
    if rule.per == "relationship":
        sent += one.facts.relationship_fees
    if not sent:
        return None
    last = max(sent)
    first = last + timedelta(days=rule.first_day(rule.days_after_previous))
    if on >= first:
        return None
    text = "too few days have passed since the previous notice"
    days = (on - last).days
    return ruled(rule, text, previous=last, on=on, days=days, earliest=first), first


def _invoice_sent_late(one: _Act) -> Failure | None:
    rule, facts, needed = one.rule, one.facts, one.rule.invoice_sent_days_before_due
    if needed is None:
        return None
    if facts.invoice_sent is None:
        return ruled(rule, "it is not known when the invoice was sent", due=facts.due), None
    if (facts.due - facts.invoice_sent).days >= needed:
        return None
    text = "the invoice was sent too late before its due date"
    return ruled(rule, text, due=facts.due, invoice_sent=facts.invoice_sent, days=needed), None


def _not_agreed(one: _Act) -> Failure | None:
    rule, agreed, arose = one.rule, one.facts.fee_clause, one.facts.arose
    if not rule.clause or (agreed is not None and arose is not None and agreed <= arose):
        return None
    if agreed is None:
        return ruled(rule, "no agreement of this fee is known"), None
    if arose is None:
        return ruled(rule, "it is not known when the debt arose", agreed=agreed), None
    return ruled(rule, "the fee was agreed after the debt arose", agreed=agreed, arose=arose), None


def _no_notice(one: _Act) -> Failure | None:
    kinds = one.rule.needs_notice
    if not kinds or any(
        notice.act in kinds and one.due < notice.sent <= one.on for notice in one.facts.notices
    ):
        return None
    named = ", ".join(kinds)
    return ruled(one.rule, "no notice was given after the due date", due=one.due, kinds=named), None


def _term_not_over(one: _Act) -> Failure | None:
    rule, needed, kinds = one.rule, one.rule.previous_term_days, one.rule.needs_notice
    before = [
        notice for notice in one.facts.notices if (notice.act in kinds if kinds else notice.charged)
    ]
    if needed is None or not before:
        return None
    last = max(before, key=lambda notice: notice.sent)
    term = (last.deadline - last.sent).days if last.deadline is not None else 0
    if last.deadline is None or term < needed:
        text = "the notice before it gave no sufficient term to pay"
        return ruled(rule, text, previous=last.sent, term=term, needed=needed), None
    if one.on > last.deadline:
        return None
    text = "the term that the notice before it gave has not run out"
    return ruled(rule, text, deadline=last.deadline, on=one.on), last.deadline + _DAY


def _too_many(one: _Act) -> Failure | None:
    rule, most = one.rule, one.rule.max_count
    charged = [notice.act for notice in one.facts.notices if notice.charged]
    if rule.once and _NOTICES.get(rule.act, "demand") in charged:
        return ruled(rule, "the fee of this act was charged before"), None
    if most is None:
        return None
    count = sum(not rule.counts or act in rule.counts for act in charged)
    if rule.per == "relationship":
        count = max(count, len(one.facts.relationship_fees))
    if count < most:
        return None
    text = "no more notices of this claim may carry a fee"
    if rule.per == "relationship":
        text = "no more notices in these arrears of the debtor may carry a fee"
    return ruled(rule, text, charged=count, most=most), None


def _above_cap(one: _Act, cap: Fee | None) -> Failure | None:
    facts = one.facts
    if facts.principal.amount <= 0:
        text = "a claim of nothing bears no fee"
        return ruled(cap or one.rule, text, principal=facts.principal), None
    if cap is None:
        return None
    # Where a tier's cap is not known the lowest known one holds: caps grow with the principal.
    known = cap.for_principal(facts.principal)
    limit = known or cap.lowest_known()
    after = facts.fees + one.amount
    if limit is not None and after <= limit:
        return None
    text = "all fees of the claim together would pass their cap"
    if known is None:
        text = "the cap for this principal is not known, and the lowest known one would be passed"
    return ruled(cap, text, principal=facts.principal, fees=facts.fees, cap=limit), None


def _all_cured(days: list[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None
