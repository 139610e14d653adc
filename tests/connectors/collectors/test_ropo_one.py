"""Ropo One: each task is sent once, events are only hints, and a list that empties is not read."""

import base64
import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

import connectors
from connectors.collectors.ropo_one import tasks
from connectors.collectors.ropo_one.config import SANDBOXES, Config
from connectors.contract import Delivery
from shared.errors import Reconnect, Refused, Unreadable
from tests.connectors.conformance import FILE, Fixture
from tests.connectors.stub_server import RawServer, ok

FIXTURE = Fixture("collectors.ropo_one")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TOKEN = ok(b'{"token": "t"}', status="201 Created")


def ropo(origin="http://127.0.0.1:9"):
    return connectors.connect("collectors.ropo_one", FIXTURE.connection(origin))


def basic(password, user="ropo"):
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


class Desk:
    """Ropo's side: answers by the first word and path of a request."""

    def __init__(self, **answers):
        self.answers = answers

    def __call__(self, request):
        line = request.split(b"\r\n")[0].decode()
        if "/rest/token" in line:
            return [TOKEN]
        return [self.answers["asked" if line.startswith("GET") else "sent"]]


NOT_THERE = ok(b"", status="204 No Content")
MOVED = ok(b'{"statusupdates": [{"jobid": 1}]}')
OURS = "case-1 erp:inv-1"


def handed_over(**answers):
    with RawServer(Desk(**answers)) as server:
        receipt = FIXTURE.submitted(ropo(server.origin))
        lines = [one.split(b"\r\n")[0].decode().split(" ") for one in server.requests]
    sent = [path for verb, path, _ in lines if verb == "POST" and "token" not in path]
    return receipt, sent


@pytest.mark.parametrize(
    ("job", "outcome", "code", "posts"),
    [
        ({"jobtype": 2, "custnum": "20045"}, "received", None, 0),
        ({"custnum": OURS}, "received", None, 0),
        # The invoice itself, and a reminder, went over Ropo: neither is the collection.
        ({"jobtype": 0, "custnum": "20045"}, "received", None, 1),
        ({"jobtype": "1", "custnum": "20045"}, "received", None, 1),
        # Not said: it is neither taken for handed over nor sent a second time.
        ({"custnum": "20045"}, "unknown", "other_task", 0),
        ([], "unknown", "other_task", 0),
    ],
)
def test_only_the_collection_of_an_invoice_is_a_task_that_is_not_sent_again(
    job, outcome, code, posts
):
    def reply(request):
        line = request.split(b"\r\n")[0]
        if b"token" in line:
            return [TOKEN]
        if line.startswith(b"POST"):
            return [ok(b'{"accepted": 1}')]
        return [MOVED if b"statusupdates" in line else ok(json.dumps(job).encode())]

    file = FILE.model_copy(update={"claims": FILE.claims[:1]})
    with RawServer(reply) as server:
        receipt = ropo(server.origin).submit(FIXTURE.case, key="act-1", now=NOW, file=file)
        sent = [one for one in server.requests if one.startswith(b"POST /rest/jobs ")]
    assert (receipt.outcome, receipt.code, len(sent)) == (outcome, code, posts)


def test_each_claim_is_a_task_of_its_own_under_one_login():
    receipt, sent = handed_over(asked=NOT_THERE, sent=ok(b'{"accepted": 1}'))
    assert receipt.outcome == "received"
    assert sent == ["/rest/jobs"] * len(FILE.claims)


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (ok(b'{"accepted": 0}'), "rejected", "OTHER"),
        (ok(b'{"errorText": "no"}'), "unknown", "unreadable"),
        (ok(b"{}", status="422 No"), "rejected", "SCHEMA_INVALID"),
        (b"", "unknown", "unanswered"),
        (ok(b"", status="500 Oops"), "unknown", "http_500"),
    ],
)
def test_what_became_of_a_task_is_read_from_its_answer(answer, outcome, code):
    receipt, _ = handed_over(asked=NOT_THERE, sent=answer)
    assert (receipt.outcome, receipt.code) == (outcome, code)


def test_a_case_of_which_a_part_arrived_is_of_unknown_fate():
    answers = iter([ok(b'{"accepted": 1}'), ok(b'{"accepted": 0}')])

    def reply(request):
        line = request.split(b"\r\n")[0]
        if b"token" in line:
            return [TOKEN]
        return [NOT_THERE if line.startswith(b"GET") else next(answers)]

    with RawServer(reply) as server:
        receipt = FIXTURE.submitted(ropo(server.origin))
    assert (receipt.outcome, receipt.code) == ("unknown", "partly_sent")


def test_a_task_holds_what_collection_needs_and_our_ids():
    claim = FILE.claims[0]
    body = tasks.task(FILE, claim, "paydate")
    assert (body["jobtype"], body["customertype"]) == (2, 2)
    assert body["billcode"] == claim.reference
    assert body["amount"] == claim.open.amount
    assert body["paydate"] == "2026-01-19"
    assert body["custnum"] == "case-1 erp:inv-1"
    assert body["person"] == FILE.debtors[0].name
    assert "duedate" in tasks.task(FILE, claim, "duedate")
    with pytest.raises(Refused):
        tasks.task(FILE, claim.model_copy(update={"reference": None}), "paydate")


def test_a_batch_names_the_tasks_to_read_again_each_once():
    password = FIXTURE.settings["secrets"]["events_password"]
    rows = [{"id": "a", "jobid": 7}, {"id": "b", "jobid": "7"}, {"id": "c"}, {"jobid": -1}]
    body = json.dumps({"created": "x", "events": rows}).encode()
    hook = ropo().verify(Delivery(body=body, headers=basic(password)), now=NOW)
    assert hook.fetch == ("job/7",)
    again = ropo().verify(Delivery(body=body, headers=basic(password)), now=NOW)
    assert again.event == hook.event
    for wrong in (basic("guess"), basic(password, "other"), basic(""), {}):
        with pytest.raises(Refused) as caught:
            ropo().verify(Delivery(body=body, headers=wrong), now=NOW)
        assert caught.value.code == "bad_signature"


def test_the_list_that_is_emptied_by_reading_it_is_never_read():
    with RawServer(Desk(asked=NOT_THERE, sent=NOT_THERE)) as server:
        pages = list(ropo(server.origin).poll("2026-03-08", now=NOW))
        asked = [one.split(b" ")[1].decode() for one in server.requests if one.startswith(b"GET")]
    assert [page.cursor for page in pages] == ["2026-03-08", "2026-03-09", "2026-03-10"]
    assert all("?date=" in path for path in asked)


def test_a_day_that_one_answer_cannot_hold_is_a_persons():
    rows = json.dumps({"statusupdates": [{"x": 1}] * 1000}).encode()
    with RawServer(Desk(asked=ok(rows), sent=NOT_THERE)) as server:
        (page,) = ropo(server.origin).poll(None, now=NOW)
    assert [one.row for one in page.refused] == ["2026-03-10"]


def test_a_task_that_is_not_ours_says_nothing_and_a_strange_object_is_unreadable():
    job = ok(b'{"jobid": 5, "custnum": "20045", "currentstatustext": "Paid"}')
    with RawServer(Desk(asked=job, sent=NOT_THERE)) as server:
        assert ropo(server.origin).reports("job/5", now=NOW) == ()
    with pytest.raises(Unreadable):
        ropo().reports("job/../token", now=NOW)


def test_a_login_that_is_refused_is_an_administrators():
    refused = ok(b'{"errorId": 1, "errorText": "no"}', status="400 Bad Request")
    with RawServer(lambda _: [refused]) as server, pytest.raises(Reconnect):
        FIXTURE.submitted(ropo(server.origin))


def test_production_wants_its_own_address():
    given = {"country": "SE", "customer": "1"}
    assert Config(environment="sandbox", **given).address == "https://rc.ropo24.se"
    for origin in ("", SANDBOXES["SE"]):
        with pytest.raises(ValidationError):
            Config(environment="production", origin=origin, **given)
