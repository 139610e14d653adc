"""What is too large is asked for in parts, and nothing of it twice or never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bounds import TooLarge, by_halves


@given(st.lists(st.integers(1, 9), unique=False, max_size=40))
def test_every_record_is_in_just_one_part_that_is_small_enough(sizes):
    def ask(some):
        if sum(some) > 9:
            raise TooLarge("the answer is too large")
        return list(some)

    parts = by_halves(ask, sizes)
    assert [one for part in parts for one in part] == sizes
    assert all(sum(part) <= 9 for part in parts)


def test_one_record_that_is_too_large_for_itself_is_said():
    def ask(some):
        raise TooLarge("the answer is too large")

    with pytest.raises(TooLarge):
        by_halves(ask, [1, 2])
