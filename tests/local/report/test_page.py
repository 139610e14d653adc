"""The page: whole, escaped, and free of everything from elsewhere."""

import re
from html.parser import HTMLParser
from typing import get_args

import pytest

from infra.local.report import page, summary
from infra.local.report.sentences import outcome, told
from infra.local.report.story import tell, telling
from shared.domain.events import CaseEvent
from tests.local.report.books import book, day, eur, invoice, joined

STEPS = {"decide": {"runs": 3, "calls": {"dynamodb:Query": 1.0}}}
VOID = {"meta"}
EVENTS = get_args(get_args(CaseEvent)[0])
VALUES = {
    "claim": joined(invoice("a", "d", "02-02", "1.00"), "02-02").claim,
    **dict.fromkeys(("amount", "open", "principal", "interest", "fees"), eur("1.00")),
    **dict.fromkeys(("before", "due", "until", "received", "booked", "issued"), day("02-02")),
    **dict.fromkeys(("cause", "reason", "answer", "code", "action"), "other"),
    "why": "crossed", "act": "act", "on": day("02-02"), "do_not_dun": (), "accepted": True,
    "partner_case": None,
}  # fmt: skip


class Tags(HTMLParser):
    """Fails on a tag that is not closed in its place; keeps links and the texts of headings."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.seen = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    return tags


@pytest.fixture(scope="module")
def html():
    the_book = book()
    links = {"rd1": "letters/rd1.html", "hd": "case-files/hd.json"}
    return page(the_book, summary(the_book), STEPS, links=links)


def test_the_page_is_well_formed_and_has_every_picture(html):
    seen = parsed(html).seen
    assert seen.count("svg") == 6
    assert seen.count("desc") == 6
    assert "script" not in seen


def test_every_picture_has_its_numbers_in_a_table(html):
    assert html.count("<summary>The numbers</summary>") == 4


def test_nothing_comes_from_elsewhere(html):
    assert not re.search(r"https?:|//[a-z]|@import|url\(", html)
    assert "default-src &#x27;none&#x27;" in html


def test_names_are_escaped():
    the_book = book(name='<script>alert("x")</script>')
    html = page(the_book, summary(the_book))
    assert "script" not in parsed(html).seen
    assert "&lt;script&gt;" in html


def test_letters_and_case_files_are_linked_beside_the_page_only():
    the_book = book()
    links = {"rd1": "letters/rd1.html", "rd2": "javascript:alert(1)", "hd": "//host/x"}
    html = page(the_book, summary(the_book), links=links)
    assert parsed(html).links == ["letters/rd1.html"]


def test_the_case_that_shows_most_is_told():
    assert telling(book()) == "cd"  # reminded, part paid, handed over, paid to the partner


def test_a_story_explains_its_acts_in_order():
    story = tell(book(), "cc")
    assert [(one.on, one.lane) for one in story.entries] == [
        (day("02-17"), "invoice"), (day("02-17"), "reminder"), (day("03-10"), "reminder"),
        (day("03-10"), "money"), (day("03-12"), "money"),
    ]  # fmt: skip
    second = story.entries[2]
    assert [one.rule for one in second.because] == ["FI-C-REM"]
    assert second.act == "rc2"


def test_rules_sections_and_facts_stand_under_a_decision(html):
    for text in ("FI-C-REM", "513/1999 10 a §", "The reminder may carry this fee", "claim No d"):
        assert text in html


def test_a_book_without_anything_has_a_page_too():
    empty = book()
    empty = type(empty)(
        empty.creditor, empty.currency, empty.zone, empty.first, empty.last, {}, {}, {}
    )
    text = page(empty, summary(empty), kind="replay")
    assert parsed(text).links == []


def test_every_kind_of_event_has_its_place_in_a_story():
    # A case is opened by its first claim; decisions and acts have entries of their own.
    elsewhere = {"case_opened", "decided", "reminder_intended", "hand_over_intended"}
    kinds = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in EVENTS}
    for name in kinds.keys() - elsewhere:
        values = dict.fromkeys(kinds[name].model_fields, "x") | VALUES
        values |= {"kind": name, **({"before": eur("2.00")} if name == "balance_stated" else {})}
        event = kinds[name].model_construct(**values)
        known = told(event, day("03-01"), str) or outcome(event, day("03-01"))
        assert known is not None, name
