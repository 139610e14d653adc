"""The XML door takes anything: what comes out is elements or ``Unreadable``."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from connectors.xml_door import Closed, Element, Opened, stream_xml
from shared.errors import Unreadable

_PIECES = st.sampled_from([
    "<a>", "</a>", "<b x='1'>", "</b>", "<c/>", "&amp;", "&a;", "&#65;", "&#xD800;", "<!--", "-->",
    "<?p q?>", "<![CDATA[", "]]>", "<!DOCTYPE a>", "<!ENTITY a 'b'>", " xmlns='u'", "<n:a>", "x",
    "'", '"', "=", "\x00", "\ufffe", "ä", "<?xml version='1.0' encoding='utf-16'?>", "\n",
])  # fmt: skip


@given(st.binary(max_size=300))
def fuzz_any_bytes(body: bytes) -> None:
    check(body)


@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["utf-8", "utf-16"]))
def fuzz_any_markup(text: str, encoding: str) -> None:
    check(text.encode(encoding, "surrogatepass"))


def check(body: bytes) -> None:
    """Containers are closed in the order in which they were opened, or nothing is said."""
    opened: list[str] = []
    try:
        for event in stream_xml(io.BytesIO(body), frozenset({"a", "b"})):
            match event:
                case Opened(name):
                    opened.append(name)
                case Closed(name):
                    assert opened.pop() == name
                case Element():
                    assert event.name not in {"a", "b"}
    except Unreadable:
        return
    assert opened == []
