"""What a release counted stands beside the counts of the next one; times never do."""

import pytest
from rich.console import Console

from infra.local.bench import kept
from infra.local.bench.figures import Figure, Result, print_table
from tests.bench.test_figures import AT


def counted(value, name="calls of a step", unit="calls per case"):
    return Figure("AWS", name, value, unit)


@pytest.mark.parametrize(
    "unit", ["rows", "calls per case", "per case", "packages", "payments", "%", "bytes", "requests"]
)
def test_what_is_the_same_on_every_machine_is_kept(unit):
    assert kept.is_count(counted(1, unit=unit))


@pytest.mark.parametrize(
    "unit",
    ["ms", "ms per case", "µs an event", "us per case", "s", "MiB", "MB", "exponent", "1/s",
     "per CPU s", "CPU s", "files a second", "entries/s"],
)  # fmt: skip
def test_what_tells_of_the_machine_is_not(unit):
    assert not kept.is_count(counted(1, unit=unit))


def test_the_newest_release_is_taken_by_its_number(tmp_path):
    for release, value in (("0.9.0", 1), ("0.10.0", 2)):
        kept.keep(release, [counted(value)], tmp_path)

    before = kept.latest(tmp_path)

    assert (before.release, before.of(counted(9))) == ("0.10.0", 2)
    assert before.of(counted(9, name="another")) is None


def test_a_count_that_moved_is_named_and_the_last_digits_of_a_mean_are_not(tmp_path):
    kept.keep("0.2.0", [counted(10.003), counted(4, "rows read", "rows")], tmp_path)
    console = Console(record=True, width=150)
    made = [counted(10.004), counted(5, "rows read", "rows"), counted(7, "new")]

    print_table(Result(AT, 2.0, made), console, kept.latest(tmp_path))

    text = console.export_text()
    assert "in 0.2.0" in text
    assert "Counted otherwise than in 0.2.0: AWS: rows read." in text


def test_without_a_release_nothing_stands_beside(tmp_path):
    assert kept.latest(tmp_path).release == ""
