"""OpenAPI 3.1 documents of the hub's HTTP APIs: the parts that both of them are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

Plain = dict[str, Any]
Mode = Literal["validation", "serialization"]

REF = "#/components/schemas/{model}"
JSON = "application/json"
# RFC 9457, as every refusal is written (functions/api/exchange.py).
PROBLEM: Plain = {
    "type": "object",
    "required": ["type", "title", "status", "code", "fields"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {one: {"type": "string"} for one in ("path", "code", "text")},
            },
        },
    },
}
_REFUSED = "#/components/responses/Refusal"
_REFUSAL: Plain = {
    "description": "A refusal (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}},
}
# What a parameter of a query may be; one that is not here is any text.
QUERY: Mapping[str, Plain] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "page": {"type": "integer", "minimum": 0, "default": 0},
    "month": {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"},
    "day": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as it is told: ``body`` and ``answers`` are schemas, the latter by status.

    ``needed`` are parameters of the query that must be there, ``refusals`` codes of problems by
    status.
    """

    route: str
    scope: str
    summary: str
    answers: Mapping[int, Mapping[str, Plain]]
    body: tuple[str, Plain] | None = None
    optional: bool = False
    query: Mapping[str, Plain] = field(default_factory=dict)
    needed: Collection[str] = ()
    key: Literal["required", "optional"] | None = None
    refusals: Mapping[int, Iterable[str]] = field(default_factory=dict)
    more: Plain = field(default_factory=dict)


def document(title: str, operations: Iterable[Operation], schemas: Plain) -> Plain:
    """A whole document; the operations come in order of their routes."""
    paths: dict[str, Plain] = {}
    known = sorted(operations, key=lambda one: one.route)
    for one in known:
        method, path = one.route.split(" ")
        paths.setdefault(path, {})[method.lower()] = _told(one)
    scopes = {f"dunlin/{one.scope}": one.scope for one in known}
    flows = {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": scopes}}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM, **schemas},
            "responses": {"Refusal": _REFUSAL},
            "securitySchemes": {"token": {"type": "oauth2", "flows": flows}},
        },
    }


def schemas(models: Iterable[tuple[str, Mode, Any]]) -> tuple[dict[tuple[str, Mode], Plain], Plain]:
    """The schema of each model by its name and mode, and all that they refer to, by name."""
    wanted = [(name, mode, TypeAdapter(model)) for name, mode, model in models]
    found, whole = TypeAdapter.json_schemas(wanted, ref_template=REF)
    defined: Plain = whole["$defs"]
    # Two modules may each have a ``Release``; the library then writes out all of both names.
    short = {one: _short(one) for one in defined if "__" in one}
    text = json.dumps([{str(at): found[at] for at in found}, defined])
    for long, brief in short.items():
        text = text.replace(json.dumps(long), json.dumps(brief)).replace(
            json.dumps(REF.format(model=long)), json.dumps(REF.format(model=brief))
        )
    refs, named = json.loads(text)
    return {key: refs[str(key)] for key in found}, dict(sorted(named.items()))


def _short(name: str) -> str:
    """``functions__api__cases__Release`` as ``CasesRelease``."""
    module, model = name.split("__")[-2:]
    return "".join(part.capitalize() for part in module.split("_")) + model


def query(names: Iterable[str]) -> dict[str, Plain]:
    """Parameters of a query by their names, each with what it may be."""
    return {name: QUERY.get(name, {"type": "string"}) for name in names}


def parameters(route: str) -> list[str]:
    """The names that a route's path holds."""
    return re.findall(r"\{(\w+)\}", route)


def _told(one: Operation) -> Plain:
    responses: Plain = {
        str(status): {
            "description": one.summary,
            "content": {media: {"schema": schema} for media, schema in contents.items()},
        }
        for status, contents in sorted(one.answers.items())
    }
    for status, codes in sorted(one.refusals.items()):
        named = ", ".join(sorted(codes)) or "as its title says"
        responses[str(status)] = {"$ref": _REFUSED, "description": named}
    responses["default"] = {"$ref": _REFUSED}
    told: Plain = {
        "summary": one.summary,
        "security": [{"token": [f"dunlin/{one.scope}"]}],
        "parameters": _parameters(one),
        "responses": responses,
        **one.more,
    }
    if one.body is not None:
        media, schema = one.body
        told["requestBody"] = {"required": not one.optional, "content": {media: schema}}
    return told


def _parameters(one: Operation) -> list[Plain]:
    text = {"type": "string"}
    found: list[Plain] = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in parameters(one.route)
    ]
    found += [
        {"name": name, "in": "query", "required": name in one.needed, "schema": schema}
        for name, schema in one.query.items()
    ]
    if one.key is not None:
        key = {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,100}$"}
        found.append({
            "name": "Idempotency-Key", "in": "header", "required": one.key == "required",
            "schema": key,
        })  # fmt: skip
    return found
