"""Replays every stored decision of a creditor against the table of a stack.

python -m tools.replay_decisions <tenant>

It reads the table that the environment names (TABLE, and AWS_ENDPOINT_URL for an embedded stack).
Ends with 1 when a decision comes out otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from shared.cloud import report_rows
from shared.cloud.keys import Tenant
from shared.cloud.replay_rows import Past, Tally


def main(arguments: Sequence[str]) -> int:
    """Replay a tenant's decisions and print how many came out the same."""
    (name,) = arguments
    tenant = Tenant(name)
    past, tally = Past(tenant), Tally()
    for case, events in report_rows.cases(tenant):
        tally.count(past, case, events)
    print(tally.sentence())
    for case, version in tally.different:
        print(f"differs: case {case}, version {version}")
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
