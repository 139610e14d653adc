"""What an ERP is asked to take back: notes on its invoices, and vouchers for its accountant."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from connectors.contract import Receipt
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money


class StatusNote(Record):
    """What became of an invoice, for the people who see it in the ERP: a fixed English sentence."""

    invoice: Id
    text: str


class VoucherLine(Record):
    """One line of a voucher; exactly one of ``debit`` and ``credit`` is more than zero.

    ``account`` is the ERP's own code; empty for the receivable account of the voucher's invoice,
    which is the debtor's line. ``tax`` is the ERP's code of a tax, or empty.
    """

    account: str
    debit: Money
    credit: Money
    tax: str = ""


class Voucher(Record):
    """A booking that is proposed: its lines balance. The ERP's people post it, or throw it away."""

    invoice: Id
    on: date
    journal: str
    text: str
    lines: tuple[VoucherLine, ...]


class WriteBack(Protocol):
    """An optional power of an ERP (capability ``write_back``): it takes notes.

    They are askable, as vouchers are: whoever does not know whether one arrived asks ``written``
    first. What the hub wrote never comes back from a pull as money, and the ERP's own reminders
    stay as they are.
    """

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """``accepted`` where it is there under ``key``, else ``rejected`` with code ``not_found``.

        As with the others, ``retry`` and ``unknown`` are answers too: none raises for what the ERP
        says, except ``Reconnect`` for a key that no longer works.
        """

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Put a note that names ``key`` on an invoice."""


class Vouchers(WriteBack, Protocol):
    """A further power (capability ``vouchers``), of an ERP that has drafts nobody has posted yet.

    An ERP that would book them at once has it not: its accountant gets the postings as a file.
    """

    def written(self, one: StatusNote | Voucher, *, key: str) -> Receipt:
        """As ``WriteBack.written``, of vouchers too."""

    def voucher(self, voucher: Voucher, *, key: str) -> Receipt:
        """Lay a voucher that names ``key`` down as a draft; nothing is posted."""
