"""The register of recipients says of every connector what passes and where it is processed."""

from __future__ import annotations

import re

import pytest

import connectors
from tools import recipients


def test_the_page_is_what_the_specs_say():
    assert recipients.PAGE.read_text(encoding="utf-8") == recipients.page(), (
        "docs/recipients.md is not up to date: run python -m tools.recipients"
    )


@pytest.mark.parametrize("name", connectors.names())
def test_a_counterpart_that_the_creditor_does_not_host_names_its_regions(name):
    spec = connectors.spec(name)
    assert all(re.fullmatch(r"[A-Z]{2}|\*", one) for one in spec.regions)
    own = re.search(r"creditor|hub's own", spec.processing)
    assert spec.regions or own, f"{name}: say in SPEC.regions where personal data is processed"
    assert spec.data
