"""The measure of a hand-over builds real files, and knows every collector."""

from __future__ import annotations

import pytest

import connectors
from infra.local.bench import handing, noticing


def test_a_file_costs_more_than_its_json_and_its_targets_hold():
    found = handing.files(count=5, best_of=1)
    assert all(one.holds for one in found if one.target is not None)
    built, size = found[0], found[-1]
    assert built.ratio is not None
    assert built.ratio < 1
    assert 1_000 < size.value < (size.reference_value or 0)


def test_each_collector_is_measured(monkeypatch):
    row = {"module": "x", "cpu_ms": 1.0, "third_party": 0, "modules": []}
    monkeypatch.setattr(handing, "measure", lambda names, _: [row] * (len(names) + 1))
    names = {one.name for one in handing.collectors(1)}
    assert names == {one for one in connectors.names() if one.startswith("collectors.")}


@pytest.mark.parametrize(("lost", "most"), [(False, 2), (True, 5)])
def test_the_partner_hears_of_a_payment_within_some_sweeps_whatever_is_lost(lost, most):
    """Read, matched or booked, told: a sweep each, where no queue carries it on."""
    (found,) = noticing.sweeps(1, lost=lost)
    assert 1 <= found <= most
