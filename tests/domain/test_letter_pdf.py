"""Letters on paper: what a page shows, what a screen reader finds, and that bytes repeat."""

from __future__ import annotations

import ctypes
import json
from itertools import pairwise

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import raw

from shared.domain.envelope import DIN_LEFT, Window
from shared.domain.layout import (
    Amounts,
    Code,
    Details,
    Group,
    Heading,
    Lines,
    Link,
    Paragraph,
    Row,
    Spoken,
)
from shared.domain.letter_pdf import letter_pdf
from shared.domain.typeface import NoGlyphError, face
from tools import letter_gallery

ADDRESS = ("Åsa Öberg", "Ærøvej 3", "20100 TURKU")
RIGHT = Window(110, 40, 90, 40)
HEAD = (Lines(("Kuikka Oy", "Satamakatu 4")), Lines(("Hidden",)), Lines(("Päivä 6.11.2026",)))
TABLE = Amounts(
    ("Erittely", "Summa"),
    (Group("Lasku 1", "eräpäivä 1.10.2026", (Row("Pääoma", "100,00 €"),)),),
    (Row("Yhteensä", "100,00 €", strong=True),),
)
SLIP = (
    Details((Row("Saaja", "Kuikka Oy"), Row("Viite", "868516259619897"))),
    Code("code128", "4211234560000078", "Viivakoodi"),
    Code("qr", "BCD", "QR-koodi"),
)
LETTER = (*HEAD, Heading("Muistutus", 1), Paragraph("Hei!"), TABLE, *SLIP, Lines(("Kuikka",)))


def pdf(blocks=LETTER, address=ADDRESS, window=DIN_LEFT):
    made = letter_pdf(blocks, language="fi", title="Viesti", address=address, window=window)
    return made, pypdfium2.PdfDocument(made)


def text(document):
    return [page.get_textpage().get_text_bounded() for page in document]


def marks(document):
    """Where text stands: (page, left, top, right, bottom) in millimetres from the top left."""
    mm = 25.4 / 72
    for number, page in enumerate(document):
        height, found = page.get_height(), page.get_textpage()
        for at in range(found.count_rects()):
            left, bottom, right, top = found.get_rect(at)
            yield number, left * mm, (height - top) * mm, right * mm, (height - bottom) * mm


def roles(document, page=0):
    """The structure of a page as nested (role, kids), and the alternative texts."""
    tree = raw.FPDF_StructTree_GetForPage(document[page])
    alts = []

    def words(call, element):
        buffer = ctypes.create_string_buffer(200)
        size = call(element, buffer, 200)
        return buffer.raw[: max(0, size - 2)].decode("utf-16-le")

    def walk(element):
        if alt := words(raw.FPDF_StructElement_GetAltText, element):
            alts.append(alt)
        count = raw.FPDF_StructElement_CountChildren(element)
        kids = [raw.FPDF_StructElement_GetChildAtIndex(element, at) for at in range(count)]
        return words(raw.FPDF_StructElement_GetType, element), [walk(kid) for kid in kids if kid]

    count = raw.FPDF_StructTree_CountChildren(tree)
    found = [walk(raw.FPDF_StructTree_GetChildAtIndex(tree, at)) for at in range(count)]
    return found, alts


def test_the_same_letter_is_the_same_bytes():
    assert pdf()[0] == pdf()[0]


@pytest.mark.parametrize("window", [DIN_LEFT, RIGHT])
def test_the_window_shows_the_address_and_nothing_else(window):
    _, document = pdf(window=window)
    inside = [
        mark
        for mark in marks(document)
        if mark[0] == 0
        and mark[3] > window.left
        and mark[1] < window.left + window.width
        and mark[4] > window.top
        and mark[2] < window.top + window.height
    ]

    assert len(inside) == len(ADDRESS)
    for _, left, top, right, bottom in inside:
        assert window.left + 2 < left < right < window.left + window.width - 2
        assert window.top + 2 < top < bottom < window.top + window.height - 2
    assert "Hidden" not in text(document)[0]


@pytest.mark.parametrize(
    "address",
    [(), ("line",) * 9, ("A very long name of a company " * 3, "Street 1", "20100 TURKU")],
)
def test_an_address_that_does_not_fit_the_window_stops_the_letter(address):
    with pytest.raises(ValueError, match="does not fit the window"):
        pdf(address=address)


def test_a_character_that_cannot_be_printed_stops_the_letter_and_is_not_told():
    with pytest.raises(NoGlyphError) as caught:
        pdf(address=("李", "Street 1", "20100 TURKU"))
    assert "李" not in str(caught.value)


def test_a_screen_reader_finds_the_letter_in_its_order():
    _, document = pdf()
    (found,), alts = roles(document)

    assert raw.FPDFCatalog_IsTagged(document)
    assert found[0] == "Document"
    assert [role for role, _ in found[1]] == [
        "Div", "Div", "Div", "H1", "P", "Table", "Table", "Figure", "P", "Figure", "P", "Div",
    ]  # fmt: skip
    head, body, total = found[1][5][1]
    assert [cell for cell, _ in head[1][0][1]] == ["TH", "TH"]
    assert [[cell for cell, _ in row[1]] for row in body[1]] == [["TH"], ["TH", "TD"]]
    assert [[cell for cell, _ in row[1]] for row in total[1]] == [["TH", "TD"]]
    assert alts == ["Viivakoodi", "QR-koodi"]
    buffer = (ctypes.c_ushort * 20)()
    raw.FPDFCatalog_GetLanguage(document, buffer, 40)
    assert "".join(map(chr, buffer)).rstrip("\0") == "fi"
    assert document.get_metadata_dict()["Title"] == "Viesti"


def test_what_is_copied_from_the_page_is_what_was_written():
    found = text(pdf()[1])[0].splitlines()

    assert found[:6] == ["Kuikka Oy", "Satamakatu 4", *ADDRESS, "Päivä 6.11.2026"]
    assert "Viite 868516259619897" in found


def test_another_language_begins_on_a_page_of_its_own():
    _, document = pdf((*LETTER, Spoken("sv"), Heading("Påminnelse", 1)))

    assert len(document) == 2
    assert "Påminnelse" in text(document)[1]


def test_long_letters_stay_within_their_margins_and_number_their_pages():
    groups = tuple(
        Group(f"Lasku {at}", "eräpäivä", (Row("Pääoma " * 30, "1 000,00 €"),)) for at in range(60)
    )
    rows = (Row("Viite", "9" * 300),)
    _, document = pdf((*HEAD, Amounts(("A", "B"), groups), Details(rows), Paragraph("sana " * 900)))
    pages = text(document)

    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
    assert "".join(pages).count("Lasku") == 60
    assert "".join(pages).replace("\r\n", "").count("9" * 300) == 1
    for _, left, top, right, bottom in marks(document):
        assert left > 19
        assert right < 191
        assert top > 14
        assert bottom < 290


def test_a_section_of_running_text_stands_whole_on_one_page():
    section = (
        Heading("Kysyttävää?"), Paragraph("Ensimmäinen."), Paragraph("Viimeinen."),
        Lines(("Terveisin", "Kuikka Oy")),
    )  # fmt: skip
    for count in range(14, 34):
        filler = [Paragraph(f"Rivi {number}") for number in range(count)]
        shown = text(pdf((*HEAD, Heading("Muistutus", 1), *filler, *section))[1])
        on = [at for at, page in enumerate(shown) if "Kysyttävää?" in page]
        assert [all(word in shown[at] for word in ("Viimeinen.", "Terveisin")) for at in on] == [1]
    assert len(shown) == 2


DETAILS = Details(tuple(Row(f"Kenttä {at}", "arvo") for at in range(5)))


@pytest.mark.parametrize(
    ("before", "part"),
    [
        (Heading("Maksutiedot"), DETAILS),
        (Paragraph("Lasku 2"), DETAILS),
        (Paragraph("Kysyttävää?"), Link("Sivullasi: arvo", "https://sivu.example/1")),
    ],
)
def test_what_is_scanned_stands_on_the_page_of_its_words(before, part):
    for rows in range(16, 38):
        filler = Lines(tuple(f"Rivi {number}" for number in range(rows)))
        parts = (before, part, *SLIP[1:], Paragraph("Loppu"))
        shown = text(pdf((*HEAD, Heading("Muistutus", 1), filler, *parts))[1])
        on = [at for at, page in enumerate(shown) for word in ("arvo", "QR-koodi") if word in page]
        assert on in ([0, 0], [1, 1])
    assert on == [1, 1]


@settings(max_examples=50)
@given(
    st.text(st.sampled_from(sorted(face("regular").glyphs)), max_size=80),
    st.floats(30, 300),
)
def test_lines_lose_no_character_and_fit(words, room):
    look = face("regular")
    lines = look.lines(words, 10, room)

    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(len(line) <= 1 or look.width(line.rstrip(" "), 10) <= room for line in lines)
    for line, after in pairwise(lines):
        assert not line.endswith(" ") or look.width(line + after.split(" ")[0], 10) > room


def test_both_weights_print_what_people_in_europe_are_called():
    names = "Åäö Ææ Øø ßẞ Čšž Łąę Őű Ğİı Ñ Ðþ Ķļ Ėų Αθήνα Юлия € \u2013 \u2014 „“ \u2018\u2019 … №"

    for weight in ("regular", "bold"):
        assert face(weight).width(names, 10) > 0


def test_the_gallery_shows_the_letters_as_they_are_now():
    held = json.loads((letter_gallery.FOLDER / "gallery.json").read_text())
    found = {name: letter_gallery.seen(made) for name, made in letter_gallery.letters()}

    # After words or layout have changed: python -m tools.letter_gallery, and look at each picture.
    assert found == held
    drawn = [
        path for name, one in held.items() for path in letter_gallery.pictures(name, one["pages"])
    ]
    assert sorted(drawn) == sorted(letter_gallery.FOLDER.glob("*.png"))
    assert max(path.stat().st_size for path in drawn) < 60_000
