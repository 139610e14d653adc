"""Hand over: give claims to the collection partner, with a case file that it fetches itself."""

from __future__ import annotations

from typing import Any

from connectors import spec
from connectors.contract import Receipt
from functions import carriers
from functions.placing import Judged, Place, announcement, judge, place
from functions.speaking import Said, spoken
from functions.touching import end_if_gone, next_attempt, outcome, proven
from functions.wiring import connect
from shared.cloud import clock, documents, first_day_rows, keys, outbox, step
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.casefile_v1 import CaseFile
from shared.domain.decide import Ask, HandOver
from shared.domain.events import HandOverIntended
from shared.domain.explain import Reason, content_hash
from shared.domain.handover_gate import NOT_COLLECTED, barred
from shared.domain.routing import DEFAULT

# The partner's own conditions keep an act in.
PARTNER_TERMS = "partner_terms"


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again; if the answer is still this hand-over, do it."""
    tenant = keys.Tenant(event["tenant"])
    run = carriers.begin(event, [keys.connection(tenant, event["partner"])])
    decision = run.decision()
    if not isinstance(decision, HandOver) or decision.act != event["act"] or run.behind():
        run.wait()
        return {"done": "changed"}
    if not run.fresh():
        run.wait()
        return {"done": "stale"}
    placed = place(run, decision.claims, decision.partner)
    why = run.barrier() or _closed_to(placed) or run.unsigned(decision) or _day(run).full()
    if why is not None:
        run.withhold(decision, why)
        return {"done": why}
    if not proven(run, decision.claims):
        return {"done": "not_proven"}
    judged = judge(run, decision.claims, placed)
    why = doubted(run, decision, judged)
    if why is not None or judged.file is None:
        return {"done": why}
    return {"done": _submit(run, decision, placed, judged.file)}


def _submit(run: Run, decision: HandOver, placed: Place, file: CaseFile) -> str:
    partner = placed.partner
    body = file.model_dump_json().encode()
    name = f"case-files/{decision.act}.json"
    documents.put(run.tenant, name, body, "application/json")
    digest = content_hash(body)
    notice = announcement(run, file)
    intent = HandOverIntended(
        at=run.now,
        act=decision.act,
        step=decision.step,
        claims=decision.claims,
        partner=placed.connection,
        route=placed.route.reason if placed.route.reason.rule != DEFAULT else None,
        file_version=file.file_version,
        document=name,
        content_hash=digest,
    )
    run = run.append(
        [run.decided(decision), intent],
        due_at=run.now + step.ACT_LEASE,
        also=[
            *run.abreast(decision.claims),
            *_day(run).counted(),
            outbox.intend(
                run.tenant, decision.act, kind="hand_over", case=run.case.id,
                connection=placed.connection, content_hash=digest,
                due_at=run.now + step.ACT_LEASE, document=name, weighs=True,
                message=notice.model_dump(mode="json"),
            ),
        ],
    )  # fmt: skip
    receipt = spoken(
        run.tenant,
        partner,
        Said(decision.act, outbox.SUBMITTED, run.case.id, 1),
        lambda: connect(run.tenant, partner).submit(
            notice, key=decision.act, now=clock.wall(), file=file
        ),
    )
    end_if_gone(run.tenant, partner, receipt, run.now)
    again = next_attempt(receipt, 1) if _may_resend(partner, receipt) else None
    return outcome(run, decision.act, receipt, retry_at=None if again is None else run.now + again)


def _may_resend(partner: Row, receipt: Receipt) -> bool:
    """An act of unknown fate is looked at again where the partner honours our key, or is asked."""
    declared = spec(partner["connector"])
    asked = declared.idempotency == "askable" and "find" in declared.capabilities
    return receipt.outcome == "retry" or declared.idempotency == "idempotent" or asked


def _day(run: Run) -> first_day_rows.Day:
    """What the first days count of a hand-over, and how many they allow."""
    rules = run.loaded.row(first_day_rows.rules_key(run.tenant))
    return first_day_rows.hand_over(run.tenant, rules, run.local_now.date())


def _closed_to(placed: Place) -> str | None:
    """Why nothing can go to the partner of a route now, or None."""
    if placed.route.partner is None:
        return "partner_draining"
    return None if placed.partner.get("state") == "enabled" else "partner_disabled"


def doubted(run: Run, decision: HandOver, judged: Judged) -> str | None:
    """What was done instead of the hand-over, or None where every condition is met.

    What time mends waits and is looked at again the next day; anything else is a person's.
    """
    if judged.file is None or judged.lacking:
        logger.warning("case_file_incomplete", extra={"case": run.case.id})
        return _asked(run, decision, "case_file_incomplete", _lacking(judged))
    unmet = barred(judged.checks)
    if not unmet:
        return None
    if all(one.name == NOT_COLLECTED for one in unmet):
        return _asked(run, decision, NOT_COLLECTED, tuple(one.reason() for one in unmet))
    if all(one.remedy == "wait" for one in unmet):
        run.withhold(decision, PARTNER_TERMS)
        return PARTNER_TERMS
    return _asked(run, decision, PARTNER_TERMS, tuple(one.reason() for one in unmet))


def _asked(run: Run, decision: HandOver, why: str, because: tuple[Reason, ...]) -> str:
    task = f"{decision.act}-{why}"
    run.ask(Ask(task=task, why=why, claims=decision.claims, because=because))
    return why


def _lacking(judged: Judged) -> tuple[Reason, ...]:
    names = {"file_agrees", "data"}
    return tuple(one.reason() for one in judged.checks if one.name in names and not one.ok)
