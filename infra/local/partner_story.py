"""What happens at the demo's partner after it accepts: a payment, a plan, a case taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from infra.local.cast import Cast
from infra.local.hub import ApiError, Hub
from infra.local.partner import Partner

_PAYS_AFTER = timedelta(days=6)
_PLANS_AFTER = timedelta(days=2)
_RECALLED_AFTER = timedelta(days=3)
_INSTALMENT_EVERY = timedelta(days=30)
_PRICE_UNKNOWN = 409


class PartnerStory:
    """Gives the first cases that the partner accepts a course of their own, one each."""

    def __init__(self, hub: Hub, partner: Partner, people: Cast) -> None:
        self._hub, self._partner, self._people = hub, partner, people
        self._courses: list[Callable[[str, date], None]] = [self._pays, self._plans, self._recalls]
        self._begun: list[str] = []

    def live(self, day: date) -> None:
        """Begin the courses of what was accepted since the last day."""
        lines = self._partner.journal()
        accepted = [line["case"] for line in lines if line["what"] == "case_accepted"]
        for case in accepted[len(self._begun) : len(self._courses)]:
            self._courses[len(self._begun)](case, day)
            self._begun.append(case)

    def _pays(self, case: str, day: date) -> None:
        on = day + _PAYS_AFTER
        # Reported on the next morning: nobody reports money of a day to come.
        report = on + timedelta(days=1)
        self._people.at(report, lambda: self._partner.pay(case, received=on.isoformat()))

    def _plans(self, case: str, day: date) -> None:
        on = day + _PLANS_AFTER
        dues = [on + _INSTALMENT_EVERY, on + 2 * _INSTALMENT_EVERY]

        def agree() -> None:
            half = {"amount": "50.00", "currency": "EUR"}
            plan = [{"due": due.isoformat(), "amount": half} for due in dues]
            self._partner.report(case, "case.plan_agreed", {"plan": "plan-1", "instalments": plan})

        self._people.at(on, agree)

    def _recalls(self, case: str, day: date) -> None:
        self._people.at(day + _RECALLED_AFTER, lambda: self._recall(case))

    def _recall(self, case: str) -> None:
        """The creditor takes a case back: the price is shown first, and then confirmed."""
        path, wanted = f"/v1/cases/{case}/recall", {"id": "recall-1", "reason": "customer_kept"}
        try:
            self._hub.call("POST", path, wanted)
        except ApiError as refused:
            if refused.status != _PRICE_UNKNOWN:
                raise
            price: Any = refused.problem["price"]
            self._hub.call("POST", path, {**wanted, "confirmed": {"price": price}})
