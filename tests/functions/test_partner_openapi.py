"""The published OpenAPI document is the one of the routes and models in use."""

from __future__ import annotations

import json

from functions.api.access import ROUTES
from tests.functions.world import EVENTS
from tools.partner_openapi import document

PUBLISHED = EVENTS.parent / "docs" / "partner" / "openapi.json"


def test_the_published_document_is_that_of_the_code():
    assert json.loads(PUBLISHED.read_text()) == document()


def test_it_has_every_route_of_a_partner_and_no_other():
    found = {
        f"{method.upper()} {path}"
        for path, methods in document()["paths"].items()
        for method in methods
    }

    assert found == {route for route, access in ROUTES.items() if access.role == "partner"}


def test_every_reference_leads_somewhere():
    text = PUBLISHED.read_text()
    schemas = json.loads(text)["components"]["schemas"]
    wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert wanted <= set(schemas)


def test_every_post_asks_for_an_idempotency_key():
    for methods in document()["paths"].values():
        for method, operation in methods.items():
            names = [one["name"] for one in operation["parameters"]]
            assert ("Idempotency-Key" in names) == (method == "post")
