"""Measures Tryton's own dunning on N overdue invoices; runs inside Tryton's environment.

Usage: ``python measure_dunning.py <config file> <database> <N>``; prints one JSON object. It calls
what Tryton's two wizards call (``Dunning.generate_dunnings`` and ``Dunning.process``), each in one
transaction that is committed, and starts a transaction again when Tryton asks for a lock, as its
own dispatcher does. CPU is this process's own, which holds SQLite too.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from trytond import config  # type: ignore[import-not-found]

PER_PARTY = 5
BATCH = 200
DUE = date(2024, 1, 31)
ACCOUNTANT = "accountant"


class Ledger:
    """One Tryton database in this process."""

    def __init__(self, database: str) -> None:
        from trytond.pool import Pool  # type: ignore[import-not-found]

        Pool.start()
        self.database = database
        self.pool = Pool(database)
        self.pool.init()
        self.user = 0
        self.company = self.do(lambda: self.pool.get("company.company").search([])[0].id)
        self.user = self.do(
            lambda: self.pool.get("res.user").search([("login", "=", ACCOUNTANT)])[0].id
        )

    def do(self, work: Callable[[], Any]) -> Any:
        """Run ``work`` in one transaction, with the locks that Tryton asks for, and commit it."""
        from trytond.transaction import (  # type: ignore[import-not-found]
            Transaction,
            TransactionError,
        )

        locks: dict[str, Any] = {}
        while True:
            company = getattr(self, "company", None)
            # Questions ("the date is in the past") are answered with yes, as a cron run does.
            context = {"company": company, "companies": [company], "_skip_warnings": True}
            with Transaction().start(self.database, self.user, context=context, **locks) as run:
                try:
                    return work()
                except TransactionError as error:
                    run.rollback()
                    error.fix(locks)

    def measured(self, work: Callable[[], Any]) -> dict[str, float | int]:
        """CPU seconds of ``work`` with its commit, and the rows that it wrote for good."""
        from trytond.transaction import Transaction

        written = 0

        def counted() -> None:
            nonlocal written
            connection = Transaction().connection
            before = connection.total_changes
            work()
            written = connection.total_changes - before

        begun = time.process_time()
        self.do(counted)
        return {"cpu_s": round(time.process_time() - begun, 3), "rows_written": written}


def fill(ledger: Ledger, count: int) -> None:
    """Post ``count`` receivables of 100 that are due on ``DUE``, five to a customer."""
    pool = ledger.pool

    def parties() -> list[int]:
        rows = [{"name": f"Customer {number}"} for number in range(-(-count // PER_PARTY))]
        return [party.id for party in pool.get("party.party").create(rows)]

    made = ledger.do(parties)
    for start in range(0, count, BATCH):
        owners = [made[number // PER_PARTY] for number in range(start, min(count, start + BATCH))]
        ledger.do(partial(post_receivables, ledger, owners))


def post_receivables(ledger: Ledger, owners: list[int]) -> None:
    """Post one journal entry of two lines for each customer in ``owners``."""
    pool = ledger.pool
    account, move = pool.get("account.account"), pool.get("account.move")
    (receivable,) = account.search([("code", "=", "1.2.1")])
    (revenue,) = account.search([("code", "=", "4.1.2")])
    (journal,) = pool.get("account.journal").search([("code", "=", "REV")])
    period = pool.get("account.period").find(ledger.company, date=DUE)
    hundred, nothing = Decimal(100), Decimal(0)
    rows = [
        {
            "journal": journal.id, "period": period, "date": DUE, "company": ledger.company,
            "lines": [("create", [
                {"account": receivable.id, "party": owner, "debit": hundred, "credit": nothing,
                 "maturity_date": DUE},
                {"account": revenue.id, "debit": nothing, "credit": hundred},
            ])],
        }
        for owner in owners
    ]  # fmt: skip
    move.post(move.create(rows))


def measure(database: str, count: int) -> dict[str, Any]:
    """All steps of two levels on ``count`` invoices, and one day on which nothing is due."""
    ledger = Ledger(database)
    fill(ledger, count)
    dunning = ledger.pool.get("account.dunning")

    def generate(days: int) -> dict[str, float | int]:
        return ledger.measured(lambda: dunning.generate_dunnings(date=DUE + timedelta(days)))

    def process() -> dict[str, float | int]:
        return ledger.measured(lambda: dunning.process(dunning.search([("state", "=", "draft")])))

    steps = {
        "generate": generate(5), "process": process(),
        "raise_level": generate(20), "process_fee": process(),
        "noop_day": generate(21),
    }  # fmt: skip
    fees = ledger.do(
        lambda: ledger.pool.get("account.dunning.fee.dunning_level").search([], count=True)
    )
    if fees != count:
        raise SystemExit("Tryton did not book one fee per invoice")
    return {
        "n": count,
        "backend": "sqlite",
        "steps": steps,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    config.update_etc(sys.argv[1])
    print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
