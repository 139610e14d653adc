"""Principals: which tenant, role, scopes and person a token's client or user has.

A principal's row is made by an operator, never by the API: ``principal_row`` is its format. The
authorizer reads it and hands it on as the context that every function of the API gets.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.cloud import hub_keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain import roles
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. ``client`` is the id in the token; ``connection`` a partner's own connection.

    ``scopes`` are all that it has, those of its role too. Several clients of one human being have
    the same ``person`` (a code, no name); empty: the client stands for itself.
    """

    client: str
    role: str
    scopes: frozenset[str]
    tenant_id: str = ""
    connection: str = ""
    person: str = ""

    @property
    def tenant(self) -> Tenant:
        """The principal's tenant. Raises ``NotFound`` for one without."""
        return Tenant(self.tenant_id)

    @property
    def side(self) -> str:
        """The side of the API that its role opens: admin, partner or operator."""
        return roles.side_of(self.role)

    def same_person(self, client: str, person: str) -> bool:
        """Whether another client (with its ``person``) is the same human being."""
        return client == self.client or (person or client) == (self.person or self.client)

    def limited(self, scopes: Collection[str]) -> Principal:
        """The same principal with no more than these scopes."""
        return replace(self, scopes=self.scopes & frozenset(scopes))

    def context(self) -> dict[str, str]:
        """The principal as an authorizer's context."""
        return {
            "client": self.client,
            "tenant": self.tenant_id,
            "role": self.role,
            "scopes": " ".join(sorted(self.scopes)),
            "connection": self.connection,
            **({"person": self.person} if self.person else {}),
        }


def principal_row(
    client: str,
    *,
    role: str,
    scopes: Collection[str] = (),
    tenant: str = "",
    connection: str = "",
    person: str = "",
    name: str = "",
) -> Row:
    """The row of a principal; ``client`` is a Cognito client id, or a user's ``sub``.

    ``scopes`` are those that it has beside its role's own; ``name`` is what colleagues read of a
    person in the console, and stands nowhere else (no token, context or log). Raises
    ``ValueError`` for an unknown role, and for a partner without a tenant and connection.
    """
    if role not in roles.ROLES:
        raise ValueError("unknown role")
    if (role != "operator" and not tenant) or (role == "partner" and not connection):
        raise ValueError("an admin has a tenant, a partner has a tenant and a connection")
    return {
        **hub_keys.principal(client),
        "role": role,
        "scopes": " ".join(sorted(scopes)),
        "tenant": tenant,
        "connection": connection,
        **({"person": person} if person else {}),
        **({"name": name} if name else {}),
    }


def find(client: str) -> Principal:
    """The principal of a token's client or user. Raises ``NotFound``."""
    row = table.get(hub_keys.principal(client))
    if row is None:
        raise NotFound("no such principal")
    return of_row(client, row)


def of_row(client: str, row: Mapping[str, Any]) -> Principal:
    """The principal of a stored row, with the scopes that its role brings."""
    known = _principal(client, row)
    return replace(known, scopes=known.scopes | roles.scopes_of(known.role))


def of_context(context: Mapping[str, Any]) -> Principal:
    """The principal that the authorizer handed on. Raises ``NotFound`` when it is not whole."""
    client = context.get("client")
    if not isinstance(client, str) or not client:
        raise NotFound("no such principal")
    return _principal(client, context)


def _principal(client: str, fields: Mapping[str, Any]) -> Principal:
    return Principal(
        client=client,
        role=str(fields.get("role", "")),
        scopes=frozenset(str(fields.get("scopes", "")).split()),
        tenant_id=str(fields.get("tenant", "")),
        connection=str(fields.get("connection", "")),
        person=str(fields.get("person", "")),
    )
