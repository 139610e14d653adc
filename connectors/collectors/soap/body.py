"""A case file as the values of a SOAP body: the tree of the published XML, by element names."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from shared.domain.casefile_xml import item_name
from shared.domain.money import Money


def values(record: BaseModel) -> dict[str, Any]:
    """Every field of a record under its element's name; what is None or left out has no element."""
    found: dict[str, Any] = {}
    for name, info in type(record).model_fields.items():
        value = getattr(record, name)
        if isinstance(value, tuple):
            if value or info.exclude_if is None:
                found[name] = {item_name(name): [_value(one) for one in value]}
        elif value is not None:
            found[name] = _value(value)
    return found


def _value(value: Any) -> Any:
    match value:
        case BaseModel():
            return values(value)
        case Money():
            return money(value)
        case bool() | int() | date() | datetime():
            return value
        case _:
            return str(value)


def money(value: Money) -> dict[str, Any]:
    """An amount with its currency as attribute."""
    return {"_value_1": value.amount, "currency": value.currency}
