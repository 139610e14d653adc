"""Partner terms: which claims a collection partner takes, after what waits, and at what price."""

from __future__ import annotations

import operator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.handover_gate_rules import GatedService
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import MINOR_UNITS, Money

RequiredField = Literal[
    "debtor.business_id", "debtor.national_id", "debtor.email", "debtor.phone",
    "debtor.customer_number", "claim.reference", "claim.description", "claim.delivered",
    "claim.vat", "claim.agreement", "claim.original_creditor",
]  # fmt: skip


PayingAccount = Annotated[str, Field(pattern=r"^[0-9A-Z]{4,34}$")]


class Contract(Record):
    """Whether creditor and partner have signed, and since when."""

    state: Literal["signed", "pending"]
    on: date | None = None

    @model_validator(mode="after")
    def _dated(self) -> Contract:
        if self.state == "signed" and self.on is None:
            raise ValueError("a signed contract needs its day")
        return self


class Waits(Record):
    """Full days that must have passed, by capacity: unknown and public count as consumer."""

    consumer: int = Field(default=0, ge=0, le=180)
    business: int = Field(default=0, ge=0, le=180)

    def of(self, capacity: Capacity) -> int:
        """The days for a capacity."""
        return self.business if capacity == "business" else self.consumer


class Price(Record):
    """What a hand-over for a service costs the creditor, up to an open principal (None: any)."""

    service: GatedService
    up_to: Money | None = None
    price: Money


class ForDebtors(Record):
    """As whom debtors know a partner, and how they reach it; shown on the payer's page."""

    name: str = Field(min_length=1, max_length=120)
    phone: str = Field(default="", max_length=40, pattern=r"^[0-9+() -]*$")
    email: str = Field(default="", max_length=254, pattern=r"^([^\s@<>,;\"]+@[^\s@<>,;\"]+)?$")


class PartnerTerms(Record):
    """What one partner takes; an empty list names nothing and limits nothing.

    ``minimum`` and ``maximum`` are of the open principal of a hand-over. ``after_due`` counts full
    days from the due date, ``after_notice`` from the last reminder. ``required`` are fields of the
    case file beyond those that every partner needs. ``draining``: it gets no new case and keeps
    those that it has. ``recall_price`` is what taking a case back costs (None: nobody knows it).
    ``accounts`` are those that it pays out from (an IBAN or a national number without blanks).
    """

    services: tuple[GatedService, ...] = ()
    countries: tuple[str, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    classes: tuple[ClaimClass, ...] = ()
    currencies: tuple[str, ...] = ()
    minimum: Money | None = None
    maximum: Money | None = None
    required: tuple[RequiredField, ...] = ()
    after_due: Waits = Waits()
    after_notice: Waits = Waits()
    contract: Contract = Contract(state="pending")
    prices: tuple[Price, ...] = Field(default=(), max_length=50)
    recall_price: Money | None = None
    draining: bool = False
    accounts: tuple[PayingAccount, ...] = Field(default=(), max_length=20)
    for_debtors: ForDebtors | None = Field(default=None, exclude_if=operator.not_)

    @model_validator(mode="after")
    def _coherent(self) -> PartnerTerms:
        if any(len(one) != 2 or not (one.isascii() and one.isupper()) for one in self.countries):
            raise ValueError("a country is two capital letters, such as FI")
        if not set(self.currencies) <= set(MINOR_UNITS):
            raise ValueError("the hub does not know this currency")
        limits = [one for one in (self.minimum, self.maximum) if one is not None]
        if any(one.amount < 0 for one in limits) or len({one.currency for one in limits}) > 1:
            raise ValueError("limits must be in one currency and not negative")
        if len(limits) == 2 and limits[1] < limits[0]:
            raise ValueError("the maximum must not be below the minimum")
        return self

    def price_of(self, service: GatedService, principal: Money) -> Money | None:
        """The price of a hand-over by the list: the first entry that fits, None without any."""
        for one in self.prices:
            fits = one.up_to is None or (
                one.up_to.currency == principal.currency and principal <= one.up_to
            )
            if one.service == service and fits:
                return one.price
        return None


class Offer(Record):
    """What the partner itself said of the case beforehand: see ``Quote`` of its contract."""

    eligible: bool
    code: str | None = None
    price: Money | None = None
    recall_price: Money | None = None
