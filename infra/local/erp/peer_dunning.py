"""The peer of `make bench`: Tryton's own dunning with a fee on N overdue invoices.

``python -m infra.local.erp.peer_dunning 300 1000`` prints one JSON line per N. Each runs in a
process and on a database of its own. The backend is SQLite, which needs no server; Tryton on
PostgreSQL spends more CPU, part of it in the server's processes, so SQLite flatters the peer.

Like for like with us: ``generate`` + ``process`` is one case step without a fee, ``raise_level`` +
``process_fee`` one with a fee (Tryton posts a journal entry of two lines for it), ``noop_day`` a
day on which nothing is due. Letters and mail are not in these figures, on either side.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.local.erp import environment
from infra.local.erp.server import CACHE

SCRIPT = environment.HERE / "measure_dunning.py"


def peer(count: int, cache: Path = CACHE) -> dict[str, Any]:
    """Measure Tryton on ``count`` invoices.

    Answers ``n``, ``generate_cpu_s``, ``process_cpu_s``, ``raise_level_cpu_s``,
    ``process_fee_cpu_s``, ``noop_day_cpu_s`` (CPU seconds for all N) and ``durable_writes``: rows
    inserted, updated or deleted per step. Raises SetUpFailed.
    """
    python = environment.interpreter(cache.resolve())
    template = environment.template(cache.resolve())
    with tempfile.TemporaryDirectory() as work:
        configuration = environment.write_configuration(Path(work), port=1)
        database = Path(work) / "db" / f"{environment.DATABASE}.sqlite"
        environment.copy_database(template, database)
        arguments = [str(configuration), environment.DATABASE, str(count)]
        told = json.loads(environment.run([str(python), str(SCRIPT), *arguments]))
    steps = told.pop("steps")
    cpu = {f"{name}_cpu_s": step["cpu_s"] for name, step in steps.items()}
    writes = {name: step["rows_written"] for name, step in steps.items()}
    return {**told, **cpu, "durable_writes": writes}


if __name__ == "__main__":
    for size in sys.argv[1:] or ("300", "1000"):
        print(json.dumps(peer(int(size))), flush=True)
