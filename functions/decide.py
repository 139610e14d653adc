"""Decide: ask the one question of a claimed case, and record an answer that touches nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions import carriers
from shared.cloud import charge_rows
from shared.cloud.runtime import logger
from shared.domain.decide import Done, HandOver, Remind, Rest
from shared.domain.endings import endings
from shared.domain.events import CaseEvent
from shared.domain.residual import residuals

# Events in one transaction, which holds 100 writes.
_AT_ONCE = 80
# Each of these may bring a row for the ERP.
_CHARGED = 40


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: the claim token in, the next state's name and input out."""
    run = carriers.begin(event)
    if run.behind():
        run.wait()
        logger.info("books_behind", extra={"case": run.case.id})
        return {**event, "next": "rest"}
    today = run.local_now.date()
    ended: Sequence[CaseEvent] = endings(run.case, today, run.now)[:_AT_ONCE]
    if not ended:
        ended = residuals(run.case, run.policy, run.law, today, run.now)[:_CHARGED]
    if ended:
        # What time and money ended is written down first; the case is asked again at once.
        rows = charge_rows.proposed(run.tenant, run.case, ended, run.law)
        run.append(ended, due_at=run.now, also=rows)
        logger.info("states_ended", extra={"case": run.case.id, "events": len(ended)})
        return {**event, "next": "rest"}
    decision = run.decision()
    logger.info("decided", extra={"case": run.case.id, "decision": decision.kind})
    if isinstance(decision, Rest | Done):
        run.settle(decision)
        return {**event, "next": "rest"}
    onward = {**event, "next": decision.kind, "debtor": run.case.debtor}
    match decision:
        case Remind():
            return {**onward, "act": decision.act, "channels": decision.channels}
        case HandOver():
            return {**onward, "act": decision.act, "partner": decision.partner}
        case _:
            return {**onward, "act": decision.task}
