"""Questions to Tripletex's books: what was dated in a span, what is open, what a number means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from connectors.contract import RowError
from connectors.erp.tripletex import fields, invoices, parties
from connectors.erp.tripletex.calls import ALWAYS, CHUNK, Calls, Row
from connectors.erp.tripletex.config import Config
from connectors.erp.tripletex.fields import RowRefused
from connectors.erp.tripletex.session import ZONE
from shared.domain.model import Fact
from shared.errors import Unreadable

# People date invoices ahead; nobody dates them further.
AHEAD = timedelta(days=366)
_YEAR = timedelta(days=365)
_POST = "id,date,invoiceNumber,voucher(id),customer(id),type"
_MONEY = f"{invoices.POSTING},invoiceNumber,closeGroup(id)"


class Books:
    """The books of one company; ``calls`` may be the connector's own."""

    def __init__(self, calls: Calls, config: Config) -> None:
        self._calls = calls
        self._accounts = {
            "accountNumberFrom": str(config.receivables_from),
            "accountNumberTo": str(config.receivables_to),
        }

    def dated(self, first: date, last: date) -> Iterator[Row]:
        """Number and day of each invoice and credit note dated from ``first`` to ``last``."""
        span = {"invoiceDateFrom": str(first), "invoiceDateTo": str(last + timedelta(days=1))}
        return self._calls.all("/invoice", {**span, "fields": "id,invoiceDate"})

    def money(self, first: date, last: date) -> Iterator[Row]:
        """The postings of receivables in a span of days, of the kinds that bring money."""
        span = {"dateFrom": str(first), "dateTo": str(last + timedelta(days=1))}
        asked = {**span, **self._accounts, "fields": _MONEY}
        found = self._calls.all("/ledger/posting", asked)
        return (row for row in found if row.get("type") in {*invoices.PAYMENTS, None})

    def groups(self, first: date, last: date) -> Iterator[Row]:
        """What was closed in a span of days: groups of postings with their vouchers."""
        span = {"dateFrom": str(first), "dateTo": str(last + timedelta(days=1))}
        asked = {**span, "fields": "id,postings(id,type,voucher(id),customer(id))"}
        return self._calls.all("/ledger/closeGroup", asked)

    def open_posts(self, today: date, *, filled: bool = True) -> Iterator[Row]:
        """The open postings of receivables.

        Raises ``Unreadable`` when there is none in books that were ``filled`` and a year of the
        ledger shows no posting either: the token has then no right to see the ledger.
        """
        asked = {"date": str(today + AHEAD), **self._accounts, "fields": _POST}
        empty = True
        for row in self._calls.all("/ledger/posting/openPost", asked):
            empty = False
            yield row
        if empty and filled:
            self.has_postings(today)

    def has_invoices(self, around: date) -> None:
        """Return when a year before or after ``around`` has an invoice; else ``Unreadable``."""
        asked = {
            "invoiceDateFrom": str(around - _YEAR), "invoiceDateTo": str(around + AHEAD),
            "fields": "id",
        }  # fmt: skip
        if not self._calls.page("/invoice", asked, count=1):
            raise Unreadable("the books were filled and now show no invoice")

    def has_postings(self, around: date) -> None:
        """Return when receivables have a posting around a day; else ``Unreadable``."""
        asked = {
            "dateFrom": str(around - _YEAR), "dateTo": str(around + AHEAD), **self._accounts,
            "fields": "id",
        }  # fmt: skip
        if not self._calls.page("/ledger/posting", asked, count=1):
            raise Unreadable("the receivable accounts show no posting of a year")

    def by_id(self, ids: Sequence[int], wanted: str) -> dict[int, Row]:
        """Invoices by their numbers, in any count; absent ones are gone.

        Raises ``Unreadable`` when all are, and no other invoice can be seen either.
        """
        found: dict[int, Row] = {}
        for start in range(0, len(ids), CHUNK):
            rows = self._calls.named("id", ids[start : start + CHUNK], wanted)
            found |= {row["id"]: row for row in rows}
        if (
            ids
            and not found
            and not self._calls.page("/invoice", {**ALWAYS, "fields": "id"}, count=1)
        ):
            raise Unreadable("no invoice can be seen")
        return found


def norwegian(instant: datetime) -> date:
    """The day in Norway, whose days the books have."""
    return instant.astimezone(ZONE).date()


def collected(reading: invoices.Reading, rows: Sequence[Row]) -> tuple[list[Fact], list[RowError]]:
    """Invoices as facts, each customer once and before what it owes; and what is refused.

    Of a customer that cannot be read no invoice is taken.
    """
    facts: list[Fact] = []
    refused: list[RowError] = []
    customers: dict[object, bool] = {}
    for row in rows:
        number = _of(row, "customer")
        if number not in customers:
            customers[number] = _party(reading, row, facts, refused)
        if customers[number]:
            _invoice(reading, row, facts, refused)
        else:
            text = "its customer cannot be read"
            refused.append(RowError(row=f"invoice/{row.get('id')}", field="customer", text=text))
    return facts, refused


def debtor(reading: invoices.Reading, row: Row, facts: list[Fact], refused: list[RowError]) -> bool:
    """Add a customer's record to ``facts``, or why not to ``refused``; whether it was read."""
    try:
        facts.append(parties.party(row, reading.connection, reading.config))
    except (RowRefused, ValueError) as error:
        refused.append(refusal(f"customer/{row.get('id')}", error))
        return False
    return True


def refusal(row: str, error: Exception) -> RowError:
    """A refused record, by name, and the field where it is not as Tripletex says."""
    if isinstance(error, RowRefused):
        return RowError(row=row, field=error.field, text=str(error))
    return RowError(row=row, field="", text="the record holds a value that is not allowed")


def _party(reading: invoices.Reading, row: Row, facts: list[Fact], refused: list[RowError]) -> bool:
    try:
        customer = fields.inner(row, "customer")
    except RowRefused:
        return False
    return debtor(reading, customer, facts, refused)


def _invoice(
    reading: invoices.Reading, row: Row, facts: list[Fact], refused: list[RowError]
) -> None:
    try:
        for name, make in reading.facts(row):
            try:
                facts.append(make())
            except (RowRefused, ValueError) as error:
                refused.append(refusal(name, error))
    except RowRefused as error:
        refused.append(refusal(f"invoice/{row.get('id')}", error))


def _of(row: Row, name: str) -> object:
    found = row.get(name)
    return found.get("id") if isinstance(found, dict) else None


def vouchers(rows: Iterable[Row]) -> set[int]:
    """The vouchers of customers' postings that are no payments: those of invoices and credits."""
    owed = (
        row for row in rows if row.get("type") not in invoices.PAYMENTS and _of(row, "customer")
    )
    return {one for row in owed if isinstance(one := _of(row, "voucher"), int)}
