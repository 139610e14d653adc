"""Money in a small world: invoices in a case, sightings of feeds, and what became of both."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from functions import book, match
from shared.cloud import due, facts, keys, money_rows, table, tasks
from shared.cloud.store import Store
from shared.domain.model import Allocation, Invoice, Payment
from shared.domain.sighting import Sighting
from tests.functions.world import NORDIC, NOW, eur

ACCOUNT = "FI2112345600000785"
# Finnish references with right check digits, by invoice.
REFERENCES = {"1": "1009", "2": "20022", "3": "300030", "4": "4000048"}


def invoice(number="1", opened="100.00", **of):
    fields = {
        "id": f"erp:{number}", "version": opened, "number": f"2026-000{number}",
        "debtor": f"erp:d{number}", "issued": date(2026, 1, 1), "due": date(2026, 1, 15),
        "sent": date(2026, 1, 1), "total": eur("100.00"), "open": eur(opened),
        "reference": REFERENCES.get(number), "capacity": "consumer", "claim_class": "goods",
    }  # fmt: skip
    return Invoice(**(fields | of))


def sighting(name="1", amount="100.00", **of):
    fields = {
        "id": f"bank:{name}", "version": "1", "kind": "receipt", "account": ACCOUNT,
        "amount": eur(amount), "value_date": date(2026, 2, 25), "booked": date(2026, 2, 25),
    }  # fmt: skip
    return Sighting(**(fields | of))


def reversal(of, name="r1", amount="100.00", **more):
    fields = {
        "kind": "reversal", "reverses": f"bank:{of}" if of else None,
        "booked": date(2026, 2, 27), "reason_code": "AC04",
    }  # fmt: skip
    return sighting(name, amount, **(fields | more))


def stated(name, amount, number="1", on=date(2026, 2, 25)):
    """A payment of the books."""
    return Payment(
        id=f"erp:{name}", version=amount, amount=eur(amount), value_date=on, booked=on,
        received=on, allocations=(Allocation(invoice=f"erp:{number}", amount=eur(amount)),),
    )  # fmt: skip


def connected(name="bank", *, tenant=NORDIC, **of):
    connector = "erp.csv_file" if name == "erp" else "banks.camt"
    row = {
        **keys.connection(tenant, name), "connector": connector, "state": "enabled",
        "config": "{}", "start_line": "2026-01-01", **of,
    }  # fmt: skip
    table.put(row)


def take(*page, feed="bank", now=NOW, tenant=NORDIC):
    return facts.take(tenant, feed, page, now, lambda _: now - timedelta(days=1))


def tell(*page, feed="erp"):
    """A page of the books, booked at once."""
    tally = take(*page, feed=feed)
    run(book, [{"tenant": "nordic", "invoice": one} for one in sorted(tally.due)])
    work()


def see(*page, feed="bank"):
    """A page of a bank or provider, matched and booked at once."""
    take(*page, feed=feed)
    work()


def run(module, bodies):
    for body in bodies:
        record = {"messageId": "m", "body": json.dumps(body)}
        assert module.handler({"Records": [record]}, None) == {"batchItemFailures": []}, body


def work(now: datetime = NOW):
    """Match and book what is due by now, as the sweep would have it done."""
    for _ in range(12):
        waiting = _due(now)
        if not waiting:
            return
        for kind, name in waiting:
            function, field = {"MON": (match, "payment"), "INV": (book, "invoice")}[kind]
            run(function, [{"tenant": "nordic", field: name}])
    raise AssertionError(f"something is due for ever: {waiting}")


def _due(now):
    rows = [row for number in range(keys.SHARDS) for page in due.rows(f"S#{number}", now)
            for row in page]  # fmt: skip
    found = {(keys.kind_of(row["pk"]), keys.id_of(row["pk"])) for row in rows}
    return sorted(one for one in found if one[0] in {"MON", "INV"})


def payment(name="1"):
    return money_rows.read(NORDIC, f"bank:{name}").payment


def claims():
    """Every claim of every case, by invoice."""
    return {claim: state for case in cases() for claim, state in case.claims.items()}


def cases():
    return [Store(NORDIC).load(one).case for one in _listed("CASE")]


def holds():
    return sorted(name for case in cases() for name in case.holds)


def open_now():
    """What is open of each claim, by the invoice's number."""
    return {claim[4:]: str(state.open.amount) for claim, state in claims().items()}


def tasks_open():
    """Why people are asked."""
    return sorted(tasks.read(NORDIC, one)["why"] for one in _listed("TASK"))


def _listed(kind):
    page, _ = table.query_index("listing", keys.listing(NORDIC, kind), limit=100)
    return [row["list_id"] for row in page]
