"""Two law packs side by side: what an update adds, changes and takes away, in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal

from shared.domain.explain import Record
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Rule

# What the whole pack says beside its rules; the rest of its fields are indexes of the rules.
_HEAD = ("currency", "as_of", "covered", "unknowns", "rate_section")
# These name a rule and where it was read; they are told apart from what it says.
_NAMES = frozenset({"id", "section", "sources", "note"})


class FieldChange(Record):
    """One field of a rule: plain texts, empty where there was or is nothing."""

    field: str
    before: str
    after: str


class Change(Record):
    """What became of one rule, half-year's rate (``rate <first day>``), statute or pack head."""

    rule: str
    kind: Literal["added", "changed", "removed"]
    section: str
    fields: tuple[FieldChange, ...]
    text: str


def diff(before: LawPack, after: LawPack) -> tuple[Change, ...]:
    """Every difference between two packs of one country, by rule id; empty when they say the same.

    Comments and the order of rules are no difference. Raises ``ValueError`` for two countries.
    """
    if before.country != after.country:
        raise ValueError("both law packs must be of one country")
    head = _compare("pack", _head(before), _head(after))
    rules = _compare_all(_rules(before.rules.values()), _rules(after.rules.values()))
    acts = _compare_all(_statutes(before), _statutes(after))
    rates = _compare_all(_rates(before), _rates(after))
    return (*head, *rules, *acts, *rates)


def _head(pack: LawPack) -> dict[str, Any]:
    return {name: getattr(pack, name) for name in _HEAD}


def _rules(rules: Iterable[Rule]) -> dict[str, dict[str, Any]]:
    return {rule.id: {"kind": type(rule).__name__.lower(), **_plain(rule)} for rule in rules}


def _statutes(pack: LawPack) -> dict[str, dict[str, Any]]:
    return {f"statute {name}": _plain(one) for name, one in pack.statutes.items()}


def _rates(pack: LawPack) -> dict[str, dict[str, Any]]:
    return {f"rate {rate.first.isoformat()}": _plain(rate) for rate in pack.rates}


def _plain(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def _compare_all(
    before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]
) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        yield from _compare(name, before.get(name, {}), after.get(name, {}))


def _compare(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    fields = tuple(
        FieldChange(field=field, before=_say(before.get(field)), after=_say(after.get(field)))
        for field in dict.fromkeys([*before, *after])
        if field != "id" and _say(before.get(field)) != _say(after.get(field))
    )
    if not fields:
        return
    section = str((after or before).get("section", ""))
    kind: Literal["added", "changed", "removed"] = "changed"
    if not before or not after:
        kind = "added" if after else "removed"
    yield Change(
        rule=name, kind=kind, section=section, fields=fields,
        text=_sentence(name, kind, section, fields),
    )  # fmt: skip


def _sentence(name: str, kind: str, section: str, fields: tuple[FieldChange, ...]) -> str:
    where = f"{name} ({section})" if section else name
    if kind != "changed":
        told = [
            f"{one.field} {one.after or one.before}" for one in fields if one.field not in _NAMES
        ]
        return f"{where} is {'new' if kind == 'added' else 'gone'}: {', '.join(told)}"
    told = [f"{one.field} was {one.before or 'not set'}, is {one.after or 'not set'}"
            for one in fields]  # fmt: skip
    return f"{where}: {'; '.join(told)}"


def _say(value: object) -> str:
    """A value as people read it; nothing, for what is not set."""
    match value:
        case None | () | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case date() | time():
            return value.isoformat()
        case Decimal() | int() | str():
            return str(value)
        case frozenset():
            return ", ".join(sorted(_say(one) for one in value))
        case tuple() | list():
            return ", ".join(_say(one) for one in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            inner = ((field.name, getattr(value, field.name))
                     for field in dataclasses.fields(value))  # fmt: skip
            return " ".join(f"{name} {_say(one)}" for name, one in inner if _say(one))
        case _:
            return str(value)
