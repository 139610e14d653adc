"""Consents: one question a connection for a person's yes at the vendor, good once, ten minutes.

The state that travels names tenant and connection and ends in a random part; the row beside the
connection holds its hash alone, who asked, and the sealed secret of PKCE.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.cloud import clock, connection_keys, sealing, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Write
from shared.errors import Conflict, NotFound

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked with: the state, and the secret whose hash the vendor sees."""

    tenant: Tenant
    connection: str
    by: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def ask(tenant: Tenant, connection: str, by: str, now: datetime) -> tuple[Question, Write]:
    """A new question, and its row for a transaction; an earlier one is void. ``now``: wall time."""
    state = f"{tenant.id}.{connection}.{secrets.token_urlsafe(32)}"
    question = Question(tenant, connection, by, state, secrets.token_urlsafe(48))
    row = {
        **connection_keys.consent(tenant, connection),
        "asked": _digest(state),
        "by": by,
        "sealed": sealing.seal(question.verifier, _digest(state)),
        "expires_at": clock.stamp(now + GOOD_FOR),
    }
    return question, table.put_write(row, condition=None)


def take(state: str, now: datetime) -> Question:
    """The question that a state answers; it is spent from now on. Raises ``NotFound``."""
    tenant_id, _, rest = state.partition(".")
    connection = rest.partition(".")[0]
    tenant, digest = Tenant(tenant_id), _digest(state)
    key = connection_keys.consent(tenant, connection)
    row = table.get(key)
    try:
        table.update(
            key,
            set_={"asked": "spent"},
            remove=("sealed",),
            condition="asked = :digest AND expires_at > :now",
            values={"digest": digest, "now": clock.stamp(now)},
        )
    except Conflict:
        row = None
    verifier = sealing.unseal(row["sealed"], digest) if row is not None else None
    if row is None or verifier is None:
        raise NotFound("nobody is asked for this consent")
    return Question(tenant, connection, row["by"], state, verifier)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
