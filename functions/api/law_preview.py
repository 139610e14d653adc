"""Previews: what a creditor's policies and running cases would see of another law pack."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from functions import carriers
from functions.api.exchange import Answer, Request
from shared.cloud import audit, clock, hub_keys, keys, law_rows, step, table
from shared.cloud.keys import Tenant
from shared.cloud.step import Run
from shared.cloud.store import Store, Token
from shared.cloud.table import Row
from shared.domain import law
from shared.domain.carriers import Carriers
from shared.domain.decide import AnyDecision, Rest, decide
from shared.domain.lawpack import LawPack
from shared.domain.policy import Policy
from shared.errors import HubError

# How many cases and policies of a tenant one preview looks at, in order of their ids.
MOST_CASES = 100
MOST_POLICIES = 100
_EXAMPLES = 20


def post_preview(request: Request) -> Answer:
    """Which policies the pack would refuse, and how many cases would next decide otherwise.

    Bounded: the answer says how many were looked at and whether there are more. ``previewed``
    names this look; an activation asks for it.
    """
    pack = law_rows.stored(request.path["hash"])
    now = law_rows.current(pack.country).pack
    policies = _policies(request.tenant, pack)
    cases = _cases(request.tenant, pack)
    seen = {
        "hash": pack.hash, "against": now.hash, "policies": policies, "cases": cases,
    }  # fmt: skip
    text = json.dumps([request.tenant.id, clock.stamp(clock.wall()), seen], sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    facts = {
        "hash": pack.hash, "against": now.hash, "previewed": name,
        "refused": len(policies["refused"]), "differ": cases["differ"],
    }  # fmt: skip
    note = {**hub_keys.law_note(pack.hash, f"preview-{name}"), "against": now.hash,
            "tenant": request.tenant.id, "at": clock.stamp(clock.wall())}  # fmt: skip
    entry = audit.entry(request.tenant, request.principal.client, "law_pack_previewed", facts)
    table.transact([table.put_write(note, condition=None), entry])
    return Answer({**seen, "previewed": name})


def _policies(tenant: Tenant, pack: LawPack) -> dict[str, Any]:
    """The stored policy versions under this law, and those that the pack refuses with why."""
    page, more = table.query_index("listing", keys.listing(tenant, "POLICY"), limit=MOST_POLICIES)
    active = table.get(keys.active_policy(tenant))
    wanted = [{"pk": row["pk"], "sk": row["sk"]} for row in page]
    if active is not None:
        wanted.append(keys.policy(tenant, active["policy"], active["version"]))
    stored = [
        Policy.model_validate_json(row["body"]) for row in table.batch_get(wanted).values()
    ]  # fmt: skip
    mine = [policy for policy in stored if policy.law == pack.country]
    refused = []
    for policy in sorted(mine, key=lambda one: (one.id, one.version)):
        found = law.check_policy(pack, policy)
        if found:
            violations = [one.model_dump() for one in found]
            refused.append({"id": policy.id, "version": policy.version, "violations": violations})
    return {"looked_at": len(mine), "most": MOST_POLICIES, "more": more is not None,
            "refused": refused}  # fmt: skip


def _cases(tenant: Tenant, pack: LawPack) -> dict[str, Any]:
    """The running cases under this law, and those whose next decision would be another."""
    page, more = table.query_index("listing", keys.listing(tenant, "CASE"), limit=MOST_CASES)
    looked, unread, differ = 0, 0, []
    for row in page:
        try:
            run = _run(tenant, row)
            if run.case.closed or run.case.law != pack.country:
                continue
            looked += 1
            if _next(run) != _next(replace(run, law=pack)):
                differ.append(run.case.id)
        except HubError:
            # A case that cannot be read now is no reason to hide what the others show.
            unread += 1
    return {
        "looked_at": looked, "most": MOST_CASES, "more": more is not None, "unread": unread,
        "differ": len(differ), "examples": differ[:_EXAMPLES],
    }  # fmt: skip


def _run(tenant: Tenant, row: Row) -> Run:
    store, case = Store(tenant), keys.id_of(row["pk"])
    loaded = store.load(case)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    return carriers.informed(step.frame(store, token, loaded, clock.now()))


def _next(run: Run) -> tuple[Any, Any]:
    """The answer now and, where the case rests until a day, the answer on that day."""
    answer = run.decision()
    if not isinstance(answer, Rest) or answer.until is None:
        return _plain(answer), None
    then = clock.local(answer.until, run.creditor.zone)
    return _plain(answer), _plain(
        decide(run.case, run.policy, run.law, then, run.debtor, carriers=Carriers(needs=run.kinds))
    )


def _plain(answer: AnyDecision) -> Any:
    return answer.model_dump(mode="json", exclude={"because"})
