"""What people say of a claim: the creditor's clerk for its debtors, and the collection partner."""

from __future__ import annotations

from tests.simulation.counterparts import DAY
from tests.simulation.plan import day_of


class Saying:
    """The deeds of a world that reach the hub through somebody's words."""

    def _hold(self, number):
        self.clerk.command(number, "hold", {"claim": f"erp:{number}"})

    def _release(self, number):
        self.clerk.ends(number, "release", "hold", "hold")

    def _dispute(self, number):
        given = {"claim": f"erp:{number}", "ground": "goods_not_received"}
        self.clerk.command(number, "dispute", given)

    def _settle(self, number, outcome):
        self.clerk.ends(number, "settle_dispute", "dispute", "dispute", outcome=outcome)

    def _promise(self, number, until):
        given = {"claims": [f"erp:{number}"], "day": day_of(until).isoformat()}
        self.clerk.command(number, "promise", given)

    def _plan(self, number, first):
        given = {"claims": [f"erp:{number}"], "count": 3, "first": day_of(first).isoformat()}
        self.clerk.command(number, "propose_plan", {**given, "agreed": True})

    def _stop(self, number):
        self.clerk.command(number, "stop_request", {"claims": [f"erp:{number}"]})

    def _withdraw(self, number):
        self.clerk.ends(number, "withdraw_stop", "stop_request", "stop")

    def _circumstance(self, number, kind):
        given = {"circumstance": kind, "effective": self.today().isoformat()}
        self.clerk.command(number, "circumstance", given)

    def _partner_pays(self, number, amount, lag):
        """The debtor pays the partner, who reports it and remits it some days later."""
        case = self.partner.has(self.judge.there.get(f"erp:{number}"))
        part = min(self.setting.money(amount), self.money(str(self.left_there(number))))
        if case is None or part.amount <= 0:
            return
        self.made += 1
        self.judge.lowered(f"erp:{number}", part.amount)
        self.judge.collected(f"erp:{number}", part.amount)
        self.says_paid(case, f"erp:{number}", part)
        name, booked = f"r{self.made}", self.today() + (3 + lag) * DAY
        remitted = str(part.amount)
        self._follows(booked, lambda: self._book(number, remitted, name, booked, booked))

    def says_paid(self, case, claim, part):
        """The partner reports what a debtor paid it."""
        nothing = {"amount": "0.00", "currency": part.currency}
        self._report(case, "case.payment_received", {
            "claim": claim, "principal": {**nothing, "amount": str(part.amount)},
            "interest": nothing, "fees": nothing, "received": self.today().isoformat(),
        })  # fmt: skip

    def _partner_closes(self, number, code):
        case = self.partner.has(self.judge.there.get(f"erp:{number}"))
        if case is not None:
            self._report(case, "case.closed", {"code": code})

    def _taken(self, case):
        """The partner says the next day whether it takes what it was given."""
        what, given = "case.accepted", {"partner_case_id": f"P-{len(self.partner.cases)}"}
        if self.partner.refuses:
            what, given = "case.rejected", {"code": "MISSING_ADDRESS"}
        self._follows(self.today() + DAY, lambda: self._report(case, what, given))

    def _report(self, case, what, data):
        came, number = self.reporter.report(case, what, data)
        if not came:
            self._again(case, number)

    def _again(self, case, number):
        def once_more():
            if not self.reporter.again(case, number):
                self._again(case, number)

        self._follows(self.today() + DAY, once_more)
