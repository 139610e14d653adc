"""Keys: the names of acts and questions, the same as long as the same thing is meant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shared.domain.answers import YES, times_answered
from shared.domain.case import Case


def act_key(case: Case, step: str, claims: Iterable[str]) -> str:
    """The key of an act: a step's contact or hand-over of some claims of a case.

    It stays the same however often the same act is decided. Once it was tried, or once a person
    has seen to what stood in its way, the next try has another: an act is intended once.
    """
    names = tuple(sorted(claims))
    named = frozenset(names)
    prefix = f"{case.id}-{step}-"
    tried = sum(
        1
        for notice in case.notices.values()
        if notice.step == step and not named.isdisjoint(notice.claims)
    )
    seen_to = sum(
        1
        for name, task in case.answers.items()
        if name.startswith(prefix)
        and not named.isdisjoint(task.claims)
        and not (task.why.startswith("approve_") and task.answer in YES)
    )
    return prefix + _digest(case.id, step, f"{tried}.{seen_to}", *names)


def question_key(case: Case, why: str, claims: Iterable[str]) -> str:
    """The key of a question to a person: another one once it was answered."""
    names = tuple(sorted(claims))
    return f"{case.id}-{why}-" + _digest(case.id, why, times_answered(case, why, names), *names)


def _digest(*parts: object) -> str:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:12]
