"""Turns: what one sweep of a shard takes of all that is due, so that nobody waits behind a herd.

At the opening hour a creditor may have a hundred thousand cases due at the same second. One sweep
takes a bounded part of them, the first of each creditor before the second of any, and leaves the
rest as it is for the sweep of the next minute: a herd is spread over minutes without a write, and
what channels, partners and Step Functions get in a minute is known. Among rows that are due at the
same second a hash of their key decides, so that no debtor is first each time for his number alone.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from shared.cloud.table import Row

# Rows that a sweep of one shard takes: at 40 ms each (a claim and a start) less than half of the
# function's 120 seconds. Four shards a minute are 5,000 runs of about six transitions, which is
# what Step Functions refills in eu-north-1 (500 a second;
# docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
MOST = 1_250
# Rows that it looks at: creditors whose rows all lie behind so many of others wait a minute more.
SIGHT = 20_000


def in_turn(due: Iterable[Row], *, most: int | None = None) -> tuple[list[Row], int]:
    """The rows to take now (at most ``MOST``), creditors in turn, and how many more wait.

    Each creditor's own rows keep their order: longest overdue first.
    """
    most = MOST if most is None else most
    seen = sorted(islice(due, SIGHT), key=lambda row: (row["due_at"], _draw(row)))
    rounds: Counter[str] = Counter()
    turns = []
    for row in seen:
        owner = _owner(row)
        turns.append(rounds[owner])
        rounds[owner] += 1
    order = sorted(range(len(seen)), key=turns.__getitem__)
    return [seen[at] for at in order[:most]], max(len(seen) - most, 0)


def _owner(row: Row) -> str:
    """Whose row it is: the first two words of its key (``T#<tenant>``)."""
    return "#".join(str(row["pk"]).split("#", 2)[:2])


def _draw(row: Row) -> int:
    return zlib.crc32(str(row["pk"]).encode())
