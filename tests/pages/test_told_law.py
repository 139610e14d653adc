"""The law and the decisions of cases in the console's languages: every row, reason and lever."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from functions.pages.sentences import said
from functions.pages.words import CONSOLE
from shared.domain import explanation
from shared.domain.decisions import Ask, Done, HandOver, Remind, Rest
from shared.domain.explain import Reason
from shared.domain.explanation import changing
from shared.domain.law_sheet import parts
from shared.domain.lawpack import COUNTRIES, load
from shared.domain.levers import Kind, Lever
from shared.domain.money import Money

LANGUAGES = [language for language in CONSOLE if language != "en"]
NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
_ENGLISH = re.compile(
    r"\b(the|is|of|and|after|before|with|until|because|asks?|are|claim|debtor|days?)\b",
    re.IGNORECASE,
)


def untold(texts, language):
    """The texts that a language has no words for, or of which a part stayed English."""
    told = {text: said(text, language) for text in texts}
    return [text for text, one in told.items() if one is None or _ENGLISH.search(one)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_row_of_every_packs_sheet_is_told(country, language):
    pack = load(country)
    rows = [row for part in parts(pack) for row in part.rules]
    texts = [text for row in rows for text in (row.act, row.what, row.who) if text]
    assert texts
    assert untold([*texts, *pack.unknowns], language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_rules_own_words_are_told_where_a_reason_says_them(country, language):
    rules = load(country).rules.values()
    texts = [rule.text for rule in rules if getattr(rule, "text", "")]
    texts += [text for rule in rules for text in getattr(rule, "conditions", ())]
    assert untold(texts, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_section_that_is_no_citation_is_told(language):
    every = {rule.section for country in COUNTRIES for rule in load(country).rules.values()}
    ours = [one for one in every if re.search(r"default|read|recalled|letter|and|not", one)]
    assert ours
    assert untold(ours, language) == []


def decided():
    """An answer of every kind and why."""
    facts = {"reason": "debtor_called", "plan": "P1", "stage": "active", "amount": "5.00 EUR",
             "day": "2026-03-09", "from": "2026-07-01"}  # fmt: skip
    for why in explanation._WHY:
        yield from (Rest(until=until, why=why) for until in (None, NOW))
        yield Done(why=why)
        yield from (Ask(task="t", why=why, claims=claims) for claims in ((), ("erp:1", "erp:2")))
        if rule := explanation._FACTS.get(why, ("", ""))[0]:
            because = Reason(rule=rule, text="-", section="§ 5", facts=facts)
            yield Rest(until=NOW, why=why, because=(because.model_copy(update={"section": ""}),))
            if why in {"disputed", "stopped", "rate_unknown"}:
                yield Rest(until=NOW, why=why, because=(because,))
    yield Rest(until=NOW, why="partner_costs_open")
    yield Ask(task="t", why="step_call", because=(Reason(rule="policy.step", text="-"),))
    yield HandOver(act="a", step="s1", claims=("erp:1", "erp:2"), partner="nordic")
    for step, letter, fee in (
        ("s1", "reminder", None), ("s1", "reminder", Money.of("5.00", "EUR")),
        ("charges", "charges", None), (explanation.INSTALMENT, "instalment", None),
    ):  # fmt: skip
        yield Remind(
            act="a", step=step, claims=("erp:1",), channels=("email",), letter=letter,
            tone="friendly", fee=fee, deadline=date(2026, 3, 20), next_action="none", next_on=None,
        )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_is_told_with_why_and_what_comes_next(language):
    texts = [
        text
        for one in decided()
        for clause in [explanation.said(one, NOW)]
        for text in (f"{clause}.", f"Due at once: {clause}.",
                     f"If nothing changes, on 2026-03-05 10:00: {clause}.")
    ]  # fmt: skip
    assert untold(texts, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_would_change_an_act_is_told(language):
    lever = Lever(
        kind="pay", by=date(2026, 3, 4), claims=("erp:1", "erp:2"), target="p1", word="approved",
        amount=Money.of("12.50", "EUR"), instead="rest",
    )  # fmt: skip
    instead = [{"instead": one} for one in ("rest", "remind", "hand_over", "ask", "done")]
    instead += [
        {"instead": "rest", "why": "held", "until": NOW},
        {"instead": "rest", "until": NOW},
        {"instead": "ask", "why": "not_lawful"},
        {"instead": "done", "why": "closed"},
    ]
    words = ("approved", "continue", "sent", "kept")
    texts = [
        changing(lever.model_copy(update={"kind": kind, "word": word, **one}), NOW)
        for kind in get_args(Kind)
        for word in words
        for one in instead
    ]
    assert untold(texts, language) == []
    assert all("(erp:1, erp:2)" in said(text, language) for text in texts if "erp:1" in text)


def test_a_days_end_of_a_rest_is_written_as_the_language_does():
    clause = explanation.said(Rest(until=NOW, why="held"), NOW)
    assert said(clause, "fi") == "Tapaus odottaa 2026-03-05 08:00 asti: asia on pidossa"
    assert said(clause, "sv") == "Ärendet vilar till 2026-03-05 08:00: en vila gäller"
