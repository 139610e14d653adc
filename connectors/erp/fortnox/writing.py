"""What is written into Fortnox: a line in an invoice's internal comments, and nothing else.

``Comments`` (OpenAPI: at most 1,024 characters) is shown to the creditor's people and never
printed; ``Remarks`` would be. A change sends that one field: rows that are not sent stay. Whether a
booked invoice takes the change is unconfirmed; a refusal goes to a person. Vouchers are not taken:
Fortnox books each at once and has no draft, and no voucher changes an invoice's balance.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import Receipt
from connectors.contract_write_back import StatusNote
from connectors.erp.fortnox.rest import FortnoxRest
from connectors.erp.fortnox.values import Row
from connectors.failed_acts import receipt_for
from shared.errors import HubError, Reconnect

_LONGEST = 1024
_MISSING = Receipt(outcome="rejected", code="unknown_invoice")


class Writing:
    """The power to write back (``WriteBack``); ``number`` turns the hub's id into Fortnox's."""

    def __init__(
        self, rest: Callable[[], FortnoxRest], number: Callable[[str], str | None]
    ) -> None:
        self._rest, self._number = rest, number

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """Whether the comments of the invoice name ``key``."""

        def ask(path: str, row: Row) -> Receipt:
            if _mark(key) in _comments(row):
                return Receipt(outcome="accepted", reference=path.rpartition("/")[2])
            return Receipt(outcome="rejected", code="not_found")

        return self._at(one.invoice, ask)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Add a line to the comments; what people wrote there is never cut."""

        def put(path: str, row: Row) -> Receipt:
            before = _comments(row)
            after = f"{before}\n" * bool(before) + f"{note.text} {_mark(key)}"
            if len(after) > _LONGEST:
                return Receipt(outcome="rejected", code="comments_full")
            self._rest().change(path, {"Invoice": {"Comments": after}})
            return Receipt(outcome="accepted", reference=path.rpartition("/")[2])

        return self._at(note.invoice, put)

    def _at(self, invoice: str, act: Callable[[str, Row], Receipt]) -> Receipt:
        """The receipt of an act on an invoice's record; raises ``Reconnect`` alone."""
        number = self._number(invoice)
        if number is None:
            return _MISSING
        path = f"/3/invoices/{number}"
        try:
            row = self._rest().record(path, "Invoice")
            return _MISSING if row is None else act(path, row)
        except Reconnect:
            raise
        except HubError as error:
            return receipt_for(error)


def _comments(row: Row) -> str:
    found = row.get("Comments")
    return found if isinstance(found, str) else ""


def _mark(key: str) -> str:
    return f"[dunlin:{key}]"
