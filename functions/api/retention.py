"""Retention through the API: the table, who stands for it, and what is over today."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, get_args

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.retaining import LISTED, Retaining
from shared.cloud import audit, clock, keys, profiles, retention_rows, table
from shared.cloud.table import Row
from shared.domain.explain import Record
from shared.domain.retention import RetentionClass, retention, table_hash

# A preview looks at so many records of each class, and names so many of all.
_MOST_LOOKED, _MOST_NAMED = 200, 100


class Retention(Record):
    """Whether records are deleted when their time is over.

    ``table`` is the hash of the table that was read, ``name`` the person (a lawyer) who stands for
    it. Neither is wanted to switch it off.
    """

    state: Literal["on", "off"]
    table: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    name: str = Field(default="", max_length=100)


def get_retention(request: Request) -> Answer:
    """The table for the creditor's country, its hash, and whether and by whose word it is on."""
    creditor = profiles.creditor(request.tenant)
    classes = [retention(kind, creditor.country) for kind in get_args(RetentionClass)]
    row = table.get(retention_rows.rules_key(request.tenant))
    told = [
        {
            "id": one.id, "class": one.kind, "years": one.years, "days": one.days,
            "counts_from": one.counts_from, "held_by": list(one.held_by), "section": one.section,
            "status": one.status, "note": one.note,
        }
        for one in classes
    ]  # fmt: skip
    return Answer({"table": table_hash(), "classes": told, **_state(row)})


def put_retention(request: Request) -> Answer:
    """Switch retention on for the table as it is, or off; the first run is in the next night.

    ``Problem`` 409 ``other_table`` where the hash is not that of the table that ships with the hub,
    422 without the name of who stands for it.
    """
    said = read(request, Retention)
    on = said.state == "on"
    if on and said.table != table_hash():
        raise Problem(409, "other_table", "The table has changed since you read it: read it again.")
    if on and not said.name.strip():
        raise Problem(422, "no_name", "Enter the name of whoever stands for the table.")
    by, now = request.principal.client, clock.now()
    write = retention_rows.switched(
        request.tenant, on=on, name=said.name, digest=said.table, by=by, now=now
    )
    facts = {"state": said.state, "table": said.table}
    table.transact([write, audit.entry(request.tenant, by, "retention_switched", facts)])
    return Answer(_state(table.get(retention_rows.rules_key(request.tenant))))


def deletes(request: Request) -> bool:
    """Whether a request switches retention on."""
    return read(request, Retention).state == "on"


def in_words(request: Request) -> str:
    """What whoever approves it reads."""
    return f"Delete what is over, by retention table {read(request, Retention).table[:12]}."


def confirmed(request: Request) -> object:
    """What the request rests on: what was confirmed before."""
    return table.get(retention_rows.rules_key(request.tenant))


def get_preview(request: Request) -> Answer:
    """What would be deleted tonight, by class, also while retention is off; nothing is changed.

    ``gone``: deleted. ``on``: it goes on to its next class. ``held``: something keeps it. At most
    200 records of a class are looked at (``whole`` is false then), and 100 are named.
    """
    creditor = profiles.creditor(request.tenant)
    run = Retaining(request.tenant, creditor, creditor.today(clock.now()))
    named: list[dict[str, str]] = []
    told = [_previewed(run, kind, named) for kind in LISTED]
    return Answer({"today": run.today.isoformat(), "classes": told, "records": named})


def _previewed(run: Retaining, kind: RetentionClass, named: list[dict[str, str]]) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    looked, whole = 0, True
    for page, further in run.over(kind):
        for row in page:
            verdict = run.verdict(kind, row, act=False)
            counted[verdict] += 1
            if len(named) < _MOST_NAMED:
                named.append({"class": kind, "record": _name(row), "becomes": verdict})
        looked += len(page)
        if looked >= _MOST_LOOKED:
            whole = further is None
            break
    ends = {"gone": counted["gone"], "on": counted["on"], "held": counted["held"]}
    return {"class": kind, "over_up_to": run.upto(kind).isoformat(), "whole": whole, **ends}


def _name(row: Row) -> str:
    """A record by its kind and id, as in the table: no personal value stands in either."""
    return f"{keys.kind_of(row['pk'])} {keys.id_of(row['pk'])}"


def _state(row: Row | None) -> dict[str, Any]:
    known = row or {}
    return {
        "state": "on" if retention_rows.is_on(row) else "off",
        "confirmed": {name: known[name] for name in ("table", "name", "by", "at")} if row else None,
    }
