"""A policy that cannot be carried out is not a policy: it is refused when it is written down."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shared.domain.policy import Step
from tests.domain.casebook import policy
from tests.scenarios.places import hand_over, reminder

FIRST = reminder("first", 5, first=True)


@pytest.mark.parametrize(
    ("steps", "fields", "sentence"),
    [
        ((FIRST, FIRST), {}, "two steps have the same id"),
        ((reminder("first", 5),), {}, "the first step must count from the due date"),
        ((FIRST, hand_over(15)), {"partner": None}, "needs a partner"),
        ((FIRST, hand_over(15), reminder("later", 5)), {}, "a hand-over must be the last step"),
        ((FIRST,), {"minimum": {"amount": "20.00", "currency": "SEK"}}, "in one currency"),
        ((FIRST,), {"payment_days": 0}, "greater than or equal to 1"),
        ((FIRST,), {"gather_days": 32}, "less than or equal to 31"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(steps, fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        policy(*steps, **fields)


@pytest.mark.parametrize("after", [-61, 366])
def test_a_step_is_at_most_sixty_days_early_and_a_year_late(after):
    with pytest.raises(ValidationError):
        Step(id="first", action="remind", after=after, since="due")


def test_a_policy_without_a_hand_over_needs_no_partner():
    assert policy(FIRST, partner=None).partner is None
