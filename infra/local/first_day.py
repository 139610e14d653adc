"""The demo's first day: the checklist walked through point by point, and the practice on a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.local.hub import Hub


def walk(hub: Hub, folder: Path) -> Iterator[str]:
    """Try the stop button, approve the letters, put the rules; then each point as a line.

    The assessment of the practice is written to ``practice.html``.
    """
    before = {one["name"]: one for one in _points(hub)}
    switches = hub.call("GET", "/v1/control")
    hub.call("PUT", "/v1/control", {**switches, "stopped": True, "reason": "stop button tried"})
    hub.call("PUT", "/v1/control", switches)
    seen = before["letters"]["evidence"]["hash"]
    hub.call("POST", "/v1/first-day/letters", {"hash": seen})
    hub.call("PUT", "/v1/first-day/arming", {"first": 10, "caps": {"hand_overs": 5}})
    for one in _points(hub):
        mark = "holds" if one["ok"] else "does not hold"
        yield f"  {one['name']}: {mark}{'' if one['ok'] else '. ' + one['to_do']}"
    path = folder / "practice.html"
    page = hub.page("/v1/first-day/assessment?format=html")
    path.write_text(page, encoding="utf-8")
    yield f"  the practice until now  {path}"


def _points(hub: Hub) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = hub.call("GET", "/v1/first-day/checklist")["points"]
    return points
