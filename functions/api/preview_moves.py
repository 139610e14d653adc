"""Moves: running cases go on under another policy, exactly those that a preview has shown."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.policies import possible
from shared.cloud import audit, clock, keys, preview_rows, table
from shared.cloud.store import Loaded, Store
from shared.domain.case import Case
from shared.domain.events import PolicyMoved, PolicyRef
from shared.domain.explain import Record
from shared.domain.policy import Policy
from shared.errors import Conflict, HubError, NotFound


class Move(Record):
    """Which page of a preview's cases is moved."""

    page: int = Field(ge=0, le=999_999)


def post_move(request: Request) -> Answer:
    """Move the cases of one page to the preview's policy; each is decided afresh at once.

    A case that is no longer as the preview saw it is left, as is one whose act is under way or
    whose claims the policy would bundle in another way. Done again, it moves nothing twice.
    ``Problem`` 409 for a preview that shows no move or is not done, 422 for a policy that is no
    longer lawful.
    """
    page = read(request, Move).page
    preview = preview_rows.read(request.tenant, request.path["id"])
    if preview.kind != "move" or preview.policy is None:
        raise Problem(409, "no_move", "Only a preview of a move can be carried out.")
    if preview.state != "done":
        raise Problem(409, "not_done", "The preview is not done yet.")
    if page >= len(preview.pages):
        raise NotFound("no such page")
    policy = _policy(request, *preview.policy)
    possible(request.tenant, policy)
    shown = preview_rows.document(request.tenant, preview.pages[page])["cases"]
    moved, left = list[str](), dict[str, str]()
    for row in shown:
        why = _move(request, row, policy, preview.id)
        if why is None:
            moved.append(row["case"])
        else:
            left[row["case"]] = why
    facts = {"preview": preview.id, "page": page, "moved": len(moved), "left": len(left)}
    entry = audit.entry(request.tenant, request.principal.client, "cases_moved", facts)
    table.transact([entry])
    return Answer({"moved": moved, "left": left})


def _move(request: Request, row: dict[str, Any], policy: Policy, preview: str) -> str | None:
    """Move one case; the reason why it is left, if it is."""
    store, now = Store(request.tenant), clock.now()
    try:
        loaded = store.load(row["case"])
        why = _left(request, loaded, row["version"], policy)
        if why is not None:
            return why
        by = request.principal.client
        event = PolicyMoved(
            at=now, policy=policy.id, version=policy.version, preview=preview, by=by
        )
        store.append(loaded, [event], due_at=now)
    except Conflict:
        return "changed_since"
    except HubError:
        return "unread"
    return None


def _left(request: Request, loaded: Loaded, version: int, policy: Policy) -> str | None:
    case: Case = loaded.case
    if case.policy == PolicyRef(id=policy.id, version=policy.version):
        return "has_it"
    if case.version != version:
        return "changed_since"
    if case.pending() is not None:
        return "act_under_way"
    stored = loaded.row(keys.policy(request.tenant, loaded.head["policy"],
                                    loaded.head["policy_version"]))  # fmt: skip
    own = None if stored is None else Policy.model_validate_json(stored["body"])
    if own is None or (own.law, own.unit) != (policy.law, policy.unit):
        return "other_unit"
    return None


def _policy(request: Request, policy: str, version: int) -> Policy:
    row = table.get(keys.policy(request.tenant, policy, version))
    if row is None:
        raise NotFound("no such policy")
    return Policy.model_validate_json(row["body"])
