"""Candidates: the invoices that money could be for, with what is open on each of them."""

from __future__ import annotations

from datetime import datetime

from shared.cloud import keys, lookups, table, truths
from shared.cloud.keys import Tenant
from shared.cloud.lookups import Found
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import law, ledger
from shared.domain.creditor import Creditor
from shared.domain.ledger_balance import open_before
from shared.domain.ledger_truth import Truth, Waiting
from shared.domain.matching_parts import Candidate, Credit, Item
from shared.domain.model import CreditNote
from shared.domain.money import Money
from shared.domain.payment import Line
from shared.errors import NotFound

# Candidates that are read: an amount that more invoices share proves nothing.
_MOST = 40


class Items:
    """The invoices that the money could be for, with their balances as the hub knows them."""

    def __init__(self, tenant: Tenant, money: Waiting, now: datetime) -> None:
        self._tenant, self._money, self._now = tenant, money, now
        self.found: dict[str, Item] = {}
        self._credits: dict[str, Credit] = {}

    def candidates(self) -> list[Candidate]:
        """All that the money could be for, or that the payer may have taken off."""
        return [*self.found.values(), *self._credits.values()]

    def read(self, found: Found, *invoices: str) -> None:
        """Add what was found, and invoices by id; what is not known is passed over.

        An invoice costs one query, all credit notes together one read.
        """
        self.read_credits(found)
        for invoice in sorted({*found.invoices, *invoices} - self.found.keys())[:_MOST]:
            try:
                row, truth = truths.money_truth(self._tenant, invoice)
            except NotFound:
                continue
            self.found[invoice] = self._item(row, truth)

    @property
    def debtors(self) -> set[str]:
        """Whose invoices were found."""
        return {one.debtor for one in self.found.values()}

    def read_credits(self, found: Found) -> None:
        """Add the credit notes of what was found, and no invoice: the payer may have netted."""
        self._read_credits(sorted(found.credits - self._credits.keys())[:_MOST])

    def line(self, invoice: str, amount: Money) -> Line:
        """How money for an invoice is divided: its principal first, then charges."""
        principal = min(amount, self.found[invoice].open)
        return Line(invoice=invoice, principal=principal, charges=amount - principal)

    def _read_credits(self, notes: list[str]) -> None:
        if not notes:
            return
        rows = table.batch_get([keys.fact(self._tenant, "CRN", one) for one in notes])
        for row in rows.values():
            note = CreditNote.model_validate_json(row["body"])
            left = lookups.left_of(note)
            if left:
                self._credits[note.id] = Credit(
                    credit_note=note.id, number=note.number, debtor=note.debtor, left=left
                )

    def _item(self, row: Row, truth: Truth) -> Item:
        invoice, left = truth.invoice, open_before(truth, self._money)
        charges, amount = None, self._money.amount
        if left.currency == amount.currency and left < amount and "case_id" in row:
            charges = self._charges(row["case_id"], invoice.id)
        return Item(
            invoice=invoice.id,
            number=invoice.number,
            debtor=invoice.debtor,
            open=left,
            charges=charges,
            due=invoice.due,
            references=(invoice.reference,) if invoice.reference else (),
            state="open" if left else "closed",
        )

    def _charges(self, case_id: str, invoice: str) -> Money | None:
        """Fees and interest that are asked on top of the principal today."""
        loaded = Store(self._tenant).load(case_id)
        state, profile = loaded.case.claims.get(invoice), loaded.row(keys.creditor(self._tenant))
        if state is None or profile is None:
            return None
        today = Creditor.model_validate_json(profile["body"]).today(self._now)
        at = ledger.position(loaded.case, state, law.load(loaded.case.law), today)
        return at.fees + at.interest.total
