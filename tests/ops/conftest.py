"""The product deployed to an embedded stack, as ops find it."""

from __future__ import annotations

import pytest

from infra.local import stack as local
from infra.local.hub import NAME, install
from tools.ops.place import of


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """One installation for all tests of this folder; its schedule does not run."""
    with local.running(tmp_path_factory.mktemp("ops")) as stack:
        install(stack, outbound="off")
        yield of(NAME, stack, embedded=True)
