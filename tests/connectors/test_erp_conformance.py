"""What an ERP connector owes beside the general suite, asked of each by what its SPEC promises.

Tokens that are refused, errors inside good answers, rows that move and stamps that are equal, the
sweep of open invoices, the backfill, documents. A new connector adds its fixture folder alone.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import connectors
from connectors.contract_erp import MAX_DOCUMENT
from shared.domain.model import Invoice, Missing, OpenItem, invoice_status
from shared.errors import HubError, Reconnect, Retry
from tests.connectors.conformance import Fixture, plain
from tests.connectors.stub_server import ok
from tests.connectors.test_conformance import READING

ROOT = Path(__file__).parents[2]
SPECS = {name: connectors.spec(name) for name in connectors.names() if name.startswith("erp.")}
STORIES = ("row_moves", "equal_stamps")


def promising(capability):
    """Every ERP that promises a capability."""
    names = [name for name, spec in SPECS.items() if capability in spec.capabilities]
    return pytest.mark.parametrize("name", names)


every = pytest.mark.parametrize("name", SPECS)
lent = pytest.mark.parametrize(
    "name", [name for name, spec in SPECS.items() if spec.grant != "none"]
)


def reads(connector, fixture):
    """Each way of reading that a connector promises, to be tried."""
    can = SPECS[fixture.name].capabilities
    yield lambda: list(connector.pull(None, now=fixture.now))
    yield lambda: connector.open_items(["conn-1:1"])
    if "sweep" in can:
        yield lambda: list(connector.open_list(now=fixture.now))
        yield lambda: connector.read(["conn-1:1"], now=fixture.now)
    if "backfill" in can:
        yield lambda: list(connector.backfill(date(2020, 1, 1), None, now=fixture.now))
    if "documents" in can:
        yield lambda: connector.document("conn-1:1")


@every
def test_a_budget_keeps_a_reserve_for_the_proof_before_a_touch(name):
    budget = SPECS[name].budget
    if budget is None:
        assert SPECS[name].rate_scope == "connection"
        return
    assert budget.seconds > 0
    assert 0 < budget.reserve < budget.calls


@every
@pytest.mark.parametrize("case", ["401", "403", "429", "503", "login page", "garbage"])
def test_every_way_of_reading_names_a_failure_by_what_to_do(name, case):
    fixture, (answer, kinds) = Fixture(name), READING[case]
    if not fixture.produces(case):
        return
    allowed = {*kinds, Retry} if fixture.speaks_through_a_client else kinds
    with fixture.answered(case, answer) as connector:
        for read in reads(connector, fixture):
            with pytest.raises(HubError) as caught:
                read()
            assert any(isinstance(caught.value, kind) for kind in allowed), caught.value


LATER = {
    "seconds": "Retry-After: 90\r\n",
    "a date": "Date: Mon, 02 Mar 2026 12:00:00 GMT\r\n"
    "Retry-After: Mon, 02 Mar 2026 12:01:30 GMT\r\n",
}


@every
@pytest.mark.parametrize("form", LATER)
def test_a_wait_that_is_asked_for_is_counted_by_the_other_sides_clock(name, form):
    fixture = Fixture(name)
    if fixture.speaks_through_a_client:
        return
    busy = ok(b"", status="429 Too Many Requests", headers=LATER[form])
    with fixture.answered(form, busy) as connector:
        for read in reads(connector, fixture):
            with pytest.raises(Retry) as caught:
                read()
            assert (caught.value.after, caught.value.throttled) == (90, True)


@every
def test_an_error_inside_a_good_answer_is_an_error(name):
    fixture = Fixture(name)
    if fixture.speaks_through_a_client:
        return
    said = fixture.settings.get("answers", {})
    assert "error inside" in said, "record the HTTP 200 that is an error, null if there is none"
    if said["error inside"] is None:
        return
    assert said["error inside"]["status"] // 100 == 2
    with fixture.answered("error inside", b"") as connector:
        for read in reads(connector, fixture):
            with pytest.raises(HubError):
                read()


@lent
def test_a_refused_token_is_renewed_once_and_then_given_up(name):
    fixture = Fixture(name)
    with (
        fixture.answered("401", READING["401"][0]) as connector,
        pytest.raises(Reconnect),
    ):
        connector.open_items(["conn-1:1"])
    assert fixture.renewed == 1


@promising("incremental")
@pytest.mark.parametrize("story", STORIES)
def test_no_row_is_lost_at_the_edge_of_a_page_or_a_pull(name, story):
    fixture = Fixture(name)
    elsewhere = fixture.settings.get("stories", {}).get(story)
    if elsewhere is not None:
        path, _, function = elsewhere.partition("::")
        assert f"def {function}(" in (ROOT / path).read_text()
        return
    folder = fixture.folder / "stories" / story
    wanted = json.loads((folder / "expected.json").read_text())
    own = folder / "story.json"
    moments = json.loads(own.read_text())["now"] if own.is_file() else [None] * len(wanted)
    cursor, given = fixture.settings.get("cursor"), []
    for number, moment in enumerate(moments, start=1):
        now = fixture.moment(moment)
        with fixture.replayed(folder / str(number)) as connector:
            pages = list(connector.pull(cursor, now=now))
        cursor = pages[-1].cursor
        given.append([fact.id for page in pages for fact in page.facts])
    assert given == wanted


@promising("sweep")
def test_the_list_of_open_invoices_is_what_the_pull_would_find_open(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        listed = [one for page in connector.open_list(now=fixture.now) for one in page]
    assert all(isinstance(one, OpenItem) and one.open for one in listed)
    assert len({one.invoice for one in listed}) == len(listed)
    facts = json.loads((fixture.folder / "expected.json").read_text())
    invoices = [Invoice.model_validate(_bare(one)) for one in facts if one["fact"] == "Invoice"]
    owed = {one.id: one.open for one in invoices if invoice_status(one) in {"open", "partly_paid"}}
    assert owed
    assert {one.invoice: one.open for one in listed}.items() >= owed.items()


@promising("sweep")
def test_an_invoice_that_is_gone_is_read_as_missing_and_no_other(name):
    fixture = Fixture(name)
    ids = fixture.settings["open_items"]
    with fixture.replayed() as connector:
        items = connector.open_items(ids)
    with fixture.replayed() as connector:
        page = connector.read(ids, now=fixture.now)
    gone = {one.invoice for one in items if one.open is None}
    missing = [fact for fact in page.facts if isinstance(fact, Missing)]
    assert {fact.id for fact in missing if fact.what == "invoice"} == gone
    assert {fact.id for fact in page.facts if isinstance(fact, Invoice)} == {*ids} - gone
    assert page.cursor == ""


@promising("backfill")
def test_the_years_are_read_page_by_page_the_same_each_time_and_go_on_after_a_crash(name):
    fixture = Fixture(name)
    since = date.fromisoformat(fixture.settings["backfill"])

    def walked(cursor=None):
        with fixture.replayed() as connector:
            return list(connector.backfill(since, cursor, now=fixture.now))

    whole = walked()
    assert [one.model_dump_json() for one in walked()] == [one.model_dump_json() for one in whole]
    assert any(fact["fact"] == "Invoice" for fact in plain(one for p in whole for one in p.facts))
    for stop in range(1, len(whole)):
        rest = walked(whole[stop - 1].cursor)
        facts = {fact.id for page in (*whole[:stop], *rest) for fact in page.facts}
        assert facts >= {fact.id for page in whole for fact in page.facts}


@promising("documents")
def test_a_document_is_a_pdf_of_a_size_that_can_be_kept_or_none(name):
    fixture = Fixture(name)
    asked = fixture.settings["documents"]
    assert set(asked.values()) == {True, False}, "name one invoice with a document, one without"
    for invoice, has in asked.items():
        with fixture.replayed() as connector:
            found = connector.document(invoice)
        assert (found is not None) == has
        assert found is None or (found.startswith(b"%PDF-") and len(found) <= MAX_DOCUMENT)


@promising("past_notices")
def test_what_the_books_sent_before_comes_as_past_notices_of_known_invoices(name):
    facts = json.loads((Fixture(name).folder / "expected.json").read_text())
    invoices = {one["id"] for one in facts if one["fact"] == "Invoice"}
    notices = [one for one in facts if one["fact"] == "PastNotice"]
    assert notices
    assert {one["invoice"] for one in notices} <= invoices


def _bare(fact):
    return {name: value for name, value in fact.items() if name != "fact"}
