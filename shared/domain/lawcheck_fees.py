"""Which fees of a policy the law would refuse: when, how often, how much, and on what condition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from shared.domain.lawcheck_parts import DEBTORS, Planned, Violation, broken, own
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Fee, Treatment
from shared.domain.money import Money
from shared.domain.policy import Policy


def fees(
    pack: LawPack, policy: Policy, steps: list[Planned], treated: Treatment
) -> Iterator[Violation]:
    """Every violation of a fee, for debtors that the law treats alike."""
    rule = pack.fee("reminder_fee", treated, date.max, date.max)
    who = DEBTORS[treated]
    charged: list[Planned] = []
    for one in steps:
        if one.step.fee == "none":
            continue
        if one.step.action != "remind":
            yield own(one.path("fee"), "only a reminder carries a fee", "none")
        elif rule is None or _unknown(pack, rule, treated):
            yield own(one.path("fee"), f"no fee is known to be lawful for {who}", "none")
        else:
            charged.append(one)
            yield from _conditions(rule, policy, one, steps, who)
            yield from _early(rule, one, who)
            yield from _term(rule, policy, one, charged, who)
            yield from _too_many(rule, one, len(charged), who)
            yield from _above_cap(pack, rule, one, len(charged), treated)


def _unknown(pack: LawPack, rule: Fee, treated: Treatment) -> bool:
    """Whether the law's price, or the cap that it asks for, is not known."""
    if _price(pack, rule) is None:
        return True
    return rule.total_cap == "needed" and _cap(pack, treated) is None


def _conditions(
    rule: Fee, policy: Policy, one: Planned, steps: list[Planned], who: str
) -> Iterator[Violation]:
    path = one.path("fee")
    if rule.clause and not policy.fee_clause:
        text = f"a fee that was not agreed for {who}"
        lawful = "none, or fee_clause where the agreements name the fee"
        yield broken(rule, path, text, lawful)
    if rule.conditions:
        text = f"a fee that somebody must vouch for, for {who}"
        yield broken(rule, path, text, "none")
    if rule.needs_notice and not _noticed(rule, one, steps):
        text = f"a fee without the notice that must go before it, for {who}"
        yield broken(rule, path, text, "after an earlier notice past the due date, or none")


def _noticed(rule: Fee, one: Planned, steps: list[Planned]) -> bool:
    before = steps[: one.position]
    given = any(step.step.action == "remind" and step.day > 0 for step in before)
    return given and "reminder" in rule.needs_notice


def _early(rule: Fee, one: Planned, who: str) -> Iterator[Violation]:
    path = one.path("fee")
    first = max(1, rule.first_day(rule.days_after_due or 0))
    lawful = f"from day {first} after the due date"
    if one.day <= 0:
        yield broken(rule, path, "a claim that is not overdue bears no fee", lawful)
    elif one.day < first:
        yield broken(rule, path, f"a fee too soon after the due date for {who}", lawful)
    since = one.since_contact
    if since is not None and rule.days_after_previous is not None:
        least = rule.first_day(rule.days_after_previous)
        if since < least:
            text = f"a fee too soon after the notice before it for {who}"
            yield broken(rule, path, text, f"from day {least} after the notice before it")


def _term(
    rule: Fee, policy: Policy, one: Planned, charged: list[Planned], who: str
) -> Iterator[Violation]:
    """A later fee needs the term that the charged notice before it named, and its end."""
    needed = rule.previous_term_days
    if needed is None or len(charged) < 2:
        return
    if policy.payment_days < needed:
        text = f"too little time to pay before a second fee for {who}"
        yield broken(rule, "payment_days", text, f"at least {needed} days")
    least = max(needed, policy.payment_days) + 1
    if one.day - charged[-2].day < least:
        text = f"a fee before the term of the notice before it has run out, for {who}"
        yield broken(rule, one.path("fee"), text, f"from day {least} after that notice")


def _too_many(rule: Fee, one: Planned, count: int, who: str) -> Iterator[Violation]:
    counted = not rule.counts or "reminder" in rule.counts
    most = 1 if rule.once else rule.max_count if counted else None
    if most is not None and count > most:
        plural = "s" if most > 1 else ""
        lawful = f"at most {most} reminder{plural} with a fee"
        yield broken(rule, one.path("fee"), f"too many charged reminders for {who}", lawful)


def _above_cap(
    pack: LawPack, rule: Fee, one: Planned, count: int, treated: Treatment
) -> Iterator[Violation]:
    """Small claims have the lowest cap, and a policy meets them too."""
    cap, price = _cap(pack, treated), _price(pack, rule)
    limit = None if cap is None else cap.lowest_known()
    if cap is None or limit is None or price is None:
        return
    if price.amount * count > limit.amount:
        text = f"all fees together would pass their cap for {DEBTORS[treated]}"
        lawful = f"at most {int(limit.amount // price.amount)} reminders with a fee"
        yield broken(cap, one.path("fee"), text, lawful)


def _cap(pack: LawPack, treated: Treatment) -> Fee | None:
    return pack.fee("total_cost_cap", treated, date.max, date.max)


def _price(pack: LawPack, rule: Fee) -> Money | None:
    """The fee on the smallest of claims, for which the lowest cap holds."""
    return pack.price(rule, Money(Decimal(1), pack.currency), date.max, date.max)
