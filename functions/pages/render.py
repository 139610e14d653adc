"""Templates become HTML: autoescaped, an unknown name is an error, figures as a language has them.

Templates are ours (``shared/pages``); what goes in is data and is never a template.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

import shared
from functions.pages.sentences import IDS, MINUTES, said, written
from functions.pages.words import Words
from shared.domain.formats import Language, amount_text, date_text
from shared.domain.money import Money

FOLDER = Path(shared.__file__).parent / "pages"
_NOTHING = "\u2013"
# One word, and no day or sum.
_ID = re.compile(r"\S*[a-z]\S*")
_TWO_WORDS = re.compile(r"\w \w")


def render(template: str, words: Words, **facts: Any) -> str:
    """A template (``console/tasks.html``) with its words and facts, as HTML."""
    return _environment().get_template(template).render(t=words, lang=words.language, **facts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(money=_money, day=_day, moment=_moment, number=_number, part=part)
    made.filters.update(said=_said, told=_told)
    made.globals.update(asset=asset, address=address)
    return made


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """The address of a file of ours (``dunlin.css``), its content in its name."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    stem, _, end = name.rpartition(".")
    return f"/pages/{stem}.{digest}.{end}"


def address(path: str, query: Mapping[str, object] | None = None, /, **more: object) -> str:
    """A path of ours with a query; names without a value (None, empty) are left out."""
    said = {**(query or {}), **more}
    kept = {name: str(text) for name, text in said.items() if text not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def part(text: object) -> str:
    """A value as one part of a path."""
    return quote(str(text), safe="")


@pass_context
def _money(context: Context, value: Money | dict[str, Any] | str, currency: str = "") -> str:
    """An amount: our own, the API's ``{"amount", "currency"}``, or a text and its currency."""
    if isinstance(value, dict):
        money = Money.of(value["amount"], value["currency"])
    else:
        money = value if isinstance(value, Money) else Money.of(value, currency)
    return amount_text(money, context["lang"])


@pass_context
def _said(context: Context, text: object, *, mark: bool = True) -> str:
    """A sentence of the hub in the page's language; marked as English where it has no other.

    Ids that the page knows by a name (``called``) are told by that name. A single word that no
    table has, or a list of such, is an id or a name and of no language. Without ``mark`` the text
    may go into another sentence.
    """
    told = said(str(text), context["lang"])
    language: Language = context["lang"] if told is not None else "en"
    plain = written(told if told is not None else str(text), language, context.get("zone") or "UTC")
    if called := context.get("called"):
        ids = "|".join(re.escape(one) for one in sorted(called, key=len, reverse=True))
        plain = re.sub(rf"(?<![\w:/-])(?:{ids})(?![\w/-]|:\w)", lambda id_: called[id_[0]], plain)
    foreign = mark and told is None and _TWO_WORDS.search(plain) is not None
    return Markup('<span lang="en">{}</span>').format(plain) if foreign else plain


@pass_context
def _told(context: Context, text: object, name: str = "") -> str:
    """A value of ours (a section, a figure, a fact) in the page's language, or as it is.

    ``name`` is the fact's (``connection``, or with the path to it: ``routing.1.partner``): an id
    stays as the creditor wrote it, also where it reads like a code of ours.
    """
    if not IDS.isdisjoint(name.split(".")) and all(map(_ID.fullmatch, str(text).split(", "))):
        return str(text)
    told = said(str(text), context["lang"]) or str(text)
    return written(told, context["lang"], context.get("zone") or "UTC")


@pass_context
def _day(context: Context, value: date | str | None) -> str:
    """A day, from a date or its ISO text; a dash for none."""
    if not value:
        return _NOTHING
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return date_text(day, context["lang"])


@pass_context
def _moment(context: Context, value: datetime | str | None) -> str:
    """An instant in the zone of the page (``zone``; UTC where none is said), to the minute."""
    if not value:
        return _NOTHING
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = instant.astimezone(ZoneInfo(context.get("zone") or "UTC"))
    between = MINUTES.get(context["lang"], ":")
    return f"{date_text(local.date(), context['lang'])} {local:%H}{between}{local:%M}"


@pass_context
def _number(context: Context, value: Decimal | float | str) -> str:
    """A number with the language's own separators and as many decimals as it came with."""
    plain = f"{Decimal(str(value)):,f}"
    if context["lang"] == "en":
        return plain
    thousands = "." if context["lang"] in {"da", "de"} else "\u00a0"
    return plain.translate({ord(","): thousands, ord("."): ","})
