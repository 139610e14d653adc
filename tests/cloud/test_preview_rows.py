"""The row of a preview: what it holds of its pages, and that it stays an item of the table."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from shared.cloud import preview_rows
from shared.cloud.keys import Tenant
from shared.cloud.preview_rows import Preview

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TENANT = Tenant("nordic")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
ITEM = 400 * 1024


@pytest.fixture(autouse=True)
def _named(monkeypatch):
    monkeypatch.setenv("TABLE", "hub")


def of(pages):
    names = tuple(f"previews/p1/{page:05d}-{page:016x}.json" for page in range(pages))
    return Preview(
        id="p1", kind="next", start=NOW, made=NOW, last=date(2027, 1, 20), policy=None,
        pages=names, after="case/c1", hash="0" * 64, joining="previews/p1/joining-0.json",
    )  # fmt: skip


def stored(preview):
    (put,) = preview_rows.begun(TENANT, preview, NOW).values()
    return {name: next(iter(value.values())) for name, value in put["Item"].items()}


def test_a_preview_of_a_million_cases_is_one_item():
    row = stored(of(1_000_000 // 50))

    assert sum(len(name) + len(str(value)) for name, value in row.items()) < ITEM


def test_a_row_tells_its_pages_by_their_names_as_an_older_one_did():
    preview = of(3)
    row = stored(preview)

    assert preview_rows.of_row(row) == preview
    assert preview_rows.of_row({**row, "pages": json.dumps(preview.pages)}) == preview
    mixed = json.dumps([preview.pages[0], *json.loads(row["pages"])[1:]])
    assert preview_rows.of_row({**row, "pages": mixed}) == preview
