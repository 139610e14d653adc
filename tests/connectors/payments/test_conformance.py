"""What every payment provider's connector owes, asked of each by its name and its fixtures.

A new provider adds its module and its fixture folder and changes nothing here.
"""

from __future__ import annotations

import json
import socket

import pytest

import connectors
from connectors.contract import Delivery, PaymentRequest
from shared.domain.money import Money
from shared.domain.sighting import Sighting
from shared.errors import HubError, Refused, Retry, Unreadable
from tests.connectors.conformance import Fixture, plain
from tests.connectors.stub_server import ok
from tests.connectors.test_conformance import READING, SENDING

NAMES = [name for name in connectors.names() if name.startswith("payments.")]
every = pytest.mark.parametrize("name", NAMES)
ERROR_UNDER_200 = ok(b'{"error": {"code": "x"}}', headers="Content-Type: application/json\r\n")
REQUEST = PaymentRequest(
    claim="erp:1", amount=Money.of("120.00", "EUR"), reference="1232", description="Nordic 1",
    language="fi",
)  # fmt: skip


@every
def test_the_recorded_answers_give_exactly_the_expected_sightings(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        pages = list(connector.pull(fixture.settings.get("cursor"), now=fixture.now))
    seen = plain(fact for page in pages for fact in page.facts)
    assert seen == json.loads((fixture.folder / "expected.json").read_text())
    assert all(isinstance(fact, Sighting) for page in pages for fact in page.facts)
    assert {each["kind"] for each in seen} >= {"receipt", "refund", "reversal", "payout"}
    assert all(each["id"].startswith("conn-1:") for each in seen)
    assert [page.complete_through is not None for page in pages][:-1] == [False] * (len(pages) - 1)
    assert pages[-1].complete_through is not None


@every
def test_what_is_taken_back_was_seen_before(name):
    fixture, known = Fixture(name), set()
    with fixture.replayed() as connector:
        pages = list(connector.pull(fixture.settings.get("cursor"), now=fixture.now))
    for fact in (fact for page in pages for fact in page.facts):
        assert fact.reverses is None or fact.reverses in known
        known.add(fact.id)


@every
def test_pulling_twice_from_one_cursor_gives_the_same_pages(name):
    fixture, seen = Fixture(name), []
    for _ in range(2):
        with fixture.replayed() as connector:
            pages = connector.pull(fixture.settings.get("cursor"), now=fixture.now)
            seen.append([page.model_dump_json() for page in pages])
    assert seen[0] == seen[1]


@every
@pytest.mark.parametrize("case", [*READING, "error under 200"])
def test_a_reader_names_each_failure_by_what_to_do(name, case):
    answer, kinds = {**READING, "error under 200": (ERROR_UNDER_200, {Unreadable})}[case]
    fixture = Fixture(name)
    with fixture.answered(case, answer) as connector:
        with pytest.raises(HubError) as caught:
            list(connector.pull(None, now=fixture.now))
        assert any(isinstance(caught.value, kind) for kind in kinds), caught.value
        if case == "429":
            assert caught.value.after in {17, None}


@every
def test_a_counterpart_that_is_gone_is_retried(name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    connector = connectors.connect(name, Fixture(name).connection(origin, "failing"))
    with pytest.raises(Retry):
        list(connector.pull(None, now=Fixture(name).now))
    assert connector.link(REQUEST, key="k1").outcome == "retry"


@every
@pytest.mark.parametrize("case", SENDING)
def test_a_link_that_was_not_made_is_never_called_made(name, case):
    with Fixture(name).answered(case, SENDING[case][0]) as connector:
        receipt = connector.link(REQUEST, key="k1")
    assert receipt.outcome in {"retry", "rejected", "unknown"}
    assert receipt.reference is None


@every
@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": "evt_1"}', b"\xff" * 100])
def test_an_unproven_delivery_is_refused_before_it_is_read(name, body):
    connector = connectors.connect(name, Fixture(name).connection("http://127.0.0.1:9"))
    with pytest.raises(Refused) as caught:
        connector.verify(Delivery(body=body), now=Fixture(name).now)
    assert caught.value.code == "bad_signature"
