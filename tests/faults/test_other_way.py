"""A mail that comes back goes on paper by itself; a person is asked when there is no way left."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from infra.local import setup
from shared.cloud import keys, lookups, table
from shared.cloud.store import Store
from shared.domain.events import ReminderIntended
from shared.domain.references import canonical, printed_reference
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


def test_a_letter_whose_sender_died_is_there_once_under_its_key(chained, books):
    chained.pass_time(days=1)
    for dies_after in ("TransactWriteItems", "PutObject"):
        saved = chained.save()
        chained.sweep()
        (start,) = chained.started()
        chained.wire.watch()
        # The page is there, or nothing is: the job that makes it whole is not.
        chained.wire.after_call["TransactWriteItems"] = (
            chained.die
            if dies_after == "TransactWriteItems"
            else lambda: chained.wire.after_call.update(PutObject=chained.die)
        )
        assert chained.survived(lambda start=start: chained.execute(start)) is None
        *_, paper = intents(chained)
        assert chained.case().notices[paper.act].state == "intended"

        chained.settle()

        assert chained.case().notices[paper.act].state == "sent"
        mine = [one for one in printed(chained, books) if paper.act in one]
        assert [one.rpartition("/")[2] for one in mine] == [f"{paper.act}.json", f"{paper.act}.pdf"]
        page = books.s3.get_object(Bucket=chained.bucket, Key=mine[1])["Body"].read()
        assert hashlib.sha256(page).hexdigest() == paper.page_hash
        assert chained.tasks() == []
        for one in mine:
            books.s3.delete_object(Bucket=chained.bucket, Key=one)
        chained.restore(saved)


def test_a_letter_that_is_no_longer_true_does_not_go_again(chained, books):
    chained.pass_time(days=1)
    chained.sweep()
    (start,) = chained.started()
    chained.wire.watch()
    chained.wire.after_call["TransactWriteItems"] = chained.die
    assert chained.survived(lambda: chained.execute(start)) is None
    chained.pass_time(days=12)

    chained.settle()

    # Its payment date would be too soon by now.
    *_, paper = intents(chained)
    assert [one for one in printed(chained, books) if paper.act in one] == []
    assert chained.case().notices[paper.act].state in {"unknown", "passed"}


def test_a_touch_of_a_chain_with_paper_costs_one_read_more_than_one_by_mail(chained):
    """``decide`` reads what the chain's channels need: paper keeps other hours than mail."""
    chained.pass_time(days=1)
    chained.sweep()
    (start,) = chained.started()
    chained.wire.watch()

    assert chained.execute(start) == "sent"
    calls = [one for one in chained.wire.calls if "dynamodb" in one]
    assert len(calls) == 7


def test_the_one_reference_of_a_letter_stands_in_its_intent_and_finds_its_claims(machine, books):
    books.settle_in()
    profile = keys.creditor(machine.tenant)
    body = json.loads(table.get(profile)["body"]) | {"collective_reference": True}
    table.update(profile, set_={"body": json.dumps(body)})
    books.book(Line(), Line("1002", total="60.00", open="60.00"))
    machine.settle()

    (mail,) = intents(machine)
    assert len(mail.claims) == 2
    (letter,) = machine.letters()
    assert letter.text.count(printed_reference(mail.collective)) == 1
    found = lookups.found(machine.tenant, [f"T:{canonical(mail.collective)}"])
    assert set(found.collective) == set(mail.claims)
