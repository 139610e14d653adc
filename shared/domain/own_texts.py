"""A creditor's own sentences: which letters they are for, and the hash that names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.explain import content_hash
from shared.domain.letter_input import LetterInput


def place(language: str, letter: str, tone: str) -> str:
    """Where the sentences of one letter in one language and tone are kept: ``fi/reminder/firm``."""
    return f"{language}/{letter}/{tone}"


def places(letter: LetterInput) -> tuple[str, ...]:
    """Where the sentences of a letter are kept, one place for each of its languages."""
    languages = (letter.language, letter.second_language)
    return tuple(place(one, letter.letter, letter.tone) for one in languages if one is not None)


def name_of(where: str, sentences: Mapping[str, str]) -> str:
    """The hash that names sentences at their place; they are kept under it for replays."""
    return content_hash({"place": where, "sentences": dict(sentences)})


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """Sentences by ``place`` and key, and the hosts that they may link to."""

    sentences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()

    def of(self, letter: LetterInput) -> Mapping[str, str]:
        """The sentences for a letter in its (first) language."""
        return self.sentences.get(place(letter.language, letter.letter, letter.tone), {})

    def names(self, letter: LetterInput) -> tuple[str, ...]:
        """The names of the sentences that a letter is made with, one for each language."""
        return tuple(
            name_of(where, self.sentences[where])
            for where in places(letter)
            if where in self.sentences
        )


NONE = OwnTexts()
