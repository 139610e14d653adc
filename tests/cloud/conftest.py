"""A tenant with a profile and a policy in a table of its own, and the calls that are made of it."""

from __future__ import annotations

import pytest

from tests.functions.world import NORDIC, settle_in


@pytest.fixture
def nordic(wire):
    settle_in(NORDIC)
    return NORDIC


@pytest.fixture
def calls(wire):
    """The AWS calls of this process; a test clears them where it starts to count."""
    return wire.calls
