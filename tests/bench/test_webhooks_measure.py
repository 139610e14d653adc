"""The measure of a webhook does what a webhook does, and stands beside a real reference."""

from __future__ import annotations

from infra.local.bench import webhooks


def test_an_event_costs_more_than_the_least_and_far_less_than_a_database_call():
    found = webhooks.measure(events=40, best_of=3)
    assert found.verify_us + found.normalise_us > found.reference_us > 0
    assert found.verify_us + found.normalise_us < 2_000


def test_the_figure_names_its_parts_and_its_reference():
    (figure,) = webhooks.figures()
    assert figure.reference_value
    assert figure.target is not None
    assert "normalise" in figure.words
