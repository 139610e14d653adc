"""What a first day rests on: the assessment of the practice until now, and the checklist."""

from __future__ import annotations

from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.first_day_ageing import known, looked_at, policy_of
from functions.api.first_day_points import LETTERS, books_believed, connected, points, sentences
from functions.api.forms import read
from shared.cloud import (
    audit,
    clock,
    keys,
    profiles,
    report_rows,
    table,
    truths,
)
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.domain.assessment import assess, past_of
from shared.domain.explain import Record
from shared.domain.first_day_checklist import Item, one_euro
from shared.domain.observed import compared, tally
from shared.domain.report_pages import csv_text, html_text

# So many invoices, or cases, are looked at in one answer, in the order of their ids.
MOST_INVOICES = 2_000
MOST_CASES = 1_000


class Letters(Record):
    """That somebody looked at the letters: the hash that the checklist shows for them."""

    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


def get_assessment(request: Request) -> Answer:
    """Punctuality, ageing, days to pay and reminders until now, and what the policy would do.

    ``?format=`` is json, html or csv. ``whole`` says whether all invoices were looked at.
    """
    tenant, creditor = request.tenant, profiles.creditor(request.tenant)
    today, policy = creditor.today(clock.now()), policy_of(tenant)
    found, last = known(tenant, None, MOST_INVOICES)
    figures = assess([past_of(one, today) for one in found], policy, today)
    form = request.query.get("format", "json")
    if form == "json":
        lines = [
            {"section": one.section, "name": one.name, "value": one.value, "unit": one.unit,
             "definition": one.definition}
            for one in figures
        ]  # fmt: skip
        return Answer({"as_of": today.isoformat(), "invoices": len(found), "whole": last is None,
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

    ``?test_invoice=`` is the invoice of the one-euro test. ``ageing`` is what was compared within a
    day by ``POST /v1/first-day/ageing``; without that the first 20 invoices are, and ``whole``
    says whether these were all.
    """
    tenant = request.tenant
    creditor, policy = profiles.creditor(tenant), policy_of(tenant)
    by = connected(tenant)
    beside = looked_at(tenant, policy.tolerance.currency)
    found = [
        beside,
        _test(tenant, request.query.get("test_invoice"), books_believed(by, creditor)),
        *points(tenant, creditor, policy, by),
    ]
    return Answer({
        "ready": all(one.ok for one in found),
        "invoices": beside.evidence["invoices"],
        "whole": beside.evidence["all_invoices"],
        "points": [one.model_dump(mode="json") for one in found],
    })  # fmt: skip


def post_letters(request: Request) -> Answer:
    """A person stands for the letters as they are; a sentence that changes asks for it again."""
    said, tenant = read(request, Letters), request.tenant
    digest, _ = sentences(tenant, profiles.creditor(tenant), policy_of(tenant))
    if said.hash != digest:
        raise Problem(
            409, "other_letters", "The letters have changed since you looked: look at them again."
        )
    by, at = request.principal.client, clock.stamp(clock.now())
    row = {**keys.fact(tenant, "FIRSTDAY", LETTERS), "hash": digest, "by": by, "at": at}
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


# --- what they are read from --------------------------------------------------------------------


def _test(tenant: Tenant, invoice: str | None, believed: frozenset[str]) -> Item:
    if not invoice:
        return one_euro(None)
    row, truth = truths.money_truth(tenant, invoice)
    return one_euro(truth, books_say=row.get("conn") in believed)
