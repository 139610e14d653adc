"""A month of payments with known truth: nothing is booked wrongly, and most is booked by itself."""

from __future__ import annotations

import pytest

from infra.local.bench.matching import live
from infra.local.bench.month import Month
from infra.local.bench.month_habits import HABITS


@pytest.fixture(scope="module")
def lived():
    return live(Month(1_900), 1_500)


def test_nothing_is_booked_wrongly(lived):
    assert [(paid.habit, answer.rule) for paid, answer in lived.wrong] == []


def test_most_of_what_is_ours_is_booked_by_itself(lived):
    assert lived.payments == 1_500
    assert lived.rate > 0.85


def test_a_person_mostly_finds_the_truth_first(lived):
    assert lived.first / lived.asked > 0.6


def test_every_habit_is_lived_and_what_is_not_ours_is_never_booked(lived):
    assert {habit for habit, _ in lived.seen} == set(HABITS)
    for habit, rules in (
        ("paid twice", {"closed"}),
        ("foreign reference", {"nothing", "amount_only"}),
        ("stranger with the same amount", {"nothing", "amount_only"}),
    ):
        assert {rule for one, rule in lived.seen if one == habit} <= rules


def test_the_same_seed_is_the_same_month():
    one, other = (list(Month(50).payments(20)) for _ in range(2))
    assert one == other
