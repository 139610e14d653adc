"""The fuses: what may leave the hub at all, read before every act."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.cloud.table import Row

Outbound = Literal["off", "allowlist", "on"]
_ORDER: tuple[Outbound, ...] = ("off", "allowlist", "on")


def outbound(control: Row | None) -> Outbound:
    """How far acts may go: the lesser of the stack's parameter and the creditor's switch.

    Both default to ``off``, and so does a word that is not known.
    """
    stack = os.environ.get("OUTBOUND", "off")
    own = (control or {}).get("outbound", "off")
    return _ORDER[min(_rank(stack), _rank(own))]


def barrier(hub: Row | None, control: Row | None, debtor: str, address: str = "") -> str | None:
    """Why an act must stay in, or None when it may go.

    ``address`` is matched against the allowlist beside the debtor's id; it is never logged.
    """
    shut = _shut(hub)
    if shut is not None:
        return shut
    if control is None or control.get("stopped"):
        return "creditor_stopped" if control else "outbound_off"
    if "halted" in control:
        return "halted"
    if control.get("observe"):
        return "observe"
    how = outbound(control)
    if how == "off":
        return "outbound_off"
    if how == "allowlist" and not _listed(control, debtor, address):
        return "not_on_allowlist"
    return None


def silence(hub: Row | None, control: Row | None) -> str | None:
    """Why even a word to a partner about a case that it has must stay in, or None.

    Money that reached the creditor is told also while the creditor's own switch keeps new acts in;
    a stop, observe mode and the stack's parameter hold everything back.
    """
    shut = _shut(hub)
    if shut is not None:
        return shut
    if control is None or outbound({"outbound": "on"}) == "off":
        return "outbound_off"
    if control.get("stopped"):
        return "creditor_stopped"
    return "observe" if control.get("observe") else None


def epoch() -> str:
    """The table that this process works on, and the stack's count of restores.

    Both stand outside the table: what was restored under another name, or under the same one with
    the parameter ``Epoch`` raised, is told from what the hub had last sent from.
    """
    return f"{os.environ['TABLE']}/{os.environ.get('EPOCH', '1')}"


def unreconciled(hub: Row | None) -> bool:
    """Whether the table is a copy that no operator has reconciled with the world yet."""
    return hub is not None and hub.get("epoch", "") not in {"", epoch()}


def before_start_line(connection: Mapping[str, object], due: date) -> bool:
    """Whether a claim fell due before the connection's start line, and so is for a person.

    A connection without a start line lets nothing through.
    """
    line = connection.get("start_line")
    return not isinstance(line, str) or due < date.fromisoformat(line)


def _shut(hub: Row | None) -> str | None:
    """Why nothing at all may leave the installation, or None."""
    if hub and hub.get("stopped"):
        return "hub_stopped"
    return "not_reconciled" if unreconciled(hub) else None


def _listed(control: Row, debtor: str, address: str) -> bool:
    allowed = json.loads(control.get("allowlist", "[]"))
    return debtor in allowed or (bool(address) and address in allowed)


def _rank(word: object) -> int:
    return _ORDER.index(word) if word in _ORDER else 0
