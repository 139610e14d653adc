"""Hand over: give claims to the collection partner, with a case file that it fetches itself."""

from __future__ import annotations

import os
from typing import Any

from connectors import spec
from connectors.contract import HandOver as Announcement
from connectors.contract import Receipt
from functions.touching import attempted, end_if_gone, next_attempt, outcome, proven
from functions.wiring import connect
from shared.cloud import clock, documents, keys, outbox, step, table
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain import casefile, casefile_debtors, ledger
from shared.domain.casefile_v1 import CaseFile
from shared.domain.decide import Ask, HandOver
from shared.domain.events import HandOverIntended
from shared.domain.explain import content_hash
from shared.domain.model import Invoice, Party
from shared.errors import NotFound


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again; if the answer is still this hand-over, do it."""
    tenant = keys.Tenant(event["tenant"])
    beside = [keys.party(tenant, event["debtor"]), keys.connection(tenant, event["partner"])]
    run = step.begin(event, beside)
    decision = run.decision()
    if not isinstance(decision, HandOver) or decision.act != event["act"] or run.behind():
        run.wait()
        return {"done": "changed"}
    if not run.fresh():
        run.wait()
        return {"done": "stale"}
    partner = run.loaded.row(keys.connection(tenant, event["partner"])) or {}
    why = run.barrier() or _ended(partner) or run.unsigned(decision)
    if why is not None:
        run.withhold(decision, why)
        return {"done": why}
    if not proven(run, decision.claims):
        return {"done": "not_proven"}
    file = complete(run, decision)
    if file is None:
        task = f"{decision.act}-case_file_incomplete"
        run.ask(Ask(task=task, why="case_file_incomplete", claims=decision.claims))
        return {"done": "case_file_incomplete"}
    return {"done": _submit(run, decision, partner, file)}


def announcement(run: Run, file: CaseFile) -> Announcement:
    """The thin notice of a case file: ids, the open amount, and where to fetch the rest."""
    return Announcement(
        case_id=run.case.id,
        version=file.file_version,
        creditor=run.tenant.id,
        country=run.case.law,
        open=str(file.totals.open.amount),
        currency=run.case.currency,
        as_of=file.as_of,
        href=f"{os.environ['API_URL']}/v1/partner/cases/{run.case.id}",
    )


def _submit(run: Run, decision: HandOver, partner: Row, file: CaseFile) -> str:
    connector = connect(run.tenant, partner)
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
        partner=decision.partner,
        file_version=file.file_version,
        document=name,
        content_hash=digest,
    )
    run = run.append(
        [run.decided(decision), intent],
        due_at=run.now + step.ACT_LEASE,
        also=[
            *run.abreast(decision.claims),
            outbox.intend(
                run.tenant, decision.act, kind="hand_over", case=run.case.id,
                connection=decision.partner, content_hash=digest,
                due_at=run.now + step.ACT_LEASE, document=name, weighs=True,
                message=notice.model_dump(mode="json"),
            ),
        ],
    )  # fmt: skip
    receipt = attempted(lambda: connector.submit(notice, key=decision.act, now=clock.wall()))
    end_if_gone(run.tenant, partner, receipt, run.now)
    again = next_attempt(receipt, 1) if _may_resend(partner, receipt) else None
    return outcome(run, decision.act, receipt, retry_at=None if again is None else run.now + again)


def _may_resend(partner: Row, receipt: Receipt) -> bool:
    """An act of unknown fate may go again only to a partner that honours our key."""
    honoured = spec(partner["connector"]).idempotency == "idempotent"
    return receipt.outcome == "retry" or honoured


def _ended(partner: Row) -> str | None:
    return None if partner.get("state") == "enabled" else "partner_disabled"


def complete(run: Run, decision: HandOver) -> CaseFile | None:
    """The case file, or None where something lacks or its parts disagree: a person looks at it."""
    extra = {"case": run.case.id}
    try:
        file = _file(run, decision)
    except ValueError:
        # Its text may hold what the file says of the debtor, so it is not logged.
        logger.warning("case_file_disagrees", extra=extra)
        return None
    lacking = casefile.missing(file)
    if lacking:
        logger.warning("case_file_incomplete", extra={**extra, "fields": lacking})
    return None if lacking else file


def _file(run: Run, decision: HandOver) -> CaseFile:
    party = run.loaded.row(keys.party(run.tenant, run.case.debtor))
    if party is None:
        raise NotFound("the debtor is not known")
    today = run.local_now.date()
    at = ledger.positions(run.case, run.law, today, decision.claims)
    handed = [one for one in run.case.notices.values() if one.action == "hand_over"]
    return casefile.build(
        run.case,
        run.store.history(run.case.id),
        decision.claims,
        creditor=run.creditor,
        party=Party.model_validate_json(party["body"]),
        interest={claim: position.interest for claim, position in at.items()},
        created_at=run.now,
        as_of=today,
        file_version=len(handed) + 1,
        descriptions=_descriptions(run, decision),
        beside=_beside(run, decision),
        compensation={claim: one.claimed for claim, one in at.items() if one.claimed},
    )


def _beside(run: Run, decision: HandOver) -> dict[str, Party]:
    """Who owes some of the claims beside the debtor. Raises ``NotFound`` for an unknown party."""
    names = casefile_debtors.liable_parties(run.case, decision.claims)
    if not names:
        return {}
    rows = table.batch_get([keys.party(run.tenant, name) for name in names])
    if len(rows) < len(names):
        raise NotFound("a liable party is not known")
    parties = (Party.model_validate_json(row["body"]) for row in rows.values())
    return {party.id: party for party in parties}


def _descriptions(run: Run, decision: HandOver) -> dict[str, str]:
    found = {}
    for claim in decision.claims:
        row = run.loaded.row(keys.invoice(run.tenant, claim))
        if row is not None:
            found[claim] = Invoice.model_validate_json(row["body"]).description
    return found
