"""A live Tryton for the tests of its connector."""

import pytest

from infra.local.erp.server import Tryton


@pytest.fixture(scope="session")
def tryton(tmp_path_factory):
    with Tryton.start(tmp_path_factory.mktemp("tryton")) as server:
        yield server
