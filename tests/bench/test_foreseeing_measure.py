"""What a preview holds does not grow with the cases that it has seen."""

from infra.local.bench.foreseeing import measure


def test_a_measure_names_its_figures_and_memory_stays_flat():
    found = measure(timed=36, cases=4_000)

    assert found.cases_per_s > 0
    assert found.due_dates_per_s > found.cases_per_s
    assert found.acts_a_case > 1
    assert found.peak < found.peak_of_a_tenth * 1.1
