"""Sentences of a letter as a form has them: in groups, with what each may and must say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.domain.wording import SENTENCES

_FIELD = "sentences."
_FORMAL = "_formal"
_NAMED = re.compile(r"\{(\w+)\}")
# By what a key begins with; the labels of tables, which nobody rewrites first, come last.
_GROUPS = {
    "outside": ("subject_", "sms_"),
    "opening": ("heading", "greeting", "opening_", "paid", "closing"),
    "next": ("next_", "nothing_follows", "acts_are_free"),
    "help": ("help_heading", "contact", "difficulty", "dispute", "disputed_"),
    "plan": ("plan_",),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its key, ours, the own one (empty: ours stands), and its placeholders."""

    key: str
    ours: str
    own: str
    must: tuple[str, ...]
    may: tuple[str, ...]

    @property
    def path(self) -> str:
        """The name of its field, which is the API's path of it."""
        return _FIELD + self.key

    @property
    def plain(self) -> str:
        """The key of what it is about, whoever it is said to."""
        return self.key.removesuffix(_FORMAL)

    @property
    def formal(self) -> bool:
        """Whether it is said to whoever is not a consumer."""
        return self.key.endswith(_FORMAL)


def fields(shipped: Mapping[str, str], own: Mapping[str, str]) -> dict[str, list[Sentence]]:
    """The sentences of a letter by group, in the order of the form."""
    found: dict[str, list[Sentence]] = {name: [] for name in (*_GROUPS, "labels")}
    for key in sorted({**shipped, **own}, key=_place):
        found[_group(key)].append(_sentence(key, shipped.get(key, ""), own.get(key, "")))
    return {name: sentences for name, sentences in found.items() if sentences}


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """The sentences that were typed, by key; an empty field leaves ours in place."""
    return dict(_typed(form))


def _typed(form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in form.items():
        if name.startswith(_FIELD) and text.strip():
            yield name.removeprefix(_FIELD), text.strip()


def _group(key: str) -> str:
    return next((name for name, begins in _GROUPS.items() if key.startswith(begins)), "labels")


def _place(key: str) -> int:
    """Where a sentence stands in its group: as the group names what keys begin with."""
    begins = _GROUPS.get(_group(key), ())
    return next((at for at, begin in enumerate(begins) if key.startswith(begin)), 0)


def _sentence(key: str, ours: str, own: str) -> Sentence:
    must = SENTENCES.get(key.removesuffix(_FORMAL), frozenset())
    may = sorted(set(_NAMED.findall(ours)) - must)
    return Sentence(key, ours, own, tuple(sorted(must)), tuple(may))
