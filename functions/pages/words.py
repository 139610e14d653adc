"""Words of pages: sentences by key and language, kept as data in ``shared/pages/words``.

A file a room of pages; each key has its sentence in every language of its face, as
``title = {en = "Today", fi = "Tänään", sv = "I dag"}``. ``{name}`` marks what is put in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import shared
from shared.domain.formats import Language

FOLDER = Path(shared.__file__).parent / "pages" / "words"
# The console speaks these; the payer's page speaks every language that letters have.
CONSOLE: tuple[Language, ...] = ("en", "fi", "sv")
# The cookie in which a person's own choice for the console is kept.
CHOSEN = "__Host-dunlin-language"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of some rooms in one language; where two have a key, the later room's."""

    language: Language
    texts: Mapping[str, Mapping[str, str]]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of a key, with what is put in. Raises ``KeyError`` for one not there."""
        text = self.texts[key][self.language]
        return text.format_map(values) if values else text

    def count(self, key: str, number: int, /, **values: object) -> str:
        """The sentence of a count: ``<key>_one`` for one, else ``<key>_many``, with ``{n}``."""
        return self(f"{key}_one" if number == 1 else f"{key}_many", n=number, **values)

    def code(self, prefix: str, code: str) -> str:
        """The word for a code (``<prefix>_<code>``), the code itself where there is none.

        Codes of a family that are made as they come (``step_call``, ``step_visit``) share the word
        of ``<prefix>_step_any``, in which ``{rest}`` is what follows.
        """
        family, _, rest = code.partition("_")
        if (key := f"{prefix}_{code}") in self.texts:
            return self.texts[key][self.language]
        if rest and (key := f"{prefix}_{family}_any") in self.texts:
            return self(key, rest=rest.replace("_", " "))
        return code.replace("_", " ")


def words(language: Language, *rooms: str) -> Words:
    """The words of rooms in a language. Raises ``FileNotFoundError`` for a room not there."""
    texts: dict[str, Mapping[str, str]] = {}
    for room in rooms:
        texts.update(_room(room))
    return Words(language, texts)


def choose(wishes: Iterable[str | None], spoken: tuple[Language, ...]) -> Language:
    """The first wish that is spoken (``sv-FI`` counts as ``sv``), else the first language."""
    for wish in wishes:
        tag = (wish or "").strip().replace("_", "-").split("-", 1)[0].lower()
        tag = {"no": "nb", "nn": "nb"}.get(tag, tag)
        for language in spoken:
            if tag == language:
                return language
    return spoken[0]


def wished(accept: str) -> list[str]:
    """The languages of an ``Accept-Language`` header, most wanted first (RFC 9110, 12.5.4)."""
    ranked = []
    for number, one in enumerate(accept.split(",")[:20]):
        tag, _, weight = one.partition(";q=")
        try:
            ranked.append((-float(weight or 1), number, tag.strip()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(ranked)]


def of_visitor(cookies: Mapping[str, str], accept: str) -> Language:
    """The console's language for a visitor: the one once chosen, else what the browser wishes."""
    return choose([cookies.get(CHOSEN), *wished(accept)], CONSOLE)


@lru_cache(maxsize=64)
def _room(room: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / f"{room}.toml").read_text(encoding="utf-8"))
