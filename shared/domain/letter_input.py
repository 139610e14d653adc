"""What a letter is made of: creditor, debtor, claims, totals, dates and the account to pay to."""

from __future__ import annotations

import operator
from datetime import date
from typing import Final, Literal

from pydantic import Field

from shared.domain.explain import Record
from shared.domain.formats import Language
from shared.domain.giro import Giro
from shared.domain.model import Capacity, Personal
from shared.domain.money import Money
from shared.domain.plan_events import OnBroken
from shared.domain.policy import Tone

NextStep = Literal["reminder", "hand_over", "none"]

DUE_SOON: Final = "due_soon"
CHARGES: Final = "charges"
INSTALMENT: Final = "instalment"


class LetterCreditor(Record):
    """The creditor, in whose name the letter goes out. ``lines`` is the postal address.

    ``country`` (ISO 3166-1 alpha-2) chooses the words where two countries share a language.
    """

    name: str = ""
    business_id: str = ""
    lines: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    country: str = ""


class LetterDebtor(Record):
    """Whom the letter is for. An e-mail needs no postal address, so ``lines`` may stay empty."""

    name: Personal[str] = ""
    lines: Personal[tuple[str, ...]] = ()
    customer_number: Personal[str] = ""


class LetterItem(Record):
    """One claim as the letter shows it; amounts are never negative and in one currency.

    ``total`` is the invoice's amount and ``open`` its unpaid principal. ``fee_now`` is the fee of
    this letter that this claim carries, ``fees_before`` what earlier letters added and is unpaid.
    ``days_late`` counts from the due date that the law recognises. A claim that is ``not_due`` is
    mentioned apart: it bears no fee and is in no total. ``reference`` is the invoice's own payment
    reference. ``disputed`` is a part that is left out of ``open`` because the debtor contests it,
    ``later`` one that a payment plan asks for later. ``compensation`` is the fixed sum for late
    payment, less the fees where the law sets it off against them. ``pay_by`` is the claim's own
    payment date: its due date, rolled to a banking day, in a letter before that date. The interest
    runs from ``interest_from`` to ``interest_to``; ``charged_on`` are the days of the letters that
    added ``fees_before``.
    """

    number: str = ""
    issued: date
    due: date
    total: Money
    open: Money
    interest: Money
    fee_now: Money
    fees_before: Money
    days_late: int = Field(default=0, ge=0)
    not_due: bool = False
    reference: str | None = None
    disputed: Money | None = None
    later: Money | None = None
    compensation: Money | None = None
    pay_by: date | None = None
    interest_from: date | None = None
    interest_to: date | None = None
    charged_on: tuple[date, ...] = ()

    def payable(self) -> Money:
        """Principal, interest, fees and compensation of this claim."""
        owed = self.open + self.interest + self.fee_now + self.fees_before
        return owed if self.compensation is None else owed + self.compensation


class LetterPlan(Record):
    """The missed instalment of a payment plan that a letter is about.

    It is ``number`` (from one) of ``count``, was due on ``due`` and is ``days_late`` since the
    banking day on which that was due. ``amount`` is the whole instalment as credits since have
    lowered it, ``rest`` what is open of the plan's claims together, this instalment included, and
    ``others`` what of it is open of claims that the letter does not list (None: it lists all).
    ``on_broken`` is what the plan says of the time after it broke.
    """

    number: int = Field(ge=1)
    count: int = Field(ge=1)
    due: date
    days_late: int = Field(ge=0)
    amount: Money
    rest: Money
    others: Money | None = None
    on_broken: OnBroken


class LetterTotals(Record):
    """What the ledger says is to be paid; a letter whose lines do not add up to it is refused."""

    principal: Money
    interest: Money
    fees: Money
    due: Money
    compensation: Money | None = None


class LetterAccount(Record):
    """Where to pay: an account of the creditor's verified list, never one out of an ERP's data."""

    iban: str = ""
    bic: str = ""
    giro: Giro | None = None


class LetterInput(Record):
    """All that a letter is rendered from: the same input gives the same bytes.

    ``capacity`` chooses the form of address: a consumer is spoken to in person, everyone else
    formally. ``law`` (ISO 3166-1 alpha-2) is the country whose banking days count for what is late.
    ``interest_until`` is the last day to which the stated interest reaches; where
    ``interest_open`` is set, the rate after that day (or, without a day, at all) is not known yet
    and the letter says "plus statutory late interest". ``deadline`` is the new payment date, and
    the last day to object. ``reference`` is one payment reference for the whole sum, if the
    creditor's books can match it; else each claim is paid with its own. ``acts_are_free`` says that
    the debtor asked to stop collecting, after which no act bears a cost. ``next_step_on`` is the
    earliest day of ``next_step``, ``next_step_for`` the invoices that it is for where it is not for
    all, ``compensation_section`` where the law gives the compensation.

    With a ``second_language`` the whole is said again in it, below the first.

    The letter ``due_soon`` goes out while nothing that it asks for is late: it asks for principal
    alone, and its ``deadline`` is the (last) due date. The letter ``charges`` asks for interest and
    fees alone of what is paid: it bears no fee, and nothing follows it. The letter ``instalment``
    asks for a missed instalment of ``plan`` alone, at no cost; the plan breaks after ``deadline``.
    ``page`` is the address of the debtor's own page.
    """

    letter: str = Field(default="reminder", pattern=r"^[a-z][a-z_]{0,39}$")
    language: Language
    second_language: Language | None = None
    tone: Tone
    capacity: Capacity
    law: str
    creditor: LetterCreditor
    debtor: LetterDebtor
    items: tuple[LetterItem, ...] = Field(max_length=200)
    totals: LetterTotals
    interest_until: date | None = None
    interest_open: bool = False
    today: date
    deadline: date | None = None
    account: LetterAccount
    reference: str | None = None
    acts_are_free: bool = False
    next_step: NextStep = "none"
    next_step_on: date | None = None
    next_step_for: tuple[str, ...] = ()
    compensation_section: str = ""
    plan: LetterPlan | None = None
    page: str | None = Field(default=None, exclude_if=operator.not_)

    @property
    def due_soon(self) -> bool:
        """Whether the letter only tells of a due date that has not passed."""
        return self.letter == DUE_SOON

    @property
    def charges_alone(self) -> bool:
        """Whether it asks for interest and fees of invoices that are paid."""
        return self.letter == CHARGES

    @property
    def of_instalment(self) -> bool:
        """Whether it asks for a missed instalment of a payment plan."""
        return self.letter == INSTALMENT

    @property
    def due_items(self) -> tuple[LetterItem, ...]:
        """The claims that are to be paid now."""
        return tuple(item for item in self.items if not item.not_due)

    @property
    def not_due_items(self) -> tuple[LetterItem, ...]:
        """The claims that are mentioned only."""
        return tuple(item for item in self.items if item.not_due)
