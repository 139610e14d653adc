"""A partner is polled page by page: durable first, then the cursor, then the day is compared."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.collectors import rest_hub
from connectors.contract import RowError
from connectors.contract_collectors import CaseReport, ReportPage
from functions import poll_partner, process_inbox, sweep
from shared.cloud import clock, connection_keys, connections, inbox, keys, runtime, table
from shared.domain.partner_message import read_message
from shared.domain.remittance import Remittance
from shared.errors import Reconnect, Retry
from tests.functions.test_process_inbox import paid
from tests.functions.test_remittances import line, remittance
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
)  # fmt: skip


class Partner:
    """A partner's interface: pages behind cursors, and days on which it is down."""

    def __init__(self):
        self.pages, self.error, self.asked = [], None, []

    def poll(self, cursor, *, now):
        self.asked.append(cursor)
        yield from self.pages[int(cursor or 0) :]
        if self.error is not None:
            raise self.error


def page(number, *messages, remittances=(), refused=()):
    reports = tuple(
        CaseReport(case_id=CASE, message=read_message({"timestamp": "2026-03-02T08:00:00Z"} | one))
        for one in messages
    )
    return ReportPage(reports=reports, remittances=remittances, refused=refused, cursor=str(number))


@pytest.fixture
def partner(aws, monkeypatch):
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)
    row = connections.read(NORDIC, "partner")
    table.transact([connections.enabled({**row, "state": "pending"}, NOW)])
    there = Partner()
    polled = rest_hub.SPEC.capabilities | {"poll", "remittances"}
    declared = replace(rest_hub.SPEC, capabilities=polled)
    monkeypatch.setattr(poll_partner, "spec", lambda _: declared)
    monkeypatch.setattr(poll_partner, "connect", lambda *_: there)
    return there


def poll(**of):
    body = json.dumps({"tenant": "nordic", "connection": "partner", **of})
    event = {"Records": [{"messageId": "m", "body": body}]}
    return poll_partner.handler(event, None)["batchItemFailures"]


def work(queued):
    for body in queued("inbox"):
        process_inbox.handler({"Records": [{"messageId": "m", "body": json.dumps(body)}]}, None)


def row():
    return connections.read(NORDIC, "partner")


def test_reports_and_remittances_of_a_poll_are_booked_by_the_inbox(partner, queued):
    money = {"interest": {"amount": "0.00", "currency": "EUR"}}
    paid_out = Remittance.model_validate(remittance("40.00", line("principal", "40.00")))
    partner.pages = [page(1, paid(**money)), page(2, remittances=(paid_out,))]

    assert poll() == []
    work(queued)

    assert load().claims["erp:1"].open == eur("60.00")
    assert row()["cursor"] == "2"
    work(queued)
    assert len(load().seen_messages) == 2


def test_a_page_that_is_read_again_changes_nothing(partner, queued):
    partner.pages = [page(1, paid())]
    poll()
    work(queued)
    table.update(keys.connection(NORDIC, "partner"), remove=("cursor",))
    poll()
    work(queued)

    assert load().claims["erp:1"].open == eur("60.00")
    assert partner.asked == [None, None]


def test_reports_are_told_to_the_queue_in_tens_and_what_is_done_is_left_alone(
    partner, queued, monkeypatch
):
    calls, client = [], runtime.client("sqs")
    send = client.send_message_batch

    def sent(**of):
        if of["QueueUrl"].endswith("inbox"):
            calls.append(len(of["Entries"]))
        return send(**of)

    monkeypatch.setattr(client, "send_message_batch", sent)
    many = [paid(amount="1.00") | {"id": f"r{one}"} for one in range(23)]
    partner.pages = [page(1, *many)]
    assert poll() == []
    assert calls == [10, 10, 3]
    for _ in calls:
        work(queued)

    kept, puts = inbox.receive, []
    monkeypatch.setattr(inbox, "receive", lambda *of, **more: puts.append(1) or kept(*of, **more))
    table.update(keys.connection(NORDIC, "partner"), remove=("cursor",))
    partner.pages = [page(1, *many, paid(amount="2.00") | {"id": "r99"})]
    assert poll() == []
    assert (puts, calls) == ([1], [10, 10, 3, 1])


def test_a_partner_that_is_down_for_days_is_asked_from_its_cursor_when_it_is_back(
    partner, queued, monkeypatch
):
    partner.pages, partner.error = [page(1, paid(amount="40.00"))], Retry("not now")
    assert poll() == [{"itemIdentifier": "m"}]
    assert (row()["cursor"], row()["state"]) == ("1", "enabled")
    assert row()["last_error"] == "not now"

    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=3))
    second = paid(amount="10.00", received="2026-03-02") | {"id": "r5"}
    partner.pages, partner.error = [*partner.pages, page(2, second)], None
    assert poll() == []
    work(queued)

    assert partner.asked == [None, "1"]
    assert load().claims["erp:1"].open == eur("50.00")
    assert "last_error" not in row()


def test_a_partner_that_refuses_its_credentials_waits_for_new_ones(partner):
    partner.error = Reconnect("the token is over")

    assert poll() == [{"itemIdentifier": "m"}]
    assert row()["state"] == "needs_auth"
    partner.error = None
    assert poll() == []
    assert partner.asked == [None]


def test_a_second_poll_of_the_same_page_stops_and_keeps_the_newer_cursor(partner, monkeypatch):
    def pages(cursor, *, now):
        yield page(1, paid())
        table.update(keys.connection(NORDIC, "partner"), set_={"cursor": "9"})
        yield page(2)

    monkeypatch.setattr(partner, "poll", pages)

    assert poll() == [{"itemIdentifier": "m"}]
    assert row()["cursor"] == "9"


def test_rows_that_cannot_be_read_are_kept_for_a_person(partner):
    error = RowError(row="line-7", field="amount", text="is no amount")
    partner.pages = [page(1, refused=(error,))]
    poll()

    kept = table.get(connection_keys.refused_row(NORDIC, "partner", "line-7"))
    assert (kept["field"], kept["text"]) == ("amount", "is no amount")


def test_a_day_is_compared_once_after_what_was_polled_is_booked(partner, queued, monkeypatch):
    poll()
    assert (queued("reconcile"), row()["due_at"]) == ([], "2026-03-02T09:15:00Z")
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=15))
    poll()
    assert queued("reconcile") == [{"partner": "partner", "tenant": "nordic"}]
    assert row()["due_at"] == "2026-03-02T10:15:00Z"
    poll()
    assert queued("reconcile") == []
    poll(compare=True)
    assert queued("reconcile") == [{"partner": "partner", "tenant": "nordic"}]


def test_a_partner_that_is_never_polled_is_compared_each_morning(partner, queued, monkeypatch):
    monkeypatch.setattr(poll_partner, "spec", lambda _: rest_hub.SPEC)
    poll()
    poll()

    assert len(queued("reconcile")) == 1
    assert (row()["due_at"], partner.asked) == ("2026-03-03T04:00:00Z", [])


def test_the_sweep_hands_a_partner_to_the_poll_and_a_source_to_the_pull(partner, queued):
    for number in range(keys.SHARDS):
        sweep.handler({"Records": [{"body": json.dumps({"shard": f"S#{number}"})}]}, None)

    assert queued("poll") == [{"connection": "partner", "tenant": "nordic"}]
    assert queued("pull") == []


def test_a_disabled_partner_is_not_asked(partner):
    table.transact([connections.disabled(row())])

    assert poll() == []
    assert partner.asked == []
