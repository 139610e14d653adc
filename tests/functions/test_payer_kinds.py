"""Each gets the right page or none: who may not be the debtor, and whose debts others settle."""

from __future__ import annotations

import json

import pytest

from functions.pages.words import words
from functions.payer_pages import _ROUTES
from shared.cloud import debtor_rows, table
from shared.domain.state_events import CircumstanceNoted
from tests.functions.payers import debtor, know
from tests.functions.test_payer import SUBPAGES, entered
from tests.functions.test_payer_acts import token
from tests.functions.world import CASE, NORDIC, NOW, append, load

__all__ = ["token"]

NEUTRAL = ("deceased", "minor", "guardian", "protected_identity", "estate", "restricted")
PROCEEDINGS = ("bankruptcy", "restructuring", "debt_arrangement")
# Whatever would tell who owes how much to whom.
TELLING = ("Aino", "Esimerkki", "erp:1", "erp:2", "200", "100", "€", "Kotikatu", "aino@example.org")
FORMS = [one.removeprefix("POST ") for one in _ROUTES if one.startswith("POST ")]


def becomes(what):
    """What is learned of the debtor after the link went out."""
    if what == "estate":
        know(party=debtor(kind="estate"))
    elif what == "restricted":
        table.transact([debtor_rows.restricted(NORDIC, "erp:d1", NOW.date(), "t1")])
    else:
        noted = {"circumstance": "c1", "what": what, "effective": "2026-03-01"}
        append(NORDIC, CASE, CircumstanceNoted(at=NOW, **noted))


def address(form):
    return form.replace("{count}", "2").replace("{first}", "2026-03-09").rstrip("/")


@pytest.mark.parametrize("what", NEUTRAL)
def test_every_page_says_whom_to_ask_and_nothing_of_the_matter(token, what):
    inside = entered(token)
    becomes(what)
    for path in (*SUBPAGES, "/pay/stripe/1", "?on=2026-04-01"):
        inside.open(inside.here + path)
        assert inside.status == 200
        assert "billing@nordic.example" in inside.words
        assert not [word for word in TELLING if word in inside.words]
        assert {one.action for one in inside.page.forms} == {
            f"{inside.here}/leave", f"{inside.here}/language",
        }  # fmt: skip


@pytest.mark.parametrize("what", NEUTRAL)
def test_no_form_that_was_open_before_does_anything(token, rows, what):
    inside = entered(token)
    csrf = inside.open(inside.here).page.xpath("//input[@name='csrf']/@value")[0]
    becomes(what)
    before = json.dumps(rows(), sort_keys=True)
    for form in FORMS:
        said = {
            "csrf": csrf, "key": "abcdefghijklmnop", "day": "2026-03-20", "claim": "1",
            "ground": "other", "words": "No.", "email": "new@example.org", "letters": "sv",
        }  # fmt: skip
        inside.post(inside.here + address(form), said)
        assert (inside.status, inside.headers["content-type"][:9]) == (200, "text/html")
        assert "billing@nordic.example" in inside.words

    assert json.dumps(rows(), sort_keys=True) == before


@pytest.mark.parametrize("what", PROCEEDINGS)
def test_in_proceedings_nobody_is_asked_to_pay_promise_or_agree(token, what):
    inside, title = entered(token), words("en", "payer")("proceedings_title")
    becomes(what)
    inside.open(inside.here)
    assert title in inside.words
    for path in ("/pay", "/promise", "/plan"):
        assert inside.here + path not in inside.links()
        inside.open(inside.here + path)
        assert title in inside.words
    inside.open(inside.here)
    csrf = inside.page.xpath("//input[@name='csrf']/@value")[0]
    for form in ("/promise", "/plan/2/2026-03-09"):
        said = {"csrf": csrf, "key": "abcdefghijklmnop", "day": "2026-03-20"}
        inside.post(inside.here + form, said)
    states = load().states
    assert not states.promises
    assert not states.plans


def test_a_vulnerable_debtor_has_the_page_of_anybody(token):
    inside = entered(token)
    becomes("vulnerable")

    assert words("en", "payer")("view_title") in inside.open(inside.here).words
    assert f"{inside.here}/person" in inside.links()
