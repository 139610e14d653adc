"""Write-back as rows: the creditor's switch and accounts, what is to be written, and postings.

What an append means for the ERP is put down in the append's own transaction. A row to be written is
one of the outbox, due by itself; in preview and in observe mode it is only ``proposed``, and
waits for a person. A posting stays for ever, listed by the month of its day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from shared.cloud import clock, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain import postings
from shared.domain.case import Case
from shared.domain.events import CaseEvent
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.postings import Account, Kind, Posting
from shared.domain.status_notes import Note, noted

# The listing of all that waits to be written or could not be.
WAITING = "WRITEBACK"
KIND = "write_back"
# Rows that one transaction makes due.
RELEASED = 25


class Settings(Record):
    """The creditor's switch: ``off``, ``preview`` (written down, not out) or ``on``.

    ``connections`` are the ERPs that take it, ``notes`` says whether they get status notes.
    ``postings``: none, for the file alone, or as vouchers too.
    """

    mode: Literal["off", "preview", "on"] = "off"
    connections: tuple[Id, ...] = Field(default=(), max_length=20)
    notes: bool = True
    postings: Literal["none", "file", "voucher"] = "file"


class Chosen(Settings):
    """The switch as stored: ``vouchers`` are those of the connections that can hold a draft.

    None in a row from before they were told apart: each of them was taken to.
    """

    vouchers: tuple[Id, ...] | None = None

    def takes_vouchers(self, connection: str) -> bool:
        """Whether postings go to a connection as drafts, and not into the file alone."""
        able = self.connections if self.vouchers is None else self.vouchers
        return self.postings == "voucher" and connection in able


class Accounts(Record):
    """The account of each kind; all of them or none."""

    accounts: dict[Kind, Account] = {}


def settings_key(tenant: Tenant) -> Key:
    """Where the switch stands; it is read beside every case."""
    return keys.fact(tenant, KIND, "settings")


def accounts_key(tenant: Tenant) -> Key:
    """Where the accounts stand."""
    return keys.fact(tenant, KIND, "accounts")


def posting_key(tenant: Tenant, key: str) -> Key:
    """Where a posting stands."""
    return keys.fact(tenant, "POSTING", key)


def settings(row: Row | None) -> Chosen:
    """The switch as stored; off without a row."""
    return Chosen() if row is None else Chosen.model_validate_json(row["body"])


def accounts(tenant: Tenant) -> dict[Kind, Account]:
    """The creditor's accounts; none before anybody stored them."""
    row = table.get(accounts_key(tenant))
    return {} if row is None else Accounts.model_validate_json(row["body"]).accounts


def put(key: Key, stored: Record) -> Write:
    """Replace the switch or the accounts."""
    return table.put_write({**key, "body": stored.model_dump_json()}, condition=None)


def writes(
    tenant: Tenant,
    switch: Row | None,
    control: Row | None,
    before: Case,
    events: Sequence[CaseEvent],
) -> list[Write]:
    """The rows of all that the ERP is to hear of an append; none while the switch is off."""
    chosen = settings(switch)
    if chosen.mode == "off":
        return []
    due = chosen.mode == "on" and not (control or {}).get("observe")
    place = before.version + len(events)
    found = [
        _row(tenant, before.id, _note_name(before.id, place, connection, group), connection,
             {"what": "note", "status": group[0].status, "text": group[0].text,
              "invoices": [one.invoice for one in group]}, due=due)
        for connection, group in _groups(noted(before, events) if chosen.notes else [])
        if connection in chosen.connections
    ]  # fmt: skip
    for posting in postings.proposed(before, events) if chosen.postings != "none" else []:
        found.append(_kept(tenant, posting))
        connection = connection_of(posting.claim)
        if chosen.takes_vouchers(connection):
            name = f"{before.id}-voucher-{posting.key}"
            body = {"what": "voucher", "posting": posting.model_dump(mode="json")}
            found.append(_row(tenant, before.id, name, connection, body, due=due))
    return found


def connection_of(invoice: str) -> str:
    """The connection whose books an invoice stands in: it begins every id."""
    return invoice.rpartition(":")[0]


def note_key(act: str, invoice: str) -> str:
    """The key of one note, the same for ever."""
    return hashlib.sha256(f"{act}|{invoice}".encode()).hexdigest()[:24]


def ended(tenant: Tenant, act: str, row: Row, state: Literal["sent", "failed"], code: str) -> Write:
    """The end of a writing; what failed stays listed. A ``Conflict`` when somebody was faster."""
    gone = ("due_shard", "due_at", *(("list_in", "list_id") if state == "sent" else ()))
    return table.update_write(
        keys.outbox(tenant, act), set_={"state": state, "code": code}, remove=gone,
        condition="due_at = :seen", values={"seen": row["due_at"]},
    )  # fmt: skip


def released(rows: Sequence[Row]) -> list[Write]:
    """What was proposed, or failed, is due now."""
    found = []
    for row in rows:
        fields = {
            "state": "intended", "attempt": 0, "due_shard": keys.due_shard(row["pk"]),
            "due_at": clock.stamp(clock.now()),
        }  # fmt: skip
        key = {"pk": row["pk"], "sk": row["sk"]}
        found.append(
            table.update_write(
                key, set_=fields, condition="#state = :seen", values={"seen": row["state"]}
            )
        )
    return found


def waiting(tenant: Tenant) -> tuple[list[Row], bool]:
    """The first rows that a person may release, one transaction's worth; and whether more are."""
    listing, after, found = keys.listing(tenant, WAITING), None, list[Row]()
    while len(found) <= RELEASED:
        page, after = table.query_index("listing", listing, limit=100, after=after)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page]).values()
        found += [row for row in rows if row["state"] in {"proposed", "failed"}]
        if after is None:
            break
    return found[:RELEASED], len(found) > RELEASED


def of_month(tenant: Tenant, month: str) -> list[Posting]:
    """Every posting of a month (``2026-03``), in the order of days and keys."""
    listing, after, found = keys.listing(tenant, f"POSTING/{month}"), None, list[Posting]()
    while True:
        page, after = table.query_index("listing", listing, limit=100, after=after)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        found += [Posting.model_validate_json(row["body"]) for row in rows.values()]
        if after is None:
            return sorted(found, key=lambda one: (one.on, one.key))


def _groups(notes: Sequence[Note]) -> list[tuple[str, list[Note]]]:
    """Notes that say the same go as one row for each connection."""
    groups: dict[tuple[str, str, str], list[Note]] = {}
    for one in notes:
        group = (connection_of(one.invoice), one.status, one.text)
        groups.setdefault(group, []).append(one)
    return [(group[0], members) for group, members in groups.items()]


def _note_name(case: str, place: int, connection: str, group: Sequence[Note]) -> str:
    seed = f"{case}|{place}|{connection}|{group[0].status}|{group[0].text}"
    return f"{case}-note-{hashlib.sha256(seed.encode()).hexdigest()[:24]}"


def _row(
    tenant: Tenant, case: str, act: str, connection: str, body: dict[str, Any], *, due: bool
) -> Write:
    key = keys.outbox(tenant, act)
    row: Row = {
        **key, "kind": KIND, "state": "intended" if due else "proposed", "case_id": case,
        "conn": connection, "message": json.dumps(body), "attempt": 0,
        "made_at": clock.stamp(clock.now()), "list_in": keys.listing(tenant, WAITING),
        "list_id": act,
    }  # fmt: skip
    if due:
        row |= {"due_shard": keys.due_shard(key["pk"]), "due_at": row["made_at"]}
    return table.put_write(row)


def _kept(tenant: Tenant, posting: Posting) -> Write:
    row: Row = {
        **posting_key(tenant, posting.key), "body": posting.model_dump_json(),
        "list_in": keys.listing(tenant, f"POSTING/{posting.on:%Y-%m}"), "list_id": posting.key,
    }  # fmt: skip
    return table.put_write(row)
