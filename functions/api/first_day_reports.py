"""What a first day rests on: the assessment of the practice until now, and the checklist."""

from __future__ import annotations

from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.first_day_points import LETTERS, points, sentences
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
from shared.domain.first_day_checklist import ageing, one_euro
from shared.domain.ledger_truth import Truth
from shared.domain.money import Money
from shared.domain.observed import compared, tally
from shared.domain.policy import Policy
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
    found = [
        ageing(known, currency, _stated(request.query.get("erp_total"), currency)),
        one_euro(_test(tenant, request.query.get("test_invoice"))),
        *points(tenant, creditor, policy),
    ]
    body = [one.model_dump(mode="json") for one in found]
    ready = whole and all(one.ok for one in found)
    return Answer({"ready": ready, "invoices": len(known), "whole": whole, "points": body})


def post_letters(request: Request) -> Answer:
    """A person stands for the letters as they are; a sentence that changes asks for it again."""
    said, tenant = read(request, Letters), request.tenant
    digest, _ = sentences(tenant, profiles.creditor(tenant), _policy(tenant))
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
        raise Problem(
            409, "no_policy", "Activate a policy first: the figures are compared with it."
        )
    return policy
