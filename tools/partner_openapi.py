"""The OpenAPI 3.1 document of the partner API, made of the table of routes and the models in use.

Written to docs/partner/openapi.json by ``tools.partner_schemas``. A route without a line here is a
``KeyError``: the document knows every route that a partner may call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from functions.api.access import ROUTES
from functions.api.four_eyes import RULES
from functions.api.partner_deliveries import Since
from functions.api.partner_endpoint import NewEndpoint
from functions.api.partner_sandbox import Advance, Fire, NewCase, Reset
from shared.domain.casefile_v1 import CaseFile
from shared.domain.partner_message import PartnerMessage
from shared.domain.remittance import Advice
from tools import openapi
from tools.openapi import JSON, REF, Operation

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
_QUERY = {
    "GET /v1/partner/deliveries": ("day", "after"),
    "GET /v1/partner/sandbox/cases/{id}": ("report",),
}


def document() -> dict[str, Any]:
    """The whole document."""
    found, defined = openapi.schemas((name, "validation", one) for name, one in _MODELS.items())
    # A model stands under its own name; a union of models has none, and gets the one it has here.
    named = {name: one for (name, _), one in found.items() if name not in defined}
    schemas = dict(sorted({**defined, **named}.items()))
    return openapi.document("Dunlin partner API", _operations(), schemas)


def _operations() -> Iterator[Operation]:
    for route, access in ROUTES.items():
        if access.role == "partner":
            says, status, body, given = _SAYS[route]
            schema = {"$ref": REF.format(model=given)} if given else {"type": "object"}
            asked = {"schema": {"$ref": REF.format(model=body)}}
            # What waits for somebody of the creditor is answered so.
            waits = {202: {JSON: {"type": "object"}}} if route in RULES else {}
            yield Operation(
                route, access.scope, says, {status: {JSON: schema}} | waits,
                body=None if body is None else (JSON, asked),
                query=openapi.query(_QUERY.get(route, ())),
                key="required" if route.startswith("POST ") else None,
            )  # fmt: skip
