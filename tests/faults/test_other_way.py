"""A mail that comes back goes on paper by itself; a person is asked when there is no way left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.local import setup
from shared.cloud.store import Store
from shared.domain.events import ReminderIntended
from tests.faults.books import BEGIN, FRIENDLY, FRIENDLY_FIRST, HAND_OVER, Line

pytestmark = pytest.mark.stack

CHAINED = {
    **FRIENDLY_FIRST,
    "steps": [{**FRIENDLY, "channels": [setup.EMAIL, "letter"]}, HAND_OVER],
}
PRINTED = "print/"


@pytest.fixture
def chained(machine, books):
    books.settle_in(CHAINED)
    settings = {"bucket": machine.bucket, "prefix": PRINTED, "service": "economy"}
    books._connect("letter", "channels.letter", settings)
    books.book(Line())
    machine.settle()
    assert machine.provider_says("bounced") == "notice_returned"
    return machine


def intents(machine):
    (case,) = machine.cases()
    events = Store(machine.tenant).events(case)
    return [one for one in events if isinstance(one, ReminderIntended)]


def printed(machine, books):
    found = books.s3.list_objects_v2(Bucket=machine.bucket, Prefix=PRINTED)
    return [one["Key"] for one in found.get("Contents", ())]


def test_a_mail_that_came_back_goes_on_paper_the_next_day_and_nobody_is_asked(chained, books):
    assert printed(chained, books) == []

    chained.live_on(BEGIN + timedelta(days=1))

    mail, paper = intents(chained)
    assert (mail.channel, paper.channel) == (setup.EMAIL, "letter")
    assert (mail.step, mail.claims) == (paper.step, paper.claims)
    # A letter is certainly there six days later than a mail, and a day has passed.
    assert paper.deadline - mail.deadline >= timedelta(days=7)
    assert [one for one in printed(chained, books) if one.endswith(".pdf")]
    assert (len(chained.letters()), chained.tasks()) == (1, [])
    assert chained.case().notices[paper.act].state == "sent"


def test_a_touch_on_paper_costs_the_table_no_more_calls_than_one_by_mail(chained):
    chained.pass_time(days=1)
    chained.sweep()
    (start,) = chained.started()
    chained.wire.watch()

    assert chained.execute(start) == "sent"
    calls = [one for one in chained.wire.calls if "dynamodb" in one]
    assert len(calls) == 6
