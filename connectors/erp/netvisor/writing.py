"""What is written into Netvisor: a comment in an invoice's processing history, and nothing else.

Source: https://support.netvisor.fi/en/support/solutions/articles/77000554164 (``comment`` holds 500
letters). The comment bears the hub's key (``[dunlin:...]``), by which it is looked for in the
history before anything is sent again. Whether Netvisor shows imported comments in that answer is
not documented: should it not, a lost answer writes a comment twice. Netvisor takes vouchers only as
booked ones, so none is laid down: the postings go to the accountant as a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from connectors.contract import Receipt
from connectors.contract_write_back import StatusNote
from connectors.erp.netvisor.service import Service
from connectors.failed_acts import receipt_for
from connectors.xml_door import Element
from shared.errors import Refused, Retry, Unreadable

_LONGEST = 500


class Writing:
    """The power to leave notes (``WriteBack``)."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def written(self, key: int, mark: str) -> Receipt:
        """Whether a note of the mark stands in the history of the invoice ``key``."""

        def ask() -> Receipt:
            params = {"netvisorkey": key, "pdfimage": "nopdf", "showprocesshistory": 1}
            reply = self._service.get("getsalesinvoice.nv", params)
            found = any(mark in text for one in reply.records for text in _history(one))
            if found:
                return Receipt(outcome="accepted")
            return Receipt(outcome="rejected", code="not_found")

        return _answered(ask)

    def note(self, note: StatusNote, key: int, mark: str) -> Receipt:
        """Put the note into the history of the invoice ``key``."""
        text = f"{note.text} {mark}"
        if len(text) > _LONGEST:
            return Receipt(outcome="rejected", code="too_long")

        def make() -> Receipt:
            self._service.post("salesinvoicecomment.nv", comment(key, text))
            return Receipt(outcome="accepted")

        return _answered(make)


def comment(invoice: int, text: str) -> bytes:
    """The XML message of a comment; the order of its elements is Netvisor's own."""
    message = (
        "<root><salesinvoicecomments><salesinvoicecomment><invoicetype>invoice</invoicetype>"
        f"<invoicenetvisorkey>{invoice}</invoicenetvisorkey>"
        f"<comment>{escape(text, quote=False)}</comment>"
        "</salesinvoicecomment></salesinvoicecomments></root>"
    )
    return message.encode("ascii", "xmlcharrefreplace")


def _history(invoice: Element) -> Iterator[str]:
    """Every text below an invoice's ``ProcessHistory``."""
    waiting = [one for one in invoice.children if one.name.lower() == "processhistory"]
    while waiting:
        one = waiting.pop()
        yield one.text
        waiting += one.children


def _answered(call: Callable[[], Receipt]) -> Receipt:
    """The outcome of a call; ``Reconnect`` passes, for the keys no longer work."""
    try:
        return call()
    except (Retry, Refused, Unreadable) as error:
        return receipt_for(error)
