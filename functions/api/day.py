"""Day: what happened to a creditor's cases since its day began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

from functions.api.exchange import Answer, Request
from shared.cloud import clock, keys, profiles, report_rows, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.act_events import ActSent
from shared.domain.claim_events import Claim
from shared.domain.creditor import Creditor
from shared.domain.events import CaseEvent, HandOverIntended, ReminderIntended, read_event
from shared.domain.model import Invoice
from shared.domain.timeline import words
from shared.errors import HubError

# Cases that one call looks at, by their latest event; entries that it shows.
_MOST_CASES, _MOST_SHOWN = 1_000, 100
# Claims of the entries whose invoice numbers are looked up: as many as one read takes.
_MOST_NUMBERS = 100
# Of a case that moved today so many of its latest events are read: an intent stands near its act.
_LATEST = 40
# What the hub thinks and prepares is no news; what came of it is.
_QUIET = frozenset({"decided", "reminder_intended", "hand_over_intended"})


def get_today(request: Request) -> Answer:
    """What happened today (the creditor's day): counts, and the latest of it, newest first.

    ``counts`` are by kind of event; of acts that went out ``reminder_sent`` and ``hand_over_sent``.
    ``whole``: whether all cases were looked at, which are 1,000 at most. ``numbers``: the invoice
    numbers, by id, of the claims that the entries are about, 100 at most.
    """
    tenant, now = request.tenant, clock.now()
    creditor = profiles.creditor(tenant)
    names = list(islice(report_rows.listed(tenant, "CASE"), _MOST_CASES + 1))
    moved = _moved(tenant, names[:_MOST_CASES], creditor, now)
    found = [
        {**one, "debtor": head["debtor"]}
        for case, head in moved.items()
        for one in _of_case(tenant, case, head["version"], creditor, now)
    ]
    found.sort(key=lambda one: (one["at"], one["case"]), reverse=True)
    counts = Counter(one["what"] for one in found)
    return Answer({
        "day": creditor.today(now).isoformat(), "whole": len(names) <= _MOST_CASES,
        "counts": dict(sorted(counts.items())), "entries": found[:_MOST_SHOWN],
        "numbers": _numbers(tenant, found[:_MOST_SHOWN]),
    })  # fmt: skip


def _moved(
    tenant: Tenant, names: Sequence[str], creditor: Creditor, now: datetime
) -> dict[str, Row]:
    """The cases whose latest event is of today, with their heads."""
    rows = table.batch_get([keys.head(tenant, one) for one in names]).values()
    heads: Mapping[str, Row] = {keys.id_of(row["pk"]): row for row in rows}
    last = [keys.event(tenant, case, head["version"]) for case, head in heads.items()]
    latest = table.batch_get(last).values()
    return {
        case: heads[case]
        for row in latest
        if (event := _read(row)) is not None
        and creditor.today(event.at) == creditor.today(now)
        and (case := keys.id_of(row["pk"]))
    }


def _of_case(
    tenant: Tenant, case: str, version: int, creditor: Creditor, now: datetime
) -> Iterator[dict[str, Any]]:
    low = keys.event(tenant, case, max(1, version - _LATEST + 1))
    rows = table.query(low["pk"], low["sk"], keys.event(tenant, case, version)["sk"])
    events = [event for row in rows if (event := _read(row)) is not None]
    acts = {
        one.act: "reminder_sent" if isinstance(one, ReminderIntended) else "hand_over_sent"
        for one in events
        if isinstance(one, ReminderIntended | HandOverIntended)
    }
    for one in reversed(events):
        if creditor.today(one.at) == creditor.today(now) and one.kind not in _QUIET:
            what = acts.get(one.act, one.kind) if isinstance(one, ActSent) else one.kind
            at = clock.stamp(one.at)
            yield {
                "at": at, "case": case, "what": what, "words": words(one), "claims": _claims(one),
            }  # fmt: skip


def _claims(event: CaseEvent) -> list[str]:
    """The ids of the claims that an event is about."""
    about = (getattr(event, "claim", None), *getattr(event, "claims", ()))
    # An event that a claim came by bears it whole.
    names = (one.id if isinstance(one, Claim) else one for one in about)
    return [one for one in dict.fromkeys(names) if isinstance(one, str)]


def _numbers(tenant: Tenant, entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The invoice numbers of the first claims of entries, by one read."""
    claims = list(dict.fromkeys(claim for one in entries for claim in one["claims"]))
    rows = table.batch_get([keys.invoice(tenant, one) for one in claims[:_MOST_NUMBERS]])
    found = [Invoice.model_validate_json(row["body"]) for row in rows.values() if "body" in row]
    return {one.id: one.number for one in found}


def _read(row: Row) -> CaseEvent | None:
    """An event that this release knows; another one is a person's already."""
    with suppress(HubError):
        return read_event(row["body"])
    return None
