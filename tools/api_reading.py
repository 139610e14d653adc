"""What the code of a handler says of its route: body, query, headers, statuses, problems, answer.

It is read from the handler and from all of ``functions.api`` that the handler calls, so there is no
second table that could be wrong: ``read(request, NewHold)`` names the model of a body,
``request.query.get("month")`` a parameter, ``Problem(409, "answered", …)`` a refusal.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from pydantic import BaseModel

Plain = dict[str, Any]
_HOME = "functions."
# What ``pages.page`` and ``pages.sifted`` give beside the rows.
_MORE: Plain = {
    "type": "object",
    "properties": {"cursor": {"type": ["string", "null"]}},
    "required": ["cursor"],
}
# What a value's last call says of its type in JSON.
_MADE: dict[str, Plain] = {
    "isoformat": {"type": "string"},
    "str": {"type": "string"},
    "stamp": {"type": "string"},
    "len": {"type": "integer"},
    "bool": {"type": "boolean"},
    "list": {"type": "array"},
    "sorted": {"type": "array"},
    "model_dump": {"type": "object"},
    "dict": {"type": "object"},
}
# What a function says that it returns.
_STATED: dict[str, Plain] = {
    "str": {"type": "string"},
    "str | None": {"type": ["string", "null"]},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
}
# What a value that is written out is.
_WRITTEN: dict[type, Plain] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    type(None): {"type": "null"},
    ast.JoinedStr: {"type": "string"},
    ast.List: {"type": "array"},
    ast.Tuple: {"type": "array"},
}


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
        for node in ast.walk(_tree(function)):
            if isinstance(node, ast.Call):
                _of_call(found, node, function)
            elif isinstance(node, ast.IfExp) and _text(node.test) == "request.body":
                found.optional = True
            elif isinstance(node, ast.Subscript | ast.Compare):
                found.query |= _asked(node)
    found.answer = _answer(handler)
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
    for node in ast.walk(_tree(function)):
        found: Any = None
        if isinstance(node, ast.Name):
            found = function.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = function.__globals__.get(node.value.id)
            found = getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
        if isinstance(found, FunctionType) and found.__module__.startswith(_HOME):
            yield found


@cache
def _tree(function: FunctionType) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _of_call(found: Read, call: ast.Call, function: FunctionType) -> None:
    match _text(call.func), call.args:
        case "read", [_, ast.Name(id=name)]:
            _of_body(found, function.__globals__.get(name))
        case "asked", [_, ast.Name(id=name)]:
            found.filters = function.__globals__[name]
        case "request.query.get", [ast.Constant(value=str(name)), *default]:
            found.query.add(name)
            if default and _text(default[0]) == "''":
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
    if _text(place) != "request.query" or not isinstance(name, ast.Constant):
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


# --- answers --------------------------------------------------------------------------------------


def _answer(handler: Callable[..., Any]) -> Plain:
    """The schema of the answers: of all that the handler may return, what each of them has."""
    if not isinstance(handler, FunctionType):
        raise TypeError("a handler is a function")
    return _either([one for one in _returned(handler, "Answer") if one is not None])


def _returned(function: FunctionType, kind: str) -> Iterator[Plain | None]:
    """A schema for each return of a function: of ``Answer(…)``, or of a plain object."""
    for node in ast.walk(_tree(function)):
        match node:
            case ast.Return(value=ast.Call(func=ast.Name(id="Answer"), args=[body, *_])):
                yield _schema(body, function)
            case ast.Return(value=ast.Call() as call) if inner := _function(call, function):
                yield from _returned(inner, kind)
            case ast.Return(value=ast.expr() as value) if kind == "plain":
                yield _schema(value, function)


def _schema(value: ast.expr, function: FunctionType) -> Plain | None:
    """What an expression is in JSON; None for bytes, which have a media type of their own."""
    match value:
        case ast.Dict():
            found: Plain | None = _object(value, function)
        case ast.ListComp(elt=inner):
            items = _schema(inner, function)
            found = {"type": "array", **({"items": items} if items else {})}
        case ast.Call():
            found = _of_value(value, function)
        case ast.Name(id=name):
            found = _assigned(name, function)
        case _:
            found = dict(_WRITTEN.get(type(getattr(value, "value", value)), {}))
    return found


def _of_value(call: ast.Call, function: FunctionType) -> Plain | None:
    """What a call gives: a function of the API what it returns, any other what its name says."""
    name = _text(call.func).rpartition(".")[2]
    if name == "encode":
        return None
    inner = _function(call, function)
    if inner is not None:
        stated = _STATED.get(inner.__annotations__.get("return", ""))
        return stated or _either([one for one in _returned(inner, "plain") if one])
    return dict(_MADE.get(name, {}))


def _assigned(name: str, function: FunctionType) -> Plain | None:
    """What a name of the function is given, if always the same; of a page the second is more."""
    found: list[Plain | None] = []
    for node in ast.walk(_tree(function)):
        match node:
            case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
                found.append(_schema(value, function))
            case ast.Assign(
                targets=[ast.Tuple(elts=[_, ast.Name(id=given)])],
                value=ast.Call(func=ast.Name(id="page" | "sifted")),
            ) if given == name:
                found.append(_MORE)
    return found[0] if found and all(one == found[0] for one in found) else {}


def _object(value: ast.Dict, function: FunctionType) -> Plain:
    properties: Plain = {}
    required = []
    for key, one in zip(value.keys, value.values, strict=True):
        if isinstance(key, ast.Constant):
            properties[str(key.value)] = _schema(one, function) or {}
            required.append(str(key.value))
        elif key is None:
            spread = _schema(one, function) or {}
            properties |= spread.get("properties", {})
            required += spread.get("required", [])
    return {"type": "object", "properties": properties, "required": sorted(set(required))}


def _either(found: list[Plain]) -> Plain:
    """What holds of each of several schemas."""
    if not found:
        return {}
    if any(one.get("type") != "object" for one in found):
        return found[0] if found and all(one == found[0] for one in found) else {}
    properties: Plain = {}
    for each in found:
        for name, one in each.get("properties", {}).items():
            properties[name] = _both(properties[name], one) if name in properties else one
    required = set.intersection(*(set(one.get("required", ())) for one in found))
    made: Plain = {"type": "object"}
    if properties:
        made["properties"] = properties
    if required:
        made["required"] = sorted(required)
    return made


def _both(one: Plain, other: Plain) -> Plain:
    """A value that may be either: both types where that is all that is known of them."""
    if one == other:
        return one
    if set(one) == set(other) == {"type"}:
        types = [each["type"] for each in (one, other)]
        flat = [name for each in types for name in ([each] if isinstance(each, str) else each)]
        return {"type": sorted(set(flat), key=lambda name: (name == "null", name))}
    return {}


def _function(call: ast.Call, function: FunctionType) -> FunctionType | None:
    """The function of the API that a call by its plain name, or by its module's, comes to."""
    found: Any = None
    if isinstance(call.func, ast.Name):
        found = function.__globals__.get(call.func.id)
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        module = function.__globals__.get(call.func.value.id)
        found = getattr(module, call.func.attr, None) if isinstance(module, ModuleType) else None
    ours = isinstance(found, FunctionType) and found.__module__.startswith(_HOME)
    return found if ours else None


def _text(node: ast.expr) -> str:
    return ast.unparse(node)
