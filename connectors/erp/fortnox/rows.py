"""What Fortnox's invoices and payments mean: canonical claims, credit notes, money and reminders.

How Fortnox keeps a receivable (its OpenAPI; what no page says is marked unconfirmed):

* ``Balance`` is what is open, in the invoice's currency (unconfirmed for foreign ones: such an
  invoice is refused unless its balance follows from its payments).
* A credit note is an invoice of its own: ``Credit`` is "true" or its total is negative, and
  ``CreditInvoiceReference`` names the invoice. The invoice then names the credit note there.
* A payment that is not yet booked may not have lowered the balance (unconfirmed): the invoice is
  left alone until it is.
* ``TotalToPay`` is the total less a tax reduction, which the Tax Agency pays.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.erp.fortnox.paid import Moved
from connectors.erp.fortnox.values import (
    Row,
    Unclear,
    count,
    day,
    flag,
    money,
    needed,
    needed_day,
    reference,
    text,
)  # fmt: skip
from connectors.standing import shares
from shared.domain.model import (
    Allocation,
    Capacity,
    ClaimClass,
    CreditNote,
    DoNotDun,
    Invoice,
    PastNotice,
    Payment,
    Period,
)  # fmt: skip
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Reading:
    """How one connection reads invoices; ``connection`` begins every id."""

    connection: str
    claim_class: ClaimClass = "other"
    sent_when_dated: bool = False
    hold_label: int = 0
    hold_house_work: bool = True

    def id(self, number: str) -> str:
        """The hub's id of an invoice or credit note, given Fortnox's DocumentNumber."""
        return f"{self.connection}:{number}"

    def invoice(self, row: Row, debtor: str, capacity: Capacity, moved: Moved) -> Invoice:
        """A customer invoice with a total of zero or more. Raises ``Unclear``."""
        whole, left = total_of(row), open_of(row)
        written = min(moved.written_off(whole.currency), whole)
        issued, delivered = needed_day(row, "InvoiceDate"), day(row, "DeliveryDate")
        return Invoice(
            id=self.id(number_of(row)),
            version="",
            number=number_of(row),
            debtor=debtor,
            issued=issued,
            sent=issued if self.sent_when_dated and flag(row, "Sent") else None,
            due=needed_day(row, "DueDate"),
            total=whole,
            open=left,
            credited=_credited(row, whole, left, moved),
            written_off=written if written and not flag(row, "Cancelled") else None,
            cancelled=flag(row, "Cancelled"),
            issued_in_books=is_issued(row),
            state=_state(row),
            reference=text(row, "OCR").replace(" ", "") or None,
            capacity=capacity,
            claim_class=self.claim_class,
            do_not_dun=self.flags(row, moved),
            delivered=Period(first_day=delivered, last_day=delivered) if delivered else None,
            payments=tuple(self._paid(one.number) for one in moved.paid if one.amount.amount > 0),
        )

    def flags(self, row: Row, moved: Moved) -> tuple[DoNotDun, ...]:
        """Every reason not to dun an invoice by itself."""
        found: list[DoNotDun] = []
        if flag(row, "NoxFinans"):
            found.append("with_other_collector")
        labels = row.get("Labels") or ()
        if self.hold_label and any(_label(one) == self.hold_label for one in labels):
            found.append("invoice_blocked")
        # An invoice of interest (the API's own spelling) bears no interest and no second fee.
        interest = text(row, "InvoiceType") in {"INTRESTINVOICE", "INTERESTINVOICE"}
        if interest or moved.unbooked or (is_house_work(row) and self._shared(row)):
            found.append("other")
        return tuple(found)

    def credit_note(self, row: Row, debtor: str, moved: Moved) -> CreditNote:
        """A credit note with its sign turned, and the invoice that it settles."""
        whole, left = _size(row, "Total"), _size(row, "Balance")
        settled = nothing = Money.zero(whole.currency)
        if flag(row, "Cancelled") or not is_issued(row):
            left = nothing
        else:
            out = moved.received(whole.currency)
            settled = max(nothing, whole - left - max(out, -out))
        credited = credited_by(row)
        settles = (credited,) if credited and settled else ()
        return CreditNote(
            id=self.id(number_of(row)),
            version="",
            number=number_of(row),
            debtor=debtor,
            issued=needed_day(row, "InvoiceDate"),
            total=whole,
            allocations=tuple(Allocation(invoice=self.id(one), amount=settled) for one in settles),
            open=left,
        )

    def payments(self, row: Row, debtor: str, moved: Moved) -> list[Payment]:
        """The booked payments of an invoice, each with what it settles of it.

        Together they settle no more than the balance fell by; a negative payment turns one back.
        """
        whole = total_of(row)
        room = max(Money.zero(whole.currency), whole - open_of(row))
        room -= min(room, moved.written_off(whole.currency))
        paid = [one for one in moved.paid if one.amount.amount > 0]
        found = []
        for one, share in zip(paid, shares([one.amount for one in moved.paid], room), strict=True):
            allocation = Allocation(invoice=self.id(number_of(row)), amount=share.settles)
            found.append(
                Payment(
                    id=self._paid(one.number), version="", debtor=debtor,
                    amount=share.amount, value_date=one.on, booked=one.on, received=one.on,
                    allocations=(allocation,) if share.settles else (),
                    taken_back=share.taken_back,
                )
            )  # fmt: skip
        return found

    def _paid(self, number: str) -> str:
        """The hub's id of a payment, given Fortnox's number of it."""
        return f"{self.connection}:payment.{number}"

    def reminder(self, row: Row) -> PastNotice | None:
        """The latest reminder that Fortnox itself made; its fee and the earlier days are unsaid."""
        level, on = count(row, "Reminders"), day(row, "LastRemindDate")
        if not level or on is None:
            return None
        invoice = self.id(number_of(row))
        return PastNotice(
            id=f"{invoice}.reminder.{level}", invoice=invoice, what="reminder", on=on,
            level=min(level, 20),
        )  # fmt: skip

    def _shared(self, row: Row) -> bool:
        """Whether the balance may hold the Tax Agency's share."""
        return self.hold_house_work or _balance(row) > total_of(row)


def is_credit(row: Row) -> bool:
    """Whether an invoice gives back what another one asked for."""
    return flag(row, "Credit") or money(row, "Total", needed(row, "Currency")).amount < 0


def is_issued(row: Row) -> bool:
    """Whether an invoice has left the draft: booked, or sent by a creditor on a cash basis."""
    return not flag(row, "NotCompleted") and (flag(row, "Booked") or flag(row, "Sent"))


def is_house_work(row: Row) -> bool:
    """Whether the Tax Agency pays a part of an invoice (ROT, RUT, green technology)."""
    kind = text(row, "TaxReductionType").lower()
    return flag(row, "HouseWork") or kind not in {"", "none"}


def number_of(row: Row) -> str:
    """The DocumentNumber, which is digits alone."""
    found = needed(row, "DocumentNumber")
    if not (found.isascii() and found.isdigit()):
        raise Unclear("DocumentNumber", "a number is expected")
    return found


def total_of(row: Row) -> Money:
    """What the customer was asked to pay: without the share of the Tax Agency."""
    currency = needed(row, "Currency")
    whole = money(row, "Total", currency)
    if is_house_work(row) and text(row, "TotalToPay"):
        return min(whole, money(row, "TotalToPay", currency))
    return whole


def open_of(row: Row) -> Money:
    """What is open of an invoice, never negative; an overpaid or cancelled one is settled."""
    whole, balance = total_of(row), _balance(row)
    if flag(row, "Cancelled") or balance.amount < 0:
        return Money.zero(whole.currency)
    if is_house_work(row):
        return min(balance, whole)
    if balance > whole:
        raise Unclear("Balance", "more is open than was asked for")
    return balance


def credited_by(row: Row) -> str:
    """The credit note of an invoice, or the invoice of a credit note; empty without one."""
    found = reference(row, "CreditInvoiceReference")
    return found if found.isascii() and found.isdigit() else ""


def follows(row: Row, moved: Moved) -> None:
    """Raise ``Unclear`` for a foreign invoice whose balance is not told in its own currency."""
    whole = total_of(row)
    if whole.currency == "SEK" or flag(row, "Cancelled"):
        return
    gone = moved.received(whole.currency) + moved.written_off(whole.currency)
    if gone + open_of(row) < whole and not credited_by(row):
        raise Unclear("Balance", "the balance does not follow from the payments")


def _credited(row: Row, whole: Money, left: Money, moved: Moved) -> Money | None:
    """What a credit note took off: the fall of the balance that nothing else explains."""
    if flag(row, "Cancelled") or not credited_by(row):
        return None
    currency = whole.currency
    found = whole - left - moved.received(currency) - moved.written_off(currency)
    return found if found.amount > 0 else None


def _balance(row: Row) -> Money:
    return money(row, "Balance", needed(row, "Currency"))


def _size(row: Row, name: str) -> Money:
    found = money(row, name, needed(row, "Currency"))
    return max(found, -found)


def _label(one: object) -> int | None:
    return count(one, "Id") if isinstance(one, dict) else None


def _state(row: Row) -> str:
    """Fortnox's own words for an invoice, for people."""
    words = ("Booked", "Sent", "Cancelled", "NotCompleted", "NoxFinans")
    return " ".join(word.lower() for word in words if flag(row, word))
