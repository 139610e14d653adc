"""The checklist of a first day: what must hold before the first letter, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.domain.explain import Record
from shared.domain.ledger_balance import balance
from shared.domain.ledger_truth import Truth
from shared.domain.model import Id
from shared.domain.money import Money, total

# What to do where a point does not hold yet.
TO_DO = {
    "ageing": "Compare all invoices; then post what the ERP lacks, or let its connection be read.",
    "accounts": "Enable whoever says what is paid (a bank, a provider, the books); let it be read.",
    "stop_button": "Stop the creditor, and release it again.",
    "test_payment": "Pay one euro on a test invoice, post it in the books, and name the invoice.",
    "policy": "Activate a policy, and mend what the law pack refuses.",
    "law_pack": "Let somebody sign off the law pack, or waive fees until then.",
    "channels": "Test and enable every channel that the policy names; verify its sender.",
    "letters": "Look at each letter, then approve them.",
    "start_lines": "Set a start line on every ERP connection.",
    "arming": "Set the rules of the first days.",
    "four_eyes": "Give a second person a role, then want two people in the profile.",
    "nobody_else": "End the reminders of the ERP or the other agency, then say so.",
}

# So many differences are named; the rest is counted.
_MOST_SHOWN = 100


class Item(Record):
    """One point: whether it holds, what shows it, and what to do where it does not."""

    name: str
    ok: bool
    evidence: dict[str, object]
    to_do: str


class Difference(Record):
    """An invoice whose open principal the hub and the books see differently."""

    invoice: Id
    ledger: Money
    books: Money


class Beside(Record):
    """The hub's ledger laid beside the books, in one currency, as far as it was looked at.

    ``ledger`` and ``books`` are the open principal of so many ``invoices`` by each of the two;
    ``apart`` of them are not the same, ``differences`` the first of these. ``after`` is the id of
    the last one looked at, None once all were.
    """

    ledger: Money
    books: Money
    invoices: int = 0
    apart: int = 0
    differences: tuple[Difference, ...] = ()
    after: Id | None = None

    def further(self, truths: Sequence[Truth], after: str | None) -> Beside:
        """With some more invoices, up to the one of ``after``; other currencies are left out."""
        currency = self.ledger.currency
        mine = [one for one in truths if one.invoice.total.currency == currency]
        found = differences(mine)
        return Beside(
            ledger=self.ledger + total([balance(one) for one in mine], currency),
            books=self.books + total([one.invoice.open for one in mine], currency),
            invoices=self.invoices + len(mine),
            apart=self.apart + len(found),
            differences=(*self.differences, *found)[:_MOST_SHOWN],
            after=after,
        )


def item(name: str, ok: bool, **evidence: object) -> Item:  # noqa: FBT001 - the point itself
    """A point with its evidence (ids, days, codes and amounts, no names)."""
    return Item(name=name, ok=ok, evidence=evidence, to_do="" if ok else TO_DO[name])


def ageing(found: Beside, stated: Money | None = None, **evidence: object) -> Item:
    """Whether the hub's ledger is the books to the cent, on every invoice of a currency.

    ``stated`` is the total that the ERP itself prints, where somebody gave it.
    """
    books = found.books if stated is None else stated
    return item(
        "ageing",
        found.after is None and not found.apart and found.ledger == books,
        ledger=str(found.ledger),
        books=str(books),
        stated_by_erp=stated is not None,
        invoices=found.invoices,
        all_invoices=found.after is None,
        apart=found.apart,
        differences=[one.model_dump(mode="json") for one in found.differences],
        **evidence,
    )


def differences(truths: Iterable[Truth]) -> list[Difference]:
    """The invoices on which the two are not the same, by id."""
    found = [
        Difference(invoice=one.invoice.id, ledger=balance(one), books=one.invoice.open)
        for one in truths
        if balance(one) != one.invoice.open
    ]
    return sorted(found, key=lambda one: one.invoice)


def one_euro(truth: Truth | None, *, books_say: bool = False) -> Item:
    """Whether money on a test invoice was seen on an account and posted in the books.

    ``books_say``: its books are believed to say themselves what is paid; the posting is enough.
    """
    if truth is None:
        return item("test_payment", ok=False)
    seen = [lot.payment for lot in truth.lots if lot.net]
    posted = [one.id for one in truth.payments if truth.booked_by(one)]
    invoice = truth.invoice.id
    ok = bool(posted and (seen or books_say))
    told = {"invoice": invoice, "seen": seen, "posted": posted, "books_say": books_say}
    return item("test_payment", ok, **told)
