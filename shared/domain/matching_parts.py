"""What matching looks at and answers: items, credits, settings, proposals and the match itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from shared.domain.explain import Reason, Record
from shared.domain.model import Id
from shared.domain.money import MINOR_UNITS, Money

# ``open``: principal is owed to the creditor. ``with_partner``: owed, and handed over: money that
# still comes to the creditor is the debtor's direct payment. ``closed``: nothing is owed any more.
ItemState = Literal["open", "with_partner", "closed"]


class Item(Record):
    """One invoice that money could be meant for: open, or closed not long ago.

    ``open`` is the unpaid principal and ``charges`` what is asked on top (fees and interest), both
    in the invoice's currency. ``references`` are ours and, after a hand-over, the partner's, in any
    print form. ``accounts`` are the creditor's accounts that the debtor was told, written as in
    ``Sighting.account``; empty when nobody says, and then every account is right. ``collective``
    are references of letters that asked for it together with others, in canonical form.
    """

    invoice: Id
    number: str
    debtor: Id
    open: Money
    charges: Money | None = None
    due: date
    references: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    collective: tuple[str, ...] = ()
    state: ItemState = "open"

    @property
    def total(self) -> Money:
        """Principal and charges: the most that money can settle here."""
        return self.open + self.charges if self.charges else self.open


class Credit(Record):
    """A credit note of which ``left`` is not yet allocated to any invoice."""

    credit_note: Id
    number: str
    debtor: Id
    left: Money


Candidate = Item | Credit


class Settings(Record):
    """What a creditor may choose.

    ``tolerance`` is the largest difference, per currency, that is written off (too little came) or
    kept as rounding (too much came); a currency without one has none. ``hold_at_most`` bounds how
    many claims wait because of an equal amount alone: above it the amount says nothing.
    """

    tolerance: tuple[Money, ...] = (
        Money(Decimal(1), "EUR"),
        Money(Decimal(10), "SEK"),
        Money(Decimal(10), "NOK"),
        Money(Decimal(10), "DKK"),
    )
    hold_at_most: int = 50

    def tolerance_in(self, currency: str) -> Money:
        """The largest difference that closes an item in this currency."""
        found = (one for one in self.tolerance if one.currency == currency)
        return next(found, Money.zero(currency))


class Allocation(Record):
    """The part of the money that goes to one invoice: to its principal first, then its charges."""

    invoice: Id
    amount: Money


class Netting(Record):
    """The part of a credit note that the payer has taken off an invoice; it moves no money."""

    credit_note: Id
    invoice: Id
    amount: Money


class Difference(Record):
    """A difference within the creditor's tolerance: ``under`` stays open, ``over`` is the rest."""

    invoice: Id
    kind: Literal["under", "over"]
    amount: Money


class Proposal(Record):
    """What a person may confirm with one word: which invoices, how much, and why.

    ``invoices`` are those that it speaks of. There are no ``allocations`` where the hub may not say
    how much it would be: an invoice in another currency, a closed one.
    """

    rule: str
    invoices: tuple[Id, ...]
    allocations: tuple[Allocation, ...]
    nettings: tuple[Netting, ...] = ()
    rest: Money
    because: Reason


class Match(Record):
    """The answer for one sighting: ``allocations`` and ``rest`` always sum to its amount.

    ``automatic``: the allocations may be booked at once; otherwise there are none, the whole amount
    is ``rest``, and ``proposals`` are ranked, the likeliest first. ``ask``: a person must look,
    either to choose or to say what becomes of the rest. ``hold``: invoices that nobody is dunned
    for while this money waits. ``exact``: every item gets just what is owed on it and nothing is
    left, so that more candidates would not change the answer. ``certain``: payer and debtor belong
    together beyond doubt, so the payer's account may be remembered as the debtor's.
    """

    rule: str
    automatic: bool
    ask: bool
    allocations: tuple[Allocation, ...] = ()
    nettings: tuple[Netting, ...] = ()
    rest: Money
    difference: Difference | None = None
    exact: bool = False
    certain: bool = False
    proposals: tuple[Proposal, ...] = ()
    hold: tuple[Id, ...] = ()
    because: Reason


def minor(money: Money) -> int:
    """The amount in minor units of its currency."""
    return int(money.amount.scaleb(MINOR_UNITS[money.currency]))
