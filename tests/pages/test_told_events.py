"""What happened in a case, in the languages of the console: every kind of event, every code."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from functions.pages.render import _environment
from functions.pages.sentences import said
from functions.pages.words import CONSOLE, FOLDER
from shared.domain.answers import BROKEN, KEPT, NOT_SENT, SENT, SETTLED, YES
from shared.domain.command_forms import Given
from shared.domain.decisions import Rest
from shared.domain.events import Decided, read_event
from shared.domain.extras_events import Becomes
from shared.domain.model import DoNotDun
from shared.domain.partner_events import DebtorNews, LegalStep, Stage
from shared.domain.partner_reports import CloseCode, RejectCode
from shared.domain.plan_events import WriteOff
from shared.domain.state_events import CircumstanceKind, LiableRole
from shared.domain.timeline import words

LANGUAGES = [language for language in CONSOLE if language != "en"]
GOLDEN = (Path(__file__).parents[1] / "golden" / "events_v1.jsonl").read_text().splitlines()
# Sentences with a place for a code, and the codes that may stand in it.
CODED = [
    ("A circumstance is noted: {}, effective 2026-03-01.", get_args(CircumstanceKind)),
    ("Party erp:2 stands beside the debtor for claim erp:1: {}.", get_args(LiableRole)),
    ("The books' marks not to dun claim erp:1 are now: {}.", (*get_args(DoNotDun), "none")),
    ("5.00 EUR of claim erp:1 is written off ({}).", get_args(WriteOff)),
    ("The partner learned something of the debtor: {}.", get_args(DebtorNews)),
    ("The partner took a legal step on 2026-03-01: {}.", get_args(LegalStep)),
    ("The partner's work is in the stage {}.", get_args(Stage)),
    ("The partner has ended its work: {}.", get_args(CloseCode)),
    ("The partner did not take the case ({}).", get_args(RejectCode)),
    (
        "0.00 EUR of interest and 5.00 EUR of fees on claim erp:1 are left: {} (policy).",
        get_args(Becomes),
    ),
    (
        "The question c1-x is answered: {}.",
        (*YES, "declined", "leave", SENT, NOT_SENT, KEPT, BROKEN, SETTLED),
    ),
]  # fmt: skip
QUESTIONS = [
    key.removeprefix("why_").replace("step_any", "step_call")
    for key in tomllib.loads((FOLDER / "why.toml").read_text(encoding="utf-8"))
    if not key.startswith("why_help_")
]


def told_otherwise(sentence, code, language):
    """Whether a language tells a sentence, and its code by a word or in a sentence of its own."""
    told = said(sentence.format(code), language)
    return told is not None and told != said(sentence.format("qq_qq"), language).replace(
        "qq_qq", code
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: read_event(line).kind)
def test_every_kind_of_event_is_told(line, language):
    assert said(words(read_event(line)), language) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_an_event_may_hold_is_told(language):
    untold = {
        code
        for sentence, codes in CODED
        for code in codes
        if not told_otherwise(sentence, code, language) and said(code, language) is None
    }
    assert untold == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_to_a_person_is_told(language):
    asked = "A person is asked ({}): question c1-x."
    decided = "The hub decides to ask a person ({})."
    untold = [
        (one, code)
        for one in (asked, decided)
        for code in QUESTIONS
        if not told_otherwise(one, code, language)
    ]
    assert untold == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_told(language):
    schema = Given.model_json_schema()
    types = [one["properties"]["type"]["const"] for one in schema["$defs"].values()
             if "type" in one.get("properties", {})]  # fmt: skip
    assert len(types) > 20
    assert [
        one for one in types if said(f"clerk-1: {one} (debtor_called).", language) is None
    ] == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The hub decides to wait until 2 March 2026 11:00 (step not due)."),
        (
            "fi",
            "Järjestelmän päätös: odottaa 2.3.2026 11.00 asti (vaiheen aika ei ole vielä tullut).",
        ),
        ("sv", "Systemets beslut: vänta till 2.3.2026 11:00 (steget är inte aktuellt ännu)."),
    ],
)
def test_an_instant_in_a_sentence_is_told_in_the_creditors_zone(language, told):
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    decision = Rest(until=at, why="step_not_due").model_dump(mode="json")
    sentence = words(Decided(at=at, decision=decision, because=(), inputs={}))
    page = _environment().from_string("{{ text | said }}")
    shown = page.render(text=sentence, lang=language, zone="Europe/Helsinki")
    assert shown.replace("\N{NO-BREAK SPACE}", " ") == told
