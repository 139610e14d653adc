"""What every collector owes beside what every connector owes: asked of each by its fixtures.

A new collector adds its module and its folder (see conformance.py) and changes nothing here. One
that speaks through an AWS client is asked by its own tests, before a fake of that service.
"""

from __future__ import annotations

import json
import socket
from typing import get_args

import pytest

import connectors
from connectors.contract import Delivery, Receipt
from connectors.contract_collectors import CaseMessage
from shared.domain.partner_message import RejectCode
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable
from tests.connectors.conformance import HERE, TOLD, Fixture, polled
from tests.connectors.stub_server import RawServer, ok
from tests.connectors.test_conformance import BUSY, READING, SENDING

ALL = [name for name in connectors.names() if name.startswith("collectors.")]
NAMES = [name for name in ALL if not (HERE.joinpath(*name.split(".")) / "clients.py").is_file()]
every = pytest.mark.parametrize("name", NAMES)
# Interfaces that the hub itself defines over plain HTTP and S3: there is no vendor to guess at. Of
# SOAP and SFTP we define what is said, and a server of the partner's that nobody has met takes it.
OUR_OWN = {"collectors.rest_hub", "collectors.s3_drop"}


def able(capability: str, recorded: str = ""):
    """The collectors that declare a capability, and recorded what shows it (a setting or file)."""
    names = [name for name in NAMES if capability in connectors.spec(name).capabilities]
    if recorded:
        folders = {name: Fixture(name) for name in names}
        names = [
            name
            for name, one in folders.items()
            if recorded in one.settings or (one.folder / recorded).is_file()
        ]
    return pytest.mark.parametrize("name", names)


def told(connector, fixture: Fixture, kind: str) -> Receipt:
    try:
        return connector.tell(fixture.told(kind), key="act-2", now=fixture.now, file=fixture.file)
    except Reconnect:
        return Receipt(outcome="rejected", code="reconnect")


def test_the_suite_knows_every_message():
    assert set(TOLD) == set(get_args(CaseMessage.model_fields["type"].annotation))


@pytest.mark.parametrize("name", ALL)
def test_what_rests_on_a_vendors_pages_alone_wants_a_person(name):
    spec = connectors.spec(name)
    assert spec.confirm == (spec.verified == "spec only" and name not in OUR_OWN)


@able("submit")
def test_the_same_key_hands_over_the_same(name):
    fixture, bodies = Fixture(name), []
    for _ in range(2):
        with RawServer(lambda _: [ok(status="200 OK")]) as server:
            connector = connectors.connect(name, fixture.connection(server.origin))
            try:
                fixture.submitted(connector)
            except HubError:
                pytest.skip("its first call is no hand-over")
            bodies.append(server.requests[-1].partition(b"\r\n\r\n")[2])
    assert bodies[0] == bodies[1]
    assert bodies[0]


@able("submit")
def test_a_refusal_in_the_vendors_own_form_is_one_of_our_codes(name):
    fixture = Fixture(name)
    if "refused" not in fixture.settings.get("answers", {}):
        return
    with fixture.answered("refused", b"") as connector:
        receipt = fixture.submitted(connector)
    assert receipt.outcome == "rejected"
    assert receipt.code in get_args(RejectCode)


@able("tell")
@pytest.mark.parametrize("kind", TOLD)
def test_each_message_is_told_or_named_as_one_that_a_person_tells(name, kind):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        receipt = told(connector, fixture, kind)
    if receipt.outcome == "rejected":
        assert receipt.code == "not_supported"
        assert kind != "payment.direct", "a direct payment must always reach the partner"
    else:
        assert receipt.outcome in {"accepted", "received"}


@able("tell")
@pytest.mark.parametrize("case", SENDING)
def test_telling_knows_not_sent_from_unknown(name, case):
    answer, outcomes = SENDING[case]
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    with fixture.answered(case, answer) as connector:
        receipt = told(connector, fixture, "payment.direct")
    # One that asks first whether it stands there has not sent anything yet.
    first = {"retry"} if connectors.spec(name).query_by_key else set()
    assert receipt.outcome in outcomes | first
    if case == "429":
        assert receipt.after in {17, None}


@able("find", recorded="absent")
def test_what_the_partner_has_is_found_and_what_it_has_not_is_named(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        has = connector.find(fixture.file.case_id, now=fixture.now)
    with fixture.replayed() as connector:
        lacks = connector.find(fixture.settings["absent"], now=fixture.now)
    assert has.outcome in {"accepted", "received"}
    assert has.reference
    assert (lacks.outcome, lacks.code) == ("rejected", "not_found")


@able("find")
@pytest.mark.parametrize("case", READING)
def test_a_partner_that_does_not_answer_has_not_said_that_it_lacks_the_case(name, case):
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    with fixture.answered(case, READING[case][0]) as connector:
        try:
            receipt = connector.find(fixture.file.case_id, now=fixture.now)
        except HubError as error:
            assert isinstance(error, Reconnect | Retry)  # noqa: PT017 - both ways are good
            return
    assert receipt.outcome not in {"accepted", "received"}
    assert receipt.code != "not_found"


@able("poll", recorded="expected.json")
def test_a_poll_gives_exactly_what_is_expected_and_twice_the_same(name):
    fixture, seen = Fixture(name), []
    for _ in range(2):
        with fixture.replayed() as connector:
            seen.append(polled(fixture, connector))
    assert seen[0] == json.loads((fixture.folder / "expected.json").read_text())
    assert seen[0] == seen[1]
    ids = [one["message"]["id"] for page in seen[0] for one in page.get("reports", ())]
    assert ids, "record at least one report"
    assert len(set(ids)) == len(ids)


@able("poll")
@pytest.mark.parametrize("case", READING)
def test_a_poll_names_each_failure_by_what_to_do(name, case):
    answer, kinds = READING[case]
    fixture = Fixture(name)
    if not fixture.produces(case):
        return
    with fixture.answered(case, answer) as connector, pytest.raises(HubError) as caught:
        list(connector.poll(fixture.settings.get("cursor"), now=fixture.now))
    assert any(isinstance(caught.value, kind) for kind in kinds), caught.value


@able("price")
def test_a_price_is_told_or_named_as_unknown(name):
    fixture = Fixture(name)
    with fixture.replayed() as connector:
        quote = connector.quote(fixture.case, now=fixture.now, file=fixture.file)
    assert quote.eligible
    assert quote.price is None or quote.price.currency == fixture.file.currency
    with fixture.answered("429", BUSY) as connector, pytest.raises(HubError):
        connector.quote(fixture.case, now=fixture.now, file=fixture.file)


@able("webhooks")
@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": "e1"}', b"\xff"])
def test_a_delivery_that_nobody_signed_is_not_read(name, body):
    fixture = Fixture(name)
    connector = connectors.connect(name, fixture.connection("http://127.0.0.1:9"))
    for headers in ({}, {"authorization": "Bearer guess"}, {"authorization": "Basic Z3Vlc3M6eA=="}):
        with pytest.raises((Refused, Unreadable)) as caught:
            connector.verify(Delivery(body=body, headers=headers), now=fixture.now)
        assert getattr(caught.value, "code", "") == "bad_signature"


@every
def test_no_error_of_any_call_holds_personal_data(name):
    fixture, said = Fixture(name), []
    calls = {
        "tell": lambda one: told(one, fixture, "case.amended"),
        "find": lambda one: one.find(fixture.file.case_id, now=fixture.now),
        "poll": lambda one: list(one.poll(None, now=fixture.now)),
        "quote": lambda one: one.quote(fixture.case, now=fixture.now, file=fixture.file),
    }
    echo = json.dumps({"error": sorted(fixture.personal), "cases": sorted(fixture.personal)})
    for answer in (ok(echo.encode()), ok(echo.encode(), status="400 Bad Request")):
        with RawServer(lambda _, answer=answer: [answer]) as server:
            connector = connectors.connect(name, fixture.connection(server.origin, "failing"))
            for method, call in calls.items():
                if not hasattr(connector, method):
                    continue
                try:
                    said.append(repr(call(connector)))
                except HubError as error:
                    said += [str(error), repr(error), repr(error.__context__)]
    assert not [text for text in fixture.personal if any(text in one for one in said)]


@able("submit")
def test_a_partner_that_is_gone_got_nothing(name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    fixture = Fixture(name)
    connector = connectors.connect(name, fixture.connection(origin, "failing"))
    if hasattr(connector, "tell"):
        assert told(connector, fixture, "payment.direct").outcome == "retry"
