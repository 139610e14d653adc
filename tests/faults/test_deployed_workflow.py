"""The deployed workflow, STANDARD and EXPRESS: started twice or killed, it has one effect."""

from __future__ import annotations

import json

import pytest

from tests.faults.books import FIRM_FIRST, LONG_DUE, MARKED, SECRET, Line
from tests.local.deployed import eventually

pytestmark = pytest.mark.stack


def test_an_execution_started_again_and_again_sends_one_letter(machine, deployed, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    # The sweep's own is running; the same input under other names at the same time, and later.
    twins = [deployed.start(start) for _ in range(2)]
    ends = deployed.ends()
    twins.append(deployed.start(start))
    ends = deployed.ends()
    assert {ends[arn] for arn in twins} == {"SUCCEEDED"}
    assert set(ends.values()) == {"SUCCEEDED"}
    assert len(machine.letters()) == 1
    assert machine.kinds().count("reminder_intended") == 1
    assert machine.kinds().count("act_sent") == 1
    if deployed.workflow == "STANDARD":
        entered = [states(deployed.history(arn)) for arn in ends]
        # Start, four states and the end, as the service counts them.
        assert max(len(one) for one in entered) + 1 <= 6
        assert ["Decide", "Choose", "Remind", "Done"] in entered
        assert ["Decide", "Done"] in entered
    assert machine.stack.denials() == []


def test_an_execution_killed_while_the_partner_takes_the_case_hands_it_over_once(
    machine, deployed, books, standing_partner
):
    partner = standing_partner
    partner.forget()
    partner.patience.clear()
    books.settle_in(FIRM_FIRST, endpoint=partner.endpoint)
    books.book(Line(due=LONG_DUE))
    books.until_hand_over()
    partner.modes = ["slow", "take"]
    deployed.give("HandOver", 5)
    machine.sweep()
    assert eventually(lambda: partner.seen, 20)
    statuses = list(deployed.ends().values())
    partner.patience.set()
    deployed.give("HandOver", 120)
    assert statuses.count("FAILED") == 1
    assert machine.notice("partner").state == "intended"
    machine.settle()
    deployed.ends()
    assert machine.notice("partner").state == "sent"
    assert list(partner.taken) == [machine.notice("partner").act]
    assert set(partner.keys()) == set(partner.taken)
    assert machine.tasks() == []


def test_no_name_address_or_secret_leaves_its_own_record(machine, deployed, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    ends = deployed.ends()
    assert len(machine.letters()) == 1
    found = [*deployed.logs(), *machine.bodies, json.dumps(machine.starts)]
    if deployed.workflow == "STANDARD":
        found += [json.dumps(deployed.history(arn), default=str) for arn in ends]
    found += [str({key: row[key] for key in row if key != "body"}) for row in machine.rows()]
    found += [row["body"] for row in machine.rows() if _may_be_read(row)]
    assert [text for text in found if any(mark in text for mark in (*MARKED, SECRET))] == []
    # The marks are there, or this would prove nothing.
    assert any(MARKED[0] in row.get("body", "") for row in machine.rows())
    assert len(found) > 20


def states(history):
    return [
        event["stateEnteredEventDetails"]["name"]
        for event in history
        if event["type"].endswith("StateEntered")
    ]


def _may_be_read(row):
    """Whether a row is no party's record."""
    return "body" in row and "#PARTY#" not in row["pk"]
