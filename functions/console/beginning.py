"""Beginning: whether a creditor is still on the road to its first reminder, and what is not there.

Pages of other sections that the road leads to lead back to it by this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.api.exchange import Problem
from functions.pages.desk import Desk

_ARMING = "GET /v1/first-day/arming"


def maybe(desk: Desk, route: str) -> Any:
    """What a route answers, or None where it has nothing yet."""
    try:
        return desk.ask(route).body
    except Problem as problem:
        if problem.status == 404 or problem.body["code"] == "no_policy":
            return None
        raise


def went_out(arming: Mapping[str, Any] | None) -> bool:
    """Whether a first reminder has gone out, by the rules of the first days."""
    return arming is not None and any(
        left < arming["first"] for left in arming["first_left"].values()
    )


def under_way(desk: Desk) -> bool:
    """Whether this person sees the first hour, and no reminder has gone out yet."""
    if not desk.may(_ARMING) or not desk.may("GET /v1/first-day/checklist"):
        return False
    return not went_out(maybe(desk, _ARMING))
