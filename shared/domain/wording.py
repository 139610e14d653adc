"""Wording: the sentences of a letter, read from data, checked before use, and filled in safely."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.domain.formats import Language
from shared.domain.policy import Tone
from shared.domain.wording_bounds import has_foreign_link, names_an_account, tells_of_debt

_LETTERS = Path(__file__).parent.parent / "letters"
_FORMAL = "_formal"
# Stands for a value where only the words are looked at: no link can be pieced together around it.
_VALUE = "{}"

# All that a sentence may ask to have filled in. Amounts are not here: they stand in the tables
# that the hub makes itself, so no wording can leave them out or put them in a subject line.
PLACEHOLDERS = frozenset({
    "charged_on", "contact", "creditor_name", "days_late", "deadline", "due", "instalment",
    "instalment_due", "instalments", "interest_from", "interest_until", "invoice_number",
    "invoices", "issued",
    "next_step_on", "section",
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
            "payee", "account", "account_domestic", "bankgiro", "bic", "reference",
            "reference_ocr", "reference_kid", "message", "pay_by", "total", "bar_code", "qr_code",
            "payment_line",
            "all_principal", "all_interest", "all_fees", "all_compensation", "not_due_heading",
            "help_heading", "or",
            "late_one", "row_total", "row_settled", "row_disputed", "row_later", "row_open",
            "row_fee_now", "row_fees_before", "row_item_total", "interest_open", "own_references",
            "not_due_note", "heading", "greeting", "paid", "closing", "acts_are_free",
            "disputed_rests", "disputed_stays", "nothing_follows", "online", "online_code",
            "plan_free", "plan_heading",
            "plan_stands", "row_instalment", "row_instalment_due", "row_instalment_amount",
            "row_instalment_paid", "row_instalment_before", "row_plan_rest",
            "row_plan_others",
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
    "next_only": frozenset({"invoices"}),
    "difficulty": _DEADLINE,
    "dispute": _DEADLINE,
    "subject_one": frozenset({"creditor_name"}),
    "subject_many": frozenset({"creditor_name"}),
    "opening_one": _DEADLINE,
    "opening_many": _DEADLINE,
    "next_reminder": _NEXT_STEP,
    "next_hand_over": _NEXT_STEP,
    "plan_number": frozenset({"instalment", "instalments"}),
    "plan_ends_ask": _DEADLINE,
    "plan_ends_go_on": _DEADLINE,
    "sms_one": frozenset({"creditor_name", "contact"}),
    "sms_many": frozenset({"creditor_name", "contact"}),
}  # fmt: skip

# What the letter about an instalment alone says, and no other letter needs.
OF_INSTALMENT = frozenset(
    key for key in SENTENCES if key.startswith(("plan_", "row_plan_", "row_instalment"))
)

_OPEN_PLACEHOLDERS = {
    "subject": frozenset({"creditor_name", "invoice_number"}),
    "sms": frozenset({"creditor_name", "invoice_number", "contact"}),
}
# Control characters, line and paragraph separators, and the marks that turn the reading order.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+"
)


class TemplateError(ValueError):
    """A letter's text cannot be used; the message names the key and what is wrong with it."""


class Fault(NamedTuple):
    """Why a sentence cannot be used: its key, a code, and a fixed sentence."""

    key: str
    code: str
    text: str


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
    country: str = "",
    hosts: Collection[str] = (),
) -> Wording:
    """The wording of ``letter``, with a creditor's own texts in place of the shipped ones.

    ``country`` is the creditor's: where two countries share a language, each has its own words.
    ``hosts`` are those that an own text may link to.

    ``overrides`` are sentences by key (``SENTENCES``, or a key with ``_formal``). One that
    replaces ``x`` also takes the place of the shipped ``x_formal``. Raises ``TemplateError`` for
    an unknown letter or key, a placeholder that is not listed or reaches into a value, a link, a
    bank account, a missing placeholder, and a subject line that would tell of a debt.
    """
    shipped = dict(_shipped(language, tone, letter, country))
    own = dict(overrides or {})
    for key in own:
        shipped.pop(key + _FORMAL, None)
    sentences = {key: _checked(key, text, hosts) for key, text in own.items()}
    return Wording({**shipped, **sentences})


def faults(texts: Mapping[str, str], hosts: Collection[str] = ()) -> tuple[Fault, ...]:
    """All that is wrong with a creditor's own sentences, in the order of their keys."""
    return tuple(one for key in sorted(texts) for one in _faults(key, one_line(texts[key]), hosts))


def one_line(text: str) -> str:
    """``text`` on one line without invisible characters: no value can forge a line of a letter."""
    return re.sub(r" {2,}", " ", _UNPRINTABLE.sub(" ", text)).strip()


@cache
def _shipped(language: str, tone: str, letter: str, country: str) -> Mapping[str, str]:
    sentences = _said(language, tone, "reminder")
    # Another country's file, and another letter's, holds only what it says otherwise.
    others = [f"reminder.{country}"] if _path(language, f"reminder.{country}").is_file() else []
    if letter != "reminder":
        others.append(letter)
    for name in others:
        other = _said(language, tone, name)
        for key in other:
            sentences.pop(key + _FORMAL, None)
        sentences |= other
    needed = SENTENCES.keys() - (OF_INSTALMENT if letter != "instalment" else frozenset())
    if missing := sorted(needed - sentences.keys()):
        raise TemplateError(f"the letter lacks {', '.join(missing)}")
    return sentences


def _path(language: str, name: str) -> Path:
    return _LETTERS / language / f"{name}.toml"


def _said(language: str, tone: str, name: str) -> dict[str, str]:
    path = _path(language, name)
    if not name.replace(".", "").isidentifier() or not path.is_file():
        raise TemplateError("there is no such letter in this language")
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        key: _checked(key, text)
        for section in ("words", "items", "common", tone)
        for key, text in sections.get(section, {}).items()
    }


def _checked(key: str, template: str, hosts: Collection[str] = ()) -> str:
    text = one_line(template)
    for fault in _faults(key, text, hosts):
        raise TemplateError(f"{fault.key}: {fault.text}")
    return text


def _faults(key: str, text: str, hosts: Collection[str]) -> Iterator[Fault]:
    name = key.removesuffix(_FORMAL)
    if name not in SENTENCES:
        yield Fault(one_line(key)[:60], "unknown_sentence", "letters have no such sentence")
        return
    if not text:
        yield Fault(key, "empty", "the sentence is empty")
        return
    try:
        literal, placeholders = _parts(text)
    except TemplateError as refused:
        yield Fault(key, "placeholder", str(refused))
        return
    if has_foreign_link(literal, hosts):
        allowed = "links only to the creditor's own hosts" if hosts else "no links or addresses"
        yield Fault(key, "link", f"a letter has {allowed} in its wording")
    if names_an_account(literal, hosts):
        text = "no long number may stand here: bank accounts come from the verified list alone"
        yield Fault(key, "account", text)
    for lacking in sorted(SENTENCES[name] - placeholders):
        yield Fault(key, "must_say", f"the sentence must say {{{lacking}}}")
    yield from _open_faults(key, name.partition("_")[0], literal, placeholders)


def _parts(text: str) -> tuple[str, frozenset[str]]:
    """The literal text and the placeholders; only plain ``{name}`` of ``PLACEHOLDERS`` passes."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        raise TemplateError("a brace is left open") from None
    placeholders, literal = set(), ""
    for words, name, specification, conversion in parsed:
        literal += words
        if name is None:
            continue
        if name not in PLACEHOLDERS or specification or conversion:
            raise TemplateError("only the listed placeholders may be used, as they are")
        placeholders.add(name)
        literal += _VALUE
    return literal, frozenset(placeholders)


def _open_faults(
    key: str, kind: str, literal: str, placeholders: frozenset[str]
) -> Iterator[Fault]:
    """What anybody may read on a screen: who writes and about which invoice, no more."""
    allowed = _OPEN_PLACEHOLDERS.get(kind)
    if allowed is None:
        return
    what = "a short message" if kind == "sms" else "a subject"
    if placeholders - allowed:
        yield Fault(key, "too_open", f"{what} names the creditor and the invoice, nothing else")
    if tells_of_debt(literal):
        yield Fault(key, "too_open", f"{what} has no amount and no word of debt")
