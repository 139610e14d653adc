"""A deviation is a person's own choice, with who, why and after which step; nothing else is."""

from __future__ import annotations

from shared.domain.deviations import deviations
from shared.domain.events import Held, Released
from shared.domain.state_events import Commanded, Disputed
from tests.domain.casebook import answered, asked, day, joined, on, opened, reminded


def told(*events, **actors):
    found = deviations("c1", [opened(), joined(), *events], actors)
    return [(one.kind, one.by, one.why, one.step) for one in found]


def commanded(kind, count):
    return Commanded(at=on("02-01"), command="k1", type=kind, by="p1", why="phoned", count=count,
                     digest="0")  # fmt: skip


def test_a_hold_names_who_made_it_why_and_after_which_step():
    events = reminded("x", "01-20", deadline="02-03")
    hold = Held(at=on("02-01"), hold="h1", reason="person")

    assert told(*events, hold, Released(at=on("02-02"), hold="h1"), h1="p7") == [
        ("hold", "p7", "person", "r1"),
        ("release", "p7", "person", "r1"),
    ]


def test_a_command_counts_once_whatever_follows_from_it():
    held = Held(at=on("02-01"), hold="k1", reason="person")

    assert told(commanded("hold", 1), held) == [("hold", "p1", "phoned", "")]


def test_what_the_hub_or_the_debtor_did_is_no_deviation():
    disputed = Disputed(at=on("02-01"), dispute="k1", claim="erp:a", amount=None, ground="late",
                        source="debtor", on=day("02-01"), answer_by=day("02-15"))  # fmt: skip
    waiting = Held(at=on("02-01"), hold="money:1", reason="money_waiting")

    assert told(waiting, Released(at=on("02-02"), hold="money:1")) == []
    assert told(commanded("dispute", 1), disputed) == []


def test_a_leave_that_the_policy_asks_for_is_none_and_its_refusal_is_one():
    ask = asked("t1", "approve_remind", "02-01", "a")

    assert told(ask, answered("t1", "approved", "02-02")) == []
    assert told(ask, answered("t1", "declined", "02-02")) == [
        ("answer", "principal-7", "declined", "")
    ]
