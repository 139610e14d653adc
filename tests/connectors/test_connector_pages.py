"""The connector pages in docs say what the SPECs say."""

from __future__ import annotations

import pytest

import connectors
from tools import connector_pages

PAGES = connector_pages.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_spec_says(name):
    path = connector_pages.FOLDER / name
    written = path.read_text() if path.is_file() else ""
    assert written == connector_pages.whole(name, PAGES[name]), (
        f"docs/connectors/{name} is not up to date: run python -m tools.connector_pages"
    )


def test_every_connector_has_a_page_and_no_page_is_left_over():
    pages = {path.name for path in connector_pages.FOLDER.glob("*.md")}
    assert pages == {"README.md", *(f"{name}.md" for name in connectors.names())}


def test_every_setting_and_secret_stands_on_its_page():
    for name in connectors.names():
        spec, page = connectors.spec(name), PAGES[f"{name}.md"]
        for word in (*spec.config.model_fields, *spec.secrets):
            assert f"`{word}`" in page or f"`{word}." in page


def test_what_a_person_wrote_below_the_marker_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(connector_pages, "FOLDER", tmp_path)
    (tmp_path / "x.md").write_text(f"old\n{connector_pages.MARKER}\n\nMy notes.\n")
    assert connector_pages.whole("x.md", "new\n") == (
        f"new\n\n{connector_pages.MARKER}\n\nMy notes.\n"
    )
