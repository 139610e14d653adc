"""The balance of a claim: what its books state, set right by money that they do not know of yet.

The balance in the books lags the bank, and often falls without saying by which payment. So the
money that only the hub booked counts, as far as what the books lowered without a word does not
explain it; money that the hub knows to be taken back is owed again until the books say so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from shared.domain.ledger_pairs import Receipt, close_to, paired
from shared.domain.ledger_truth import Truth, Waiting
from shared.domain.model import CreditNote, Payment
from shared.domain.money import Money, total

# By how much the books may be ahead of the bank's own day, a long weekend between the two.
_FASTER = timedelta(days=5)


def balance(truth: Truth, receipts: Sequence[Receipt] | None = None) -> Money:
    """The open principal, never negative and never above the invoice's total.

    ``receipts`` are ``paired(truth)`` when the caller has them.
    """
    invoice = truth.invoice
    nothing = Money.zero(invoice.total.currency)
    if invoice.cancelled:
        return nothing
    if not truth.lots:
        return invoice.open
    known = paired(truth) if receipts is None else receipts
    alone = [one for one in known if one.lots and not one.books]
    both = [one for one in known if one.lots and one.books]
    silent = _silently_lowered(truth, known)
    fallen, risen = max(nothing, silent), max(nothing, -silent)
    fallen = max(nothing, fallen - _old(truth, alone, silent))
    net, gross = _sums(alone, nothing)
    explained = min(net, fallen)
    # The books may have lowered the balance for these, and not raised it again.
    behind = min(gross - net, fallen - explained)
    ahead = net - explained
    net, gross = _sums(both, nothing)
    # The books know these payments by name, and have lowered their balance for all of them but
    # what it lags by. A payment that they alone name counts once they lower it: that is their word.
    ahead += net
    behind += max(nothing, gross - risen)
    return max(nothing, min(max(invoice.total, invoice.open), invoice.open - ahead + behind))


def open_before(truth: Truth, money: Waiting) -> Money:
    """What was open before this money came, however much of it is booked already.

    The books may have been faster than the bank: a payment of theirs that can be this money, or a
    balance that they lowered without a word, is taken off again.
    """
    others = tuple(one for one in truth.lots if one.payment != money.payment)
    without = replace(truth, lots=others)
    known = paired(without)
    nothing = Money.zero(truth.invoice.total.currency)
    if money.amount.currency != nothing.currency:
        return balance(without, known)
    same = nothing
    for one in known:
        if not one.lots and close_to(one, money.seen) and same + one.gross <= money.amount:
            same += one.gross
    if not same:
        same = min(money.amount, unexplained(without, money.seen.booked))
    return min(max(truth.invoice.total, truth.invoice.open), balance(without, known) + same)


def unexplained(truth: Truth, booked: date = date.max) -> Money:
    """By how much the books lowered the balance without saying by what; never negative.

    With the day on which money was ``booked``: only what that money can explain.
    """
    nothing = Money.zero(truth.invoice.total.currency)
    known = paired(truth)
    alone = [one for one in known if one.lots and not one.books]
    net, _ = _sums(alone, nothing)
    silent = _silently_lowered(truth, known)
    return max(nothing, silent - _old(truth, alone, silent, booked) - net)


def _silently_lowered(truth: Truth, known: Iterable[Receipt]) -> Money:
    """Total less all that the books name less what they say is open; negative when it lags.

    Of a payment that the hub booked too, only the principal counts: charges lower no balance.
    """
    invoice = truth.invoice
    payments = [one.gross for one in known if one.books]
    named = total(payments, invoice.total.currency) + _named(truth, (), truth.credit_notes)
    return invoice.total - named - invoice.open


def _old(truth: Truth, alone: Sequence[Receipt], silent: Money, before: date = date.max) -> Money:
    """What the books lowered silently and no money that came to the bank by then explains.

    Only what other money than that of the day ``before`` must explain, if one is named.
    """
    nothing = Money.zero(truth.invoice.total.currency)
    old = nothing
    for by, lowered in _fallen_by(truth, silent):
        if by >= before:
            continue
        in_time, _ = _sums([one for one in alone if one.lots[0].seen.booked <= by], nothing)
        old = max(old, lowered - in_time)
    return old


def _fallen_by(truth: Truth, silent: Money) -> list[tuple[date, Money]]:
    """What had been lowered silently by each stated balance and was not raised since.

    Each with the last day of money that can explain it: the books may be faster than the bank by
    some days, but what stood when the hub first saw them was there before.
    """
    found, least = [], silent
    for number, sight in reversed(list(enumerate(truth.stated))):
        payments = [one for one in truth.payments if one.booked <= sight.on]
        notes = [one for one in truth.credit_notes if one.issued <= sight.on]
        least = min(least, truth.invoice.total - _named(truth, payments, notes) - sight.open)
        found.append((sight.on + (_FASTER if number else timedelta(0)), least))
    return found


def _named(truth: Truth, payments: Iterable[Payment], notes: Iterable[CreditNote]) -> Money:
    zero = Money.zero(truth.invoice.total.currency)
    parts = [truth.booked_by(one) for one in payments]
    parts += [truth.credited_by(one) for one in notes]
    return total(parts, zero.currency) + (truth.invoice.written_off or zero)


def _sums(receipts: Iterable[Receipt], nothing: Money) -> tuple[Money, Money]:
    """Net and gross of receipts together."""
    net = gross = nothing
    for one in receipts:
        net += one.net
        gross += one.gross
    return net, gross
