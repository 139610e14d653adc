"""What a Lambda may load before its first event, by kind: the rest waits until it is used.

Counts and names are asserted; times are only printed, by ``make bench``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.bench.imports import functions, profile

ANYWHERE = frozenset({"aws_xray_sdk", "numpy", "pandas", "scipy", "zeep", "lxml"})
HTTP = frozenset({"requests", "openpyxl"})
RESOLVER = frozenset({"aws_lambda_powertools.event_handler"})


@dataclass(frozen=True)
class Kind:
    """Functions whose name fits ``pattern``: what they must not load, and how much they may."""

    pattern: str
    forbidden: frozenset[str]
    # Third-party modules. Logs and metrics load 50, with pydantic 100. The AWS client's 162 are not
    # in any ceiling: it is made when first used, by a webhook after the signature was checked.
    ceiling: int


# The first that fits holds.
KINDS = (
    Kind("receive_*", HTTP | RESOLVER | {"pydantic", "pydantic_core"}, ceiling=80),
    *(
        Kind(step, HTTP | RESOLVER, ceiling=120)
        for step in ("decide", "sweep", "remind", "hand_over", "ask", "touch")
    ),
    Kind("pull*", HTTP | RESOLVER, ceiling=120),
    Kind("*", HTTP, ceiling=220),
)


def faults(module: str, loaded: list[str]) -> list[str]:
    """What is wrong with ``module`` having loaded ``loaded``."""
    name = module.rpartition(".")[2]
    kind = next(kind for kind in KINDS if fnmatch(name, kind.pattern))
    found = [
        f"{module} loads {other}"
        for other in loaded
        if any(other == one or other.startswith(one + ".") for one in kind.forbidden | ANYWHERE)
    ]
    if len(loaded) > kind.ceiling:
        found.append(f"{module} loads {len(loaded)} third-party modules, over {kind.ceiling}")
    return found


@pytest.mark.parametrize("module", functions())
def test_a_function_loads_no_more_than_its_kind_may(module):
    assert faults(module, profile(module)["modules"]) == []


def tree(root: Path, name: str, source: str) -> str:
    (root / "functions").mkdir()
    (root / "functions" / f"{name}.py").write_text(f"{source}\ndef handler(event, context): ...\n")
    return functions(root)[0]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("receive_payment", "import pydantic", "functions.receive_payment loads pydantic"),
        ("receive_payment", "import requests", "functions.receive_payment loads requests"),
        (
            "receive_payment",
            "import aws_lambda_powertools.event_handler",
            "functions.receive_payment loads aws_lambda_powertools.event_handler",
        ),
        ("decide", "import requests", "functions.decide loads requests"),
        ("hand_over", "import lxml.etree", "functions.hand_over loads lxml"),
        ("pull", "import openpyxl", "functions.pull loads openpyxl"),
        ("admin", "import zeep", "functions.admin loads zeep"),
    ],
)
def test_a_package_loaded_too_early_is_found(tmp_path, name, source, expected):
    module = tree(tmp_path, name, source)

    assert expected in faults(module, profile(module, tmp_path)["modules"])


@pytest.mark.parametrize("name", ["receive_payment", "decide", "pull", "admin"])
def test_a_package_imported_when_used_is_allowed(tmp_path, name):
    module = tree(tmp_path, name, "def send():\n    import requests, pydantic, zeep\n")

    assert faults(module, profile(module, tmp_path)["modules"]) == []


def test_a_function_that_loads_too_much_is_found():
    loaded = [f"botocore.part{n}" for n in range(81)]

    assert faults("functions.receive_payment", loaded) == [
        "functions.receive_payment loads 81 third-party modules, over 80"
    ]
