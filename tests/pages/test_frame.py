"""The frame of every page: its menu, folded where there is no room for it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Menu: Cases"), ("fi", "Valikko: Tapaukset")]
)
def test_the_folded_menu_names_the_page_and_leads_to_every_section(console, language, words):
    page = console("viewer", language=language).open("/console/cases").page
    (menu,) = page.xpath("//header/details")
    # A details element: it opens by a key, without a script, and is shut at first.
    assert "open" not in menu.attrib
    assert " ".join(menu.xpath("./summary")[0].text_content().split()) == words
    assert menu.xpath("./nav//a[@aria-current='page']/@href") == ["/console/cases"]
    assert menu.xpath(".//a/@href") == page.xpath("//header/nav//a/@href") != []
