"""The points of a first day that need no invoice: connections, switches, law, letters, arming."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from shared.cloud import (
    clock,
    feeds,
    first_day_rows,
    keys,
    law_rows,
    letter_rows,
    profiles,
    report_rows,
    sources,
    step,
    table,
)
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain import wording
from shared.domain.creditor import Creditor
from shared.domain.explain import Record, canonical, content_hash
from shared.domain.first_day_checklist import TO_DO, Item, item
from shared.domain.formats import choose_languages
from shared.domain.freshness import feed_stale
from shared.domain.law import check_policy
from shared.domain.policy import Policy

# How far back a stop that was tried counts.
_TRIED_DAYS = 60
LETTERS = "letters"


class Point(Record):
    """A point of the checklist that does not hold, and what to do."""

    name: str
    to_do: str


class Unmet(Record):
    """What does not hold yet of a first day while something is let out."""

    not_met: tuple[Point, ...] = ()


def points(tenant: Tenant, creditor: Creditor, policy: Policy) -> list[Item]:
    """Each point with its evidence, as far as no invoice is looked at."""
    return [
        *_of_connections(tenant, creditor, policy),
        _stop_button(tenant),
        *_of_law(policy),
        _letters(tenant, creditor, policy),
        _arming(tenant),
        item("four_eyes", creditor.four_eyes == "required", four_eyes=creditor.four_eyes),
    ]


def unmet(tenant: Tenant) -> Unmet:
    """What does not hold yet of these points, for whoever opens the door.

    The ledger and the test payment are not among them: they need every invoice.
    """
    row, policy = table.get(keys.creditor(tenant)), profiles.active_policy(tenant)
    if row is None or policy is None:
        return Unmet(not_met=(Point(name="policy", to_do=TO_DO["policy"]),))
    creditor = Creditor.model_validate_json(row["body"])
    found = [one for one in points(tenant, creditor, policy) if not one.ok]
    return Unmet(not_met=tuple(Point(name=one.name, to_do=one.to_do) for one in found))


def _of_connections(tenant: Tenant, creditor: Creditor, policy: Policy) -> Iterator[Item]:
    names = list(report_rows.listed(tenant, "CONN"))
    rows = table.batch_get([keys.connection(tenant, one) for one in names]).values()
    by = {keys.id_of(row["pk"]): row for row in rows}
    money = {name: row for name, row in by.items() if feeds.is_money(row)}
    stale = {name: _stale(row, creditor) for name, row in money.items()}
    accounts = {
        name: {"read": row.get("fresh_as_of"), "complete_through": row.get("complete_through"),
               "stale": stale[name]}
        for name, row in money.items()
    }  # fmt: skip
    fresh = bool(stale) and not any(stale.values())
    yield item("accounts", ok=fresh, accounts=accounts)
    wanted = sorted(
        {one for each in policy.steps if each.action == "remind" for one in each.channels}
    )
    states = {one: by[one].get("state") if one in by else None for one in wanted}
    yield item("channels", all(one == "enabled" for one in states.values()), channels=states)
    books = {name: row for name, row in by.items() if feeds.family_of(row) == "erp"}
    lines = {name: row.get("start_line") for name, row in books.items()}
    yield item("start_lines", bool(lines) and all(lines.values()), start_lines=lines)
    others = {
        name: row[step.OTHERS_SINCE] for name, row in books.items() if step.OTHERS_SINCE in row
    }
    yield item("nobody_else", not others, others_since=others)


def _stale(row: Row, creditor: Creditor) -> str | None:
    """Why a money feed does not tell all of its account yet, or None."""
    found = feed_stale(sources.source_of(row), creditor.gate, creditor.country, clock.now())
    return None if found is None else found.why


def _stop_button(tenant: Tenant) -> Item:
    """Whether the creditor was stopped and released again lately, by the trail (wall time)."""
    today, tried = clock.wall().date(), dict[bool, dict[str, str]]()
    for number in range(_TRIED_DAYS, -1, -1):
        day = (today - timedelta(days=number)).isoformat()
        for row in table.query(keys.audit(tenant, day, "0")["pk"], "0", "~"):
            if row["what"] != "control_changed":
                continue
            facts = json.loads(row["facts"])
            was, now = ((facts[one] or {}).get("stopped", False) for one in ("before", "after"))
            if was != now:
                tried[now] = {"at": row["sk"].partition("#")[0], "by": row["who"]}
    stopped, released = tried.get(True), tried.get(False)
    return item("stop_button", ok=released is not None, stopped=stopped, released=released)


def _of_law(policy: Policy) -> Iterator[Item]:
    force = law_rows.current(policy.law)
    faults = [f"{one.path}: {one.rule}" for one in check_policy(force.pack, policy)]
    named = {"policy": policy.id, "version": policy.version}
    yield item("policy", not faults, **named, faults=faults)
    yield item("law_pack", force.signed, hash=force.pack.hash, sign_off=force.sign_off)


def _letters(tenant: Tenant, creditor: Creditor, policy: Policy) -> Item:
    digest, places = sentences(tenant, creditor, policy)
    row = table.get(keys.fact(tenant, "FIRSTDAY", LETTERS)) or {}
    same = row.get("hash") == digest
    approved = {"by": row.get("by"), "at": row.get("at")} if same else None
    return item(LETTERS, same, hash=digest, letters=places, approved=approved)


def sentences(tenant: Tenant, creditor: Creditor, policy: Policy) -> tuple[str, list[str]]:
    """The hash of all that the policy's letters say in the creditor's language, and which."""
    own = table.get(letter_rows.index_key(tenant))
    language = choose_languages([creditor.language], ("en",))[0]
    tones = sorted({one.tone for one in policy.steps if one.action == "remind"})
    shipped = {
        tone: dict(wording.templates(language, tone, country=creditor.country).sentences)
        for tone in tones
    }
    said = {"own": json.loads(own["body"]) if own else {}, "shipped": shipped}
    return content_hash(canonical(said)), [f"{language}/reminder/{one}" for one in tones]


def _arming(tenant: Tenant) -> Item:
    rules = first_day_rows.rules_of(table.get(first_day_rows.rules_key(tenant)))
    if rules is None:
        return item("arming", ok=False)
    armed = [f"{one.step}/{one.segment or '*'} by {one.by}" for one in rules.armed]
    return item("arming", ok=True, since=rules.since.isoformat(), first=rules.first, armed=armed)
