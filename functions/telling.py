"""Telling: one message to a partner about a case that it has, when its turn has come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

from connectors import spec
from connectors.contract import HandOver, Receipt
from connectors.contract_collectors import CaseMessage
from functions.speaking import Said, spoken
from functions.touching import end_if_gone, next_attempt
from functions.wiring import connect, connection_row
from shared.cloud import (
    clock,
    documents,
    hub_keys,
    keys,
    metrics,
    outbox,
    remittance_rows,
    table,
    tasks,
)
from shared.cloud.control import silence
from shared.cloud.keys import Tenant
from shared.cloud.outbox import SUBMITTED
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.domain.casefile_v1 import CaseFile
from shared.domain.explain import Reason
from shared.domain.money import Money

# How long a message waits that a switch or a disabled connection keeps in.
_KEPT_IN = timedelta(hours=1)
# How long after the message before it a message looks again, when nobody wakes it.
_BEHIND = timedelta(minutes=1)
# A direct payment is told on its day; what a partner has not heard after that is an alarm.
LATE = timedelta(hours=24)
# The code of a message of which nobody knows whether it arrived, and whose key is over.
UNKNOWN = "unknown_outcome"
# The code of a payment that may be the partner's own remittance: a person tells it, or nobody.
OWN_SUM = "may_be_own_money"
# Why a person has a message, by its code.
_TEXTS = {
    UNKNOWN: "nobody knows whether the partner has the message, and a repeat could count twice",
    OWN_SUM: "the payment may be the partner's own money: a person tells it, or nobody",
}
_NOT_TOLD = "the partner did not take the message"


def tell(tenant: Tenant, act: str, row: Row) -> None:
    """Send a message that is due, unless one before it in its line has not ended.

    Messages about one case reach one partner in the order in which they became true. A message
    whose fate is unknown goes again as long as the partner honours its key; then a person has it.
    """
    if clock.now() - clock.read_stamp(row["made_at"]) > LATE:
        metrics.count("PartnerMessageLate", 1)
    first = outbox.first_in_line(tenant, row["case_id"], row["conn"])
    if first not in {None, act}:
        _wait_behind(tenant, act, row, first)
        return
    hub, control = table.get(hub_keys.control()), table.get(keys.control(tenant))
    partner = connection_row(tenant, row["conn"])
    if silence(hub, control) is not None or partner.get("state") != "enabled":
        _rest(tenant, act, row, _KEPT_IN)
    elif key_is_over({**row, "attempt": row["attempt"] - 1}, partner):
        _failed(tenant, act, row, UNKNOWN)
    elif _may_be_own(tenant, row):
        _failed(tenant, act, row, OWN_SUM, refused=True)
    else:
        _send(tenant, act, row, partner)


def _may_be_own(tenant: Tenant, row: Row) -> bool:
    """Whether a payment that the books alone name is as large as a remittance of this partner.

    Then a person says whose it is: the money of several cases may stand on one of them. What was
    told before, or goes again by a person's word, is not asked about.
    """
    if outbox.type_of(row) != "payment.direct" or "redriven" in row or "tried_at" in row:
        return False
    said = json.loads(row["message"])["data"]
    sources = {str(said.get(one, one)).partition(":")[0] for one in ("movement", "claim")}
    if len(sources) > 1 or "repeats" in row:
        return False
    amount = Money.of(said["amount"], said["currency"])
    return remittance_rows.has_total(tenant, row["conn"], amount, date.fromisoformat(said["date"]))


def _send(tenant: Tenant, act: str, row: Row, partner: Row) -> None:
    key = row.get("repeats", act)
    said = Said(act, outbox.type_of(row), row["case_id"], row["attempt"], key)
    receipt = spoken(tenant, partner, said, _call(tenant, row, partner, key))
    end_if_gone(tenant, partner, receipt, clock.now())
    code = receipt.code or receipt.outcome
    again = next_attempt(receipt, row["attempt"])
    if receipt.outcome == "unknown" and spec(partner["connector"]).idempotency != "idempotent":
        again = None
    if receipt.outcome in {"accepted", "received"}:
        outbox.told(tenant, act, row, "sent", code)
        logger.info("told", extra={"act": act})
    elif again is not None:
        no, at = receipt.outcome == "retry", clock.now() + again
        write = outbox.later(tenant, act, "intended", at, refused=no, code=code)
        table.transact([write])
    else:
        _failed(tenant, act, row, code, refused=receipt.outcome in {"rejected", "retry"})


def _call(tenant: Tenant, row: Row, partner: Row, key: str) -> Callable[[], Receipt]:
    """How a message is said; a hand-over that is repeated is announced as it was."""
    message = json.loads(row["message"])
    file = None
    if row["document"]:
        file = CaseFile.model_validate_json(documents.get(tenant, row["document"]))

    def submit() -> Receipt:
        announced = HandOver.model_validate(message["data"])
        connector = connect(tenant, partner)
        said: Receipt = connector.submit(announced, key=key, now=clock.wall(), file=file)
        return said

    def tell_it() -> Receipt:
        told, also = CaseMessage.model_validate(message), {} if file is None else {"file": file}
        said: Receipt = connect(tenant, partner).tell(told, key=key, now=clock.wall(), **also)
        return said

    return submit if message["type"] == SUBMITTED else tell_it


def _failed(tenant: Tenant, act: str, row: Row, code: str, *, refused: bool = False) -> None:
    """A person has the message; those behind it go on."""
    name = outbox.question(act, row)
    facts = {"connection": row["conn"], "message": outbox.type_of(row), "code": code}
    why = Reason(rule="hub.partner_message", text=_TEXTS.get(code, _NOT_TOLD), facts=facts)
    task = tasks.task_write(tenant, name, row["case_id"], "partner_not_told", (), (why,))
    outbox.told(tenant, act, row, "failed", code, task, refused=refused)
    logger.warning("not_told", extra={"act": act, "code": code})


def key_is_over(row: Row, partner: Row) -> bool:
    """Whether one of the attempts made may have arrived and the partner no longer honours the key.

    A replay bears the key of what it repeats, which is as old as its last attempt.
    """
    days = spec(partner["connector"]).key_lifetime_days
    tried = "repeats" in row or outbox.maybe_arrived(row) > 0
    age = clock.now() - outbox.key_from(row)
    return tried and days is not None and age >= timedelta(days=days)


def may_repeat(row: Row, partner: Row) -> bool:
    """Whether a message that failed may go again without a person who asked the partner.

    Not what may have arrived at a partner that honours no key, or no longer honours it, and not a
    payment that may be the partner's own.
    """
    if row.get("code") == OWN_SUM:
        return False
    if not outbox.maybe_arrived(row):
        return True
    honours = spec(partner["connector"]).idempotency == "idempotent"
    return honours and row.get("code") != UNKNOWN and not key_is_over(row, partner)


def _wait_behind(tenant: Tenant, act: str, row: Row, first: str | None) -> None:
    before = outbox.read(tenant, first) if first is not None else None
    looked_at = clock.now()
    if before is not None and "due_at" in before:
        looked_at = max(looked_at, clock.read_stamp(before["due_at"]))
    _rest(tenant, act, row, looked_at + _BEHIND - clock.now())


def _rest(tenant: Tenant, act: str, row: Row, wait: timedelta) -> None:
    """Wait for a switch or for another message; a look at it is no attempt at the partner."""
    at = clock.now() + wait
    write = outbox.later(tenant, act, row["state"], at, attempt=row["attempt"] - 1)
    table.transact([write])
