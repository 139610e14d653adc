"""Speaking to a partner: one attempt, timed and noted; after days without an answer, no more."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from connectors.contract import Receipt
from functions.touching import NEEDS_AUTH, attempted
from shared.cloud import (
    clock,
    connections,
    delivery_rows,
    health_words,
    keys,
    metrics,
    outbox,
    table,
    tasks,
)
from shared.cloud.delivery_rows import Attempt
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.errors import Conflict, HubError, Reconnect

# How long nothing gets through before an endpoint is given up (Svix: five days).
PATIENCE = timedelta(days=5)
_FAILING = "endpoint_failing"


@dataclass(frozen=True, slots=True)
class Said:
    """What an attempt says: the act, its type, the case, and the attempts made with it by now.

    ``key`` is the ``webhook-id`` where it is not the act itself.
    """

    act: str
    type: str
    case: str
    number: int
    key: str = ""


def spoken(tenant: Tenant, partner: Row, said: Said, call: Callable[[], Receipt]) -> Receipt:
    """One attempt at a partner; how it went is kept for the partner and for us.

    The attempt is what counts: a note that cannot be kept changes nothing about it.
    """
    begun = time.monotonic()
    receipt = reached(tenant, partner, call)
    spent = int((time.monotonic() - begun) * 1000)
    name = keys.id_of(partner["pk"])
    one = Attempt(
        said.act, said.key or said.act, said.type, said.case, said.number, receipt.outcome,
        receipt.code, spent,
    )  # fmt: skip
    try:
        delivery_rows.note(tenant, name, one, clock.now())
        with contextlib.suppress(Conflict):
            outbox.tried(tenant, said.act, clock.now())
        if receipt.code == NEEDS_AUTH:
            # Our own secret fails, not their endpoint.
            delivery_rows.forgive(tenant, name)
        else:
            _end_if_failing(tenant, partner, receipt)
    except HubError as error:
        logger.warning("attempt_not_noted", extra={"error": type(error).__name__})
    return receipt


def reached(tenant: Tenant, partner: Row, call: Callable[[], Receipt]) -> Receipt:
    """One attempt at a partner; a secret that is missing or refused stops all that goes to it.

    Nothing is lost: messages and hand-overs wait for the connection, and go on once a person has
    stored a secret and enabled it.
    """
    refused: list[Reconnect] = []

    def tried() -> Receipt:
        try:
            return call()
        except Reconnect as error:
            refused.append(error)
            raise

    receipt = attempted(tried)
    if refused:
        _needs_auth(tenant, partner, refused[0])
    return receipt


def _needs_auth(tenant: Tenant, partner: Row, error: Reconnect) -> None:
    said = {"last_error": str(error), "cause": health_words.cause_of(error)}
    try:
        after = table.update(
            {"pk": partner["pk"], "sk": partner["sk"]},
            set_={"state": "needs_auth", **said}, condition="#state = :seen",
            values={"seen": partner["state"]},
        )  # fmt: skip
        health_words.follow(tenant, after, clock.now())
    except Conflict:
        return  # an administrator has moved it on meanwhile
    logger.warning("partner_needs_auth", extra={"connection": keys.id_of(partner["pk"])})


def _end_if_failing(tenant: Tenant, partner: Row, receipt: Receipt) -> None:
    """A partner that took nothing for days gets nothing more until a person has seen to it."""
    name, now = keys.id_of(partner["pk"]), clock.now()
    since = delivery_rows.failing_since(tenant, name, receipt.outcome, now)
    if since is None or now - since <= PATIENCE:
        return
    task = f"{name}-{_FAILING}-{int(since.timestamp())}"
    try:
        write = tasks.task_write(tenant, task, "", _FAILING, (), ())
        table.transact([connections.disabled(partner), write])
    except Conflict:
        return  # somebody ended it meanwhile
    # Whoever enables it again has five days anew.
    delivery_rows.forgive(tenant, name)
    metrics.count("PartnerEndpointDisabled", 1)
    logger.warning("partner_disabled", extra={"connection": name})
