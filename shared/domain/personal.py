"""Personal values of a record: where they stand, and the record once they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, get_args

from pydantic import BaseModel

from shared.domain.model import Party, PersonalMark
from shared.domain.sighting import Payer

Found = TypeVar("Found", bound=BaseModel)

# Numbers that name a person where they name no company: a sole trader's own number among them.
_NUMBERS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Party: ("business_id", "business_id_scheme", "customer_number"),
    Payer: ("business_id",),
}
_PUBLIC = frozenset({"company", "public"})


def marked(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that hold personal values themselves, by their ``Personal`` mark."""
    return tuple(
        name
        for name, info in model.model_fields.items()
        if any(isinstance(one, PersonalMark) for one in info.metadata)
    )


def holders(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and all that it is made of, as far as they have a personal field of their own."""
    if marked(model):
        yield model
    for info in model.model_fields.values():
        for inner in _models(info.annotation):
            yield from holders(inner)


def forgotten(record: Found) -> Found:
    """The record without any personal value: ids, days, amounts, codes and countries stay.

    A forgotten record reads as before (a text is empty, a list has nothing in it), so that whoever
    folds, matches or counts by it goes on. A company's public number stays.
    """
    changes: dict[str, object] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        changes[name] = _empty(value) if name in marked(type(record)) else _within(value)
    if getattr(record, "kind", None) not in _PUBLIC:
        changes |= dict.fromkeys(_NUMBERS.get(type(record), ()))
    return record.model_copy(update=changes)


def without_contact(party: Party) -> Party:
    """A debtor by whom nothing is owed any more: how to reach the debtor goes, the name stays."""
    return party.model_copy(update={"emails": (), "phones": (), "addresses": ()})


def _within(value: object) -> object:
    if isinstance(value, BaseModel):
        return forgotten(value)
    if isinstance(value, tuple):
        return tuple(_within(one) for one in value)
    return value


def _empty(value: object) -> object:
    return None if value is None else type(value)()


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of: itself, or those of its parts."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
