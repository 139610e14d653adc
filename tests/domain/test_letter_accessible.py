"""PDF/UA's rules that a program can see, in every letter of the gallery, read back by PDFium.

ISO 14289-1 by the checks of the Matterhorn Protocol 1.1, whose numbers stand at each test.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from shared.domain.letter import render
from tests.domain.paper import Paper, words
from tools import letter_gallery


def made():
    """The letters of the gallery, one that says all twice, and one that names a page."""
    for name, country, letter in letter_gallery.inputs():
        yield name, country, letter
        if name == "fi_firm":
            yield "fi_sv", country, letter.model_copy(update={"second_language": "sv"})
            own = {"page": f"https://{'p' * 60}.kuikka.example/{'7' * 60}"}
            yield "fi_page", country, letter.model_copy(update=own)


@pytest.fixture(scope="module")
def papers():
    return {name: Paper(letter_gallery.pdf(country, one)) for name, country, one in made()}


@pytest.fixture(scope="module")
def mails():
    return {name: render(one).html for name, _, one in made()}


def contrast(colour, ground):
    """The ratio of two colours' luminance (WCAG 2.2, 1.4.3)."""

    def luminance(parts):
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (one / 255 for one in parts)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_mark_belongs_to_the_structure_or_says_what_artifact_it_is(papers):  # 01, 18
    for paper in papers.values():
        for number, marks in enumerate(paper.marks, 1):
            assert all((one.number >= 0) != one.artifact for one in marks)
            foot = [one.text.strip() for one in marks if one.artifact and one.text is not None]
            assert foot[-1] == f"{number} / {len(paper.marks)}"
        kinds = re.findall(rb"/Artifact(.*?)BDC (BT)?", paper.inflated)
        assert kinds
        for said, text in kinds:
            assert (b"/Pagination /Subtype /Footer" in said) == (text == b"BT")
            assert (b"/Type /Layout" in said) == (text == b"")


def test_the_file_says_its_language_its_title_and_that_it_is_tagged(papers):  # 05 to 07, 11
    for name, paper in papers.items():
        assert paper.language() == {"se": "sv", "no": "nb", "dk": "da", "de": "de"}.get(
            name[:2], "fi"
        )
        assert paper.title()
        for said in (b"/DisplayDocTitle true", b"/Marked true", b"<pdfuaid:part>1</pdfuaid:part>"):
            assert said in paper.inflated
        assert f'x-default">{paper.title()}<'.encode() in paper.inflated


def test_a_second_language_is_said_of_each_of_its_parts(papers):  # 11-002
    half = [tree for page in papers["fi_sv"].trees for tree in page]
    parts = [kid for tree in half for kid in tree.kids]
    swedish = [part.spoken().strip() for part in parts if part.lang == "sv"]

    assert "Betalningspåminnelse" in swedish
    assert not any("Maksumuistutus" in one for one in swedish)
    assert {part.lang for part in parts} == {"", "sv"}


def test_every_picture_is_named_and_says_where_it_stands(papers):  # 13
    pictures = [
        node for paper in papers.values() for node in paper.nodes() if node.role == "Figure"
    ]

    assert len(pictures) > 10
    assert all(node.alt and node.framed for node in pictures)


def test_every_head_of_a_table_says_what_it_speaks_for(papers):  # 15
    for paper in papers.values():
        nodes = paper.nodes()
        heads = [node for node in nodes if node.role == "TH"]
        assert heads
        assert all(node.scope in {"Row", "Column", "Both"} for node in heads)
        for row in (node for node in nodes if node.role == "TR"):
            assert row.kids[0].role == "TH"


def test_headings_begin_with_the_first_level_and_skip_none(papers):  # 14
    for paper in papers.values():
        levels = [int(node.role[1]) for node in paper.nodes() if re.fullmatch(r"H\d", node.role)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_font_is_in_the_file(papers):  # 31
    marks = [one for paper in papers.values() for page in paper.marks for one in page]

    assert all(one.embedded for one in marks)
    assert all("\ufffd" not in (one.text or "") for one in marks)


def test_text_stands_out_from_the_paper(papers):  # WCAG 2.2, 1.4.3
    colours = {one.colour for paper in papers.values() for page in paper.marks for one in page}

    assert all(contrast(colour, (255, 255, 255)) >= 4.5 for colour in colours)


def test_what_is_heard_from_paper_is_what_the_mail_says_in_its_order(papers, mails):  # 09
    """From the heading on, but for the names of codes, which only paper has."""
    for name, mail in mails.items():
        parts = [kid for page in papers[name].trees for tree in page for kid in tree.kids]
        roles = [part.role for part in parts]
        kept = [
            part
            for before, part in zip(["", *roles], parts, strict=False)
            if "Figure" not in {before, part.role}
        ]
        first = next(at for at, part in enumerate(kept) if part.role == "H1")
        heard = " ".join(part.spoken() for part in kept[first:]).split()
        assert heard == words(mail[mail.index("<h1") :])


def test_a_mail_sets_no_colour_of_text_and_lines_that_show_on_light_and_dark(mails):
    html = mails["fi_sv"]
    used = {tuple(bytes.fromhex(one)) for one in re.findall(r"#([0-9a-f]{6})", html)}

    assert not re.search(r"[;\"]\s*(color|background[a-z-]*):", html)
    assert used
    for ground in ((255, 255, 255), (0, 0, 0)):
        assert all(contrast(colour, ground) >= 3 for colour in used)
