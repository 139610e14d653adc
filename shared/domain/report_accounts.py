"""An invoice as a monthly report counts it: what was open of it at the end of any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.case import ClaimState
from shared.domain.ledger_balance import balance
from shared.domain.ledger_pairs import Receipt, paired
from shared.domain.ledger_truth import Truth
from shared.domain.money import Money

# Days overdue at the end of a day: the last of each bucket, and its name.
BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")
_LAST_DAYS = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"))


@dataclass(frozen=True, slots=True)
class Account:
    """One invoice with what lowered it, day by day; negative: it rose again.

    ``moves`` are (day of receipt, amount) in any order.
    """

    invoice: str
    issued: date
    due: date
    total: Money
    moves: tuple[tuple[date, Money], ...]

    def open_on(self, day: date) -> Money:
        """The unpaid principal at the end of a day, never negative; zero before it was issued."""
        nothing = Money.zero(self.total.currency)
        if day < self.issued:
            return nothing
        left = self.total
        for on, amount in self.moves:
            if on <= day:
                left -= amount
        return max(nothing, left)

    def bucket_on(self, day: date) -> str:
        """The ageing bucket: full days after the due date at the end of a day."""
        late = (day - self.due).days
        return next((name for last, name in _LAST_DAYS if late <= last), BUCKETS[-1])

    def settled_in(self, first: date, last: date) -> date | None:
        """The day of a span from which nothing was open any more, if there is one."""
        if self.open_on(last) or (
            not self.open_on(first - timedelta(days=1)) and self.issued < first
        ):
            return None
        days = sorted({on for on, _ in self.moves if first <= on <= last}, reverse=True)
        settled = None
        for day in days:
            if self.open_on(day):
                break
            settled = day
        return settled


def of_claim(state: ClaimState, joined: date, truth: Truth | None) -> Account:
    """The account of a claim: its case's own movements, and the papers from before it joined.

    ``joined`` is the day on which it joined its case; without a ``truth`` what had lowered it
    before counts from the day of issue.
    """
    claim = state.claim
    before = claim.total - claim.open
    early: list[tuple[date, Money]] = []
    if truth is not None:
        early = [one for one in _papers(truth) if one[0] <= joined]
    early = _filled(early, before, joined if truth is not None else claim.issued)
    moves = [(one.on, one.lowered) for one in state.movements]
    return Account(claim.id, claim.issued, claim.due, claim.total, (*early, *moves))


def of_truth(truth: Truth, today: date) -> Account:
    """The account of an invoice without a case: its papers, and what only the books say."""
    invoice = truth.invoice
    lowered = invoice.total - balance(truth)
    learned = truth.stated[-1].on if truth.stated else today
    moves = _filled(_papers(truth), lowered, learned)
    return Account(invoice.id, invoice.issued, invoice.due, invoice.total, tuple(moves))


def _papers(truth: Truth) -> list[tuple[date, Money]]:
    received = [(_day(one), one.net) for one in paired(truth)]
    credited = [(note.issued, truth.credited_by(note)) for note in truth.credit_notes]
    return sorted([*received, *credited], key=lambda one: one[0])


def _day(receipt: Receipt) -> date:
    if receipt.lots:
        return receipt.lots[0].seen.booked
    return receipt.books[0].payment.received


def _filled(
    moves: Sequence[tuple[date, Money]], lowered: Money, day: date
) -> list[tuple[date, Money]]:
    """The moves and, on a day, what they lack or exceed of what was lowered in all."""
    rest = lowered
    for _, amount in moves:
        rest -= amount
    return [*moves, (day, rest)] if rest else list(moves)
