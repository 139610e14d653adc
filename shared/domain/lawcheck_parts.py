"""A policy laid out in days, and the form in which its unlawful parts are told."""

from __future__ import annotations

from typing import NamedTuple

from shared.domain.explain import Record
from shared.domain.lawrules import Rule, Treatment
from shared.domain.policy import Policy, Step

DEBTORS: dict[Treatment, str] = {
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


class Planned(NamedTuple):
    """A step with its day counted from the due date and from the contact before it, if any."""

    position: int
    step: Step
    day: int
    since_contact: int | None
    since_step: int | None

    def path(self, field: str) -> str:
        """The path of one of the step's fields."""
        return f"steps.{self.position}.{field}"


def plan(policy: Policy) -> list[Planned]:
    """The steps in order, as if every notice went out on its day."""
    found: list[Planned] = []
    day = 0
    contact: int | None = None
    for index, step in enumerate(policy.steps):
        before = day if found else None
        day = step.after if step.since == "due" else day + step.after
        since_contact = None if contact is None else day - contact
        since_step = None if before is None else day - before
        found.append(Planned(index, step, day, since_contact, since_step))
        if step.action == "remind":
            contact = day
    return found


def broken(rule: Rule, path: str, text: str, lawful: str) -> Violation:
    """A part of a policy that breaks a rule of the pack."""
    return Violation(path=path, rule=rule.id, section=rule.section, text=text, lawful=lawful)


def own(path: str, text: str, lawful: str) -> Violation:
    """A part of a policy that the hub refuses by itself."""
    section = "product rule"
    return Violation(path=path, rule=f"policy.{path}", section=section, text=text, lawful=lawful)
