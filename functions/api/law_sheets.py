"""Law sheets as data: every rule of the pack in force, its rates and sources, for the reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from functions.api.exchange import Answer, Request
from shared.cloud import law_rows
from shared.domain.law_sheet import parts
from shared.domain.lawpack import COUNTRIES
from shared.errors import NotFound

# Writes dates, decimals and the pack's own records as JSON has them.
_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def get_sheet(request: Request) -> Answer:
    """The law of a country as the hub knows it; UNCONFIRMED rules are shown and never used.

    Rates are in per cent a year for a half-year. It is no legal advice.
    """
    country = request.path["country"]
    if country not in COUNTRIES:
        raise NotFound("no law pack for this country")
    force = law_rows.current(country)
    pack = force.pack
    return Answer({
        "country": pack.country,
        "currency": pack.currency,
        "hash": pack.hash,
        "as_of": pack.as_of.isoformat(),
        "signed": force.signed,
        "rules": [
            {"kind": type(one).__name__.lower(), **rule}
            for one, rule in zip(pack.rules.values(), _plain(pack.rules.values()), strict=True)
        ],
        "parts": [one.model_dump(mode="json") for one in parts(pack)],
        "rates": list(_plain(pack.rates)),
        "statutes": list(_plain(pack.statutes.values())),
        "sources": list(_plain(pack.sources.values())),
        "unknowns": list(pack.unknowns),
    })  # fmt: skip


def _plain(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [_ANY.dump_python(one, mode="json") for one in found]
