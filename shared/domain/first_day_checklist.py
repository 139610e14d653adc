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
    "ageing": "Look at each difference: post what the ERP lacks, or let its connection be read.",
    "accounts": "Enable every bank and provider, and let its statements come up to today.",
    "stop_button": "Stop the creditor (PUT /v1/control, stopped) and release it again.",
    "test_payment": "Pay one euro on a test invoice and post it: ?test_invoice= names it.",
    "policy": "Activate a policy, and mend what the law pack refuses.",
    "law_pack": "Let somebody sign off the law pack, or waive fees until then.",
    "channels": "Test and enable every channel that the policy names; verify its sender.",
    "letters": "Look at each letter, then approve them: POST /v1/first-day/letters.",
    "start_lines": "Set a start line on every ERP connection.",
    "arming": "Put the rules of the first days: PUT /v1/first-day/arming.",
    "four_eyes": "Give a second person a role, then want two: four_eyes required in the profile.",
    "nobody_else": "End the reminders of the ERP or the other agency, then say so.",
}


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


def item(name: str, ok: bool, **evidence: object) -> Item:  # noqa: FBT001 - the point itself
    """A point with its evidence (ids, days, codes and amounts, no names)."""
    return Item(name=name, ok=ok, evidence=evidence, to_do="" if ok else TO_DO[name])


def ageing(truths: Sequence[Truth], currency: str, stated: Money | None) -> Item:
    """Whether the hub's ledger is the books to the cent, in one currency.

    ``stated`` is the total that the ERP itself prints, where somebody gave it.
    """
    mine = [one for one in truths if one.invoice.total.currency == currency]
    found = differences(mine)
    ledger = total([balance(one) for one in mine], currency)
    books = stated if stated is not None else total([one.invoice.open for one in mine], currency)
    return item(
        "ageing",
        not found and ledger == books,
        ledger=str(ledger),
        books=str(books),
        stated_by_erp=stated is not None,
        invoices=len(mine),
        differences=[one.model_dump(mode="json") for one in found],
    )


def differences(truths: Iterable[Truth]) -> list[Difference]:
    """The invoices on which the two are not the same, by id."""
    found = [
        Difference(invoice=one.invoice.id, ledger=balance(one), books=one.invoice.open)
        for one in truths
        if balance(one) != one.invoice.open
    ]
    return sorted(found, key=lambda one: one.invoice)


def one_euro(truth: Truth | None) -> Item:
    """Whether money on a test invoice was seen on an account and posted in the books."""
    if truth is None:
        return item("test_payment", ok=False)
    seen = [lot.payment for lot in truth.lots if lot.net]
    posted = [one.id for one in truth.payments if truth.booked_by(one)]
    invoice = truth.invoice.id
    return item("test_payment", bool(seen and posted), invoice=invoice, seen=seen, posted=posted)
