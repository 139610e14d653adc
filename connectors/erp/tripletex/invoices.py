"""What Tripletex's invoices mean: invoices, credit notes, payments and reminders.

How Tripletex keeps a receivable (OpenAPI 2.72.00, schema ``Invoice``, and the vendor's FAQ):

* ``amountCurrency`` and ``amountCurrencyOutstanding`` are in the invoice's currency, the latter
  without reminder charges. ``amountOutstanding`` is said to be in that currency, too, and is not
  read: the same sentence stands beside the field in the company's currency.
* ``postings`` hold the invoice's own posting and one with a negative amount for each payment. A
  payment that was taken back has a posting of its own the other way: what is settled is never
  more than the balance says.
* A credit note names its invoice (``creditedInvoice``). What is settled of a credited invoice and
  was not paid, was credited.
* Reminders, their charges and interest are no invoices of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from connectors.erp.tripletex import fields, parties
from connectors.erp.tripletex.calls import Row
from connectors.erp.tripletex.config import Config
from connectors.erp.tripletex.fields import RowRefused
from connectors.standing import Share, shares
from shared.domain.model import (
    Allocation,
    CreditNote,
    DoNotDun,
    Fact,
    Invoice,
    OpenItem,
    PastNotice,
    Payment,
)
from shared.domain.money import Money

# What the proof of a balance reads, and what a pull reads of the same invoice.
BALANCE = (
    "id,amountCurrency,amountCurrencyOutstanding,currency(code),isCreditNote,"
    "customer(isFactoring),reminders(type)"
)
POSTING = "id,version,date,amountCurrency,currency(code),type,customer(id)"
WHOLE = (
    "id,version,invoiceNumber,invoiceDate,invoiceDueDate,kid,amountCurrency,"
    "amountCurrencyOutstanding,currency(code),isCreditNote,isCredited,creditedInvoice,isCharged,"
    f"customer({parties.WANTED}),postings({POSTING}),"
    "reminders(id,reminderDate,chargeCurrency,currency(code),termOfPayment,type)"
)
# These say that money came; a posting without a type was made by hand.
PAYMENTS = frozenset({"INCOMING_PAYMENT", "INCOMING_PAYMENT_OPPOSITE"})
_SENT = frozenset({"SOFT_REMINDER", "REMINDER", "NOTICE_OF_DEBT_COLLECTION"})
_HANDED_OVER = "DEBT_COLLECTION"

# A fact to be made of a record, and what it is called when it is refused.
Making = tuple[str, Callable[[], Fact]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one connection reads records; ``connection`` begins every id."""

    connection: str
    config: Config

    def id(self, record: object) -> str:
        """The hub's id of a record, given its number."""
        return f"{self.connection}:{record}"

    def facts(self, row: Row) -> Iterator[Making]:
        """All that one invoice says, the invoice or credit note first. Raises ``RowRefused``."""
        name = f"invoice/{row.get('id')}"
        if is_credit(row):
            yield name, partial(self.credit_note, row)
            return
        yield name, partial(self.invoice, row)
        for one in fields.listed(row, "reminders"):
            yield f"reminder/{one.get('id')}", partial(self.notice, one, row)
        for one, share in self._settling(row):
            yield f"posting/{one.get('id')}", partial(self.payment, one, row, share)

    def invoice(self, row: Row) -> Invoice:
        """A charged invoice with a total of zero or more."""
        currency = fields.currency(row)
        total = fields.amount(row, "amountCurrency", currency)
        left = open_amount(row)
        if left > total:
            raise RowRefused("amountCurrencyOutstanding", "the balance is more than the total")
        issued = fields.day(row, "invoiceDate")
        customer = fields.inner(row, "customer")
        reminders = fields.listed(row, "reminders")
        return Invoice(
            id=self.id(fields.number(row, "id")),
            version=str(fields.number(row, "version")),
            number=str(fields.number(row, "invoiceNumber")),
            debtor=self._debtor(row),
            issued=issued,
            sent=issued if self.config.sent_when_dated else None,
            due=fields.day(row, "invoiceDueDate"),
            total=total,
            open=left,
            credited=self._credited(row, total, left),
            issued_in_books=row.get("isCharged") is not False,
            state=fields.text(reminders[-1], "type") if reminders else "",
            reference=fields.text(row, "kid").replace(" ", "") or None,
            capacity=parties.capacity_of(customer, self.config),
            claim_class=self.config.claim_class,
            do_not_dun=_on_invoice(row),
            payments=tuple(self.id(fields.number(one, "id")) for one, _ in self._settling(row)),
        )

    def credit_note(self, row: Row) -> CreditNote:
        """A credit note, or an invoice of less than nothing, whose amounts may have either sign."""
        currency = fields.currency(row)
        total = _size(fields.amount(row, "amountCurrency", currency))
        left = min(_size(fields.amount(row, "amountCurrencyOutstanding", currency)), total)
        settled = total - left
        of = row.get("creditedInvoice")
        known = isinstance(of, int) and not isinstance(of, bool) and of > 0
        return CreditNote(
            id=self.id(fields.number(row, "id")),
            version=str(fields.number(row, "version")),
            number=str(fields.number(row, "invoiceNumber")),
            debtor=self._debtor(row),
            issued=fields.day(row, "invoiceDate"),
            total=total,
            allocations=(
                (Allocation(invoice=self.id(of), amount=settled),) if known and settled else ()
            ),
            open=left,
        )

    def payment(self, row: Row, invoice: Row | None = None, share: Share | None = None) -> Payment:
        """A posting that brought money, and its share in ``invoice``.

        Tripletex knows one day for it. Without an invoice it is money that has no place yet.
        """
        money = fields.amount(row, "amountCurrency", fields.currency(row))
        on = fields.day(row, "date")
        owner = row if invoice is None else invoice
        customer = fields.inner(owner, "customer").get("id")
        settled = share.settles if share is not None else None
        return Payment(
            id=self.id(fields.number(row, "id")),
            version=str(fields.number(row, "version")),
            debtor=self.id(customer) if customer else None,
            amount=-money if share is None else share.amount,
            value_date=on,
            booked=on,
            received=on,
            allocations=(
                (Allocation(invoice=self.id(fields.number(invoice, "id")), amount=settled),)
                if invoice is not None and settled
                else ()
            ),
            taken_back=share is not None and share.taken_back,
        )

    def notice(self, row: Row, invoice: Row) -> PastNotice:
        """A reminder of Tripletex's own, or its hand-over to an agency; interest is not a fee."""
        kind = fields.text(row, "type")
        if kind not in {*_SENT, _HANDED_OVER}:
            raise RowRefused("type", "the kind of reminder is not known")
        sent = kind in _SENT
        charge = None
        if sent and row.get("chargeCurrency"):
            known = fields.inner(row, "currency") or fields.inner(invoice, "currency")
            charge = fields.amount(row, "chargeCurrency", fields.currency({"currency": known}))
        return PastNotice(
            id=self.id(f"reminder-{fields.number(row, 'id')}"),
            invoice=self.id(fields.number(invoice, "id")),
            what="reminder" if sent else "hand_over",
            on=fields.day(row, "reminderDate"),
            fee=charge,
            deadline=fields.day_or_none(row, "termOfPayment") if sent else None,
        )

    def _debtor(self, row: Row) -> str:
        return self.id(fields.number(fields.inner(row, "customer"), "id"))

    def _credited(self, row: Row, total: Money, left: Money) -> Money | None:
        """What was settled and not paid, on an invoice that was credited."""
        if not fields.flag(row, "isCredited"):
            return None
        rest = total - left
        for _, share in self._settling(row):
            if share is not None:
                rest -= share.settles
        return rest or None

    def _settling(self, row: Row) -> list[tuple[Row, Share | None]]:
        """The postings that brought money, oldest first, and the share of each in the invoice.

        None where it is in another currency: the balance alone says what it settled. On an invoice
        that was credited a posting without a type is the credit note's. A payment's posting the
        other way turns one back.
        """
        currency = fields.currency(row)
        rest = max(
            fields.amount(row, "amountCurrency", currency) - open_amount(row), Money.zero(currency)
        )
        credited = fields.flag(row, "isCredited")
        if not fields.listed(row, "postings"):
            raise RowRefused("postings", "an invoice has a posting: the token may not see it")
        postings = sorted(fields.listed(row, "postings"), key=_age)
        brought = [one for one in postings if brought_money(one, credited=credited)]
        moves = [
            -fields.amount(one, "amountCurrency", currency)
            for one in postings
            if fields.currency(one) == currency and (one in brought or _took_back(one, currency))
        ]
        own = iter(shares(moves, rest))
        return [(one, next(own) if fields.currency(one) == currency else None) for one in brought]


def is_credit(row: Row) -> bool:
    """Whether a record is a credit note, or an invoice of less than nothing: both owe the debtor.

    Raises ``RowRefused``.
    """
    total = fields.amount(row, "amountCurrency", fields.currency(row))
    return fields.flag(row, "isCreditNote") or total < Money.zero(total.currency)


def open_amount(row: Row) -> Money:
    """The unpaid principal, never negative: an overpaid invoice is paid. Raises ``RowRefused``."""
    left = fields.amount(row, "amountCurrencyOutstanding", fields.currency(row))
    return max(left, Money.zero(left.currency))


def open_item(row: Row, name: str) -> OpenItem:
    """The balance of the invoice ``name`` and every reason not to dun it. Raises ``RowRefused``."""
    left = Money.zero(fields.currency(row)) if is_credit(row) else open_amount(row)
    customer = fields.inner(row, "customer")
    return OpenItem(
        invoice=name, open=left, do_not_dun=(*_on_invoice(row), *parties.flags(customer))
    )


def _on_invoice(row: Row) -> tuple[DoNotDun, ...]:
    """Whether Tripletex has handed the invoice over to an agency of its own."""
    kinds = {fields.text(one, "type") for one in fields.listed(row, "reminders")}
    return ("with_other_collector",) if _HANDED_OVER in kinds else ()


def brought_money(row: Row, *, credited: bool) -> bool:
    """Whether a posting brought money: by its type, or made by hand on what was not credited.

    Raises ``RowRefused``.
    """
    found = fields.amount(row, "amountCurrency", fields.currency(row))
    kind = fields.text(row, "type")
    by_hand = not kind and not credited
    return found < Money.zero(found.currency) and (kind in PAYMENTS or by_hand)


def _took_back(row: Row, currency: str) -> bool:
    """Whether a posting turned a payment back."""
    back = fields.amount(row, "amountCurrency", currency) > Money.zero(currency)
    return back and fields.text(row, "type") in PAYMENTS


def _age(row: Row) -> tuple[str, int]:
    return fields.text(row, "date"), fields.number(row, "id")


def _size(money: Money) -> Money:
    return max(money, -money)
