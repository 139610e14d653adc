"""Case files: what a hand-over of some claims would give the partner, from all that is stored."""

from __future__ import annotations

from shared.cloud import keys, table
from shared.cloud.step import Run
from shared.domain import casefile, casefile_debtors, ledger
from shared.domain.at_partner import NOTHING
from shared.domain.casefile_rights import Papers, papers_of
from shared.domain.casefile_v1 import CaseFile
from shared.domain.model import Agreement, Invoice, Party
from shared.errors import NotFound


def build(run: Run, claims: tuple[str, ...]) -> CaseFile:
    """The case file of claims as they stand today (creditor's zone), the next of the case.

    It tells the case as the run has it: what happens meanwhile is no part of it, and a write that
    rests on it fails by the case's version.

    Raises ``ValueError`` when its parts disagree, ``NotFound`` for a party nobody knows.
    """
    parties = _parties(run, claims)
    today = run.local_now.date()
    at = ledger.positions(run.case, run.law, today, claims)
    handed = [one for one in run.case.notices.values() if one.action == "hand_over"]
    return casefile.build(
        run.case,
        run.store.events(run.case.id, run.case.version),
        claims,
        creditor=run.creditor,
        party=parties.pop(run.case.debtor),
        interest={claim: position.interest for claim, position in at.items()},
        created_at=run.now,
        as_of=today,
        file_version=len(handed) + (run.case.at_partner or NOTHING).amended + 1,
        service=run.policy.hand_over.service,
        papers=_papers(run, claims),
        beside=parties,
        compensation={claim: one.claimed for claim, one in at.items() if one.claimed},
        law=run.law,
        mandate=run.policy.hand_over.mandate,
        story=run.store.history(run.case.id, run.case.version),
    )


def _parties(run: Run, claims: tuple[str, ...]) -> dict[str, Party]:
    """The debtor and whoever owes some of the claims beside. Raises ``NotFound``."""
    names = {run.case.debtor, *casefile_debtors.liable_parties(run.case, claims)}
    rows = table.batch_get([keys.party(run.tenant, name) for name in sorted(names)])
    found = [Party.model_validate_json(row["body"]) for row in rows.values()]
    if len(found) < len(names):
        raise NotFound("a liable party is not known")
    return {party.id: party for party in found}


def _papers(run: Run, claims: tuple[str, ...]) -> dict[str, Papers]:
    """What invoices and agreements say of the claims."""
    rows = {claim: run.loaded.row(keys.invoice(run.tenant, claim)) for claim in claims}
    invoices = {
        claim: Invoice.model_validate_json(row["body"]) for claim, row in rows.items() if row
    }
    named = sorted({one.agreement for one in invoices.values() if one.agreement})
    stored = table.batch_get([keys.fact(run.tenant, "AGR", name) for name in named])
    agreements = [Agreement.model_validate_json(row["body"]) for row in stored.values()]
    known = {one.id: one for one in agreements}
    return {
        claim: papers_of(one, known.get(one.agreement) if one.agreement else None)
        for claim, one in invoices.items()
    }
