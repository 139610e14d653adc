"""A figure holds or fails by its own target, and a ratio is made in the run that measured both."""

import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from infra.local.bench.figures import FORMAT, Figure, Result, Target, growth, print_table, shown

AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def figure(value, reference=None, target=None, **more):
    return Figure("group", "name", value, "ms", "reference", reference, target, **more)


def test_a_ratio_is_value_over_reference():
    assert figure(30, 20).ratio == 1.5
    assert figure(30).ratio is None
    assert figure(30, 0).ratio is None


@pytest.mark.parametrize(
    ("made", "holds"),
    [
        (figure(5), None),
        (figure(5, target=Target("at most", 5)), True),
        (figure(5.1, target=Target("at most", 5)), False),
        (figure(4999, target=Target("at least", 5000)), False),
        (figure(0, target=Target("exactly", 0)), True),
        (figure(0.1 * 3 / 0.3, target=Target("exactly", 1)), True),
        (figure(300, 200, Target("at most", 1.45, of="ratio")), False),
        (figure(280, 200, Target("at most", 1.45, of="ratio")), True),
        (figure(1, None, Target("at most", 1.45, of="ratio")), False),
    ],
)
def test_a_target_bounds_the_value_or_the_ratio(made, holds):
    assert made.holds is holds


def test_a_target_that_means_nothing_is_refused():
    with pytest.raises(ValueError, match="at most, at least or exactly"):
        Target("about", 5)


def test_growth_is_one_when_cost_is_linear():
    assert growth((300, 6.0), (1000, 20.0)) == pytest.approx(1)
    assert growth((1000, 5.0), (10_000, 5.0)) == pytest.approx(0)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (4, "4"), (5180.4, "5,180"), (31.04, "31.0"), (1.318, "1.32"), (0.0039, "0.0039")],
)
def test_numbers_are_shown_as_a_reader_needs_them(number, text):
    assert shown(number) == text


def test_the_document_holds_what_the_table_shows(tmp_path):
    made = figure(30, 20, Target("at most", 1.45, of="ratio"), words="few", note="how")
    file = tmp_path / "out" / "bench.json"

    Result(AT, 12.34, [made], ["what is in"]).write(file)

    document = json.loads(file.read_text())
    assert document["format"] == FORMAT
    assert (document["began"], document["seconds"]) == ("2026-03-02T07:00:00+00:00", 12.3)
    assert set(document["machine"]) == {"system", "processor", "cores", "python"}
    assert document["figures"] == [
        {
            "group": "group", "name": "name", "value": 30, "unit": "ms", "reference": "reference",
            "reference_value": 20, "ratio": 1.5, "target": "at most x1.45", "holds": False,
            "words": "few", "note": "how",
        }
    ]  # fmt: skip
    assert document["remarks"] == ["what is in"]


def test_the_table_says_how_many_targets_hold():
    target = Target("at most", 5)
    made = [figure(4, target=target, note="how"), figure(6, target=target), figure(1)]
    console = Console(record=True, width=150)

    print_table(Result(AT, 2.0, made, ["what is in"]), console)

    text = console.export_text()
    assert "1 of 2 targets hold; 2 seconds." in text
    assert "- how\n- what is in" in text
