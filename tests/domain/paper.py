"""A letter on paper read back by another program (PDFium): what a screen reader finds in it."""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pypdfium2
from pypdfium2 import raw

_TEXT = raw.FPDF_PAGEOBJ_TEXT


@dataclass
class Node:
    """An element of the structure on one page; ``kids`` are elements and texts in their order."""

    role: str
    alt: str
    lang: str
    scope: str
    framed: bool
    kids: list[Node | str] = field(default_factory=list)

    def all(self) -> Iterator[Node]:
        """This element and every one below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Node):
                yield from kid.all()

    def spoken(self) -> str:
        """Its text: pieces of one element follow each other as they are, elements stand apart."""
        return "".join(kid if isinstance(kid, str) else f" {kid.spoken()} " for kid in self.kids)


@dataclass(frozen=True)
class Mark:
    """One thing that is drawn: its text (None: a shape), its number in the structure, its colour.

    What is no part of the structure has no number (-1) and says that it is an ``artifact``.
    """

    text: str | None
    number: int
    artifact: bool
    colour: tuple[int, int, int]
    embedded: bool


class Paper:
    """A PDF as PDFium reads it."""

    def __init__(self, pdf: bytes) -> None:
        self._document = pypdfium2.PdfDocument(pdf)
        self.inflated = pdf + b"".join(_streams(pdf))
        self.marks = [list(_marks(page)) for page in self._document]
        self.trees = [
            list(_trees(page, marks))
            for page, marks in zip(self._document, self.marks, strict=True)
        ]

    def nodes(self) -> list[Node]:
        """Every element of every page, in reading order."""
        return [one for page in self.trees for tree in page for one in tree.all()]

    def spoken(self) -> list[str]:
        """The words of the letter, in reading order."""
        return " ".join(tree.spoken() for page in self.trees for tree in page).split()

    def language(self) -> str:
        """The language of the whole."""
        buffer = (ctypes.c_ushort * 20)()
        raw.FPDFCatalog_GetLanguage(self._document, buffer, 40)
        return "".join(map(chr, buffer)).rstrip("\0")

    def title(self) -> str:
        """The title of the file."""
        return str(self._document.get_metadata_dict()["Title"])


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._head = False

    def handle_starttag(self, tag: str, _: object) -> None:
        self._head = self._head or tag == "head"
        self.text += " " * (tag not in {"strong", "small"})

    def handle_endtag(self, tag: str) -> None:
        self._head = self._head and tag != "head"

    def handle_data(self, data: str) -> None:
        self.text += "" if self._head else data


def words(html: str) -> list[str]:
    """The words that an HTML page shows, in their order."""
    parser = _Words()
    parser.feed(html)
    return parser.text.split()


def _streams(pdf: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            continue


def _marks(page: pypdfium2.PdfPage) -> Iterator[Mark]:
    texts = page.get_textpage()
    for one in range(raw.FPDFPage_CountObjects(page)):
        drawn = raw.FPDFPage_GetObject(page, one)
        text, embedded = None, True
        if raw.FPDFPageObj_GetType(drawn) == _TEXT:
            buffer = (ctypes.c_ushort * 400)()
            size = raw.FPDFTextObj_GetText(drawn, texts, buffer, 800)
            text = bytes(buffer)[: max(0, size - 2)].decode("utf-16-le")
            embedded = raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(drawn)) == 1
        parts = [ctypes.c_uint() for _ in range(4)]
        raw.FPDFPageObj_GetFillColor(drawn, *parts)
        red, green, blue, _ = (part.value for part in parts)
        number = raw.FPDFPageObj_GetMarkedContentID(drawn)
        yield Mark(text, number, _artifact(drawn), (red, green, blue), embedded)


def _artifact(drawn: object) -> bool:
    buffer, size = (ctypes.c_ushort * 40)(), ctypes.c_ulong()
    for at in range(raw.FPDFPageObj_CountMarks(drawn)):
        raw.FPDFPageObjMark_GetName(raw.FPDFPageObj_GetMark(drawn, at), buffer, 80, size)
        if bytes(buffer)[: size.value - 2].decode("utf-16-le") == "Artifact":
            return True
    return False


def _trees(page: pypdfium2.PdfPage, marks: list[Mark]) -> Iterator[Node]:
    tree = raw.FPDF_StructTree_GetForPage(page)
    texts = {one.number: "" for one in marks}
    for one in marks:
        texts[one.number] += one.text or ""
    for at in range(raw.FPDF_StructTree_CountChildren(tree)):
        yield _node(raw.FPDF_StructTree_GetChildAtIndex(tree, at), texts)


def _node(element: object, texts: dict[int, str]) -> Node:
    attributes = _attributes(element)
    node = Node(
        _said(raw.FPDF_StructElement_GetType, element),
        _said(raw.FPDF_StructElement_GetAltText, element),
        _said(raw.FPDF_StructElement_GetLang, element),
        attributes.get("Scope", ""),
        "BBox" in attributes,
    )
    for at in range(raw.FPDF_StructElement_CountChildren(element)):
        number = raw.FPDF_StructElement_GetChildMarkedContentID(element, at)
        kid = raw.FPDF_StructElement_GetChildAtIndex(element, at)
        if number >= 0:
            node.kids.append(texts.get(number, ""))
        elif kid:
            node.kids.append(_node(kid, texts))
    return node


def _said(call: object, element: object) -> str:
    buffer = ctypes.create_string_buffer(400)
    size = call(element, buffer, 400)  # type: ignore[operator]
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le")


def _attributes(element: object) -> dict[str, str]:
    """The attributes of an element by their names; a value that is no text is empty."""
    found = {}
    for at in range(raw.FPDF_StructElement_GetAttributeCount(element)):
        attribute = raw.FPDF_StructElement_GetAttributeAtIndex(element, at)
        for place in range(raw.FPDF_StructElement_Attr_GetCount(attribute)):
            key, value = (ctypes.create_string_buffer(80) for _ in range(2))
            text, size = "", ctypes.c_ulong()
            raw.FPDF_StructElement_Attr_GetName(attribute, place, key, 80, size)
            stored = raw.FPDF_StructElement_Attr_GetValue(attribute, key)
            if raw.FPDF_StructElement_Attr_GetStringValue(stored, value, 80, size):
                text = value.raw[: max(0, size.value - 2)].decode("utf-16-le")
            found[key.value.decode()] = text
    return found
