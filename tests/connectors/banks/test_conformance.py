"""What every bank's connector owes, asked of each by its name and its fixtures.

A new bank adds its module and its fixture folder and changes nothing here.
"""

from __future__ import annotations

import json
import socket

import pytest

import connectors
from shared.domain.sighting import Sighting
from shared.errors import HubError, Retry
from tests.connectors.conformance import Fixture, plain
from tests.connectors.test_conformance import READING

NAMES = [name for name in connectors.names() if name.startswith("banks.")]
every = pytest.mark.parametrize("name", NAMES)


def pulled(connector, fixture, cursor=None):
    return list(connector.pull(cursor, now=fixture.now))


@every
def test_the_recorded_files_give_exactly_the_expected_sightings(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        pages = pulled(connector, fixture)
    facts = [fact for page in pages for fact in page.facts]
    assert plain(facts) == json.loads((fixture.folder / "expected.json").read_text())
    assert all(isinstance(fact, Sighting) for fact in facts)
    assert {fact.kind for fact in facts} == {"receipt", "reversal", "payout"}
    assert all(fact.id.startswith("conn-1:") for fact in facts)
    assert len({fact.id for fact in facts}) == len(facts)
    assert [page.complete_through for page in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].complete_through is not None
    assert all(len(page.facts) <= 500 for page in pages)


@every
def test_pulling_twice_from_one_cursor_gives_the_same_pages(name):
    fixture, seen = Fixture(name), []
    for _ in range(2):
        with fixture.replayed() as connector:
            seen.append([page.model_dump_json() for page in pulled(connector, fixture)])
    assert seen[0] == seen[1]


@every
def test_a_crash_between_two_pages_loses_nothing(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        whole = pulled(connector, fixture)
    wanted = {(fact.id, fact.version) for page in whole for fact in page.facts}
    for stop in range(len(whole)):
        with fixture.replayed() as connector:
            pages = connector.pull(None, now=fixture.now)
            stored = [next(pages) for _ in range(stop)]
            pages.close()
        with fixture.replayed() as connector:
            rest = pulled(connector, fixture, stored[-1].cursor if stored else None)
        facts = [fact for page in (*stored, *rest) for fact in page.facts]
        assert {(fact.id, fact.version) for fact in facts} == wanted
        assert rest[-1].complete_through == whole[-1].complete_through


@every
@pytest.mark.parametrize("case", READING)
def test_a_reader_names_each_failure_by_what_to_do(name, case):
    answer, kinds = READING[case]
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    if fixture.speaks_through_a_client:
        kinds = {*kinds, Retry}  # an AWS client calls what it cannot read a server error
    with fixture.answered(case, answer) as connector, pytest.raises(HubError) as caught:
        pulled(connector, fixture)
    assert any(isinstance(caught.value, kind) for kind in kinds), caught.value


@every
def test_a_counterpart_that_is_gone_is_retried(name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    connector = connectors.connect(name, Fixture(name).connection(origin, "failing"))
    with pytest.raises(Retry):
        pulled(connector, Fixture(name))


@every
def test_an_empty_file_is_not_complete_and_is_told(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        last = pulled(connector, fixture)[-1]
    with fixture.answered("empty", b"", state="empty") as connector:
        pages = pulled(connector, fixture, last.cursor)
    assert pages[-1].complete_through is None
    assert any(page.refused for page in pages)
