"""A sample letter: invented claims in a creditor's own name, to look at its words before use.

What it asks for besides the invoice is what the law pack of the creditor's country gives for the
invented days: its fee, and interest at its rate. Where the pack knows no rate, the letter says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.domain import law as legal
from shared.domain.calendar import next_banking_day
from shared.domain.creditor import Creditor
from shared.domain.formats import Language
from shared.domain.interest import Interest, accrue
from shared.domain.law_facts import ClaimFacts
from shared.domain.lawpack import COUNTRIES, LawPack
from shared.domain.letter_input import (
    CHARGES,
    DUE_SOON,
    INSTALMENT,
    LetterDebtor,
    LetterInput,
    LetterItem,
    LetterPlan,
    LetterTotals,
)
from shared.domain.model import Capacity
from shared.domain.money import Money, total
from shared.domain.notice import letter_account, letter_creditor
from shared.domain.policy import Tone
from shared.domain.references import fi_reference

# A euro is about ten kronor: an invoice that is worth about as much everywhere.
_KRONOR = frozenset({"SEK", "NOK", "DKK"})
# How many days ago the invoice fell due; it was sent sixteen days before that.
_LATE, _PAID_LATE, _IN_PLAN = 22, 43, 80
_SENT = timedelta(days=16)


def sample(
    creditor: Creditor,
    today: date,
    *,
    language: Language,
    letter: str,
    tone: Tone,
    capacity: Capacity,
) -> LetterInput:
    """One invoice, a fifth of it paid, 22 days late, or due in five days (``due_soon``).

    It is of 1250 euros, or 12 500 kronor where the law of the creditor's country counts in them; a
    country without a pack is read as Finland. A firm letter announces the hand-over. Of the letter
    ``charges`` the invoice is paid, and a reminder went out for it; of ``instalment`` the second of
    four instalments was missed.
    """
    law = legal.load(creditor.country if creditor.country in COUNTRIES else "FI")
    made = _Sample(law, today, capacity)
    item, until, unknown = made.item(letter)
    deadline = item.pay_by or today + timedelta(days=14)
    follows = letter not in {CHARGES, INSTALMENT}
    hand_over = tone == "firm" and letter != DUE_SOON
    return LetterInput(
        letter=letter,
        language=language,
        tone=tone,
        capacity=capacity,
        law=law.country,
        creditor=letter_creditor(creditor),
        debtor=LetterDebtor(name="Sample Debtor", customer_number="5001"),
        items=(item,),
        totals=_totals(item),
        interest_until=until,
        interest_open=unknown,
        today=today,
        deadline=deadline,
        account=letter_account(creditor, law.currency),
        next_step="none" if not follows else "hand_over" if hand_over else "reminder",
        next_step_on=deadline + timedelta(days=1) if follows else None,
        plan=made.plan() if letter == INSTALMENT else None,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """The invented invoice in the light of a country's law on a day."""

    law: LawPack
    today: date
    capacity: Capacity

    def item(self, letter: str) -> tuple[LetterItem, date | None, bool]:
        """The item, until when its interest reaches, and whether the rate after it is unknown."""
        if letter == DUE_SOON:
            due = self.today + timedelta(days=5)
            pay_by = next_banking_day(self.law.country, due)
            return self._plain(due, self._money("1000.00"), pay_by=pay_by), None, False
        if letter == INSTALMENT:
            due = self.today - timedelta(days=_IN_PLAN)
            later = self._money("500.00")
            return self._plain(due, self._money("250.00"), later=later), None, False
        if letter == CHARGES:
            item = self._paid(self.today - timedelta(days=_PAID_LATE))
            return item, item.interest_to, False
        due, open_ = self.today - timedelta(days=_LATE), self._money("1000.00")
        found = self._interest(due, open_, self.today)
        changes = {"interest": found.total, "fee_now": self._fee(due, self.today)}
        item = self._plain(due, open_, days_late=self._late(due)).model_copy(update=changes)
        reach = found.segments[-1].to if found.segments else None
        return item, reach, found.unknown_from is not None

    def plan(self) -> LetterPlan:
        """The second of four instalments, due a week ago."""
        due = self.today - timedelta(days=7)
        return LetterPlan(
            number=2,
            count=4,
            due=due,
            days_late=self._late(due),
            amount=self._money("250.00"),
            rest=self._money("750.00"),
            on_broken="ask",
        )

    def _plain(self, due: date, open_: Money, **more: object) -> LetterItem:
        nothing = Money.zero(self.law.currency)
        facts = {
            "number": "10023",
            "issued": due - _SENT,
            "due": due,
            "total": self._money("1250.00"),
            "open": open_,
            "interest": nothing,
            "fee_now": nothing,
            "fees_before": nothing,
            "reference": fi_reference("10023"),
        }
        return LetterItem.model_validate({**facts, **more})

    def _paid(self, due: date) -> LetterItem:
        """The same invoice, paid a week ago after one reminder with the fee that the law allows.

        Where the pack knows neither fee nor rate, one euro or ten kronor stands for the interest.
        """
        reminded, to = due + timedelta(days=15), self.today - timedelta(days=7)
        found = self._interest(due, self._money("1250.00"), to, reminded).total
        fee = self._fee(due, reminded)
        first = due + timedelta(days=1)
        days = {"interest_from": first, "interest_to": to, "charged_on": (reminded,) if fee else ()}
        left = {"interest": found if found or fee else self._money("1.00"), "fees_before": fee}
        return self._plain(due, Money.zero(self.law.currency), **left, **days)

    def _interest(
        self, due: date, principal: Money, to: date, reminded: date | None = None
    ) -> Interest:
        return accrue(
            self.law,
            capacity=self.capacity,
            natural_person=self.capacity == "consumer",
            due=due,
            balances=((due, principal),),
            to=to,
            agreed_rate=None,
            reminded=reminded,
        )

    def _fee(self, due: date, on: date) -> Money:
        """The fee of a first reminder on a day, agreed before the invoice was sent."""
        sent = due - _SENT
        facts = ClaimFacts(
            capacity=self.capacity,
            natural_person=self.capacity == "consumer",
            claim_class="goods",
            principal=self._money("1250.00"),
            due=due,
            invoice_sent=sent,
            notices=(),
            fees=Money.zero(self.law.currency),
            fee_clause=sent,
            arose=sent,
        )
        return legal.reminder_fee(self.law, facts, on).amount or Money.zero(self.law.currency)

    def _late(self, due: date) -> int:
        return (self.today - next_banking_day(self.law.country, due)).days

    def _money(self, euros: str) -> Money:
        factor = 10 if self.law.currency in _KRONOR else 1
        return Money(Decimal(euros) * factor, self.law.currency)


def _totals(item: LetterItem) -> LetterTotals:
    fees = total([item.fee_now, item.fees_before], item.open.currency)
    return LetterTotals(principal=item.open, interest=item.interest, fees=fees, due=item.payable())
