"""The picture of a preview: bars as high as their counts, readable without seeing it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date

from shared.domain.picture import picture

SVG = "{http://www.w3.org/2000/svg}"
FIRST, LAST = date(2026, 2, 1), date(2026, 2, 10)


def row(on, capacity="consumer", contacts=0, hand_overs=0):
    return {
        "on": on, "capacity": capacity, "country": "FI", "currency": "EUR", "contacts": contacts,
        "hand_overs": hand_overs,
    }  # fmt: skip


def drawn(*rows, title="Ten days"):
    return ET.fromstring(picture(rows, FIRST, LAST, title))  # noqa: S314 - made by us


def bars(svg, colour):
    return [one for one in svg.iter(f"{SVG}rect") if one.get("fill") == colour][:-1]


def test_bars_stand_on_each_other_and_are_as_high_as_their_counts():
    svg = drawn(row("2026-02-02", contacts=30), row("2026-02-02", "business", contacts=10))
    (business,), (consumer,) = bars(svg, "#0072B2"), bars(svg, "#E69F00")
    assert float(consumer.get("height")) == 3 * float(business.get("height"))
    assert float(consumer.get("y")) + float(consumer.get("height")) == float(business.get("y"))
    assert consumer.get("x") == business.get("x")


def test_what_it_shows_is_told_in_words_as_well():
    svg = drawn(row("2026-02-02", contacts=3, hand_overs=1), row("2026-02-03", contacts=5))
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title").text == "Ten days"
    assert svg.find(f"{SVG}desc").text == (
        "From 2026-02-01 to 2026-02-10: 8 contacts, 1 hand-overs."
        " Most contacts: 5 on 2026-02-03, FI consumer (EUR)."
    )


def test_nothing_ahead_is_a_picture_too_and_no_text_can_break_out():
    svg = drawn(title="<script>&")
    assert svg.find(f"{SVG}title").text == "<script>&"
    assert not re.search("<script", picture([], FIRST, LAST, "<script>"))


def test_the_same_rows_give_the_same_bytes():
    rows = [row("2026-02-02", contacts=3)]
    assert picture(rows, FIRST, LAST, "x") == picture(rows, FIRST, LAST, "x")
