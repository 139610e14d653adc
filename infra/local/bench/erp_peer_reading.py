"""Reads an ERP's books with a library of somebody else's, in that library's environment.

    .venv-bench/bin/python infra/local/bench/erp_peer_reading.py netvisor http://127.0.0.1:8000

Prints, as JSON, how many invoices were read and the CPU seconds of reading them: the same questions
that our connector asks, as far as the library knows them. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

_AT_ONCE = 200


def netvisor(origin: str) -> int:
    """netvisor-api-client (Heltti): lists, details and customers as dicts, by its schemas."""
    from netvisor_api_client import Netvisor

    client: Any = Netvisor(
        origin, sender="x", partner_id="p", partner_key="k", customer_id="c", customer_key="d",
        organization_id="1",
    )  # fmt: skip
    read = after = 0
    while page := client.sales_invoices.list(above_id=after):
        keys = [one["netvisor_key"] for one in page]
        for start in range(0, len(keys), _AT_ONCE):
            found = client.sales_invoices.detail_list(keys[start : start + _AT_ONCE])
            read += len(found)
            client.customers.detail_list(sorted({key % 100 + 1 for key in keys})[:_AT_ONCE])
        after = keys[-1]
    return read


def procountor(origin: str) -> int:
    """Procountor (City of Helsinki's wrapper): one question an invoice, answers as dicts."""
    from procountor.client import Client

    class Local(Client):  # type: ignore[misc]
        api_host = origin

        def _get_token(self) -> None:
            self.access_token = "t"  # noqa: S105 - the books ask for none

    client: Any = Local("key", "id", "secret", "https://hub.example")
    read = after = 0
    while page := client.get_invoices(previousId=after, types="SALES_INVOICE", size=50):
        rows = page["content"]["results"]
        if not rows:
            break
        for row in rows:
            client.get_invoice(row["id"])
            if row["status"] == "PARTLY_PAID":
                client.get_invoice_paymentevents(row["id"])
            read += 1
        after = rows[-1]["id"]
    return read


LIBRARIES: dict[str, Callable[[str], int]] = {"netvisor": netvisor, "procountor": procountor}


def main() -> None:
    """Read the books at the origin that the command line names, and print what it cost."""
    name, origin = sys.argv[1:]
    try:
        began = time.process_time()
        LIBRARIES[name](origin)  # imports, and what the first use builds
        began = time.process_time()
        read = LIBRARIES[name](origin)
    except ImportError:
        print(json.dumps({"missing": name}))
        return
    print(json.dumps({"read": read, "cpu_s": time.process_time() - began}))


if __name__ == "__main__":
    main()
