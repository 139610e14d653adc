"""The OpenAPI 3.1 document of the admin API, read from the handlers, their models and the routes.

Run ``python -m tools.admin_openapi`` after a route or a model has changed: it writes
docs/openapi.json, and a test compares. A route that reads a body needs its line in
``tools.api_examples``; all else comes from the code.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from functions.admin import HANDLERS
from functions.api.access import ROUTES
from functions.api.first_day_points import Unmet
from functions.api.four_eyes import RULES
from functions.api.settings import HubSwitch, Switches
from functions.reporting import People, Steps
from shared.cloud.writeback_rows import Accounts, Settings
from shared.domain.arming import FirstDay
from shared.domain.creditor import Creditor
from shared.domain.explanation import Explained
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.overrides import Override
from shared.domain.policy import Policy
from shared.domain.routing import Routing
from tools import openapi
from tools.api_examples import EXAMPLES
from tools.api_reading import Read, reading
from tools.openapi import JSON, Mode, Operation, Plain

PUBLISHED = Path(__file__).parents[1] / "docs" / "openapi.json"
# Models whose fields an answer holds, beside what is read from its handler; by the key under which
# they stand where they are not the answer itself.
_ANSWERS: Mapping[str, tuple[str | None, tuple[type[BaseModel], ...]]] = {
    "GET /v1/creditor": (None, (Creditor,)),
    "PUT /v1/creditor": (None, (Creditor,)),
    "GET /v1/control": (None, (Switches,)),
    "PUT /v1/control": (None, (Switches, Unmet)),
    "PUT /v1/hub/control": (None, (HubSwitch,)),
    "GET /v1/policies/{id}/{version}": ("policy", (Policy,)),
    "GET /v1/first-day/arming": (None, (FirstDay,)),
    "PUT /v1/first-day/arming": (None, (FirstDay,)),
    "GET /v1/overrides/{kind}/{id}": (None, (Override,)),
    "PUT /v1/overrides/{kind}/{id}": (None, (Override,)),
    "GET /v1/partners/{connection}/terms": (None, (PartnerTerms,)),
    "PUT /v1/partners/{connection}/terms": (None, (PartnerTerms,)),
    "GET /v1/routing": (None, (Routing,)),
    "PUT /v1/routing": (None, (Routing,)),
    "GET /v1/write-back": (None, (Settings, Accounts)),
    "PUT /v1/write-back": (None, (Settings, Accounts)),
    "PUT /v1/write-back/accounts": (None, (Settings, Accounts)),
    "GET /v1/reports/discipline": (None, (People, Steps)),
    "GET /v1/reports/deviations": (None, (People,)),
    "GET /v1/reports/punctuality": (None, (Steps,)),
    "GET /v1/cases/{id}/explain": (None, (Explained,)),
}
# What is no JSON, or may be something else.
_MEDIA: Mapping[str, tuple[str, ...]] = {
    "GET /v1/cases/{id}/support": ("text/plain",),
    "GET /v1/first-day/assessment": (JSON, "text/html", "text/csv"),
    "GET /v1/previews/{id}/picture": ("image/svg+xml",),
    "GET /v1/reports/month/{month}": (JSON, "text/html", "text/csv"),
    "GET /v1/write-back/postings": (JSON, "text/csv"),
}
# What is answered where a second person has to approve first.
_WAITS: Plain = {
    "type": "object",
    "properties": {"approval": {"type": "string"}},
    "required": ["approval"],
}
# What is answered of a month while a queue makes it, and where; a page of a month says it itself.
_WORKING: Plain = {
    "type": "object",
    "properties": {"month": {"type": "string"}, "state": {"const": "working"}},
    "required": ["month", "state"],
}
_BY_QUEUE = frozenset(
    {"GET /v1/reports/discipline", "GET /v1/reports/deviations", "GET /v1/reports/punctuality"}
)
_SHEETS = frozenset({"POST /v1/imports/notices"})


def document() -> Plain:
    """The whole document."""
    read = {route: reading(handler) for route, handler in HANDLERS.items()}
    models: dict[tuple[str, Mode], Any] = {}
    for one in read.values():
        if one.body is not None:
            models[_name(one.body), "validation"] = one.body
    for _, held in _ANSWERS.values():
        models |= {(_name(model), "serialization"): model for model in held}
    refs, schemas = openapi.schemas((name, mode, one) for (name, mode), one in models.items())
    told = _operations(read, refs, schemas)
    return openapi.document("Dunlin admin API", told, schemas)


def _operations(
    read: Mapping[str, Read], refs: Mapping[tuple[str, Mode], Plain], schemas: Plain
) -> Iterator[Operation]:
    for route, handler in HANDLERS.items():
        one = read[route]
        says, more = _words(route, handler)
        yield Operation(
            route,
            ROUTES[route].scope,
            says,
            {status: _answers(route, one, refs, schemas) for status in one.statuses or {200}}
            | ({202: {JSON: _WAITS}} if route in RULES else {})
            | ({202: {JSON: _WORKING}} if route in _BY_QUEUE else {}),
            body=_body(route, one, refs),
            optional=one.optional,
            query=_query(one),
            needed=one.needed,
            key="optional" if "idempotency-key" in one.headers else None,
            refusals=one.problems | ({404: {"not_found"}} if "{" in route else {}),
            more=more,
        )


def _query(one: Read) -> dict[str, Plain]:
    found = openapi.query(sorted(one.query))
    if one.filters is not None:
        fields = one.filters.model_json_schema()["properties"]
        found |= {
            name: next(each for each in field.get("anyOf", [field]) if each != {"type": "null"})
            for name, field in fields.items()
        }
    return found


def _words(route: str, handler: Callable[..., Any]) -> tuple[str, Plain]:
    """The first sentence of a handler's docstring, and the rest with the operation's own name."""
    operation = "_".join(re.findall(r"[a-z]+", route.lower().replace(" /v1", "")))
    summary, _, rest = inspect.cleandoc(handler.__doc__ or "").partition("\n")
    subject = handler.__module__.rpartition(".")[2]
    more: Plain = {"operationId": operation, "tags": [subject]}
    if rest.strip():
        more["description"] = " ".join(rest.split())
    return summary, more


def _answers(
    route: str, one: Read, refs: Mapping[tuple[str, Mode], Plain], schemas: Plain
) -> dict[str, Plain]:
    schema = dict(one.answer) or {"type": "object"}
    within, models = _ANSWERS.get(route, (None, ()))
    if within is not None:
        schema["properties"] |= {within: refs[_name(models[0]), "serialization"]}
    elif models and one.answer:
        held = [_resolved(refs[_name(model), "serialization"], schemas) for model in models]
        schema = _together(schema, held)
    elif models:
        names = [refs[_name(model), "serialization"] for model in models]
        held = [_resolved(name, schemas) for name in names]
        schema = names[0] if len(names) == 1 else _together(schema, held)
    text: Plain = {"type": "string"}
    return {media: schema if media == JSON else text for media in _MEDIA.get(route, (JSON,))}


def _resolved(ref: Plain, schemas: Plain) -> Plain:
    found: Plain = schemas[ref["$ref"].rpartition("/")[2]] if "$ref" in ref else ref
    return found


def _together(schema: Plain, held: list[Plain]) -> Plain:
    """One object with the fields of all."""
    properties: Plain = {}
    required: set[str] = set()
    for one in [*held, schema]:
        properties |= one.get("properties", {})
        required |= set(one.get("required", ()))
    return {"type": "object", "properties": properties, "required": sorted(required)}


def _body(
    route: str, one: Read, refs: Mapping[tuple[str, Mode], Plain]
) -> tuple[str, Plain] | None:
    if route in _SHEETS:
        return "text/csv", {"schema": {"type": "string"}, "example": EXAMPLES[route]}
    if one.body is None:
        return None
    example = {"example": EXAMPLES[route]} if route in EXAMPLES else {}
    return JSON, {"schema": refs[_name(one.body), "validation"], **example}


def _name(model: type[BaseModel]) -> str:
    """Two modules may each have a ``Preview``."""
    return f"{model.__module__}.{model.__qualname__}"


def main() -> None:
    """Write the document anew."""
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    PUBLISHED.write_text(text, encoding="utf-8")
    print(PUBLISHED.name)


if __name__ == "__main__":
    main()
