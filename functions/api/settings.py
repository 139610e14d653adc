"""The creditor's profile and the switches: what a creditor says of itself, and what may go out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from functions.api.exchange import Answer, Request
from functions.api.first_day_points import unmet
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, control, hub_keys, keys, sources, table
from shared.cloud.keys import Key
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.explain import Record, content_hash
from shared.errors import NotFound


class Switches(Record):
    """What one creditor lets out. ``allowlist`` holds debtor ids and addresses."""

    outbound: Literal["off", "allowlist", "on"] = "off"
    allowlist: tuple[str, ...] = Field(default=(), max_length=1000)
    observe: bool = False
    stopped: bool = False
    reason: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _reasoned(self) -> Switches:
        if self.stopped and not self.reason:
            raise ValueError("a stop needs a reason")
        return self


class NewSwitches(Record):
    """Switches to set: what is absent stays as it is. The reason of a stop ends with it."""

    outbound: Literal["off", "allowlist", "on"] | None = None
    allowlist: tuple[str, ...] | None = Field(default=None, max_length=1000)
    observe: bool | None = None
    stopped: bool | None = None
    reason: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _reasoned(self) -> NewSwitches:
        if self.stopped and not self.reason:
            raise ValueError("a stop needs a reason")
        return self


class HubSwitch(Record):
    """Whether the whole installation is stopped, and why."""

    stopped: bool
    reason: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _reasoned(self) -> HubSwitch:
        if self.stopped and not self.reason:
            raise ValueError("a stop needs a reason")
        return self


def get_creditor(request: Request) -> Answer:
    """The profile. ``NotFound`` before there is one."""
    row = table.get(keys.creditor(request.tenant))
    if row is None:
        raise NotFound("no profile yet")
    return Answer(json.loads(row["body"]))


def put_creditor(request: Request) -> Answer:
    """Replace the profile; its ``id`` is the caller's own."""
    creditor = read(request, Creditor)
    if creditor.id != request.tenant.id:
        raise invalid(fault("id", "not_yours", "the id must be the creditor's own"))
    row = {**keys.creditor(request.tenant), "body": creditor.model_dump_json()}
    facts = {"hash": content_hash(creditor), "accounts": len(creditor.accounts)}
    stored = [table.put_write(row, condition=None), sources.demanded(creditor)]
    table.transact([*stored, _trail(request, "creditor", facts)])
    return Answer(creditor.model_dump(mode="json"))


def get_control(request: Request) -> Answer:
    """The switches; all closed before they were ever set."""
    row = table.get(keys.control(request.tenant))
    return Answer((_switches(row) if row else Switches()).model_dump(mode="json"))


def put_control(request: Request) -> Answer:
    """Set switches; what is absent stays as it is. The trail holds no address of the allowlist.

    Where they let something out, ``not_met`` names what of the first day's checklist does not hold.
    """
    before, new = switched(request)
    trail = _trail(request, "control", {"before": _plain(before), "after": _plain(new)})
    table.transact([*_control_writes(request, new, was=before.stopped), trail])
    lets_out = new.outbound != "off" and not new.stopped and not new.observe
    warning = unmet(request.tenant).model_dump(mode="json") if lets_out else {}
    return Answer({**new.model_dump(mode="json"), **warning})


def switched(request: Request) -> tuple[Switches, Switches]:
    """The switches before and after a request. ``Problem`` for a body that cannot be read."""
    said = read(request, NewSwitches).model_dump(exclude_none=True)
    row = table.get(keys.control(request.tenant))
    before = _switches(row) if row else Switches()
    new = Switches.model_validate({**before.model_dump(), **said})
    if not new.stopped and "reason" not in said:
        # Why it was stopped says nothing of what goes on.
        new = new.model_copy(update={"reason": ""})
    return before, new


def _control_writes(request: Request, new: Switches, *, was: bool) -> list[table.Write]:
    """What was asked for alone: what halted the creditor stands in the same row, and stays."""
    key, asked = keys.control(request.tenant), read(request, NewSwitches)
    said = asked.model_dump(exclude_none=True)
    fields = {**said, "reason": new.reason}
    if was != new.stopped:
        # The checklist of the first day asks whether the stop was ever tried.
        what, by = ("stopped" if new.stopped else "released"), request.principal.client
        fields |= {f"{what}_at": clock.stamp(clock.wall()), f"{what}_by": by}
    if "allowlist" in said:
        fields["allowlist"] = json.dumps(list(new.allowlist))
    opened = list[table.Write]()
    if new.outbound != "off":
        # From now on something may have gone out: money and reach take two people's word.
        now = clock.stamp(clock.wall())
        fields["opened"] = (table.get(key) or {}).get("opened") or now
        opened = [table.update_write(hub_keys.opened(), set_={"at": now})]
    return [_unless_stopped(key, fields, was=was, stops=bool(asked.stopped)), *opened]


def _unless_stopped(
    key: Key, fields: Mapping[str, object], *, was: bool, stops: bool
) -> table.Write:
    """A change that a stop of somebody else's in between makes a ``Conflict``; a stop never is."""
    if stops:
        return table.update_write(key, set_=fields)
    return table.update_write(
        key,
        set_=fields,
        condition="attribute_not_exists(stopped) OR stopped = :was",
        values={"was": was},
    )


def get_hub(request: Request) -> Answer:
    """The switch of the whole installation."""
    row = table.get(hub_keys.control())
    stopped = {"stopped": bool((row or {}).get("stopped")), "reason": (row or {}).get("reason", "")}
    epochs = {"epoch": control.epoch(), "reconciled": (row or {}).get("epoch")}
    return Answer({**stopped, **epochs, "shut": control.unreconciled(row)})


def put_hub(request: Request) -> Answer:
    """Stop or release the whole installation."""
    new, key = read(request, HubSwitch), hub_keys.control()
    was = bool((table.get(key) or {}).get("stopped"))
    entry = audit.hub_entry(request.principal.client, "hub_control_changed", new.model_dump())
    write = _unless_stopped(key, new.model_dump(), was=was, stops=new.stopped)
    table.transact([write, entry])
    return Answer(new.model_dump())


def _switches(row: Row) -> Switches:
    fields = {name: row[name] for name in Switches.model_fields if name in row}
    return Switches.model_validate({**fields, "allowlist": json.loads(row.get("allowlist", "[]"))})


def _plain(switches: Switches) -> dict[str, object]:
    plain = switches.model_dump(exclude={"allowlist"})
    return {**plain, "allowlist_size": len(switches.allowlist)}


def _trail(request: Request, what: str, facts: Mapping[str, object]) -> table.Write:
    return audit.entry(request.tenant, request.principal.client, f"{what}_changed", facts)
