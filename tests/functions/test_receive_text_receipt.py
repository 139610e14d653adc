"""What a carrier says of a text message settles its act, with parts and price."""

from __future__ import annotations

import json

import pytest

from functions import receive_text_receipt
from shared.cloud import outbox
from shared.domain.events import ActSent, ActUnknown
from shared.errors import Unreadable
from tests.functions.world import CASE, NORDIC, NOW, REMINDER, append, load, sample


def say(event="TEXT_DELIVERED", act=REMINDER, tenant="nordic", **changes):
    sent = sample("receive_text_receipt")
    record = sent["Records"][0]["Sns"]
    context = {"act": act, "tenant": tenant}
    body = {**json.loads(record["Message"]), "eventType": event, "context": context, **changes}
    record["Message"] = json.dumps(body)
    return receive_text_receipt.handler(sent, None)["did"]


def test_a_message_of_unknown_fate_is_settled_by_its_own_receipt(reminded):
    append(NORDIC, CASE, ActUnknown(at=NOW, act=REMINDER))

    assert say() == ["act_sent"]

    notice = load().notices[REMINDER]
    assert (notice.state, notice.delivered_on.isoformat()) == ("sent", "2026-03-02")
    assert outbox.read(NORDIC, REMINDER)["state"] == "sent"
    assert say() == ["nothing"]


def test_a_receipt_after_the_outcome_adds_that_it_arrived(reminded):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))

    assert say("TEXT_QUEUED", isFinal=False) == ["nothing"]
    assert load().notices[REMINDER].delivered_on is None
    assert say() == ["act_delivered"]
    assert say() == ["nothing"]


def test_what_did_not_arrive_was_not_given(reminded):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))

    assert say("TEXT_UNREACHABLE") == ["notice_returned"]

    assert load().notices[REMINDER].state == "returned"
    assert load().claims["erp:1"].level == 0


@pytest.mark.parametrize(
    ("changes", "did"),
    [
        ({"event": "TEXT_UNKNOWN"}, "nothing"),
        ({"act": f"{CASE}-first-none"}, "no_such_act"),
        ({"tenant": "twin"}, "no_such_act"),
        ({"context": {}}, "nothing"),
    ],
)
def test_what_proves_nothing_or_is_not_ours_changes_nothing(reminded, changes, did):
    before = load().version

    assert say(**changes) == [did]
    assert load().version == before


def test_a_receipt_of_another_shape_comes_again(reminded):
    with pytest.raises(Unreadable):
        say(eventTimestamp="soon")
