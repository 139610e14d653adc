"""Letters on paper: the blocks of a letter on A4 pages, its address in the envelope's window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, takewhile

from shared.domain.envelope import DIN_LEFT, Window
from shared.domain.layout import (
    Amounts,
    Block,
    Code,
    Details,
    Group,
    Heading,
    Lines,
    Link,
    Paragraph,
    Row,
    Shown,
    Spoken,
)
from shared.domain.pdf_file import HEIGHT, WIDTH, Element, TaggedPdf, frame, scope, spoken
from shared.domain.scan_codes import QUIET, code_boxes
from shared.domain.typeface import Weight, face

MM = 72 / 25.4
_SIZE, _LEADING, _SMALL = 10.0, 12.8, 8.5
_LEFT, _TOP, _BOTTOM = 20 * MM, 18 * MM, HEIGHT - 20 * MM
_ROOM = WIDTH - 2 * _LEFT
_GAP = 7.0
_HEADINGS = {1: (15.0, 18.0), 2: (11.5, 14.5)}
_VALUE = _LEFT + 54 * MM  # where the second column of payment details begins
# Codes to scan that follow one another are set as one part.
_Part = Shown | list[Code]

_INSET = 3.0  # millimetres that a folded page may shift in its envelope


def letter_pdf(
    blocks: Sequence[Block],
    *,
    language: str,
    title: str,
    address: Sequence[str],
    window: Window = DIN_LEFT,
) -> bytes:
    """The letter as a tagged PDF of A4 pages (PDF/UA-1); the same input gives the same bytes.

    ``blocks`` begin with the letterhead's three ``Lines``: the sender, whom it is for, and the
    letter's own facts. The second gives way to ``address``, which is all that ``window`` shows.
    Raises ``ValueError`` when the address does not fit the window or there is none, and
    ``NoGlyphError`` for a character that the typeface lacks.
    """
    page = _Page(TaggedPdf(language=language, title=title), language)
    body = [one for at, one in enumerate(blocks) if at or not isinstance(one, Spoken)]
    sender, _, facts, *rest = body
    if not (isinstance(sender, Lines) and isinstance(facts, Lines)):
        raise ValueError("a letter begins with its letterhead")  # noqa: TRY004 - data, not a type
    page.letterhead(sender.lines, address, facts.lines, window)
    page.flow(rest)
    page.footers(sender.lines[0])
    return page.pdf.finish()


class _Page:
    """The place on the current page where the next block goes (``y``: points from the top)."""

    def __init__(self, pdf: TaggedPdf, language: str) -> None:
        self.pdf, self._first, self._language = pdf, language, language
        self.y = _TOP
        pdf.page()

    def letterhead(
        self, sender: Sequence[str], address: Sequence[str], facts: Sequence[str], window: Window
    ) -> None:
        """Sender above, the address in its window, and the facts on the window's other side."""
        self._lines(sender, _LEFT, self.y, _SMALL, 11.5)
        left, top = (window.left + _INSET) * MM, (window.top + _INSET) * MM
        size, leading = _SIZE, 13.0
        room, height = (window.width - 2 * _INSET) * MM, (window.height - 2 * _INSET) * MM
        if not address or len(address) * leading > height:
            raise ValueError("the address does not fit the window")
        if max(face("regular").width(line, size) for line in address) > room:
            raise ValueError("the address does not fit the window")
        self._lines(address, left, top + leading, size, leading)
        on_the_left = window.left * MM > WIDTH / 3
        aside = _LEFT if on_the_left else (window.left + window.width + 20) * MM
        self._lines(facts, aside, top + leading, size, leading)
        self.y = (window.top + window.height + 8) * MM

    def flow(self, blocks: Sequence[Block]) -> None:
        """The rest of the letter, one below the other; codes to scan stand side by side."""
        runs = [list(run) for _, run in groupby(blocks, lambda one: isinstance(one, Code))]
        parts: list[_Part] = []
        for run in runs:
            codes = [one for one in run if isinstance(one, Code)]
            parts += [codes] if codes else [one for one in run if not isinstance(one, Code)]
        for at, part in enumerate(parts):
            self._keep(part, parts[at + 1 :])
            self._set(part)

    def footers(self, name: str) -> None:
        """Sender and page number at the foot of every page."""
        y = HEIGHT - 11 * MM
        for number in range(self.pdf.pages):
            count = f"{number + 1} / {self.pdf.pages}"
            x = _LEFT + _ROOM - face("regular").width(count, _SMALL)
            self.pdf.text(_LEFT, y, name, _SMALL, page=number)
            self.pdf.text(x, y, count, _SMALL, page=number)

    def _keep(self, part: _Part, after: Sequence[_Part]) -> None:
        """Begin a page rather than part a heading from its text, or what is scanned from its words.

        A section of running text stays whole, so that no page holds its last line alone; nor does
        the signature stand alone.
        """
        need = self._height(part) - _GAP  # what is white below it may be cut off
        if isinstance(part, Heading) or (len(after) == 1 and isinstance(after[0], Lines)):
            need += sum(self._height(one) for one in after[:1])
        if isinstance(part, Heading | Details | Link):
            need += sum(self._height(one) for one in after[:2] if isinstance(one, list))
        if isinstance(part, Heading):
            whole = self._height(part) + self._section(after) - _GAP
            need = max(need, whole) if whole < (_BOTTOM - _TOP) / 2 else need
        self._break_before(need if need < (_BOTTOM - _TOP) / 2 else 4 * _LEADING)

    def _section(self, after: Sequence[_Part]) -> float:
        """How much room running text takes up to the next thing of another kind."""
        text = takewhile(lambda one: isinstance(one, Paragraph | Link | Lines), after)
        return sum(self._height(one) for one in text)

    def _set(self, part: _Part) -> None:
        match part:
            case list():
                self._codes(part)
            case Heading(text, level):
                self._heading(text, level)
            case Lines(lines):
                self._break_before(len(lines) * _LEADING)
                self.y = self._lines(lines, _LEFT, self.y, _SIZE, _LEADING) + _GAP
            case Paragraph() | Link():
                self._running(_words(part), self._element("P"), _LEFT, _ROOM)
                self.y += _GAP
            case Amounts():
                self._amounts(part)
            case Details(rows):
                self._details(rows)
            case Spoken(language):
                self._language = language
                self._next_page()

    def _heading(self, text: str, level: int) -> None:
        size, leading = _HEADINGS[level]
        self.y += leading / 2
        element = self._element(f"H{level}")
        self._running(text, element, _LEFT, _ROOM, size=size, leading=leading, weight="bold")
        self.y += 4

    def _amounts(self, table: Amounts) -> None:
        element = self._element("Table")
        head = element.add("THead").add("TR")
        left, right = table.head
        for text, cell in zip(
            (left, right), (head.add("TH", A=scope("Column")), head.add("TH", A=scope("Column"))),
            strict=True,
        ):  # fmt: skip
            x = _LEFT if text is left else self._from_right(text, _SMALL, "regular")
            self.pdf.text(x, self.y, text, _SMALL, element=cell)
        self.pdf.rule(_LEFT, self.y + 4, _ROOM)
        self.y += 17
        for group in table.groups:
            self._group(group, element.add("TBody"))
        if table.rows:
            if table.groups:
                self.pdf.rule(_LEFT, self.y - 9, _ROOM)
                self.y += 6
            self._rows(table.rows, element.add("TBody"))
        self.y += _GAP

    def _group(self, group: Group, element: Element) -> None:
        self._break_before(_LEADING * (2 + len(group.rows)))
        cell = element.add("TR").add("TH", A=scope("Both", columns=2))
        # Each a paragraph, or a screen reader runs the number of the invoice into its date.
        self._running(group.title, cell.add("P"), _LEFT, _ROOM, weight="bold")
        if group.note:
            self._running(group.note, cell.add("P"), _LEFT, _ROOM, size=_SMALL, leading=11.5)
        self.y += 2
        self._rows(group.rows, element)
        self.y += 5

    def _rows(self, rows: Sequence[Row], element: Element) -> None:
        """Names on the left, amounts set flush right beside the first line of each."""
        for row in rows:
            self._break_before(_LEADING)
            weight = _weight(row)
            line = element.add("TR")
            name, value = line.add("TH", A=scope("Row")), line.add("TD")
            room = _ROOM - face(weight).width(row.value, _SIZE) - 12
            page, y = self.pdf.pages - 1, self.y
            self._running(row.label, name, _LEFT, room, weight=weight)
            x = self._from_right(row.value, _SIZE, weight)
            self.pdf.text(x, y, row.value, _SIZE, weight=weight, element=value, page=page)

    def _details(self, rows: Sequence[Row]) -> None:
        element = self._element("Table")
        for row in rows:
            weight = _weight(row)
            self._break_before(self._row_height(row))
            line = element.add("TR")
            name, value = line.add("TH", A=scope("Row")), line.add("TD")
            y = self.y
            self._running(row.label, name, _LEFT, _VALUE - _LEFT - _GAP, weight=weight)
            below, self.y = self.y, y
            self._running(row.value, value, _VALUE, _LEFT + _ROOM - _VALUE, weight=weight)
            self.y = max(below, self.y)
        self.y += _GAP

    def _codes(self, codes: Sequence[Code]) -> None:
        x, top = _LEFT, self.y - _SIZE
        for code in codes:
            boxes, width, height = code_boxes(code.kind, code.payload, x, top)
            place = frame(x, top, width, height)
            element = self._element("Figure", Alt=spoken(code.label), A=place)
            self.pdf.shapes(boxes, element)
            self.pdf.text(x, top + height + 11, code.label, _SMALL, element=self._element("P"))
            x += max(width, face("regular").width(code.label, _SMALL)) + 2 * QUIET
        self.y += self._height(list(codes))

    def _running(
        self, text: str, element: Element, x: float, room: float, *,
        size: float = _SIZE, leading: float = _LEADING, weight: Weight = "regular",
    ) -> None:  # fmt: skip
        for line in face(weight).lines(text, size, room):
            self._break_before(leading)
            self.pdf.text(x, self.y, line, size, weight=weight, element=element)
            self.y += leading

    def _lines(
        self, lines: Sequence[str], x: float, y: float, size: float, leading: float
    ) -> float:
        part = self._element("Div")
        for line in lines:
            self.pdf.text(x, y, line, size, element=part.add("P"))
            y += leading
        return y

    def _element(self, role: str, **entries: object) -> Element:
        """A part of the letter, which says its language where that is not the letter's own."""
        if self._language != self._first:
            entries["Lang"] = spoken(self._language)
        return self.pdf.root.add(role, **entries)

    def _break_before(self, height: float) -> None:
        if self.y + height - _LEADING > _BOTTOM:
            self._next_page()

    def _next_page(self) -> None:
        self.pdf.page()
        self.y = _TOP

    def _from_right(self, text: str, size: float, weight: Weight) -> float:
        return _LEFT + _ROOM - face(weight).width(text, size)

    def _row_height(self, row: Row) -> float:
        look = face(_weight(row))
        names = look.lines(row.label, _SIZE, _VALUE - _LEFT - _GAP)
        values = look.lines(row.value, _SIZE, _LEFT + _ROOM - _VALUE)
        return _LEADING * max(len(names), len(values))

    def _height(self, part: _Part) -> float:
        """How much room a part takes; a table of amounts may be parted after its first group."""
        match part:
            case list():
                return max(code_boxes(one.kind, one.payload, 0, 0)[2] for one in part) + 30
            case Heading(_, level):
                return 1.5 * _HEADINGS[level][1] + 4
            case Lines(lines):
                return len(lines) * _LEADING + _GAP
            case Paragraph() | Link():
                return len(face("regular").lines(_words(part), _SIZE, _ROOM)) * _LEADING + _GAP
            case Amounts(_, groups, rows):
                first = len(groups[0].rows) + 2 if groups else len(rows)
                return 18 + first * _LEADING
            case Details(rows):
                return sum(map(self._row_height, rows)) + _GAP
            case _:
                return 0.0


def _words(part: Paragraph | Link) -> str:
    return part.text if isinstance(part, Paragraph) else f"{part.text} {part.url}"


def _weight(row: Row) -> Weight:
    return "bold" if row.strong else "regular"
