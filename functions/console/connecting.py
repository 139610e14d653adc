"""Connecting: the catalogue of connectors, and the forms for a connection's settings and secrets.

A form is drawn from the connector's own schema. What is secret is typed, sent on and never shown.
"""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console import setting_fields
from functions.console.connections import FAMILIES, family_of, spec_of
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

_SECRET = "secret."  # noqa: S105 - the beginning of a field's name


def catalogue(desk: Desk) -> Page:
    """What can be connected, by family, for a country (``?country=``) or everywhere."""
    told = desk.ask("GET /v1/connectors").body["connectors"]
    countries = sorted({land for one in told for land in one["countries"] if land != "*"})
    country, family = desk.query.get("country", ""), desk.query.get("family", "")
    fitting = [
        one
        for one in told
        if not country or not one["countries"] or {"*", country} & set(one["countries"])
    ]
    groups = [
        (name, [one for one in fitting if one["name"].partition(".")[0] == name])
        for name in FAMILIES
        if family in {"", name}
    ]
    return desk.page(
        "connectors", "connections", groups=[group for group in groups if group[1]],
        countries=countries, families=FAMILIES,
    )  # fmt: skip


def begin(desk: Desk) -> Page:
    """The form of a new connection of one connector, with what the hub knows filled in."""
    spec = spec_of(desk, desk.path["name"])
    return _new(desk, spec, spec["preset"], _usual(spec))


def create(desk: Desk) -> Page:
    """Make the connection, or show the form again with every fault, or with one entry more."""
    spec = spec_of(desk, desk.path["name"])
    config, said = _config(desk, spec), _head(desk, spec)
    if "more" in desk.form:
        return _new(desk, spec, config, said)
    start = said["start_line"]
    body = {
        "id": said["id"], "connector": spec["name"], "config": config, "secrets": _secrets(desk),
        **({"start_line": start} if start else {}), "authority": said["authority"],
    }  # fmt: skip
    try:
        told = desk.ask("POST /v1/connections", body=body)
    except Problem as problem:
        return _new(desk, spec, config, said, problem)
    return desk.went(f"/connections/{told.body['id']}", told, done="connected")


def settings(desk: Desk) -> Page:
    """The settings of a connection, to be replaced whole."""
    row = _row(desk)
    return _settings(desk, row, spec_of(desk, row["connector"]), row["config"])


def replace_settings(desk: Desk) -> Page:
    """Replace the settings, or show the form again with every fault, or with one entry more."""
    row = _row(desk)
    spec = spec_of(desk, row["connector"])
    config = _config(desk, spec)
    if "more" in desk.form:
        return _settings(desk, row, spec, config)
    try:
        told = desk.ask("PUT /v1/connections/{id}", body={"config": config}, id=row["id"])
    except Problem as problem:
        return _settings(desk, row, spec, config, problem)
    return desk.went(f"/connections/{row['id']}", told, done="settings")


def secrets(desk: Desk, problem: Problem | None = None) -> Page:
    """The form for other secrets; those that are stored are shown to nobody."""
    row = _row(desk)
    return desk.page(
        "connection_secrets", "connections", status=problem.status if problem else 200,
        one=row, family=family_of(row), spec=spec_of(desk, row["connector"]), **_faults(problem),
    )  # fmt: skip


def replace_secrets(desk: Desk) -> Page:
    """Replace all secrets by those that were typed."""
    body = {"secrets": _secrets(desk)}
    try:
        told = desk.ask("PUT /v1/connections/{id}/secrets", body=body, id=desk.path["id"])
    except Problem as problem:
        return secrets(desk, problem)
    return desk.went(f"/connections/{desk.path['id']}", told, done="secrets")


def _new(
    desk: Desk, spec: dict[str, Any], config: dict[str, Any], said: dict[str, Any],
    problem: Problem | None = None,
) -> Page:  # fmt: skip
    return desk.page(
        "connection_new", "connections", status=problem.status if problem else 200,
        spec=spec, family=spec["name"].partition(".")[0], said=said,
        fields=_fields(desk, spec, config), **_faults(problem),
    )  # fmt: skip


def _settings(
    desk: Desk, row: dict[str, Any], spec: dict[str, Any], config: dict[str, Any],
    problem: Problem | None = None,
) -> Page:  # fmt: skip
    return desk.page(
        "connection_settings", "connections", status=problem.status if problem else 200,
        one=row, spec=spec, fields=_fields(desk, spec, config), **_faults(problem),
    )  # fmt: skip


def _faults(problem: Problem | None) -> dict[str, Any]:
    return {
        "problem": problem.body if problem else None,
        "faults": fields_of(problem) if problem else {},
    }


def _fields(
    desk: Desk, spec: dict[str, Any], config: dict[str, Any]
) -> tuple[setting_fields.Field, ...]:
    more = desk.form.get("more", "")
    return setting_fields.fields(spec["config"], config, "config", more)


def _config(desk: Desk, spec: dict[str, Any]) -> dict[str, Any]:
    return setting_fields.values(spec["config"], desk.form, "config")


def _usual(spec: dict[str, Any]) -> dict[str, Any]:
    """What stands in the form at first; a channel is called as policies name it."""
    return {"id": spec["name"].rpartition(".")[2], "start_line": "", "authority": True}


def _head(desk: Desk, spec: dict[str, Any]) -> dict[str, Any]:
    money = spec["name"].partition(".")[0] in {"banks", "payments"}
    return {
        "id": desk.form.get("id", "").strip(),
        "start_line": desk.form.get("start_line", ""),
        "authority": "authority" in desk.form if money else True,
    }


def _secrets(desk: Desk) -> dict[str, str]:
    return {
        name.removeprefix(_SECRET): text
        for name, text in desk.form.items()
        if name.startswith(_SECRET) and text
    }


def _row(desk: Desk) -> dict[str, Any]:
    return dict(desk.ask("GET /v1/connections/{id}", id=desk.path["id"]).body)


ROUTES: dict[str, Answering] = {
    "GET /connectors": catalogue,
    "GET /connectors/{name}": begin,
    "POST /connectors/{name}": create,
    "GET /connections/{id}/settings": settings,
    "POST /connections/{id}/settings": replace_settings,
    "GET /connections/{id}/secrets": secrets,
    "POST /connections/{id}/secrets": replace_secrets,
}
