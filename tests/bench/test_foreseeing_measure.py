"""What a preview holds does not grow with the cases that it has seen, and none is left out."""

import pytest

from infra.local.bench import foreseeing, foreseeing_whole


def test_a_whole_walk_takes_every_case_page_by_page_in_a_process_of_its_own():
    found = foreseeing_whole.measure(50, page=5)
    alone = foreseeing_whole.run(50, page=5)

    assert (found.cases, found.pages) == (50, 10)
    assert (found.acts, found.cells) == (alone.acts, alone.cells)
    assert found.acts > found.cases
    assert found.seconds > found.first > 0
    assert found.peak < found.peak_of_a_tenth * 1.1


def test_what_the_sums_hold_is_counted_in_days_and_not_in_cases():
    assert foreseeing_whole.run(100, page=5).cells == foreseeing_whole.run(50, page=5).cells


def test_a_walk_that_cannot_be_told_in_tenths_is_refused():
    with pytest.raises(ValueError, match="ten equal parts"):
        foreseeing_whole.run(52, page=5)


def test_the_figures_say_how_much_was_walked():
    found = {one.name: one for one in foreseeing.told(foreseeing_whole.run(50, page=5), 1000.0)}

    assert found["cases"].note.startswith("50 cases walked whole, in 10 pages of 50")
    assert found["due dates"].value > found["cases"].value
    assert found["peak memory of the process, 50 cases"].holds
