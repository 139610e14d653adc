"""What is known of one invoice: what its books state, what the hub booked on it, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.model import (
    Agreement,
    Allocation,
    CreditNote,
    Id,
    Invoice,
    Party,
    PastNotice,
    Payment,
)
from shared.domain.money import Money, total

MoveKind = Literal["matched", "unmatched", "reversed", "reinstated"]


class Move(Record):
    """A change of what one payment settles of one invoice's principal; ``amount`` is signed.

    ``id`` is the payment's for the first one, the reversal's or reinstatement's own, and else
    ``<payment>~<version>``. ``on`` is the day of the change on the creditor's account; ``code`` the
    feed's reason for taking the money back.
    """

    id: Id
    kind: MoveKind
    amount: Money
    on: date
    code: str = Field(default="", pattern=r"^[A-Za-z0-9_.:-]{0,40}$")


class Seen(Record):
    """When and by whom money was seen: its feed (a connection's id), days, and shared ids.

    ``transfer_ids`` are ids that other feeds of the same money may carry too.
    """

    feed: str
    value_date: date
    booked: date
    paid: date | None = None
    transfer_ids: tuple[str, ...] = ()


class Lot(Record):
    """What the hub booked of one payment on one invoice, change by change, oldest first.

    ``charges`` is what is matched to it beside the principal (fees and interest), of which
    ``charges_back`` was taken back. A lot of charges alone has no moves.
    """

    payment: Id
    seen: Seen
    moves: tuple[Move, ...] = ()
    charges: Money | None = None
    charges_back: Money | None = None

    @model_validator(mode="after")
    def _settles_something(self) -> Lot:
        if not self.moves and self.charges is None:
            raise ValueError("a lot moves principal or settles charges")
        return self

    @property
    def gross(self) -> Money:
        """What is matched to the invoice, whether or not it was taken back since."""
        return self._sum("matched", "unmatched")

    @property
    def net(self) -> Money:
        """What is matched and has not been taken back."""
        return self._sum("matched", "unmatched", "reversed", "reinstated")

    @property
    def extras(self) -> Money:
        """What it settles beside the principal now; never negative."""
        nothing = self._nothing()
        return (self.charges or nothing) - (self.charges_back or nothing)

    def _nothing(self) -> Money:
        known = self.charges if self.charges is not None else self.moves[0].amount
        return Money.zero(known.currency)

    def _sum(self, *kinds: MoveKind) -> Money:
        result = self._nothing()
        for move in self.moves:
            if move.kind in kinds:
                result += move.amount
        return result


class Waiting(Record):
    """Money that could be for this invoice and is not booked on it: the claim is left alone.

    ``hint``: the feed is no authority for its account, so the money waits until the books show it.
    ``back``: it is here already, and a reversal of it is announced.
    """

    payment: Id
    seen: Seen
    amount: Money
    hint: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """A balance that the books stated, and the day on which the hub learned it."""

    on: date
    open: Money


@dataclass(frozen=True, slots=True)
class Truth:
    """All that is known of one invoice.

    ``stated`` are the balances of the books as they changed, the first sight first: what they had
    lowered by a day, no money that was booked long after it can explain. ``notices`` are
    what others did about it before the hub. ``missing``: the source no longer knows it.
    """

    invoice: Invoice
    payments: tuple[Payment, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    party: Party | None = None
    lots: tuple[Lot, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    stated: tuple[Stated, ...] = ()
    agreement: Agreement | None = None
    notices: tuple[PastNotice, ...] = ()
    missing: bool = False

    def booked_by(self, payment: Payment) -> Money:
        """What a payment of the books settles of this invoice."""
        return self._of(payment.allocations)

    def credited_by(self, note: CreditNote) -> Money:
        """What a credit note settles of this invoice."""
        return self._of(note.allocations)

    def _of(self, allocations: tuple[Allocation, ...]) -> Money:
        parts = [one.amount for one in allocations if one.invoice == self.invoice.id]
        return total(parts, self.invoice.total.currency)
