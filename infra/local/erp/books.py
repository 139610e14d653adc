"""What an accountant does in Tryton's books, through Tryton's own interface and nothing else.

Facts about Tryton 8.2 that this module rests on (read in its source, seen on a running server):

* Due date: an invoice has a payment term and a ``payment_term_date``; our one term is "remainder
  at once", so that date is the due date. It lands on the receivable line as ``maturity_date``.
* Posting prints the invoice in a second transaction and asks "yes?" for a due date in the past and
  an invoice date in the future (``UserWarning``): a yes is a record in ``res.user.warning``.
* ``account.invoice.pay`` is the pay wizard. It books one move, links its receivable line to the
  invoice (``payment_lines``) and reconciles when the sum fits; ``state`` becomes ``paid`` then.
* A full credit (``account.invoice.credit`` with refund) leaves the invoice ``cancelled`` with
  ``cancel_move`` = the credit note's move, and the credit note ``paid``. A void does the same with
  a reversing move that no invoice owns. A partial credit note is an invoice with a negative line
  whose receivable line is added to the invoice's ``payment_lines``; it stays ``posted`` until the
  rest is paid, and then both become ``paid``.
* Do not dun: a party whose dunning procedure has no level; an invoice whose ``account.dunning`` is
  ``blocked``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from infra.local.erp.desk import Desk, warning_key
from infra.local.erp.entries import (
    Customer,
    NewInvoice,
    Posted,
    Receipt,
    invoice_entry,
    party_entry,
    procedure_entry,
)
from infra.local.erp.rpc import Rpc
from infra.local.erp.server import Tryton

BATCH = 50
T = TypeVar("T")


class Books:
    """The accountant at work; every method raises ErpError when Tryton refuses."""

    def __init__(self, rpc: Rpc) -> None:
        self._desk = Desk(rpc)

    @classmethod
    def open(cls, erp: Tryton) -> Books:
        """Log in as the accountant of a running server."""
        return cls(Rpc(erp.url, erp.database, erp.user, erp.password))

    def create_customers(self, customers: Sequence[Customer]) -> list[int]:
        """Create customers in batches; answers their ids in order."""
        made: list[int] = []
        for batch in batches(customers, BATCH):
            rows = [party_entry(self._desk, customer) for customer in batch]
            made += self._desk.rpc.model("party.party", "create", rows)
        return made

    def post_invoices(
        self, invoices: Sequence[NewInvoice], progress: Callable[[int], None] | None = None
    ) -> list[Posted]:
        """Create and post invoices in batches, oldest first; answers them in the order given.

        Tryton numbers by date: an invoice older than the newest of its year is refused.
        ``progress`` hears how many each batch held.
        """
        order = sorted(range(len(invoices)), key=lambda place: invoices[place].issued)
        posted: dict[int, Posted] = {}
        for places in batches(order, BATCH):
            batch = [invoices[place] for place in places]
            addresses = self._addresses({invoice.customer for invoice in batch})
            entries = [
                invoice_entry(self._desk, invoice, addresses[invoice.customer]) for invoice in batch
            ]
            ids = self._desk.rpc.model("account.invoice", "create", entries)
            posted.update(zip(places, self._post(ids), strict=True))
            if progress:
                progress(len(batch))
        return [posted[place] for place in range(len(invoices))]

    def pay(self, invoice: int, on: date, amount: Decimal | None = None) -> None:
        """Book a payment of ``amount`` (None = all that is open) received on ``on``.

        More than the open amount leaves the rest as unapplied credit of the customer.
        """
        row = self._invoice_row(invoice)
        amount = row["amount_to_pay"] if amount is None else amount
        start = {
            "payee": row["party"], "amount": amount, "currency": row["currency"],
            "company": row["company"], "invoice_account": row["account"], "date": on,
            "payment_method": self._desk.named("account.invoice.payment.method", "name", "Bank"),
        }  # fmt: skip
        with_ask = self._desk.wizard("account.invoice.pay", "account.invoice", [invoice])
        result = with_ask("choice", {"start": start})
        if "view" in result:
            shown = result["view"]["defaults"]
            answer = {name: value for name, value in shown.items() if not name.endswith(".")}
            if answer.get("type") != "overpayment":
                answer["type"] = "partial"
            with_ask("pay", {"ask": answer})
        with_ask(None, {})

    def book_statement(
        self, receipts: Sequence[Receipt], progress: Callable[[int], None] | None = None
    ) -> None:
        """Book many payments as bank statements: eight times faster than one dialogue each.

        A receipt that is more than what is open is linked to its invoice and left unreconciled.
        """
        for batch in batches(receipts, BATCH):
            facts = self._settlement_facts({receipt.invoice for receipt in batch})
            lines = [
                {"date": receipt.on, "amount": receipt.amount,
                 "party": facts[receipt.invoice]["party"],
                 "account": facts[receipt.invoice]["account"],
                 "related_to": f"account.invoice,{receipt.invoice}"}
                for receipt in batch
            ]  # fmt: skip
            last = max(receipt.on for receipt in batch)
            row = {
                "name": last.isoformat(), "date": last, "number_of_lines": len(lines),
                "journal": self._desk.named("account.statement.journal", "name", "Bank"),
                "lines": [["create", lines]],
            }  # fmt: skip
            made = self._desk.rpc.model("account.statement", "create", [row])
            self._desk.insist("account.statement", "validate_statement", made)
            self._desk.insist("account.statement", "post", made)
            if progress:
                progress(len(batch))

    def credit(self, invoice: int, on: date) -> int:
        """Credit an invoice in full (Tryton's refund); answers the credit note's id."""
        step = self._desk.wizard("account.invoice.credit", "account.invoice", [invoice])
        start = {"invoice_date": on, "with_refund": True, "with_refund_allowed": True}
        result = step("credit", {"start": start})
        step(None, {})
        return int(result["actions"][0][1]["res_id"][0])

    def credit_part(self, invoice: int, on: date, amount: Decimal) -> int:
        """Credit ``amount`` of what is open and set it off; answers the credit note's id."""
        row = self._invoice_row(invoice)
        note = NewInvoice(row["party"], on, on, -amount, description=f"Credit {row['number']}")
        (posted,) = self.post_invoices([note])
        (line,) = self._invoice_row(posted.id)["lines_to_pay"]
        if amount == row["amount_to_pay"]:
            lines = [*row["lines_to_pay"], *row["payment_lines"], line]
            self._reconcile([one["id"] for one in self._unreconciled(lines)])
        else:
            self._desk.rpc.model(
                "account.invoice", "write", [invoice], {"payment_lines": [["add", [line]]]}
            )
        return posted.id

    def void(self, invoice: int) -> None:
        """Cancel a posted invoice with a reversing move (there is no credit note)."""
        self._desk.insist("account.invoice", "cancel", [invoice])

    def draft_invoice(self, invoice: NewInvoice) -> int:
        """Create an invoice and leave it a draft; answers its id."""
        address = self._addresses({invoice.customer})[invoice.customer]
        entry = invoice_entry(self._desk, invoice, address)
        (made,) = self._desk.rpc.model("account.invoice", "create", [entry])
        return int(made)

    def delete_draft(self, invoice: int) -> None:
        """Delete a draft invoice; a posted one cannot be deleted in Tryton."""
        self._desk.rpc.model("account.invoice", "cancel", [invoice])
        self._desk.rpc.model("account.invoice", "delete", [invoice])

    def block_dunning(self, invoice: int) -> None:
        """Mark one invoice as not to be dunned (``account.dunning`` with ``blocked``)."""
        row = self._invoice_row(invoice)
        procedure = self._desk.named("account.dunning.procedure", "name", "Usual")
        (level, *_) = self._desk.rpc.find(
            "account.dunning.level", [["procedure", "=", procedure]], "overdue"
        )
        values = [
            {"line": line, "procedure": procedure, "level": level["id"], "blocked": True,
             "company": row["company"]}
            for line in row["lines_to_pay"]
        ]  # fmt: skip
        self._desk.rpc.model("account.dunning", "create", values)

    def unblock_dunning(self, invoice: int) -> None:
        """Take the mark of ``block_dunning`` away."""
        lines = self._invoice_row(invoice)["lines_to_pay"]
        rows = self._desk.rpc.find("account.dunning", [["line", "in", lines]], "id")
        self._desk.rpc.model(
            "account.dunning", "write", [row["id"] for row in rows], {"blocked": False}
        )

    def stop_dunning(self, customer: int, *, stop: bool = True) -> None:
        """Mark a customer as not to be dunned at all, or take the mark away."""
        self._desk.rpc.model(
            "party.party", "write", [customer], procedure_entry(self._desk, stop=stop)
        )

    def open_amounts(self, invoices: Sequence[int]) -> dict[int, Decimal]:
        """What is open on each invoice by Tryton's own reckoning (negative for a credit note)."""
        rows = self._desk.rpc.find(
            "account.invoice", [["id", "in", list(invoices)]], "amount_to_pay"
        )
        return {row["id"]: row["amount_to_pay"] for row in rows}

    def notes(self, invoice: int) -> list[str]:
        """The notes that hang on an invoice, oldest first."""
        domain = [["resource", "=", f"account.invoice,{invoice}"]]
        return [row["message"] for row in self._desk.rpc.find("ir.note", domain, "message")]

    # -- steps and look-ups --------------------------------------------------------------------

    def _post(self, ids: list[int]) -> list[Posted]:
        self._desk.say_yes(warning_key(one, "invoice_payment_term") for one in ids)
        self._desk.insist("account.invoice", "post", ids)
        rows = self._desk.rpc.find(
            "account.invoice", [["id", "in", ids]], "number", "customer_payment_reference"
        )
        return [
            Posted(row["id"], row["number"], row["customer_payment_reference"].replace(" ", ""))
            for row in rows
        ]

    def _reconcile(self, lines: list[int]) -> None:
        step = self._desk.wizard("account.move.reconcile_lines", "account.move.line", lines)
        step("reconcile", {})
        step(None, {})

    def _unreconciled(self, lines: Sequence[int]) -> list[dict[str, Any]]:
        domain = [["id", "in", list(lines)], ["reconciliation", "=", None]]
        return self._desk.rpc.find("account.move.line", domain, "id")

    def _settlement_facts(self, invoices: set[int]) -> dict[int, dict[str, Any]]:
        domain = [["id", "in", sorted(invoices)]]
        rows = self._desk.rpc.find("account.invoice", domain, "party", "account")
        return {row["id"]: row for row in rows}

    def _invoice_row(self, invoice: int) -> dict[str, Any]:
        (row,) = self._desk.rpc.find(
            "account.invoice", [["id", "=", invoice]], "number", "party", "currency", "company",
            "account", "amount_to_pay", "lines_to_pay", "payment_lines",
        )  # fmt: skip
        return row

    def _addresses(self, parties: set[int]) -> dict[int, int]:
        rows = self._desk.rpc.find("party.address", [["party", "in", sorted(parties)]], "party")
        return {row["party"]: row["id"] for row in rows}


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut ``items`` into runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
