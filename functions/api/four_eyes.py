"""Four eyes: which requests change money or reach, and therefore wait for a second person.

A rule says of a route when it needs one, what it will do in words (ids, codes and amounts), what
it rests on, and which scope the second person has beside the right to approve. Nothing is asked
before something may have gone out: one person sets a creditor up. Then it is asked, unless the
profile says ``four_eyes: off``, which itself takes two.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from functions.api import data_rights, partner_endpoint, quarantine, reach, retention
from functions.api.exchange import Request
from functions.api.first_day import NewRules
from functions.api.forms import json_of, read
from functions.api.fuses import Reconciling
from functions.api.policies import Choice
from functions.api.preview_moves import Move
from shared.cloud import (
    connections,
    first_day_rows,
    hub_keys,
    keys,
    preview_rows,
    table,
)
from shared.cloud.keys import Key
from shared.domain.command_forms import REDUCING, Given
from shared.domain.explain import content_hash


@dataclass(frozen=True, slots=True)
class Rule:
    """When a route needs a second person, in which words, and what the request rests on.

    ``scope`` is what whoever approves needs, where that is not the route's own.
    """

    needs: Callable[[Request], bool]
    words: Callable[[Request], str]
    rests_on: Callable[[Request], object]
    scope: str = ""


def required(request: Request, rule: Rule) -> bool:
    """Whether a request waits for a second person. ``Problem`` for a body that cannot be read."""
    return _open(request) and rule.needs(request)


def hash_of(request: Request, rule: Rule) -> str:
    """The hash of what a request rests on, as it is now."""
    return content_hash(json.dumps(rule.rests_on(request), sort_keys=True, default=str).encode())


def _open(request: Request) -> bool:
    """Whether something may have gone out, and two people are wanted since."""
    if not request.principal.tenant_id:
        return table.get(hub_keys.opened()) is not None
    control = table.get(keys.control(request.tenant)) or {}
    if "opened" not in control and control.get("outbound", "off") == "off":
        return False
    profile = table.get(keys.creditor(request.tenant))
    return profile is None or reach.profile(profile).four_eyes == "required"


def _rows(*wanted: Key) -> list[object]:
    """The rows of keys as they are, in order."""
    found = table.batch_get(wanted)
    return [found.get((one["pk"], one["sk"])) for one in wanted]


# --- policies and their steps -------------------------------------------------------------------


def _other_policy(request: Request) -> bool:
    new, row = read(request, Choice), table.get(keys.active_policy(request.tenant)) or {}
    return (row.get("policy"), row.get("version")) != (new.id, new.version)


def _policy_words(request: Request) -> str:
    new = read(request, Choice)
    return f"New cases get policy {new.id}, version {new.version}."


def _policy_rows(request: Request) -> object:
    new, tenant = read(request, Choice), request.tenant
    return _rows(keys.active_policy(tenant), keys.policy(tenant, new.id, new.version))


def _arms(request: Request) -> bool:
    new = read(request, NewRules)
    old = first_day_rows.rules_of(table.get(first_day_rows.rules_key(request.tenant)))
    armed = {(one.step, one.segment) for one in new.armed}
    if old is None:
        return bool(armed)
    before = {(one.step, one.segment) for one in old.armed}
    return not armed <= before or new.first < old.first or new.caps != old.caps


def _arming_words(request: Request) -> str:
    new = read(request, NewRules)
    steps = ", ".join(f"{one.step}/{one.segment or '*'}" for one in new.armed) or "none"
    return f"Steps that go by themselves: {steps}; first contacts on proposal: {new.first}."


def _arming_rows(request: Request) -> object:
    return _rows(first_day_rows.rules_key(request.tenant), keys.active_policy(request.tenant))


def _move_words(request: Request) -> str:
    page, preview = read(request, Move).page, preview_rows.read(request.tenant, request.path["id"])
    count = len(preview_rows.document(request.tenant, preview.pages[page])["cases"])
    policy, version = preview.policy or ("", 0)
    return (
        f"Move the cases on page {page + 1} of {len(preview.pages)} of preview {preview.id}"
        f" to policy {policy}, version {version}; cases: {count}."
    )


def _move_rows(request: Request) -> object:
    preview = preview_rows.read(request.tenant, request.path["id"])
    return [preview.pages, *(_rows(keys.policy(request.tenant, *preview.policy))
                             if preview.policy else ())]  # fmt: skip


# --- cases --------------------------------------------------------------------------------------


def _reduces(request: Request) -> bool:
    return read(request, Given).root.type in REDUCING


def _command_words(request: Request) -> str:
    said = read(request, Given).root.model_dump(mode="json", exclude_none=True)
    rest = {name: one for name, one in said.items() if name not in {"id", "type", "reason"}}
    facts = "; ".join(f"{name} {_plain(one)}" for name, one in rest.items() if one not in ([], ""))
    return f"{said['type']} in case {request.path['id']}: {facts} (reason: {said['reason']})."


def _plain(one: object) -> str:
    match one:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case list():
            return ", ".join(str(each) for each in one)
        case _:
            return str(one)


def _case_version(request: Request) -> object:
    return [(table.get(keys.head(request.tenant, request.path["id"])) or {}).get("version")]


# --- partners and the law -----------------------------------------------------------------------


def _other_host(request: Request) -> bool:
    row = connections.read(request.tenant, request.principal.connection)
    new = read(request, partner_endpoint.NewEndpoint).endpoint
    return reach.host_of(new) != reach.host_of(json.loads(row["config"]).get("endpoint", ""))


def _endpoint_words(request: Request) -> str:
    new = reach.host_of(read(request, partner_endpoint.NewEndpoint).endpoint)
    return f"Partner {request.principal.connection} is told at {new} from then on."


def _endpoint_rows(request: Request) -> object:
    row = connections.read(request.tenant, request.principal.connection)
    return [row["config"], row["connector"]]


def _signs(request: Request) -> bool:
    body = json_of(request)
    return isinstance(body, dict) and "sign_off" in body


def _law_rows(_: Request) -> object:
    return _rows(hub_keys.law())


RULES = {
    "PUT /v1/creditor": Rule(
        reach.redirects, reach.profile_words, lambda request: _rows(keys.creditor(request.tenant))
    ),
    "PUT /v1/control": Rule(reach.further, reach.switch_words, reach.switches),
    "PUT /v1/hub/control": Rule(
        reach.ends_hub_stop,
        lambda _: "End the stop of the whole installation.",
        lambda _: _rows(hub_keys.control()),
    ),
    "PUT /v1/policies/active": Rule(_other_policy, _policy_words, _policy_rows),
    "PUT /v1/first-day/arming": Rule(_arms, _arming_words, _arming_rows),
    "POST /v1/previews/{id}/move": Rule(lambda _: True, _move_words, _move_rows),
    "POST /v1/cases/{id}/commands": Rule(_reduces, _command_words, _case_version),
    "POST /v1/connections/{id}/enable": Rule(
        reach.begins, reach.beginning_words, reach.connection_row
    ),
    "PUT /v1/partner/endpoint": Rule(
        _other_host, _endpoint_words, _endpoint_rows, scope="connections:write"
    ),
    "POST /v1/law/packs/{hash}/sign-off": Rule(
        lambda _: True,
        lambda request: f"Stand for law pack {request.path['hash'][:12]}.",
        _law_rows,
    ),
    "POST /v1/partners/{connection}/quarantine/{id}/take": Rule(
        quarantine.moves, quarantine.in_words, quarantine.rests_on
    ),
    "PUT /v1/retention": Rule(retention.deletes, retention.in_words, retention.confirmed),
    "POST /v1/debtors/{id}/erasure": Rule(
        lambda _: True, data_rights.erasure_in_words, data_rights.person
    ),
    "PUT /v1/law/{country}/rates": Rule(
        _signs,
        lambda request: f"Load a rate of {request.path['country']} and stand for the new pack.",
        _law_rows,
    ),
    # What halted one creditor is lifted by one person; a restored table opens for all of them.
    "POST /v1/hub/reconciled": Rule(
        lambda _: True,
        lambda request: f"Open the hub in epoch {read(request, Reconciling).epoch}.",
        lambda _: _rows(hub_keys.control()),
    ),
}  # fmt: skip
