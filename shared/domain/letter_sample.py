"""A sample letter: invented claims in a creditor's own name, to look at its words before use."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from shared.domain.creditor import Creditor
from shared.domain.formats import Language
from shared.domain.letter_input import (
    CHARGES,
    DUE_SOON,
    LetterDebtor,
    LetterInput,
    LetterItem,
    LetterTotals,
)
from shared.domain.model import Capacity
from shared.domain.money import Money, total
from shared.domain.notice import letter_account, letter_creditor
from shared.domain.policy import Tone
from shared.domain.references import fi_reference

_CURRENCY = {"SE": "SEK", "NO": "NOK", "DK": "DKK"}


def sample(
    creditor: Creditor,
    today: date,
    *,
    language: Language,
    letter: str,
    tone: Tone,
    capacity: Capacity,
) -> LetterInput:
    """One invoice of 1250.00, part paid and 22 days late, or due in five days (``due_soon``).

    In the currency of the creditor's country; a firm letter announces the hand-over. Of the letter
    ``charges`` the invoice is paid, and a reminder went out for it.
    """
    currency = _CURRENCY.get(creditor.country, "EUR")
    soon, charges = letter == DUE_SOON, letter == CHARGES
    item = _item(currency, today + timedelta(days=5 if soon else -22), soon=soon)
    item = _paid(item, today) if charges else item
    deadline = item.due if soon else today + timedelta(days=14)
    hand_over = tone == "firm" and not soon
    return LetterInput(
        letter=letter,
        language=language,
        tone=tone,
        capacity=capacity,
        creditor=letter_creditor(creditor),
        debtor=LetterDebtor(name="Sample Debtor", customer_number="5001"),
        items=(item,),
        totals=_totals(item),
        interest_until=None if soon else today,
        today=today,
        deadline=deadline,
        account=letter_account(creditor, currency),
        next_step="none" if charges else "hand_over" if hand_over else "reminder",
        next_step_on=None if charges else deadline + timedelta(days=1),
    )


def _item(currency: str, due: date, *, soon: bool) -> LetterItem:
    def money(amount: str) -> Money:
        return Money(Decimal("0.00") if soon else Decimal(amount), currency)

    return LetterItem(
        number="10023",
        issued=due - timedelta(days=14),
        due=due,
        total=Money.of("1250.00", currency),
        open=Money.of("1000.00", currency),
        interest=money("8.29"),
        fee_now=money("5.00"),
        fees_before=money("0.00"),
        days_late=0 if soon else 22,
        reference=fi_reference("10023"),
        pay_by=due if soon else None,
    )


def _paid(item: LetterItem, today: date) -> LetterItem:
    """The same invoice, paid a week ago after one reminder with a fee."""
    return item.model_copy(
        update={
            "open": Money.zero(item.open.currency),
            "fee_now": Money.zero(item.open.currency),
            "fees_before": item.fee_now,
            "days_late": 0,
            "interest_from": item.due + timedelta(days=1),
            "interest_to": today - timedelta(days=7),
            "charged_on": (item.due + timedelta(days=10),),
        }
    )


def _totals(item: LetterItem) -> LetterTotals:
    fees = total([item.fee_now, item.fees_before], item.open.currency)
    return LetterTotals(principal=item.open, interest=item.interest, fees=fees, due=item.payable())
