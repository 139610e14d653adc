"""The overview of a case, and the pages on which it is paid."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import connectors
from functions import payer_acts, paying
from functions.api.exchange import Problem, planned
from functions.pages.answers import Page, download
from functions.payer_pages.sitting import Answering, Sitting
from functions.payer_pages.slips import slips
from shared.cloud import keys, partner_rows
from shared.domain.payer_view import FURTHEST, PayerView
from shared.errors import HubError


def overview(sitting: Sitting) -> Page:
    """All that is open, how it arose, and what a payer may do; for today or a day ahead."""
    view, faults = _view(sitting)
    if view.kind == "neutral":
        return sitting.page("neutral", back=False)
    plans = payer_acts.plans(sitting.case) if "plan" not in view.refused else ()
    return sitting.page(
        "view", back=False, faults=faults, view=view, plans=plans,
        payable=any(one.now for one in view.claims),
        furthest=view.today + FURTHEST, partners=_partners(sitting, view),
    )  # fmt: skip


def pay(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """How to pay what can be paid now: at a provider, or by what to copy and scan."""
    view = payer_acts.shown(sitting.case)
    creditor = sitting.case.run.creditor
    found = slips(view.claims, creditor, view.currency, sitting.words)
    if not found:
        return sitting.went()
    providers = [
        {"id": keys.id_of(row["pk"]), "title": connectors.spec(row["connector"]).title}
        for row in paying.providers(sitting.case.tenant)
    ]
    return sitting.page("pay", faults=faults, slips=found, providers=providers)


def pay_at(sitting: Sitting) -> Page:
    """Have the provider make the payment page of a claim, and lead there by one more click."""
    claim, via = sitting.fields.get("claim", ""), sitting.fields.get("connection", "")
    opened = sitting.case
    try:
        paying.link(opened.tenant, opened.run.case.id, claim, sitting.payer.by, via)
    except (Problem, HubError) as no:
        problem = no if isinstance(no, Problem) else planned(no)
        key = "no_provider" if problem.status in {502, 503} else "no_other"
        return pay(sitting, {"claim": key})
    return sitting.went(f"/pay/{via}/{_number(sitting, claim)}")


def provider(sitting: Sitting) -> Page:
    """The way to the provider's page, which was made already."""
    opened, via = sitting.case, sitting.at["connection"]
    for number, one in enumerate(payer_acts.shown(opened).claims, start=1):
        if str(number) != sitting.at["number"] or one.now is None:
            continue
        url = paying.kept(opened.tenant, one.id, one.now, via)
        if url is not None and url.startswith("https://"):
            return sitting.page("provider", url=url, amount=one.now, host=urlsplit(url).hostname)
    return sitting.went("/pay")


def statement_of(sitting: Sitting) -> Page:
    """The statement as a file: free, and noted in the trail."""
    # Typeface and layout are for paper alone: no other page pays for them.
    from functions.payer_pages.statement import statement

    opened = sitting.case
    view = payer_acts.shown(opened)
    if view.kind == "neutral":
        return sitting.went()
    body = statement(view, opened, sitting.words)
    payer_acts.downloaded(sitting.payer)
    return download(body, "application/pdf", f"statement-{view.today.isoformat()}.pdf")


def _view(sitting: Sitting) -> tuple[PayerView, dict[str, str]]:
    said = sitting.query.get("on")
    if not said:
        return payer_acts.shown(sitting.case), {}
    try:
        return payer_acts.shown(sitting.case, date.fromisoformat(said)), {}
    except ValueError:
        return payer_acts.shown(sitting.case), {"on": "on_wrong"}


def _number(sitting: Sitting, claim: str) -> int:
    """The place of a claim on the page: an address holds no id of a source."""
    names = [one.id for one in payer_acts.shown(sitting.case).claims]
    return names.index(claim) + 1


def _partners(sitting: Sitting, view: PayerView) -> list[dict[str, str]]:
    """Who has claims of the case, and how they are reached, as the creditor's terms say."""
    terms = partner_rows.terms_of(sitting.case.tenant, view.partners)
    found = []
    for name in view.partners:
        known = terms[name].for_debtors if name in terms else None
        found.append(
            {"name": known.name, "phone": known.phone, "email": known.email}
            if known
            else {"name": name, "phone": "", "email": ""}
        )
    return found


ROUTES: dict[str, Answering] = {
    "GET /": overview,
    "GET /pay": pay,
    "POST /pay": pay_at,
    "GET /pay/{connection}/{number}": provider,
    "POST /statement": statement_of,
}
