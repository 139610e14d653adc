"""Policies: their stored versions, one of them as a ladder, two side by side, which is active."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.api.exchange import Problem
from functions.console.beginning import under_way
from functions.console.ladder import drawn
from functions.console.policy_changes import changes
from functions.console.policy_fields import groups, value
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from shared.domain.policy import Policy

# Pages of a hundred versions each that are looked through: a creditor has a handful of policies.
_MOST_PAGES = 20


def catalogue(desk: Desk) -> Page:
    """The policies, each with its versions, newest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in stored(desk):
        found.setdefault(one["id"], []).insert(0, one)
    return desk.page("policies", "policies", policies=list(found.values()))


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One version: its ladder, whether it still keeps the law, and its rules."""
    policy = version(desk, desk.path["id"], desk.path["version"])
    checked = check(desk, policy.model_dump(mode="json"))
    versions = [one for one in stored(desk) if one["id"] == policy.id]
    return desk.page(
        "policy", "policies", status=problem.status if problem else 200,
        policy=policy, checked=checked, ladder=drawn(policy, checked["steps"]),
        versions=versions[::-1], groups=groups(), value=value,
        active=any(one["active"] for one in versions if one["version"] == policy.version),
        titles=connected(desk), first_hour=under_way(desk),
        problem=problem.body if problem else None,
    )  # fmt: skip


def compare(desk: Desk) -> Page:
    """What a version says otherwise than another (``?with=``, the one before it else)."""
    after = version(desk, desk.path["id"], desk.path["version"])
    versions = [one["version"] for one in stored(desk) if one["id"] == after.id]
    earlier = [number for number in versions if number < after.version]
    other = desk.query.get("with") or str(max(earlier, default=after.version))
    before = version(desk, after.id, other)
    return desk.page(
        "policy_compare", "policies",
        before=before, after=after, versions=versions, changes=changes(before, after),
        ladders=(drawn(before), drawn(after)), titles=connected(desk),
    )  # fmt: skip


def activate(desk: Desk) -> Page:
    """Let new cases get this version; a second person decides where two are wanted."""
    chosen = version(desk, desk.path["id"], desk.path["version"])
    try:
        told = desk.ask(
            "PUT /v1/policies/active", body={"id": chosen.id, "version": chosen.version}
        )
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/policies/{chosen.id}/{chosen.version}", told, done="activated")


def stored(desk: Desk) -> Iterator[dict[str, Any]]:
    """Every stored version of every policy: by id, the oldest version first."""
    cursor = None
    for _ in range(_MOST_PAGES):
        query = {"limit": "100", **({"cursor": cursor} if cursor else {})}
        told = desk.ask("GET /v1/policies", query=query).body
        yield from told["policies"]
        cursor = told["cursor"]
        if cursor is None:
            return


def version(desk: Desk, policy: str, number: str) -> Policy:
    """A stored version. ``Problem`` 404 for one that is not there."""
    told = desk.ask("GET /v1/policies/{id}/{version}", id=policy, version=number)
    return Policy.model_validate(told.body["policy"])


def check(desk: Desk, draft: dict[str, Any]) -> dict[str, Any]:
    """What the guard says of a policy: ``lawful``, ``violations``, other ``fields``, ``steps``.

    ``steps`` are laid out in days where the policy could be read at all.
    """
    try:
        said = desk.ask("POST /v1/policies/check", body=draft).body
    except Problem as problem:
        if problem.status != 422:
            raise
        said = problem.body
    violations = said.get("violations", [])
    told = {(one["path"], one["rule"]) for one in violations}
    others = [one for one in said.get("fields", []) if (one["path"], one["code"]) not in told]
    return {"lawful": said.get("lawful", False), "violations": violations, "fields": others,
            "steps": said.get("steps", [])}  # fmt: skip


def connected(desk: Desk) -> dict[str, dict[str, Any]]:
    """The connections by id, as far as the first hundred go."""
    told = desk.ask("GET /v1/connections", query={"limit": "100"}).body
    return {one["id"]: one for one in told["connections"]}


ROUTES: dict[str, Answering] = {
    "GET /policies": catalogue,
    "GET /policies/{id}/{version}": one,
    "GET /policies/{id}/{version}/compare": compare,
    "POST /policies/{id}/{version}/activate": activate,
}
