"""The import benchmark measures what it says."""

from __future__ import annotations

import pytest

from tests.bench.imports import REFERENCE, functions, measure, profile


def lambdas(root, **sources):
    (root / "functions").mkdir()
    for name, source in sources.items():
        (root / "functions" / f"{name}.py").write_text(source)
    return root


def test_each_row_stands_beside_the_reference(tmp_path):
    lambdas(tmp_path, light="def handler(e, c): ...", heavy="import boto3\nhandler = print")

    reference, light, heavy = measure(functions(tmp_path)[::-1], runs=1, root=tmp_path)

    assert (reference["module"], reference["ratio"]) == (REFERENCE, 1.0)
    assert (light["packages"], light["third_party"]) == ([], 0)
    assert light["ratio"] < heavy["ratio"]
    assert "boto3" in heavy["packages"]


def test_only_modules_with_a_handler_are_lambdas(tmp_path):
    lambdas(tmp_path, __init__="", wiring="def connect(): ...", pull="from x import handler")

    assert functions(tmp_path) == ["functions.pull"]


def test_several_modules_are_measured_as_one(tmp_path):
    lambdas(tmp_path, pull="def handler(e, c): ...")

    assert "yaml" in profile("functions.pull+yaml", tmp_path)["modules"]


def test_a_module_that_cannot_be_imported_says_why(tmp_path):
    lambdas(tmp_path, pull="import nowhere_at_all")

    with pytest.raises(RuntimeError, match="No module named 'nowhere_at_all'"):
        profile("functions.pull", tmp_path)
