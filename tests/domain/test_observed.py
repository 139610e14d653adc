"""Observe mode: our acts beside the creditor's own, the first day of each, none counted twice."""

from __future__ import annotations

from shared.domain.act_events import ActWithheld
from shared.domain.first_day_events import NoticeImported
from shared.domain.observed import compared, tally
from tests.domain.casebook import HELSINKI, day, joined, on, opened


def ours(when, step="r1", why="observe", action="remind"):
    return ActWithheld(at=on(when), step=step, action=action, claims=("erp:a",), why=why)


def theirs(when, name="n1", what="reminder"):
    return NoticeImported(
        at=on("04-01"), notice=name, claim="erp:a", what=what, on=day(when), content_hash="0" * 64
    )


def verdicts(*events):
    found = compared("c1", [opened(), joined(), *events], HELSINKI)
    return [(one.step, one.verdict, one.days) for one in found]


def test_an_act_that_is_kept_in_day_after_day_is_one_act_on_its_first_day():
    assert verdicts(ours("01-19"), ours("01-20"), ours("01-21")) == [("r1", "only_ours", 0)]


def test_ours_and_theirs_meet_when_they_are_near_and_each_of_theirs_once():
    told = verdicts(
        ours("01-19"), theirs("01-21"), ours("02-06", "r2"), theirs("02-06", "n2"),
        ours("03-01", "r3"), theirs("02-25", "n3"), theirs("03-20", "n4"),
    )  # fmt: skip
    assert told == [
        ("r1", "earlier", 2), ("r2", "same_day", 0), ("r3", "later", 4), ("", "only_theirs", 0),
    ]  # fmt: skip


def test_a_reminder_is_no_hand_over_and_what_went_out_before_is_no_difference():
    told = verdicts(theirs("01-05", "n0"), ours("01-19"), theirs("01-19", "n1", "hand_over"))
    assert told == [("r1", "only_ours", 0), ("", "only_theirs", 0)]


def test_what_another_switch_kept_in_was_not_observed():
    assert verdicts(ours("01-19", why="outbound_off"), theirs("01-20")) == []


def test_the_sum_counts_every_verdict():
    rows = compared("c1", [opened(), joined(), ours("01-19"), theirs("01-19")], HELSINKI)
    assert tally(rows) == {
        "same_day": 1, "earlier": 0, "later": 0, "only_ours": 0, "only_theirs": 0,
    }  # fmt: skip
