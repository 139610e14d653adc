"""Carriers: a run learns what its policy's channels need, where hours or caps hang on that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import connectors
from shared.cloud import keys, step, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.debtor import Debtor
from shared.domain.model import AddressKind
from shared.domain.overrides import CasePolicy
from shared.domain.policy import Policy

# By their usual names these are what they say, and nothing hangs on it: no row is read for them.
_AS_NAMED: Final = frozenset({"email", "sms"})


def begin(event: Mapping[str, Any], beside: Sequence[Key] = ()) -> Run:
    """The run that an execution's input names. Raises ``Conflict`` when its claim has lapsed."""
    return informed(step.begin(event, beside))


def informed(run: Run) -> Run:
    """The run with what its channels need."""
    found = kinds(run.tenant, run.case, run.policy, run.debtor, run.loaded.row)
    return replace(run, kinds=found)


def kinds(
    tenant: Tenant,
    case: Case,
    policy: Policy,
    debtor: Debtor,
    read: Callable[[Key], Row | None] = lambda _: None,
) -> Mapping[str, AddressKind]:
    """What each channel needs of a debtor; empty where the answer cannot hang on it.

    ``read`` are the rows that are at hand already.
    """
    capped = any(one.kind is not None for one in policy.caps)
    names = set(channels(policy))
    if capped:
        names.update(one.channel for one in case.notices.values() if one.action == "remind")
        names.update(channel for _, channel in debtor.contacts())
    elif names <= _AS_NAMED:
        return {}
    known = {one: needs(row) for one, row in rows(tenant, names, read)}
    return known if capped or "postal" in known.values() else {}


def channels(policy: Policy) -> Iterator[str]:
    """The channels of all reminders of a policy as it binds a case, some of them repeatedly."""
    own = policy.own.values() if isinstance(policy, CasePolicy) else ()
    for terms in (policy, *own):
        for one in terms.steps:
            if one.action == "remind":
                yield from one.channels


def needs(row: Row) -> AddressKind:
    """What a channel needs of a debtor; empty for a connection that is gone."""
    return connectors.spec(row["connector"]).address if row else ""


def rows(
    tenant: Tenant, names: set[str], read: Callable[[Key], Row | None] = lambda _: None
) -> Iterator[tuple[str, Row]]:
    """The connections among ``names`` that exist, by name; what ``read`` has is not asked for."""
    wanted = {one: keys.connection(tenant, one) for one in sorted(names) if one}
    at_hand = {one: read(key) for one, key in wanted.items()}
    found = table.batch_get([wanted[one] for one, row in at_hand.items() if row is None])
    for one, key in wanted.items():
        row = at_hand[one] or found.get((key["pk"], key["sk"]))
        if row is not None:
            yield one, row
