"""What is measured of each country: a reminder, a hand-over and rests, all of three claims."""

import pytest

from tests.bench.countries import CLAIMS, measure, questions
from tests.scenarios.places import COUNTRIES


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_country_is_asked_for_every_kind_of_answer(country):
    found = questions(country)

    assert {"remind", "hand_over", "rest: step_not_due"} <= found.keys()
    assert all(len(case.claims) == CLAIMS for case, _ in found.values())
    assert any(case.states is not None for case, _ in found.values())


def test_a_rate_is_told_for_each_of_them():
    assert min(measure("SE", seconds=0.001).values()) > 0
