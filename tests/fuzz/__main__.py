"""``make fuzz``: every fuzz target with fresh random examples, until its share of time is over.

A target is a function ``fuzz_...`` with ``@given`` in a module ``tests/fuzz/fuzz_*.py``; nothing
else is needed to add one. The same function bound to a ``test_...`` name in a test module runs its
usual few examples with every ``make test``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

HERE = Path(__file__).parent
_ROUND = 200  # examples between two looks at the clock


def targets(wanted: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Every target whose name holds ``wanted``, as ``module.function`` and the function."""
    for path in sorted(HERE.glob("fuzz_*.py")):
        module = importlib.import_module(f"tests.fuzz.{path.stem}")
        for name, value in sorted(vars(module).items()):
            full = f"{path.stem}.{name}"
            if name.startswith("fuzz_") and callable(value) and wanted in full:
                yield full, value


def run(name: str, target: Callable[[], None], seconds: float) -> bool:
    """Run one target for its time; whether all of its examples held."""
    began, rounds = time.monotonic(), 0
    while rounds == 0 or time.monotonic() - began < seconds:
        try:
            target()
        except BaseException:  # noqa: BLE001 - whatever falls is shown, with its example
            traceback.print_exc()
            print(f"{name}: FAILED")
            return False
        rounds += 1
    print(f"{name}: about {rounds * _ROUND:,} examples in {time.monotonic() - began:.0f} s")
    return True


def main() -> int:
    """Share the seconds among the targets; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--target", default="", help="only those whose name holds this")
    told = parser.parse_args()
    settings.register_profile(
        "fuzz",
        max_examples=_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("fuzz")  # before the modules are imported: a target keeps what it finds
    found = list(targets(told.target))
    if not found:
        print("no target has such a name", file=sys.stderr)
        return 2
    share = told.seconds / len(found)
    held = [run(name, target, share) for name, target in found]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
