"""The OpenAPI 3.1 document of the partner API, made of the table of routes and the models in use.

Written to docs/partner/openapi.json by ``tools.partner_schemas``. A route without a line here is a
``KeyError``: the document knows every route that a partner may call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from functions.api.access import ROUTES
from functions.api.partner_deliveries import Since
from functions.api.partner_endpoint import NewEndpoint
from functions.api.partner_sandbox import Advance, Fire, NewCase, Reset
from shared.domain.casefile_v1 import CaseFile
from shared.domain.partner_message import PartnerMessage
from shared.domain.remittance import Advice

_REF = "#/components/schemas/{model}"
# What each route is for, the status of its success, and the model of its body or of its answer.
_SAYS: Mapping[str, tuple[str, int, str | None, str | None]] = {
    "GET /v1/partner/cases/{id}": ("The case file, byte for byte", 200, None, "CaseFile"),
    "GET /v1/partner/cases/{id}/documents/{act}": ("A letter, by links", 200, None, None),
    "POST /v1/partner/cases/{id}/events": ("Report on a case", 202, "PartnerMessage", None),
    "POST /v1/partner/remittances": ("Advise a remittance", 202, "Advice", None),
    "GET /v1/partner/endpoint": ("Your address and how it is doing", 200, None, None),
    "PUT /v1/partner/endpoint": ("Another address, tested at once", 200, "NewEndpoint", None),
    "POST /v1/partner/endpoint/test": ("Send endpoint.test now", 200, None, None),
    "POST /v1/partner/endpoint/secret": ("A second secret; both sign", 201, None, None),
    "POST /v1/partner/endpoint/secret/finish": ("Drop the old secret", 200, None, None),
    "GET /v1/partner/deliveries": ("Every attempt of a day", 200, None, None),
    "POST /v1/partner/deliveries/replay": ("Send all since an instant again", 202, "Since", None),
    "GET /v1/partner/deliveries/{act}": ("One message with its attempts", 200, None, None),
    "POST /v1/partner/deliveries/{act}/replay": ("Send one message again", 202, None, None),
    "POST /v1/partner/sandbox/reset": ("Wipe the sandbox and begin", 200, "Reset", None),
    "POST /v1/partner/sandbox/cases": ("Hand an invented case over", 201, "NewCase", None),
    "GET /v1/partner/sandbox/cases/{id}": ("What we made of your reports", 200, None, None),
    "POST /v1/partner/sandbox/cases/{id}/messages": ("Send any message", 200, "Fire", None),
    "POST /v1/partner/sandbox/advance": ("Waits pass at once", 200, "Advance", None),
}
_MODELS: Mapping[str, type[BaseModel] | Any] = {
    "Advance": Advance,
    "Advice": Advice,
    "CaseFile": CaseFile,
    "Fire": Fire,
    "NewCase": NewCase,
    "NewEndpoint": NewEndpoint,
    "PartnerMessage": PartnerMessage,
    "Reset": Reset,
    "Since": Since,
}
# RFC 9457, as every refusal is written (functions/api/exchange.py).
_PROBLEM = {
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
_QUERY = {
    "GET /v1/partner/deliveries": ("day", "after"),
    "GET /v1/partner/sandbox/cases/{id}": ("report",),
}


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for route, access in sorted(ROUTES.items()):
        if access.role == "partner":
            method, path = route.split(" ")
            paths.setdefault(path, {})[method.lower()] = _operation(route, access.scope)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dunlin partner API", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **_schemas()},
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {
                        f"dunlin/{one.scope}": one.scope
                        for one in ROUTES.values() if one.role == "partner"
                    }}},
                }
            },
        },
    }  # fmt: skip


def _operation(route: str, scope: str) -> dict[str, Any]:
    says, status, body, given = _SAYS[route]
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    schema = {"$ref": _REF.format(model=given)} if given else {"type": "object"}
    said: dict[str, Any] = {
        "summary": says,
        "security": [{"token": [f"dunlin/{scope}"]}],
        "parameters": _parameters(route),
        "responses": {
            str(status): {"description": says, "content": {"application/json": {"schema": schema}}},
            "default": {"description": "A refusal (RFC 9457)", "content": problem},
        },
    }
    if body is not None:
        content = {"application/json": {"schema": {"$ref": _REF.format(model=body)}}}
        said["requestBody"] = {"required": True, "content": content}
    return said


def _parameters(route: str) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in re.findall(r"\{(\w+)\}", route)
    ]
    found += [
        {"name": name, "in": "query", "required": False, "schema": text}
        for name in _QUERY.get(route, ())
    ]
    if route.startswith("POST "):
        key = {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,100}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    return found


def _schemas() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, model in _MODELS.items():
        schema = TypeAdapter(model).json_schema(ref_template=_REF)
        made |= schema.pop("$defs", {})
        made[name] = schema
    return dict(sorted(made.items()))
