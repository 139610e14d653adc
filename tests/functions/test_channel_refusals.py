"""A debtor's word against a channel: it is on the timeline, told to people, and binds."""

from __future__ import annotations

import copy

import pytest

from functions import receive_mail_event
from shared.cloud import keys, table
from shared.cloud.store import Store
from shared.domain.events import ActSent, Decided
from tests.functions.world import CASE, NORDIC, NOW, REMINDER, append, load, sample


@pytest.fixture
def reached(reminded):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))


def say(name):
    event = copy.deepcopy(sample(f"receive_mail_event_{name}"))
    event["detail"]["mail"]["tags"] |= {"act": [REMINDER], "tenant": ["nordic"]}
    return receive_mail_event.handler(event, None)["did"]


def kinds():
    return [one.kind for one in Store(NORDIC).events(CASE) if not isinstance(one, Decided)]


def test_a_complaint_takes_the_notice_back_refuses_the_channel_and_makes_one_task(reached):
    assert [say("complained"), say("complained")] == ["notice_returned", "nothing"]

    assert kinds()[-3:] == ["notice_returned", "channel_refused", "person_asked"]
    assert load().states.refused == ("email",)
    task = table.get(keys.task(NORDIC, f"{REMINDER}-channel_refused"))
    assert (task["why"], task["state"]) == ("channel_refused", "open")


def test_what_one_case_heard_counts_for_the_debtor(reached):
    say("complained")

    row = table.get(keys.debtor(NORDIC, "erp:d1"))
    assert '"refused":["email"]' in row[f"c_{CASE}"]


def test_a_delivery_is_proof_on_the_timeline_once(reached):
    assert [say("delivered"), say("delivered"), say("sent")] == [
        "act_delivered",
        "nothing",
        "nothing",
    ]

    assert load().notices[REMINDER].delivered_on == NOW.date()
    assert load().claims["erp:1"].level == 1
