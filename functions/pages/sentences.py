"""The hub's own English sentences in the language of a page: looked up, never put together anew.

Reasons, faults, rules of law and the timeline are fixed English sentences: so they are stored,
signed and replayed. A page looks them up in tables of the form ``English: translation``, the
hub's in ``shared/pages/sentences/<language>/*.json``, a connector's own beside its module as
``*.<language>.json``. ``{name}`` marks what is put in, which is looked up in its turn. What no
table knows stays English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import connectors
import shared
from shared.domain.formats import Language, amount_text, date_text
from shared.domain.money import MINOR_UNITS, Money

FOLDER = Path(shared.__file__).parent / "pages" / "sentences"
_HOLE = re.compile(r"\{(\w+)\}")
# Days, minutes and amounts as sentences of ours have them: alone, never as a part of an id.
_DAY = re.compile(r"(?<![\w:/-])(\d{4}-\d{2}-\d{2})(?: (\d{2}):(\d{2}))?(?![\w/-]|:\w)")
_INSTANT = re.compile(
    r"(?<![\w:/-])\d{4}-\d{2}-\d{2}T[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-][01]\d:[0-5]\d)(?!\w)"
)
# The key of an act or a question (``act_keys``): its case, its step, a digest.
_KEY = re.compile(r"(?<![\w:/-])c[0-9a-f]{20}-([a-z0-9_-]+)-[0-9a-f]{12}(?![\w-])")
_CODE = re.compile(r"(?<![\w:/.-])[a-z]+(?:_[a-z]+)+(?![\w:/-]|\.\w)")
_TWO_PLACES = [currency for currency, places in MINOR_UNITS.items() if places == 2]
_AMOUNT = re.compile(rf"(?<![\w.,:-])(-?\d+(?:\.\d\d)?) ({'|'.join(_TWO_PLACES)})(?!\w)")
# What stands between hours and minutes; a colon elsewhere.
MINUTES: Mapping[Language, str] = {"fi": ".", "da": "."}
# A number alone: every language of ours but English has a comma in it.
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Before a name that is quoted: {contact}, 'approved'.
_QUOTES = ("{", "'")
# Places that hold an id, which may read like a word of ours: a partner called ``partner``.
_NAMES = frozenset({
    "account", "act", "bucket", "case", "claim", "claims", "connection", "creditor", "debtor",
    "dispute", "document", "hold", "party", "partner", "partner_case", "payment", "plan", "policy",
    "promise", "remittance", "target", "task",
})  # fmt: skip
# Facts that hold an id of the creditor's, a source's or the hub's own.
IDS = _NAMES | {"id", "into", "invoice", "other", "previous", "receipt"}
# Between two sentences of one text.
_ENDS = re.compile(r"(?<=[.!?;:]) ")
# No sentence of ours is longer; what somebody else wrote is not searched for one.
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class _Shape:
    """A sentence with places: how it is recognised, and what it is in the other language."""

    seen: re.Pattern[str]
    # What stands before, between and after its places.
    pieces: tuple[str, ...]
    told: str
    fixed: int
    # What stands there is a name, of the hub's or somebody's own: it stays as it is.
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Table:
    """Sentences without places by their text; those with, by the word that they begin with."""

    whole: Mapping[str, str]
    shapes: Mapping[str, tuple[_Shape, ...]]


def said(text: str, language: Language) -> str | None:
    """An English sentence of the hub in a language; None where the tables lack a part of it."""
    if language == "en" or not text:
        return text
    if len(text) > _LONGEST:
        return None
    if (told := _marked(text, language)) is not None:
        return told
    return _one_after_the_other(text, language)


def written(text: str, language: Language, zone: str = "UTC") -> str:
    """A told sentence with what is in it as people write it.

    Days, amounts and instants (in ``zone``, an IANA name) are as the language has them, the key of
    an act is its step, and a code of ours that no table told is its words.
    """

    def day(found: re.Match[str]) -> str:
        try:
            told = date_text(date.fromisoformat(found[1]), language)
        except ValueError:  # Looks like a day and is none.
            return found[0]
        time = f" {found[2]}{MINUTES.get(language, ':')}{found[3]}"
        return told + time if found[2] else told

    def instant(found: re.Match[str]) -> str:
        try:
            local = datetime.fromisoformat(found[0]).astimezone(ZoneInfo(zone))
        except (ValueError, OverflowError):  # None, or one that the zone cannot have (year 9999).
            return found[0]
        return f"{local:%Y-%m-%d %H:%M}"

    def amount(found: re.Match[str]) -> str:
        try:
            return amount_text(Money.of(found[1], found[2]), language)
        except ValueError:  # Larger than an amount can be.
            return found[0]

    text = _DAY.sub(day, _INSTANT.sub(instant, _KEY.sub(r"\1", text)))
    text = _CODE.sub(lambda code: code[0].replace("_", " "), text)
    return _AMOUNT.sub(amount, text)


def entries(language: Language) -> Iterator[tuple[Path, dict[str, str]]]:
    """Every table of a language and the file that it stands in."""
    beside = Path(connectors.__file__).parent.rglob(f"*.{language}.json")
    for path in sorted(chain((FOLDER / language).glob("*.json"), beside)):
        yield path, json.loads(path.read_text(encoding="utf-8"))


def _one_after_the_other(text: str, language: Language) -> str | None:
    """Sentences that follow each other, or an error and what to do about it, as long as can be."""
    starts = [0, *(found.end() for found in _ENDS.finditer(text))]
    ends = [*starts[1:], len(text)]
    rests: dict[int, str | None] = {len(text): ""}  # What is told from there on.
    for start in reversed(starts):
        known = (
            f"{told} {rest}".rstrip()
            for end in reversed(ends)
            if end > start and (rest := rests[end]) is not None
            if (told := _marked(text[start:end].rstrip(), language)) is not None
        )
        rests[start] = next(known, None)
    return rests[0]


def _marked(text: str, language: Language) -> str | None:
    """A sentence as a table has it, or as one has it without the mark that it ends in."""
    whole = _table(language).whole
    if text in whole or not text.endswith((".", ";", ":")):
        return _sentence(text, language)
    bare = text[:-1]
    if bare not in whole and (told := _sentence(text, language)) is not None:
        return told
    told = _sentence(bare, language)
    return None if told is None else told + text[-1]


@lru_cache(maxsize=4096)
def _sentence(text: str, language: Language) -> str | None:
    if _NUMBER.fullmatch(text):
        return text.replace(".", ",")
    if any(one.fullmatch(text) for one in (_DAY, _INSTANT, _AMOUNT)):
        return text  # How a language writes it is seen to at the end.
    table = _table(language)
    if (told := table.whole.get(text)) is not None:
        return told
    for shape in (*table.shapes.get(_first(text), ()), *table.shapes.get("", ())):
        if _may_fit(text, shape.pieces) and (found := shape.seen.fullmatch(text)):
            put = {
                name: value if name in shape.kept else _put_in(value, language)
                for name, value in found.groupdict().items()
            }
            return shape.told.format_map(put)
    return None


def _may_fit(text: str, pieces: tuple[str, ...]) -> bool:
    """Whether a shape's fixed pieces stand in a text one after the other, found in one pass.

    A pattern with several places would try all their ends before it gave up: seconds for a text
    that somebody made for that.
    """
    first, *between, last = pieces
    if not last and text.endswith((";", ":")):
        return False
    at = len(first)
    for piece in between:
        if (found := text.find(piece, at + 1)) < 0:
            return False
        at = found + len(piece)
    return at + len(last) < len(text) and text.startswith(first) and text.endswith(last)


def _put_in(value: str, language: Language) -> str:
    """What stands in a place: a sentence or word of ours, several, or as it is."""
    if (told := said(value, language)) is not None:
        return told
    parts = value.split(", ")
    return ", ".join(_put_in(one, language) for one in parts) if len(parts) > 1 else value


@lru_cache(maxsize=4)
def _table(language: Language) -> _Table:
    whole: dict[str, str] = {}
    shapes: dict[str, list[_Shape]] = {}
    for _, sentences in entries(language):
        for text, told in sentences.items():
            if _HOLE.search(text):
                shapes.setdefault(_first(text), []).append(_shape(text, told))
            else:
                whole[text] = told
    # The shape that fixes most of the text is asked first.
    return _Table(
        whole,
        {word: tuple(sorted(of, key=lambda one: -one.fixed)) for word, of in shapes.items()},
    )


def _first(text: str) -> str:
    """The first word of a text; empty where a place stands in it, or it is the only one."""
    word, blank, _ = text.partition(" ")
    return word if blank and "{" not in word else ""


def _shape(text: str, told: str) -> _Shape:
    pattern, fixed, seen, end = "", 0, set[str](), 0
    kept = frozenset(
        hole[1] for hole in _HOLE.finditer(text)
        if hole[1] in _NAMES or text[: hole.start()][-1:] in _QUOTES
    )  # fmt: skip
    for hole in _HOLE.finditer(text):
        between, name = text[end : hole.start()], hole[1]
        pattern += re.escape(between) + (f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
        fixed, end = fixed + len(between), hole.end()
        seen.add(name)
    # What is put in at the end keeps no mark of a list: that is another part's.
    rest = text[end:]
    pattern += "" if rest else r"(?<![;:])"
    seen_as = re.compile(pattern + re.escape(rest), re.DOTALL)
    pieces = tuple(_HOLE.split(text)[::2])
    return _Shape(seen_as, pieces, told, fixed + len(rest), kept)
