"""Counts the AWS calls of each invocation on the embedded stack, for reports, tests and benches."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FILE = "calls.jsonl"


class CallLog:
    """Counts what one worker's clients call, and appends a line an invocation."""

    def __init__(self, session: Any, file: Path) -> None:
        self._calls: Counter[str] = Counter()
        self._file = file
        session.events.register("before-call", self._count)

    def close(self, handler: str) -> None:
        """Write the line of the invocation that just ended."""
        line = json.dumps({"handler": handler, "calls": dict(self._calls)}) + "\n"
        self._calls.clear()
        # One short append is one write: lines of several workers never mix.
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)

    def _count(self, model: Any, **_: Any) -> None:
        self._calls[f"{model.service_model.service_name}:{model.name}"] += 1


def read(directory: Path) -> list[dict[str, Any]]:
    """Every invocation so far: ``{"handler": ..., "calls": {"dynamodb:Query": 1}}``."""
    file = directory / FILE
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def per_step(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Runs and mean calls of each function: ``{"decide": {"runs": 3, "calls": {...: 1.0}}}``."""
    runs: Counter[str] = Counter()
    calls: dict[str, Counter[str]] = {}
    for line in lines:
        step = str(line["handler"]).removeprefix("functions.").removesuffix(".handler")
        runs[step] += 1
        calls.setdefault(step, Counter()).update(line["calls"])
    return {
        step: {
            "runs": runs[step],
            "calls": {name: count / runs[step] for name, count in sorted(calls[step].items())},
        }
        for step in sorted(runs)
    }
