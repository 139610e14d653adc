"""Cases are found by what they are, and read event by event, a page at a time."""

from __future__ import annotations

import pytest

from functions import admin
from functions.api import pages
from shared.cloud import keys, table
from shared.domain.events import ActSent, CaseClosed, Held
from tests.functions.money import connected, invoice, tell
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    REMINDER,
    answer,
    append,
    call,
    hand_over,
    load,
    open_case,
    remind,
)

MONTH = NOW.date()


@pytest.fixture
def cases(aws):
    """One that runs, one that was reminded, one held, one handed over whole."""
    open_case(NORDIC)
    open_case(NORDIC, "c2", claims=("erp:1",))
    remind(NORDIC, "c2", REMINDER.replace(CASE, "c2"))
    append(NORDIC, "c2", ActSent(at=NOW, act=REMINDER.replace(CASE, "c2"), on=MONTH))
    open_case(NORDIC, "c3", claims=("erp:4",))
    append(NORDIC, "c3", Held(at=NOW, hold="h1", reason="person"))
    open_case(NORDIC, "c4", claims=("erp:5",))
    hand_over(NORDIC, "c4", "c4-partner-0123456789ab", claims=("erp:5",))


def found(**query):
    status, body = answer(admin.handler(call("GET /v1/cases", query=query), None))
    assert status == 200, body
    return [one["id"] for one in body["cases"]], body["cursor"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "running"}, [CASE, "c2"]),
        ({"state": "held"}, ["c3"]),
        ({"state": "with_partner"}, ["c4"]),
        ({"step": "friendly"}, ["c2"]),
        ({"step": "partner"}, ["c4"]),
        ({"country": "FI", "open_from": "150"}, [CASE]),
        ({"open_to": "100.00"}, ["c2", "c3", "c4"]),
        ({"country": "SE"}, []),
        ({"debtor": "erp:nobody"}, []),
        ({"invoice": "erp:nothing"}, []),
    ],
)
def test_cases_are_found_by_what_they_are(cases, query, names):
    assert found(**query) == (names, None)


def test_a_case_with_one_claim_at_a_partner_and_one_of_ours_is_found_as_one_there(cases):
    open_case(NORDIC, "c5", claims=("erp:6", "erp:7"))
    hand_over(NORDIC, "c5", "c5-partner-0123456789ab", claims=("erp:6",))

    assert found(with_partner="true") == (["c4", "c5"], None)
    assert found(with_partner="true", state="running") == (["c5"], None)
    assert found(with_partner="false") == ([CASE, "c2", "c3"], None)
    assert found(state="with_partner") == (["c4"], None)
    _, body = answer(admin.handler(call("GET /v1/cases", query={"with_partner": "true"}), None))
    assert [one["with_partner"] for one in body["cases"]] == [["erp:5"], ["erp:6"]]
    append(NORDIC, "c5", CaseClosed(at=NOW, why="paid"))
    assert found(with_partner="true") == (["c4"], None)


def test_debtor_and_invoice_lead_to_their_case(aws):
    connected("erp")
    tell(invoice("1"), invoice("2"))
    ((name,), _) = found(invoice="erp:1")
    case = load(NORDIC, name)

    assert found(debtor=case.debtor) == ([name], None)
    assert len(found()[0]) == 2
    assert found(invoice="erp:1", state="held") == ([], None)
    assert found(invoice="erp:1", debtor="erp:other") == ([], None)


def test_a_case_is_found_by_the_number_that_the_debtor_reads_out(aws):
    connected("erp")
    tell(invoice("1"), invoice("2"))
    ((name,), _) = found(invoice="erp:1")
    number = load(NORDIC, name).claims["erp:1"].claim.number

    assert found(number=f" {number.lower()} ") == ([name], None)
    assert found(number="no such number") == ([], None)
    assert found(number=number, state="held") == ([], None)


def test_a_search_goes_on_where_it_stopped(cases, monkeypatch):
    first, cursor = found(open_to="100", limit="1")
    assert (first, cursor is None) == (["c2"], False)
    assert found(open_to="100", limit="2", cursor=cursor) == (["c3", "c4"], None)

    monkeypatch.setattr(pages, "MOST_LOOKED", 2)
    nothing, cursor = found(state="with_partner")
    assert nothing == []
    assert found(state="with_partner", cursor=cursor)[0] == ["c4"]


def test_a_case_that_cannot_be_read_hides_no_other(cases):
    table.update(keys.event(NORDIC, "c2", 1), set_={"body": '{"kind":"from_the_future"}'})
    assert found(open_to="100") == (["c3", "c4"], None)


@pytest.mark.parametrize(
    "query", [{"state": "gone"}, {"country": "fi"}, {"open_from": "-1"}, {"colour": "red"}]
)
def test_a_filter_that_makes_no_sense_is_named(aws, query):
    status, body = answer(admin.handler(call("GET /v1/cases", query=query), None))
    assert (status, body["code"]) == (400, "bad_query")
    assert [one["path"] for one in body["fields"]] == list(query)


def timeline(name=CASE, **query):
    event = call("GET /v1/cases/{id}/timeline", path={"id": name}, query=query)
    return answer(admin.handler(event, None))


def test_a_timeline_is_read_page_by_page(cases):
    status, body = timeline(limit="2")
    assert status == 200
    assert [(one["version"], one["event"]["kind"]) for one in body["timeline"]] == [
        (1, "case_opened"), (2, "claim_joined"),
    ]  # fmt: skip
    _, rest = timeline(limit="2", cursor=body["cursor"])
    assert [one["version"] for one in rest["timeline"]] == [3]
    assert rest["cursor"] is None
    assert timeline("c404")[0] == 404
