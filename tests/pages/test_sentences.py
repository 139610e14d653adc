"""Sentences of the hub on pages: each is there in each language of the console, with its places."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from pathlib import Path
from time import process_time

import pytest

from functions.pages import sentences as tables
from functions.pages.render import _environment
from functions.pages.sentences import entries, said, written
from functions.pages.words import CONSOLE
from tools.sentences import ROOT, example, missing, modules, sentences

LANGUAGES = [language for language in CONSOLE if language != "en"]
# The modules whose every sentence a page may show, but for those of ``not_shown/*.txt``.
AREAS = ("functions", "shared/cloud", "shared/domain", "shared/errors.py")
_PLACE = re.compile(r"\{(\w*)\}")
NOT_SHOWN = {
    line.replace("\\n", "\n")
    for path in (Path(__file__).parent / "not_shown").glob("*.txt")
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_a_page_may_show_is_there(language):
    lacks = {
        one: path.relative_to(ROOT).as_posix()
        for path in chain.from_iterable(map(modules, AREAS))
        for one in missing(path, language)
        if one not in NOT_SHOWN
    }
    assert not lacks


def test_what_is_never_shown_is_still_said_somewhere():
    places = ("shared", "functions")
    assert not NOT_SHOWN - {
        one for path in chain.from_iterable(map(modules, places)) for one in sentences(path)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_has_each_sentence_once_with_its_places(language):
    seen = Counter()
    for path, table in entries(language):
        seen.update(table.keys())
        for text, told in table.items():
            assert set(_PLACE.findall(told)) <= set(_PLACE.findall(text)), f"{path.name}: {text}"
            assert told, f"{path.name}: {text}"
            assert told == told.strip(), f"{path.name}: {text}"
            assert said(example(text), language) is not None, f"{path.name}: {text}"
    assert [text for text, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_with_places_fixes_enough_not_to_be_taken_for_any_other(language):
    vague = [
        text
        for _, table in entries(language)
        for text in table
        if text.startswith("{") and len(_PLACE.sub("", text)) < 6
    ]
    assert vague == []


def test_the_languages_have_the_same_sentences():
    first, *others = ({text for _, table in entries(one) for text in table} for one in LANGUAGES)
    assert all(first == other for other in others)


# --- how a sentence is found ----------------------------------------------------------------------


@pytest.fixture
def tabled(monkeypatch, tmp_path):
    """Puts one table of Finnish in the place of all."""

    def put(**table):
        monkeypatch.setattr(tables, "entries", lambda language: [(tmp_path, table)])
        tables._table.cache_clear()
        tables._sentence.cache_clear()

    yield put
    tables._table.cache_clear()
    tables._sentence.cache_clear()


def test_english_is_told_as_it_is():
    assert said("Anything at all.", "en") == "Anything at all."


def test_what_no_table_knows_is_not_guessed(tabled):
    tabled(**{"It rests.": "Se lepää."})
    assert said("It rests.", "fi") == "Se lepää."
    assert said("It rests", "fi") is None
    assert said("It rests. Nobody knows this.", "fi") is None


def test_a_place_keeps_what_stands_in_it_and_writes_days_and_amounts_as_the_language_does(tabled):
    tabled(**{"{amount} of {claim} by {day}.": "{day} mennessä {claim}: {amount}."})
    told = said("12.50 EUR of erp:1 by 2026-03-05.", "fi")
    assert written(told, "fi") == "5.3.2026 mennessä erp:1: 12,50\u00a0€."


def test_a_sentence_in_a_place_is_told_too(tabled):
    tabled(**{"The hub decides {what}.": "Päätös: {what}.", "to wait": "odottaa"})
    assert said("The hub decides to wait.", "fi") == "Päätös: odottaa."


def test_an_id_that_reads_like_a_word_stays_an_id(tabled):
    tabled(**{"It goes to {partner}.": "Saaja: {partner}.", "partner": "kumppani"})
    assert said("It goes to partner.", "fi") == "Saaja: partner."


def test_of_two_shapes_the_one_that_says_more_is_taken(tabled):
    tabled(**{"It is {what}.": "Se on {what}.", "It is paid by {what}.": "Sen maksoi {what}."})
    assert said("It is paid by C1.", "fi") == "Sen maksoi C1."


def test_several_sentences_are_told_one_after_the_other(tabled):
    tabled(**{"It rests.": "Se lepää.", "Until {day}.": "Asti: {day}."})
    assert said("It rests. Until 2026-03-05.", "fi") == "Se lepää. Asti: 2026-03-05."


def test_a_part_is_found_without_the_mark_that_it_ends_in_and_keeps_it(tabled):
    tabled(**{"once": "kerran", "a list": "luettelo", "at most {n}": "enintään {n}"})
    assert said("once; a list: once.", "fi") == "kerran; luettelo: kerran."
    assert said("at most once; once", "fi") == "enintään kerran; kerran"


def test_a_number_alone_has_the_comma_of_the_language(tabled):
    tabled(**{"at most {sum}": "enintään {sum}", "{share} of it": "{share} siitä"})
    assert said("at most 40.00", "fi") == "enintään 40,00"
    assert said("5.00; -0.5 of it", "fi") == "5,00; -0,5 siitä"
    assert said("0.2.0", "fi") is None


def test_a_name_that_is_quoted_stays_as_it_is(tabled):
    tabled(**{"say {{name}}": "sano {{{name}}}", "give '{name}'": "anna '{name}'", "a": "b"})
    assert said("say {a}", "fi") == "sano {a}"
    assert said("give 'a'", "fi") == "anna 'a'"


def test_what_somebody_wrote_at_length_is_not_searched(tabled):
    tabled(**{"{a} of {b} of {c}": "{a} {b} {c}"})
    assert said("x of " * 10_000 + "y", "fi") is None


def test_a_text_that_was_made_to_be_searched_long_is_not(tabled):
    tabled(**{"{a} of {b} on {c}, {d} in {e}.": "{a} {b} {c} {d} {e}."})
    began = process_time()
    assert said("x" + " of z" * 50 + " on z" * 50 + ", z" * 80 + " in z" * 50, "fi") is None
    assert said("x" + " of z on z, z in z" * 50 + ".", "fi") is not None
    assert process_time() - began < 0.5


def test_braces_in_what_is_put_in_stay_as_they_are(tabled):
    tabled(**{"It is {what}.": "Se on {what}."})
    assert said("It is {what.__class__}.", "fi") == "Se on {what.__class__}."


@pytest.mark.parametrize(
    ("text", "english", "finnish"),
    [
        ("until 2026-04-07 08:00.", "until 7 April 2026 08:00.", "until 7.4.2026 08.00."),
        ("5.00 EUR, 7 SEK", "€5.00, SEK 7.00", "5,00 €, 7,00 SEK"),
        ("2026-03-29T22:30:00Z", "30 March 2026 01:30", "30.3.2026 01.30"),
        (
            f"Act c{'0a' * 10}-first_call-{'1b' * 6} went",
            "Act first call went",
            "Act first call went",
        ),
        ("(step_not_due).", "(step not due).", "(step not due)."),
        ("a_b.json erp:a_b /a_b c-a_b A_B", None, None),
        ("run-2026-04-07, 2026-04-07-x, 2026-02-30", None, None),
        ("erp:5.00 EURO 1.234 EUR", None, None),
        # What looks like an instant or an amount and is none, as anybody's number for a case may.
        ("2026-13-01T00:00:00Z 2026-01-01T29:00:00Z 9999-12-31T23:59:59Z", None, None),
        (f"{'9' * 30} EUR, \u0663 EUR, \u0663333-01-01T00:00:00Z", None, None),
    ],
)
def test_days_and_amounts_are_written_as_the_language_has_them_and_no_part_of_an_id(
    text, english, finnish
):
    assert written(text, "en", "Europe/Helsinki").replace("\u00a0", " ") == (english or text)
    assert written(text, "fi", "Europe/Helsinki").replace("\u00a0", " ") == (finnish or text)


@pytest.mark.parametrize("name", ["said", "told"])
def test_an_instant_is_told_in_the_zone_of_the_page(name):
    page = _environment().from_string(f"{{{{ at | {name} }}}}")
    told = page.render(lang="en", zone="Europe/Helsinki", at="2026-03-29T22:30:00Z")
    assert told.replace("\u00a0", " ") == "30 March 2026 01:30"
