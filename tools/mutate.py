"""Mutation testing: breaks one small thing of a module at a time and asks whether a test notices.

    python tools/mutate.py --tree /tmp/copy shared/domain/interest.py:accrue --tests tests/domain

Works on a copy of the repository, never on a working tree: ``--tree`` is refused where it holds a
``.git``. Each module may name the functions to break. Every mutant runs the named tests in a
process of its own until the first failure; those that none notices are printed with their line.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
# A mutant that runs this long hangs, and a test noticed that.
_SECONDS = 60


def mutants(tree: ast.Module, only: frozenset[str]) -> Iterator[tuple[int, str, ast.Module]]:
    """Each mutant of a module: its line, what was changed, and the whole changed module."""
    nodes = [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and (not only or function.name in only)
        for statement in function.body
        for node in ast.walk(statement)
    ]
    seen: set[int] = set()
    for node in nodes:
        if id(node) in seen:
            continue
        seen.add(id(node))
        for what, fields in _changes(node):
            before = {name: getattr(node, name) for name in fields}
            for name, value in fields.items():
                setattr(node, name, value)
            yield getattr(node, "lineno", 0), what, copy.deepcopy(tree)
            for name, value in before.items():
                setattr(node, name, value)


def _changes(node: ast.AST) -> Iterator[tuple[str, dict[str, object]]]:
    match node:
        case ast.Compare(ops=ops):
            for index, one in enumerate(ops):
                other = _COMPARE[type(one)]
                changed = [*ops[:index], other(), *ops[index + 1 :]]
                yield f"{type(one).__name__} -> {other.__name__}", {"ops": changed}
        case ast.BinOp(op=operator) if type(operator) in _ARITHMETIC:
            swapped = _ARITHMETIC[type(operator)]
            yield f"{type(operator).__name__} -> {swapped.__name__}", {"op": swapped()}
        case ast.Constant(value=value) if isinstance(value, int):
            changed_value = (not value) if isinstance(value, bool) else value + 1
            yield f"{value} -> {changed_value}", {"value": changed_value}
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield f"{name} -> {_CALLS[name]}", {"func": ast.Name(id=_CALLS[name], ctx=ast.Load())}
        case _:
            yield from _of_logic(node)


def _of_logic(node: ast.AST) -> Iterator[tuple[str, dict[str, object]]]:
    match node:
        case ast.BoolOp(op=operator):
            other = ast.Or if isinstance(operator, ast.And) else ast.And
            yield f"{type(operator).__name__} -> {other.__name__}", {"op": other()}
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not -> not not", {"operand": ast.UnaryOp(op=ast.Not(), operand=operand)}
        case ast.If(test=test):
            never = ast.BoolOp(op=ast.And(), values=[ast.Constant(value=False), test])
            yield "if -> never", {"test": never}
        case _:
            return


def noticed(tree: Path, tests: list[str]) -> bool:
    """Whether a test fails, or hangs, in a process of its own."""
    child = os.fork()
    if child == 0:
        _run(tree, tests)
    began = time.monotonic()
    while time.monotonic() - began < _SECONDS:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _run(tree: Path, tests: list[str]) -> None:
    """Runs the tests of a tree and ends the process with their outcome."""
    import pytest

    os.chdir(tree)
    sys.path.insert(0, str(tree))
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])))


def _module(tree: Path, named: str, tests: list[str]) -> tuple[int, int]:
    name, _, functions = named.partition(":")
    path = tree / name
    source = path.read_text()
    only = frozenset(functions.split(",")) - {""}
    count = survived = 0
    try:
        for line, what, changed in mutants(ast.parse(source), only):
            path.write_text(ast.unparse(ast.fix_missing_locations(changed)))
            count += 1
            if not noticed(tree, tests):
                survived += 1
                told = source.splitlines()[line - 1].strip()
                print(f"{name}:{line}: {what}: {told}", flush=True)
    finally:
        path.write_text(source)
    return count, survived


def main() -> None:
    """Breaks the named modules, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", type=Path, required=True, help="a copy of the repository")
    parser.add_argument("modules", nargs="+", help="path[:function,...]")
    parser.add_argument("--tests", nargs="+", required=True, help="what pytest is given")
    asked = parser.parse_args()
    tree = asked.tree.resolve()
    if (tree / ".git").exists():
        parser.error("--tree is a working tree: give a copy without .git")
    sys.dont_write_bytecode = True
    import hypothesis
    import pydantic

    print(f"with pydantic {pydantic.VERSION}, hypothesis {hypothesis.__version__}", flush=True)
    if noticed(tree, asked.tests):
        parser.error("the tests fail before anything is broken")
    for named in asked.modules:
        count, survived = _module(tree, named, asked.tests)
        print(f"{named}: {count} mutants, {survived} survived", flush=True)


if __name__ == "__main__":
    main()
