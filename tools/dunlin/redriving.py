"""The outbox sent again: every message to a partner that failed, in the order in which it waits."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tools.dunlin.calling import Api, Away, Failed, pages, quoted


def arguments(subjects: dict[str, Any]) -> None:
    """The command with its options."""
    whole = subjects["partners"].add_parser("redrive-all", help="send all that failed once more")
    whole.add_argument("connection")
    whole.set_defaults(run=_redrive)


def _redrive(call: Api, asked: argparse.Namespace) -> None:
    """Send each failed message again under its own key; what may not go is said and left.

    Raises ``Failed`` at the end when some were left, ``Away`` at once when the hub is not there.
    """
    outbox = f"/v1/partners/{quoted(asked.connection)}/outbox"
    waiting = [one for page in pages(call, outbox, {}) for one in page["messages"]]
    failed, left = [one for one in waiting if one["kind"] == "tell" and one["state"] == "failed"], 0
    for one in failed:
        try:
            call("POST", f"{outbox}/{quoted(one['act'])}/redrive")
        except Away:
            raise
        except Failed as error:
            left += 1
            print(f"{one['act']}: {error}", file=sys.stderr)
    print(f"{len(failed) - left} of {len(failed)} failed messages go again")
    if left:
        raise Failed(f"{left} were left: see the runbook, late messages.")
