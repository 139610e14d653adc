"""What reports are made of, read from the listings page by page: cases, invoices, the trail.

Nothing is kept of a page once it is counted, but the ids of the claims that have a case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, islice
from zoneinfo import ZoneInfo

from shared.cloud import crossing_rows, keys, table, truths
from shared.cloud.keys import Tenant
from shared.cloud.replay_rows import Past
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.deviations import Deviation, deviations
from shared.domain.events import ActSent, CaseEvent, ClaimJoined
from shared.domain.ledger_truth import Truth
from shared.domain.punctuality import Kept, punctuality
from shared.domain.report_accounts import of_claim, of_truth
from shared.domain.report_pack import Month, Pack
from shared.errors import NotFound

_PAGE = 100


def is_short(tenant: Tenant, most: int, kinds: Sequence[str] = ("CASE", "INV")) -> bool:
    """Whether a creditor has at most so many cases and invoices together (or cases alone)."""
    every = chain.from_iterable(listed(tenant, kind) for kind in kinds)
    return next(islice(every, most, None), None) is None


def cases(tenant: Tenant) -> Iterator[tuple[str, list[CaseEvent]]]:
    """Every case of a creditor with all its events, in order of their ids."""
    store = Store(tenant)
    for name in listed(tenant, "CASE"):
        yield name, store.events(name)


def listed(tenant: Tenant, kind: str, after: Row | None = None) -> Iterator[str]:
    """The ids of a listing, a page at a time; those that come after a row of it, if one is given.

    Of that row its key, ``list_in`` and ``list_id`` are needed.
    """
    listing, more = keys.listing(tenant, kind), after
    while True:
        rows, more = table.query_index("listing", listing, limit=_PAGE, after=more)
        yield from (row["list_id"] for row in rows)
        if more is None:
            return


def month_packs(tenant: Tenant, creditor: Creditor, month: Month, today: date) -> list[Pack]:
    """The sums of a month by currency; ``today`` is the creditor's day."""
    zone, packs, until = ZoneInfo(creditor.zone), dict[str, Pack](), month.until(today)
    counted: set[str] = set()
    for name, events in cases(tenant):
        currency = Case.replay(name, events[:1]).currency
        pack = packs.setdefault(currency, Pack(month, currency, zone, until))
        _claims(tenant, pack, pack.case(name, events), events, counted)
    for invoice in listed(tenant, "INV"):
        if invoice not in counted:
            _, known = truths.money_truth(tenant, invoice)
            if known.invoice.issued_in_books and known.invoice.total.amount > 0:
                currency = known.invoice.total.currency
                pack = packs.setdefault(currency, Pack(month, currency, zone, until))
                pack.account(of_truth(known, today))
    crossed = crossing_rows.of_month(tenant, str(month))
    for pack in list(packs.values())[:1]:
        pack.contacts_crossed(crossed)
    return [packs[currency] for currency in sorted(packs)]


def month_discipline(
    tenant: Tenant, month: Month, zone: ZoneInfo
) -> tuple[list[Deviation], list[Kept]]:
    """What people did otherwise in a month, in order of time, and the acts that went out in it.

    Both come from one pass over the cases; one that the month says nothing of is only read.
    Raises ``NotFound`` where what a decision rested on is gone.
    """
    trail = [row for day in _days(month) for row in _trail(tenant, day)]
    actors = {
        facts["hold"]: row["who"] for row in trail if "hold" in (facts := json.loads(row["facts"]))
    }
    found = [_override(row) for row in trail if row["what"] == "override_stored"]
    kept: list[Kept] = []
    past = Past(tenant)

    def within(at: datetime) -> bool:
        return month.has(at.astimezone(zone).date())

    for name, events in cases(tenant):
        if any(within(one.at) for one in events):
            found += [one for one in deviations(name, events, actors) if within(one.at)]
        if any(isinstance(one, ActSent) and month.has(one.on) for one in events):
            acts = punctuality(name, events, past.world)
            kept += [one for one in acts if month.has(one.effective)]
    return sorted(found, key=lambda one: (one.at, one.case, one.target)), kept


def _claims(
    tenant: Tenant, pack: Pack, case: Case, events: Sequence[CaseEvent], counted: set[str]
) -> None:
    joined = {
        one.claim.id: one.at.astimezone(pack.zone).date()
        for one in events
        if isinstance(one, ClaimJoined)
    }
    rows = table.batch_get([keys.invoice(tenant, name) for name in case.claims])
    now_in = {keys.id_of(pk): row.get("case_id", case.id) for (pk, _), row in rows.items()}
    for name, state in case.claims.items():
        # A claim that was reopened stands in its latest case; the closed one says nothing of it.
        if name not in counted and now_in.get(name, case.id) == case.id:
            counted.add(name)
            day = joined.get(name, state.claim.issued)
            early = _truth(tenant, name) if day >= pack.month.first else None
            pack.account(of_claim(state, day, early))


def _truth(tenant: Tenant, invoice: str) -> Truth | None:
    try:
        return truths.money_truth(tenant, invoice)[1]
    except NotFound:
        return None


def _days(month: Month) -> Iterator[str]:
    for number in range(month.last.day):
        yield (month.first + timedelta(days=number)).isoformat()


def _trail(tenant: Tenant, day: str) -> list[Row]:
    return table.query(keys.audit(tenant, day, "0")["pk"], "0", "~")


def _override(row: Row) -> Deviation:
    facts = json.loads(row["facts"])
    at, _, _ = row["sk"].partition("#")
    return Deviation(
        at=at, kind="override", by=row["who"], why="", target=f"{facts['kind']}:{facts['target']}"
    )
