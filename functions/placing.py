"""Placing: which partner a hand-over goes to, and whether every condition of it is met."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

from connectors import spec
from connectors.contract import HandOver as Announcement
from functions import case_files
from functions.wiring import connect
from shared.cloud import clock, keys, override_rows, partner_rows, table
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain import casefile
from shared.domain.casefile_v1 import CaseFile
from shared.domain.debtor import bound
from shared.domain.handover_gate import Check, Facts, gate
from shared.domain.handover_gate_rules import GatedService
from shared.domain.handover_gate_terms import Offer, PartnerTerms
from shared.domain.money import Money
from shared.domain.question import Question
from shared.domain.routing import Route, current_partner, partners_of, route, subject_of
from shared.errors import HubError, NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """Where claims go: the route, the partner's connection ({} when unknown) and its terms."""

    route: Route
    partner: Row
    terms: PartnerTerms | None

    @property
    def connection(self) -> str:
        """The partner's connection id; empty when the claims go nowhere now."""
        return self.route.partner or ""


@dataclass(frozen=True, slots=True)
class Judged:
    """The conditions of a hand-over, its file (None: its parts disagree) and the partner's word."""

    checks: tuple[Check, ...]
    file: CaseFile | None
    lacking: tuple[str, ...]
    offer: Offer | None
    service: GatedService


def place(run: Run, claims: tuple[str, ...], default: str) -> Place:
    """The partner of claims by the creditor's routing; ``default`` is the policy's."""
    routing = partner_rows.routing_of(run.tenant)
    current = current_partner(run.case)
    named = {default, *partners_of(routing).values(), *([current] if current else [])}
    terms = partner_rows.terms_of(run.tenant, named - {""})
    found = route(
        routing,
        subject_of(run.case, claims, _segment(run)),
        default=default,
        current=current,
        draining=frozenset(name for name, one in terms.items() if one.draining),
    )
    if not found.partner:
        return Place(found, {}, None)
    key = keys.connection(run.tenant, found.partner)
    row = run.loaded.row(key) or table.get(key) or {}
    return Place(found, row, terms.get(found.partner))


def judge(run: Run, claims: tuple[str, ...], placed: Place) -> Judged:
    """Every condition of handing claims over now. Nothing is written and nothing leaves."""
    try:
        file: CaseFile | None = case_files.build(run, claims)
    except ValueError:
        # Its text may hold what the file says of the debtor, so it is not logged.
        logger.warning("case_file_disagrees", extra={"case": run.case.id})
        file = None
    lacking = casefile.missing(file) if file is not None else ()
    offer = _offer(run, placed.partner, file) if file is not None and not lacking else None
    facts = Facts(
        service=run.policy.hand_over.service,
        file=file,
        lacking=lacking,
        terms=placed.terms,
        offer=offer,
    )
    today, debtor = run.local_now.date(), run.debtor
    case = bound(run.case, debtor)
    question = Question(case, run.policy, run.law, run.local_now, today, debtor)
    return Judged(gate(question, claims, facts), file, lacking, offer, facts.service)


def announcement(run: Run, file: CaseFile) -> Announcement:
    """The thin notice of a case file: ids, the open amount, and where to fetch the rest."""
    return Announcement(
        case_id=run.case.id,
        version=file.file_version,
        creditor=run.tenant.id,
        country=run.case.law,
        open=str(file.totals.open.amount),
        currency=run.case.currency,
        as_of=file.as_of,
        href=f"{os.environ['API_URL']}/v1/partner/cases/{run.case.id}",
    )


def _segment(run: Run) -> str | None:
    overrides = override_rows.found(run.tenant, run.case.debtor, run.loaded)
    return next((one.segment for one in overrides.found if one.kind == "debtor"), None)


def recall_price(run: Run, partner: str, claims: tuple[str, ...]) -> Money | None:
    """What taking claims back costs: the partner's own word, else its stored terms; None: nobody's.

    ``claims`` are those that would be taken back. A file that cannot be made asks nobody.
    """
    row = table.get(keys.connection(run.tenant, partner)) or {}
    if row.get("state") == "enabled" and _tells_prices(row):
        with contextlib.suppress(ValueError, NotFound):
            offer = _offer(run, row, case_files.build(run, claims))
            if offer is not None and offer.recall_price is not None:
                return offer.recall_price
    terms = partner_rows.terms_of(run.tenant, [partner]).get(partner)
    return terms.recall_price if terms is not None else None


def _tells_prices(partner: Row) -> bool:
    return bool(partner) and "price" in spec(partner["connector"]).capabilities


def _offer(run: Run, partner: Row, file: CaseFile) -> Offer | None:
    """What the partner says beforehand, where it can be asked; its silence refuses nothing."""
    if not _tells_prices(partner):
        return None
    try:
        connector = connect(run.tenant, partner)
        quote = connector.quote(announcement(run, file), now=clock.wall(), file=file)
    except HubError:
        logger.warning("quote_failed", extra={"case": run.case.id})
        return None
    return Offer.model_validate(quote.model_dump())
