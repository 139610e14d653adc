"""Wording: which texts of a creditor may be used, and that the shipped ones are whole."""

from __future__ import annotations

from itertools import product

import pytest

from shared.domain.formats import LANGUAGES
from shared.domain.wording import OF_INSTALMENT, SENTENCES, TemplateError, faults, templates

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
        ("sms_one", "{creditor_name}: pay 50, {contact}", "no amount and no word of debt"),
        ("sms_one", "{creditor_name}: Mahnung, {contact}", "no amount and no word of debt"),
        ("sms_one", "{creditor_name}: gjeld, {contact}", "no amount and no word of debt"),
        ("sms_one", "{creditor_name}, {contact}: {deadline}", "nothing else"),
        ("sms_one", "Please call {contact}", "must say {creditor_name}"),
        ("opening_one", "Pay by {deadline}: https{deadline}://pay.example", "no links"),
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
    for letter, needless in (("reminder", OF_INSTALMENT), ("instalment", frozenset())):
        sentences = templates(language, tone, letter=letter).sentences
        assert {key.removesuffix("_formal") for key in sentences} == set(SENTENCES) - needless


def test_all_that_is_wrong_is_told_at_once():
    texts = {
        "subject_one": "50 € now",
        "paid": "",
        "contact": "FI58 1017 1000 0001 22 or www.evil.example",
        "opening_one": "{amount}",
        "surprise": "!",
        "greeting": "Hello",
    }
    assert [(one.key, one.code) for one in faults(texts)] == [
        ("contact", "link"),
        ("contact", "account"),
        ("contact", "must_say"),
        ("opening_one", "placeholder"),
        ("paid", "empty"),
        ("subject_one", "must_say"),
        ("subject_one", "too_open"),
        ("surprise", "unknown_sentence"),
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("See https://help.kuikka.example/terms.", True),
        ("See https://help.kuikka.example", True),
        ("See http://help.kuikka.example/", False),
        ("See https://kuikka.example/", False),
        ("See https://help.kuikka.example.evil.example/", False),
        ("See https://help.kuikka.example@evil.example/", False),
        ("See https://help.kuikka.example:8443/", False),
        ("See https://help.kuikka.example/?to=evil", False),
        ("See https://help.kuikka.example/a?to=evil", False),
        ("See https://evil.example/help.kuikka.example", False),
        ("See https://help.kuikka.example/{contact}", False),
        ("See https://help.kuikka.example{contact}", False),
    ],
)
def test_a_link_leads_to_a_host_of_the_creditors_list_or_nowhere(text, allowed):
    found = [one.code for one in faults({"paid": text}, ("help.kuikka.example",))]
    assert found == ([] if allowed else ["link"])


@pytest.mark.parametrize(
    ("language", "country", "key", "word"),
    [
        ("sv", "SE", "business_id", "Organisationsnummer"),
        ("sv", "FI", "business_id", "FO-nummer"),
        ("sv", "SE", "next_hand_over_formal", "inkassoföretag"),
        ("da", "DK", "interest_open", "renteloven"),
        ("nb", "NO", "interest_open", "forsinkelsesrenteloven"),
        ("nb", "FI", "interest_open", "lovbestemt"),
    ],
)
def test_a_creditors_country_has_its_own_words(language, country, key, word):
    for letter in ("reminder", "due_soon", "charges", "instalment"):
        said = templates(language, "firm", letter=letter, country=country)
        assert word in said.sentences[key]
