"""A payment: what became of money that a bank or provider saw, and what is left without a place.

It is its own aggregate. A receipt is matched to invoices, waits, or is unapplied; a reversal takes
back exactly what its receipt had settled, a reinstatement gives it back, a refund lowers what is
unapplied and never reopens a claim. The order in which they come makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from shared.domain.explain import Reason, Record
from shared.domain.ledger_truth import Lot, Move, MoveKind, Seen
from shared.domain.matching_parts import Netting, Proposal
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.sighting import Sighting, SightingKind

# ``new``: not looked at yet. ``matched``: all of it has its place. ``waiting``: it could be for
# claims that are left alone meanwhile. ``unapplied``: some of it has no place. ``reversed``: all of
# it was taken back. ``payout``: a provider's own transfer, never a debtor's. ``follows``: a
# reversal, reinstatement or refund whose receipt is known.
Status = Literal["new", "matched", "waiting", "unapplied", "reversed", "payout", "follows"]

# What follows a receipt, and is no money for a claim by itself.
FOLLOWING: frozenset[SightingKind] = frozenset({"reversal", "reinstatement", "refund"})

# The code of a reinstatement that takes back a refund and no reversal.
REFUND_FAILED = "refund_failed"


class Line(Record):
    """What a payment settles of one invoice: its principal, and charges on top."""

    invoice: Id
    principal: Money
    charges: Money

    @property
    def amount(self) -> Money:
        """Both together."""
        return self.principal + self.charges


class Follower(Record):
    """A reversal, reinstatement or refund of a receipt; in a sum when settled by an authority."""

    id: Id
    kind: SightingKind
    amount: Money
    on: date
    code: str = ""
    counts: bool = True


class Resolution(Record):
    """What a match or a person says of a payment.

    ``hold`` are invoices that nobody is dunned for meanwhile. ``nettings`` are credit notes that
    the payer took off an invoice: what is left of it rests until the books have done the same.
    ``ask``: a person must look.
    """

    rule: str
    lines: tuple[Line, ...] = ()
    hold: tuple[Id, ...] = ()
    nettings: tuple[Netting, ...] = ()
    ask: bool = False
    proposals: tuple[Proposal, ...] = ()
    because: tuple[Reason, ...] = ()
    hint: bool = False


class Payment(Record):
    """The state of one payment after ``version`` changes.

    ``sighting_version`` is what the feed had said of it when it was looked at. ``lots`` are the
    changes of each invoice that it ever touched. ``by`` is the person who decided, empty when a
    rule did. ``receipt`` is what a reversal or refund follows. ``task`` is the open question.
    """

    id: Id
    kind: SightingKind
    amount: Money
    seen: Seen
    version: int = 0
    sighting_version: str = ""
    resolution: Resolution = Resolution(rule="none")
    followers: tuple[Follower, ...] = ()
    lots: tuple[tuple[Id, Lot], ...] = ()
    by: str = ""
    receipt: Id | None = None
    task: str | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """What it settles as matched, whether or not it was taken back since."""
        return self.resolution.lines

    @property
    def taken_back(self) -> Money:
        """What payer, bank or provider took back of it and did not give again."""
        back = self._followed("reversal") - (self._followed("reinstatement") - self._not_refunded)
        return min(max(back, Money.zero(back.currency)), self.amount)

    @property
    def refunded(self) -> Money:
        """What the creditor gave back and the payer got; never negative."""
        given = self._followed("refund") - self._not_refunded
        return max(given, Money.zero(given.currency))

    @property
    def booked(self) -> Money:
        """What it settles now."""
        share = _shares(self.lines, self.free, self.taken_back)
        lines = total([one.amount for one in self.lines], self.amount.currency)
        return lines - total([one for one, _ in share.values()], self.amount.currency)

    @property
    def rest(self) -> Money:
        """What is left without a place; never negative."""
        nothing = Money.zero(self.amount.currency)
        return max(nothing, self.amount - self.booked - self.taken_back - self.refunded)

    @property
    def refunded_beyond(self) -> Money:
        """How much more was given back than had no place: a person must look."""
        nothing = Money.zero(self.amount.currency)
        return max(nothing, self.booked + self.taken_back + self.refunded - self.amount)

    @property
    def status(self) -> Status:
        """The one word for where it stands."""
        if self.kind == "payout":
            return "payout"
        if self.kind != "receipt":
            return "follows" if self.receipt and not self.resolution.hint else "waiting"
        if not self.sighting_version:
            return "new"
        if self.taken_back == self.amount:
            return "reversed"
        if self.resolution.hold and self.rest:
            return "waiting"
        return "unapplied" if self.rest and self.resolution.ask else "matched"

    def lot(self, invoice: str) -> Lot | None:
        """What it ever did to an invoice."""
        return dict(self.lots).get(invoice)

    @property
    def free(self) -> Money:
        """What no line takes, before anything is taken back: refunds and reversals begin here."""
        nothing = Money.zero(self.amount.currency)
        lines = total([one.amount for one in self.lines], self.amount.currency)
        return max(nothing, self.amount - lines - self.refunded)

    @property
    def announced(self) -> Follower | None:
        """The latest reversal that does not count yet: the claims rest meanwhile."""
        found = (one for one in self.followers if one.kind == "reversal" and not one.counts)
        return max(found, key=lambda one: (one.on, one.id), default=None)

    @property
    def _not_refunded(self) -> Money:
        """Refunds that failed: a provider gives the money back to the creditor, not the payer."""
        parts = [
            one.amount
            for one in self.followers
            if one.counts and one.kind == "reinstatement" and one.code == REFUND_FAILED
        ]
        return total(parts, self.amount.currency)

    def _followed(self, kind: SightingKind) -> Money:
        parts = [one.amount for one in self.followers if one.counts and one.kind == kind]
        return total(parts, self.amount.currency)


def begun(sighting: Sighting, feed: str) -> Payment:
    """A payment nobody has looked at."""
    return Payment(
        id=sighting.id,
        kind=sighting.kind,
        amount=sighting.amount,
        seen=seen_of(sighting, feed),
        receipt=None,
    )


def seen_of(sighting: Sighting, feed: str) -> Seen:
    """When and by whom the money was seen."""
    return Seen(
        feed=feed,
        value_date=sighting.value_date,
        booked=sighting.booked,
        paid=sighting.paid,
        transfer_ids=sighting.transfer_ids,
    )


def refreshed(payment: Payment, sighting: Sighting, feed: str) -> Payment:
    """The payment with what its feed says of it now.

    What a person decided stays, unless the money no longer covers it.
    """
    fresh = {"amount": sighting.amount, "seen": seen_of(sighting, feed), "kind": sighting.kind}
    lines = [one.amount for one in payment.lines]
    if sighting.amount.currency != payment.amount.currency:
        return payment.model_copy(update={**fresh, "by": ""})
    covered = total(lines, sighting.amount.currency) <= sighting.amount
    return payment.model_copy(update={**fresh, "by": payment.by if covered else ""})


def resolved(payment: Payment, resolution: Resolution, on: date, by: str = "") -> Payment:
    """The payment after a match or a person's word; ``on`` is the day of that.

    Raises ``ValueError`` when the lines are more than the payment or in another currency.
    """
    lines = total([one.amount for one in resolution.lines], payment.amount.currency)
    if lines > payment.amount or any(one.amount.amount <= 0 for one in resolution.lines):
        raise ValueError("the lines of a payment are positive and no more than it")
    after = payment.model_copy(
        update={"resolution": resolution, "by": by, "version": payment.version + 1}
    )
    back = [one for one in payment.followers if one.counts and one.kind != "refund"]
    return _with_lots(after, f"{payment.id}~{after.version}", on, back[-1] if back else None)


def followed(payment: Payment, followers: Iterable[Follower]) -> Payment:
    """The payment after those reversals, reinstatements and refunds that are news to it.

    One whose feed says something else of it now takes its own place: the difference is a move.
    """
    known = {one.id: one for one in payment.followers}
    news = {one.id: one for one in followers if known.get(one.id) != one}.values()
    for one in sorted(news, key=lambda follower: (follower.on, follower.id)):
        others = tuple(other for other in payment.followers if other.id != one.id)
        version = payment.version + 1
        payment = payment.model_copy(update={"followers": (*others, one), "version": version})
        name = f"{one.id}~{version}" if one.id in known else one.id
        payment = _with_lots(payment, name, one.on, one)
    return payment


def _with_lots(payment: Payment, name: str, on: date, back: Follower | None) -> Payment:
    """The lots after a change of lines or followers: each invoice's difference, as a move.

    ``back`` says when and why money was taken back or given again.
    """
    shares = _shares(payment.lines, payment.free, payment.taken_back)
    lots = dict(payment.lots)
    lines = {one.invoice: one for one in payment.lines}
    nothing = Money.zero(payment.amount.currency)
    for invoice in [*lines, *(one for one in lots if one not in lines)]:
        line, lot = lines.get(invoice), lots.get(invoice)
        known = lot.moves if lot is not None else ()
        whole, principal = shares.get(invoice, (nothing, nothing))
        matched = line.principal if line is not None else nothing
        gross, net = (lot.gross, lot.net) if lot is not None else (nothing, nothing)
        moves = _moves(name if known else payment.id, "matched", "unmatched", matched - gross, on)
        again = name if not moves else f"{name}r"
        day, code = (back.on, back.code) if back is not None else (on, "")
        moves += _moves(again, "reinstated", "reversed", -principal - (net - gross), day, code)
        charges = line.charges if line is not None and line.charges else None
        lots[invoice] = Lot(
            payment=payment.id,
            seen=payment.seen,
            moves=(*known, *moves),
            # A lot of charges alone stays, empty, when they are unmatched.
            charges=nothing if charges is None and not known and not moves else charges,
            charges_back=whole - principal if whole > principal else None,
        )
    return payment.model_copy(update={"lots": tuple(sorted(lots.items()))})


def _moves(
    name: str, up: MoveKind, down: MoveKind, amount: Money, on: date, code: str = ""
) -> list[Move]:
    if not amount:
        return []
    kind = up if amount.amount > 0 else down
    word = code or (kind if kind != "matched" else "")
    return [Move(id=name, kind=kind, amount=amount, on=on, code=word)]


def _shares(lines: Sequence[Line], free: Money, taken: Money) -> dict[str, tuple[Money, Money]]:
    """What a sum that is taken back takes of each line: in all, and of its principal.

    First what has no place, then the lines from the last to the first, of each the charges before
    the principal. What is given back comes back the other way round.
    """
    shares: dict[str, tuple[Money, Money]] = {}
    left = taken - min(taken, free)
    for line in reversed(lines):
        part = min(left, line.amount)
        shares[line.invoice] = (part, part - min(part, line.charges))
        left -= part
    return shares
