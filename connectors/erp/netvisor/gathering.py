"""Facts of invoices: rows of the list joined with details, customers, credit losses and payments.

A record that cannot be read is refused by name and field; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import RowError
from connectors.erp.netvisor.books import Books, keys_of
from connectors.erp.netvisor.facts import Reading, Settlement
from connectors.erp.netvisor.fields import Odd
from connectors.erp.netvisor.listed import Listed, read_listed
from connectors.xml_door import Element
from shared.domain.model import Fact, Missing
from shared.errors import Unreadable

# So many invoices without details, and none with: it is not the invoices.
_MOST_WITHHELD = 10


@dataclass(slots=True)
class Found:
    """What was read: facts in order, refused records, and the list's rows that were clear."""

    facts: list[Fact] = field(default_factory=list)
    refused: list[RowError] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)

    def refuse(self, kind: str, record: Element | int, odd: Odd) -> None:
        """Leave a record to a person, named by its kind and key."""
        keys = [record] if isinstance(record, int) else keys_of([record])
        named = keys[0] if keys else "unnamed"
        self.refused.append(RowError(row=f"{kind} {named}", field=odd.field, text=str(odd)))


class Gathering:
    """Asks one company's books for what belongs to invoices, and reads it."""

    def __init__(self, books: Books, reading: Reading) -> None:
        self._books, self._reading = books, reading

    def of_rows(self, rows: Sequence[Element], *, with_payments: bool) -> Found:
        """The facts of rows of the list, each debtor before what it owes.

        ``with_payments`` adds the payments of invoices that are partly paid. An invoice that
        vanished since it was listed is left out: the list of the deleted names it.
        """
        found = Found()
        pairs = self._listed(rows, found)
        details = self._books.details(one.key for one, _ in pairs)
        lost = [one.key for one, _ in pairs if one.key not in details]
        systemic = not details and len(lost) >= _MOST_WITHHELD
        if systemic and self._books.withheld(lost[:1]):
            raise Unreadable("invoices are listed, and no details are given of any")
        self._refuse_withheld(lost, found)
        given = [pair for pair in pairs if pair[0].key in details]
        self._join(given, details, found)
        for one, _ in given:
            if with_payments and one.owed.amount > 0 and one.owed < one.total:
                self._payments(one, found)
        return found

    def of_keys(self, keys: Iterable[int]) -> Found:
        """The facts of invoices by key, payments too; ``Missing`` for each that is gone."""
        wanted = sorted(set(keys))
        details = self._books.details(wanted)
        found = Found()
        lost = [key for key in wanted if key not in details]
        held = self._refuse_withheld(lost, found)
        rows = self._books.by_key(details)
        pairs = self._listed([rows[key] for key in sorted(rows)], found)
        self._join(pairs, details, found)
        for one, _ in pairs:
            if not one.is_credit and one.owed < one.total:
                self._payments(one, found)
        found.facts += [Missing(id=self._reading.id(key)) for key in lost if key not in held]
        return found

    def parties(self, customers: Iterable[int], found: Found) -> dict[int, Element]:
        """Add the customers' facts; their records by key."""
        records = self._books.customers(customers)
        for key in sorted(records):
            try:
                found.facts.append(self._reading.party(records[key]))
            except Odd as odd:
                found.refuse("customer", key, odd)
                del records[key]
        return records

    def _refuse_withheld(self, keys: Sequence[int], found: Found) -> set[int]:
        """Refuse the invoices of which Netvisor lists the row and does not give the details."""
        held = self._books.withheld(keys)
        for key in sorted(held):
            found.refuse("salesinvoice", key, Odd("", "the invoice is listed without its details"))
        return held

    def _listed(self, rows: Sequence[Element], found: Found) -> list[tuple[Listed, Element]]:
        pairs: list[tuple[Listed, Element]] = []
        for row in rows:
            try:
                pairs.append((read_listed(row), row))
            except Odd as odd:
                found.refuse("salesinvoice", row, odd)
        found.listed = [one for one, _ in pairs]
        return pairs

    def _join(
        self,
        pairs: Sequence[tuple[Listed, Element]],
        details: Mapping[int, Element],
        found: Found,
    ) -> None:
        customers = self.parties((one.customer for one, _ in pairs), found)
        for one, row in pairs:
            try:
                found.facts.append(self._fact(one, details[one.key], customers))
            except Odd as odd:
                found.refuse("salesinvoice", row, odd)

    def _fact(self, one: Listed, detail: Element, customers: Mapping[int, Element]) -> Fact:
        customer = customers.get(one.customer)
        if customer is None:
            raise Odd("customernetvisorkey", "the customer is not given, or cannot be read")
        if one.is_credit:
            return self._reading.credit_note(one, detail)
        loss = self._books.loss(one) if one.status == "creditloss" else None
        return self._reading.invoice(one, detail, customer, loss)

    def _payments(self, one: Listed, found: Found) -> None:
        settled = Settlement(one.key, one.customer, one.total.currency)
        for row in self._books.payments_of(one.key):
            self.payment(row, settled, found)

    def payment(self, row: Element, settled: Settlement | None, found: Found) -> None:
        """Add the fact of a payment."""
        try:
            found.facts.append(self._reading.payment(row, settled))
        except Odd as odd:
            found.refuse("salespayment", row, odd)
