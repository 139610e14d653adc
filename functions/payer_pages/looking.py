"""The overview of a case, and the pages on which it is paid."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import connectors
from functions import payer_acts, paying
from functions.pages.answers import Page, download
from functions.payer_pages.sitting import Answering, Sitting
from functions.payer_pages.slips import slips
from shared.cloud import keys, partner_rows, payer_calls
from shared.domain.agreed import parts
from shared.domain.money import Money, total
from shared.domain.payer_view import FURTHEST, PayerView
from shared.errors import Refused, Retry

# What the making of a payment link answers: it is there; the provider is not.
_MADE, _AWAY = 201, frozenset({502, 503})


def overview(sitting: Sitting) -> Page:
    """All that is open, how it arose, and what a payer may do; for today or a day ahead."""
    view, faults = _view(sitting)
    if view.kind == "neutral":
        return sitting.page("neutral", back=False)
    plans = payer_acts.plans(sitting.case) if "plan" not in view.refused else ()
    return sitting.page(
        "view", back=False, faults=faults, view=view, plans=plans,
        payable=any(one.now for one in view.claims), beside=_beside(view),
        promised={
            one.target: payer_acts.comes_to(sitting.case, one.claims, one.day)
            for one in view.agreed if one.kind == "promised"
        },
        arranged={name: "promised" if one.kind != "instalment" else "in_plan"
                  for one in view.agreed for name in one.claims},
        furthest=view.today + FURTHEST, partners=_partners(sitting, view),
    )  # fmt: skip


def pay(sitting: Sitting, faults: dict[str, str] | None = None) -> Page:
    """How to pay what can be paid now: at a provider, or by what to copy and scan.

    Of a plan that is the next instalment alone: a claim that only later ones concern waits.
    """
    view = payer_acts.shown(sitting.case)
    creditor = sitting.case.run.creditor
    coming = [one for one in view.agreed if one.kind == "instalment"]
    case = sitting.case.run.case
    later = {name for one in coming for name in set(one.claims) - set(parts(case, one))}
    claims = [one for one in view.claims if one.id not in later]
    found = slips(claims, creditor, view.currency, sitting.words)
    if not found:
        return sitting.went()
    providers = [
        {"id": keys.id_of(row["pk"]), "title": connectors.spec(row["connector"]).title}
        for row in paying.providers(sitting.case.tenant)
    ]
    return sitting.page("pay", faults=faults, slips=found, providers=providers, coming=coming)


def pay_at(sitting: Sitting) -> Page:
    """Have the provider make the payment page of a claim, and lead there by one more click."""
    claim, via = sitting.fields.get("claim", ""), sitting.fields.get("connection", "")
    opened = sitting.case
    try:
        payer_acts.room(sitting.payer)
        status = payer_calls.payment_link(
            opened.tenant, opened.run.case.id, claim, via, sitting.payer.by
        )
    except Refused as no:
        return pay(sitting, {"claim": sitting.why(no)})
    except Retry:
        status = 503
    if status != _MADE:
        return pay(sitting, {"claim": "no_provider" if status in _AWAY else "no_other"})
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
    try:
        payer_acts.room(sitting.payer)
    except Refused as no:
        return sitting.page("sorry", status=409, why="busy", faults={"statement": sitting.why(no)})
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


def _beside(view: PayerView) -> Money | None:
    """Interest and fees up to today of what a plan is about: they are owed besides."""
    about = {name for one in view.agreed if one.kind == "instalment" for name in one.claims}
    mine = [one for one in view.claims if one.id in about and view.on == view.today]
    sums = [one.interest + one.fees for one in mine]
    sums += [one.compensation for one in mine if one.compensation is not None]
    return total(sums, view.currency) if sums else None


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
            else {"name": "", "phone": "", "email": ""}
        )
    return found


ROUTES: dict[str, Answering] = {
    "GET /": overview,
    "GET /pay": pay,
    "POST /pay": pay_at,
    "GET /pay/{connection}/{number}": provider,
    "POST /statement": statement_of,
}
