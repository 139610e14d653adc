"""The console's pages: CPU of a visit beside the API's own answers in it, bytes, and the import."""

from __future__ import annotations

import statistics

from infra.local.bench.figures import Figure, Target
from tests.bench import pages
from tests.bench.imports import REFERENCE, measure

GROUP = "Pages of the console (a hub in memory with something in every room; one core)"
IMPORTS = "Import CPU of the pages (fresh interpreter, valid bytecode)"
MODULES = ("functions.admin+functions.console", "functions.payer")
_ROUNDS = 5
_RUNS = 3


def figures() -> list[Figure]:
    """CPU and bytes over all pages, and what each face loads."""
    return [*visits(), *imports()]


def visits(rounds: int = _ROUNDS) -> list[Figure]:
    """One visit of each page: its CPU, and the bytes of a first look at it."""
    found = pages.measure(rounds)
    dearest = max(found, key=lambda one: one.whole_ms)
    heaviest, files = max(found, key=lambda one: one.size), pages.files()
    note = f"Pages: {len(found)} routes, each the median of {rounds} visits after a first one."
    asked = "the API's answers in it"
    return [
        Figure(
            GROUP, "CPU of a visit, the median page",
            statistics.median(one.whole_ms for one in found), "ms", asked,
            statistics.median(one.asked_ms for one in found), Target("at most", 40), note=note,
        ),
        Figure(
            GROUP, "CPU of a visit, the dearest page", dearest.whole_ms, "ms", asked,
            dearest.asked_ms, Target("at most", 200), words=dearest.path,
        ),
        Figure(
            GROUP, "first look, the median page",
            (statistics.median(one.size for one in found if one.size) + files) / 1000, "kB",
            "stylesheet and mark, kept for the next", files / 1000,
        ),
        Figure(
            GROUP, "first look, the heaviest page", (heaviest.size + files) / 1000, "kB",
            "stylesheet and mark, kept for the next", files / 1000, Target("at most", 100),
            words=heaviest.path,
        ),
    ]  # fmt: skip


def imports(runs: int = _RUNS) -> list[Figure]:
    """What the functions of the two faces load, beside the AWS client that each needs anyway."""
    reference, *rows = measure(MODULES, runs)
    return [
        Figure(
            IMPORTS, row["module"], row["cpu_ms"], "ms", f"import boto3; {REFERENCE}",
            reference["cpu_ms"], words=f"{row['third_party']} third-party modules",
            note=f"Imports: the median of {runs} interpreters each, in turns with the reference.",
        )
        for row in rows
    ]  # fmt: skip
