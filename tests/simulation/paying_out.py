"""What the partner collects, keeps for itself and pays out; and claims that are called back."""

from __future__ import annotations

from decimal import Decimal

from infra.local.bank import ACCOUNT
from shared.domain.sighting import Sighting
from tests.simulation.counterparts import DAY

_CENT = Decimal("0.01")


class PayingOut:
    """The deeds of a world in which a partner is more than one who reports."""

    def _partner_collects(self, number, amount):
        """The debtor pays the partner, who reports it and pays it out with its next remittance."""
        claim = f"erp:{number}"
        case = self.partner.has(self.judge.there.get(claim))
        part = min(Decimal(amount), self.left_there(number))
        if case is None or part <= 0:
            return
        self.judge.lowered(claim, part)
        self.judge.collected(claim, part)
        self.partner.held.append((case, number, part))
        self.says_paid(case, claim, self.money(str(part)))

    def left_there(self, number):
        """What is open of an invoice as far as its books and the partner's own account go."""
        held = sum((one for _, name, one in self.partner.held if name == number), Decimal(0))
        return self.books.invoice(number).open.amount - held

    def _partner_remits(self, fee, named, booked, lag):
        """All that the partner holds is paid out at once, less its fee of so many per cent.

        ``named`` says whether the fee is stated by ``claim`` or for the ``whole``; ``booked``
        whether the books book the money whole at once, or net and the fee later.
        """
        items, self.partner.held = self.partner.held, []
        if not items:
            return
        self.made += 1
        fees = [(one * Decimal(fee) / 100).quantize(_CENT) for _, _, one in items]
        day = self.today()
        while not self.setting.banking_day(day):
            day += DAY
        advice = self._advice(items, fees, named, day)
        self._remit(advice)
        for place, ((_, number, part), kept) in enumerate(zip(items, fees, strict=True)):
            self.judge.paid_out(f"erp:{number}", part)
            later = kept if booked == "net" else Decimal(0)
            self._books_it(f"r{self.made}.{place}", number, part, later, day + (1 + lag) * DAY)
        self._follows(day, lambda: self._on_the_account(advice, day))

    def _advice(self, items, fees, named, day):
        """The remittance as the partner states it: it adds up."""
        lines = [self._line("principal", part, case, number) for case, number, part in items]
        if named == "claim":
            lines += [
                self._line("commission", -kept, case, number)
                for (case, number, _), kept in zip(items, fees, strict=True)
            ]
        else:
            lines.append(self._line("commission", -sum(fees)))
        total = sum(part for _, _, part in items) - sum(fees)
        return {
            "id": f"R-{self.made}", "currency": self.money("0.00").currency,
            "value_date": day.isoformat(), "total": self._amount(total), "lines": lines,
            "bank_reference": self.setting.reference(f"77{self.made}"),
        }  # fmt: skip

    def _line(self, category, amount, case=None, number=None):
        whose = {} if case is None else {"case_id": case, "claim": f"erp:{number}"}
        return {"category": category, "amount": self._amount(amount), **whose}

    def _amount(self, amount):
        return {"amount": str(amount), "currency": self.money("0.00").currency}

    def _remit(self, advice):
        if not self.reporter.remit(advice):
            self._follows(self.today() + DAY, lambda: self._remit(advice))

    def _on_the_account(self, advice, day):
        """The bank shows the remittance as one line: nobody's payment of a claim."""
        name = f"bank:{advice['id']}"
        self.judge.remitted.add(name)
        self.bank.moved.append(Sighting(
            id=name, version="1", kind="receipt", account=ACCOUNT,
            amount=self.money(advice["total"]["amount"]), value_date=day, booked=day,
            references=(advice["bank_reference"],),
        ))  # fmt: skip

    def _books_it(self, name, number, part, kept, day):
        self._follows(day, lambda: self._book(number, str(part - kept), name, day, day))
        if kept:
            later = day + 2 * DAY
            self._follows(later, lambda: self._book(number, str(kept), f"{name}f", later, later))

    def _recall(self, number, lag):
        """The creditor takes a claim back; the partner lets go some days after it has heard."""
        self.clerk.recall(number, lag)

    def recalled(self, case, data):
        """The partner hears that it has to let go of claims."""
        lag = self.clerk.recalls.get(data["recall"], 0)
        said = {"code": "WITHDRAWN_CREDITOR", "claims": data["claims"]}
        self._follows(self.today() + lag * DAY, lambda: self._report(case, "case.closed", said))
