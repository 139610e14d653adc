"""Debtors: a person says that two are one, or that they are not after all."""

from __future__ import annotations

from pydantic import Field

from functions.api import case_moves
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from shared.cloud import audit, debtor_rows, identity_rows, keys, override_rows, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain import identity
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.state_events import Code
from shared.errors import NotFound, Refused


class Merge(Record):
    """The debtor that stays, and a code that says why the two are one."""

    into: Id
    reason: Code


class Split(Record):
    """Why the two are two after all; ``claims`` of the alias that leave the other one's case."""

    reason: Code
    claims: tuple[Id, ...] = Field(default=(), max_length=identity.MOST_CLAIMS)


def post_merge(request: Request) -> Answer:
    """Make a debtor an alias of another: its open cases go there, and so do its later invoices.

    Said again it goes on where it stopped, and moves what was opened under the alias meanwhile.
    """
    said, alias = read(request, Merge), request.path["id"]
    tenant = request.tenant
    try:
        known = _both(tenant, alias, said.into)
        moving = [one for one in case_moves.open_cases(tenant, alias) if one.case.debtor == alias]
        targets = [case_moves.target_of(tenant, one, said.into) for one in moving]
        case_moves.check(tenant, moving, targets)
        if known is not None:
            _rename(request, alias, said, known)
        moved = [case_moves.move(tenant, one.case.id, said.into) for one in moving]
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    return Answer({"debtor": alias, "into": said.into, "moved": moved})


def post_split(request: Request) -> Answer:
    """Take an alias out again: later invoices are its own.

    What was contacted under the other name stays with it; claims that nobody was told of may leave.
    """
    said, alias = read(request, Split), request.path["id"]
    tenant = request.tenant
    into = debtor_rows.survivors(tenant, [alias]).get(alias)
    _party(tenant, alias)
    try:
        if into is None:
            raise identity.refused("not_merged")
        grouped = case_moves.parting(tenant, alias, into, said.claims)
        facts = {"debtor": alias, "from": into, "why": said.reason}
        entry = audit.entry(tenant, request.principal.client, "debtor_split", facts)
        table.transact([*debtor_rows.parted(tenant, alias, into), entry])
        moved = [case_moves.part(tenant, case, alias, claims) for case, claims in grouped.items()]
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    return Answer({"debtor": alias, "from": into, "moved": moved})


def _both(tenant: Tenant, alias: str, into: str) -> Row | None:
    """The alias' row before the merge, None when it is merged with that debtor already."""
    one, other = _party(tenant, alias), _party(tenant, into)
    if alias == into:
        raise identity.refused("same_debtor")
    if one["conn"] != other["conn"]:
        raise identity.refused("other_source")
    rows = table.batch_get([
        keys.debtor(tenant, alias), keys.debtor(tenant, into),
        keys.debtor_overrides(tenant, alias),
    ])  # fmt: skip
    own, theirs, overrides = (
        rows.get((key["pk"], key["sk"])) for key in (
            keys.debtor(tenant, alias), keys.debtor(tenant, into),
            keys.debtor_overrides(tenant, alias),
        )
    )  # fmt: skip
    if theirs is not None and "into" in theirs:
        raise identity.refused("is_alias")
    if own is not None and "into" in own:
        if own["into"] != into:
            raise identity.refused("is_alias")
        return None
    if overrides is not None and override_rows.listed(overrides):
        raise identity.refused("has_overrides")
    return own or {}


def _rename(request: Request, alias: str, said: Merge, known: Row) -> None:
    """Record the alias; whoever was its own alias is one of the survivor from now on."""
    tenant, by = request.tenant, request.principal.client
    facts = {"debtor": alias, "into": said.into, "why": said.reason}
    writes = [audit.entry(tenant, by, "debtor_merged", facts)]
    writes += identity_rows.answered(tenant, alias, said.into, by)
    for member in debtor_rows.members(tenant, alias):
        writes += debtor_rows.followed(tenant, member, alias, said.into)
    table.transact([*debtor_rows.renamed(tenant, alias, said.into, known or None), *writes])


def _party(tenant: Tenant, party: str) -> Row:
    row = table.get(keys.party(tenant, party))
    if row is None:
        raise NotFound("no such debtor")
    return row
