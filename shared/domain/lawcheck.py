"""Which parts of a dunning policy the law would refuse, all at once, before it is saved.

A policy is checked as if every claim fell due on a banking day and every notice went out on its
day; :mod:`shared.domain.law` asks again at every act, so a late notice cannot undo a wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from shared.domain.explain import Record
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Fee, FeeAct, Rule, Treatment, Wait, WaitAct
from shared.domain.policy import Policy, Step

_DEBTORS: dict[Treatment, str] = {
    "consumer": "consumers and debtors of unknown capacity",
    "business": "business debtors",
}


class Violation(Record):
    """One unlawful part of a policy: where it stands, which rule it breaks, what is lawful."""

    path: str
    rule: str
    section: str
    text: str
    lawful: str


class _Planned(NamedTuple):
    """A step with its day counted from the due date and from the contact before it, if any."""

    position: int
    step: Step
    day: int
    since_contact: int | None


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
    plan = _plan(policy)
    found = [*_whole(pack, policy), *_contacts(pack, plan)]
    for treated in capacities:
        found += _payment_time(pack, policy, treated)
        found += _fees(pack, plan, treated)
        found += _hand_over(pack, policy, plan, treated)
    return tuple(dict.fromkeys(found))


def _plan(policy: Policy) -> list[_Planned]:
    plan: list[_Planned] = []
    day = 0
    contact: int | None = None
    for index, step in enumerate(policy.steps):
        day = step.after if step.since == "due" else day + step.after
        plan.append(_Planned(index, step, day, None if contact is None else day - contact))
        if step.action == "remind":
            contact = day
    return plan


def _whole(pack: LawPack, policy: Policy) -> Iterator[Violation]:
    if policy.law != pack.country:
        yield _own("law", "the policy is for another country's law", pack.country)
    for path, money in (("tolerance", policy.tolerance), ("minimum", policy.minimum)):
        if money.currency != pack.currency:
            yield _own(path, "the amount is not in the currency of the law", pack.currency)


def _contacts(pack: LawPack, plan: list[_Planned]) -> Iterator[Violation]:
    gap = _wait(pack, "contact_gap", "consumer")
    for one in plan:
        if gap is None or one.step.action != "remind" or one.since_contact is None:
            continue
        least = gap.first_day(gap.days)
        if one.since_contact < least:
            lawful = f"at least {least} days after the contact before it"
            yield _broken(gap, f"steps.{one.position}.after", gap.text, lawful)


def _payment_time(pack: LawPack, policy: Policy, treated: Treatment) -> Iterator[Violation]:
    rule = _wait(pack, "payment_time", treated)
    if rule is not None and policy.payment_days < rule.days:
        text = f"too little time to pay for {_DEBTORS[treated]}"
        yield _broken(rule, "payment_days", text, f"at least {rule.days} days")


def _fees(pack: LawPack, plan: list[_Planned], treated: Treatment) -> Iterator[Violation]:
    rule = _fee(pack, "reminder_fee", treated)
    who = _DEBTORS[treated]
    charged = 0
    for one in plan:
        if one.step.fee == "none":
            continue
        path = f"steps.{one.position}.fee"
        if one.step.action != "remind":
            yield _own(path, "only a reminder carries a fee", "none")
        elif rule is None:
            yield _own(path, f"no fee is known to be lawful for {who}", "none")
        else:
            charged += 1
            yield from _early(rule, one, who)
            if rule.max_count is not None and charged > rule.max_count:
                lawful = f"at most {rule.max_count} reminder with a fee"
                yield _broken(rule, path, f"too many charged reminders for {who}", lawful)


def _early(rule: Fee, one: _Planned, who: str) -> Iterator[Violation]:
    path = f"steps.{one.position}.fee"
    after_due = max(1, rule.first_day(rule.days_after_due or 0))
    if one.day <= 0:
        text = "a claim that is not overdue bears no fee"
        yield _broken(rule, path, text, f"from day {after_due} after the due date")
    elif one.day < after_due:
        text = f"a fee too soon after the due date for {who}"
        yield _broken(rule, path, text, f"from day {after_due} after the due date")
    if one.since_contact is not None and rule.days_after_previous is not None:
        least = rule.first_day(rule.days_after_previous)
        if one.since_contact < least:
            text = f"a fee too soon after the notice before it for {who}"
            yield _broken(rule, path, text, f"from day {least} after the notice before it")


def _hand_over(
    pack: LawPack, policy: Policy, plan: list[_Planned], treated: Treatment
) -> Iterator[Violation]:
    rule = _wait(pack, "hand_over", treated)
    who = _DEBTORS[treated]
    reminded = any(one.step.action == "remind" and one.day > 0 for one in plan)
    for one in plan:
        if one.step.action != "hand_over":
            continue
        path = f"steps.{one.position}"
        if rule is None:
            yield _own(f"{path}.action", f"no hand-over is known to be lawful for {who}", "ask")
        elif not reminded or one.since_contact is None:
            text = f"a hand-over without a reminder after the due date for {who}"
            yield _broken(rule, f"{path}.action", text, "a reminder after the due date first")
        else:
            least = max(rule.first_day(rule.days), policy.payment_days + 1)
            if one.since_contact < least:
                text = f"a hand-over too soon after the last reminder for {who}"
                yield _broken(rule, f"{path}.after", text, f"from day {least} after it")


def _fee(pack: LawPack, act: FeeAct, treated: Treatment) -> Fee | None:
    return pack.fee(act, treated, date.max, date.max)


def _wait(pack: LawPack, act: WaitAct, treated: Treatment) -> Wait | None:
    return pack.wait(act, treated, date.max, date.max)


def _broken(rule: Rule, path: str, text: str, lawful: str) -> Violation:
    return Violation(path=path, rule=rule.id, section=rule.section, text=text, lawful=lawful)


def _own(path: str, text: str, lawful: str) -> Violation:
    section = "product rule"
    return Violation(path=path, rule=f"policy.{path}", section=section, text=text, lawful=lawful)
