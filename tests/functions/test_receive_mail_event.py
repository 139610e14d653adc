"""What SES says later settles a mail's act, and nothing else."""

from __future__ import annotations

import copy

import pytest

from functions import receive_mail_event
from shared.cloud import outbox
from shared.domain.events import ActSent, ActUnknown
from shared.errors import Unreadable
from tests.functions.world import CASE, NORDIC, NOW, REMINDER, append, load, sample


def say(name, act=REMINDER, tenant="nordic", **detail):
    event = copy.deepcopy(sample(f"receive_mail_event_{name}"))
    event["detail"]["mail"]["tags"] |= {"act": [act], "tenant": [tenant]}
    event["detail"] |= detail
    return receive_mail_event.handler(event, None)["did"]


def state(act=REMINDER):
    return load().notices[act].state


@pytest.mark.parametrize("name", ["sent", "delivered"])
def test_a_mail_of_unknown_fate_is_settled_by_its_own_event(reminded, name):
    append(NORDIC, CASE, ActUnknown(at=NOW, act=REMINDER))

    assert say(name) == "act_sent"

    assert state() == "sent"
    assert load().notices[REMINDER].on.isoformat() == "2026-03-02"
    assert outbox.read(NORDIC, REMINDER)["state"] == "sent"
    assert "due_at" not in outbox.read(NORDIC, REMINDER)


def test_an_event_ahead_of_the_outcome_counts_too(reminded):
    assert say("delivered") == "act_sent"


def test_events_repeat_and_come_in_any_order(reminded):
    assert [say("delivered"), say("sent"), say("delivered")] == ["act_sent", "nothing", "nothing"]


@pytest.mark.parametrize("name", ["bounced", "complained"])
def test_a_mail_that_came_back_was_not_given(reminded, name):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    assert load().claims["erp:1"].level == 1

    assert say(name) == "notice_returned"

    assert state() == "returned"
    assert load().claims["erp:1"].level == 0
    assert say(name) == "nothing"


def test_a_passing_bounce_changes_nothing(reminded):
    bounce = sample("receive_mail_event_bounced")["detail"]["bounce"] | {"bounceType": "Transient"}

    assert say("bounced", bounce=bounce) == "nothing"


def test_a_delay_changes_nothing(reminded):
    assert say("delayed") == "nothing"


def test_a_mail_that_ses_rejected_was_not_given(reminded):
    assert say("sent", eventType="Reject", reject={"reason": "Bad content"}) == "notice_returned"


@pytest.mark.parametrize(
    ("act", "tenant"),
    [
        (f"{CASE}-friendly-ffffffffffff", "nordic"), ("nowhere-friendly-0123456789ab", "nordic"),
        (REMINDER, "twin"), (REMINDER, "Not_A_Tenant"),
    ],
)  # fmt: skip
def test_an_event_of_no_act_of_ours_changes_nothing(reminded, act, tenant):
    assert say("delivered", act=act, tenant=tenant) == "no_such_act"
    assert state() == "intended"


def test_mail_without_our_tags_is_none_of_ours(aws):
    event = sample("receive_mail_event_delivered")
    event["detail"]["mail"]["tags"] = {"ses:source-ip": ["192.0.2.1"]}

    assert receive_mail_event.handler(event, None) == {"did": "nothing"}


def test_an_event_of_another_shape_comes_again(reminded):
    with pytest.raises(Unreadable):
        say("delivered", delivery=None)


def test_no_address_is_logged(reminded, logged):
    say("delivered")

    assert "@" not in logged()
