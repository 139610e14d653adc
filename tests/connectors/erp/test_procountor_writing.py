"""Procountor: notes that are left on invoices, and what the connection test tells."""

from __future__ import annotations

import pytest

from connectors.contract_write_back import StatusNote
from shared.errors import Reconnect
from tests.connectors.erp.procountor_books import ProcountorBooks, invoice
from tests.connectors.erp.test_procountor import served
from tests.connectors.stub_server import ok

NOTE = StatusNote(invoice="conn-1:1", text="Handed over to the collection partner.")
NOTES = r"/invoices/1/notes"


def books(**more):
    found = ProcountorBooks()
    found.add(invoice(1, **more))
    return found


def test_a_note_is_added_once_to_what_stands_there():
    held = books(notes="Call on Mondays.")
    with served(held) as erp:
        assert erp.written(NOTE, key="k1").code == "not_found"
        assert erp.note(NOTE, key="k1").outcome == "accepted"
        assert erp.note(NOTE, key="k1").outcome == "accepted"
        assert erp.written(NOTE, key="k1").outcome == "accepted"
        assert erp.written(NOTE, key="k").outcome == "rejected"
    first, second = held.invoices[1]["notes"].split("\n")
    assert first == "Call on Mondays."
    assert second == f"{NOTE.text} [dunlin:k1]"
    assert len([path for path, _ in held.asked if path == "/invoices/1/notes"]) == 1


def test_notes_that_are_full_or_of_a_strange_invoice_are_left_alone():
    held = books(notes="x" * 9_990)
    with served(held) as erp:
        assert erp.note(NOTE, key="k1").code == "notes_full"
        for strange in ("conn-1:9", "other:1", "conn-1:x"):
            note = NOTE.model_copy(update={"invoice": strange})
            assert erp.note(note, key="k1").code == "unknown_invoice"
            assert erp.written(note, key="k1").outcome == "rejected"
    assert held.invoices[1]["notes"] == "x" * 9_990


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "rejected"), (409, "rejected"), (429, "retry"), (503, "retry"), (500, "unknown")],
)
def test_what_procountor_makes_of_a_note_is_told(status, outcome):
    held = books()
    held.refuses = {NOTES: status}
    with served(held) as erp:
        assert erp.note(NOTE, key="k1").outcome == outcome


def test_a_right_that_is_missing_is_for_an_administrator():
    held = books()
    held.refuses = {NOTES: 403}
    with served(held) as erp, pytest.raises(Reconnect):
        erp.note(NOTE, key="k1")


def test_a_page_instead_of_an_answer_has_stored_nothing_that_we_know():
    held = books()

    def reply(request):
        return [ok(b"<html>")] if request.startswith(b"PUT") else held(request)

    with served(reply) as erp:
        assert erp.note(NOTE, key="k1").outcome == "unknown"


# -- the connection test -----------------------------------------------------------------------


def verdicts(held, **more):
    with served(held, **more) as erp:
        return {one.check: one for one in erp.test()}


def test_all_is_well_is_said_of_each_look():
    found = verdicts(books())
    assert [name for name, one in found.items() if not one.ok] == []
    assert set(found) == {
        "login", "company", "environment", "currency", "read_invoices", "read_payments",
        "read_customers", "own_dunning",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "more", "failed"),
    [
        ({"id": 7}, {}, {"company"}),
        ({"operationType": "DEMONSTRATION"}, {}, {"environment"}),
        ({}, {"config": {"environment": "sandbox"}}, {"environment"}),
        ({"operationType": "TRIAL"}, {"config": {"environment": "sandbox"}}, set()),
        ({"companyCurrency": "SEK"}, {}, {"currency"}),
    ],
)
def test_a_wrong_company_environment_or_currency_is_named(change, more, failed):
    held = books()
    held.company |= change
    assert {name for name, one in verdicts(held, **more).items() if not one.ok} == failed


@pytest.mark.parametrize(("status", "word"), [(404, "address"), (400, "address"), (503, "503")])
def test_an_address_that_is_not_the_api_s_is_told_from_an_outage(status, word):
    held = books()
    held.refuses = {"/company": status}
    found = verdicts(held)
    assert list(found) == ["login"]
    assert word in found["login"].text


@pytest.mark.parametrize(
    ("path", "failed", "word"),
    [
        ("/company", {"login"}, "API key"),
        ("/invoices", {"read_invoices"}, "sales invoices"),
        ("/referencepayments", {"read_payments"}, "reference payments"),
        ("/businesspartners", {"read_customers"}, "customer register"),
    ],
)
def test_a_right_that_is_missing_is_named_in_the_administrator_s_words(path, failed, word):
    held = books()
    held.refuses = {path: 403}
    found = verdicts(held)
    assert {name for name, one in found.items() if not one.ok} == failed
    assert all(word in found[name].text for name in failed)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "no collection partner"),
        ({"collectionPartner": "ROPO"}, "collection partner in its settings"),
        ({"useAutomaticHandling": True}, "penal interest"),
    ],
)
def test_who_else_may_remind_is_told_and_is_in_nobody_s_way(settings, word):
    held = books()
    held.settings = settings
    found = verdicts(held)["own_dunning"]
    assert found.ok
    assert word in found.text


def test_settings_of_collection_that_cannot_be_seen_are_told_too():
    held = books()
    held.refuses = {"/company/expenses/.*": 403}
    assert "could not be seen" in verdicts(held)["own_dunning"].text
