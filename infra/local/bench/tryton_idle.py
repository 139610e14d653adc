"""Measures Tryton's dunning run on a day on which nothing is due; runs in Tryton's environment.

Usage: ``python tryton_idle.py <config file> <database> <N> <more> ...`` with growing numbers;
prints one JSON object ``{"<N>": CPU seconds}``, the least of three runs each. All N dunnings wait
at their first level, as after ``generate`` and ``process``.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

# Tryton's Python starts here with no path to our packages; the measurement beside is a script too.
sys.path.insert(0, str(Path(__file__).parents[1] / "erp"))

from measure_dunning import (  # type: ignore[import-not-found]
    DUE,
    Ledger,
    fill,
)
from trytond import config  # type: ignore[import-not-found]

_ROUNDS = 3


def main(settings: str, database: str, sizes: list[int]) -> dict[int, float]:
    """CPU seconds of a run that finds nothing to do, by how many dunnings wait."""
    config.update_etc(settings)
    ledger = Ledger(database)
    dunning = ledger.pool.get("account.dunning")
    found, there = {}, 0
    for size in sizes:
        fill(ledger, size - there)
        there = size
        ledger.do(lambda: dunning.generate_dunnings(date=DUE + timedelta(5)))
        ledger.do(lambda: dunning.process(dunning.search([("state", "=", "draft")])))
        found[size] = min(
            ledger.measured(lambda: dunning.generate_dunnings(date=DUE + timedelta(6)))["cpu_s"]
            for _ in range(_ROUNDS)
        )
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], [int(one) for one in sys.argv[3:]])))
