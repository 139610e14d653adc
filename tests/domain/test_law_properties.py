"""Whatever days a creditor asks on, no pack lets fees pass its intervals, counts and caps."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.law import ClaimFacts, LawPack, NoticeFact, load, reminder_fee
from shared.domain.lawpack import COUNTRIES
from shared.domain.money import Money

DUE = date(2026, 1, 7)
CAPACITIES = ("consumer", "business")
# Reminders: (days since the one before, days to pay that it names).
plans = st.lists(
    st.tuples(st.integers(min_value=0, max_value=25), st.integers(min_value=0, max_value=20)),
    max_size=8,
)
# The least days between two charged reminders, the first day after the due date, the most fees.
LIMITS = {
    ("FI", "consumer"): (15, 15, 12),
    ("FI", "business"): (11, 1, 1),
    ("SE", "consumer"): (1, 1, 1),
    ("SE", "business"): (1, 1, 1),
    ("NO", "consumer"): (15, 14, 2),
    ("NO", "business"): (15, 14, 2),
    ("DK", "consumer"): (10, 1, 3),
    ("DK", "business"): (10, 1, 3),
    # No reminder of these countries bears a fee by itself.
    **{(name, who): (1, 1, 0) for name in ("DE", "NL", "EE") for who in CAPACITIES},
}


def claim(pack: LawPack, capacity: str) -> ClaimFacts:
    return ClaimFacts.model_validate(
        {
            "capacity": capacity,
            "natural_person": capacity == "consumer",
            "claim_class": "goods",
            "principal": Money.of("90.00", pack.currency),
            "due": DUE,
            "invoice_sent": date(2025, 12, 1),
            "notices": (),
            "fees": Money.zero(pack.currency),
            "fee_clause": date(2025, 1, 2),
            "arose": date(2025, 12, 1),
        }
    )


def reminded(pack: LawPack, capacity: str, plan: list[tuple[int, int]]) -> ClaimFacts:
    """The claim after reminders that carry a fee whenever the law lets them."""
    facts, on = claim(pack, capacity), DUE
    for after, term in plan:
        on += timedelta(days=after)
        verdict = reminder_fee(pack, facts, on)
        notice = NoticeFact(
            act="reminder", sent=on, charged=verdict.allowed, deadline=on + timedelta(days=term)
        )
        charged = tuple(one.sent for one in (*facts.notices, notice) if one.charged)
        facts = facts.model_copy(
            update={
                "notices": (*facts.notices, notice),
                "fees": facts.fees + (verdict.amount or Money.zero(pack.currency)),
                "relationship_fees": charged,
            }
        )
    return facts


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("capacity", CAPACITIES)
@given(plan=plans)
def test_charged_reminders_keep_their_intervals_and_counts(
    country: str, capacity: str, plan: list[tuple[int, int]]
) -> None:
    facts = reminded(load(country), capacity, plan)
    gap, first, most = LIMITS[country, capacity]
    days = [notice.sent for notice in facts.notices if notice.charged]
    assert len(days) <= most
    assert all((day - DUE).days >= first for day in days)
    assert all((after - day).days >= gap for day, after in pairwise(days))
    if (country, capacity) == ("FI", "consumer"):
        assert facts.fees <= Money.of("60.00", "EUR")


@pytest.mark.parametrize("country", COUNTRIES)
@given(plan=plans, after=st.integers(min_value=0, max_value=60))
def test_the_earliest_day_of_a_refusal_is_lawful_and_no_day_before_it(
    country: str, plan: list[tuple[int, int]], after: int
) -> None:
    pack = load(country)
    facts = reminded(pack, "consumer", plan)
    last = max([DUE, *(notice.sent for notice in facts.notices)])
    on = last + timedelta(days=after)
    verdict = reminder_fee(pack, facts, on)
    if verdict.allowed:
        assert verdict.earliest is None
    elif verdict.earliest is not None:
        assert reminder_fee(pack, facts, verdict.earliest).allowed
        assert not reminder_fee(pack, facts, verdict.earliest - timedelta(days=1)).allowed
    else:
        assert not reminder_fee(pack, facts, on + timedelta(days=400)).allowed
