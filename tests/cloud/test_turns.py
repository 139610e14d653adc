"""Turns: a herd of one creditor is spread over sweeps, and nobody else waits behind it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.cloud import clock, turns
from shared.cloud.turns import MOST, in_turn

NINE = datetime(2026, 3, 2, 7, tzinfo=UTC)


def row(tenant, number, at=NINE):
    return {"pk": f"T#{tenant}#CASE#c{number}", "sk": "HEAD", "due_at": clock.stamp(at)}


def owners(rows):
    return Counter(one["pk"].split("#")[1] for one in rows)


def test_a_herd_at_the_opening_hour_is_spread_and_others_are_in_the_first_sweep():
    # The herd fell due a second before everybody else: by age alone it would go first, for hours.
    before = NINE - timedelta(seconds=1)
    due = [row("herd", n, before) for n in range(12_000)]
    due += [row(f"small{s}", n) for s in range(5) for n in range(20)]
    sweeps = []
    while due:
        taken, left = in_turn(due)
        assert left == len(due) - len(taken)
        sweeps.append(owners(taken))
        gone = {one["pk"] for one in taken}
        due = [one for one in due if one["pk"] not in gone]
    assert sum(sweeps, Counter()) == {"herd": 12_000, **{f"small{s}": 20 for s in range(5)}}
    assert len(sweeps) == 10  # minutes: 12,100 rows, 1,250 each
    assert all(sweeps[0][f"small{s}"] == 20 for s in range(5))
    assert [sum(one.values()) for one in sweeps[:-1]] == [MOST] * 9


def test_two_herds_share_each_sweep_alike():
    taken, left = in_turn([row(name, n) for name in ("a", "b") for n in range(2_000)])
    assert (owners(taken), left) == ({"a": 625, "b": 625}, 2_750)


def test_among_those_due_at_one_second_a_hash_decides_and_always_alike():
    due = [row("herd", n) for n in range(2_000)]
    first, _ = in_turn(due)
    again, _ = in_turn(list(reversed(due)))
    assert first == again
    # Not the lowest numbers first: as many of the lower half as of the upper.
    low = sum(int(one["pk"].rpartition("#c")[2]) < 1_000 for one in first)
    assert 550 < low < 700


def test_no_more_than_its_sight_is_read():
    read = []
    endless = (read.append(n) or row("herd", n) for n in range(10**9))
    taken, left = in_turn(endless)
    assert (len(taken), left, len(read)) == (MOST, turns.SIGHT - MOST, turns.SIGHT)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=40),
    st.integers(1, 12),
)
def test_nobody_gets_a_turn_more_than_another_who_still_waits(drawn, most):
    due = [row(name, n, NINE + timedelta(minutes=at)) for n, (name, at) in enumerate(drawn)]
    taken, left = in_turn(due, most=most)
    assert len(taken) == min(most, len(due))
    assert left == len(due) - len(taken)
    mine, wanted = owners(taken), owners(due)
    for name in wanted:
        if mine[name] < wanted[name]:
            assert max(mine.values()) - mine[name] <= 1
        ages = [one["due_at"] for one in taken if one["pk"].startswith(f"T#{name}#")]
        assert ages == sorted(ages)
