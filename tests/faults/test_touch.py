"""A touch that dies anywhere: at most one letter, and an outcome that is known or given to a person."""

from __future__ import annotations

import pytest

from tests.faults.books import Line

pytestmark = pytest.mark.stack


def test_smoke(machine, books):
    books.settle_in()
    books.book(Line())
    machine.settle()
    print(machine.kinds(), machine.outcomes, machine.due_rows())
    assert len(machine.letters()) == 1
