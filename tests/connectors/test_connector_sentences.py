"""What connectors say on pages: one with tables tells all of it, one without speaks English."""

from __future__ import annotations

import re

import pytest

import connectors
from functions.console.setting_fields import fields
from functions.pages import sentences as found
from functions.pages.sentences import said
from functions.pages.words import CONSOLE, words
from tools.connector_sentences import SHARED, faults, files, main, missing, tables, told
from tools.sentences import example

LANGUAGES = [language for language in CONSOLE if language != "en"]
# Whose tables are there; a connector brings its own beside its modules, or none.
TABLED = [name for name in connectors.names() if any(tables(name, one) for one in LANGUAGES)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLED)
def test_a_connector_with_tables_tells_its_settings_findings_and_faults(name, language):
    assert list(missing(name, language)) == [], f"python -m tools.connector_sentences {language}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_connectors_share_is_told(language):
    lacks = {
        one: path.name
        for path in SHARED.glob("*.py")
        for one in faults(path)
        if said(example(one), language) is None
    }
    assert lacks == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLED)
def test_each_setting_and_finding_has_a_name(name, language):
    spec, named = connectors.spec(name), words(language, "connections")
    checks = {
        one
        for path in files(name)
        for one in re.findall(r"check=\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    asked = [("set", one) for one in {*_keys(spec.config.model_json_schema()), *spec.secrets}]
    asked += [("check", one) for one in checks]
    lacks = [
        key
        for family, key in asked
        if f"{family}_{key}" not in named.texts and said(named.code(family, key), language) is None
    ]
    assert lacks == []


def test_without_its_tables_a_connector_speaks_english(monkeypatch, capsys):
    own = {path for language in LANGUAGES for path in tables("erp.fortnox", language)}
    every = found.entries
    monkeypatch.setattr(
        found, "entries", lambda of: [(path, one) for path, one in every(of) if path not in own]
    )
    found._table.cache_clear()
    found._sentence.cache_clear()
    try:
        lacks = set(missing("erp.fortnox", "fi"))
        assert main("fi", "erp.fortnox") == 1
        assert "The address of Fortnox's API; leave it." in capsys.readouterr().out
    finally:
        found._table.cache_clear()
        found._sentence.cache_clear()
    assert lacks >= {
        "The address of the consent page; leave it.",  # a setting
        "the company is that of the settings",  # a finding
        "whether Fortnox reminds by itself could not be looked at",  # one that a name stands for
        "finer than the currency",  # a field of a row
    }


def test_what_a_function_that_makes_findings_is_called_with_is_asked_for(tmp_path):
    module = tmp_path / "one.py"
    module.write_text(
        '_WHY = "look at the address"\n'
        "def _verdict(check, text):\n"
        '    """No sentence of ours."""\n'
        "    return Finding(check=check, ok=False, text=text)\n"
        "def test():\n"
        '    log.info("this is not shown")\n'
        '    yield _verdict("address", _WHY)\n'
        '    raise Unreadable(f"{one} of {two} is broken")\n'
    )
    assert set(faults(module)) == {"look at the address", "{one} of {two} is broken"}


def test_a_spec_is_told_with_the_hints_of_settings_within_settings():
    texts = set(told(connectors.spec("erp.csv_file")))
    assert {"Open items from CSV or XLSX files", "Due date."} <= texts


def _keys(schema):
    """The names of settings, and of those within them, as forms show them."""
    pending = list(fields(schema, {}, "config"))
    while pending:
        one = pending.pop()
        pending += [*one.parts, *(inner for row in one.rows for inner in row)]
        yield one.key
