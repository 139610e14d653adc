"""Search of cases: by debtor, invoice, state, country, step and open amount, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from functions.api.exchange import Answer, Request
from functions.api.forms import asked
from functions.api.pages import after, before_next, limit, page, sifted
from shared.cloud import clock, keys, lookups, profiles, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.case_state import CaseState, open_of, state_of, step_of
from shared.domain.events import read_event
from shared.domain.explain import Record
from shared.domain.matching_lookups import number_tokens
from shared.domain.model import Id
from shared.domain.overrides import StepId
from shared.domain.timeline import words
from shared.errors import HubError, NotFound

_AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,3})?$"
# Cases of one debtor that are followed back; more than that nobody reads in one answer.
_MOST_OF_DEBTOR = 100


class Wanted(Record):
    """What a case must be; all that is named must hold.

    ``number`` is an invoice's number or payment reference as it is printed. ``country`` is that of
    the law (ISO 3166-1 alpha-2), ``step`` the policy step of the latest act. ``with_partner``: any
    claim of a case that goes on is with a partner, while ``state`` says so only where all are.
    ``open_from`` and ``open_to`` bound the open principal, in the case's own currency.
    """

    debtor: Id | None = None
    invoice: Id | None = None
    number: str | None = Field(default=None, min_length=1, max_length=60)
    state: CaseState | None = None
    with_partner: Literal["true", "false"] | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    step: StepId | None = None
    open_from: str | None = Field(default=None, pattern=_AMOUNT)
    open_to: str | None = Field(default=None, pattern=_AMOUNT)

    def fits(self, case: Case, today: date) -> bool:
        """Whether a case is wanted; debtor, invoice and number were asked for before."""
        owed = open_of(case).amount
        return (
            self.state in {None, state_of(case, today)}
            and (self.with_partner is None or bool(_there(case)) == (self.with_partner == "true"))
            and self.country in {None, case.law}
            and self.step in {None, step_of(case)}
            and (self.open_from is None or owed >= Decimal(self.open_from))
            and (self.open_to is None or owed <= Decimal(self.open_to))
        )


def get_cases(request: Request) -> Answer:
    """The cases, a page at a time; with filters, those that fit, each with its state and amount.

    A page of a search may hold few, or none, and yet have a cursor: one call looks at 200 cases.
    """
    wanted = asked(request, Wanted)
    if wanted == Wanted():
        found, more = page(request, "CASE", keys.head)
        return Answer({"cases": [summary(row) for row in found], **more})
    tenant = request.tenant
    today = profiles.creditor(tenant).today(clock.now())
    keep = _keep(tenant, wanted, today)
    if wanted.debtor is None and wanted.invoice is None and wanted.number is None:
        kept, more = sifted(request, "CASE", keys.head, keep)
        return Answer({"cases": kept, **more})
    heads = table.batch_get([keys.head(tenant, one) for one in _named(tenant, wanted)])
    return Answer({"cases": [one for row in heads.values() if (one := keep(row))], "cursor": None})


def get_timeline(request: Request) -> Answer:
    """What happened to a case, a page at a time, oldest first, each event also in ``words``."""
    case, tenant = request.path["id"], request.tenant
    head = table.get(keys.head(tenant, case))
    if head is None:
        raise NotFound("no such case")
    first = int(after(request) or 0) + 1
    last = min(first + limit(request) - 1, head["version"])
    low, high = keys.event(tenant, case, first), keys.event(tenant, case, last)
    found = table.query(low["pk"], low["sk"], high["sk"]) if first <= last else []
    events = [read_event(row["body"]) for row in found]
    timeline = [
        {"version": first + at, "words": words(one), "event": one.model_dump(mode="json")}
        for at, one in enumerate(events)
    ]
    more = str(last) if last < head["version"] else None
    return Answer({"timeline": timeline, "cursor": before_next(request, more)})


def summary(head: Row) -> dict[str, Any]:
    """A case by its HEAD row alone."""
    return {
        "id": keys.id_of(head["pk"]),
        "debtor": head["debtor"],
        "connection": head["conn"],
        "policy": {"id": head["policy"], "version": head["policy_version"]},
        "open_claims": json.loads(head["refs"]),
        "next_due": head.get("due_at"),
    }


def _there(case: Case) -> list[str]:
    """The claims that are with a partner; none of a closed case."""
    return [] if case.closed else [name for name, one in case.claims.items() if one.with_partner]


def _keep(tenant: Tenant, wanted: Wanted, today: date) -> Callable[[Row], dict[str, Any] | None]:
    store = Store(tenant)

    def keep(head: Row) -> dict[str, Any] | None:
        try:
            case = store.load(keys.id_of(head["pk"])).case
        except HubError:
            # A case that cannot be read now is no reason to hide the others.
            return None
        if wanted.debtor not in {None, case.debtor} or not wanted.fits(case, today):
            return None
        owed = open_of(case)
        return {
            **summary(head),
            "state": state_of(case, today),
            "country": case.law,
            "step": step_of(case),
            "with_partner": _there(case),
            "open": {"amount": str(owed.amount), "currency": owed.currency},
        }

    return keep


def _named(tenant: Tenant, wanted: Wanted) -> list[str]:
    """The cases that an invoice, a number or a debtor leads to, the latest of each unit first."""
    if wanted.invoice is not None:
        return _of_invoices(tenant, [wanted.invoice])
    if wanted.number is not None:
        wanted_keys = [f"T:{token}" for token in number_tokens(wanted.number)]
        return _of_invoices(tenant, sorted(lookups.found(tenant, wanted_keys).invoices))
    pk = keys.open_case(tenant, str(wanted.debtor), "-")["pk"]
    waiting = [row["case_id"] for row in table.query(pk, "OPEN#", "OPEN#~")]
    found: list[str] = []
    while waiting and len(found) < _MOST_OF_DEBTOR:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += _before(tenant, name)
    return found


def _of_invoices(tenant: Tenant, invoices: Sequence[str]) -> list[str]:
    """The cases that invoices are dealt with in, each once."""
    rows = table.batch_get([keys.invoice(tenant, one) for one in invoices])
    return list(dict.fromkeys(row["case_id"] for row in rows.values() if "case_id" in row))


def _before(tenant: Tenant, case: str) -> list[str]:
    """The case before this one, by its first event."""
    first: Key = keys.event(tenant, case, 1)
    row = table.get(first)
    before = None if row is None else json.loads(row["body"]).get("predecessor")
    return [] if before is None else [before]
