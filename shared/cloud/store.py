"""The store of one tenant's cases: load by fold, append by one transaction, nothing else.

Every append is one transaction: HEAD moves from the version that was seen, and the events stand
where nothing stood. A step of the dunning machine also proves its claim token (version, attempt),
so that a run started twice, or a run that outlived its lease, ends in ``Conflict``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.cloud import (
    agenda,
    amend_rows,
    clock,
    crossing_rows,
    debtor_rows,
    hub_keys,
    keys,
    table,
    tell_rows,
    writeback_rows,
)
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain import crossings
from shared.domain.case import Case
from shared.domain.events import CaseClosed, CaseEvent, CaseOpened, read_event, write_event
from shared.domain.identity import told_of
from shared.domain.identity_events import CaseAbsorbed
from shared.errors import Conflict, NotFound

# A snapshot every so many events keeps a load at one page, whatever the age of the case.
SNAPSHOT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Token:
    """The claim token of a run: what HEAD said when the sweep claimed the case."""

    case: str
    version: int
    attempt: int
    snapshot: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case as it stands, its HEAD row, and the rows read beside it."""

    case: Case
    head: Row
    rows: Mapping[tuple[str, str], Row]

    def row(self, key: Key) -> Row | None:
        """A row that was read beside the case, or None when there is none."""
        return self.rows.get((key["pk"], key["sk"]))


def case_name(tenant: Tenant, debtor: str, unit: str, predecessor: str | None) -> str:
    """The id of the next case of a debtor's unit: the same however often it is opened."""
    seed = json.dumps([tenant.id, debtor, unit, predecessor])
    return "c" + hashlib.sha256(seed.encode()).hexdigest()[:20]


class Store:
    """Cases of one tenant. ``Store(tenant)`` is the only way to a case's rows."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def load(
        self, case_id: str, *, beside: Sequence[Key] = (), snapshot: int | None = None
    ) -> Loaded:
        """A case by one query and one batch read, strongly consistent.

        ``beside`` are keys to read in the same batch; the facts of the case's claims, its policy
        and its connection are always among them. ``snapshot`` is the version of the latest
        snapshot when the caller knows it. Raises ``NotFound``, ``Unreadable``.
        """
        if snapshot is None:
            seen = table.get(keys.head(self.tenant, case_id))
            if seen is None:
                raise NotFound("no such case")
            snapshot = seen["snap"]
        low = keys.event(self.tenant, case_id, snapshot + 1)
        rows = table.query(low["pk"], low["sk"], "HEAD")
        if not rows or rows[-1]["sk"] != "HEAD":
            raise NotFound("no such case")
        head = rows[-1]
        if head["snap"] != snapshot:
            raise Conflict("the case has moved on since it was claimed")
        wanted = [*self._always(case_id, head), *beside]
        batch = table.batch_get(wanted)
        start = None
        if snapshot:
            key = keys.snapshot(self.tenant, case_id, snapshot)
            start = Case.model_validate_json(batch[key["pk"], key["sk"]]["body"])
        case = Case.replay(case_id, (read_event(row["body"]) for row in rows[:-1]), start)
        if case.version != head["version"]:
            raise Conflict("the case has moved on while it was read")
        return Loaded(case, head, batch)

    def events(self, case_id: str, version: int | None = None) -> list[CaseEvent]:
        """Every event of a case in order, for timelines and case files.

        ``version`` leaves out what happened after it: a case that was loaded may move meanwhile.
        """
        first = keys.event(self.tenant, case_id, 1)
        rows = table.query(first["pk"], "EV#", "EV#~")
        return [read_event(row["body"]) for row in rows][:version]

    def history(
        self, case_id: str, version: int | None = None, within: frozenset[str] = frozenset()
    ) -> list[CaseEvent]:
        """The events of a case up to a version, those of the cases that it took up in their place.

        ``within`` are the cases whose history this is a part of.
        """
        told: list[CaseEvent] = []
        outer = within | {case_id}
        for event in self.events(case_id, version):
            if isinstance(event, CaseAbsorbed) and event.source not in outer:
                told += told_of(self.history(event.source, within=outer), event)
            told.append(event)
        return told

    def open(
        self,
        case_id: str,
        events: Sequence[CaseEvent],
        *,
        due_at: datetime | None,
        also: Sequence[Write] = (),
    ) -> Case:
        """Begin a case with its first events. Raises ``Conflict`` when it exists."""
        case = Case.replay(case_id, events)
        opened = events[0]
        if not isinstance(opened, CaseOpened):
            raise TypeError("a case begins with CaseOpened")
        head: Row = {
            **keys.head(self.tenant, case_id),
            **self._due(case_id, due_at),
            "version": case.version,
            "attempt": 0,
            "snap": 0,
            "debtor": opened.debtor,
            "conn": opened.connection,
            "policy": opened.policy.id,
            "policy_version": opened.policy.version,
            "refs": json.dumps([state.claim.id for state in case.open_claims()]),
            "list_in": keys.listing(self.tenant, "CASE"),
            "list_id": case_id,
        }
        counts = debtor_rows.opened(self.tenant, case, events)
        begun = [table.put_write(head), *self._event_writes(case_id, 0, events), counts]
        table.transact([*begun, *also])
        return case

    def append(
        self,
        loaded: Loaded,
        events: Sequence[CaseEvent],
        *,
        due_at: datetime | None,
        token: Token | None = None,
        also: Sequence[Write] = (),
    ) -> Loaded:
        """Events after those that were seen, and the next instant at which the case is due.

        Raises ``Conflict`` when the case moved meanwhile, or when ``token`` is no longer the
        claim in force.
        """
        if token is not None and token.version != loaded.case.version:
            raise Conflict("the claim of this run is for another version of the case")
        crossed = crossings.found(loaded.case, events)
        writes, after = self.appended(loaded, events, due_at=due_at, token=token)
        rows = crossing_rows.writes(self.tenant, after.case, crossed)
        told = tell_rows.writes(
            self.tenant, loaded.case, after.case, events, lambda: self.events(loaded.case.id)
        )
        people = amend_rows.of_events(self.tenant, after.case, events, clock.now())
        switch = loaded.row(writeback_rows.settings_key(self.tenant))
        control = loaded.row(keys.control(self.tenant))
        books = writeback_rows.writes(self.tenant, switch, control, loaded.case, events)
        table.transact([*writes, *rows, *told, *people, *books, *also])
        crossing_rows.counted(crossed)
        return after

    def appended(
        self,
        loaded: Loaded,
        events: Sequence[CaseEvent],
        *,
        due_at: datetime | None,
        token: Token | None = None,
    ) -> tuple[list[Write], Loaded]:
        """The writes of an append, for a transaction of two cases at once, and what they make."""
        before, head = loaded.case, loaded.head
        case = Case.replay(before.id, events, before)
        snap = head["snap"]
        writes: list[Write] = []
        if case.version - snap >= SNAPSHOT_EVERY:
            snap = case.version
            key = keys.snapshot(self.tenant, case.id, snap)
            writes.append(table.put_write({**key, "body": case.model_dump_json()}))
        due = self._due(case.id, due_at)
        changes = {
            **due,
            "version": case.version,
            "attempt": 0,
            "snap": snap,
            "refs": json.dumps([state.claim.id for state in case.open_claims()]),
        }
        if case.policy is not None and case.policy != before.policy:
            changes |= {"policy": case.policy.id, "policy_version": case.policy.version}
        condition = "version = :seen"
        values: dict[str, object] = {"seen": before.version}
        if token is not None:
            condition += " AND attempt = :attempt"
            values["attempt"] = token.attempt
        move = table.update_write(
            keys.head(self.tenant, case.id),
            set_=changes,
            remove=() if due else ("due_shard", "due_at"),
            condition=condition,
            values=values,
        )
        debtor = keys.debtor(self.tenant, case.debtor)
        counts, row = debtor_rows.counted(self.tenant, before, case, events, loaded.row(debtor))
        rows = loaded.rows if row is None else {**loaded.rows, (debtor["pk"], debtor["sk"]): row}
        closing = [one.at.date() for one in events if isinstance(one, CaseClosed)]
        ended = [agenda.closed(self.tenant, case.id, day) for day in closing]
        told = self._event_writes(case.id, before.version, events)
        made = [move, *told, *writes, *counts, *ended]
        return made, Loaded(case, {**head, **changes}, rows)

    def _always(self, case_id: str, head: Row) -> list[Key]:
        wanted = [
            hub_keys.control(),
            hub_keys.law(),
            keys.control(self.tenant),
            writeback_rows.settings_key(self.tenant),
            keys.overrides(self.tenant),
            keys.fact(self.tenant, "FIRSTDAY", "rules"),
            keys.debtor_overrides(self.tenant, head["debtor"]),
            keys.debtor(self.tenant, head["debtor"]),
            keys.creditor(self.tenant),
            keys.feeds(self.tenant),
            keys.connection(self.tenant, head["conn"]),
            keys.policy(self.tenant, head["policy"], head["policy_version"]),
            *(keys.invoice(self.tenant, claim) for claim in json.loads(head["refs"])),
        ]
        if head["snap"]:
            wanted.append(keys.snapshot(self.tenant, case_id, head["snap"]))
        return wanted

    def _due(self, case_id: str, due_at: datetime | None) -> Row:
        if due_at is None:
            return {}
        pk = keys.head(self.tenant, case_id)["pk"]
        return {"due_shard": keys.due_shard(pk), "due_at": clock.stamp(due_at)}

    def _event_writes(self, case_id: str, after: int, events: Sequence[CaseEvent]) -> list[Write]:
        return [
            table.put_write(
                {
                    **keys.event(self.tenant, case_id, after + number),
                    "kind": event.kind,
                    "body": write_event(event),
                }
            )
            for number, event in enumerate(events, start=1)
        ]
