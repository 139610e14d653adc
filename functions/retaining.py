"""Retaining: what of a creditor's records is over today, and its deletion, class by class.

Each class has one rule for a record that is over: it goes, it goes on to its next class, or it is
held (something is owed, contested, at work, or kept for a court) and looked at again tomorrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from functions.dossier import Dossier, documents_of, dossier
from shared.cloud import (
    agenda,
    audit,
    day_rows,
    documents,
    forgotten,
    hook_counts,
    keys,
    legal_holds,
    payer_links,
    table,
)
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import erasure
from shared.domain.creditor import Creditor
from shared.domain.reconciliation import Entry
from shared.domain.retention import HeldBy, Keep, RetentionClass, retention
from shared.domain.sighting import Sighting
from shared.errors import Conflict, NotFound, Unreadable

# ``on``: nothing of this class is left to delete, and the record goes on to its next class.
Verdict = Literal["gone", "on", "held"]

# In this order; the trail and counters have days of their own and come last.
LISTED: tuple[RetentionClass, ...] = ("raw", "contact", "case_evidence", "unmatched", "ledger")
# What a day's money is of: the money without a place, and the rest.
MONEY: tuple[RetentionClass, ...] = ("unmatched", "ledger")
_WITHOUT_PLACE = frozenset({"new", "waiting", "unapplied"})
# No line of a trail is older than the hub.
_FIRST = date(2026, 1, 1)


@dataclass(slots=True)
class Retaining:
    """One creditor's retention on a day (its zone); ``counts`` say what became of records."""

    tenant: Tenant
    creditor: Creditor
    today: date
    counts: Counter[tuple[RetentionClass, Verdict]] = field(default_factory=Counter)

    def keep(self, kind: RetentionClass) -> Keep:
        """The rule of a class in the creditor's country. Raises ``ValueError``."""
        return retention(kind, self.creditor.country)

    def upto(self, kind: RetentionClass) -> date:
        """The latest day whose records are over.

        A day's money is of two classes, whichever ends first: it is looked at when one of them is
        over (``unmatched``), and goes on until both are (``ledger``).
        """
        if kind not in MONEY:
            return self.ended(kind)
        days = [self.ended(one) for one in MONEY]
        return max(days) if kind == MONEY[0] else min(days)

    def ended(self, kind: RetentionClass) -> date:
        """The latest day whose records of a class are over by the table."""
        return self.keep(kind).over_up_to(self.today, self.creditor.year_ends)

    def over(
        self, kind: RetentionClass, after: Row | None = None
    ) -> Iterator[tuple[list[Row], Row | None]]:
        """Pages of what is over of a class, and where to go on after each."""
        return agenda.over(self.tenant, kind, self.upto(kind), after)

    def verdict(self, kind: RetentionClass, row: Row, *, act: bool) -> Verdict:
        """What becomes of a record that is over; with ``act`` it does. Raises ``Conflict``."""
        return _RULES[kind](self, row, act)

    def end(self, kind: RetentionClass, row: Row) -> None:
        """Delete what is over of one record, and count it.

        What cannot be read, or is written meanwhile, is held: tomorrow is another day.
        """
        try:
            verdict = self.verdict(kind, row, act=True)
        except (Conflict, Unreadable):
            verdict = "held"
        self.counts[kind, verdict] += 1

    def trail(self, since: date | None) -> date:
        """Delete the trail day by day after ``since``; the last day that is gone."""
        last = self.upto("audit")
        day = _FIRST if since is None else since + timedelta(days=1)
        while day <= last:
            self.counts["audit", "gone"] += audit.delete(self.tenant, day)
            day += timedelta(days=1)
        return max(last, since or last)

    def counters(self) -> None:
        """Delete the counters of hours and days that nobody asks for any more."""
        gone = hook_counts.delete(self.tenant, self.upto("technical"))
        self.counts["technical", "gone"] += gone


def _raw(run: Retaining, row: Row, act: bool) -> Verdict:  # noqa: FBT001 - one shape of all rules
    """Bytes of a source: a webhook goes whole; of a report the key stays, which never expires."""
    if row["state"] == "received":
        return "held"
    if act and keys.kind_of(row["pk"]) == "HOOK":
        if "document" in row:
            documents.erase(run.tenant, row["document"])
        table.batch_put([], [{"pk": row["pk"], "sk": row["sk"]}])
    elif act:
        agenda.leave(row, ("body", "raw"), over=run.today.isoformat())
    return "gone"


def _contact(run: Retaining, row: Row, act: bool) -> Verdict:  # noqa: FBT001
    """How to reach a person who owes nothing any more; a later case has a time of its own."""
    known = _person(run, row)
    if known is None or _later(run, known, row):
        return _move(run, row, act)
    if run.keep("contact").held(_held(known)):
        return "held"
    if act:
        for party in known.parties:
            forgotten.forget_contact(party)
        payer_links.forget(run.tenant, known.debtors)
    return _move(run, row, act)


def _evidence(run: Retaining, row: Row, act: bool) -> Verdict:  # noqa: FBT001
    """A case's letters and case files, and the name of a person who has no later case."""
    case = keys.id_of(row["pk"])
    known = _person(run, row)
    if known is not None and run.keep("case_evidence").held(_held(known)):
        return "held"
    if act:
        for name in documents_of([Store(run.tenant).events(case)]):
            documents.erase(run.tenant, name)
        if known is not None and not _later(run, known, row):
            for party in known.parties:
                forgotten.forget_name(party)
        table.batch_put([], [{"pk": row["pk"], "sk": row["sk"]}])
    return "gone"


def _payers(run: Retaining, row: Row, act: bool) -> Verdict:  # noqa: FBT001
    """Who paid on a day, by the class of each payment; amounts, days and keys never expire."""
    if legal_holds.any_stands(run.tenant):
        # Whose money it is, a hold does not say: a person who keeps something keeps the payers.
        return "held"
    day = agenda.day_of(row)
    over = {kind for kind in MONEY if day <= run.ended(kind)}
    if act:
        for entry in day_rows.entries(run.tenant, day):
            if _class_of(entry) in over:
                _forget_payer(run, entry)
    if over < set(MONEY):
        return _move(run, row, act)
    if act:
        agenda.leave(row)
    return "gone"


def _class_of(entry: Entry) -> RetentionClass:
    status = "new" if entry.payment is None else entry.payment.status
    return "unmatched" if status in _WITHOUT_PLACE else "ledger"


def _forget_payer(run: Retaining, entry: Entry) -> None:
    stored = table.get(keys.sighting(run.tenant, entry.sighting.id))
    if stored is not None:
        forgotten.forget(stored, Sighting, run.today)


_RULES: dict[RetentionClass, Callable[[Retaining, Row, bool], Verdict]] = {
    "raw": _raw,
    "contact": _contact,
    "case_evidence": _evidence,
    "unmatched": _payers,
    "ledger": _payers,
}


def _person(run: Retaining, row: Row) -> Dossier | None:
    """The person of a closed case, None where the party is gone."""
    head = table.get(keys.head(run.tenant, keys.id_of(row["pk"])))
    if head is None:
        return None
    try:
        return dossier(run.tenant, head["debtor"])
    except NotFound:
        return None


def _held(known: Dossier) -> set[HeldBy]:
    return erasure.holds(known.cases(), legal=bool(known.holds))


def _later(run: Retaining, known: Dossier, row: Row) -> bool:
    """Whether the person has another case that is open, or closed after this one."""
    this, on = keys.id_of(row["pk"]), agenda.day_of(row)
    others = [name for name in known.events if name != this]
    rows = table.batch_get([keys.ended(run.tenant, name) for name in others])
    closed = {keys.id_of(pk): agenda.day_of(one) for (pk, _), one in rows.items()}
    return any(
        closed.get(case.id, on) > on or not case.closed for case in known.cases() if case.id != this
    )


def _move(run: Retaining, row: Row, act: bool) -> Verdict:  # noqa: FBT001
    if act:
        kind: RetentionClass = row["list_in"].rpartition("/")[2]
        agenda.on_to(run.tenant, row, agenda.NEXT[kind])
    return "on"
