"""The end of a run: the partner's word against books and hub, and how much is apart."""

from __future__ import annotations

from typing import Any

from infra.local import setup
from infra.local.hub import Hub
from infra.local.timelapse import TimeLapse


def compared(hub: Hub, lapse: TimeLapse) -> dict[str, Any]:
    """What is apart between books, hub and partner now (``GET /v1/reports/drift``)."""
    hub.call("POST", f"/v1/connections/{setup.PARTNER}/sync")
    lapse.drain()
    found: dict[str, Any] = hub.call("GET", "/v1/reports/drift")
    return found


def sentence(found: dict[str, Any]) -> str:
    """One line for people."""
    sums = {name: sum(one[name] for one in found["partners"]) for name in ("agreed", "lag")}
    apart = ", ".join(f"{one['claim']} {one['kind']}" for one in found["drift"]) or "nothing"
    return (
        f"books, hub and partner: drift {found['count']} ({apart}); "
        f"{sums['agreed']} claims agree, {sums['lag']} wait for a message"
    )
