"""Exceptions: what is kinder than the policy for a debtor, agreement, invoice, segment or all."""

from __future__ import annotations

from typing import Any, get_args

from functions.api.exchange import Problem
from functions.console.cases import named
from functions.console.policies import connected, version
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from functions.pages.render import address
from shared.domain.formats import LANGUAGES
from shared.domain.overrides import PRECEDENCE
from shared.domain.policy import Policy, Tone

_ROUTE = "GET /v1/overrides/{kind}/{id}"


def sought(desk: Desk) -> Page:
    """The exception of a target (``?kind=`` and ``?id=``); without one, all that there are."""
    kind, target = desk.query.get("kind", ""), desk.query.get("id", "").strip()
    if kind not in PRECEDENCE or not target:
        return _listed(desk, kind if kind in PRECEDENCE else "")
    return _page(desk, kind, target, _found(desk, kind, target))


def _listed(desk: Desk, kind: str) -> Page:
    """The exceptions, of one kind or of all, a page at a time."""
    wanted = {name: desk.query[name] for name in ("debtor", "cursor") if desk.query.get(name)}
    query = {**wanted, **({"kind": kind} if kind else {})}
    told = desk.ask("GET /v1/overrides", query={**query, "limit": "25"}).body
    rows = [{**one, "terms": _plain(one)} for one in told["overrides"]]
    return desk.page(
        "overrides", "policies", "overrides", kinds=PRECEDENCE, kind=kind, rows=rows,
        names=named(desk, list({one["debtor"] for one in rows if one["debtor"]})),
        cursor=told["cursor"], own_id=desk.principal.tenant_id,
    )  # fmt: skip


def store(desk: Desk) -> Page:
    """Replace an exception; one that says nothing is taken away."""
    kind, target = desk.form.get("kind", ""), desk.form.get("id", "").strip()
    if kind not in PRECEDENCE or not target:
        raise Problem(404, "not_found", "There is nothing here.")
    policy = _active(desk)
    terms = _terms(desk, policy)
    try:
        told = desk.ask("PUT /v1/overrides/{kind}/{id}", body=terms, kind=kind, id=target)
    except Problem as problem:
        if problem.status not in (404, 409, 422):
            raise
        return _page(desk, kind, target, terms, problem)
    return desk.went(address("/overrides", kind=kind, id=target), told, done="saved")


def _found(desk: Desk, kind: str, target: str) -> dict[str, Any]:
    """What is stored, flat; nothing where there is none (yet), or no such target."""
    try:
        told = desk.ask(_ROUTE, kind=kind, id=target).body
    except Problem as problem:
        if problem.status != 404:
            raise
        return {}
    return _plain(told)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """What an exception says, flat; what it is silent about is left out."""
    said = {**told["terms"], "segment": told["segment"]}
    return {name: one for name, one in said.items() if one not in (None, "", [], {}, False)}


def _active(desk: Desk) -> Policy | None:
    """The policy that an exception is kinder than; None while no one is active."""
    try:
        told = desk.ask("GET /v1/policies/active").body
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return version(desk, told["id"], str(told["version"]))


def _terms(desk: Desk, policy: Policy | None) -> dict[str, Any]:
    """The terms that the form says; what is left empty is silent."""
    form, terms = desk.form, dict[str, Any]()
    for name in ("tone", "channel", "language", "segment"):
        if form.get(name, "").strip():
            terms[name] = form[name].strip()
    if form.get("payment_days", "").strip():
        terms["payment_days"] = _number(form["payment_days"])
    if form.get("fee") == "none":
        terms["fee"] = "none"
    if form.get("do_not_hand_over") == "yes":
        terms["do_not_hand_over"] = True
    steps = [step.id for step in policy.steps] if policy else []
    held = [step for step in desk.visit.several.get("hold_steps", ()) if step in steps]
    later = {step: _number(form[f"extra_days.{step}"]) for step in steps
             if form.get(f"extra_days.{step}", "").strip()}  # fmt: skip
    minimum = form.get("minimum", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if minimum and policy is not None:
        terms["minimum"] = {"amount": minimum, "currency": policy.minimum.currency}
    return {**terms, **({"hold_steps": held} if held else {}),
            **({"extra_days": later} if later else {})}  # fmt: skip


def _number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else plain


def _page(
    desk: Desk,
    kind: str,
    target: str,
    terms: dict[str, Any],
    problem: Problem | None = None,
) -> Page:
    channels = [one for one, row in connected(desk).items()
                if row["connector"].startswith("channels.")]  # fmt: skip
    return desk.page(
        "override", "policies", "overrides", status=problem.status if problem else 200,
        kind=kind, target=target, terms=terms, policy=_active(desk),
        name=named(desk, [target]).get(target, "") if kind == "debtor" else "",
        channels=channels, tones=get_args(Tone), languages=LANGUAGES,
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


ROUTES: dict[str, Answering] = {"GET /overrides": sought, "POST /overrides": store}
