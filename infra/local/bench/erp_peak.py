"""A process that does nothing but read an ERP: what it costs, for one length of its books.

    python -m infra.local.bench.erp_peak fortnox http://127.0.0.1:8000 2

Prints, as JSON, invoices read, CPU seconds, and the largest resident size in megabytes after each
pull: the first one of all that is open, the others with everything changed. Nothing read is kept.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from connectors import connect
from connectors.contract import Connection
from shared.domain.model import Invoice

# Linux counts in kilobytes, macOS in bytes.
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024
_CONFIG: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "netvisor": lambda url: {
        "url": url, "organisation": "0112038-9", "customer_id": "KK_1", "partner_id": "PA_1",
    },
    "procountor": lambda url: {"url": url, "client_id": "hub", "company": 15521},
    "fortnox": lambda url: {
        "api": url, "accounts": url, "database_number": 29302, "client_id": "client-1",
    },
    "tripletex": lambda _: {"environment": "production", "organization_number": "910000111"},
}  # fmt: skip
_FIRST = datetime(2026, 10, 6, 9, tzinfo=UTC)


def reader(name: str, origin: str) -> Any:
    """The connector of an ERP whose books are served at ``origin``."""
    module = import_module(f"connectors.erp.{name}")
    config = module.Config.model_validate(_CONFIG[name](origin))
    if name == "tripletex":
        config = config.model_copy(update={"origin": origin})
    lent = Connection(
        id="bench", config=config, private_targets=frozenset({origin}),
        secrets={"customer_key": "invented-customer", "partner_key": "invented-partner"},
        token=lambda _="": "t",
    )  # fmt: skip
    return connect(f"erp.{name}", lent)


def main(name: str, origin: str, pulls: str = "2") -> None:
    """Pull some times, and print what it cost."""
    connector, cursor, read, peaks = reader(name, origin), None, 0, []
    began = time.process_time()
    for day in range(int(pulls)):
        now = _FIRST + timedelta(days=day)
        for page in connector.pull(cursor, now=now):
            read += sum(isinstance(fact, Invoice) for fact in page.facts)
            cursor = page.cursor
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNIT)
    print(json.dumps({"read": read, "cpu_s": time.process_time() - began, "peaks_mb": peaks}))


if __name__ == "__main__":
    main(*sys.argv[1:])
