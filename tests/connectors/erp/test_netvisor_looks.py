"""Netvisor's connection test in an administrator's words, and what is written back."""

import os
from pathlib import Path

import pytest

from connectors.contract_write_back import StatusNote
from connectors.erp.netvisor import Config
from connectors.xml_door import read_xml
from shared.errors import Reconnect
from tests.connectors.erp.netvisor_books import FakeNetvisor, Sale, company

SAMPLES = (
    Path(os.environ.get("DUNLIN_SHARED", Path(__file__).parents[4] / "shared"))
    / "specs/netvisor/heltti-responsemodels"
)
NOTE = StatusNote(invoice="nv:1", text="Reminded on 2026-03-02 (level 1), e-mail & paper.")


def said(books, **settings):
    with company(books, **settings) as connector:
        return {one.check: (one.ok, one.text) for one in connector.test()}


def test_a_company_that_can_be_read_has_nothing_to_mend():
    found = said(FakeNetvisor([Sale(1)]))
    assert all(ok for ok, _ in found.values())
    assert "test address" in found["environment"][1]
    assert found["own_dunning"][1] == "Netvisor shows no invoice as reminded or collected"


def test_keys_that_are_refused_are_all_that_is_said():
    words = "AUTHENTICATION_FAILED :: Integration keys are not valid."
    found = said(FakeNetvisor([Sale(1)], fails={"salesinvoicelist": words}))
    assert list(found) == ["login"]
    assert "test keys for the test environment alone" in found["login"][1]


@pytest.mark.parametrize(
    ("resource", "check"),
    [("getsalesinvoice", "read_invoices"), ("getcustomer", "read_customers"),
     ("customerlist", "read_customers"), ("salespaymentlist", "read_payments"),
     ("deletedsalesinvoices", "read_deleted")],
)  # fmt: skip
def test_a_right_that_is_missing_is_named_by_its_resource(resource, check):
    found = said(FakeNetvisor([Sale(1)], fails={resource: "SERVICE_ACCESS_ERROR :: no right"}))
    assert [name for name, (ok, _) in found.items() if not ok] == [check]
    assert f"{resource}.nv" in found[check][1]


def test_a_company_without_invoices_may_be_the_wrong_one():
    ok, text = said(FakeNetvisor())["login"]
    assert not ok
    assert "right company" in text


@pytest.mark.parametrize("word", ["reminded", "requested", "collected"])
def test_reminders_of_netvisors_own_are_told_and_hinder_nothing(word):
    ok, text = said(FakeNetvisor([Sale(1, attributes=f'substatus="{word}"')]))["own_dunning"]
    assert ok
    assert f"the status {word}" in text


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the samples under DUNLIN_SHARED")
def test_the_vendors_own_refusal_is_understood():
    books = FakeNetvisor([Sale(1)])
    books.root = lambda _: (SAMPLES / "AuthenticationFailed.xml").read_bytes()
    with company(books) as connector, pytest.raises(Reconnect):
        connector.open_items(["nv:1"])


@pytest.mark.parametrize(
    "settings",
    [{"organisation": "FI01120389"}, {"sender": "a\nb"}, {"customer_id": " x"}, {"partner_id": ""}],
)
def test_a_setting_that_would_break_a_header_is_refused(settings):
    good = {"organisation": "0112038-9", "customer_id": "K", "partner_id": "P"}
    with pytest.raises(ValueError, match="validation error"):
        Config.model_validate({**good, **settings})


# -- write-back ----------------------------------------------------------------------------------


def test_a_note_goes_into_the_history_in_the_order_of_the_vendors_page():
    books = FakeNetvisor([Sale(1)])
    with company(books) as connector:
        receipt = connector.note(NOTE, key="wb-1")
    assert receipt.outcome == "accepted"
    comment = read_xml(books.posted[0]).find("salesinvoicecomments", "salesinvoicecomment")
    assert [(one.name, one.text) for one in comment.children] == [
        ("invoicetype", "invoice"), ("invoicenetvisorkey", "1"),
        ("comment", f"{NOTE.text} [dunlin:wb-1]"),
    ]  # fmt: skip


def test_a_note_is_found_again_by_its_key_alone():
    line = "<ProcessHistoryLine><ProcessStatus>x [dunlin:wb-1]</ProcessStatus></ProcessHistoryLine>"
    books = FakeNetvisor([Sale(1)], history=f"<ProcessHistory>{line}</ProcessHistory>")
    with company(books) as connector:
        assert connector.written(NOTE, key="wb-1").outcome == "accepted"
        again = connector.written(NOTE, key="wb-11")
        assert (again.outcome, again.code) == ("rejected", "not_found")
        elsewhere = NOTE.model_copy(update={"invoice": "other:1"})
        assert connector.written(elsewhere, key="wb-1").code == "not_found"


@pytest.mark.parametrize(
    ("words", "outcome", "code"),
    [("INVALID_DATA :: x", "rejected", "invalid_data"), ("PERIOD_LOCK :: x", "rejected",
      "period_lock"), ("TECHNICAL_ERROR :: x", "retry", "busy")],
)  # fmt: skip
def test_a_note_that_is_not_taken_says_why(words, outcome, code):
    books = FakeNetvisor([Sale(1)], fails={"salesinvoicecomment": words})
    with company(books) as connector:
        receipt = connector.note(NOTE, key="wb-1")
    assert (receipt.outcome, receipt.code) == (outcome, code)


def test_a_note_that_netvisor_would_cut_and_one_of_another_book_are_not_sent():
    books = FakeNetvisor([Sale(1)])
    with company(books) as connector:
        long = connector.note(NOTE.model_copy(update={"text": "x" * 500}), key="wb-1")
        other = connector.note(NOTE.model_copy(update={"invoice": "other:1"}), key="wb-1")
    assert (long.code, other.code) == ("too_long", "unknown_invoice")
    assert books.posted == []
