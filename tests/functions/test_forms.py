"""Forms of text are told in words, and only those that some field really asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.api.exchange import Problem
from functions.api.forms import _FORMS, checked
from shared.domain.creditor import Creditor

ROOT = Path(__file__).parents[2]


def test_a_form_that_is_told_in_words_is_one_that_a_field_asks_for():
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("shared/domain", "functions/api")
        for path in (ROOT / room).glob("*.py")
        if path.name != "forms.py"
    )
    assert [one for one in _FORMS if f'r"{one}"' not in code] == []


def test_no_regular_expression_is_shown_to_whoever_fills_in_the_creditor():
    wrong = {
        "id": "a b", "name": "N", "country": "fi", "language": "FI", "zone": "Mars/Olympus",
        "accounts": [{"iban": "x", "bic": "y"}], "email": "nobody", "financial_year_ends": "13-40",
    }  # fmt: skip
    with pytest.raises(Problem) as caught:
        checked(Creditor, wrong)

    told = {one["path"]: one["text"] for one in caught.value.body["fields"]}
    assert told["country"] == "two capital letters are expected, such as FI"
    assert told["zone"] == "a time zone is written like Europe/Helsinki"
    assert [text for text in told.values() if re.search(r"[\^$\\]", text)] == []
