"""The points of a first day that need no invoice: connections, switches, law, letters, arming."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from shared.cloud import (
    clock,
    connections,
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
from shared.domain.freshness import Source, feed_stale, stale, waits
from shared.domain.law import check_policy
from shared.domain.policy import Policy

# How far back a stop that was tried counts.
_TRIED = timedelta(days=60)
LETTERS = "letters"


class Point(Record):
    """A point of the checklist that does not hold, and what to do."""

    name: str
    to_do: str


class Unmet(Record):
    """What does not hold yet of a first day while something is let out."""

    not_met: tuple[Point, ...] = ()


def points(
    tenant: Tenant, creditor: Creditor, policy: Policy, by: dict[str, Row] | None = None
) -> list[Item]:
    """Each point with its evidence, as far as no invoice is looked at.

    ``by`` are the rows of all connections, where they were read before.
    """
    eyes = creditor.four_eyes == "required"
    return [
        *_of_connections(connected(tenant) if by is None else by, creditor, policy),
        _stop_button(tenant),
        *_of_law(policy),
        _letters(tenant, creditor, policy),
        _arming(tenant),
        item("four_eyes", ok=eyes, two_people=eyes),
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


def connected(tenant: Tenant) -> dict[str, Row]:
    """The rows of all connections by their ids."""
    names = list(report_rows.listed(tenant, "CONN"))
    rows = table.batch_get([keys.connection(tenant, one) for one in names]).values()
    return {keys.id_of(row["pk"]): row for row in rows}


def books_believed(by: dict[str, Row], creditor: Creditor) -> frozenset[str]:
    """The ERP connections whose books are believed to say what is paid: where no bank does.

    As every touch believes them (:func:`shared.domain.freshness.waits`).
    """
    if _feeds(by) or not creditor.gate.erp_is_the_bank:
        return frozenset()
    return frozenset(one.connection for one in _books(by) if one.says_who_paid)


def _accounts(by: dict[str, Row], creditor: Creditor) -> Item:
    """Whether somebody says what is paid, and each of those who do was read as far as it can be.

    ``unsaid`` are books in use that know of no payment, while no bank is connected that does.
    """
    now, gate, found = clock.now(), creditor.gate, _feeds(by)
    late = {one.connection: feed_stale(one, gate, creditor.country, now) for one in found}
    believed = books_believed(by, creditor)
    late |= {one.connection: stale(one, now) for one in _books(by) if one.connection in believed}
    unsaid = [
        books.connection
        for books in _books(by)
        if any(
            one.why == "no_money_feed" for one in waits(books, found, gate, creditor.country, now)
        )
    ]
    accounts = {
        name: {
            "read": by[name].get("fresh_as_of"),
            "complete_through": by[name].get("complete_through"),
            "stale": None if why is None else why.why,
        }
        for name, why in late.items()
    }
    heard = set(late) - set(gate.ignored)
    ok = bool(heard) and not any(late.values()) and not unsaid
    return item("accounts", ok, accounts=accounts, books_believed=sorted(believed), unsaid=unsaid)


def _feeds(by: dict[str, Row]) -> list[Source]:
    """The banks and providers that are connected, whether they are used yet or not."""
    return [
        sources.source_of(row)
        for row in by.values()
        if feeds.is_money(row) and row["state"] != "disabled"
    ]


def _books(by: dict[str, Row]) -> list[Source]:
    """The books that are in use."""
    return [
        sources.source_of(row)
        for row in by.values()
        if feeds.family_of(row) == "erp" and row["state"] in connections.LIVE
    ]


def _of_connections(by: dict[str, Row], creditor: Creditor, policy: Policy) -> Iterator[Item]:
    yield _accounts(by, creditor)
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


def _stop_button(tenant: Tenant) -> Item:
    """Whether the creditor was stopped and released again lately (wall time)."""
    row = table.get(keys.control(tenant)) or {}
    tried = {
        what: {"at": row[f"{what}_at"], "by": row[f"{what}_by"]} if f"{what}_at" in row else None
        for what in ("stopped", "released")
    }
    last = tried["released"]
    ok = last is not None and clock.wall() - clock.read_stamp(last["at"]) <= _TRIED
    return item("stop_button", ok, stopped=tried["stopped"], released=last)


def _of_law(policy: Policy) -> Iterator[Item]:
    force = law_rows.current(policy.law)
    faults = [f"{one.path}: {one.rule}" for one in check_policy(force.pack, policy)]
    named = {"policy_id": policy.id, "version": policy.version}
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
    armed = [f"{one.step}/{one.segment or '*'} ({one.by})" for one in rules.armed]
    return item("arming", ok=True, since=rules.since.isoformat(), first=rules.first, armed=armed)
