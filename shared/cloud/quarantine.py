"""Quarantine: partners' reports that a person must look at, listed until taken or dismissed.

A report lies among the raw deliveries of its day, so what lists it here is a row of its own, made
in the transaction that quarantines it and gone with the word about it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from shared.cloud import clock, inbox, keys, table, tasks
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.errors import NotFound

_KIND = "QUARANTINE"
_WHY = "partner_report_quarantined"
# What answers the question of a report about which somebody has decided here.
TAKEN, DISMISSED = "taken", "dismissed"


def listing_of(partner: str) -> str:
    """The listing of a partner's quarantined reports, oldest first."""
    return f"{_KIND}/{partner}"


def key_of(tenant: Tenant, name: str) -> Key:
    """Where the row that lists a report stands."""
    return keys.fact(tenant, _KIND, name)


def held(
    tenant: Tenant, source: str, row: Row, fault: str, said: str = "", *, ours: bool = True
) -> list[Write]:
    """A report is quarantined, listed and asked about, for one transaction.

    ``fault`` is a fixed sentence, ``said`` the report's type where it could be read, ``ours``
    whether the case that it names is one of the partner's. A report that is settled already makes
    it a ``Conflict``.
    """
    event, name = keys.id_of(row["pk"]), _name(source, row)
    listed: Row = {
        **key_of(tenant, name),
        "conn": source,
        "event": event,
        "case": row["case"],
        "type": said,
        "fault": fault,
        "since": clock.stamp(clock.now()),
        "list_in": keys.listing(tenant, listing_of(source)),
        "list_id": name,
    }
    why = Reason(rule="hub.inbox", text=fault, facts={"connection": source, "event": event})
    case = row["case"] if ours else ""
    asked = tasks.task_write(tenant, _task(source, row), case, _WHY, (), (why,))
    return [inbox.settled(row, "quarantined", fault), table.put_write(listed), asked]


def taken(tenant: Tenant, source: str, row: Row, by: str, now: datetime) -> list[Write]:
    """A report is worked on once more from ``now`` on, as if it had just come (for a transaction).

    ``by`` is a principal's id. Whatever stands in its way then is asked about anew.
    """
    return [inbox.again(row, now), *_decided(tenant, source, row, TAKEN, by)]


def dismissed(tenant: Tenant, source: str, row: Row, by: str) -> list[Write]:
    """Nothing is ever made of a report (for a transaction); it stays kept, and so does its key."""
    end = inbox.dismissed(row)
    return [end, *_decided(tenant, source, row, DISMISSED, by)]


def _decided(tenant: Tenant, source: str, row: Row, word: str, by: str) -> list[Write]:
    """The end of a report's place in the list, and of its question while nobody answered that."""
    gone = table.delete_write(key_of(tenant, _name(source, row)))
    task = _task(source, row)
    try:
        still_open = tasks.read(tenant, task)["state"] == "open"
    except NotFound:
        still_open = False
    return [gone, *([tasks.answer(tenant, task, word, by)] if still_open else [])]


def _name(source: str, row: Row) -> str:
    """The id of the row that lists a report: in the order in which reports came."""
    return f"{row['received_at']}.{_digest(source, row)}"


def _task(source: str, row: Row) -> str:
    """The question about a report; each time that it is taken in vain has one of its own."""
    times = inbox.times_taken(row)
    return f"report-{_digest(source, row)}" + (f"-{times}" if times else "")


def _digest(source: str, row: Row) -> str:
    return hashlib.sha256(f"{source}#{keys.id_of(row['pk'])}".encode()).hexdigest()[:12]
