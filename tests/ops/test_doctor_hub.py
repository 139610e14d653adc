"""The doctor looks at each creditor: what is unset, what waits for a word, how feeds are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import clock, connections, keys, table, tasks
from tests.functions.conftest import _clients, aws  # noqa: F401 - the table in memory
from tests.functions.world import NORDIC, NOW
from tools.ops import doctor_hub
from tools.ops.doctor_account import looked

pytestmark = pytest.mark.usefixtures("aws")


def found():
    return {(one.level, one.text) for one in doctor_hub.creditor(NORDIC)}


def connected(**fields):
    made = connections.made(NORDIC, "bank", connector="banks.camt", config={}, start_line=None)
    table.transact([made])
    table.update(keys.connection(NORDIC, "bank"), set_=fields)


def test_what_waits_for_a_persons_word_is_said():
    table.transact([tasks.task_write(NORDIC, "t1", "", "money_differs", (), ())])
    assert not any("overdue" in text for _, text in found())

    late = clock.stamp(NOW - timedelta(days=1))
    table.update(keys.task(NORDIC, "t1"), set_={"due_at": late})

    said = found()
    assert ("note", "nordic: tasks that are overdue: 1 (dunlin tasks list)") in said
    unsigned = "nordic: nobody stands for the law pack of FI: what costs waits"
    assert ("wrong", unsigned) in said
    assert any("retention is off" in text for level, text in said if level == "note")


@pytest.mark.parametrize(
    ("fields", "level", "words"),
    [
        ({"state": "pending"}, "wrong", "pending"),
        ({"state": "needs_auth", "cause": "consent", "last_error": "gone"}, "wrong",
         "needs_consent: gone"),
        ({"state": "degraded", "cause": "throttled", "last_error": "later"}, "note",
         "rate_limited: later"),
        ({"state": "enabled", "suspicious": "fewer"}, "note", "degraded"),
    ],
)  # fmt: skip
def test_a_connection_that_is_not_well_is_said_in_the_words_of_its_health(fields, level, words):
    connected(**fields)

    assert (level, f"nordic/bank is {words}") in found()


@pytest.mark.parametrize("state", ["enabled", "disabled"])
def test_one_that_is_well_or_whose_use_a_person_ended_is_not(state):
    connected(state=state)

    assert not any("nordic/bank" in text for _, text in found())


def test_a_creditor_that_cannot_be_read_hides_no_other():
    table.update(keys.creditor(NORDIC), set_={"body": "{}"})

    (one,) = looked("nordic", lambda: doctor_hub.creditor(NORDIC))

    assert one.level == "unseen"
