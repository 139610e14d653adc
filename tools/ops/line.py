"""The line of ``python -m tools.ops``: each command, what it says, and its exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from tools.ops import doctor, mending, redriving, smoke
from tools.ops.findings import told
from tools.ops.place import Gone, Place, find


def main(arguments: Sequence[str] | None = None, place: Place | None = None) -> int:
    """Run one command; its exit code."""
    asked = parser().parse_args(arguments)
    run: Callable[[Place, argparse.Namespace], int] = asked.run
    try:
        return run(place or find(asked.stack), asked)
    except Gone as error:
        print(error, file=sys.stderr)
    except ClientError as error:
        print(f"AWS refused it: {error.response['Error'].get('Code', '?')}", file=sys.stderr)
    except BotoCoreError as error:
        # The SDK's own sentence: which endpoint is away, what is not set.
        print(f"AWS cannot be asked: {error}", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """All commands."""
    whole = argparse.ArgumentParser(prog="python -m tools.ops")
    whole.add_argument("--stack", default="", help="a CloudFormation stack; else the embedded one")
    commands = whole.add_subparsers(required=True, metavar="command")
    redrive = commands.add_parser("redrive", help="send dead letters again")
    redrive.add_argument("queue", nargs="?", default="", help="one queue; none: say what waits")
    redrive.add_argument("--all", action="store_true", help="every queue")
    redrive.set_defaults(run=_redrive)
    commands.add_parser("doctor", help="examine the installation").set_defaults(run=_doctor)
    commands.add_parser("smoke", help="live a day without sending").set_defaults(run=_smoke)
    commands.add_parser("rebuild", help="rebuild the index of cases").set_defaults(run=_rebuild)
    restored = commands.add_parser("restored", help="keep in what left before a restore")
    restored.add_argument("--since", required=True, help="the restored point: 2026-03-02T09:00Z")
    restored.set_defaults(run=_restored)
    return whole


def _redrive(place: Place, asked: argparse.Namespace) -> int:
    names = [*redriving.queues(place), redriving.EVENTS]
    if asked.queue and asked.queue not in names:
        print(f"There is no queue {asked.queue}: {', '.join(names)}.", file=sys.stderr)
        return 1
    if not asked.queue and not asked.all:
        for name, count in redriving.waiting(place).items():
            print(f"{name}: {count}")
        return 0
    for name in names if asked.all else [asked.queue]:
        print(f"{name}: {redriving.redrive(place, name)} sent again")
    return 0


def _doctor(place: Place, _: argparse.Namespace) -> int:
    found = doctor.examine(place)
    print("\n".join(told(found)))
    return 1 if any(one.level == "wrong" for one in found) else 0


def _smoke(place: Place, _: argparse.Namespace) -> int:
    try:
        smoke.run(place, lambda text: print(text, flush=True))
    except smoke.Smoke as error:
        print(f"WRONG  {error}", file=sys.stderr)
        return 1
    return 0


def _rebuild(place: Place, _: argparse.Namespace) -> int:
    seen, wrong, unread = mending.rebuild(place)
    print(f"{seen} cases, {wrong} put right")
    for one in unread:
        print(f"not rebuilt: {one}", file=sys.stderr)
    return 1 if unread else 0


def _restored(place: Place, asked: argparse.Namespace) -> int:
    try:
        since = datetime.fromisoformat(asked.since)
    except ValueError:
        print("The point is no day and time: 2026-03-02T09:00Z.", file=sys.stderr)
        return 1
    if since.tzinfo is None:
        print("Say the zone of the point too: 2026-03-02T09:00Z.", file=sys.stderr)
        return 1
    acts, parked = mending.restore(place, since.astimezone(UTC))
    print(f"{acts} acts had left since and are kept in; {parked} cases wait for a person")
    return 0
