"""Reconciliation: whether all money that a source brought on a day has its place, by currency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.payment import FOLLOWING, Payment
from shared.domain.sighting import Sighting


class Entry(NamedTuple):
    """One sighting of the day, its source (a connection's id), and what became of it, if known."""

    source: str
    sighting: Sighting
    payment: Payment | None


class Sums(Record):
    """What came in from one source in one currency, and where it is.

    ``came_in`` = ``booked`` + ``waiting`` + ``unapplied`` + ``kept`` (roundings) + ``reversed`` +
    ``refunded`` + ``payouts`` + ``difference``. ``taken_back`` is what reversals and refunds of
    this day took back of receipts of any day. ``open`` names the payments that make the difference
    or are not looked at yet, and reversals whose receipt nobody knows.
    """

    source: str
    currency: str
    payments: int
    came_in: Money
    booked: Money
    waiting: Money
    unapplied: Money
    kept: Money
    reversed: Money
    refunded: Money
    payouts: Money
    taken_back: Money
    difference: Money
    open: tuple[Id, ...]

    @property
    def balanced(self) -> bool:
        """Whether every amount has its place."""
        return not self.open and not self.difference


_PARTS = ("booked", "waiting", "unapplied", "kept", "reversed", "refunded", "payouts")


def reconciled(entries: Iterable[Entry]) -> tuple[Sums, ...]:
    """The sums of a day's sightings by source and currency, in that order."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        where = (entry.source, entry.sighting.amount.currency)
        groups.setdefault(where, []).append(entry)
    return tuple(_sums(*where, of) for where, of in sorted(groups.items()))


def _sums(source: str, currency: str, entries: list[Entry]) -> Sums:
    names = ("came_in", "taken_back", "difference", *_PARTS)
    sums = dict.fromkeys(names, Money.zero(currency))
    loose: list[str] = []
    for entry in sorted(entries, key=lambda one: one.sighting.id):
        parts = _parts(entry)
        for name, amount in parts.items():
            sums[name] += amount
        if parts.get("difference") or _without_word(entry.payment):
            loose.append(entry.sighting.id)
    return Sums(source=source, currency=currency, payments=len(entries), open=tuple(loose), **sums)


def _without_word(payment: Payment | None) -> bool:
    """Whether nobody has looked at it, or it takes back a receipt that nobody knows."""
    if payment is None or payment.status == "new":
        return True
    return payment.kind in FOLLOWING and payment.receipt is None


def _parts(entry: Entry) -> dict[str, Money]:
    """Where one sighting's money is; what has no word yet is the difference."""
    amount, payment = entry.sighting.amount, entry.payment
    if entry.sighting.kind in FOLLOWING:
        if payment is not None and payment.resolution.hint:
            # Announced, or said by no authority: it takes nothing back yet.
            return {}
        sign = -amount if entry.sighting.kind == "reinstatement" else amount
        return {"taken_back": sign}
    if payment is None or payment.amount.currency != amount.currency:
        return {"came_in": amount, "difference": amount}
    if payment.kind == "payout" or payment.resolution.rule == "remittance":
        # A provider's or a partner's transfer of what debtors had paid to it.
        return {"came_in": amount, "payouts": amount}
    rest = {"waiting": "waiting", "unapplied": "unapplied"}.get(payment.status, "kept")
    parts = {
        "came_in": amount,
        "booked": payment.booked,
        "reversed": payment.taken_back,
        "refunded": payment.refunded - payment.refunded_beyond,
        rest: payment.rest,
    }
    placed = [money for name, money in parts.items() if name != "came_in"]
    left = amount
    for money in placed:
        left -= money
    return {**parts, "difference": left}
