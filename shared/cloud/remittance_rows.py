"""Remittances as rows: each kept once as its partner stated it, and found by its bank line."""

from __future__ import annotations

import base64
import hashlib
import json
import lzma
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.client_money import Difference
from shared.domain.matching_lookups import amount_key
from shared.domain.money import Money
from shared.domain.passed_on import BOOKED_WITHIN
from shared.domain.remittance import ARRIVES_WITHIN, Remittance, is_bank_line
from shared.domain.sighting import Sighting

# So many remittances of one amount say nothing about any of them.
_MOST = 50
_PAGE = 100
# Characters of a row above which a remittance is packed; in UTF-8 they are at most four times that.
_LONG = 50_000


def name_of(partner: str, remittance: str) -> str:
    """The id of a remittance's row: partners count theirs alike."""
    return hashlib.sha256(f"{partner}|{remittance}".encode()).hexdigest()[:32]


def key_of(tenant: Tenant, name: str) -> Key:
    """Where a remittance stands."""
    return keys.fact(tenant, "REMIT", name)


def listing_of(partner: str) -> str:
    """The listing of a partner's remittances."""
    return f"REMIT/{partner}"


def new(
    tenant: Tenant, partner: str, remittance: Remittance, found: Sequence[Difference]
) -> list[Write]:
    """The rows of a remittance that nobody has seen before, for a transaction.

    It waits for its bank line. A ``Conflict`` when its id is known.
    """
    name = name_of(partner, remittance.id)
    row: Row = {
        **key_of(tenant, name),
        "conn": partner,
        **_stated(remittance, found),
        "state": "expected",
        "list_in": keys.listing(tenant, listing_of(partner)),
        "list_id": name,
    }
    looked_up = {**_look(tenant, remittance.total, name), "conn": partner}
    return [table.put_write(row), table.put_write(looked_up, condition=None)]


def read(tenant: Tenant, partner: str, remittance: str) -> Row | None:
    """The row of a partner's remittance."""
    return table.get(key_of(tenant, name_of(partner, remittance)))


def of(row: Row) -> Remittance:
    """The remittance of a row."""
    return Remittance.model_validate_json(_text(row, "body"))


def differences_of(row: Row) -> list[dict[str, Any]]:
    """The lines that nothing explained when the remittance came, as JSON has them."""
    found: list[dict[str, Any]] = json.loads(_text(row, "differences"))
    return found


def of_bank_line(tenant: Tenant, sighting: Sighting) -> Row | None:
    """The remittance that money on the account is; None if it is none.

    One remittance has one bank line: two of the same amount, day and reference are told apart by
    which of them has arrived.
    """
    for row in _of_total(tenant, sighting.amount):
        if row.get("payment", sighting.id) == sighting.id and is_bank_line(of(row), sighting):
            return row
    return None


def has_total(tenant: Tenant, partner: str, amount: Money, on: date) -> bool:
    """Whether a partner announced a remittance whose total money of a day may be.

    The books may have it some days before its value date, and until they are closed for a month.
    """
    mine = [row for row in _of_total(tenant, amount) if row["conn"] == partner]
    days = [of(row).value_date for row in mine]
    return any(day - ARRIVES_WITHIN <= on <= day + BOOKED_WITHIN for day in days)


def arrived(row: Row, sighting: Sighting) -> Write:
    """That a remittance has arrived as this money, to be written with its match."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": "arrived", "payment": sighting.id},
        condition="attribute_not_exists(payment) OR payment = :mine",
        values={"mine": sighting.id},
    )


def each(tenant: Tenant, partner: str) -> Iterator[Row]:
    """All remittances of a partner, a page at a time."""
    listing, more = keys.listing(tenant, listing_of(partner)), None
    while True:
        page, more = table.query_index("listing", listing, limit=_PAGE, after=more)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        yield from rows.values()
        if more is None:
            return


def keys_of(tenant: Tenant, partner: str) -> Iterator[Key]:
    """All rows that a partner's remittances have left, for a wipe."""
    for row in each(tenant, partner):
        name = str(row["list_id"])
        yield key_of(tenant, name)
        yield _look(tenant, of(row).total, name)


def _stated(remittance: Remittance, found: Sequence[Difference]) -> Row:
    """What the partner stated and what nothing explains, as texts.

    Packed when long: a row holds 400 KB (DynamoDB, Service quotas), and a report of 256 KB with as
    many differences is longer, though it says the same few things of each line.
    """
    said = {
        "body": remittance.model_dump_json(),
        "differences": json.dumps([one.model_dump(mode="json") for one in found]),
    }
    if sum(map(len, said.values())) <= _LONG:
        return dict(said)
    packed = lzma.compress(json.dumps(said, ensure_ascii=False).encode())
    return {"packed": base64.b64encode(packed).decode()}


def _text(row: Row, name: str) -> str:
    if "packed" not in row:
        return str(row[name])
    said = json.loads(lzma.decompress(base64.b64decode(row["packed"])))
    return str(said[name])


def _look(tenant: Tenant, amount: Money, name: str) -> Key:
    digest = hashlib.sha256(f"{tenant.id}|PAYOUT:{amount_key(amount)}".encode()).hexdigest()[:32]
    return keys.lookup(tenant, digest, "REMIT", name)


def _of_total(tenant: Tenant, amount: Money) -> list[Row]:
    """The remittances of a total, in the order of their keys."""
    pk = _look(tenant, amount, "x")["pk"]
    names = [row["sk"].partition("#")[2] for row in table.query(pk, "A", "Z", limit=_MOST)]
    rows = table.batch_get([key_of(tenant, one) for one in names]) if names else {}
    return [rows[key] for key in sorted(rows)]
