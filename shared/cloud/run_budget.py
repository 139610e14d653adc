"""The budget of a run: how many cases a day may start, reserved in blocks before they are.

One row a creditor counts the cases of each day (UTC). A sweep takes a block of them before it
starts the first, so that shards that run at the same time cannot pass the bound together, and gives
back what it did not use.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from shared.cloud import fuses, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.explain import Reason
from shared.domain.runs import most, stale

_BLOCK = 20
_DAY = "day_"


class Budget:
    """What one sweep has reserved for each creditor, at one instant."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._left: Counter[Tenant] = Counter()

    def take(self, tenant: Tenant) -> None:
        """One case more is about to start; a run far above the usual halts its creditor first.

        The case starts all the same: what would touch somebody is kept in, and says so.
        """
        if not self._left[tenant]:
            self._reserve(tenant)
            self._left[tenant] = _BLOCK
        self._left[tenant] -= 1

    def give_back(self) -> None:
        """What was reserved and not used; should the sweep die before, a day counts a few more."""
        for tenant, left in self._left.items():
            if left:
                table.update(_key(tenant), add={_field(self._now.date()): -left})
        self._left.clear()

    def _reserve(self, tenant: Tenant) -> None:
        today = self._now.date()
        row = table.update(_key(tenant), add={_field(today): _BLOCK})
        days = _days(row)
        bound, count = most(days, today), days[today]
        if bound is not None and count > bound:
            facts = {"day": today.isoformat(), "reserved": str(count), "most": str(bound)}
            text = "far more cases were started today than on the busiest of the last days"
            reason = Reason(rule="hub.run_above_usual", text=text, facts=facts)
            fuses.halt(tenant, reason, self._now)
        old = stale(days, today)
        if old:
            table.update(_key(tenant), remove=[_field(day) for day in old])


def today(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """The cases started on the day of ``now`` (UTC), and the bound of its run (None: none yet)."""
    days = _days(table.get(_key(tenant)) or {})
    return {"started": days.get(now.date(), 0), "most": most(days, now.date())}


def _days(row: Row) -> dict[date, int]:
    found = ((name, n) for name, n in row.items() if name.startswith(_DAY))
    return {date.fromisoformat(name.removeprefix(_DAY).replace("_", "-")): n for name, n in found}


def _field(day: date) -> str:
    return _DAY + day.isoformat().replace("-", "_")


def _key(tenant: Tenant) -> Key:
    return keys.fact(tenant, "RUN", "days")
