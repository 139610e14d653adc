"""Explanations in words and as data; every lever was tried on the case so changed."""

from __future__ import annotations

import pytest

from shared.domain.case import Case
from shared.domain.events import Held, Parked
from shared.domain.explanation import explain, known_by
from shared.domain.foresight import Stand, ahead
from shared.domain.levers import levers
from shared.domain.plan_events import PromiseMade
from tests.domain.casebook import (
    FI,
    asked,
    day,
    eur,
    joined,
    local,
    on,
    opened,
    paid,
    policy,
    reminded,
)  # fmt: skip


def stand(*events):
    return Stand(Case.replay("c1", [opened(), joined(), *events]), policy(), FI)


def kinds(of, now):
    return {one.kind: one for one in levers(of, now, ahead(of, now)[-1])}


def test_the_looks_end_with_the_next_act_on_its_own_day():
    looks = ahead(stand(), local("01-17"))

    assert [one.decision.kind for one in looks] == ["rest", "remind"]
    assert looks[-1].at == local("01-19", "08:00")


def test_each_lever_changes_what_would_be_decided_at_that_instant():
    found = kinds(stand(), local("01-17"))

    assert set(found) == {"pay", "dispute", "promise", "plan", "hold"}
    assert found["pay"].by < ahead(stand(), local("01-17"))[-1].at.date()
    assert found["pay"].amount.amount >= 100
    assert all(one.instead == "rest" for one in found.values())


def test_what_the_case_does_not_allow_is_no_lever():
    no_promises = policy()
    process = no_promises.process.model_copy(update={"promises_a_year": 0})
    kept = Stand(stand().case, no_promises.model_copy(update={"process": process}), FI)

    assert "promise" not in kinds(kept, local("01-17"))


def test_what_changes_nothing_is_no_lever():
    assert kinds(stand(Parked(at=on("01-18"), why="broken")), local("01-20")) == {}


def test_a_look_ahead_lets_go_what_a_paid_settlement_settles():
    settled = PromiseMade(at=on("01-18"), promise="k1", claims=("erp:a",), amount=eur("60.00"),
                          on=day("01-18"), day=day("01-25"), holds_to=day("01-28"),
                          settles=True)  # fmt: skip
    paid_off = stand(settled, paid("p", "01-24", "60.00"))

    assert paid_off.ask(local("02-01")).why == "nothing_open"


def test_a_hold_that_nothing_ends_is_named_with_what_its_release_would_do():
    held = stand(Held(at=on("01-18"), hold="h1", reason="person"))
    told = explain(held, None, local("01-20"))

    assert told.now["why"] == "held"
    assert told.words["what_next"] == ("No act is in sight unless something changes.",)
    assert "If the hold h1 is released, another reminder is sent." in told.words[
        "what_would_change_it"
    ]  # fmt: skip


def test_a_question_is_a_lever_with_its_own_yes():
    waiting = stand(asked("t1", "approve_remind", "01-18", "a"))

    assert kinds(waiting, local("01-20"))["answer"].word == "approved"


def test_words_name_rules_days_and_amounts_and_no_person():
    told = explain(stand(*reminded("x", "01-20", deadline="02-03")), None, local("01-21"))

    assert told.words["why_this"][0].startswith("The case rests until 2026-02-")
    assert any("policy.step" in one for one in told.words["why_this"])
    assert told.words["what_next"][-1].startswith("If nothing changes, on 2026-02-")
    assert "with a fee of 5.00 EUR" in told.words["what_next"][-1]
    assert told.words["what_would_change_it"][0].startswith("If 100.")


def test_the_past_is_explained_by_what_was_known_then():
    events = [opened(), joined(), paid("p", "01-25", "100.00")]

    then, stored = known_by("c1", events, local("01-20"))

    assert (then.version, stored) == (2, None)
    assert explain(Stand(then, policy(), FI), None, local("01-20")).now["kind"] == "remind"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        explain(stand(), None, on("01-20").replace(tzinfo=None))
