"""Approvals: a request that needs a second person is checked, kept, and carried out by theirs.

The second person's approval runs the stored request through its own handler; the use of the
approval is in the same transaction as what it changes, and both names stand wherever the change
names who made it: ``proposer+approver``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from functions.api import four_eyes
from functions.api.access import ROUTES
from functions.api.exchange import Answer, Handler, Problem, Request
from functions.api.four_eyes import RULES, Rule
from functions.api.pages import page
from shared.cloud import approval_rows, audit, principals, staging, table
from shared.cloud.keys import id_of
from shared.cloud.principals import Principal
from shared.cloud.table import Row, Write
from shared.errors import Conflict, NotFound

# A row of the table has 400 KB at most (DynamoDB), and the body stands in it as text.
_LARGEST = 250_000


def guarded(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The handlers, with those of the rules' routes asking for a second person where one is due."""
    return {
        route: _guarded(handle, RULES[route]) if route in RULES else handle
        for route, handle in handlers.items()
    }


def _guarded(handle: Handler, rule: Rule) -> Handler:
    @wraps(handle)
    def guard(request: Request) -> Answer:
        if not four_eyes.required(request, rule):
            return handle(request)
        rests_on = four_eyes.hash_of(request, rule)
        try:
            with staging.rehearsal():
                # One that has nothing to write (it was carried out before) needs nobody.
                return handle(request)
        except staging.Rehearsed:
            return _proposed(request, rule, rests_on)

    return guard


def _proposed(request: Request, rule: Rule, rests_on: str) -> Answer:
    if len(request.body) > _LARGEST:
        raise Problem(
            413,
            "too_large",
            "The change is too large to wait for a second person: make it in smaller parts.",
        )
    tenant = approval_rows.desk(request.principal)
    asked = {
        "route": request.route, "path": dict(request.path), "query": dict(request.query),
        "body": request.body.decode(), "words": rule.words(request), "rests_on": rests_on,
    }  # fmt: skip
    row, write = approval_rows.proposed(tenant, asked, request.principal)
    approval = _id(row)
    facts = {"approval": approval, "route": request.route, "body": row["body_hash"]}
    try:
        table.transact([write, _line(request.principal, "approval_proposed", facts)])
    except Conflict:
        row = approval_rows.read(tenant, approval)
    return Answer({"approval": approval, **_view(row)}, status=202)


def get_approvals(request: Request) -> Answer:
    """What waits for a second person, a page at a time."""
    found, more = page(request, approval_rows.LISTING, approval_rows.key_of)
    return Answer({"approvals": [_view(row) for row in found], **more})


def get_hub_approvals(_: Request) -> Answer:
    """What waits for a second operator."""
    return Answer({"approvals": [_view(row) for row in approval_rows.of_operators()]})


def get_approval(request: Request) -> Answer:
    """One approval, decided or not."""
    return Answer(_view(_read(request)))


def post_reject(request: Request) -> Answer:
    """Let a request not happen; whoever asked may take it back in the same way."""
    row = _read(request)
    _still(row)
    write = approval_rows.decided(row, "rejected", request.principal.client)
    facts = {"approval": _id(row), "route": row["route"]}
    table.transact([write, _line(request.principal, "approval_rejected", facts)])
    return Answer(_view(_read(request)))


def approving(handlers: Mapping[str, Handler]) -> Handler:
    """How an approval is given, over the handlers of everything that may wait for one."""

    def post_approve(request: Request) -> Answer:
        """Carry the request out, for two; the answer is the one of its own handler."""
        row, by = _read(request), request.principal
        _still(row)
        if by.same_person(row["by"], row["person"]):
            raise Problem(403, "own_request", "Somebody else must approve what you asked for.")
        rule = RULES[row["route"]]
        asked = _asked(row, by, rule)
        if four_eyes.hash_of(asked, rule) != row["rests_on"]:
            title = "What the request rests on has changed: ask for it again."
            raise Problem(409, "approval_outdated", title)
        return _carried_out(handlers[row["route"]], asked, row, by.client)

    return post_approve


def _carried_out(handle: Handler, asked: Request, row: Row, by: str) -> Answer:
    used = approval_rows.decided(row, "approved", by)
    with staging.joined(used) as waiting:
        answer = handle(asked)
    if waiting:
        # It had nothing to change; the approval is used all the same.
        table.transact(waiting)
    return answer


def _asked(row: Row, by: Principal, rule: Rule) -> Request:
    """The stored request, of both: neither lends the other a right.

    ``Problem`` 403 when whoever approves may not do it, 409 when whoever asked no longer may.
    """
    access = ROUTES[row["route"]]
    scopes = frozenset(row["scopes"].split())
    try:
        now = principals.find(row["by"])
    except NotFound:
        now = None
    same = now is not None and (now.side, now.tenant_id) == (access.role, by.tenant_id)
    if not same or now is None or access.scope not in (scopes := scopes & now.scopes):
        raise Problem(409, "proposer_gone", "Whoever asked for this no longer has the right to it.")
    if by.side == access.role:
        scopes &= by.scopes
    if (rule.scope or access.scope) not in by.scopes or access.scope not in scopes:
        raise Problem(403, "no_scope", "Your rights do not allow this.")
    kept = json.loads(row["asked"])
    both = replace(
        now, client=f"{row['by']}+{by.client}", scopes=scopes, connection=row["connection"]
    )
    return Request(row["route"], both, kept["path"], kept["query"], {}, kept["body"].encode())


def _read(request: Request) -> Row:
    return approval_rows.read(approval_rows.desk(request.principal), request.path["id"])


def _still(row: Row) -> None:
    state = approval_rows.state_of(row)
    if state != "open":
        raise Problem(409, "decided", f"The request is {state} already.")


def _line(by: Principal, what: str, facts: Mapping[str, object]) -> Write:
    tenant = approval_rows.desk(by)
    if tenant is None:
        return audit.hub_entry(by.client, what, facts)
    return audit.entry(tenant, by.client, what, facts)


def _id(row: Row) -> str:
    return str(row["sk"] if row["pk"].startswith("HUB#") else id_of(row["pk"]))


def _view(row: Row) -> dict[str, Any]:
    asked = json.loads(row["asked"]) if "asked" in row else None
    return {
        "id": _id(row),
        "state": approval_rows.state_of(row),
        "words": row["words"],
        "route": row["route"],
        "path": asked and asked["path"],
        "body": asked and json.loads(asked["body"] or "null"),
        "body_hash": row["body_hash"],
        "by": row["by"],
        "at": row["at"],
        "expires_at": row["expires_at"],
        "decided_by": row.get("decided_by"),
        "decided_at": row.get("decided_at"),
    }
