"""Every key that the hub can make has a retention class: nothing is kept without one."""

from __future__ import annotations

import ast
import importlib
import inspect
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.cloud import classes, connection_keys, hub_keys, keys, partner_keys, payer_keys
from shared.cloud.keys import Tenant
from shared.domain.lawpack import COUNTRIES
from shared.domain.retention import retention

ROOT = Path(__file__).parents[2]
# Arguments by name, where an id is not enough.
GIVEN = {
    "tenant": Tenant("nordic"), "version": 1, "n": "1", "number": 1, "kind": "PAY",
    "digest": "0" * 64, "day": date(2026, 3, 2), "at": "2026-03-02T09:00:00Z",
}  # fmt: skip


def made():
    """A key of every function that makes one."""
    for module in (keys, connection_keys, hub_keys, partner_keys, payer_keys):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            told = inspect.signature(function)
            if function.__module__ != module.__name__ or told.return_annotation != "Key":
                continue
            if name.startswith("_"):
                continue
            given = {one: GIVEN.get(one, "x1") for one in told.parameters}
            if module is partner_keys and name == "attempt":
                given["at"] = datetime(2026, 3, 2, tzinfo=UTC)
            if name in {"hook_count", "money_day", "audit"} and "day" in given:
                given["day"] = "2026-03-02"
            yield pytest.param(function(**given), id=f"{module.__name__}.{name}")


def facts():
    """The kinds of all facts that code names: ``keys.fact(tenant, KIND, …)``."""
    for file in [*(ROOT / "shared" / "cloud").glob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "keys.fact":
                continue
            kind = node.args[1]
            if isinstance(kind, ast.Constant):
                yield kind.value
            else:
                name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                yield getattr(importlib.import_module(name), ast.unparse(kind))


@pytest.mark.parametrize("key", list(made()))
def test_every_key_has_a_class(key):
    assert classes.kept(key).kind


def test_every_kind_of_fact_has_a_class():
    found = set(facts())
    assert len(found) > 20
    assert found - classes.kinds() == set()


def test_an_unknown_kind_has_none():
    with pytest.raises(KeyError):
        classes.kept({"pk": "T#nordic#NEWS#1", "sk": "FACT"})


@pytest.mark.parametrize("country", COUNTRIES)
def test_how_to_reach_a_person_goes_before_the_evidence(country):
    closed = date(2026, 3, 2)
    ends = [retention(one, country).last_day(closed) for one in ("contact", "case_evidence")]
    assert ends == sorted(ends)
