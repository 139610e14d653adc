"""Statements in their order: in whatever order they come, the same is proven at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.banks.camt.chain import Chain, Link

START = datetime(2026, 3, 1, 22, tzinfo=UTC)


def links(n, *, numbers=True, balances=True):
    return [
        Link(
            statement=f"S-{i}",
            number=i + 1 if numbers else None,
            opening=str(100 * i) if balances else None,
            closing=str(100 * (i + 1)) if balances else None,
            through=START + timedelta(days=i),
        )
        for i in range(n)
    ]


def chained(some, chain=None):
    chain = chain or Chain()
    for link in some:
        chain, _ = chain.add(link)
    return chain


orders = st.permutations(range(1, 7))


@given(orders, st.sampled_from([(True, True), (True, False), (False, True)]))
def test_any_order_after_the_first_proves_the_same(order, kinds):
    numbers, balances = kinds
    made = links(7, numbers=numbers, balances=balances)
    chain = chained([made[0], *(made[i] for i in order)])
    if numbers or balances:
        assert chain.through == made[-1].through
        assert chain.waiting == ()


@given(orders, st.integers(1, 5))
def test_what_is_behind_a_missing_statement_is_not_proven(order, missing):
    made = links(7)
    chain = chained([made[0], *(made[i] for i in order if i != missing)])
    assert chain.through == made[missing - 1].through
    assert chain.add(made[missing])[0].through == made[-1].through


@given(st.lists(st.integers(0, 6), max_size=20))
def test_repeats_change_nothing(order):
    made = links(7)
    chain = chained(made)
    assert chained((made[i] for i in order), chain) == chain


def test_a_cursor_holds_a_bounded_number_of_statements():
    made = links(300)
    chain = chained([made[0], *made[2:]])
    assert len(chain.waiting) == 40
    assert chain.through == made[0].through
