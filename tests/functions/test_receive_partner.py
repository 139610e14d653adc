"""A partner's report: kept once under its key, queued, and answered without saying too much."""

from __future__ import annotations

import base64
import json

import pytest

from functions import receive_partner
from shared.cloud import inbox, keys, table
from tests.functions.world import (
    CASE,
    NORDIC,
    TWIN,
    answer,
    call,
    hand_over,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

ROUTE = "POST /v1/partner/cases/{id}/events"
MESSAGE = {"event": "rep-1", "source": "partner", "tenant": "nordic"}


@pytest.fixture
def handed(aws):
    open_case(NORDIC)
    hand_over(NORDIC)


def report(case=CASE, key="rep-1", body='{"id":"rep-1"}', *, connection="partner", **request):
    headers = {"idempotency-key": key} if key is not None else {}
    event = call(
        ROUTE, role="partner", connection=connection, path={"id": case}, body=body,
        headers=headers, **request,
    )  # fmt: skip
    return answer(receive_partner.handler(event, None))


def kept(key="rep-1"):
    return table.get(keys.inbox(NORDIC, "partner", key))


def test_the_sample_report_is_kept_raw_and_queued(handed, queued):
    event = sample("receive_partner")

    status, body = answer(receive_partner.handler(event, None))

    assert (status, body) == (202, {"event": "rep-1", "state": "received"})
    row = kept()
    assert inbox.body_of(row) == event["body"].encode()
    assert (row["case"], row["state"]) == (CASE, "received")
    assert queued("inbox") == [MESSAGE]


def test_a_kept_report_comes_due_by_itself_if_the_queue_loses_it(handed):
    report()

    assert kept()["due_at"] == "2026-03-02T09:05:00Z"
    assert kept()["due_shard"].startswith("S#")


def test_a_replayed_report_is_queued_again_and_kept_once(handed, queued):
    assert report()[0] == 202
    assert report()[0] == 200

    assert queued("inbox") == [MESSAGE, MESSAGE]


def test_a_report_that_was_worked_on_is_answered_and_not_queued(handed, queued):
    report()
    queued("inbox")
    table.transact([inbox.settled(kept(), "done")])

    assert report()[0] == 200

    assert queued("inbox") == []
    assert kept()["state"] == "done"


def test_a_key_is_used_for_one_report(handed, queued):
    report()

    status, body = report(body='{"id":"rep-1","type":"case.closed"}')

    assert (status, body["code"]) == (409, "key_reused")
    assert kept()["body"] == '{"id":"rep-1"}'


def test_a_report_under_a_key_that_is_not_its_id_is_kept_nowhere(handed, queued):
    status, body = report(key="other", body='{"id":"abc"}')

    assert (status, body["code"]) == (422, "id_not_key")
    assert (kept("other"), kept("abc"), queued("inbox")) == (None, None, [])


def test_a_key_is_used_for_one_case(handed):
    open_case(NORDIC, "c2", claims=("erp:1", "erp:3"))
    hand_over(NORDIC, "c2", "c2-partner-0123456789ab")
    report()

    assert report("c2")[0] == 409


@pytest.mark.parametrize("key", [None, "", "a" * 101, "a b", "a#b", "a/b", "é", "a\n"])
def test_a_report_has_a_key_that_fits_a_url(handed, key):
    status, body = report(key=key)

    assert (status, body["code"]) == (400, "bad_key")


def test_a_body_of_256_kb_is_kept_and_a_larger_one_is_not(handed):
    assert report(body="x" * 262_144)[0] == 202
    assert report(key="rep-2", body="x" * 262_145)[0] == 413


def test_a_body_is_kept_as_the_bytes_that_came(handed):
    for number, raw in enumerate((b"{}\xff\x00", "ä€".encode(), b"")):
        event = call(
            ROUTE, role="partner", connection="partner", path={"id": CASE},
            headers={"idempotency-key": f"b{number}"}, body=base64.b64encode(raw).decode(),
        )  # fmt: skip
        assert receive_partner.handler(event | {"isBase64Encoded": True}, None)["statusCode"] == 202
        assert inbox.body_of(kept(f"b{number}")) == raw


def test_unknown_foreign_and_unhanded_cases_are_told_apart_by_nothing(handed):
    settle_in(TWIN)
    open_case(TWIN, "theirs")
    hand_over(TWIN, "theirs", "theirs-partner-0123456789ab")
    open_case(NORDIC, "quiet", claims=("erp:4",))

    answers = [
        report("nowhere"), report("theirs"), report("quiet"), report(connection="rival"),
        report("a#b"),
    ]  # fmt: skip

    assert {json.dumps(one) for one in answers} == {json.dumps(answers[0])}
    assert answers[0][0] == 404
    assert table.query(keys.inbox(NORDIC, "rival", "rep-1")["pk"], "A", "~") == []


def test_a_hand_over_without_an_outcome_yet_may_be_reported_on(aws):
    open_case(NORDIC)
    hand_over(NORDIC, sent=False)

    assert report()[0] == 202


@pytest.mark.parametrize("scopes", [("cases:read",), ()])
def test_reports_need_their_scope(handed, scopes):
    assert report(scopes=scopes)[0] == 403
    assert kept() is None


def test_no_report_is_logged(handed, logged):
    report(body='{"debtor":"Aino Esimerkki"}')

    assert "Aino" not in logged()
