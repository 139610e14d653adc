"""What the hub keeps of each invoice beside the folder: its amounts, and who credits it.

A credit note may come before its invoice, and each comes once, so what is open is made of all that
was read. What is kept holds ids, days and amounts, and no name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from connectors.drop_folder import Drop, DropFolder
from connectors.erp.einvoice_files.buyers import Debtor, debtor
from connectors.erp.einvoice_files.config import Config
from connectors.erp.einvoice_files.document import Document, Odd
from shared.domain.explain import Record, content_hash
from shared.domain.model import Allocation, CreditNote, Fact, Invoice, Missing, OpenItem, Party
from shared.domain.money import Money
from shared.errors import Unreadable

F = TypeVar("F", Invoice, CreditNote)
R = TypeVar("R", bound=Record)


class Kept(Record):
    """One invoice as it was issued (None: not read yet), the notes that credit it, and doubts.

    ``doubts`` are the numbers of documents about it that could not be read.
    """

    invoice: Invoice | None = None
    notes: dict[str, CreditNote] = {}
    doubts: tuple[str, ...] = ()

    def facts(self) -> list[Fact]:
        """The invoice with what is left of it, and each note with what it settles.

        An invoice in doubt is missing: a person is asked, and nobody is reminded.
        """
        if self.invoice is None:
            return list(self.notes.values())
        left, notes = self.invoice.open, []
        for _, note in sorted(self.notes.items()):
            part = min(left, note.total)
            settled = (Allocation(invoice=self.invoice.id, amount=part),) if part else ()
            notes.append(versioned(note.model_copy(update={"allocations": settled})))
            left -= part
        credited = self.invoice.open - left
        update: dict[str, Any] = {"open": left, "credited": credited or None}
        invoice = versioned(self.invoice.model_copy(update=update))
        doubted = [Missing(id=self.invoice.id)] if self.doubts else []
        return [invoice, *notes, *doubted]

    def item(self, invoice: str) -> OpenItem:
        """What is left of it when asked by id; None while it is not read or in doubt."""
        for fact in [] if self.doubts else self.facts():
            if isinstance(fact, Invoice):
                return OpenItem(invoice=invoice, open=fact.open, do_not_dun=fact.do_not_dun)
        return OpenItem(invoice=invoice, open=None)


class _Latest(Record):
    """The newest document that described a buyer: its day, and the drop that brought it."""

    issued: date
    at: datetime
    file: str


class Shelf:
    """The invoices of one connection, kept beside its folder."""

    def __init__(self, folder: DropFolder, connection: str, config: Config) -> None:
        self._folder, self._connection, self._config = folder, connection, config
        # What was asked for or changed since the last ``save``, by name; and the names to save.
        self._known: dict[str, Any] = {}
        self._changed: set[str] = set()

    def open(self, documents: Iterable[Document]) -> None:
        """Ask at once for all that is kept of what some documents are about."""
        names = dict.fromkeys(name for one in documents for name in self._names(one))
        self._known = self._folder.recall_all(list(names))

    def save(self) -> None:
        """Keep all that was put since ``open``; before that nothing of it is durable."""
        self._folder.remember_all({name: self._known[name] for name in sorted(self._changed)})
        self._known, self._changed = {}, set()

    def put(self, said: Document, drop: Drop) -> list[Fact]:
        """What a document adds: its buyer, and all that changes by it. Raises ``Odd``.

        A number that was read before adds nothing when the amounts are the same, whatever the
        format; other amounts under a known number are refused.
        """
        if not said.credit:
            return self._invoiced(said, drop)
        try:
            party = self._debtor(said).party
            return [*self._described(party, said, drop), *self._credited(said, party)]
        except Odd as refusal:
            field, text = refusal.field, str(refusal)
        raise Odd(field, text, said.preceding, said.number)

    def _names(self, said: Document) -> Iterator[str]:
        """Under which names that is kept of which a document speaks."""
        yield from (f"invoice {number}" for number in said.preceding)
        yield f"credit {said.number}" if said.credit else f"invoice {said.number}"
        with contextlib.suppress(Odd):  # said when the document is put
            yield f"buyer {self._debtor(said).party.id}"

    def _debtor(self, said: Document) -> Debtor:
        return debtor(said.buyer, self._connection, self._config)

    def _invoiced(self, said: Document, drop: Drop) -> list[Fact]:
        """An invoice, with what is kept of it."""
        found = self._debtor(said)
        if said.due is None or said.due < said.issued:
            raise Odd("due", "the due date is missing or lies before the invoice date")
        kept = self.kept(said.number)
        made = _fact(
            Invoice,
            id=self.invoice_id(said.number),
            number=said.number,
            debtor=found.party.id,
            issued=said.issued,
            due=said.due,
            total=said.total,
            open=said.open,
            reference=said.reference,
            capacity=found.capacity,
            claim_class=self._config.claim_class,
            do_not_dun=said.flags,
            delivered=said.delivered,
            vat=said.vat,
        )
        before = kept.invoice
        if before is not None and _money_of(before) != _money_of(made):
            raise Odd("number", "the number was read before, with other amounts or days")
        if before is None:
            kept = kept.model_copy(update={"invoice": made})
            self._keep(said.number, kept)
        elif before.debtor != found.party.id:
            return []  # another format knows the buyer by another number; the first stands
        return [*self._described(found.party, said, drop), *kept.facts()]

    def doubt(self, number: str, by: str) -> list[Fact]:
        """An invoice of which a document could not be read: held until that one is read."""
        kept = self.kept(number)
        if by not in kept.doubts:
            kept = kept.model_copy(update={"doubts": (*kept.doubts, by)})
            self._keep(number, kept)
        return [] if kept.invoice is None else [Missing(id=kept.invoice.id)]

    def kept(self, number: str) -> Kept:
        """What is kept of an invoice's number."""
        return self._recalled(f"invoice {number}", Kept) or Kept()

    def invoice_id(self, number: str) -> str:
        """The hub's id of an invoice's number."""
        return f"{self._connection}:{quote(number, safe='')}"

    def _credited(self, said: Document, party: Party) -> list[Fact]:
        """A credit note with the invoice that it names; one that names none is the debtor's."""
        name = f"{self._connection}:credit-{quote(said.number, safe='')}"
        made = _fact(
            CreditNote, id=name, number=said.number, debtor=party.id, issued=said.issued,
            total=said.total,
        )  # fmt: skip
        if len(said.preceding) > 1:
            raise Odd("preceding", "the note credits several invoices: say how much of each")
        before = self._recalled(f"credit {said.number}", CreditNote)
        if before is not None and (before.total, before.issued) != (made.total, made.issued):
            raise Odd("number", "the number was read before, with other amounts or days")
        facts: list[Fact] = [made]
        for number in said.preceding:
            kept = self.kept(number)
            _fits(kept.invoice, made)
            doubts = tuple(one for one in kept.doubts if one != said.number)
            notes = {**kept.notes, name: made}
            kept = kept.model_copy(update={"notes": notes, "doubts": doubts})
            self._keep(number, kept)
            facts = kept.facts()
        if before is None:
            self._remember(f"credit {said.number}", made)
        return facts

    def _described(self, party: Party, said: Document, drop: Drop) -> list[Fact]:
        """The buyer, unless an earlier drop has described it as of that day or a later one.

        When all is read again, a debtor so comes before what it owes and ends as it was.
        """
        name, own = f"buyer {party.id}", _Latest(issued=said.issued, at=drop.at, file=drop.name)
        latest = self._recalled(name, _Latest)
        if latest is None or latest.issued < own.issued:
            self._remember(name, own)
            return [party]
        return [] if (latest.at, latest.file) < (own.at, own.file) else [party]

    def _keep(self, number: str, kept: Kept) -> None:
        self._remember(f"invoice {number}", kept)

    def _remember(self, name: str, value: Record) -> None:
        self._known[name] = value.model_dump(mode="json")
        self._changed.add(name)

    def _recalled(self, name: str, model: type[R]) -> R | None:
        stored = self._known[name] if name in self._known else self._folder.recall(name)
        if stored is None:
            return None
        try:
            return model.model_validate(stored)
        except ValidationError:
            found = None
        if found is None:
            raise Unreadable("what was kept of the folder is damaged")
        return found


def versioned(fact: F) -> F:
    """The fact under the hash of what it says: unchanged facts cost no write."""
    unnamed = fact.model_copy(update={"version": "-"})
    return fact.model_copy(update={"version": content_hash(unnamed)[:16]})


def _fits(invoice: Invoice | None, note: CreditNote) -> None:
    """A note in another currency, or of another buyer, settles nothing of an invoice."""
    if invoice is None:
        return
    if invoice.total.currency != note.total.currency:
        raise Odd("preceding", "the credited invoice is in another currency")
    if invoice.debtor != note.debtor:
        raise Odd("preceding", "the credited invoice is another buyer's")


def _money_of(one: Invoice) -> tuple[Money, Money, date, date]:
    return one.total, one.open, one.issued, one.due


def _fact(model: type[F], /, **values: Any) -> F:
    try:
        made: F | None = model.model_validate({"version": "-", **values})
    except ValidationError:
        made = None
    if made is None:
        raise Odd("number", "the document breaks a rule of the hub")
    return versioned(made)
