"""A dropped file as the e-invoices in it, before anything of them counts.

A file holds one document, in its Peppol envelope (StandardBusinessDocument) or without; a Finvoice
file may hold several one after the other, each behind the banks' transfer frame (a SOAP envelope),
and the message of its attachments (FinvoiceAttachments.xsd), which says nothing of any balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO

from connectors.erp.einvoice_files import finvoice, ubl
from connectors.erp.einvoice_files.document import Document, Head, Odd
from connectors.xml_door import Element, stream_xml
from shared.errors import Unreadable

_ATTACHED = "FinvoiceAttachments"
_UNREAD = ubl.UNREAD | finvoice.UNREAD | {"AttachmentDetails"}
_ENVELOPE, _FRAME = "StandardBusinessDocument", "Envelope"
# Where the next document of a file begins; within a document this declaration cannot stand.
_NEXT = re.compile(rb"(?=<\?xml\s)")
_MOST = 500
_ODD = re.compile(r"[^0-9A-Z]")


def opened(name: str, body: bytes) -> list[Element]:
    """The documents of a file, in order; none of a file that holds nothing but attachments.

    Raises ``Unreadable``: a file counts whole or not.
    """
    if not name.lower().endswith(".xml"):
        raise Unreadable("the file is no .xml file")
    texts = [part for part in _NEXT.split(body) if part.strip(b"\xef\xbb\xbf \t\r\n")]
    if len(texts) > _MOST:
        raise Unreadable("the file holds too many documents")
    roots = [_root(part) for part in texts]
    found = [one for one in roots if one.name not in {_FRAME, _ATTACHED}]
    if not found and all(one.name == _FRAME for one in roots):
        raise Unreadable("there is no invoice in the file")
    return found


def read(root: Element, sellers: Iterable[str]) -> Document:
    """What a document says, when its seller bears one of the numbers. Raises ``Odd``.

    What a credit note or correction of the creditor cannot say leaves its invoices in doubt.
    """
    if root.name not in ubl.ROOTS | finvoice.ROOTS:
        raise Odd("file", "the file is neither a UBL invoice or credit note nor a Finvoice")
    banks = root.name in finvoice.ROOTS
    top = finvoice.head(root) if banks else ubl.head(root)
    if not {compact(one) for one in sellers} & {compact(one) for one in top.sellers}:
        raise Odd("seller", "the seller bears none of the numbers in the settings")
    try:
        return finvoice.document(root, top) if banks else ubl.document(root, top)
    except Unreadable as unreadable:
        field, text, doubts = "file", str(unreadable), _doubted(root, top)
    except Odd as refusal:
        field, text = refusal.field, str(refusal)
        doubts = (*refusal.doubts, *_doubted(root, top))
    raise Odd(field, text, doubts, top.number)


def compact(number: str) -> str:
    """A number in capitals without what people write between its digits."""
    return _ODD.sub("", number.upper())


def _doubted(root: Element, top: Head) -> tuple[str, ...]:
    """The invoices that a refused document would have changed; a reminder changes none."""
    changes = root.name == "CreditNote" or top.kind in {"384", "INV02"}
    return top.preceding if changes else ()


def _root(part: bytes) -> Element:
    found: Element | None = None
    for event in stream_xml(BytesIO(part), frozenset(), unread=_UNREAD):
        if isinstance(event, Element):
            found = event
    if found is None:
        raise Unreadable("there is no invoice in the file")
    if found.name == _ENVELOPE:
        inner = [one for one in found.children if one.name in ubl.ROOTS | finvoice.ROOTS]
        if len(inner) != 1:
            raise Unreadable("the envelope holds no single invoice")
        return inner[0]
    return found
