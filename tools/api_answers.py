"""What the code of a handler says of its answer: the fields of the object that it gives back.

The keys that a handler writes out are the fields of its answer; what cannot be seen is any value.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

Plain = dict[str, Any]
# Only what is ours is followed.
HOME = "functions."
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


def answer_of(handler: Callable[..., Any]) -> Plain:
    """The schema of the answers: of all that the handler may return, what each of them has."""
    if not isinstance(handler, FunctionType):
        raise TypeError("a handler is a function")
    return _either([one for one in _returned(handler, "Answer") if one is not None])


def _returned(function: FunctionType, kind: str) -> Iterator[Plain | None]:
    """A schema for each return of a function: of ``Answer(…)``, or of a plain object."""
    for node in ast.walk(tree_of(function)):
        match node:
            case ast.Return(value=ast.Call(func=ast.Name(id="Answer"), args=[body, *_])):
                yield _schema(body, function)
            case ast.Return(value=ast.Call() as call) if inner := function_of(call, function):
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
        case ast.DictComp(key=ast.Name(), generators=[ast.comprehension(iter=ast.Name(id=name))]):
            names = function.__globals__.get(name, ())
            found = {"type": "object", "properties": {one: {} for one in names},
                     "required": sorted(names)}  # fmt: skip
        case ast.Name(id=name):
            found = _assigned(name, function)
        case _:
            found = dict(_WRITTEN.get(type(getattr(value, "value", value)), {}))
    return found


def _of_value(call: ast.Call, function: FunctionType) -> Plain | None:
    """What a call gives: a function of the API what it returns, any other what its name says."""
    name = text_of(call.func).rpartition(".")[2]
    if name == "encode":
        return None
    inner = function_of(call, function)
    if inner is not None:
        stated = _STATED.get(inner.__annotations__.get("return", ""))
        return stated or _either([one for one in _returned(inner, "plain") if one])
    return dict(_MADE.get(name, {}))


def _assigned(name: str, function: FunctionType) -> Plain | None:
    """What a name of the function is given, if always the same; of a page the second is more."""
    found: list[Plain | None] = []
    for node in ast.walk(tree_of(function)):
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


def function_of(call: ast.Call, function: FunctionType) -> FunctionType | None:
    """The function of the API that a call by its plain name, or by its module's, comes to."""
    found: Any = None
    if isinstance(call.func, ast.Name):
        found = function.__globals__.get(call.func.id)
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        module = function.__globals__.get(call.func.value.id)
        found = getattr(module, call.func.attr, None) if isinstance(module, ModuleType) else None
    ours = isinstance(found, FunctionType) and found.__module__.startswith(HOME)
    return found if ours else None


def text_of(node: ast.expr) -> str:
    """An expression as it is written."""
    return ast.unparse(node)


@cache
def tree_of(function: FunctionType) -> ast.AST:
    """The source of a function, read once."""
    return ast.parse(textwrap.dedent(inspect.getsource(function)))
