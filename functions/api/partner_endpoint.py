"""A partner's endpoint: its address and secrets, kept by the partner itself, and tried at once.

An address is judged by the door's own guard when it is entered and whenever it is dialled
(:mod:`connectors.network`); nothing is stored that did not take a signed test message.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any
from uuid import uuid4

from pydantic import Field

from connectors.contract import Receipt
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.partner_calls import listens, once
from functions.wiring import connect
from shared.cloud import audit, clock, hub_keys, keys, partner_keys, table, vault
from shared.cloud.control import silence
from shared.cloud.keys import Key
from shared.cloud.table import Row
from shared.domain.explain import Record

# Standard Webhooks 1.0.0: a secret has 24 to 64 random bytes.
_SECRET_BYTES = 32
_NOW, _NEXT = "webhook_secret", "webhook_secret_next"


class NewEndpoint(Record):
    """The https address at which the partner receives our messages."""

    endpoint: str = Field(min_length=1, max_length=2000)


def get_endpoint(request: Request) -> Answer:
    """The address, how it is doing, and how many secrets sign; never a secret."""
    return Answer(_view(request, listens(request)))


def put_endpoint(request: Request) -> Answer:
    """Replace the address, once it took a signed ``endpoint.test``.

    422 names the code of what came instead; the old address stays.
    """
    row, new = listens(request), read(request, NewEndpoint)
    config = json.dumps({**json.loads(row["config"]), "endpoint": new.endpoint}, sort_keys=True)
    receipt, _ = _tried(request, {**row, "config": config}, f"test-{uuid4().hex}")
    if receipt.outcome != "received":
        code = receipt.code or receipt.outcome
        raise invalid(fault("endpoint", code, "the address did not take a test message"))
    write = table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"config": config},
        condition="#config = :seen",
        values={"seen": row["config"]},
    )
    _audited(request, "endpoint_replaced", write)
    return Answer(_view(request, listens(request)))


def post_test(request: Request) -> Answer:
    """Send ``endpoint.test`` now and say how it went; its ``webhook-id`` is the call's."""
    row = listens(request)
    receipt, spent = _tried(request, row, f"test-{once(request)}")
    return Answer({"outcome": receipt.outcome, "code": receipt.code, "ms": spent})


def post_secret(request: Request) -> Answer:
    """Make a second secret: from now on both sign, until the old one is dropped.

    The answer is the only place where it is ever shown. 409 ``rotation_open`` while two sign.
    ``Conflict`` when somebody stored others meanwhile.
    """
    listens(request)
    name, (kept, version) = once(request), _secrets(request)
    place = partner_keys.endpoint(request.tenant, request.principal.connection)
    begun = (table.get(place) or {}).get("rotation")
    if _NEXT in kept:
        if begun != name:
            raise Problem(
                409, "rotation_open", "Two secrets are in use already: end the old one first."
            )
        return Answer({"secret": kept[_NEXT], "signing": 2}, status=201)
    made = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    _audited(request, "secret_added", _begin(place, begun, name))
    new = {**kept, _NEXT: made}
    vault.replace(request.tenant, request.principal.connection, new, version)
    return Answer({"secret": made, "signing": 2}, status=201)


def post_finish(request: Request) -> Answer:
    """Drop the old secret: the new one signs alone. Without a new one nothing changes."""
    row = listens(request)
    once(request)
    kept, version = _secrets(request)
    if _NEXT in kept:
        kept[_NOW] = kept.pop(_NEXT)
        vault.replace(request.tenant, request.principal.connection, kept, version)
        _audited(request, "secret_dropped")
    return Answer(_view(request, row))


def _begin(place: Key, begun: str | None, name: str) -> table.Write:
    """That the call ``name`` makes the second secret, unless another began meanwhile."""
    condition = "attribute_not_exists(#rotation)" if begun is None else "#rotation = :seen"
    values = {} if begun is None else {"seen": begun}
    return table.update_write(place, set_={"rotation": name}, condition=condition, values=values)


def _tried(request: Request, row: Row, key: str) -> tuple[Receipt, int]:
    """One test message to the address of ``row``, and the milliseconds that it took."""
    hub, control = table.get(hub_keys.control()), table.get(keys.control(request.tenant))
    if silence(hub, control) is not None:
        raise Problem(409, "switched_off", "Nothing leaves now: ask the creditor.")
    connector = connect(request.tenant, row)
    begun = time.monotonic()
    receipt: Receipt = connector.ping(key=key, now=clock.wall())
    return receipt, int((time.monotonic() - begun) * 1000)


def _secrets(request: Request) -> tuple[dict[str, str], str]:
    """The secrets and their version, never from what another call left in memory."""
    return vault.current(request.tenant, request.principal.connection)


def _audited(request: Request, what: str, *writes: table.Write) -> None:
    facts = {"connection": request.principal.connection}
    entry = audit.entry(request.tenant, request.principal.client, what, facts)
    table.transact([*writes, entry])


def _view(request: Request, row: Row) -> dict[str, Any]:
    known = table.get(partner_keys.endpoint(request.tenant, request.principal.connection)) or {}
    return {
        "endpoint": json.loads(row["config"])["endpoint"],
        "state": row["state"],
        "signing": 2 if _NEXT in _secrets(request)[0] else 1,
        "failing_since": known.get("failing_since"),
    }
