"""One embedded stack for all tests of this folder, with the contract template deployed to it."""

from collections.abc import Iterator

import pytest

from infra.local import stack as local
from infra.local.deploy import deploy
from tests.local.deployed import TEMPLATE, Deployed


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The contract template on a stack of its own."""
    with local.running(tmp_path_factory.mktemp("local")) as stack:
        yield Deployed(stack, deploy(stack, TEMPLATE, name="probe"))
