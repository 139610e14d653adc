"""Arming: which automatic steps a person lets go one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from infra.local.setup import WITH_PAPER
from shared.domain.arming import Armed, FirstDay, held_steps
from shared.domain.policy import Policy

POLICY = Policy.model_validate(WITH_PAPER)
AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
ALL = tuple(Armed(step=one.id, by="console", at=AT) for one in POLICY.steps)
RULES = FirstDay(since=date(2026, 3, 2), armed=ALL, first=10)


@pytest.mark.parametrize(
    ("contacts", "held"),
    [
        ({}, ("friendly", "firm")),
        ({"email": 9}, ("friendly", "firm")),
        ({"email": 10}, ()),
        # A letter is the fallback of both: it may never be needed ten times.
        ({"email": 8, "letter": 2}, ()),
        ({"other": 10}, ("friendly", "firm")),
    ],
)
def test_the_first_contacts_by_a_steps_channels_are_counted_together(contacts, held):
    assert held_steps(POLICY, RULES, None, contacts) == held


def test_a_step_that_nobody_armed_is_held_however_much_went_out():
    rules = RULES.model_copy(update={"armed": ALL[:1]})
    assert held_steps(POLICY, rules, None, {"email": 99}) == ("firm", "partner")
