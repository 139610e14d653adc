"""What is written into Tryton: notes on invoices, and draft moves that an accountant posts.

Source: trytond 8.2 ``ir/note.py``, ``ir/resource.py`` and ``modules/account/move.py``, each point
seen on a running server. A note hangs on a record (``resource``), whoever makes one needs the right
to write that record, and the record itself is not touched by it. A move is made as a draft, counts
in no balance until somebody posts it, and keeps its description. Both carry the hub's key
(``[dunlin:…]``), by which they are found again. Dunnings are never touched.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from connectors.contract import Connection, Receipt
from connectors.contract_write_back import StatusNote, Voucher, VoucherLine
from connectors.erp.tryton.questions import MONEY, OWN
from connectors.erp.tryton.rest import Row, TrytonRest, typed_amount, typed_date
from connectors.failed_acts import receipt_for
from connectors.http import Door
from shared.errors import Reconnect, Refused, Retry, Unreadable

_TOTAL_SECONDS = 60


class Writing:
    """The power to write back (``WriteBack``); needs the secret ``write_key`` of a user who may.

    The user may read what the hub reads, periods and notes, write invoices (for their notes), and
    make notes, moves and move lines.
    """

    def __init__(self, connection: Connection, config: Any) -> None:
        self._connection = connection
        self._config = config

    @cached_property
    def _writer(self) -> TrytonRest:
        key = self._connection.secrets.get("write_key", "")
        if not key:
            raise Reconnect("the application key for writing is missing", lacks="settings")
        door = Door(
            self._config.url, private_targets=self._connection.private_targets,
            total_seconds=_TOTAL_SECONDS, secrets=(key,),
        )  # fmt: skip
        return TrytonRest(door, self._config.database, key, self._config.company)

    def written(self, one: StatusNote | Voucher, *, key: str) -> Receipt:
        """Whether a note or move with the key is there; a move may be posted by now."""

        def ask() -> Receipt:
            mark = f"%{_mark(key)}%"
            if isinstance(one, Voucher):
                domain: list[object] = [
                    ["company", "=", self._config.company], ["description", "like", mark],
                ]  # fmt: skip
                found = self._writer.search("account.move", domain, ["state"], limit=1)
            else:
                resource = f"account.invoice,{self._local(one.invoice)}"
                domain = [["resource", "=", resource], ["message", "like", mark]]
                found = self._writer.search("ir.note", domain, ["id"], limit=1)
            if not found:
                return Receipt(outcome="rejected", code="not_found")
            return Receipt(outcome="accepted", reference=str(found[0]["id"]))

        return _answered(ask)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """A note on the invoice; the invoice's own stamp stays, so that no pull sees a change."""

        def make() -> Receipt:
            resource = f"account.invoice,{self._local(note.invoice)}"
            record = {"resource": resource, "message": f"{note.text} {_mark(key)}"}
            made = self._writer.create("ir.note", record)
            return Receipt(outcome="accepted", reference=made or None)

        return _answered(make)

    def voucher(self, voucher: Voucher, *, key: str) -> Receipt:
        """A draft move; rejected with a code where journal, account or period cannot take it."""

        def make() -> Receipt:
            invoice = self._invoice(voucher)
            record = {
                "company": self._config.company,
                "journal": self._journal(voucher.journal),
                "period": self._period(voucher),
                "date": typed_date(voucher.on),
                "description": f"{voucher.text} {_mark(key)}",
                "lines": [["create", [self._line(one, invoice) for one in voucher.lines]]],
            }
            made = self._writer.create("account.move", record)
            return Receipt(outcome="accepted", reference=made or None)

        return _answered(make)

    def _invoice(self, voucher: Voucher) -> Row:
        domain: list[object] = [["id", "=", self._local(voucher.invoice)], ["type", "=", "out"]]
        fields = ["account", "party", "company.currency.code"]
        row = self._only("account.invoice", domain, fields, "unknown_invoice")
        own = row["company"]["currency"]["code"]
        if any(line.debit.currency != own for line in voucher.lines):
            raise Refused("the voucher is in another currency", code="foreign_currency")
        return row

    def _journal(self, code: str) -> int:
        row = self._only("account.journal", [["code", "=", code]], ["type"], "unknown_journal")
        if row["type"] in MONEY:  # its lines would come back from the pull as payments
            raise Refused("the journal is one for money", code="money_journal")
        return int(row["id"])

    def _period(self, voucher: Voucher) -> int:
        day = typed_date(voucher.on)
        domain: list[object] = [
            ["company", "=", self._config.company], ["type", "=", "standard"],
            ["state", "=", "open"], ["start_date", "<=", day], ["end_date", ">=", day],
        ]  # fmt: skip
        return int(self._only("account.period", domain, ["id"], "period_closed")["id"])

    def _line(self, line: VoucherLine, invoice: Row) -> Row:
        amounts = {
            "debit": typed_amount(line.debit.amount), "credit": typed_amount(line.credit.amount),
        }  # fmt: skip
        tax = {"description": f"tax {line.tax}"} if line.tax else {}
        if not line.account:
            return {**amounts, **tax, "account": invoice["account"], "party": invoice["party"]}
        domain: list[object] = [
            ["company", "=", self._config.company], ["code", "=", line.account],
        ]  # fmt: skip
        fields = ["party_required"]
        account = self._only("account.account", domain, fields, "unknown_account")
        party = {"party": invoice["party"]} if account["party_required"] else {}
        return {**amounts, **tax, **party, "account": account["id"]}

    def _only(self, model: str, domain: list[object], fields: list[str], code: str) -> Row:
        """The one record that matches. Raises ``Refused`` with a code where there is not one."""
        found = self._writer.search(model, domain, fields, limit=2)
        if len(found) != 1:
            raise Refused("what the voucher names is not there, or not alone", code=code)
        return found[0]

    def _local(self, invoice: str) -> int:
        connection, _, number = invoice.rpartition(":")
        if connection != self._connection.id or not (number.isascii() and number.isdigit()):
            raise Refused("the invoice is not of these books", code="unknown_invoice")
        return int(number)


def _mark(key: str) -> str:
    return f"{OWN}{key}]"


def _answered(call: Callable[[], Receipt]) -> Receipt:
    """The outcome of a call; ``Reconnect`` passes, for the key no longer works."""
    try:
        return call()
    except (Retry, Refused, Unreadable) as error:
        return receipt_for(error)
