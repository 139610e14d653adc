"""Books: what the creditor's books and bank say of a story's invoices, and what is known then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from shared.domain.ledger import Truth
from shared.domain.ledger_truth import Lot, Move, Seen
from shared.domain.model import Allocation, Capacity, CreditNote, Invoice, PastNotice, Payment
from shared.domain.money import Money
from tests.scenarios.scene import Scene

Movement = Payment | CreditNote | Move


class Books(Scene):
    """The verbs of a story's books and bank; days are ISO 8601, amounts the country's currency.

    ``later`` is what the books and the bank will show, by day and by the invoice's number.
    """

    def __init__(self, *scene: Any, **terms: Any) -> None:
        super().__init__(*scene, **terms)
        self.later: list[tuple[date, str, Movement]] = []

    def invoice(
        self,
        number: str,
        amount: str,
        *,
        sent: str,
        due: str,
        capacity: Capacity | None = None,
        fee_agreed: str | None = None,
    ) -> None:
        """An invoice was sent; days are ISO 8601, amounts are the country's currency.

        ``fee_agreed`` is the day on which a reminder fee was agreed, where the law asks for that.
        """
        if self.today == date.min:
            self.today = _day(sent)
        if fee_agreed:
            self.clauses[f"erp:{number}"] = _day(fee_agreed)
        self.truths[number] = Truth(
            Invoice(
                id=f"erp:{number}", version="1", number=number, debtor="erp:debtor",
                issued=_day(sent), sent=_day(sent), due=_day(due), total=self.money(amount),
                open=self.money(amount), capacity=capacity or self.capacity, claim_class="goods",
            ),
            party=self.party,
        )  # fmt: skip

    def begins(self, day: str) -> None:
        """The hub is there from this day on; what lies before was somebody else's work."""
        self.today = _day(day)

    def before(self, number: str, on: str, *, proof: str | None = None, **more: Any) -> None:
        """Somebody else did something about an invoice on a day before, as a sheet tells it."""
        truth = self.truths[number]
        fee = {"fee": self.money(more.pop("fee"))} if "fee" in more else {}
        notice = PastNotice(
            id=f"{number}-{on}", invoice=truth.invoice.id, on=_day(on), proof=proof,
            **({"what": "reminder"} | fee | more),
        )  # fmt: skip
        self.truths[number] = replace(truth, notices=(*truth.notices, notice))

    def pays(self, number: str, amount: str, on: str, *, booked: str | None = None) -> None:
        """Money comes in on a day and is known to the creditor's books on another, or at once."""
        payment = Payment(
            id=f"erp:payment-{len(self.later)}", version="1", amount=self.money(amount),
            value_date=_day(on), received=_day(on), booked=_day(booked or on),
            allocations=(Allocation(invoice=f"erp:{number}", amount=self.money(amount)),),
        )  # fmt: skip
        self.later.append((payment.booked, number, payment))

    def credits(self, number: str, amount: str, on: str) -> None:
        """The creditor credits a part of an invoice."""
        note = CreditNote(
            id=f"erp:credit-{len(self.later)}", version="1", number="cn", debtor="erp:debtor",
            issued=_day(on), total=self.money(amount),
            allocations=(Allocation(invoice=f"erp:{number}", amount=self.money(amount)),),
        )  # fmt: skip
        self.later.append((note.issued, number, note))

    def transfers(self, number: str, amount: str, on: str) -> None:
        """The bank's statement shows money for an invoice, which the hub books by itself."""
        move = Move(id="bank:1", kind="matched", amount=self.money(amount), on=_day(on))
        self.later.append((_day(on), number, move))

    def bank_takes_back(self, number: str, amount: str, on: str) -> None:
        """The bank takes the transfer back."""
        back = -self.money(amount)
        move = Move(id="bank:1-back", kind="reversed", amount=back, on=_day(on), code="AC04")
        self.later.append((_day(on), number, move))


def after(truth: Truth, movement: Movement) -> Truth:
    """What is known of an invoice after one more movement."""
    if isinstance(movement, Move):
        return _with_move(truth, movement)
    (part,) = movement.allocations
    left = max(Money.zero(part.amount.currency), truth.invoice.open - part.amount)
    invoice = truth.invoice.model_copy(update={"open": left})
    payments, notes = truth.payments, truth.credit_notes
    if isinstance(movement, Payment):
        payments = (*payments, movement)
    else:
        notes = (*notes, movement)
    return Truth(invoice, payments, notes, truth.party, truth.lots)


def _with_move(truth: Truth, move: Move) -> Truth:
    seen = Seen(feed="bank", value_date=move.on, booked=move.on)
    lot = truth.lots[0] if truth.lots else None
    moves = (*lot.moves, move) if lot else (move,)
    lots = (Lot(payment="bank:1", seen=lot.seen if lot else seen, moves=moves),)
    return Truth(truth.invoice, truth.payments, truth.credit_notes, truth.party, lots)


def _day(text: str) -> date:
    return date.fromisoformat(text)
