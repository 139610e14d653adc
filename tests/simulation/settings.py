"""Where a creditor of the simulation works: its country, whom it sells to, and by which policy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from infra.local import setup
from shared.domain.calendar import is_banking_day
from shared.domain.creditor import Creditor
from shared.domain.model import Address, Party
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.references import fi_reference, ocr_reference

ZONE = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Setting:
    """``capacity`` is that of all debtors; ``agreed`` says that their agreements name a fee."""

    policy: Policy
    zone: ZoneInfo = ZONE
    capacity: str = "consumer"
    agreed: bool = False

    @property
    def country(self):
        return self.policy.law

    def money(self, amount):
        return Money(Decimal(amount), self.policy.tolerance.currency)

    def banking_day(self, day):
        return is_banking_day(self.country, day)

    def reference(self, number):
        """A payment reference with its check digit, as the country has it."""
        return {"FI": fi_reference, "SE": ocr_reference}[self.country](number)

    def profile(self, tenant):
        """The creditor as its letters know it; no two have one address."""
        mail = f"invoices@{tenant.id}.example"
        told = {**setup.CREDITOR, "id": tenant.id, "sender": mail, "email": mail}
        return Creditor.model_validate({**told, "country": self.country, "zone": self.zone.key})

    def party(self, customer, tenant):
        """A debtor, who has another address at every creditor."""
        home = Address(lines=("Street 1",), postal_code="00100", city="City", country=self.country)
        return Party(
            id=f"erp:{customer}", version="1", name=f"Debtor {customer}", country=self.country,
            kind="person" if self.capacity == "consumer" else "company", addresses=(home,),
            language={"FI": "fi", "SE": "sv"}[self.country],
            emails=(f"{customer.lower()}@{tenant.id}.example",),
        )  # fmt: skip


def _policy(**of):
    return Policy.model_validate({**setup.POLICY, **of})


def _kronor(amount):
    return {"amount": amount, "currency": "SEK"}


_FRIENDLY, _FIRM, _PARTNER = setup.POLICY["steps"]
_LAST = {**_FIRM, "id": "last", "after": 16}

STANDARD = "fi_consumer"
SETTINGS = {
    STANDARD: Setting(_policy()),
    # Two reminders that cost, each plan that is broken goes on by itself, and so does a rest.
    "fi_business": Setting(
        _policy(steps=[_FRIENDLY, _FIRM, _LAST, _PARTNER], process={"on_broken": "go_on"},
                extras={"residual": "continue"}),
        capacity="business",
    ),
    # A person lets the reminder that costs, and the hand-over, go.
    "fi_careful": Setting(
        _policy(steps=[_FRIENDLY, {**_FIRM, "automation": "propose"},
                       {**_PARTNER, "automation": "propose"}]),
    ),
    "se_consumer": Setting(
        _policy(law="SE", fee_clause=True, tolerance=_kronor("1.00"), minimum=_kronor("10.00")),
        zone=ZoneInfo("Europe/Stockholm"), agreed=True,
    ),
}  # fmt: skip
