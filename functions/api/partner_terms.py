"""Partner terms and routing: what each partner takes, which one gets what, and the gate, explained.

None of it changes a case: a hand-over reads terms and routing right before it happens.
"""

from __future__ import annotations

from typing import Any

import connectors
from functions import carriers
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import sifted
from functions.placing import Judged, Place, judge, place
from functions.touching import resume
from functions.wiring import connection_row
from shared.cloud import audit, clock, keys, lookups, partner_rows, table
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.decide import HandOver
from shared.domain.explain import Record, content_hash
from shared.domain.handover_gate import barred
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.routing import Routing, partners_of
from shared.errors import NotFound


def get_partners(request: Request) -> Answer:
    """The collection partners, a page at a time, with what is known of their terms."""

    def keep(row: Row) -> dict[str, Any] | None:
        family, _, _ = str(row["connector"]).partition(".")
        return {"id": keys.id_of(row["pk"]), **row} if family == "collectors" else None

    found, more = sifted(request, "CONN", keys.connection, keep)
    stored = partner_rows.terms_of(request.tenant, [one["id"] for one in found])
    return Answer(
        {"partners": [_partner_view(one, stored.get(one["id"])) for one in found], **more}
    )


def get_terms(request: Request) -> Answer:
    """The stored terms of a partner. ``NotFound`` for another connection, or before there are."""
    partner = _partner(request)
    found = partner_rows.terms_of(request.tenant, [partner]).get(partner)
    if found is None:
        raise NotFound("no terms yet")
    return Answer(_view(found))


def put_terms(request: Request) -> Answer:
    """Replace the terms of a partner; they bind from the next hand-over."""
    terms, partner = read(request, PartnerTerms), _partner(request)
    write = partner_rows.put(partner_rows.terms_key(request.tenant, partner), terms)
    facts = {"connection": partner, "hash": content_hash(terms)}
    entry = audit.entry(request.tenant, request.principal.client, "partner_terms_stored", facts)
    known = partner_rows.terms_of(request.tenant, [partner]).get(partner, PartnerTerms())
    accounts = lookups.of_partner(request.tenant, partner, known.accounts, terms.accounts)
    table.transact([write, entry, *accounts])
    return Answer(_view(terms))


def get_routing(request: Request) -> Answer:
    """The rules of routing, none while nobody stored any."""
    return Answer(_view(partner_rows.routing_of(request.tenant)))


def put_routing(request: Request) -> Answer:
    """Replace the rules of routing. Each names a partner that is a connection of the creditor."""
    routing = read(request, Routing)
    named = partners_of(routing)
    rows = table.batch_get([keys.connection(request.tenant, one) for one in set(named.values())])
    families = {
        keys.id_of(row["pk"]): str(row["connector"]).partition(".")[0] for row in rows.values()
    }
    faults = [
        fault(path, "unknown_partner", "no collection partner has this id")
        for path, partner in named.items()
        if families.get(partner) != "collectors"
    ]
    if faults:
        raise invalid(*faults)
    facts = {"hash": content_hash(routing)}
    entry = audit.entry(request.tenant, request.principal.client, "routing_stored", facts)
    table.transact([partner_rows.put(partner_rows.routing_key(request.tenant), routing), entry])
    return Answer(_view(routing))


def get_hand_over(request: Request) -> Answer:
    """What a hand-over of the case would need today, condition by condition; nothing changes.

    The claims are those of the hand-over that is decided, else all that are open and with nobody.
    """
    run = carriers.informed(resume(Store(request.tenant), request.path["id"], clock.now()))
    decision = run.decision()
    if isinstance(decision, HandOver):
        claims, default = decision.claims, decision.partner
    else:
        free = [one for one in run.case.open_claims() if not one.with_partner]
        claims, default = tuple(one.claim.id for one in free), run.policy.partner or ""
    if not claims or not default:
        title = "Nothing of this case can be handed over."
        raise Problem(409, "nothing_to_hand_over", title)
    placed = place(run, claims, default)
    judged = judge(run, claims, placed)
    ready = isinstance(decision, HandOver) and not barred(judged.checks)
    return Answer(
        {
            "case": run.case.id,
            "as_of": run.local_now.date().isoformat(),
            "claims": list(claims),
            "ready": bool(placed.route.partner and placed.partner and judged.file and ready),
            "decision": decision.model_dump(mode="json"),
            **_placed(placed),
            **_judged(judged, placed),
        }
    )


def _partner_view(row: Row, terms: PartnerTerms | None) -> dict[str, Any]:
    spec = connectors.spec(row["connector"])
    return {
        "id": row["id"],
        "connector": row["connector"],
        "title": spec.title,
        "countries": list(spec.countries),
        "state": row["state"],
        "terms_stored": terms is not None,
        "contract": terms.contract.state if terms else None,
        "draining": terms.draining if terms else None,
    }


def _placed(placed: Place) -> dict[str, Any]:
    return {
        "partner": placed.route.partner,
        "partner_state": placed.partner.get("state"),
        "route": placed.route.reason.model_dump(mode="json"),
        "terms_stored": placed.terms is not None,
    }


def _judged(judged: Judged, placed: Place) -> dict[str, Any]:
    listed = recall = None
    if judged.file is not None and placed.terms is not None:
        listed = placed.terms.price_of(judged.service, judged.file.totals.principal)
        recall = placed.terms.recall_price
    offer = judged.offer
    price = (offer.price if offer else None) or listed
    recall = (offer.recall_price if offer else None) or recall
    return {
        "checks": [one.model_dump(mode="json") for one in judged.checks],
        "price": _plain(price),
        "recall_price": _plain(recall),
    }


def _plain(money: Any) -> dict[str, str] | None:
    return {"amount": str(money.amount), "currency": money.currency} if money else None


def _partner(request: Request) -> str:
    """The connection of the path. ``NotFound`` where it is no collection partner."""
    partner = request.path["connection"]
    if not str(connection_row(request.tenant, partner)["connector"]).startswith("collectors."):
        raise NotFound("no such partner")
    return partner


def _view(stored: Record) -> dict[str, Any]:
    return {**stored.model_dump(mode="json"), "hash": content_hash(stored)}
