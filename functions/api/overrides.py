"""Overrides: what is kinder than the policy for one debtor, agreement, invoice, segment or all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import asked, fault, invalid, read
from functions.api.pages import MOST_LOOKED, after, before_next, limit
from functions.api.policies import counterpart_faults, unlawful
from shared.cloud import audit, debtor_rows, keys, law_rows, override_rows, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.explain import Record, content_hash
from shared.domain.identity import SENTENCES
from shared.domain.law import check_policy
from shared.domain.model import Id
from shared.domain.overrides import PRECEDENCE, Kind, Override, Terms, effective, strangers
from shared.domain.policy import Policy
from shared.errors import NotFound


class NewOverride(Terms):
    """The terms of one target, whole: what is left out is silent. ``segment`` is of a debtor."""

    segment: Id | None = Field(default=None)


class Wanted(Record):
    """Which overrides are listed; ``debtor``: its own and those of what it owes."""

    kind: Kind | None = None
    debtor: Id | None = None


def get_overrides(request: Request) -> Answer:
    """The overrides, a page at a time: the creditor's and its segments' first, then by debtor.

    ``debtor`` is whose agreement or invoice it is; null for the creditor and a segment. With a kind
    a page may hold few, or none, and yet have a cursor: one call looks at 200 debtors.
    """
    wanted, most = asked(request, Wanted), limit(request)
    first, _, seen = (after(request) or "").partition(" ")
    found: list[dict[str, Any]] = []
    last = ""
    for looked, (owner, row) in enumerate(_rows(request.tenant, wanted, first), 1):
        past = seen if owner == first else ""
        for one in override_rows.listed(row):
            name = override_rows.name_of(one)
            if name <= past or wanted.kind not in {None, one.kind}:
                continue
            if len(found) == most:
                return Answer({"overrides": found, "cursor": before_next(request, last)})
            debtor = None if owner == override_rows.OWN else owner
            found.append({**_view(one), "debtor": debtor})
            last = f"{owner} {name}"
        if looked == MOST_LOOKED:
            # No name of an override comes after this.
            return Answer({"overrides": found, "cursor": before_next(request, f"{owner} ~")})
    return Answer({"overrides": found, "cursor": None})


def get_override(request: Request) -> Answer:
    """One override. ``NotFound`` when the target is unknown or has none."""
    kind, target = _named(request)
    found = override_rows.read(_key(request.tenant, kind, target), kind, target)
    if found is None:
        raise NotFound("no override")
    return Answer(_view(found))


def put_override(request: Request) -> Answer:
    """Replace an override; one that says nothing is taken away. It binds from the next decision."""
    new = read(request, NewOverride)
    kind, target = _named(request)
    if new.segment is not None and kind != "debtor":
        raise invalid(fault("segment", "not_a_debtor", "only a debtor can belong to a segment"))
    key = _key(request.tenant, kind, target)
    terms = Terms.model_validate(new.model_dump(exclude={"segment"}))
    override = Override(kind=kind, target=target, terms=terms, segment=new.segment)
    _check(request.tenant, terms)
    digest = content_hash(override)
    facts = {"kind": kind, "target": target, "hash": digest}
    entry = audit.entry(request.tenant, request.principal.client, "override_stored", facts)
    kept = override_rows.kept(request.tenant, override)
    table.transact([override_rows.put(key, override), kept, entry])
    return Answer(_view(override))


def _rows(tenant: Tenant, wanted: Wanted, first: str) -> Iterable[tuple[str, Row]]:
    if wanted.debtor is None:
        return override_rows.rows(tenant, first or None)
    debtor = _survivor(tenant, wanted.debtor)
    row = table.get(keys.debtor_overrides(tenant, debtor))
    return [] if row is None else [(debtor, row)]


def _named(request: Request) -> tuple[Kind, str]:
    for kind in PRECEDENCE:
        if kind == request.path["kind"]:
            return kind, request.path["id"]
    raise NotFound("no such kind of target")


def _key(tenant: Tenant, kind: Kind, target: str) -> Key:
    """Where the override stands. ``NotFound`` for a target that the tenant does not have."""
    debtor = ""
    match kind:
        case "creditor":
            if target != tenant.id:
                raise NotFound("no such creditor")
        case "debtor":
            _fact(keys.party(tenant, target))
            debtor = _survivor(tenant, target)
            if debtor != target:
                raise Problem(409, "is_alias", SENTENCES["is_alias"])
        case "agreement":
            debtor = _owner(tenant, _fact(keys.fact(tenant, "AGR", target)))
        case "invoice":
            debtor = _owner(tenant, _fact(keys.invoice(tenant, target)))
        case "segment":
            keys.fact(tenant, "SEGMENT", target)
    override = Override(kind=kind, target=target)
    return override_rows.key_of(tenant, override, debtor)


def _fact(key: Key) -> Row:
    row = table.get(key)
    if row is None:
        raise NotFound("no such target")
    return row


def _owner(tenant: Tenant, row: Row) -> str:
    return _survivor(tenant, str(json.loads(row["body"])["debtor"]))


def _survivor(tenant: Tenant, debtor: str) -> str:
    """Who a debtor really is: a case reads the rows of its own debtor."""
    return debtor_rows.survivors(tenant, [debtor]).get(debtor, debtor)


def _check(tenant: Tenant, terms: Terms) -> None:
    """That the active policy stays lawful and possible under the terms."""
    row = table.get(keys.active_policy(tenant))
    stored = table.get(keys.policy(tenant, row["policy"], row["version"])) if row else None
    if stored is None:
        raise invalid(
            fault("", "no_policy", "activate a policy first: an override is kinder than the policy")
        )
    policy = Policy.model_validate_json(stored["body"])
    strange = strangers(policy, terms)
    if strange:
        raise invalid(*(fault(path, "unknown", text) for path, text in strange.items()))
    changed = effective(policy, terms)
    if terms.channel is not None:
        faults = counterpart_faults(tenant, changed)
        if any(one["path"].endswith("channels.0") for one in faults):
            text = "no channel has this id"
            raise invalid(fault("channel", "unknown_channel", text))
        for one in faults:
            if one["code"] == "needs_a_letter":
                raise invalid({**one, "path": "channel"})
    pack = law_rows.current(policy.law).pack
    before = {(one.path, one.rule) for one in check_policy(pack, policy)}
    found = [one for one in check_policy(pack, changed) if (one.path, one.rule) not in before]
    if found:
        raise unlawful(found)


def _view(override: Override) -> dict[str, Any]:
    return {**override.model_dump(mode="json"), "hash": content_hash(override)}
