"""Terms of a partner as a form: what it takes, after what waits, and at what price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from functions.api.exchange import Problem
from functions.console.partners import known, terms_of
from functions.console.typed import number_of, sum_of, text_of, words_of
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from shared.domain.handover_gate_rules import GatedService
from shared.domain.handover_gate_terms import PartnerTerms, RequiredField
from shared.domain.lawpack import COUNTRIES
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import MINOR_UNITS

_PUT = "PUT /v1/partners/{connection}/terms"
# Of each of these any number may be ticked; none ticked limits nothing.
TICKS = {
    "services": get_args(GatedService),
    "capacities": get_args(Capacity),
    "classes": get_args(ClaimClass),
    "required": get_args(RequiredField),
}
# The countries that have a law here, and the currencies that are known.
_CODES: dict[str, tuple[str, ...]] = {"countries": COUNTRIES, "currencies": tuple(MINOR_UNITS)}
_WAITS = ("after_due", "after_notice")
_SUMS = ("minimum", "maximum", "recall_price")
_FOR_DEBTORS = ("name", "phone", "email")


def form(desk: Desk, said: dict[str, Any] | None = None, problem: Problem | None = None) -> Page:
    """The terms as they are stored, or as they were typed when something is wrong with them."""
    partner = known(desk, desk.path["connection"])
    stored = terms_of(desk, partner["id"])
    terms = said or stored or PartnerTerms().model_dump(mode="json")
    return desk.page(
        "partner_terms", "partners", "terms", status=problem.status if problem else 200,
        partner=partner, stored=stored is not None, terms=terms, text_of=text_of,
        ticks_of=TICKS | {name: tuple(dict.fromkeys((*codes, *terms.get(name, ()))))
                          for name, codes in _CODES.items()},
        # One empty price more: whoever fills it in adds one.
        prices=[*terms.get("prices", ()), {}], may=desk.may(_PUT),
        problem=problem.body if problem else None, faults=_faults(problem),
    )  # fmt: skip


def store(desk: Desk) -> Page:
    """Replace the terms: they bind from the next hand-over."""
    said = _terms(desk.form, desk.visit.several)
    try:
        told = desk.ask(_PUT, connection=desk.path["connection"], body=said)
    except Problem as problem:
        if problem.status != 422:
            raise
        return form(desk, said, problem)
    return desk.went(f"/partners/{desk.path['connection']}", told, done="saved")


def _terms(said: Mapping[str, str], several: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The terms that a form says."""
    text = {name: one.strip() for name, one in said.items()}
    for_debtors = {
        name: one for name in _FOR_DEBTORS if (one := text.get(f"for_debtors.{name}", ""))
    }
    return {
        **{name: list(several.get(name, ())) for name in TICKS},
        **{name: words_of(" ".join(several.get(name, ())).upper()) for name in _CODES},
        "accounts": words_of(text.get("accounts", "").upper()),
        **{name: sum_of(text.get(name, "")) for name in _SUMS},
        **{name: {who: number_of(text.get(f"{name}.{who}", "") or "0")
                  for who in ("consumer", "business")} for name in _WAITS},
        "contract": {
            "state": text.get("contract.state", ""), "on": text.get("contract.on") or None,
        },
        "prices": _prices(text),
        "draining": "draining" in text,
        **({"for_debtors": for_debtors} if for_debtors else {}),
    }  # fmt: skip


def _prices(text: Mapping[str, str]) -> list[dict[str, Any]]:
    """The prices in their order; a row without a sum is none."""
    found = []
    at = 0
    while f"prices.{at}.service" in text:
        price, up_to = (sum_of(text.get(f"prices.{at}.{one}", "")) for one in ("price", "up_to"))
        if price or up_to:
            found.append({
                "service": text[f"prices.{at}.service"], "up_to": up_to,
                "price": price or {"amount": "", "currency": ""},
            })  # fmt: skip
        at += 1
    return found


def _faults(problem: Problem | None) -> dict[str, str]:
    """The faults by the form's fields: ``accounts.0`` is of ``accounts``."""
    if problem is None:
        return {}
    found: dict[str, str] = {}
    for path, text in fields_of(problem).items():
        head = path.partition(".")[0]
        found.setdefault(head if head in (*TICKS, *_CODES, "accounts") else path, text)
    return found


ROUTES: dict[str, Answering] = {
    "GET /partners/{connection}/terms": form,
    "POST /partners/{connection}/terms": store,
}
