"""The product deployed to an embedded stack, as ops find it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infra.local import clock
from infra.local import stack as local
from infra.local.hub import NAME, install
from tools.ops.place import of


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """One installation for all tests of this folder, on a day of its own as that of ``make up``.

    Its schedule does not run.
    """
    with local.running(tmp_path_factory.mktemp("ops")) as stack:
        clock.begin(stack.clock_file, datetime(2026, 3, 20, 7, 30, tzinfo=UTC))
        install(stack, outbound="off")
        yield of(NAME, stack, embedded=True)
