"""Wording: the sentences of a letter, read from data, checked before use, and filled in safely."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.domain.formats import Language
from shared.domain.iban import holds_iban
from shared.domain.policy import Tone

_LETTERS = Path(__file__).parent.parent / "letters"
_FORMAL = "_formal"

# All that a sentence may ask to have filled in. Amounts are not here: they stand in the tables
# that the hub makes itself, so no wording can leave them out or put them in a subject line.
PLACEHOLDERS = frozenset({
    "contact", "creditor_name", "days_late", "deadline", "due", "interest_until",
    "invoice_number", "issued", "next_step_on", "section",
})  # fmt: skip

_NOTHING: frozenset[str] = frozenset()
_DEADLINE = frozenset({"deadline"})
_NEXT_STEP = frozenset({"next_step_on"})
_NUMBER = frozenset({"invoice_number"})

# Every sentence of a letter and what it cannot do without. The table is the schema of the files
# and of a creditor's own texts: an unknown key is refused, and so is a missing one.
SENTENCES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "date", "business_id", "customer_number", "breakdown", "amount", "payment_details",
            "payee", "account", "bic", "reference", "message", "pay_by", "total", "bar_code",
            "all_principal", "all_interest", "all_fees", "all_compensation", "not_due_heading",
            "help_heading", "or",
            "late_one", "row_total", "row_settled", "row_disputed", "row_later", "row_open",
            "row_fee_now", "row_fees_before", "row_item_total", "interest_open", "own_references",
            "not_due_note", "heading", "greeting", "paid", "closing", "acts_are_free",
        ),
        _NOTHING,
    ),
    "item": _NUMBER,
    "item_dates": frozenset({"issued", "due"}),
    "late_many": frozenset({"days_late"}),
    "row_interest": frozenset({"interest_until"}),
    "row_compensation": frozenset({"section"}),
    "not_due_item": frozenset({"invoice_number", "due"}),
    "payment_message": _NUMBER,
    "interest_open_after": frozenset({"interest_until"}),
    "contact": frozenset({"contact"}),
    "difficulty": _DEADLINE,
    "dispute": _DEADLINE,
    "subject_one": frozenset({"creditor_name"}),
    "subject_many": frozenset({"creditor_name"}),
    "opening_one": _DEADLINE,
    "opening_many": _DEADLINE,
    "next_reminder": _NEXT_STEP,
    "next_hand_over": _NEXT_STEP,
}  # fmt: skip

_SUBJECT_PLACEHOLDERS = frozenset({"creditor_name", "invoice_number"})
# Whoever sees the subject line on a screen must not learn of a debt: no amount, no such word.
_SUBJECT_TABOO = re.compile(
    r"[0-9€$£]|\b(?:eur|euroa?|sek|nok|dkk|kr)\b|perin|velk|velal|saatav|eräänty|myöhäs|karhu"
    r"|maksam|maksumuist|inkass|indriv|skuld|fordran|förfall|obetal|försen|betalningsp"
    r"|debt|collect|overdue|unpaid|\bow(?:e|ed|ing)\b|arrear|past due|\blate\b",
    re.IGNORECASE,
)
# A link in a reminder teaches people to fall for the next forged one; ours has none.
_LINK = re.compile(
    r"://|\bwww\.|\b(?:mailto|javascript|data|tel):|\b[a-z0-9-]{2,}\.[a-z]{2,}\b|@", re.IGNORECASE
)
# Control characters, line and paragraph separators, and the marks that turn the reading order.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+"
)


class TemplateError(ValueError):
    """A letter's text cannot be used; the message names the key and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The checked sentences of one letter in one language and tone, by key."""

    sentences: Mapping[str, str]

    def say(self, key: str, *, formal: bool = False, **values: str) -> str:
        """The sentence ``key`` with ``values`` put in; the formal form where there is one."""
        sentence = self.sentences.get(key + _FORMAL) if formal else None
        clean = {name: one_line(value) for name, value in values.items()}
        return (sentence or self.sentences[key]).format_map(clean)


def templates(
    language: Language,
    tone: Tone,
    overrides: Mapping[str, str] | None = None,
    *,
    letter: str = "reminder",
) -> Wording:
    """The wording of ``letter``, with a creditor's own texts in place of the shipped ones.

    ``overrides`` are sentences by key (``SENTENCES``, or a key with ``_formal``). One that
    replaces ``x`` also takes the place of the shipped ``x_formal``. Raises ``TemplateError`` for
    an unknown letter or key, a placeholder that is not listed or reaches into a value, a link, a
    bank account, a missing placeholder, and a subject line that would tell of a debt.
    """
    shipped = dict(_shipped(language, tone, letter))
    own = dict(overrides or {})
    for key in own:
        shipped.pop(key + _FORMAL, None)
    sentences = {key: _checked(key, text) for key, text in own.items()}
    return Wording({**shipped, **sentences})


def one_line(text: str) -> str:
    """``text`` on one line without invisible characters: no value can forge a line of a letter."""
    return re.sub(r" {2,}", " ", _UNPRINTABLE.sub(" ", text)).strip()


@cache
def _shipped(language: str, tone: str, letter: str) -> Mapping[str, str]:
    sentences = _said(language, tone, "reminder")
    if letter != "reminder":
        # Another letter's file holds only what it says otherwise.
        other = _said(language, tone, letter)
        for key in other:
            sentences.pop(key + _FORMAL, None)
        sentences |= other
    if missing := sorted(SENTENCES.keys() - sentences.keys()):
        raise TemplateError(f"the letter lacks {', '.join(missing)}")
    return sentences


def _said(language: str, tone: str, letter: str) -> dict[str, str]:
    path = _LETTERS / language / f"{letter}.toml"
    if not letter.isidentifier() or not path.is_file():
        raise TemplateError("there is no such letter in this language")
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        key: _checked(key, text)
        for section in ("words", "items", "common", tone)
        for key, text in sections.get(section, {}).items()
    }


def _checked(key: str, template: str) -> str:
    name = key.removesuffix(_FORMAL)
    if name not in SENTENCES:
        raise TemplateError(f"{one_line(key)[:60]}: there is no such sentence")
    text = one_line(template)
    literal, placeholders = _parts(key, text)
    if not text:
        raise TemplateError(f"{key}: the sentence is empty")
    if _LINK.search(literal):
        raise TemplateError(f"{key}: a letter has no links or addresses in its wording")
    if holds_iban(literal):
        raise TemplateError(f"{key}: a bank account comes from the verified list alone")
    if lacking := sorted(SENTENCES[name] - placeholders):
        raise TemplateError(f"{key}: the sentence must say {{{lacking[0]}}}")
    if name.startswith("subject"):
        _check_subject(key, literal, placeholders)
    return text


def _parts(key: str, text: str) -> tuple[str, frozenset[str]]:
    """The literal text and the placeholders; only plain ``{name}`` of ``PLACEHOLDERS`` passes."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        raise TemplateError(f"{key}: a brace is left open") from None
    placeholders = set()
    for _, name, specification, conversion in parsed:
        if name is None:
            continue
        if name not in PLACEHOLDERS or specification or conversion:
            raise TemplateError(f"{key}: only the listed placeholders may be used, as they are")
        placeholders.add(name)
    return " ".join(literal for literal, *_ in parsed), frozenset(placeholders)


def _check_subject(key: str, literal: str, placeholders: frozenset[str]) -> None:
    if placeholders - _SUBJECT_PLACEHOLDERS:
        raise TemplateError(f"{key}: a subject names the creditor and the invoice, nothing else")
    if _SUBJECT_TABOO.search(literal):
        raise TemplateError(f"{key}: a subject has no amount and no word of debt")
