"""A tagged PDF file: pages, text, shapes, and the tree that a screen reader follows.

It states what PDF/UA-1 (ISO 14289-1) asks of a file: every mark on a page belongs to the structure
or is an artifact, fonts are embedded and map back to text, the language and title are given. The
same calls give the same bytes: no clock is read, and the file's id is made of its content.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pydyf

from shared.domain.typeface import Face, Weight, face

WIDTH, HEIGHT = 595.28, 841.89  # A4 (ISO 216), in points

# What nobody hears, by its kind (artifacts: ISO 32000-1, 14.8.2.2.2).
_FOOT = "/Type /Pagination /Subtype /Footer /Attached [/Bottom]"
_ORNAMENT = "/Type /Layout"
_FONTS: Mapping[Weight, str] = {"regular": "F1", "bold": "F2"}
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="r"?>'
)


@dataclass(eq=False, slots=True)
class Element:
    """One node of the structure: its role (``P``, ``H1``, ``Table``), and what is below it.

    ``kids`` are elements and marks (page number, mark number), in reading order.
    """

    role: str
    parent: Element | None = None
    entries: dict[str, Any] = field(default_factory=dict)
    kids: list[Element | tuple[int, int]] = field(default_factory=list)

    def add(self, role: str, **entries: Any) -> Element:
        """A new last child; ``entries`` go into its dictionary (``Alt``, ``Lang``, ``A``)."""
        made = Element(role, self, entries)
        self.kids.append(made)
        return made


class TaggedPdf:
    """A file in the making. Places are points from the top left corner of an A4 page."""

    def __init__(self, *, language: str, title: str) -> None:
        self._language, self._title = language, title
        self.root = Element("Document")
        self._pages: list[list[str]] = []
        self._marks: list[list[Element]] = []
        self._used: dict[Weight, dict[int, tuple[str, int]]] = {"regular": {}, "bold": {}}

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def page(self) -> None:
        """Begin another page."""
        self._pages.append([])
        self._marks.append([])

    def text(
        self, x: float, y: float, text: str, size: float, *,
        weight: Weight = "regular", element: Element | None = None, page: int = -1,
    ) -> None:  # fmt: skip
        """One line of text, its base line at ``y``; without ``element`` it is the page's foot."""
        shaped = face(weight).shaped(text)
        self._used[weight] |= {glyph: (char, width) for char, glyph, width in shaped}
        codes = "".join(f"{glyph:04x}" for _, glyph, _ in shaped)
        place = f"{_number(x)} {_number(HEIGHT - y)} Td"
        drawn = f"BT /{_FONTS[weight]} {_number(size)} Tf {place} <{codes}> Tj ET"
        self._draw(drawn, element or _FOOT, page)

    def rule(self, x: float, y: float, width: float, thickness: float = 0.5) -> None:
        """A thin horizontal line, which means nothing to a screen reader."""
        self._draw(_box(x, y, width, thickness) + " f", _ORNAMENT, -1)

    def shapes(self, boxes: Iterable[tuple[float, float, float, float]], element: Element) -> None:
        """Filled boxes (x, y of the top, width, height) that are one picture."""
        self._draw(" ".join(_box(*box) for box in boxes) + " f", element, -1)

    def _draw(self, drawn: str, element: Element | str, page: int) -> None:
        """Draw what belongs to an element, or is an artifact of the given kind."""
        if isinstance(element, str):
            self._pages[page].append(f"/Artifact <<{element}>> BDC {drawn} EMC")
            return
        marks = self._marks[page]
        self._pages[page].append(f"/{element.role} <</MCID {len(marks)}>> BDC {drawn} EMC")
        element.kids.append((page % len(self._pages), len(marks)))
        marks.append(element)

    def finish(self) -> bytes:
        """The file's bytes."""
        pdf = pydyf.PDF()
        fonts = pydyf.Dictionary()
        for weight, name in _FONTS.items():
            if self._used[weight]:
                fonts[name] = _font(pdf, weight, self._used[weight])
        resources = _added(pdf, pydyf.Dictionary({"Font": fonts}))
        pages = [self._page(pdf, number, resources) for number in range(len(self._pages))]
        self._structure(pdf, pages)
        xmp = _XMP.format(title=escape(self._title)).encode()
        stream = pydyf.Stream([xmp], {"Type": "/Metadata", "Subtype": "/XML"})
        pdf.catalog["Metadata"] = _added(pdf, stream)
        pdf.catalog["Lang"] = pydyf.String(self._language)
        pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})
        pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
        pdf.info["Title"] = pydyf.String(self._title)
        out = io.BytesIO()
        pdf.write(out, version=b"1.7", identifier=True, compress=True)
        return out.getvalue()

    def _page(self, pdf: Any, number: int, resources: bytes) -> Any:
        lines = [line.encode() for line in self._pages[number]]
        page = pydyf.Dictionary(
            {
                "Type": "/Page",
                "Parent": pdf.pages.reference,
                "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
                "Resources": resources,
                "Contents": _added(pdf, pydyf.Stream(lines, compress=True)),
                "StructParents": number,
                "Tabs": "/S",
            }
        )
        pdf.add_page(page)
        return page

    def _structure(self, pdf: Any, pages: list[Any]) -> None:
        root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
        pdf.catalog["StructTreeRoot"] = _added(pdf, root)
        made: dict[Element, bytes] = {}
        root["K"] = pydyf.Array([_element(pdf, self.root, root.reference, pages, made)])
        tree = pydyf.Array()
        for number, marks in enumerate(self._marks):
            tree += [number, pydyf.Array([made[one] for one in marks])]
        root["ParentTree"] = pydyf.Dictionary({"Nums": tree})
        root["ParentTreeNextKey"] = len(pages)


def _element(
    pdf: Any, element: Element, parent: bytes, pages: list[Any], made: dict[Element, bytes]
) -> bytes:
    entries = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{element.role}", "P": parent})
    entries |= element.entries
    made[element] = reference = _added(pdf, entries)
    kids = pydyf.Array()
    for kid in element.kids:
        if isinstance(kid, Element):
            kids.append(_element(pdf, kid, reference, pages, made))
        else:
            page = pages[kid[0]].reference
            kids.append(pydyf.Dictionary({"Type": "/MCR", "Pg": page, "MCID": kid[1]}))
    entries["K"] = kids
    return reference


def scope(which: str, columns: int = 1) -> Any:
    """The attribute of a table's head cell: it speaks for its ``Row``, ``Column`` or ``Both``."""
    return pydyf.Dictionary({"O": "/Table", "Scope": f"/{which}", "ColSpan": columns})


def spoken(text: str) -> Any:
    """A text as an entry of an element: ``Alt`` or ``Lang``."""
    return pydyf.String(text)


def frame(x: float, y: float, width: float, height: float) -> Any:
    """The attribute of a picture: where it is on its page."""
    box = [x, HEIGHT - y - height, x + width, HEIGHT - y]
    return pydyf.Dictionary({"O": "/Layout", "BBox": pydyf.Array(box), "Placement": "/Block"})


def _font(pdf: Any, weight: Weight, used: Mapping[int, tuple[str, int]]) -> bytes:
    """A composite font of TrueType outlines: two-byte codes that are glyph ids."""
    look, name = face(weight), f"/AAAAAA+NotoSans-{weight.title()}"
    widths = pydyf.Array()
    for glyph, (_, width) in sorted(used.items()):
        widths += [glyph, pydyf.Array([width])]
    below = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": pydyf.Dictionary(
                {
                    "Registry": pydyf.String("Adobe"),
                    "Ordering": pydyf.String("Identity"),
                    "Supplement": 0,
                }
            ),
            "CIDToGIDMap": "/Identity",
            "FontDescriptor": _added(pdf, _descriptor(pdf, look, name)),
            "W": widths,
        }
    )
    return _added(
        pdf,
        pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": name,
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([_added(pdf, below)]),
                "ToUnicode": _added(pdf, pydyf.Stream([_to_unicode(used)], compress=True)),
            }
        ),
    )


def _descriptor(pdf: Any, look: Face, name: str) -> Any:
    file = pydyf.Stream([look.packed], {"Length1": look.size, "Filter": "/FlateDecode"})
    return pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": 4,  # its own set of characters
            "FontBBox": pydyf.Array(look.box),
            "ItalicAngle": 0,
            "Ascent": look.ascent,
            "Descent": look.descent,
            "CapHeight": look.cap_height,
            "StemV": 80,
            "FontFile2": _added(pdf, file),
        }
    )


def _to_unicode(used: Mapping[int, tuple[str, int]]) -> bytes:
    """The map from glyphs back to text, in the pieces of at most 100 that the format allows."""
    pairs = [
        f"<{glyph:04x}> <{char.encode('utf-16-be').hex()}>"
        for glyph, (char, _) in sorted(used.items())
    ]
    pieces = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    listed = (f"{len(one)} beginbfchar\n" + "\n".join(one) + "\nendbfchar" for one in pieces)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n" + "\n".join(listed) + "\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()


def _added(pdf: Any, made: Any) -> bytes:
    pdf.add_object(made)
    reference: bytes = made.reference
    return reference


def _box(x: float, y: float, width: float, height: float) -> str:
    parts = (x, HEIGHT - y - height, width, height)
    return " ".join(map(_number, parts)) + " re"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
