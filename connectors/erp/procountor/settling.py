"""What payment events say of an invoice: how much of it is settled, and by what.

Procountor states no balance. What is open is the sum less the invoice's payment events
(``GET /invoices/{id}/paymentevents``) in the invoice's own currency: an event has its amount in the
accounting currency and in the currency that was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.erp.procountor.values import Row, Unclear, money, needed_day, number, text
from connectors.standing import Share, shares
from shared.domain.model import Allocation, Payment
from shared.domain.money import Money

# Types of the vendor's PaymentEvent. Money; the creditor's own credit; a loss that was booked.
_MONEY = frozenset(
    {"BANKSTATEMENT", "BANKSTATEMENT_TO_INVOICE", "BANKTRANSFERELSEWHERE", "CASH", "CHARGECARD",
     "ELSEWHERE", "NETS_DK_INVOICE", "OTHERPAYMENTMETHOD", "REFERENCEPAYMENT",
     "REFERENCEPAYMENT_TO_INVOICE", "TRANSACTION_FOCUSED"}
)  # fmt: skip
_CREDIT = frozenset({"COMPENSATIONINVOICE", "INVOICE_TO_INVOICE", "SETOFF"})
_LOSS = frozenset({"CREDITLOSS"})
# What lowers the sum and is none of these: a discount, a correction, an entry of the accountant's.
_OTHER = frozenset(
    {"ADJUSTMENT", "CASHDISCOUNT", "CORRECTION", "INVOICE_TO_JOURNAL", "JOURNAL_TO_INVOICE"}
)
_COUNTS = frozenset({"PAID", "MARKED_PAID", "PARTLY_PAID", "RECEIVED"})
_VOID = frozenset(
    {"DELETED", "EMPTY", "INVALIDATED", "OVERRIDDEN", "PAYMENT_DENIED",
     "PAYMENT_TRANSACTION_REMOVED", "UNSAVED"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settled:
    """Sums of an invoice's events in its currency, with their signs, and the money among them."""

    all: Money
    credited: Money
    lost: Money
    payments: tuple[Payment, ...] = ()


def settled(
    events: Sequence[Row], sum_: Money, connection: str, invoice: str, debtor: str | None
) -> Settled:
    """What the events of one invoice of the sum ``sum_`` come to. Raises ``Unclear``.

    An event of an unknown type or state, or in neither currency, leaves the balance unknown. Money
    settles no more than the other events leave of the sum; a negative event turns one back.
    """
    currency = sum_.currency
    zero = Money.zero(currency)
    total = credited = lost = zero
    money_events: list[tuple[Row, Money]] = []
    for event in events:
        kind, state = text(event, "type"), text(event, "status")
        if state in _VOID:
            continue
        if state not in _COUNTS or kind not in _MONEY | _CREDIT | _LOSS | _OTHER:
            raise Unclear("paymentevents", "a payment event is of an unknown type or state")
        amount = _amount(event, currency)
        total += amount
        credited += amount if kind in _CREDIT else zero
        lost += amount if kind in _LOSS else zero
        if kind in _MONEY and amount:
            money_events.append((event, amount))
    money_events.sort(key=lambda one: (needed_day(one[0], "paymentDate"), number(one[0], "id")))
    moves = [amount for _, amount in money_events]
    room = sum_ - total + sum(moves, zero)
    paid = [event for event, amount in money_events if amount > zero]
    payments = tuple(
        _payment(event, share, f"{connection}:event-", invoice, debtor)
        for event, share in zip(paid, shares(moves, room), strict=True)
    )
    return Settled(total, credited, lost, payments)


def _amount(event: Row, currency: str) -> Money:
    for name, unit in (("paidAmount", "paidCurrency"), ("amount", "currency")):
        if text(event, unit) == currency and event.get(name) is not None:
            return money(event, name, currency)
    raise Unclear("paymentevents", "a payment is in another currency than the invoice")


def _payment(event: Row, share: Share, begins: str, invoice: str, debtor: str | None) -> Payment:
    on = needed_day(event, "paymentDate")
    return Payment(
        id=f"{begins}{number(event, 'id')}",
        version=text(event, "status"),
        debtor=debtor,
        amount=share.amount,
        value_date=on,
        booked=on,
        received=on,
        allocations=(Allocation(invoice=invoice, amount=share.settles),) if share.settles else (),
        taken_back=share.taken_back,
    )
