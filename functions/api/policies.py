"""Policies: checked against the law, stored in versions that never change, one of them active."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

import connectors
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import page
from shared.cloud import audit, clock, inbox_watch, keys, law_rows, law_watch, table
from shared.cloud.keys import Key, Tenant
from shared.domain import law
from shared.domain.channels import charges_unfit, unfit_steps
from shared.domain.explain import Record, content_hash
from shared.domain.law_corridor import corridor
from shared.domain.lawpack import LawPack
from shared.domain.model import AddressKind
from shared.domain.policy import Policy
from shared.errors import Conflict, NotFound

# What is named where a connection of another family belongs, by the family that does.
_STRANGERS: Final[Mapping[str, str]] = {
    "channels": "this connection sends no messages: choose a channel",
    "collectors": "this connection is no collection partner: choose one",
}


class Choice(Record):
    """A stored policy version."""

    id: str = Field(max_length=60)
    version: int = Field(ge=1, le=9999)


def check(request: Request) -> Answer:
    """Whether a policy is lawful; nothing is stored. ``Problem`` 422 lists every violation."""
    policy = read(request, Policy)
    pack = possible(request.tenant, policy)
    return Answer({
        "lawful": True, "hash": content_hash(policy), "steps": laid_out(pack, policy),
    })  # fmt: skip


def put_policy(request: Request) -> Answer:
    """Store a version of a policy, once: the same again is fine, another by its number is not."""
    policy = read(request, Policy)
    if policy.id != request.path["id"]:
        raise invalid(fault("id", "not_the_path", "the id must be the one in the address"))
    if policy.version > 9999:
        raise invalid(fault("version", "too_large", "a version is a number from 1 to 9999"))
    possible(request.tenant, policy)
    key = keys.policy(request.tenant, policy.id, policy.version)
    digest = content_hash(policy)
    row = {
        **key, "body": policy.model_dump_json(), "hash": digest,
        "list_in": keys.listing(request.tenant, "POLICY"),
        "list_id": f"{policy.id}/{policy.version:04d}",
    }  # fmt: skip
    facts = {"policy": policy.id, "version": policy.version, "hash": digest}
    entry = audit.entry(request.tenant, request.principal.client, "policy_stored", facts)
    try:
        table.transact([table.put_write(row), entry])
    except Conflict:
        stored = table.get(key)
        if stored is None or stored["hash"] != digest:
            title = "This version is stored already with other content: take the next number."
            raise Problem(409, "version_exists", title) from None
        return Answer(facts)
    return Answer(facts, status=201)


def get_policies(request: Request) -> Answer:
    """The stored versions of all policies, a page at a time, and which of them is active."""
    chosen = table.get(keys.active_policy(request.tenant)) or {}
    active = (chosen.get("policy"), chosen.get("version"))

    def key_of(tenant: Tenant, last: str) -> Key:
        policy, _, version = last.rpartition("/")
        return keys.policy(tenant, policy, int(version))

    found, more = page(request, "POLICY", key_of)
    stored = [(Policy.model_validate_json(row["body"]), row["hash"]) for row in found]
    policies = [
        {
            "id": policy.id,
            "version": policy.version,
            "name": policy.name,
            "law": policy.law,
            "hash": digest,
            "active": (policy.id, policy.version) == active,
        }
        for policy, digest in stored
    ]
    return Answer({"policies": policies, **more})


def get_policy(request: Request) -> Answer:
    """A stored version."""
    text = request.path["version"]
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise NotFound("no such version")
    _, stored = _stored(request, request.path["id"], int(text))
    return Answer({"policy": stored.model_dump(mode="json"), "hash": content_hash(stored)})


def get_active(request: Request) -> Answer:
    """Which version new cases get."""
    row = table.get(keys.active_policy(request.tenant))
    if row is None:
        raise NotFound("no policy is active")
    return Answer({"id": row["policy"], "version": row["version"]})


def put_active(request: Request) -> Answer:
    """Give new cases another version, if it is (still) lawful; running cases keep their own."""
    choice = read(request, Choice)
    key, policy = _stored(request, choice.id, choice.version)
    pack = possible(request.tenant, policy)
    setting = {
        **keys.active_policy(request.tenant), "policy": choice.id, "version": choice.version,
    }  # fmt: skip
    entry = audit.entry(
        request.tenant, request.principal.client, "policy_activated", choice.model_dump()
    )
    now = clock.now()
    watches = [law_watch.armed(request.tenant, pack, now), inbox_watch.armed(request.tenant, now)]
    table.transact([table.put_write(setting, condition=None), *watches, entry])
    return Answer({**choice.model_dump(), "hash": key["hash"]})


def _stored(request: Request, policy: str, version: int) -> tuple[dict[str, str], Policy]:
    row = table.get(keys.policy(request.tenant, policy, version))
    if row is None:
        raise NotFound("no such policy")
    return {"hash": row["hash"]}, Policy.model_validate(json.loads(row["body"]))


def possible(tenant: Tenant, policy: Policy) -> LawPack:
    """The law in force, when the policy keeps to it and its counterparts are known.

    ``Problem`` 422 lists everything that is wrong at once.
    """
    try:
        pack = law_rows.current(policy.law).pack
    except ValueError:
        text = "the hub has no law pack for this country"
        raise invalid(fault("law", "unknown_law", text)) from None
    faults = counterpart_faults(tenant, policy)
    found = law.check_policy(pack, policy)
    if found:
        raise unlawful(found, faults, steps=laid_out(pack, policy))
    if faults:
        raise invalid(*faults)
    return pack


def laid_out(pack: LawPack, policy: Policy) -> list[dict[str, Any]]:
    """The days of a policy's steps from the due date, and the soonest that the law allows."""
    return [one.model_dump() for one in corridor(pack, policy)]


def unlawful(
    found: Sequence[law.Violation], faults: Sequence[dict[str, str]] = (), **more: Any
) -> Problem:
    """The problem of a policy that breaks the law, with every violation and other fault."""
    return Problem(
        422,
        "unlawful",
        "The policy breaks the law in these places.",
        fields=[*(fault(one.path, one.rule, one.text) for one in found), *faults],
        violations=[one.model_dump() for one in found],
        **more,
    )


def counterpart_faults(tenant: Tenant, policy: Policy) -> list[dict[str, str]]:
    """What is wrong with a policy's connections: unknown, of another family, or too short a word.

    A connection need not be enabled when a policy is saved; an act through one that is not waits.
    """
    wanted = [
        (f"steps.{at}.channels.{number}", channel, "channels")
        for at, step in enumerate(policy.steps)
        if step.action == "remind"
        for number, channel in enumerate(step.channels)
    ]
    if policy.partner is not None:
        wanted.append(("partner", policy.partner, "collectors"))
    rows = table.batch_get([keys.connection(tenant, name) for _, name, _ in wanted])
    faults, needs = [], dict[str, AddressKind]()
    for path, name, kind in wanted:
        key = keys.connection(tenant, name)
        row = rows.get((key["pk"], key["sk"]))
        if row is None:
            faults.append(fault(path, "unknown_connection", "no connection has this id"))
        elif row["connector"].partition(".")[0] != kind:
            faults.append(fault(path, "wrong_family", _STRANGERS[kind]))
        elif kind == "channels":
            needs[name] = connectors.spec(row["connector"]).address
    text = "a text message cannot bear a fee or a firm word, nor be the last one before a hand-over"
    short = [f"steps.{at}.channels" for at in unfit_steps(policy, needs)]
    if charges_unfit(policy, needs):
        short.append("extras.residual")
    return [*faults, *(fault(path, "needs_a_letter", text) for path in short)]
