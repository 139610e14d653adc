"""An open-items statement: its rows as canonical facts.

Each row is one invoice with its open balance, or one credit note. A row that leaves a question
open is refused and named; the other rows stand.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args
from urllib.parse import quote

from pydantic import ValidationError

from connectors.cells import Cell
from connectors.columns import Columns, StatementMapping
from connectors.invoice_cells import delivered, vat
from connectors.rows import Row, RowRefused, plain
from connectors.sheet_door import Table, read_csv, read_xlsx
from shared.domain.explain import Record, content_hash
from shared.domain.model import (
    Address,
    Agreement,
    Allocation,
    Capacity,
    CreditNote,
    Fact,
    Invoice,
    OpenItem,
    Party,
    Payment,
)
from shared.domain.money import MINOR_UNITS, Money
from shared.errors import Unreadable

F = TypeVar("F", bound=Record)
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_FREE = {"", "0", "false"}
_RATE = re.compile(r"\d{1,3}(\.\d{1,4})?")
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """A row (its line number, None for the whole file) that was refused.

    ``field`` is ours, ``text`` a fixed sentence, ``cell`` what stands there.
    """

    line: int | None
    field: str
    text: str
    cell: str = dataclasses.field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file says: facts in the file's order, and of how many rows which were refused.

    ``unclear`` holds the ids of refused rows, as far as their number could be read.
    """

    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    rows: int
    unclear: frozenset[str]

    def items(self) -> dict[str, OpenItem]:
        """The open balance by invoice id; None for an invoice whose row was refused."""
        items = {each: OpenItem(invoice=each, open=None) for each in self.unclear}
        for fact in self.facts:
            if isinstance(fact, Invoice):
                item = OpenItem(invoice=fact.id, open=fact.open, do_not_dun=fact.do_not_dun)
                items[fact.id] = item
        return items


def read_statement(name: str, body: bytes, mapping: StatementMapping, connection: str) -> Statement:
    """Read a whole file by its name's ending (``.csv``, ``.txt``, ``.xlsx``).

    ``connection`` begins every id. Raises ``Unreadable`` for a file that cannot be read as a
    whole; missing columns are named by their configured headers.
    """
    ending = name.rpartition(".")[2].lower()
    if ending in {"csv", "txt"}:
        table = read_csv(body, encoding=mapping.encoding, delimiter=mapping.delimiter)
    elif ending == "xlsx":
        table = read_xlsx(body, sheet=mapping.sheet)
    else:
        raise Unreadable("the file is neither .csv, .txt nor .xlsx")
    places = _places(table, mapping.columns)
    return _Reader(mapping, places, connection).read(table)


def _places(table: Table, columns: Columns) -> dict[str, int]:
    """Where each mapped field stands. Raises ``Unreadable`` naming what is missing or double."""
    wanted = {name: header for name, header in columns.model_dump().items() if header is not None}
    missing = [header for header in wanted.values() if header not in table.header]
    if missing:
        names = ", ".join(f"'{one}'" for one in missing)
        raise Unreadable(f"the file has no column named: {names}")
    double = [header for header in wanted.values() if table.header.count(header) > 1]
    if double:
        raise Unreadable(f"the file has two columns named: {', '.join(double)}")
    return {name: table.header.index(header) for name, header in wanted.items()}


def _whole(cells: tuple[Cell, ...], table: Table) -> None:
    if len(cells) != len(table.header):
        raise RowRefused("row", "the row has not as many cells as the header")


class _Reader:
    """Reads rows in order; the first row of a customer describes it for the whole file."""

    def __init__(
        self, mapping: StatementMapping, places: Mapping[str, int], connection: str
    ) -> None:
        self._mapping, self._places, self._connection = mapping, places, connection
        self._parties: dict[str, Party] = {}

    def read(self, table: Table) -> Statement:
        facts: list[Fact] = []
        problems: list[Problem] = []
        unclear: set[str] = set()
        at = self._places["invoice_number"]
        seen = Counter(plain(cells[at]) for _, cells in table.rows if at < len(cells))
        for line, cells in table.rows:
            try:
                _whole(cells, table)
                facts.extend(self._row(cells, seen[plain(cells[at])]))
            except RowRefused as refusal:
                place = self._places.get(refusal.field, len(cells))
                cell = plain(cells[place]) if place < len(cells) else ""
                problems.append(Problem(line, refusal.field, str(refusal), cell))
                unclear.add(self._id(plain(cells[at])) if at < len(cells) else "")
        return Statement(
            tuple(facts), tuple(problems), len(table.rows), frozenset(filter(_is_id, unclear))
        )

    def _row(self, cells: tuple[Cell, ...], times: int) -> list[Fact]:
        if times > 1:
            raise RowRefused("invoice_number", "the invoice stands twice in the file")
        row = Row(cells, self._places, self._mapping)
        party = self._party(row)
        known = self._parties.get(party.id)
        if known is not None and known != party:
            raise RowRefused("customer_number", "an earlier row describes this customer otherwise")
        currency = row.text("currency").upper() or self._mapping.currency or ""
        if currency not in MINOR_UNITS:
            raise RowRefused("currency", "the currency is missing or unknown")
        total, balance = row.money("total", currency), row.money("open", currency)
        zero = Money.zero(currency)
        if total < zero:
            ledger: list[Fact] = [self._credit_note(row, party, -total, balance)]
        else:
            agreed = self._agreement(row, party)
            ledger = [*agreed, self._invoice(row, party, total, max(balance, zero))]
            ledger += self._payment(row, party, currency)
        self._parties[party.id] = party
        return ledger if known is not None else [party, *ledger]

    def _party(self, row: Row) -> Party:
        country = row.text("country") or self._mapping.country
        street, code, city = row.text("address"), row.text("postal_code"), row.text("city")
        emails = tuple(part.strip() for part in re.split("[,;]", row.text("email")) if part.strip())
        if not all(_EMAIL.fullmatch(email) for email in emails):
            raise RowRefused("email", "this is not an e-mail address")
        language = row.text("language").lower() or None
        if language is not None and not re.fullmatch("[a-z]{2}", language):
            raise RowRefused("language", "a language is a code of two letters")
        if not re.fullmatch("[A-Z]{2}", country):
            raise RowRefused("country", "a country is a code of two capital letters")
        place = Address(lines=(street,), postal_code=code, city=city, country=country)
        return self._versioned(
            Party,
            id=self._id(row.needed("customer_number")),
            customer_number=row.needed("customer_number"),
            kind=row.word("kind", ("person", "company", "public", "estate", "unknown"), "unknown"),
            name=row.needed("customer_name"),
            language=language,
            country=country,
            business_id=row.text("business_id") or None,
            emails=emails,
            phones=tuple(filter(None, [row.text("phone")])),
            addresses=(place,) if street else (),
        )

    def _invoice(self, row: Row, party: Party, total: Money, balance: Money) -> Invoice:
        issued, due = row.day("issued"), row.day("due")
        if due < issued:
            raise RowRefused("due", "the due date lies before the invoice date")
        if balance > total:
            raise RowRefused("open", "more is open than the invoice's total")
        flagged = row.text("do_not_dun").lower() not in _FREE
        return self._versioned(
            Invoice,
            id=self._id(row.needed("invoice_number")),
            number=row.needed("invoice_number"),
            debtor=party.id,
            issued=issued,
            sent=row.day("sent") if row.text("sent") else None,
            due=due,
            total=total,
            open=balance,
            state=row.text("state"),
            reference=row.text("reference") or None,
            description=row.text("description"),
            capacity=row.word("capacity", get_args(Capacity), self._mapping.capacity),
            claim_class=self._mapping.claim_class,
            agreement=self._id(row.needed("invoice_number")) if _has_agreement(row) else None,
            do_not_dun=("invoice_blocked",) if flagged else (),
            delivered=delivered(row),
            vat=vat(row, total),
            original_creditor=row.text("original_creditor") or None,
        )

    def _agreement(self, row: Row, party: Party) -> list[Fact]:
        """What was agreed for one invoice: a clause counts from its day, a rate for its claim."""
        if not _has_agreement(row):
            return []
        rate = row.text("agreed_rate").replace(",", ".") or None
        if rate is not None and not _RATE.fullmatch(rate):
            raise RowRefused("agreed_rate", "this is no yearly rate in per cent")
        number = self._id(row.needed("invoice_number"))
        if not _is_id(number):
            raise RowRefused("invoice_number", "the invoice number is too long")
        clause = row.day("fee_agreed") if row.text("fee_agreed") else None
        return [Agreement(id=number, debtor=party.id, reminder_fee_clause=clause, agreed_rate=rate)]

    def _credit_note(self, row: Row, party: Party, total: Money, balance: Money) -> CreditNote:
        if balance > Money.zero(balance.currency):
            raise RowRefused("open", "a credit note cannot be owed to the creditor")
        return self._versioned(
            CreditNote,
            id=self._id(row.needed("invoice_number")),
            number=row.needed("invoice_number"),
            debtor=party.id,
            issued=row.day("issued"),
            total=total,
        )

    def _payment(self, row: Row, party: Party, currency: str) -> list[Fact]:
        if not row.text("payment_date") and not row.text("payment_amount"):
            return []
        day, amount = row.day("payment_date"), row.money("payment_amount", currency)
        if amount <= Money.zero(currency):
            raise RowRefused("payment_amount", "a payment is more than nothing")
        invoice = self._id(row.needed("invoice_number"))
        payment = self._versioned(
            Payment,
            id=f"{invoice}:{day.isoformat()}:{amount.amount}",
            debtor=party.id,
            amount=amount,
            value_date=day,
            booked=day,
            received=day,
            allocations=(Allocation(invoice=invoice, amount=amount),),
        )
        return [payment]

    def _id(self, number: str) -> str:
        return f"{self._connection}:{quote(number, safe='')}"

    @staticmethod
    def _versioned(model: type[F], /, **values: Any) -> F:
        """A fact whose version is the hash of what it says: unchanged facts cost no write."""
        try:
            fact: F | None = model.model_validate({"version": "-", **values})
        except ValidationError:
            fact = None
        if fact is None:
            raise RowRefused("row", "the row breaks a rule of the hub")
        return fact.model_copy(update={"version": content_hash(fact)[:16]})


def _has_agreement(row: Row) -> bool:
    return bool(row.text("fee_agreed") or row.text("agreed_rate"))


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID
