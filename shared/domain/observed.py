"""Observed: what the hub would have done in observe mode, beside what the creditor really did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from typing import Literal

from shared.domain.act_events import ActWithheld
from shared.domain.events import CaseEvent
from shared.domain.explain import Record
from shared.domain.first_day_events import NoticeImported
from shared.domain.model import Id

# An act of theirs that is as near as this to one of ours is the same one.
NEAR_DAYS = 10

Verdict = Literal["same_day", "earlier", "later", "only_ours", "only_theirs"]


class Compared(Record):
    """One act about one claim: our day and theirs (the creditor's), either of them None.

    ``earlier`` and ``later`` say how our day stands to theirs, ``days`` by how many.
    """

    case: str
    claim: Id
    action: Literal["remind", "hand_over"]
    step: str
    ours: date | None
    theirs: date | None
    verdict: Verdict
    days: int = 0


def compared(case: str, events: Sequence[CaseEvent], zone: tzinfo) -> list[Compared]:
    """Each act that observe mode kept in against the creditor's own, by day and claim.

    An act that is kept in is decided again every day: the first day counts. Of the creditor's acts
    those count that went out since the first of ours.
    """
    ours = _ours(events, zone)
    if not ours:
        return []
    since = min(ours.values())
    theirs = {key: day for key, day in _theirs(events).items() if day >= since}
    found = list[Compared]()
    for (claim, action, step), day in sorted(ours.items(), key=lambda one: (one[1], one[0])):
        near = [
            key
            for key, other in theirs.items()
            if key[:2] == (claim, action) and abs((other - day).days) <= NEAR_DAYS
        ]
        key = min(near, key=lambda one: (abs((theirs[one] - day).days), one), default=None)
        other = theirs.pop(key) if key is not None else None
        found.append(_one(case, claim, action, step, day, other))
    for (claim, action, _), day in sorted(theirs.items(), key=lambda one: (one[1], one[0])):
        found.append(_one(case, claim, action, "", None, day))
    return found


def tally(rows: Iterable[Compared]) -> dict[Verdict, int]:
    """How often each verdict was given."""
    counts: dict[Verdict, int] = dict.fromkeys(
        ("same_day", "earlier", "later", "only_ours", "only_theirs"), 0
    )
    for one in rows:
        counts[one.verdict] += 1
    return counts


_Key = tuple[str, Literal["remind", "hand_over"], str]


def _ours(events: Sequence[CaseEvent], zone: tzinfo) -> dict[_Key, date]:
    first = dict[_Key, date]()
    for one in events:
        if isinstance(one, ActWithheld) and one.why == "observe":
            action: Literal["remind", "hand_over"] = (
                "hand_over" if one.action == "hand_over" else "remind"
            )
            for claim in one.claims:
                first.setdefault((claim, action, one.step), one.at.astimezone(zone).date())
    return first


def _theirs(events: Sequence[CaseEvent]) -> dict[_Key, date]:
    acts = dict[_Key, date]()
    for one in events:
        if isinstance(one, NoticeImported) and one.what != "hold":
            acts[one.claim, "remind" if one.what == "reminder" else "hand_over", one.notice] = (
                one.on
            )
    return acts


def _one(
    case: str,
    claim: str,
    action: Literal["remind", "hand_over"],
    step: str,
    ours: date | None,
    theirs: date | None,
) -> Compared:
    verdict: Verdict = "only_ours" if theirs is None else "only_theirs"
    days = 0
    if ours is not None and theirs is not None:
        days = abs((ours - theirs).days)
        verdict = "same_day" if not days else "earlier" if ours < theirs else "later"
    return Compared(
        case=case, claim=claim, action=action, step=step, ours=ours, theirs=theirs,
        verdict=verdict, days=days,
    )  # fmt: skip
