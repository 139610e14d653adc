"""Measures what importing a function's module costs, beside the AWS client that each one needs.

Every figure is CPU time of a fresh interpreter with valid bytecode, as in the built artefact, and
the reference is measured in the same run, in turns with the rest: the ratio holds on any machine,
the milliseconds on this one.

    python -m tests.bench.imports [module ...]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.layer.check import handlers

ROOT = Path(__file__).parents[2]
REFERENCE = "boto3.client('dynamodb')"

_CHILD = """
import sys, time, json, importlib
root, name = sys.argv[1:]
sys.path.insert(0, root)
before = set(sys.modules)
start = time.process_time()
for module in name.split("+"):
    if module == "boto3.client('dynamodb')":
        import boto3
        boto3.client("dynamodb")
    else:
        importlib.import_module(module)
cpu = time.process_time() - start
def foreign(module):
    origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
    return "site-packages" in origin
print(json.dumps({
    "cpu": cpu,
    "modules": sorted(n for n in set(sys.modules) - before if foreign(sys.modules[n])),
}))
"""


def functions(root: Path = ROOT) -> list[str]:
    """Every Lambda: the modules of ``functions/`` that define a handler."""
    return handlers(root)


def profile(name: str, root: Path = ROOT) -> dict[str, Any]:
    """Import ``name`` (or several, joined by ``+``) in a fresh interpreter.

    ``REFERENCE`` may be among them: it makes the client. Answers ``cpu`` in seconds and
    ``modules``, the full names of the third-party modules loaded.
    Raises ``RuntimeError`` with the import's own message when it fails.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    aws = {
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", _CHILD, str(root), name],
        env={**kept, **aws},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} cannot be imported: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(modules: Sequence[str], runs: int = 7, root: Path = ROOT) -> list[dict[str, Any]]:
    """Median import cost of each of ``modules`` over ``runs``, the reference first.

    A row holds ``module``, ``cpu_ms``, ``ratio`` (to the reference), ``third_party`` (how many
    third-party modules were loaded), ``modules`` (their names) and ``packages`` (their top names).
    """
    names = [REFERENCE, *modules]
    # The first import writes the bytecode; it is not counted.
    loaded = {name: profile(name, root)["modules"] for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            seconds[name].append(profile(name, root)["cpu"])
    reference = statistics.median(seconds[REFERENCE])
    return [
        {
            "module": name,
            "cpu_ms": round(statistics.median(seconds[name]) * 1000, 1),
            "ratio": round(statistics.median(seconds[name]) / reference, 2),
            "third_party": len(loaded[name]),
            "modules": loaded[name],
            "packages": sorted({module.split(".")[0] for module in loaded[name]}),
        }
        for name in names
    ]


def main(modules: Sequence[str]) -> None:
    """Print the table for ``modules``, or for every function."""
    for row in measure(modules or functions()):
        packages = " ".join(row["packages"])
        print(
            f"{row['module']:<32} {row['cpu_ms']:>7} ms  x{row['ratio']:<5} "
            f"{row['third_party']:>4} modules  {packages}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
