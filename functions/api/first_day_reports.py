"""What a first day rests on: the assessment of the practice until now, and the checklist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from shared.cloud import (
    audit,
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
    truths,
)
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import wording
from shared.domain.assessment import assess, past_of
from shared.domain.creditor import Creditor
from shared.domain.explain import Record, canonical, content_hash
from shared.domain.first_day_checklist import Item, ageing, item, one_euro
from shared.domain.formats import choose_languages
from shared.domain.freshness import feed_stale
from shared.domain.law import check_policy
from shared.domain.ledger_truth import Truth
from shared.domain.money import Money
from shared.domain.observed import compared, tally
from shared.domain.policy import Policy
from shared.domain.report_pages import csv_text, html_text

# So many invoices, or cases, are looked at in one answer, in the order of their ids.
MOST_INVOICES = 2_000
MOST_CASES = 1_000
# How far back a stop that was tried counts.
_TRIED_DAYS = 60
_LETTERS = "letters"


class Letters(Record):
    """That somebody looked at the letters: the hash that the checklist shows for them."""

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


def get_assessment(request: Request) -> Answer:
    """Punctuality, ageing, days to pay and reminders until now, and what the policy would do.

    ``?format=`` is json, html or csv. ``whole`` says whether all invoices were looked at.
    """
    tenant, creditor = request.tenant, profiles.creditor(request.tenant)
    today, policy = creditor.today(clock.now()), _policy(tenant)
    known, whole = _truths(tenant)
    figures = assess([past_of(one, today) for one in known], policy, today)
    form = request.query.get("format", "json")
    if form == "json":
        lines = [
            {"section": one.section, "name": one.name, "value": one.value, "unit": one.unit,
             "definition": one.definition}
            for one in figures
        ]  # fmt: skip
        return Answer({"as_of": today.isoformat(), "invoices": len(known), "whole": whole,
                       "policy": {"id": policy.id, "version": policy.version},
                       "figures": lines})  # fmt: skip
    if form not in {"html", "csv"}:
        raise Problem(400, "bad_format", "The formats are json, html and csv.")
    text = csv_text(figures)
    if form == "html":
        text = html_text(creditor.name, f"the practice up to {today}", [figures])
    headers = {"content-type": f"text/{form}; charset=utf-8"}
    return Answer(text.encode(), headers=headers)


def get_checklist(request: Request) -> Answer:
    """Each point of the first day with its evidence; ``ready`` when all of them hold.

    ``?erp_total=`` is the total of open items that the ERP prints, in the policy's currency;
    ``?test_invoice=`` the invoice of the one-euro test.
    """
    tenant, creditor, policy = (
        request.tenant,
        profiles.creditor(request.tenant),
        _policy(request.tenant),
    )
    known, whole = _truths(tenant)
    currency = policy.tolerance.currency
    points = [
        ageing(known, currency, _stated(request.query.get("erp_total"), currency)),
        *_of_connections(tenant, creditor, policy),
        _stop_button(tenant),
        one_euro(_test(tenant, request.query.get("test_invoice"))),
        *_of_law(policy),
        _letters(tenant, creditor, policy),
        _arming(tenant),
    ]
    body = [one.model_dump(mode="json") for one in points]
    ready = whole and all(one.ok for one in points)
    return Answer({"ready": ready, "invoices": len(known), "whole": whole, "points": body})


def post_letters(request: Request) -> Answer:
    """A person stands for the letters as they are; a sentence that changes asks for it again."""
    said, tenant = read(request, Letters), request.tenant
    digest, _ = _sentences(tenant, profiles.creditor(tenant), _policy(tenant))
    if said.hash != digest:
        raise Problem(409, "other_letters", "The letters are others now: look at them again.")
    by, at = request.principal.client, clock.stamp(clock.now())
    row = {**keys.fact(tenant, "FIRSTDAY", _LETTERS), "hash": digest, "by": by, "at": at}
    entry = audit.entry(tenant, by, "letters_approved", {"hash": digest})
    table.transact([table.put_write(row, condition=None), entry])
    return Answer({"hash": digest, "by": by, "at": at})


def get_observed(request: Request) -> Answer:
    """What observe mode would have done beside what the creditor did, by case, claim and day."""
    tenant, zone = request.tenant, ZoneInfo(profiles.creditor(request.tenant).zone)
    names = list(islice(report_rows.listed(tenant, "CASE"), MOST_CASES + 1))
    store = Store(tenant)
    rows = [one for name in names[:MOST_CASES] for one in compared(name, store.events(name), zone)]
    body = [one.model_dump(mode="json") for one in rows]
    whole = len(names) <= MOST_CASES
    return Answer({"whole": whole, "verdicts": tally(rows), "acts": body})


# --- the points ---------------------------------------------------------------------------------


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
    digest, places = _sentences(tenant, creditor, policy)
    row = table.get(keys.fact(tenant, "FIRSTDAY", _LETTERS)) or {}
    same = row.get("hash") == digest
    approved = {"by": row.get("by"), "at": row.get("at")} if same else None
    return item(_LETTERS, same, hash=digest, letters=places, approved=approved)


def _sentences(tenant: Tenant, creditor: Creditor, policy: Policy) -> tuple[str, list[str]]:
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


# --- what they are read from --------------------------------------------------------------------


def _truths(tenant: Tenant) -> tuple[list[Truth], bool]:
    names = list(islice(report_rows.listed(tenant, "INV"), MOST_INVOICES + 1))
    found = [truths.money_truth(tenant, one)[1] for one in names[:MOST_INVOICES]]
    return [one for one in found if one.invoice.issued_in_books], len(names) <= MOST_INVOICES


def _test(tenant: Tenant, invoice: str | None) -> Truth | None:
    return None if not invoice else truths.money_truth(tenant, invoice)[1]


def _stated(text: str | None, currency: str) -> Money | None:
    try:
        return None if text is None else Money.of(text, currency)
    except ValueError:
        raise Problem(400, "bad_total", "The total is an amount like 1234.50.") from None


def _policy(tenant: Tenant) -> Policy:
    policy = profiles.active_policy(tenant)
    if policy is None:
        raise Problem(409, "no_policy", "Activate a policy first: it is what is assessed.")
    return policy
