"""A page in Finnish or Swedish says nothing of ours in English; what people wrote stays theirs."""

from __future__ import annotations

import pytest

from functions.pages.words import CONSOLE
from tests.pages import everything
from tests.pages.everything import TRAP, address, paths

LANGUAGES = [language for language in CONSOLE if language != "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_ours_is_left_in_english(console, language):
    ids = everything.full()
    browser = console("administrator", language=language)
    english = {}
    for path in paths("GET"):
        browser.open(address(path, ids))
        if browser.status == 200 and browser.page is not None:
            for one in browser.page.xpath("//span[@lang='en'][not(*)]/text()"):
                if TRAP not in one:
                    english.setdefault(one, path)
    assert not english, "\n".join(f"{path}: {text}" for text, path in english.items())
