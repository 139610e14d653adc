"""What an examination finds: one sentence each, how bad it is, and what to ask AWS for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "wrong", "unseen"]
_SIGNS: dict[Level, str] = {"ok": "ok    ", "note": "note  ", "wrong": "WRONG ", "unseen": "?     "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing.

    ``wrong`` keeps the hub from its work, ``note`` is to be known, ``unseen`` could not be looked
    at here. ``ask`` is what a support case to AWS should say, empty where none is needed.
    """

    level: Level
    text: str
    ask: str = ""


def ok(text: str) -> Finding:
    """It is as it should be."""
    return Finding("ok", text)


def note(text: str, ask: str = "") -> Finding:
    """It is to be known, and may be meant so."""
    return Finding("note", text, ask)


def wrong(text: str, ask: str = "") -> Finding:
    """It keeps the hub from its work."""
    return Finding("wrong", text, ask)


def unseen(text: str) -> Finding:
    """It could not be looked at from here."""
    return Finding("unseen", text)


def told(findings: Iterable[Finding]) -> list[str]:
    """The lines for a terminal: every finding, and after them what to ask AWS for."""
    found = list(findings)
    lines = [_SIGNS[one.level] + one.text for one in found]
    asked = [one.ask for one in found if one.ask]
    if asked:
        lines += ["", "To ask AWS for (Service Quotas, or a support case in the same region):"]
        lines += [f"- {one}" for one in asked]
    return lines
