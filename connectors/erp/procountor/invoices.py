"""What Procountor's sales invoices mean: invoices and credit notes with the balance that is left.

A sales invoice with a negative sum is a credit note. Nothing of the API names which invoice it
settles. A status says what the invoice is (draft, voided, closed); what is open on one that is
neither follows from its payment events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.erp.procountor.history import History
from connectors.erp.procountor.parties import Customer
from connectors.erp.procountor.settling import Settled, settled
from connectors.erp.procountor.values import (
    Row,
    Unclear,
    day,
    money,
    needed_day,
    number,
    part,
    parts,
    text,
)
from shared.domain.model import ClaimClass, CreditNote, DoNotDun, Invoice, Period
from shared.domain.money import MINOR_UNITS, Money

# Statuses of the vendor's enum that a sales invoice can have; the others belong to other papers.
DRAFTS = frozenset({"EMPTY", "STARTED", "UNFINISHED", "UNSAVED"})
VOIDED = frozenset({"DELETED", "INVALIDATED", "OVERRIDDEN"})
CLOSED = frozenset({"PAID", "MARKED_PAID"})
# Open in the books: sent, approved and not sent yet, denied (somebody said that it is not owed).
OPEN = ("SENT", "PARTLY_PAID", "NOT_SENT", "APPROVED", "PAYMENT_DENIED")
_UNSENT = frozenset({"NOT_SENT", "APPROVED"})
_NO_EVENT = "the invoice is partly paid and shows no payment event"


def status(row: Row) -> str:
    """The status, one that is known of a sales invoice. Raises ``Unclear``."""
    found = text(row, "status")
    if found not in {*OPEN, *DRAFTS, *VOIDED, *CLOSED}:
        raise Unclear("status", "the status is none of a sales invoice")
    return found


def total(row: Row) -> Money:
    """The sum in the invoice's own currency, with its sign. Raises ``Unclear``.

    Where that is not the accounting currency, the source states both sums.
    """
    sums = parts(row, "invoiceSumInfo")
    foreign = [one for one in sums if one.get("inAccountingCurrency") is False]
    chosen = foreign or sums
    if len(chosen) != 1:
        raise Unclear("invoiceSumInfo", "the sum in the invoice's currency is not clear")
    currency = text(chosen[0], "currency")
    stated = text(part(row, "paymentInfo"), "currency")
    if currency not in MINOR_UNITS or stated not in {"", currency}:
        raise Unclear("invoiceSumInfo", "no sum is in the invoice's currency, or it is not known")
    return money(chosen[0], "invoiceSumTotal", currency)


def left(sum_: Money, state: str, events: Sequence[Row] | None, found: Settled) -> Money:
    """What is open of a sum, with its sign: between nothing and the sum. Raises ``Unclear``.

    ``events`` are None where none were asked for. An invoice that Procountor has closed has nothing
    open, whatever small difference it let go; more than the sum is no claim the other way.
    """
    zero = Money.zero(sum_.currency)
    if state in CLOSED or state in VOIDED:
        return zero
    if state == "PARTLY_PAID" and not events:
        raise Unclear("paymentevents", _NO_EVENT)
    rest = sum_ - found.all
    return max(zero, min(sum_, rest)) if sum_ >= zero else min(zero, max(sum_, rest))


@dataclass(frozen=True, slots=True)
class Told:
    """All that was asked about one invoice; ``events`` is None where they were not asked for."""

    row: Row
    customer: Customer
    events: Sequence[Row] | None = None
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True)
class Books:
    """How one connection reads invoices; ``late_charges`` are names or codes of products."""

    connection: str
    claim_class: ClaimClass
    late_charges: frozenset[str] = frozenset()

    def id(self, record: int) -> str:
        """The hub's id of an invoice."""
        return f"{self.connection}:{record}"

    def settled(self, told: Told) -> Settled:
        """What the events of an invoice come to. Raises ``Unclear``."""
        own, debtor = self.id(number(told.row, "id")), told.customer.party.id
        return settled(told.events or (), total(told.row), self.connection, own, debtor)

    def invoice(self, told: Told) -> Invoice:
        """A sales invoice. Raises ``Unclear``."""
        row, state, sum_ = told.row, status(told.row), total(told.row)
        found, payment = self.settled(told), part(row, "paymentInfo")
        rest = left(sum_, state, told.events, found)
        due = day(payment, "newDueDate") or needed_day(payment, "dueDate")
        return Invoice(
            id=self.id(number(row, "id")),
            version=f"{text(row, 'version')}/{rest.amount}",
            number=str(number(row, "invoiceNumber")),
            debtor=told.customer.party.id,
            issued=needed_day(row, "date"),
            sent=told.history.sent,
            due=due,
            total=sum_,
            open=rest,
            credited=found.credited if found.credited.amount > 0 else None,
            written_off=found.lost if found.lost.amount > 0 else None,
            cancelled=state in VOIDED,
            state=state,
            reference=text(payment, "bankReferenceCode").replace(" ", "") or None,
            capacity=told.customer.capacity,
            claim_class=self.claim_class,
            do_not_dun=self.barred(row, told.history),
            delivered=_delivered(row),
            # Without a look at the events the whole sum is open: nothing of it is paid.
            payments=None if state in VOIDED else tuple(one.id for one in found.payments),
        )

    def credit_note(self, told: Told) -> CreditNote:
        """A sales invoice with a negative sum, amounts positive. Raises ``Unclear``."""
        row, state, sum_ = told.row, status(told.row), total(told.row)
        rest = left(sum_, state, told.events, self.settled(told))
        return CreditNote(
            id=self.id(number(row, "id")),
            version=f"{text(row, 'version')}/{rest.amount}",
            number=str(number(row, "invoiceNumber")),
            debtor=told.customer.party.id,
            issued=needed_day(row, "date"),
            total=-sum_,
            open=-rest,
        )

    def barred(self, row: Row, history: History) -> tuple[DoNotDun, ...]:
        """Why the invoice itself must not be dunned. Raises ``Unclear``."""
        state = text(row, "status")
        found: list[DoNotDun] = []
        if row.get("factoringContractId") is not None:
            found.append("factored")
        if state == "PAYMENT_DENIED":
            found.append("disputed")
        if history.handed_over:
            found.append("with_other_collector")
        if state in _UNSENT or self._is_late_charge(row):
            found.append("other")
        return tuple(found)

    def _is_late_charge(self, row: Row) -> bool:
        """Whether all that the invoice asks for is interest and costs of earlier lateness."""
        rows = parts(row, "invoiceRows")
        named = [{text(one, "product"), text(one, "productCode")} for one in rows]
        return bool(named) and all(one & self.late_charges for one in named)


def _delivered(row: Row) -> Period | None:
    first, last = day(row, "deliveryStartDate"), day(row, "deliveryEndDate")
    if first is None or (last is not None and last < first):
        return None
    return Period(first_day=first, last_day=last or first)
