"""Candidates: the invoices that money could be for, with what is open on each of them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.cloud import hub_keys, keys, law_rows, table, truths
from shared.cloud.keys import Tenant
from shared.cloud.lookups import Found
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row
from shared.domain import at_partner, ledger
from shared.domain.case import ClaimState
from shared.domain.ledger_balance import open_before
from shared.domain.ledger_position import beside
from shared.domain.ledger_truth import Truth, Waiting
from shared.domain.matching_parts import Candidate, Credit, Item
from shared.domain.model import CreditNote, Invoice
from shared.domain.money import Money
from shared.domain.payment import Line
from shared.domain.references import canonical
from shared.errors import NotFound

# Candidates that are read: an amount that more invoices share proves nothing.
_MOST = 40


class Items:
    """The invoices that the money could be for, with their balances as the hub knows them.

    ``references`` are those that came with the money. ``marks`` says by invoice how often it had
    changed when it was read: what is decided here is written only if that still holds. The case of
    an invoice is read only where it can matter: more came than is open, or the invoice was not
    found by its own reference.
    """

    def __init__(self, tenant: Tenant, money: Waiting, references: Iterable[str] = ()) -> None:
        self._tenant, self._money = tenant, money
        self._references = {canonical(one) for one in references}
        self.found: dict[str, Item] = {}
        self.marks: dict[str, int] = {}
        self._collective: dict[str, frozenset[str]] = {}
        self._credits: dict[str, Credit] = {}
        self._cases: dict[str, Loaded] = {}

    def candidates(self) -> list[Candidate]:
        """All that the money could be for, or that the payer may have taken off."""
        return [*self.found.values(), *self._credits.values()]

    def read(self, found: Found, *invoices: str) -> None:
        """Add what was found, and invoices by id; what is not known is passed over.

        An invoice costs one query, all credit notes together one read.
        """
        self.read_credits(found)
        self._collective |= found.collective
        wanted = {*found.invoices, *found.collective, *invoices}
        for invoice in sorted(wanted - self.found.keys())[:_MOST]:
            try:
                row, truth = truths.money_truth(self._tenant, invoice)
            except NotFound:
                continue
            self.found[invoice] = self._item(row, truth)
            self.marks[invoice] = row["mark"]

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
            left = note.unallocated
            if left:
                self._credits[note.id] = Credit(
                    credit_note=note.id, number=note.number, debtor=note.debtor, left=left
                )

    def _item(self, row: Row, truth: Truth) -> Item:
        invoice, left = truth.invoice, open_before(truth, self._money)
        charges, state, references = None, None, [invoice.reference]
        loaded = self._case(row["case_id"]) if self._matters(row, invoice, left) else None
        if loaded is not None and invoice.id in loaded.case.claims:
            state = loaded.case.claims[invoice.id]
            there = at_partner.handed(loaded.case).get(invoice.id)
            own = at_partner.number(loaded.case, there[0], (invoice.id,)) if there else None
            references.append(own)
            if left.currency == self._money.amount.currency and left < self._money.amount:
                charges = self._charges(loaded, state)
        owed = bool(left) or bool(charges)
        handed = state is not None and state.with_partner
        return Item(
            invoice=invoice.id,
            number=invoice.number,
            debtor=invoice.debtor,
            open=left,
            charges=charges or None,
            due=invoice.due,
            references=tuple(one for one in references if one),
            collective=tuple(sorted(self._collective.get(invoice.id, ()))),
            state="closed" if not owed else "with_partner" if handed else "open",
        )

    def _matters(self, row: Row, invoice: Invoice, left: Money) -> bool:
        """Whether fees, interest or the partner's own reference may explain the money."""
        if "case_id" not in row:
            return False
        amount = self._money.amount
        more = not left or (left.currency == amount.currency and left < amount)
        own = canonical(invoice.reference) if invoice.reference else None
        return more or (bool(self._references) and own not in self._references)

    def _case(self, case_id: str) -> Loaded:
        """A case, read once for all its claims."""
        if case_id not in self._cases:
            self._cases[case_id] = Store(self._tenant).load(case_id)
        return self._cases[case_id]

    def _charges(self, loaded: Loaded, state: ClaimState) -> Money:
        """Fees and interest that this money can pay: those of the day on which it counts."""
        case = loaded.case
        pack = law_rows.in_force(loaded.row(hub_keys.law()), case.law).pack
        on = ledger.effective_days(pack, state)(self._money.seen)
        return beside(case, state, pack, on, without=self._money.payment).total
