"""Steps are measured against the first day that policy and law allowed, with the cause of delay."""

from __future__ import annotations

import pytest

from shared.domain.case import Case
from shared.domain.decide import decide
from shared.domain.events import ActFailed, ActWithheld, Decided, Held, Released
from shared.domain.punctuality import punctuality, score
from shared.domain.replaying import World
from tests.domain.casebook import (
    FI,
    STEPS,
    answered,
    asked,
    handed,
    joined,
    local,
    on,
    opened,
    policy,
    reminder,
    sent,
)  # fmt: skip

WORLD = World(policy=policy(), law=FI, zone="Europe/Helsinki")


def stored(events, when):
    case, now = Case.replay("c1", events), local(when)
    answer = decide(case, WORLD.policy, FI, now)
    plain = answer.model_dump(mode="json", exclude={"because"})
    inputs = {"now": now.isoformat(), "case_version": str(case.version), "law_sign_off": "signed"}
    return Decided(at=on(when), decision=plain, because=answer.because, inputs=inputs)


def first(when, *before, at="01-19"):
    """A case whose first reminder goes out on a day, after some events."""
    events = [opened(), joined(at=at), *before]
    events.append(stored(events, when))
    return [*events, reminder("x", when, deadline="03-01"), sent("x", when)]


def measured(events):
    return [(one.planned.isoformat()[5:], one.late, one.cause) for one in found(events)]


def found(events):
    return list(punctuality("c1", events, lambda *_: WORLD))


def test_a_step_on_its_first_day_is_punctual():
    assert measured(first("01-19")) == [("01-19", 0, None)]
    assert score(found(first("01-19"))) == "100.0"
    assert score([]) is None


@pytest.mark.parametrize(
    ("before", "cause"),
    [
        ([], "source"),
        ([Held(at=on("01-19"), hold="h", reason="person"), Released(at=on("01-20"), hold="h")],
         "person"),
        ([asked("t", "approve_remind", "01-19", "a"), answered("t", "approved", "01-21")],
         "person"),
        ([ActWithheld(at=on("01-19"), step="r1", action="remind", claims=("erp:a",), why="off")],
         "switch"),
        ([Held(at=on("01-19"), hold="money:1", reason="money_waiting"),
          Released(at=on("01-20"), hold="money:1")], "money"),
        ([reminder("w", "01-19", deadline="02-01"), ActFailed(at=on("01-19"), act="w", code="x")],
         "retry"),
    ],
)  # fmt: skip
def test_a_late_step_has_its_cause(before, cause):
    assert measured(first("01-21", *before, at="01-17")) == [("01-19", 2, cause)]
    assert score(found(first("01-21", *before, at="01-17"))) == "0.0"


def test_a_claim_that_came_late_is_no_fault_of_the_sources():
    assert measured(first("01-23", at="01-22")) == [("01-19", 4, "joined")]


def test_the_gathering_window_of_the_policy_is_no_delay():
    """Claim b ripens on 21 January, two days after the debtor was contacted about claim a."""
    events = [*first("01-19"), joined("b", due="01-18")]
    events.append(stored(events, "01-26"))
    events += [reminder("y", "01-26", "b", deadline="03-01"), sent("y", "01-26")]

    assert measured(events)[-1] == ("01-26", 0, None)


def test_a_hand_over_waits_for_the_law_and_for_the_payment_date():
    events = [opened(), joined(at="01-17")]
    for number, (when, deadline) in enumerate([("01-19", "02-02"), ("02-03", "02-17"),
                                               ("02-18", "03-04")], start=1):  # fmt: skip
        events.append(stored(events, when))
        events += [reminder(f"x{number}", when, deadline=deadline, step=STEPS[number - 1].id),
                   sent(f"x{number}", when)]  # fmt: skip
    events.append(stored(events, "03-09"))
    events += handed("out", "03-09")

    assert measured(events)[-1] == ("03-05", 4, "source")
