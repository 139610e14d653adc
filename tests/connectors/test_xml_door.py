"""The XML door: what it refuses, what it drops, and what never makes it slow."""

from __future__ import annotations

import io
import time
import tracemalloc

import pytest

from connectors import xml_door
from connectors.xml_door import Closed, Element, Opened, read_xml, stream_xml
from shared.errors import Unreadable
from tests.fuzz.fuzz_xml_door import fuzz_any_bytes, fuzz_any_markup

test_any_bytes_are_elements_or_unreadable = fuzz_any_bytes
test_any_markup_is_elements_or_unreadable = fuzz_any_markup

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>"""


def streamed(body, *containers, **bounds):
    return list(stream_xml(io.BytesIO(body), frozenset(containers), **bounds))


def test_a_comment_or_instruction_inside_an_amount_does_not_cut_it():
    assert read_xml(b"<Amt>10<!-- -->00<?x y?>.00<![CDATA[5]]></Amt>").value() == "1000.005"


def test_namespaces_are_dropped_and_attributes_of_others_too():
    root = read_xml(b'<n:Amt xmlns:n="urn:x" xmlns:o="urn:o" Ccy="EUR" o:Ccy="SEK">1</n:Amt>')
    assert (root.name, root.attributes) == ("Amt", {"Ccy": "EUR"})


def test_containers_open_and_close_and_all_else_is_whole():
    events = streamed(b"<a><b>1</b><c><b>2</b><a/></c></a>", "a")
    assert [type(event) for event in events] == [Opened, Element, Element, Closed]
    whole = events[2]
    assert [child.name for child in whole.children] == ["b", "a"]  # no container within an element


def test_an_element_that_stands_twice_is_refused_where_one_is_asked_for():
    root = read_xml(b"<a><b>1</b><b>2</b></a>")
    with pytest.raises(Unreadable):
        root.value("b")
    assert [each.value() for each in root.all("b")] == ["1", "2"]


def test_an_element_inside_a_value_is_refused():
    with pytest.raises(Unreadable):
        read_xml(b"<a><b>10<x/>00</b></a>").value("b")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a/>tail",
        b"<a>&unknown;</a>",
        b"<a>\x00</a>",
        b"<a>&#0;</a>",
        b'<a x="1" x="2"/>',
        b"<n:a/>",
        "<a>ä</a>".encode("latin-1"),
        b'<?xml version="1.0" encoding="unicode_escape"?><a/>',
        b'<?xml version="1.0" encoding="absent"?><a/>',
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
        BOMB,
        BOMB.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"),
        b"<a>" * 65,
        b"<a>" + b"<b/>" * xml_door.MAX_ELEMENTS + b"</a>",
        b"<a>" + b"x" * (xml_door.MAX_TEXT + 1) + b"</a>",
        b"<a " + b" ".join(b'a%d="1"' % i for i in range(33)) + b"/>",
        b"<a " + b" ".join(b'a%d="1"' % i for i in range(400_000)) + b"/>",
        b"<a><!--" + b"x" * 3_000_000 + b"--></a>",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_not_plain_bounded_xml_is_unreadable_at_once(body):
    began = time.process_time()
    with pytest.raises(Unreadable) as caught:
        read_xml(body)
    assert caught.value.__context__ is None  # the parser's own words quote the document
    assert time.process_time() - began < 2


def test_text_between_containers_is_refused():
    with pytest.raises(Unreadable):
        streamed(b"<a>1<b/></a>", "a")


def test_a_long_file_in_an_unread_element_is_no_silence():
    body = b"<a><file>" + b"QUJD" * 750_000 + b"</file><b>1</b></a>"
    (root,) = stream_xml(io.BytesIO(body), frozenset(), unread=frozenset({"file"}))
    assert [child.name for child in root.children] == ["b"]


def letters(count, document="doc"):
    """An element with a text of so many letters, which is a document where that is its name."""
    body = b"<a><doc>" + b"QUJDQUJD" * (count // 8) + b"</doc><b>1</b></a>"
    (root,) = stream_xml(io.BytesIO(body), frozenset(), documents=frozenset({document}))
    return len(root.value("doc")), root.value("b")


def test_an_embedded_document_may_be_longer_than_any_other_text():
    assert letters(xml_door.MAX_TEXT + 8) == (xml_door.MAX_TEXT + 8, "1")
    with pytest.raises(Unreadable, match="an element of the XML text is too large"):
        letters(xml_door.MAX_TEXT + 8, document="another")


def test_an_embedded_document_has_a_bound_of_its_own(monkeypatch):
    monkeypatch.setattr(xml_door, "MAX_DOCUMENT_TEXT", 4_000)
    assert letters(4_000) == (4_000, "1")
    with pytest.raises(Unreadable, match="a document in the XML text is too large"):
        letters(4_008)
    two = b"<a>" + (b"<doc>" + b"A" * 2_500 + b"</doc>") * 2 + b"</a>"
    with pytest.raises(Unreadable, match="a document"):
        streamed(two, documents=frozenset({"doc"}))


def test_an_element_within_an_embedded_document_is_refused():
    with pytest.raises(Unreadable, match="nested"):
        streamed(b"<a><doc>QU<b/>JD</doc></a>", documents=frozenset({"doc"}))


def test_a_stream_ends_at_its_bound():
    with pytest.raises(Unreadable, match="too large"):
        streamed(b"<a>" + b"<b/>" * 100 + b"</a>", "a", max_bytes=99)


def test_the_encodings_of_banks_are_read():
    for encoding in ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"):
        body = f'<?xml version="1.0" encoding="{encoding}"?><a>Mäki</a>'.encode(encoding)
        assert read_xml(body).value() == "Mäki"


def test_a_long_document_is_not_held():
    class Endless:
        def __init__(self):
            self.left = 40

        def read(self, size, /):
            self.left -= 1
            if self.left == 39:
                return b"<a>"
            return b"<b>1</b>" * 8_000 if self.left > 0 else b"</a>" if self.left == 0 else b""

    tracemalloc.start()
    try:
        count = sum(1 for _ in stream_xml(Endless(), frozenset({"a"})))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 38 * 8_000 + 2
    assert peak < 12_000_000
