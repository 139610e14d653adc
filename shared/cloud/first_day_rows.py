"""The rules of the first days as rows: the rules themselves, and counters of what went out.

Counters stand alone, each in a row of its own, and are written in the INTENT's own transaction:
a cap holds exactly, whoever sends at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.arming import CAPPED, FirstDay, held_steps
from shared.domain.policy import Policy

_KIND = "FIRSTDAY"


def rules_key(tenant: Tenant) -> Key:
    """Where the rules stand; they are read beside every case."""
    return keys.fact(tenant, _KIND, "rules")


def rules_of(row: Row | None) -> FirstDay | None:
    """The rules of a row; None where a creditor has none."""
    return None if row is None else FirstDay.model_validate_json(row["body"])


def stored(tenant: Tenant, rules: FirstDay, before: Row | None) -> Write:
    """The rules in the place of those that were read. A ``Conflict`` when others were faster."""
    version = before["version"] if before else 0
    return table.update_write(
        rules_key(tenant),
        set_={"body": rules.model_dump_json(), "version": version + 1},
        condition="attribute_not_exists(pk)" if before is None else "version = :seen",
        values=None if before is None else {"seen": version},
    )


def contacts(tenant: Tenant, channels: set[str]) -> dict[str, int]:
    """How many contacts went out by each channel since the rules began."""
    wanted = {one: _contacts(tenant, one) for one in sorted(channels)}
    rows = table.batch_get(list(wanted.values())) if wanted else {}
    found = {one: rows.get((key["pk"], key["sk"])) for one, key in wanted.items()}
    return {one: row["n"] for one, row in found.items() if row is not None}


def held(tenant: Tenant, row: Row | None, policy: Policy, segment: str | None) -> tuple[str, ...]:
    """The steps of a policy that wait for a person's yes; none where there are no rules."""
    rules = rules_of(row)
    if rules is None:
        return ()
    channels = {one for step in policy.steps if step.action == "remind" for one in step.channels}
    known: Mapping[str, int] = contacts(tenant, channels) if rules.first else {}
    return held_steps(policy, rules, segment, known)


@dataclass(frozen=True, slots=True)
class Day:
    """The counters of one act on one day of the creditor: ``names`` with their caps."""

    tenant: Tenant
    rules: FirstDay | None
    names: Mapping[str, int | None]
    on: date
    channel: str = ""

    def full(self) -> str | None:
        """Why the act waits for another day, or None."""
        capped = {name: cap for name, cap in self.names.items() if cap is not None}
        wanted = {name: self._key(name) for name in capped}
        rows = table.batch_get(list(wanted.values())) if wanted else {}
        for name, key in wanted.items():
            used = rows.get((key["pk"], key["sk"]), {}).get("n", 0)
            if used >= (capped[name] or 0):
                return CAPPED
        return None

    def counted(self) -> list[Write]:
        """That the act goes, for its INTENT's transaction: a ``Conflict`` where a cap is full."""
        if self.rules is None:
            return []
        writes = [
            table.update_write(
                self._key(name), add={"n": 1}, condition="attribute_not_exists(n) OR n < :cap",
                values={"cap": cap},
            )
            for name, cap in self.names.items()
            if cap is not None
        ]  # fmt: skip
        if self.channel:
            writes.append(table.update_write(_contacts(self.tenant, self.channel), add={"n": 1}))
        return writes

    def _key(self, name: str) -> Key:
        return keys.fact(self.tenant, _KIND, f"{self.on.isoformat()}-{name}")


def contact(tenant: Tenant, row: Row | None, channel: str, on: date, *, fee: bool) -> Day:
    """The counters of a contact by a channel."""
    rules = rules_of(row)
    names = {} if rules is None else {f"contacts-{channel}": rules.caps.contacts.get(channel)}
    if rules is not None and fee:
        names["fees"] = rules.caps.fees
    return Day(tenant, rules, names, on, channel)


def hand_over(tenant: Tenant, row: Row | None, on: date) -> Day:
    """The counters of a hand-over."""
    rules = rules_of(row)
    return Day(tenant, rules, {} if rules is None else {"hand_overs": rules.caps.hand_overs}, on)


def _contacts(tenant: Tenant, channel: str) -> Key:
    return keys.fact(tenant, _KIND, f"contacts-{channel}")
