"""What the code of a handler says of its route: body, query, headers, statuses, problems, answer.

It is read from the handler and from all of ``functions.api`` that the handler calls, so there is no
second table that could be wrong: ``read(request, NewHold)`` names the model of a body,
``request.query.get("month")`` a parameter, ``Problem(409, "answered", …)`` a refusal.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from pydantic import BaseModel

from tools import api_answers
from tools.api_answers import Plain, answer_of, text_of, tree_of


@dataclass
class Read:
    """What was read of one handler; ``answer`` is the schema of its success, as far as it shows."""

    body: type[BaseModel] | None = None
    filters: type[BaseModel] | None = None
    optional: bool = False
    query: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    problems: dict[int, set[str]] = field(default_factory=dict)
    answer: Plain = field(default_factory=dict)


def reading(handler: Callable[..., Any]) -> Read:
    """Read one handler. Raises ``ValueError`` for one that reads bodies as two models."""
    handler = inspect.unwrap(handler)
    found = Read()
    for function in _called(handler):
        for node in ast.walk(tree_of(function)):
            if isinstance(node, ast.Call):
                _of_call(found, node, function)
            elif isinstance(node, ast.IfExp) and text_of(node.test) == "request.body":
                found.optional = True
            elif isinstance(node, ast.Subscript | ast.Compare):
                found.query |= _asked(node)
    found.answer = answer_of(handler)
    return found


def _called(handler: Callable[..., Any]) -> list[FunctionType]:
    """The handler and every function of the API that it may come to."""
    seen: dict[str, FunctionType] = {}
    wanted = [handler]
    while wanted:
        one = wanted.pop()
        name = f"{one.__module__}.{one.__qualname__}"
        if name in seen or not isinstance(one, FunctionType):
            continue
        seen[name] = one
        wanted += _names(one)
    return list(seen.values())


def _names(function: FunctionType) -> Iterator[FunctionType]:
    for node in ast.walk(tree_of(function)):
        found: Any = None
        if isinstance(node, ast.Name):
            found = function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            found = getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
        if isinstance(found, FunctionType) and found.__module__.startswith(api_answers.HOME):
            yield found


def _of_call(found: Read, call: ast.Call, function: FunctionType) -> None:
    match text_of(call.func), call.args:
        case "read", [_, ast.Name(id=name)]:
            _of_body(found, function.__globals__.get(name))
        case "asked", [_, ast.Name(id=name)]:
            found.filters = function.__globals__[name]
        case "request.query.get", [ast.Constant(value=str(name)), *default]:
            found.query.add(name)
            if default and text_of(default[0]) == "''":
                # Nothing in its place is no value of it.
                found.needed.add(name)
        case "request.headers.get", [ast.Constant(value=str(name)), *_]:
            found.headers.add(name)
        case "Problem", [ast.Constant(value=int(status)), code, *_]:
            codes = {str(code.value)} if isinstance(code, ast.Constant) else set()
            found.problems.setdefault(status, set()).update(codes)
        case "Answer", args:
            found.statuses.add(_status(call, args))


def _of_body(found: Read, model: Any) -> None:
    if isinstance(model, type) and issubclass(model, BaseModel):
        if found.body not in {None, model}:
            raise ValueError("a handler reads its body as one model")
        found.body = model


def _asked(node: ast.Subscript | ast.Compare) -> set[str]:
    """The parameter of ``request.query["report"]`` and of ``"report" in request.query``."""
    if isinstance(node, ast.Subscript):
        name, place = node.slice, node.value
    else:
        name, place = node.left, node.comparators[0]
    if text_of(place) != "request.query" or not isinstance(name, ast.Constant):
        return set()
    return {str(name.value)}


def _status(call: ast.Call, args: list[ast.expr]) -> int:
    given = [one.value for one in call.keywords if one.arg == "status"] or args[1:2]
    if not given:
        return 200
    return max(
        (one.value for one in ast.walk(given[0])
         if isinstance(one, ast.Constant) and isinstance(one.value, int)),
        default=200,
    )  # fmt: skip
