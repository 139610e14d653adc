"""Which parts of a dunning policy the law would refuse, all at once, before it is saved.

A policy is checked as if every claim fell due on a banking day and every notice went out on its
day; :mod:`shared.domain.law` asks again at every act, so a late notice cannot undo a wait. It is
checked as for debtors of unknown capacity too, and natural persons are always consumers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from shared.domain import allocation
from shared.domain.lawcheck_fees import fees
from shared.domain.lawcheck_parts import DEBTORS, Planned, Violation, broken, own, plan
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Content, Treatment, Wait, WaitAct
from shared.domain.money import Money
from shared.domain.policy import Policy

__all__ = ["Violation", "check_policy"]

# What the hub's reminder always states, in every language and tone (:mod:`shared.domain.letter`
# refuses to render one that lacks any of it), and what it presses with.
REMINDER_SAYS: Final[frozenset[Content]] = frozenset({
    "creditor_name", "creditor_address", "ground", "principal", "interest_amount",
    "costs_itemised", "total", "payment_method", "payment_date", "right_to_object",
    "hand_over_warning",
})  # fmt: skip
REMINDER_PRESSES: Final[frozenset[Content]] = frozenset({"payment_date", "hand_over_warning"})


def check_policy(
    pack: LawPack,
    policy: Policy,
    capacities: tuple[Treatment, ...] = ("consumer", "business"),
) -> tuple[Violation, ...]:
    """Every violation of a policy, in the order of its fields.

    It is checked for each treatment in ``capacities``, since a policy meets all of a creditor's
    debtors; a policy that only ever meets one kind may be checked for that kind alone. Rules are
    those without an end date.
    """
    steps = plan(policy)
    found = [*_whole(pack, policy), *_order(steps), *_contacts(pack, steps)]
    for treated in capacities:
        found += _payment_time(pack, policy, treated)
        found += _content(pack, steps, treated)
        found += fees(pack, policy, steps, treated)
        found += _hand_over(pack, policy, steps, treated)
        found += _allocation(pack, policy, treated)
        found += _residual(pack, policy, treated)
    if "business" in capacities:
        found += _compensation(pack, policy)
    return tuple(dict.fromkeys(found))


def _whole(pack: LawPack, policy: Policy) -> Iterator[Violation]:
    if policy.law != pack.country:
        yield own("law", "the policy is for another country's law", pack.country)
    for path, money in (("tolerance", policy.tolerance), ("minimum", policy.minimum)):
        if money.currency != pack.currency:
            yield own(path, "the amount is not in the currency of the law", pack.currency)


def _order(steps: list[Planned]) -> Iterator[Violation]:
    for one in steps:
        # Between a contact and what follows it the waits say more.
        told = one.since_contact is not None and one.step.action != "ask"
        if one.since_step is not None and one.since_step < 0 and not told:
            text = "the step lies before the one that it follows"
            first = one.day - one.since_step
            yield own(one.path("after"), text, f"from day {first} after the due date")


def _contacts(pack: LawPack, steps: list[Planned]) -> Iterator[Violation]:
    gap = _wait(pack, "contact_gap", "consumer")
    for one in steps:
        if gap is None or one.step.action != "remind" or one.since_contact is None:
            continue
        least = gap.first_day(gap.days)
        if one.since_contact < least:
            lawful = f"at least {least} days after the contact before it"
            yield broken(gap, one.path("after"), gap.text, lawful)


def _payment_time(pack: LawPack, policy: Policy, treated: Treatment) -> Iterator[Violation]:
    rule = _wait(pack, "payment_time", treated)
    if rule is not None and policy.payment_days < rule.days:
        text = f"too little time to pay for {DEBTORS[treated]}"
        yield broken(rule, "payment_days", text, f"at least {rule.days} days")


def _content(pack: LawPack, steps: list[Planned], treated: Treatment) -> Iterator[Violation]:
    """What a reminder must say that the hub's does not, or presses with and may not."""
    duties = [
        duty
        for duty in pack.duties
        if treated in duty.capacity and duty.in_force(date.max, date.max)
    ]
    for one in steps:
        if one.step.action != "remind":
            continue
        for duty in duties:
            lacking = sorted(set(duty.must_say) - REMINDER_SAYS)
            if "reminder" in duty.notices and lacking:
                text = f"the letter does not say all that it must: {', '.join(lacking)}"
                yield broken(duty, one.path("letter"), text, "ask")
            if duty.only_pressure and not REMINDER_PRESSES.issubset(duty.only_pressure):
                text = "the letter presses with more than a reminder may"
                yield broken(duty, one.path("letter"), text, ", ".join(duty.only_pressure))


def _hand_over(
    pack: LawPack, policy: Policy, steps: list[Planned], treated: Treatment
) -> Iterator[Violation]:
    rule = _wait(pack, "hand_over", treated)
    who = DEBTORS[treated]
    reminded = any(one.step.action == "remind" and one.day > 0 for one in steps)
    for one in steps:
        if one.step.action != "hand_over":
            continue
        if rule is None:
            yield own(one.path("action"), f"no hand-over is known to be lawful for {who}", "ask")
        elif policy.hand_over.partner_reminds:
            yield from _to_remind(rule, policy, one, who)
        elif not reminded or one.since_contact is None:
            text = f"a hand-over without a reminder after the due date for {who}"
            yield broken(rule, one.path("action"), text, "a reminder after the due date first")
        else:
            least = max(rule.first_day(rule.days), policy.payment_days + 1)
            if one.since_contact < least:
                text = f"a hand-over too soon after the last reminder for {who}"
                yield broken(rule, one.path("after"), text, f"from day {least} after it")


def _to_remind(rule: Wait, policy: Policy, one: Planned, who: str) -> Iterator[Violation]:
    """A hand-over to a partner that sends the reminders itself: overdue, and no date of ours."""
    if one.day < 1:
        text = f"a hand-over before the claim is overdue for {who}"
        yield broken(rule, one.path("after"), text, "from the day after the due date")
    elif one.since_contact is not None and one.since_contact <= policy.payment_days:
        text = f"a hand-over before the payment date of the last reminder for {who}"
        yield broken(rule, one.path("after"), text, f"from day {policy.payment_days + 1} after it")


def _allocation(pack: LawPack, policy: Policy, treated: Treatment) -> Iterator[Violation]:
    """An order of allocation that the law refuses for a kind of debtor."""
    person = treated == "consumer"
    order = policy.extras.allocation
    reason = allocation.refused(pack, order, treated, natural_person=person, on=date.max)
    if reason is not None:
        yield Violation(
            path="extras.allocation",
            rule=reason.rule,
            section=reason.section,
            text=f"costs are settled before the principal for {DEBTORS[treated]}",
            lawful="the principal before the costs",
        )


def _residual(pack: LawPack, policy: Policy, treated: Treatment) -> Iterator[Violation]:
    """A letter for interest and fees alone that may not be silent on a hand-over, and is."""
    if policy.extras.residual != "continue":
        return
    for duty in pack.duties:
        bound = treated in duty.capacity and duty.in_force(date.max, date.max)
        if bound and "reminder" in duty.notices and "hand_over_warning" in duty.must_say:
            text = f"a letter for interest and fees alone lacks its warning for {DEBTORS[treated]}"
            yield broken(duty, "extras.residual", text, "keep, or waive")


def _compensation(pack: LawPack, policy: Policy) -> Iterator[Violation]:
    """A compensation that the law does not give, or whose amount is not known (yet)."""
    if policy.extras.compensation == "none":
        return
    path = "extras.compensation"
    text = f"no amount of a compensation for late payment is in force for {DEBTORS['business']}"
    rules = pack.fees.get(("standard_compensation", "business"), ())
    one = Money(Decimal(1), pack.currency)
    now = [rule for rule in rules if rule.in_force(date.max, date.max)]
    if any(pack.price(rule, one, date.max, date.max) is not None for rule in now):
        return
    if rules:
        latest = max(rules, key=lambda rule: rule.effective_from)
        yield broken(latest, path, text, "none, until the amount is known")
    else:
        yield own(path, text, "none")


def _wait(pack: LawPack, act: WaitAct, treated: Treatment) -> Wait | None:
    return pack.wait(act, treated, date.max, date.max)
