"""Partner ends: what a person is asked about claims and plans that a partner has let go of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.domain.at_partner import NOTHING, PartnerPlan

if TYPE_CHECKING:
    from shared.domain.case import Case

# The question of claims that a partner has let go of, by its close code; else PARTNER_CLOSED.
PARTNER_CLOSED = "partner_closed"
WRITE_OFF = "write_off_proposed"
BACK = "back_from_partner"
SOLD = "claim_sold"
_ENDS = {
    "SOLD": SOLD,
    **dict.fromkeys(("WITHDRAWN_CREDITOR", "ERROR", "DUPLICATE"), BACK),
    **dict.fromkeys(
        ("INSOLVENT", "DEBT_RESTRUCTURING", "DECEASED", "UNTRACEABLE", "TIME_BARRED", "NO_ASSETS",
         "UNCOLLECTABLE", "SURVEILLANCE_ENDED"),
        WRITE_OFF,
    ),
}  # fmt: skip
# After these the claim may be handed over once more: the step counts as not done.
AGAIN = frozenset({"WITHDRAWN_CREDITOR", "ERROR", "DUPLICATE", "DISPUTED"})
_ASKED = frozenset({PARTNER_CLOSED, WRITE_OFF, BACK, SOLD})


def end_question(code: str) -> str:
    """What a person is asked about claims that a partner let go of with a close code."""
    return _ENDS.get(code, PARTNER_CLOSED)


def left(case: Case) -> tuple[str, tuple[str, ...]] | None:
    """A question about open claims that a partner let go of, and they; None when all were asked."""
    known = case.at_partner or NOTHING
    wanted: dict[str, list[str]] = {}
    for claim, whys in known.ended.items():
        if claim not in case.claims or not case.claims[claim].open:
            continue
        asked = sum(
            1
            for one in (*case.tasks.values(), *case.answers.values())
            if one.why in _ASKED and claim in one.claims
        )
        if asked < len(whys):
            wanted.setdefault(whys[-1], []).append(claim)
    return next(((why, tuple(claims)) for why, claims in wanted.items()), None)


def plans_left(case: Case) -> Iterator[tuple[str, PartnerPlan, tuple[str, ...]]]:
    """Plans in force of which no partner has a claim any more, each with its open claims."""
    for name, plan in (case.at_partner or NOTHING).plans.items():
        states = [case.claims[one] for one in plan.claims if one in case.claims]
        claims = tuple(one.claim.id for one in states if one.open)
        if plan.outcome is None and claims and not any(one.with_partner for one in states):
            yield name, plan, claims
