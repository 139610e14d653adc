"""What is written into Procountor: notes of the seller's on invoices.

``PUT /invoices/{id}/notes`` takes the whole text anew, in every status of an invoice, and knows no
version: what stands there is read just before and kept. The notes are not visible on the invoice
(vendor's OpenAPI). A note carries the hub's key, by which it is found again.

Vouchers are not written: which sign a journal's ``accountingValue`` has for debit is not
documented.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import Receipt
from connectors.contract_write_back import StatusNote
from connectors.erp.procountor.rest import ProcountorApi
from connectors.failed_acts import receipt_for
from shared.errors import Reconnect, Refused, Retry, Unreadable

# The vendor's maximum of ``InvoiceNotes.notes``, in characters.
_LONGEST = 10_000
_NOT_NOW = frozenset({408, 425, 429, 503})


class Writing:
    """The power to write notes (``WriteBack``); ``number`` gives Procountor's id of an invoice."""

    def __init__(
        self, api: Callable[[], ProcountorApi], number: Callable[[str], int | None]
    ) -> None:
        self._api, self._number = api, number

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """Whether a note with the key stands on the invoice."""

        def ask() -> Receipt:
            there = _mark(key) in self._notes(self._local(one.invoice))
            return Receipt(outcome="accepted") if there else _rejected("not_found")

        return _answered(ask)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Add a line to the notes of an invoice."""

        def add() -> Receipt:
            number = self._local(note.invoice)
            before = self._notes(number)
            if _mark(key) in before:
                return Receipt(outcome="accepted")
            line = f"{note.text} {_mark(key)}"
            after = f"{before}\n{line}" if before else line
            if len(after) > _LONGEST:
                return _rejected("notes_full")
            return self._put(number, after)

        return _answered(add)

    def _put(self, number: int, notes: str) -> Receipt:
        answer = self._api().put(f"/invoices/{number}/notes", {"notes": notes})
        if answer.status in {401, 403}:
            raise Reconnect("the key's user may not write notes on sales invoices")
        if answer.status in _NOT_NOW:
            return Receipt(outcome="retry", code=f"http_{answer.status}")
        if answer.status // 100 == 4:
            return _rejected(f"http_{answer.status}")
        page = answer.body.lstrip()[:1] == b"<"
        good = answer.status // 100 == 2 and not page
        return Receipt(outcome="accepted") if good else Receipt(outcome="unknown", code="unclear")

    def _notes(self, number: int) -> str:
        found = self._api().known(f"/invoices/{number}")
        row = found[0] if isinstance(found, list) and len(found) == 1 else found
        if not isinstance(row, dict) or row.get("id") != number:
            raise Refused("the invoice is not in the books", code="unknown_invoice")
        notes = row.get("notes") or ""
        if not isinstance(notes, str):
            raise Unreadable("the notes of an invoice are no text")
        return notes

    def _local(self, invoice: str) -> int:
        number = self._number(invoice)
        if number is None:
            raise Refused("the invoice is not of these books", code="unknown_invoice")
        return number


def _mark(key: str) -> str:
    return f"[dunlin:{key}]"


def _rejected(code: str) -> Receipt:
    return Receipt(outcome="rejected", code=code)


def _answered(call: Callable[[], Receipt]) -> Receipt:
    """The outcome of a call. Raises ``Reconnect`` alone."""
    try:
        return call()
    except (Retry, Refused, Unreadable) as error:
        return receipt_for(error)
