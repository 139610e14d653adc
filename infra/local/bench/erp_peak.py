"""A process that does nothing but read an ERP: what it costs, for one length of its books.

    python -m infra.local.bench.erp_peak fortnox http://127.0.0.1:8000 2

Prints, as JSON, for each pull: invoices read, CPU seconds, and the largest resident size so far, in
megabytes. The first pull is of all that is open, the others see everything changed. Nothing that is
read is kept. Of ``einvoice_files`` the place of the origin says how many files its folder holds.
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
    if name == "einvoice_files":
        return _folder(int(origin))
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


def _folder(count: int) -> Any:
    """The connector of a folder of so many e-invoices."""
    config = import_module("connectors.erp.einvoice_files").Config.model_validate(
        {"bucket": "books", "prefix": "in/", "sellers": ["1234567-1"], "country": "FI",
         "accounts": ["FI2112345600000785"]}
    )  # fmt: skip
    folder = import_module("tests.bench.endless_folder").EndlessFolder(count)
    return connect(
        "erp.einvoice_files", Connection(id="bench", config=config, clients={"s3": folder})
    )


def main(name: str, origin: str, pulls: str = "2") -> None:
    """Pull some times, and print what it cost."""
    connector, cursor = reader(name, origin), None
    told = []
    for day in range(int(pulls)):
        read, began = 0, time.process_time()
        for page in connector.pull(cursor, now=_FIRST + timedelta(days=day)):
            read += sum(isinstance(fact, Invoice) for fact in page.facts)
            cursor = page.cursor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNIT
        told.append({"read": read, "cpu_s": time.process_time() - began, "peak_mb": peak})
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
