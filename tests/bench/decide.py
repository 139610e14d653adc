"""Measures the one question: decisions a second on one core, and rules evaluated by claims.

Every answer is asked of a case with three claims and two notices under Finland's law pack; the
reminder with a fee is the costliest. Counts do not depend on the machine, the rates do.

    python -m tests.bench.decide
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from shared.domain.case import Case
from shared.domain.decide import decide
from shared.domain.events import Held
from shared.domain.lawrules import Rule
from tests.domain.casebook import (
    FI,
    case_of,
    charged,
    joined,
    local,
    more,
    on,
    policy,
    reminded,
)  # fmt: skip

CLAIMS = 3
# What is asked on which day: each answer that decide can give to a live case.
QUESTIONS = {
    "remind": "03-02",
    "rest_until_step": "02-16",
    "rest_in_the_night": "03-01",
    "hand_over": "03-24",
    "rest_on_hold": "03-02",
}


def case_with(claims: int) -> Case:
    """A case of so many overdue claims, reminded twice, once with a fee."""
    names = [f"c{number}" for number in range(claims)]
    return case_of(
        [joined(name) for name in names],
        reminded("n1", "01-19", *names, deadline="01-30"),
        reminded("n2", "02-03", *names, deadline="02-16", step="r2", **charged(name=names[0])),
    )


def cases(claims: int) -> dict[str, Case]:
    """The case that each question is asked of."""
    case = case_with(claims)
    names = [f"c{number}" for number in range(claims)]
    third = reminded("n3", "03-02", *names, deadline="03-13", step="r3")
    held = Held(at=on("02-20"), hold="h", reason="dispute")
    return dict.fromkeys(QUESTIONS, case) | {
        "hand_over": more(case, third),
        "rest_on_hold": more(case, held),
    }


def measure(seconds: float = 0.5) -> dict[str, Any]:
    """CPU rates by answer, and how many rules of the law each answer evaluates, by claims.

    ``decisions_per_s`` is the rate of the costliest answer.
    """
    rates = {name: _rate(case, QUESTIONS[name], seconds) for name, case in cases(CLAIMS).items()}
    return {
        "claims": CLAIMS,
        "notices": 2,
        "decisions_per_s": min(rates.values()),
        "decisions_per_s_by_answer": rates,
        "rules_evaluated_by_claims": {
            str(claims): rules_evaluated(claims) for claims in (1, 2, 3, 10, 100)
        },
    }


def rules_evaluated(claims: int) -> dict[str, int]:
    """How many rules of the law pack each answer looks at, for a case with so many claims."""
    found = {}
    for name, case in cases(claims).items():
        with _counted() as count:
            decide(case, policy(), FI, local(QUESTIONS[name]))
        found[name] = count[0]
    return found


@contextmanager
def _counted() -> Iterator[list[int]]:
    count = [0]
    real = Rule.in_force

    def counting(rule: Rule, *days: Any) -> bool:
        count[0] += 1
        return real(rule, *days)

    with mock.patch.object(Rule, "in_force", counting):
        yield count


def _rate(case: Case, day: str, seconds: float) -> int:
    rules, now = policy(), local(day)
    began, done = time.process_time(), 0
    while (spent := time.process_time() - began) < seconds:
        for _ in range(50):
            decide(case, rules, FI, now)
        done += 50
    return round(done / spent)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
