"""What one version of a policy says otherwise than another, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from functions.console.policy_fields import Setting, groups, step_fields, value
from shared.domain.policy import Policy, Step


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of a ``step`` (its id) or of the whole policy (empty).

    ``what`` is ``field`` for another value of ``setting``, else what became of the step.
    """

    step: str
    what: Literal["field", "added", "removed", "moved"]
    setting: Setting | None = None
    before: Any = None
    after: Any = None


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """All differences: those of the steps in their order, then those of the rules."""
    return (*_steps(before, after), *_rules(before, after))


def _rules(before: Policy, after: Policy) -> Iterator[Change]:
    for found in groups().values():
        for one in found:
            old, new = value(before, one.path), value(after, one.path)
            if old != new:
                yield Change("", "field", one, old, new)
    if before.caps != after.caps:
        yield Change("", "field", Setting("caps", "text"), before.caps, after.caps)


def _steps(before: Policy, after: Policy) -> Iterator[Change]:
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    stayed = [name for name in old if name in new]
    order = [name for name in new if name in old]
    for name, step in new.items():
        if name not in old:
            yield Change(name, "added")
            continue
        if stayed.index(name) != order.index(name):
            yield Change(name, "moved", None, stayed.index(name) + 1, order.index(name) + 1)
        yield from _fields(old[name], step)
    for name in old:
        if name not in new:
            yield Change(name, "removed")


def _fields(old: Step, new: Step) -> Iterator[Change]:
    for name, setting in (*step_fields().items(), ("channels", Setting("channels", "text"))):
        if getattr(old, name) != getattr(new, name):
            yield Change(new.id, "field", setting, getattr(old, name), getattr(new, name))
