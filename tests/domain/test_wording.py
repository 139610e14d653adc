"""Wording: which texts of a creditor may be used, and that the shipped ones are whole."""

from __future__ import annotations

from itertools import product

import pytest

from shared.domain.formats import LANGUAGES
from shared.domain.wording import SENTENCES, TemplateError, templates

EVERY = list(product(LANGUAGES, ("friendly", "neutral", "firm")))


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("opening_one", "Pay {amount} by {deadline}", "only the listed placeholders"),
        ("opening_one", "Pay by {deadline.year}", "only the listed placeholders"),
        ("opening_one", "Pay by {deadline[0]}", "only the listed placeholders"),
        ("opening_one", "Pay by {deadline!r}", "only the listed placeholders"),
        ("opening_one", "Pay by {deadline:>1000000}", "only the listed placeholders"),
        ("opening_one", "Pay by {} or {deadline}", "only the listed placeholders"),
        ("opening_one", "Pay by {deadline", "brace"),
        ("opening_one", "Pay soon", "must say {deadline}"),
        ("opening_one", "By {deadline} see https://pay.example/x", "no links"),
        ("opening_one", "By {deadline} see www.pay.example", "no links"),
        ("opening_one", "By {deadline} see pay.example", "no links"),
        ("opening_one", "By {deadline} ask x@pay.example", "no links"),
        ("opening_one", "By {deadline} to FI58 1017 1000 0001 22", "bank account"),
        ("dispute", "Take it or leave it.", "must say {deadline}"),
        ("contact", "We are here for you.", "must say {contact}"),
        ("paid", "  ", "empty"),
        ("subject_one", "{creditor_name}: 50 euros", "no amount and no word of debt"),
        ("subject_one", "Your debt to {creditor_name}", "no amount and no word of debt"),
        ("subject_one", "Perintäkirje {creditor_name}", "no amount and no word of debt"),
        ("subject_one", "{creditor_name}, {deadline}", "nothing else"),
        ("surprise", "Hello", "no such sentence"),
    ],
)
def test_a_creditors_text_that_may_not_be_used_is_refused(key, text, why):
    with pytest.raises(TemplateError, match=why):
        templates("en", "friendly", {key: text})


@pytest.mark.parametrize("name", ["../fi/reminder", "invoice", "", "reminder.toml"])
def test_a_letter_that_does_not_exist_is_refused(name):
    with pytest.raises(TemplateError, match="no such letter"):
        templates("en", "firm", letter=name)


@pytest.mark.parametrize(("language", "tone"), EVERY)
def test_every_shipped_letter_has_every_sentence(language, tone):
    sentences = templates(language, tone).sentences
    assert {key.removesuffix("_formal") for key in sentences} == set(SENTENCES)
