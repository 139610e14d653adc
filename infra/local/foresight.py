"""What the demo foresaw: a preview asked for half-way, its picture, and what became of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.hub import Hub


@dataclass(frozen=True)
class Foresight:
    """One preview through the API, from its beginning to the comparison with what happened."""

    hub: Hub
    name: str

    @classmethod
    def ask(cls, hub: Hub, days: int) -> Foresight:
        """Begin a preview of the coming days; the hub's own queue works it off."""
        return cls(hub, hub.call("POST", "/v1/previews", {"days": days})["preview"])

    def picture(self, folder: Path) -> Path:
        """Write the picture of contacts and hand-overs by day; its path."""
        path = folder / "preview.svg"
        path.write_text(self.hub.page(f"/v1/previews/{self.name}/picture"), encoding="utf-8")
        return path

    def verdicts(self, folder: Path) -> Verdicts:
        """How many acts came as foreseen, and what became of the others, with reasons.

        Each act is written to ``preview.json``.
        """
        found, page = Verdicts(), 0
        told: list[dict[str, Any]] = []
        while True:
            path = f"/v1/previews/{self.name}/outcome?page={page}"
            answer: dict[str, Any] = self.hub.call("GET", path)
            told += answer["acts"]
            for act in answer["acts"]:
                found.add(act["verdict"], act["why"])
            if answer["next"] is None:
                (folder / "preview.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
                return found
            page = answer["next"]


@dataclass
class Verdicts:
    """Acts by what became of them, and the reasons of those that came otherwise."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: str, reason: str) -> None:
        """Count one act."""
        self.counts[verdict] += 1
        if reason:
            self.reasons[f"{verdict}: {reason}"] += 1

    def sentence(self) -> str:
        """The counts in words, most frequent first."""
        whole = [f"{number} {verdict}" for verdict, number in self.counts.most_common()]
        why = [f"{what} {number}" for what, number in self.reasons.most_common(5)]
        return f"{', '.join(whole) or 'no acts'}" + (f" ({'; '.join(why)})" if why else "")
