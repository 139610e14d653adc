"""A sighting: money that one feed saw move on one of the creditor's accounts."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.explain import Record
from shared.domain.model import Id, Personal
from shared.domain.money import Money

# ``receipt``: money in, from a payer. ``reversal``: an earlier receipt is taken back by the payer,
# the bank or the provider (return, chargeback, correction, late failure). ``reinstatement``: a
# reversal is taken back (chargeback won). ``refund``: the creditor gave money back. ``payout``: a
# provider passes collected money on to the creditor's bank: never a debtor's payment.
SightingKind = Literal["receipt", "reversal", "reinstatement", "refund", "payout"]


class Payer(Record):
    """Who paid, as the feed says. ``account`` is an IBAN or a national number, without blanks."""

    name: Personal[str] = ""
    account: Personal[str] = ""
    business_id: str | None = None


class Remitted(Record):
    """The payer's own split: how much of the money is meant for which document.

    ``number`` is the document's number or reference as the payer gave it. ``credit``: a credit
    note that lowers the sum. ``amount`` is positive.
    """

    number: str
    amount: Money
    credit: bool = False


class Sighting(Record):
    """Money seen once by one feed; the same movement always has the same ``id``.

    ``id`` is ``<connection>:<the feed's own key of the movement>``: it never expires and is what
    keeps the movement from being booked twice. ``version`` changes when the feed says something
    else of it. ``account`` names the creditor's account: an IBAN, ``BGNR:<bankgiro>``, or
    ``<provider>:<provider's account>``. ``amount`` is positive, in the account's currency, gross of
    the provider's charge; ``instructed`` is what the payer sent when that was another currency.

    Three dates: ``value_date`` (the bank's value day), ``booked`` (the day on the account), and
    ``paid`` (the day on which the payer gave the order or paid the provider, where the feed says).
    What the law counts follows from them (the pack's ``payment_effective``).

    ``references`` are structured creditor references as they came, the strongest first; ``claim``
    is the hub's own id of a claim when the provider carried it for us (payment link);
    ``transfer_ids`` are ids that other feeds of the same money carry too (end-to-end id, UETR,
    the provider's payment id). ``reverses`` names the receipt that is taken back or given again (a
    reinstatement may name the reversal instead), None when the feed does not say. ``settled``:
    booked and not just announced; what is not settled is a hint.
    """

    id: Id
    version: str
    kind: SightingKind
    account: str = Field(min_length=1, max_length=80)
    amount: Money
    instructed: Money | None = None
    value_date: date
    booked: date
    paid: date | None = None
    settled: bool = True
    references: tuple[str, ...] = ()
    split: tuple[Remitted, ...] = ()
    claim: Id | None = None
    text: Personal[str] = ""
    payer: Payer = Payer()
    transfer_ids: tuple[str, ...] = ()
    reverses: Id | None = None
    reason_code: str | None = None
