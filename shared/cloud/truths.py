"""The truth of an invoice: all that stands in its partition, read by one query."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.ledger_truth import Lot, Stated, Truth, Waiting
from shared.domain.model import Agreement, CreditNote, Invoice, Party, PastNotice, Payment
from shared.domain.money import Money
from shared.errors import NotFound


def truth(tenant: Tenant, invoice_id: str) -> tuple[Row, Truth]:
    """An invoice's row and all that is known of it, by one query and one read beside it."""
    row, known = money_truth(tenant, invoice_id)
    wanted = {"party": keys.party(tenant, known.invoice.debtor)}
    if known.invoice.agreement is not None:
        wanted["agreement"] = keys.fact(tenant, "AGR", known.invoice.agreement)
    rows = table.batch_get(list(wanted.values()))
    party, agreement = (
        rows.get((key["pk"], key["sk"])) if (key := wanted.get(name)) else None
        for name in ("party", "agreement")
    )
    return row, replace(
        known,
        party=None if party is None else Party.model_validate_json(party["body"]),
        agreement=None if agreement is None else Agreement.model_validate_json(agreement["body"]),
    )


def money_truth(tenant: Tenant, invoice_id: str) -> tuple[Row, Truth]:
    """An invoice's row and all money that is known of it, by one query. Raises ``NotFound``."""
    pk = keys.invoice(tenant, invoice_id)["pk"]
    rows = {row["sk"]: row for row in table.query(pk, "ALLOC#", "WAIT#~")}
    fact = rows.pop("FACT", None)
    if fact is None:
        raise NotFound("no such invoice")
    return fact, of_rows(fact, rows)


def of_rows(fact: Row, beside: Mapping[str, Row]) -> Truth:
    """The truth of an invoice's rows: the fact, and by sort key what stands beside it."""

    def bodies(kind: str) -> list[str]:
        return [row["body"] for sk, row in beside.items() if sk.startswith(kind)]

    invoice = Invoice.model_validate_json(fact["body"])
    currency = invoice.total.currency
    return Truth(
        invoice=invoice,
        missing="missing" in fact,
        payments=tuple(map(Payment.model_validate_json, bodies("PAY#"))),
        credit_notes=tuple(map(CreditNote.model_validate_json, bodies("CRN#"))),
        lots=tuple(map(Lot.model_validate_json, bodies("ALLOC#"))),
        waiting=tuple(map(Waiting.model_validate_json, bodies("WAIT#"))),
        notices=tuple(map(PastNotice.model_validate_json, bodies("NOTE#"))),
        stated=tuple(
            Stated(date.fromisoformat(on), Money.of(opened, currency))
            for on, opened in json.loads(fact.get("stated", "[]"))
        ),
    )
