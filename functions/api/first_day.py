"""The first days through the API: who armed which step, a day's caps, and who else still duns."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, first_day_rows, keys, profiles, step, table
from shared.cloud.keys import Tenant
from shared.domain.arming import Armed, Caps, FirstDay
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.overrides import StepId
from shared.domain.policy import Policy
from shared.errors import NotFound


class Arm(Record):
    """A step that goes by itself, for one segment or (None) for all debtors."""

    step: StepId
    segment: Id | None = None


class NewRules(Record):
    """The whole of the rules: what is left out is not armed, and not capped."""

    armed: tuple[Arm, ...] = Field(default=(), max_length=200)
    first: int = Field(default=10, ge=0, le=1000)
    caps: Caps = Caps()


def get_arming(request: Request) -> Answer:
    """The rules of the first days, and what went out by each channel since they began."""
    row = table.get(first_day_rows.rules_key(request.tenant))
    rules = first_day_rows.rules_of(row)
    if rules is None:
        raise NotFound("there are no rules of a first day")
    policy = _policy(request.tenant)
    return Answer(_view(request.tenant, rules, policy))


def put_arming(request: Request) -> Answer:
    """Replace the rules. Whoever arms a step stands for it by name; what was armed keeps its own.

    The first time, the first days begin: from then on a step that nobody armed is proposed.
    """
    new = read(request, NewRules)
    tenant, policy = request.tenant, _policy(request.tenant)
    known = {one.id for one in policy.steps}
    strange = [at for at, one in enumerate(new.armed) if one.step not in known]
    if strange:
        text = "the policy has no such step"
        raise invalid(*(fault(f"armed.{at}.step", "unknown", text) for at in strange))
    row = table.get(first_day_rows.rules_key(tenant))
    before = first_day_rows.rules_of(row)
    by, now = request.principal.client, clock.now()
    kept = {(one.step, one.segment): one for one in (before.armed if before else ())}
    armed = {
        (one.step, one.segment): kept.get((one.step, one.segment))
        or Armed(step=one.step, segment=one.segment, by=by, at=now)
        for one in new.armed
    }
    since = before.since if before else profiles.creditor(tenant).today(now)
    rules = FirstDay(since=since, armed=tuple(armed.values()), first=new.first, caps=new.caps)
    facts = {
        "armed": [f"{one.step}/{one.segment or '*'}" for one in rules.armed],
        "first": rules.first, "caps": rules.caps.model_dump(mode="json"),
    }  # fmt: skip
    entry = audit.entry(tenant, by, "arming_changed", facts)
    table.transact([first_day_rows.stored(tenant, rules, row), entry])
    return Answer(_view(tenant, rules, policy))


def post_others_ended(request: Request) -> Answer:
    """A person stands for it that nobody else duns for a connection's claims any more."""
    tenant, connection = request.tenant, request.path["id"]
    key = keys.connection(tenant, connection)
    row = table.get(key)
    if row is None:
        raise NotFound("no such connection")
    if step.OTHERS_SINCE not in row:
        return Answer({"connection": connection, "others_since": None})
    ended = table.update_write(
        key,
        set_={"others_ended": clock.stamp(clock.now())},
        remove=(step.OTHERS_SINCE,),
        condition=f"{step.OTHERS_SINCE} = :seen",
        values={"seen": row[step.OTHERS_SINCE]},
    )
    facts = {"connection": connection, "since": row[step.OTHERS_SINCE]}
    entry = audit.entry(tenant, request.principal.client, "others_ended", facts)
    table.transact([ended, entry])
    return Answer({"connection": connection, "others_since": None})


def _view(tenant: Tenant, rules: FirstDay, policy: Policy) -> dict[str, Any]:
    channels = {one for each in policy.steps if each.action == "remind" for one in each.channels}
    sent = first_day_rows.contacts(tenant, channels)
    left = {one: max(0, rules.first - sent.get(one, 0)) for one in sorted(channels)}
    unarmed = [one.id for one in policy.steps if not rules.arms(one.id, None)]
    return {**rules.model_dump(mode="json"), "proposed_for_all": unarmed, "first_left": left}


def _policy(tenant: Tenant) -> Policy:
    policy = profiles.active_policy(tenant)
    if policy is None:
        raise Problem(409, "no_policy", "Activate a policy first: the rules are about its steps.")
    return policy
