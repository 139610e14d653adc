"""Previews as JSON: acts, a case's days ahead and changes, as they are stored and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from shared.domain.money import Money
from shared.domain.preview import Act, Walk
from shared.domain.preview_changes import Change
from shared.domain.preview_happened import Outcome


def act(one: Act) -> dict[str, Any]:
    """An act; amounts as plain decimal texts in the case's currency, the day in ISO 8601."""
    kept = {"kept": one.kept} if one.kept else {}
    return {
        "on": one.on.isoformat(),
        "kind": one.kind,
        "step": one.step,
        "claims": list(one.claims),
        "amount": str(one.amount.amount),
        "fee": None if one.fee is None else str(one.fee.amount),
        "channel": one.channel,
        "why": one.why,
        **kept,
    }


def read_act(plain: Mapping[str, Any], currency: str) -> Act:
    """An act as ``act`` wrote it."""
    return Act(
        on=date.fromisoformat(plain["on"]),
        kind=plain["kind"],
        step=plain["step"],
        claims=tuple(plain["claims"]),
        amount=Money.of(plain["amount"], currency),
        fee=None if plain["fee"] is None else Money.of(plain["fee"], currency),
        channel=plain["channel"],
        why=plain["why"],
        kept=plain.get("kept", ""),
    )


def walk(one: Walk) -> dict[str, Any]:
    """A case's days ahead: its segment, its acts, why it rests at the end and until when."""
    return {
        "case": one.case,
        "capacity": one.capacity,
        "country": one.country,
        "currency": one.currency,
        "acts": [act(each) for each in one.acts],
        "rests": one.rests,
        "until": None if one.until is None else one.until.isoformat(),
    }


def change(one: Change) -> dict[str, Any]:
    """The first act that differs, before and after, and how."""
    return {
        "what": list(one.what),
        "before": None if one.before is None else act(one.before),
        "after": None if one.after is None else act(one.after),
    }


def outcome(one: Outcome) -> dict[str, Any]:
    """What became of an act; days in ISO 8601 or None."""
    plain = asdict(one) | {"claims": list(one.claims)}
    for name in ("foreseen", "happened"):
        plain[name] = None if plain[name] is None else plain[name].isoformat()
    return plain
