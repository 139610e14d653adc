"""The XML door: the one place where XML bytes from outside become elements.

It streams: the caller names the containers that are too long to hold, and gets what stands in
them one whole element after the other. There are no document types, so no entities of their own
and nothing that is fetched; comments and processing instructions are dropped and the text around
them is joined; namespaces are dropped too. Expat (in the standard library) builds no tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn, Protocol
from xml.parsers import expat  # this is the door

from connectors.bounds import TooLarge
from shared.errors import Unreadable

MAX_BYTES = 20_000_000
MAX_DEPTH = 64
# What one element that is handed out may hold below it.
MAX_ELEMENTS = 20_000
MAX_TEXT = 1_000_000
# The text of the documents in one such element: ten million bytes in Base64, with its line ends.
MAX_DOCUMENT_TEXT = 14_000_000
MAX_ATTRIBUTES = 32
# Bytes without a new element or text: a comment or a tag as long as this is an attack.
_MAX_SILENCE = 1_000_000
_CHUNK = 8_192  # small: what one piece holds is alive at once, and waking the collector costs most
_ENCODINGS = {"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
_BLANKS = " \t\r\n"
_LARGE = "an element of the XML text is too large"
_NO_ATTRIBUTES: Mapping[str, str] = {}
_MOST_NAMES = 1_000


class Source(Protocol):
    """Where bytes come from: an open file, or a body in memory."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes, none at the end."""


class Element:
    """An element without its namespace: name, attributes, text and children, all as written.

    Asking for one element where several stand raises ``Unreadable``: a reader that takes the first
    and a reader that takes the last would not see the same money.
    """

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.children: Sequence[Element] = ()
        self.text = ""

    def all(self, name: str) -> list[Element]:
        """Every child of that name, in order."""
        return [child for child in self.children if child.name == name]

    def find(self, *path: str) -> Element | None:
        """The element at the end of ``path``, None when there is none."""
        here = self
        for name in path:
            found = None
            for child in here.children:
                if child.name == name:
                    if found is not None:
                        _unreadable("an element stands twice where one is expected")
                    found = child
            if found is None:
                return None
            here = found
        return here

    def value(self, *path: str) -> str:
        """The text at the end of ``path`` without blanks around it, empty when there is none.

        Raises ``Unreadable`` when elements stand in that text.
        """
        here = self.find(*path)
        if here is None:
            return ""
        if here.children:
            _unreadable("an element stands where a value is expected")
        return here.text.strip(_BLANKS)


@dataclass(frozen=True, slots=True)
class Opened:
    """A container begins."""

    name: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A container ends."""

    name: str


Event = Opened | Closed | Element


def read_xml(body: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """The root element of a document that is small enough to hold. Raises ``Unreadable``."""
    for event in stream_xml(BytesIO(body), frozenset(), max_bytes=max_bytes):
        if isinstance(event, Element):
            root = event
    return root  # a document without a root has raised


def stream_xml(
    source: Source,
    containers: frozenset[str],
    *,
    unread: frozenset[str] = frozenset(),
    documents: frozenset[str] = frozenset(),
    max_bytes: int = MAX_BYTES,
) -> Iterator[Event]:
    """The document's parts in order: containers as they open and close, all else as elements.

    Elements named in ``unread`` are left out with all that is in them; those named in ``documents``
    hold an embedded file, which may be longer than other text. A name counts as a container at the
    root and inside containers only; what stands in a handed out element belongs to it. Raises
    ``Unreadable`` with a fixed sentence as soon as the bytes are not XML or break a bound; what
    came before has then been handed out, so a caller that may not take half a document reads to
    the end first.
    """
    builder = _Builder(containers, unread, documents)
    parser = _parser(builder)
    fed = heard = at = 0
    while True:
        chunk = source.read(_CHUNK)
        fed += len(chunk)
        if fed > max_bytes:
            raise TooLarge("the XML text is too large")
        _parse(parser, chunk)
        events, builder.events = builder.events, []
        yield from events
        if not chunk:
            return
        if builder.steps > heard:
            heard, at = builder.steps, fed
        elif fed - at > _MAX_SILENCE:
            _unreadable("the XML text holds a tag or comment that is too long")


def _parser(builder: _Builder) -> expat.XMLParserType:
    # Names come as "namespace local"; what has no blank in it has no namespace.
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.XmlDeclHandler = _declared
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    return parser


def _parse(parser: expat.XMLParserType, chunk: bytes) -> None:
    """Feed one chunk; none ends the document. The parser's own error is not chained to ours."""
    try:
        parser.Parse(chunk, not chunk)
        broken = False
    except (expat.ExpatError, LookupError, ValueError):
        broken = True
    if broken:
        _unreadable("the text is not XML")


def _declared(version: str, encoding: str | None, standalone: int) -> None:  # noqa: ARG001
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        _unreadable("the XML text has an unusual encoding")


def _doctype(*_: object) -> NoReturn:
    _unreadable("the XML text holds a document type")


class _Builder:
    """Takes the parser's calls and makes events of them.

    ``steps`` counts elements and pieces of text, to notice bytes in which nothing happens.
    """

    def __init__(
        self, containers: frozenset[str], unread: frozenset[str], documents: frozenset[str]
    ) -> None:
        self.events: list[Event] = []
        self.steps = 0
        self._containers, self._unread, self._documents = containers, unread, documents
        self._names: dict[str, str] = {}
        self._outer: list[str] = []
        self._inner: list[Element] = []
        self._depth = self._skipped = 0
        self._elements = self._letters = self._papers = 0
        # The text of the document that is open, in pieces: joined once, it costs its length once.
        self._pieces: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.steps += 1
        self._depth += 1
        if self._depth > MAX_DEPTH or self._pieces is not None:  # a document holds text alone
            _unreadable("the XML text is nested too deeply")
        local = self._names.get(name) or self._local(name)
        if self._skipped or local in self._unread:
            self._skipped += 1
            return
        kept = self._bounded(attributes) if attributes else _NO_ATTRIBUTES
        inner = self._inner
        if not inner:
            if local in self._containers:
                self._outer.append(local)
                self.events.append(Opened(local))
            else:
                self._elements, self._letters, self._papers = 1, 0, 0
                inner.append(Element(local, kept))
            return
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise TooLarge(_LARGE)
        element, parent = Element(local, kept), inner[-1]
        if parent.children:
            parent.children.append(element)  # type: ignore[attr-defined]  # a list once it has one
        else:
            parent.children = [element]
        inner.append(element)
        if local in self._documents:
            self._pieces = []

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
            return
        inner = self._inner
        if not inner:
            self.events.append(Closed(self._outer.pop()))
            return
        element = inner.pop()
        if self._pieces is not None:
            element.text, self._pieces = "".join(self._pieces), None
        if not inner:
            self.events.append(element)

    def text(self, text: str) -> None:
        self.steps += 1
        if self._skipped:
            return
        inner = self._inner
        if self._pieces is not None:
            self._papers += len(text)
            if self._papers > MAX_DOCUMENT_TEXT:
                raise TooLarge("a document in the XML text is too large")
            self._pieces.append(text)
        elif inner:
            self._letters += len(text)
            if self._letters > MAX_TEXT:
                raise TooLarge(_LARGE)
            inner[-1].text += text
        elif text.strip(_BLANKS):
            _unreadable("text stands between the elements")

    def _local(self, name: str) -> str:
        """The name without its namespace, remembered as long as a document has few of them."""
        local = name.rpartition(" ")[2]
        if len(self._names) < _MOST_NAMES:
            self._names[name] = local
        return local

    def _bounded(self, attributes: dict[str, str]) -> dict[str, str]:
        """The attributes without a namespace (the others describe the XML, not the message)."""
        if len(attributes) > MAX_ATTRIBUTES:
            _unreadable("an element of the XML text has too many attributes")
        kept = {name: value for name, value in attributes.items() if " " not in name}
        self._letters += sum(map(len, kept.values()))
        return kept


def _unreadable(sentence: str) -> NoReturn:
    raise Unreadable(sentence)
