"""The demo's first days: a stop that is tried, a euro that is paid, the first letters approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.local.hub import Hub
from infra.local.setup import POLICY

# The checklist is gone through once the test payment has been seen and posted.
CHECKED_ON = date(2026, 3, 10)
# How many first contacts a person lets go one by one.
_FIRST = 10


@dataclass
class FirstDay:
    """A named person's work before and while the first letters leave."""

    hub: Hub
    approved: int = 0
    points: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Try the stop button, look at the letters and stand for them, arm the steps."""
        switches = self.hub.call("GET", "/v1/control")
        stopped = {**switches, "stopped": True, "reason": "stop button tried"}
        self.hub.call("PUT", "/v1/control", stopped)
        self.hub.call("PUT", "/v1/control", switches)
        letters = next(one for one in self._checklist() if one["name"] == "letters")
        self.hub.call("POST", "/v1/first-day/letters", {"hash": letters["evidence"]["hash"]})
        armed = [{"step": one["id"]} for one in POLICY["steps"]]
        rules = {"first": _FIRST, "armed": armed, "caps": {"hand_overs": 5}}
        self.hub.call("PUT", "/v1/first-day/arming", rules)

    def live(self, day: date, test_invoice: str, erp_total: Callable[[], Decimal]) -> None:
        """Let the contacts go that are proposed; go through the checklist on its day."""
        if day >= CHECKED_ON and not self.points:
            self.hub.call("POST", "/v1/first-day/ageing", {"erp_total": str(erp_total())})
            for one in self._checklist(f"?test_invoice={test_invoice}"):
                mark = "holds" if one["ok"] else f"does not hold. {one['to_do']}"
                self.points.append(f"{one['name']}: {mark}")
        for task in self._proposals():
            self.hub.call("POST", f"/v1/tasks/{task['id']}/answer", {"answer": "approved"})
            self.approved += 1

    def practice(self, folder: Path) -> Path:
        """Write the assessment of the practice as a page; its path."""
        path = folder / "practice.html"
        page = self.hub.page("/v1/first-day/assessment?format=html")
        path.write_text(page, encoding="utf-8")
        return path

    def _proposals(self) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = self.hub.call("GET", "/v1/tasks")["tasks"]
        return [one for one in tasks if one["why"].startswith("approve_")]

    def _checklist(self, query: str = "") -> list[dict[str, Any]]:
        points: list[dict[str, Any]] = self.hub.call("GET", f"/v1/first-day/checklist{query}")[
            "points"
        ]
        return points
