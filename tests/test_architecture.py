"""The one-way rule of the layers, and the house rules that a machine can check.

    functions ──► connectors ───► shared.domain
         └──────► shared.cloud ─► shared.domain

``faults`` reads a tree's imports with ``ast`` and answers one sentence for each that goes against
the rules; the tests below run it on this repository and on small trees that are wrong on purpose.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = 330
DRAWERS = re.compile(r"(^|_)(utils?|helpers?|base|common|misc|managers?)$")

# What can do something, know the time or roll dice: arguments of the domain, never its imports.
EFFECTS = {
    "asyncio", "ftplib", "http", "multiprocessing", "os", "random", "secrets", "select", "smtplib",
    "socket", "socketserver", "ssl", "subprocess", "threading", "time", "urllib.request",
}  # fmt: skip
# Calls that read a clock or roll dice: (object, method).
CLOCKS = {
    ("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"),
    ("uuid", "uuid1"), ("uuid", "uuid4"),
}  # fmt: skip
# Far too slow to start in a Lambda, and never needed by one.
HEAVY = {"lightgbm", "numpy", "pandas", "scipy", "sklearn"}


@dataclass(frozen=True)
class Layer:
    """What the modules below ``prefix`` may import; ``ours`` and ``theirs`` are name prefixes."""

    prefix: str
    ours: tuple[str, ...]
    theirs: frozenset[str]
    pure: bool = False


# The first whose prefix fits a module holds for it.
LAYERS = (
    Layer(
        "shared.domain",
        ours=("shared.domain", "shared.errors", "shared.rules", "shared.letters", "shared.pages"),
        # segno and pydyf are plain functions of their input: the codes and the file of a letter.
        theirs=frozenset({"pydantic", "pydantic_core", "pydyf", "segno"}),
        pure=True,
    ),
    Layer(
        "shared.cloud",
        ours=("shared.cloud", "shared.domain", "shared.errors"),
        theirs=frozenset(
            {"aws_lambda_powertools", "boto3", "botocore", "cryptography", "mypy_boto3", "pydantic"}
        ),
    ),
    # Errors are seen by all; data packages hold no code.
    Layer("shared", ours=("shared",), theirs=frozenset(), pure=True),
    Layer(
        "connectors",
        ours=("connectors", "shared.domain", "shared.errors"),
        theirs=frozenset({"lxml", "openpyxl", "pydantic", "requests", "urllib3", "zeep"}),
    ),
    Layer(
        "functions",
        ours=("functions", "connectors", "shared"),
        theirs=frozenset({"aws_lambda_powertools", "jinja2", "jwt", "markupsafe", "pydantic"}),
    ),
)
# What reads foreign bytes: behind the doors right below `connectors`, where it is hardened once.
DOORED = {"http", "json", "lxml", "requests", "socket", "ssl", "urllib3", "xml", "zeep"}
PACKAGES = ("functions", "connectors", "shared")
# `shared` holds two code packages and no third.
SHARED = {"shared", "shared.errors", "shared.domain", "shared.cloud"}


def faults(root: Path) -> list[str]:
    """Each import or module below ``root`` that goes against the rules, as one sentence."""
    found = []
    modules = {_name(root, path): path for path in _sources(root, PACKAGES)}
    for name, path in sorted(modules.items()):
        tree = ast.parse(path.read_text())
        found += _house_faults(name, path, tree)
        found += _layer_faults(name, tree, set(modules))
    for path in _sources(root, ("infra", "tests", "tools")):
        for imported in _imports(path.stem, ast.parse(path.read_text()), set()):
            if imported.split(".")[0] in HEAVY:
                found.append(
                    f"{path.relative_to(root)} imports {imported}: too heavy for this house"
                )
    return found


def _sources(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _house_faults(name: str, path: Path, tree: ast.Module) -> Iterator[str]:
    lines = len(path.read_text().splitlines())
    if lines >= MAX_LINES:
        yield f"{name} has {lines} lines: it has more than one subject"
    if tree.body and not ast.get_docstring(tree):
        yield f"{name} does not open with a sentence saying what it knows"
    if any(DRAWERS.search(part) for part in name.split(".")):
        yield f"{name} is named like a drawer, not after a subject"
    if name.startswith("shared.") and ".".join(name.split(".")[:2]) not in SHARED and tree.body[1:]:
        yield f"{name} is code outside the two code packages of shared"


def _layer_faults(name: str, tree: ast.Module, modules: set[str]) -> Iterator[str]:
    layer = next(layer for layer in LAYERS if _below(name, layer.prefix))
    for imported in sorted(set(_imports(name, tree, modules))):
        if fault := _arrow_fault(name, layer, imported):
            yield f"{name} imports {imported}: {fault}"
    if layer.pure:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (call := _clock_call(node)):
                yield f"{name} calls {call}: time and chance are arguments"


def _arrow_fault(name: str, layer: Layer, imported: str) -> str | None:
    top = re.sub("^mypy_boto3_.*", "mypy_boto3", imported.partition(".")[0])
    if top in {*PACKAGES, "infra", "tests", "tools"}:
        if not any(_below(imported, ours) for ours in layer.ours):
            return f"not an arrow of {layer.prefix}"
        if layer.prefix == "connectors" and not _is_door_or_own(name, imported):
            return "a connector knows no other"
        return None
    if layer.prefix == "connectors" and top in DOORED and name.count(".") > 1:
        return "foreign bytes come in through a door"
    if top in sys.stdlib_module_names:
        impure = layer.pure and any(_below(imported, effect) for effect in EFFECTS)
        return "the domain has no effects" if impure else None
    return None if top in layer.theirs else f"not a package of {layer.prefix}"


def _is_door_or_own(name: str, imported: str) -> bool:
    """Whether ``imported`` is no connector: a module right below ``connectors``, or ``name``'s own.

    A connector is ``connectors.<family>.<name>``; the doors (contract, http, xml, soap, oauth)
    stand one step higher and may import none of them either.
    """
    target = imported.split(".")
    if target[0] != "connectors" or len(target) < 3:
        return True
    return name.split(".")[:3] == target[:3]


def _below(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def _imports(name: str, tree: ast.Module, modules: set[str]) -> Iterator[str]:
    """Full names of what a module imports anywhere in it, by statement or by ``import_module``."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                source = _absolute(name, module, level, modules)
                yield source
                yield from (
                    full for alias in names if (full := f"{source}.{alias.name}") in modules
                )
            case ast.Call(
                func=ast.Attribute(attr="import_module")
                | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(literal)), *_],
            ):
                yield literal


def _absolute(name: str, module: str | None, level: int, modules: set[str]) -> str:
    if not level:
        return module or ""
    is_package = any(other.startswith(name + ".") for other in modules)
    parts = name.split(".")
    above = parts[: len(parts) - level + is_package]
    return ".".join([*above, *([module] if module else [])])


def _clock_call(node: ast.Call) -> str | None:
    match node.func:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=method):
            return f"{owner}.{method}" if (owner, method) in CLOCKS else None
    return None


def test_the_repository_keeps_its_layers():
    assert faults(ROOT) == []


def test_every_layer_has_code_to_judge():
    assert {_name(ROOT, path).split(".")[0] for path in _sources(ROOT, PACKAGES)} == set(PACKAGES)


def build(root: Path, **sources: str) -> Path:
    """A tree of modules: ``shared__domain__case="import boto3"``."""
    for name, source in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"""Knows something."""\n{source}\n')
    return root


WRONG = {
    "domain reaches AWS": (
        "shared__domain__case",
        "import boto3",
        "not a package of shared.domain",
    ),
    "domain reaches the cloud": (
        "shared__domain__case",
        "from shared.cloud import store",
        "not an arrow of shared.domain",
    ),
    "domain reaches a connector": (
        "shared__domain__case",
        "from connectors.erp import netvisor",
        "not an arrow of shared.domain",
    ),
    "domain speaks HTTP": ("shared__domain__case", "import requests", "not a package"),
    "domain opens a socket": ("shared__domain__case", "import socket", "has no effects"),
    "domain fetches": ("shared__domain__case", "from urllib.request import urlopen", "no effects"),
    "domain rolls dice": ("shared__domain__case", "def f():\n    import random", "no effects"),
    "domain reads the clock": (
        "shared__domain__case",
        "import datetime\nx = datetime.datetime.now()",
        "time and chance are arguments",
    ),
    "domain reads the day": (
        "shared__domain__case",
        "from datetime import date\nx = date.today()",
        "time and chance are arguments",
    ),
    "cloud reaches a connector": (
        "shared__cloud__store",
        "import connectors.erp.netvisor",
        "not an arrow of shared.cloud",
    ),
    "cloud reaches a function": ("shared__cloud__store", "import functions.pull", "not an arrow"),
    "cloud speaks SOAP": ("shared__cloud__store", "import zeep", "not a package of shared.cloud"),
    "errors know the domain's user": (
        "shared__errors",
        "import requests",
        "not a package of shared",
    ),
    "connector reaches AWS": (
        "connectors__erp__netvisor",
        "def f():\n    import boto3",
        "not a package of connectors",
    ),
    "connector reaches the cloud": (
        "connectors__erp__netvisor",
        "from shared.cloud.store import Store",
        "not an arrow of connectors",
    ),
    "connector reaches a connector": (
        "connectors__erp__netvisor",
        "from connectors.erp import fortnox",
        "a connector knows no other",
    ),
    "connector speaks HTTP by itself": (
        "connectors__erp__netvisor",
        "import requests",
        "through a door",
    ),
    "connector parses by itself": (
        "connectors__erp__netvisor",
        "import xml.etree.ElementTree as ET",
        "through a door",
    ),
    "connector reaches a neighbour": (
        "connectors__erp__netvisor",
        "from . import fortnox",
        "a connector knows no other",
    ),
    "door reaches a connector": (
        "connectors__http",
        "import importlib\nimportlib.import_module('connectors.erp.fortnox')",
        "a connector knows no other",
    ),
    "function reaches AWS by itself": (
        "functions__pull",
        "import boto3",
        "not a package of functions",
    ),
    "function speaks SOAP by itself": (
        "functions__pull",
        "import zeep",
        "not a package of functions",
    ),
    "product reaches the embedded stack": ("functions__pull", "import infra.local", "not an arrow"),
    "something counts in arrays": ("functions__pull", "import numpy as np", "not a package"),
    "a tool counts in arrays": ("tools__law", "import pandas", "too heavy"),
    "a drawer": ("shared__domain__date_utils", "", "named like a drawer"),
    "a third code package": ("shared__pages__render", "X = 1", "outside the two code packages"),
    "too long": ("shared__domain__case", "\n" * MAX_LINES, "more than one subject"),
}


@pytest.mark.parametrize(("name", "source", "expected"), WRONG.values(), ids=WRONG)
def test_a_fault_is_found(tmp_path, name, source, expected):
    build(tmp_path, connectors__erp__fortnox="", shared__cloud__store="")
    build(tmp_path, **{name: source})

    assert [fault for fault in faults(tmp_path) if expected in fault]


def test_a_module_without_an_opening_sentence_is_found(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "errors.py").write_text("X = 1\n")

    assert faults(tmp_path) == ["shared.errors does not open with a sentence saying what it knows"]


def test_every_arrow_of_the_design_is_allowed(tmp_path):
    build(
        tmp_path,
        shared__errors="class X(Exception): ...",
        shared__domain__case="import pydantic\nfrom shared.errors import X\nfrom . import money",
        shared__domain__money="from decimal import Decimal",
        shared__cloud__store="import boto3\nfrom shared.domain import case",
        connectors__contract="from shared.domain.case import X",
        connectors__soap="import zeep, requests\nfrom connectors import http",
        connectors__http="import requests, socket, time",
        connectors__erp__netvisor="from connectors import soap\nimport shared.domain.money",
        functions__pull="import connectors.erp.netvisor\nfrom shared.cloud import store",
    )

    assert faults(tmp_path) == []


def test_an_empty_tree_has_no_faults(tmp_path):
    assert faults(tmp_path) == []
