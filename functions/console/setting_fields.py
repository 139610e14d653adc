"""Setting fields: a connector's settings (JSON Schema) as fields of a form, and the form as JSON.

Fields bear the API's own paths (``config.accounts.0.account``), so that a fault finds its field.
What is typed and cannot be a number goes on as it is: the API says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["text", "number", "tick", "choice", "lines", "group", "rows"]

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,6}")

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form. ``value`` is what stands in it: a text, or a truth for a tick.

    ``parts`` are the fields of a group, ``rows`` those of each entry of a list. ``changed`` is
    whether it says anything else than it would if nobody had touched it. ``title`` is what the
    connector itself calls it, where elsewhere its key stands for another thing.
    """

    kind: Kind
    name: str
    key: str
    hint: str
    required: bool
    value: str | bool = ""
    options: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()
    changed: bool = False
    title: str = ""


def own_title(key: str, schema: Schema) -> str:
    """The title that a setting was given, empty where pydantic made it of the key."""
    title = str(schema.get("title", ""))
    return "" if title == key.replace("_", " ").title() else title


def fields(
    schema: Schema, value: Mapping[str, Any], within: str, more: str = ""
) -> tuple[Field, ...]:
    """The fields of an object with what stands in them; absent ones show their default.

    A list of objects has one empty entry when it has none; ``more`` is the path of one that gets
    another.
    """
    return _fields(schema, schema, value, within, more)


def values(schema: Schema, form: Mapping[str, str], within: str) -> dict[str, Any]:
    """The object that a form says. What was left empty is absent, as are untouched entries."""
    return _values(schema, schema, form, within)


def _fields(
    root: Schema, schema: Schema, value: Mapping[str, Any], within: str, more: str
) -> tuple[Field, ...]:
    needed = schema.get("required", ())
    return tuple(
        replace(
            _field(root, one, value.get(key, one.get("default")), f"{within}.{key}",
                   required=key in needed, more=more),
            title=own_title(key, one),
        )
        for key, one in schema.get("properties", {}).items()
    )  # fmt: skip


def _field(
    root: Schema, schema: Schema, value: Any, name: str, *, required: bool, more: str
) -> Field:
    plain, nullable = _plain(root, schema)
    kind, key = _kind(root, plain), name.rpartition(".")[2]
    hint = schema.get("description", plain.get("description", "") if kind != "group" else "")
    if kind == "group":
        inner = value if isinstance(value, Mapping) else {}
        parts = _fields(root, plain, inner, name, more)
        changed = any(one.changed for one in parts)
        return Field(kind, name, key, hint, required, parts=parts, changed=changed)
    if kind == "rows":
        entries = list(value or ())
        entries += [{}] if more == name or not entries else []
        item = _item(root, plain)
        rows = tuple(
            _fields(root, item, one, f"{name}.{at}", more) for at, one in enumerate(entries)
        )
        changed = len(rows) > 1 or any(one.changed for row in rows for one in row)
        return Field(kind, name, key, hint, required, rows=rows, changed=changed)
    changed = value not in (None, "", [], schema.get("default"))
    if kind == "tick":
        return Field(kind, name, key, hint, required, value is True, changed=changed)
    if kind == "lines":
        text = "\n".join(str(one) for one in value or ())
        return Field(kind, name, key, hint, required, text, changed=changed)
    options = tuple(plain.get("enum", ()))
    if options and (nullable or "default" not in schema):
        options = ("", *options)
    said = "" if value is None else str(value)
    return Field(kind, name, key, hint, required, said, options, changed=changed)


def _values(root: Schema, schema: Schema, form: Mapping[str, str], within: str) -> dict[str, Any]:
    found = {
        key: _value(root, one, form, f"{within}.{key}")
        for key, one in schema.get("properties", {}).items()
    }
    return {key: one for key, one in found.items() if one is not None}


def _value(root: Schema, schema: Schema, form: Mapping[str, str], name: str) -> Any:
    plain, nullable = _plain(root, schema)
    kind, text = _kind(root, plain), form.get(name, "")
    if kind != "choice":  # one of the choices is a tab
        text = text.strip()
    if kind == "group":
        inner = _values(root, plain, form, name)
        return None if nullable and inner == _untouched(root, plain) else inner
    if kind == "rows":
        return _entries(root, _item(root, plain), form, name)
    if kind == "tick":
        return name in form
    if kind == "lines":
        said = [one.strip() for one in text.splitlines() if one.strip()]
        whole = _item(root, plain).get("type") == "integer"
        lines = [_number(one) for one in said] if whole else said
        return lines or (None if nullable else [])
    if not text:
        return None
    return _number(text) if kind == "number" else text


def _entries(
    root: Schema, item: Schema, form: Mapping[str, str], name: str
) -> list[dict[str, Any]]:
    """The entries of a list that somebody touched, in the order of their numbers."""
    numbers = {
        int(number)
        for one in form
        if one.startswith(f"{name}.")
        and _WHOLE.fullmatch(number := one.removeprefix(f"{name}.").partition(".")[0])
    }
    found = [_values(root, item, form, f"{name}.{at}") for at in sorted(numbers)]
    return [one for one in found if one != _untouched(root, item)]


def _untouched(root: Schema, schema: Schema) -> dict[str, Any]:
    """What an object's form says while everything stands in it as it was drawn at first."""
    said = dict[str, str]()
    _said(fields({**schema, "$defs": root.get("$defs", {})}, {}, "o"), said)
    return _values(root, schema, said, "o")


def _said(drawn: tuple[Field, ...], said: dict[str, str]) -> None:
    for one in drawn:
        _said(one.parts, said)
        for row in one.rows:
            _said(row, said)
        if one.kind == "tick" and one.value:
            said[one.name] = "yes"
        elif one.kind == "choice" and one.options:
            # A browser sends the first choice where none is marked.
            said[one.name] = str(one.value or one.options[0])
        elif one.kind in {"text", "number", "lines"}:
            said[one.name] = str(one.value)


def _number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _plain(root: Schema, schema: Schema) -> tuple[Schema, bool]:
    """A schema without its reference and its null, and whether null was allowed."""
    if "$ref" in schema:
        return root["$defs"][schema["$ref"].rpartition("/")[2]], False
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        inner, _ = _plain(root, kinds[0])
        return inner, len(kinds) < len(schema["anyOf"])
    return schema, False


def _item(root: Schema, plain: Schema) -> Schema:
    """The schema of a list's entries; those of a pair are of one kind."""
    return _plain(root, plain["items"] if "items" in plain else plain["prefixItems"][0])[0]


def _kind(root: Schema, plain: Schema) -> Kind:
    match plain.get("type"):
        case "object":
            return "group"
        case "array":
            return "rows" if _item(root, plain).get("type") == "object" else "lines"
        case "boolean":
            return "tick"
        case "integer" | "number":
            return "number"
        case _:
            return "choice" if "enum" in plain else "text"
