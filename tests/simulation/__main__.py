"""``make simulate``: lives through seeds until one breaks a rule, and tells its story."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress

from tests.simulation.plan import plan_of
from tests.simulation.run import live, shortest, standing


def main() -> int:
    """``SEEDS`` is a number of seeds from ``--first`` on; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="go on after a seed that fails")
    told = parser.parse_args()
    began, done, calls, events, failed = time.monotonic(), 0, 0, 0, []
    seeds = range(told.first, told.first + told.seeds)
    # Ctrl-C ends the hunt; what was found until then is told.
    with standing() as wire, suppress(KeyboardInterrupt):
        for seed in seeds:
            outcome = live(wire, plan_of(seed))
            done, calls, events = done + 1, calls + outcome.calls, events + outcome.events
            if outcome.found:
                failed.append(seed)
                _show(seed, shortest(wire, outcome))
                if not told.all:
                    break
    pace = done / (time.monotonic() - began) * 60
    print(f"{done} seeds, {pace:.0f} a minute: {calls} calls of AWS, {events} events of cases")
    print(f"Broken: {', '.join(map(str, failed))}" if failed else "No rule was broken.")
    return 1 if failed else 0


def _show(seed, outcome):
    """The shortest story, and its plan as it is kept in ``tests/simulation/kept.py``."""
    print(f"\nSeed {seed} breaks a rule.\n")
    print("\n".join(f"    {line}" for line in outcome.story))
    print(f"\n    Plan({seed}, bank={outcome.plan.bank}, deeds=(")
    for one in outcome.plan.deeds:
        print(f"        {one.code()},")
    print(f"    ), setting={outcome.plan.setting!r}, neighbour={outcome.plan.neighbour!r})")


if __name__ == "__main__":
    sys.exit(main())
