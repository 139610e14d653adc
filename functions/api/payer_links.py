"""Payer links of a debtor: which links to its page stand, and a person's word that ends them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions import payer_access
from functions.api.exchange import Answer, Request
from functions.api.forms import fault, invalid, read
from functions.dossier import same_person
from shared.cloud import audit, clock, keys, payer_links, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.explain import Record
from shared.domain.payer_link import PayerLink, ended
from shared.domain.state_events import Code
from shared.errors import NotFound


class Revocation(Record):
    """Why links are ended: a code. ``link`` names one of them (its ``id``); None: all."""

    reason: Code
    link: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


def get_links(request: Request) -> Answer:
    """The links of a debtor's messages, the oldest first, and what has become of each."""
    rows = _rows(request.tenant, request.path["id"])
    return Answer({"links": [_view(request.tenant, debtor, row) for debtor, row in rows]})


def post_revoke(request: Request) -> Answer:
    """End one link or all of a debtor's; said again it changes nothing."""
    said, tenant, debtor = read(request, Revocation), request.tenant, request.path["id"]
    rows = _rows(tenant, debtor)
    if said.link is not None:
        rows = [one for one in rows if payer_links.name_of(one[1]) == said.link]
        if not rows:
            raise invalid(fault("link", "unknown", "the debtor has no such link"))
    standing = [row for _, row in rows if "revoked" not in row]
    for row in standing:
        facts = {"debtor": debtor, "link": payer_links.name_of(row), "why": said.reason}
        entry = audit.entry(tenant, request.principal.client, "payer_link_revoked", facts)
        table.transact([payer_links.revoked(row, said.reason), entry])
    return Answer({"debtor": debtor, "revoked": len(standing)})


def _rows(tenant: Tenant, debtor: str) -> list[tuple[str, Row]]:
    """Every link of a person, with the debtor's id that it was made for. Raises ``NotFound``."""
    if table.get(keys.party(tenant, debtor)) is None:
        raise NotFound("no such debtor")
    who = same_person(tenant, debtor)
    return [(one, row) for one in who for row in payer_links.listed(tenant, one)]


def _view(tenant: Tenant, debtor: str, row: Row) -> dict[str, Any]:
    link = payer_links.link_of(row, debtor)
    now = clock.stamp(clock.wall())
    return {
        "id": payer_links.name_of(row),
        "case": link.case,
        "act": link.act,
        "made_at": row["made_at"],
        "expires_at": row["expires_at"],
        "ended": _ended(tenant, link),
        "revoked": link.revoked,
        "locked_until": row["locked_until"] if row.get("locked_until", "") > now else None,
    }


def _ended(tenant: Tenant, link: PayerLink) -> str | None:
    case = Store(tenant).load(link.case).case
    return ended(link, case, payer_access.there(tenant, case), clock.wall())
