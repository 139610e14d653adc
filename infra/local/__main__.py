"""The commands behind make: demo, up, down, replay, bench."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import date
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.local")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("demo", "live through sixty days"),
        ("up", "start a stack and leave it running"),
        ("down", "stop the stack that `up` started"),
        ("replay", "run the job over a file of invoices and payments"),
        ("bench", "measure, each figure beside its reference"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--port", type=int, default=0)
        if name == "up":
            command.add_argument("--until", type=_day, help="the day up to which it has lived")
        if name == "replay":
            command.add_argument("--input", type=Path, required=True)
            command.add_argument("--fresh", action="store_true", help="give up what was kept")
        if name == "bench":
            command.add_argument("--keep", action="store_true", help="as this release's own")
    chosen = parser.parse_args(arguments)
    # A polite end runs every clean-up: nothing that was started is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _run(chosen)
    except KeyboardInterrupt:
        return 130


def _day(text: str) -> date:
    """A day of the demo's sixty."""
    from infra.local.cast import FIRST, LAST

    if not FIRST <= (day := date.fromisoformat(text)) <= LAST:
        raise argparse.ArgumentTypeError(f"a day from {FIRST} to {LAST}")
    return day


def _run(chosen: argparse.Namespace) -> int:
    # Each command brings its own imports: `down` must not wait for the ones of `bench`.
    match chosen.command:
        case "demo":
            from infra.local import demo

            return demo.run(chosen.port)
        case "replay":
            from infra.local import replay

            return replay.run(chosen.input, chosen.port, fresh=chosen.fresh)
        case "bench":
            from infra.local import bench

            return bench.run(keep=chosen.keep)
        case "up":
            from infra.local import explore

            return explore.up(chosen.port, chosen.until or explore.SHOWN)
        case _:
            from infra.local import explore

            return explore.down()


if __name__ == "__main__":
    sys.exit(main())
