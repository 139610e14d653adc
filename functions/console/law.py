"""Law: what the hub may ask, country by country, with its sources, its gaps, and who signed it."""

from __future__ import annotations

from functions.api.exchange import Problem, allowed
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from shared.domain.lawpack import COUNTRIES


def countries(desk: Desk) -> Page:
    """The countries with a law pack; a creditor's people see which is signed off."""
    if desk.may(_SHEET):
        packs = [desk.ask(_SHEET, country=one).body for one in COUNTRIES]
        rows = [
            {"country": one["country"], "signed": one["signed"], "as_of": one["as_of"],
             "known_to": one["rates"][-1]["last"] if one["rates"] else None}
            for one in packs
        ]  # fmt: skip
    else:
        told = [desk.ask("GET /v1/law/{country}", country=one).body for one in COUNTRIES]
        rows = [{**one, "known_to": one["rates_known_to"]} for one in told]
    return desk.page("laws", "law", rows=rows)


def sheet(desk: Desk, problem: Problem | None = None) -> Page:
    """One country: its rules in sentences, rates, acts behind a date, unknowns, sources."""
    country = desk.path["country"]
    if not desk.may(_SHEET):
        allowed(desk.principal, "GET /v1/law/{country}")
    told = desk.ask(_SHEET, country=country).body if desk.may(_SHEET) else None
    force = None
    if desk.may("GET /v1/law/{country}"):
        force = desk.ask("GET /v1/law/{country}", country=country).body
    return desk.page(
        "law", "law", status=problem.status if problem else 200,
        country=country, sheet=told, force=force, said=desk.form,
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def load_rate(desk: Desk) -> Page:
    """An operator loads the reference rate of a half-year; the new pack is in force at once."""
    form = desk.form
    body = {
        "from": form.get("from", ""), "to": form.get("to", ""),
        "reference": form.get("reference", "").strip().replace(",", "."),
        "status": form.get("status", ""),
        "source": {"title": form.get("source.title", ""), "url": form.get("source.url", "")},
    }  # fmt: skip
    if form.get("replaces", "").strip():
        body["replaces"] = form["replaces"].strip().replace(",", ".")
    try:
        told = desk.ask("PUT /v1/law/{country}/rates", country=desk.path["country"], body=body)
    except Problem as problem:
        return sheet(desk, problem)
    return desk.went(f"/law/{desk.path['country']}", told, done="saved")


def sign(desk: Desk) -> Page:
    """An operator writes down who stands for the pack that is in force."""
    form = desk.form
    body = {name: form.get(name, "").strip() for name in ("name", "role", "note")}
    pack = form.get("hash", "")
    try:
        told = desk.ask("POST /v1/law/packs/{hash}/sign-off", hash=pack, body=body)
    except Problem as problem:
        return sheet(desk, problem)
    return desk.went(f"/law/{desk.path['country']}", told, done="saved")


_SHEET = "GET /v1/law/{country}/sheet"
ROUTES: dict[str, Answering] = {
    "GET /law": countries,
    "GET /law/{country}": sheet,
    "POST /law/{country}/rates": load_rate,
    "POST /law/{country}/sign-off": sign,
}
