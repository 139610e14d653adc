"""What requests say on pages: approvals, the trail and the faults of forms, in each language."""

from __future__ import annotations

import ast
import re
from datetime import date
from typing import Literal

import pytest
from pydantic import BaseModel, ValidationError

from functions.api import forms
from functions.pages.sentences import said, written
from tests.functions.test_approvals import live, propose  # noqa: F401 - a fixture
from tests.functions.world import CASE, CREDITOR
from tests.pages.test_sentences import LANGUAGES
from tools.sentences import ROOT

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


def codes():
    """The codes that lines of the trail are written with, by the calls and names that bear them."""
    for path in (ROOT / "functions").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "audit" not in text and "written(" not in text:
            continue
        nodes = list(ast.walk(ast.parse(text)))
        passing = {"entry", "hub_entry", "written", "decided"} | {
            node.name
            for node in nodes
            if isinstance(node, ast.FunctionDef) and "what" in {one.arg for one in node.args.args}
        }
        for node in nodes:
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                yield from constants(node.args if name in passing else [])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "what":
                yield from constants([node.value])


def constants(nodes):
    for one in nodes:
        parts = [one, *ast.walk(one)] if isinstance(one, ast.IfExp) else [one]
        texts = [part.value for part in parts if isinstance(part, ast.Constant)]
        yield from (text for text in texts if isinstance(text, str) and _CODE.fullmatch(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_trail_has_words(language):
    found = {*codes(), "called", "looked", "creditor_changed", "control_changed", "authorised"}
    assert len(found) > 70
    assert {one for one in found if said(one.replace("_", " "), language) is None} == set()


def test_what_waits_for_a_second_person_is_told_whole(live):  # noqa: F811 - the fixture
    command = "POST /v1/cases/{id}/commands"
    settlement = {"id": "s1", "type": "settlement", "reason": "creditor_decided",
                  "claims": ["erp:1"], "amount": {"amount": "50.00", "currency": "EUR"},
                  "day": "2026-04-01"}  # fmt: skip
    profile = {**CREDITOR, "name": "Lending Oyj", "email": "pay@elsewhere.example",
               "link_hosts": ["pay.example"], "four_eyes": "off"}  # fmt: skip
    asked = {
        "Hyväksy sovintosumma, tapaus c1a2b3: saatavat erp:1, 50,00\u00a0€, maksettava viimeistään"
        " 1.4.2026 (syy: velkojan päätös).": (command, {"path": {"id": CASE}, "body": settlement}),
        "Korvaa velkojan tiedot; maksunsaajan tilit sen jälkeen: …0785. Velallisille näytetään sen"
        " jälkeen uusi tieto: nimi, sähköposti. Kirjeet voivat sen jälkeen linkittää sivustoihin"
        " pay.example. Siitä lähtien yhden henkilön päätös riittää.": (
            "PUT /v1/creditor", {"body": profile},
        ),
    }  # fmt: skip
    for finnish, (route, rest) in asked.items():
        words = propose(route, **rest)["words"]
        assert written(said(words, "fi"), "fi") == finnish
        assert said(words, "sv") not in {None, words}


APPROVALS = {
    "Begin to use payment provider m (payments.stripe), account a1, with secrets stored at day.":
        "Ota maksupalvelu m käyttöön (payments.stripe), tili a1, tunnisteet tallennettu day.",
    "Begin to use partner k (collectors.rest_hub), told at k.example.":
        "Ota perintäkumppani k käyttöön (collectors.rest_hub), ilmoitukset osoitteeseen k.example.",
    "Set the switches: outbound allowlist, 2 on the allowlist, observe no, stopped yes.":
        "Aseta kytkimet: lähetys: vain listalle, listalla: 2, tarkkailu: ei, pysäytetty: kyllä.",
    "Read report r of partner k again: remittance.created on case c, principal: 9 EUR, vat: 2 EUR.":
        "Lue uudelleen kumppanin k ilmoitus r: tapauksen tilitys, tapaus c, pääoma 9,00\u00a0€,"
        " arvonlisävero 2,00\u00a0€.",
}  # fmt: skip


@pytest.mark.parametrize(("words", "finnish"), APPROVALS.items())
def test_the_parts_of_an_approval_are_told_as_one(words, finnish):
    assert written(said(words, "fi"), "fi") == finnish


class Wish(BaseModel):
    """What a form may ask."""

    day: date
    kind: Literal["next", "move"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_form_lacks_is_told_in_our_words_and_never_in_a_librarys(language):
    with pytest.raises(ValidationError) as wrong:
        Wish.model_validate({"day": "soon", "kind": "x"})
    texts = [one["text"] for one in forms.faults(wrong.value, "")]
    assert texts == ["a day is expected, as YYYY-MM-DD", "one of 'next', 'move' is expected"]
    assert None not in {said(one, language) for one in texts}
