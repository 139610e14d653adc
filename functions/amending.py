"""Amending: a new case file for a partner when what its last one says is no longer so."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from functions.case_files import build
from functions.touching import resume
from shared.cloud import amend_rows, clock, documents, handed, keys, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.step import BEHIND, Run
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import at_partner, casefile
from shared.domain.casefile_changes import amended
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import CaseFileAmended
from shared.domain.explain import Reason, content_hash
from shared.domain.model import Invoice
from shared.errors import Conflict, NotFound

_WHY = "case_file_incomplete"
# The question about a due date that moved in the books while a partner has the claim.
DUE_CORRECTED = "due_date_corrected"


def amend(tenant: Tenant, row: Row) -> None:
    """Look at the files of a case once; each partner gets at most one new file a day.

    A day is the creditor's. What changed after the file of today waits for tomorrow, and then all
    of it is one file. So does a restricted debtor's. Raises ``Conflict`` when the case moved.
    """
    run = resume(Store(tenant), row["case_id"], clock.now())
    until = None
    for partner, claims in sorted(_there(run).items()):
        _ask_due(run, partner, claims)
        files = handed.to_partner(tenant, run.case.id, partner)
        if run.behind():
            until = run.now + BEHIND
        elif run.debtor.restricted or _made_on(run, files) == run.local_now.date():
            until = _tomorrow(run)
        else:
            run = _amended(run, partner, claims, files)
    _end(tenant, row, until)


def _there(run: Run) -> dict[str, tuple[str, ...]]:
    """The claims that each partner has."""
    found: dict[str, tuple[str, ...]] = {}
    for claim, (partner, _) in at_partner.handed(run.case).items():
        found[partner] = (*found.get(partner, ()), claim)
    return found


def _made_on(run: Run, files: list[handed.HandedOver]) -> date | None:
    """The creditor's day of the last file that was made after a hand-over."""
    made = [one.at for one in files if one.act not in run.case.notices]
    return run.creditor.today(made[-1]) if made else None


def _tomorrow(run: Run) -> datetime:
    following = run.local_now.date() + timedelta(days=1)
    return datetime.combine(following, time(0), run.local_now.tzinfo)


def _amended(
    run: Run, partner: str, claims: tuple[str, ...], files: list[handed.HandedOver]
) -> Run:
    """The run after the partner's new file is made, or as it was where nothing is new."""
    before = [
        CaseFile.model_validate_json(documents.get(run.tenant, one.document)) for one in files
    ]
    try:
        file = build(run, claims)
    except (ValueError, NotFound):
        # Its text may hold what the file says of the debtor, so it is not told.
        _ask(run, partner, claims, ("the file's own parts disagree",))
        return run
    if not amended(before, file):
        return run
    lacking = casefile.missing(file)
    if lacking:
        _ask(run, partner, claims, lacking)
        return run
    body = file.model_dump_json().encode()
    act = f"{run.case.id}-file-{file.file_version}"
    name, digest = f"case-files/{act}-{content_hash(body)[:12]}.json", content_hash(body)
    documents.put(run.tenant, name, body, "application/json")
    event = CaseFileAmended(
        at=run.now, act=act, partner=partner, claims=claims, file_version=file.file_version,
        document=name, content_hash=digest,
    )  # fmt: skip
    loaded = run.store.append(run.loaded, [event], due_at=run.after(run.case.apply(event)))
    logger.info("case_file_amended", extra={"case": run.case.id, "version": file.file_version})
    return replace(run, loaded=loaded)


def _ask_due(run: Run, partner: str, claims: tuple[str, ...]) -> None:
    """A due date that the books correct meanwhile is told by a person, with both days; once.

    The claim keeps the day that its interest, fees and steps rest on, and so does the file.
    """
    for claim in claims:
        row, known = run.loaded.row(keys.invoice(run.tenant, claim)), run.case.claims[claim].claim
        due = Invoice.model_validate_json(row["body"]).due if row is not None else known.due
        if due == known.due:
            continue
        text = "the books give another due date than the file: tell the partner, or recall the case"
        facts = {
            "connection": partner, "claim": claim, "file": f"{known.due}", "books": f"{due}",
        }  # fmt: skip
        because = Reason(rule="hub.amended", text=text, facts=facts)
        name = content_hash(f"{partner}|{claim}|{due}".encode())[:12]
        task = f"{run.case.id}-{DUE_CORRECTED}-{name}"
        write = tasks.task_write(run.tenant, task, run.case.id, DUE_CORRECTED, (claim,), (because,))
        with contextlib.suppress(Conflict):
            table.transact([write])


def _ask(run: Run, partner: str, claims: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    """A person tells the partner what no file can say yet; asked once a day."""
    task = f"{run.case.id}-{amend_rows.KIND}-{run.local_now.date()}"
    text = "the case file that a partner has is no longer true, and a new one cannot be made"
    because = Reason(
        rule="hub.amended", text=text, facts={"connection": partner, "lacking": " ".join(lacking)}
    )
    write = tasks.task_write(run.tenant, task, run.case.id, _WHY, claims, (because,))
    with contextlib.suppress(Conflict):
        table.transact([write])


def _end(tenant: Tenant, row: Row, until: datetime | None) -> None:
    """The look is done, or is put off; one that somebody asked for meanwhile stays."""
    key, seen = keys.outbox(tenant, f"{row['case_id']}-{amend_rows.KIND}"), row["due_at"]
    fields = {"attempt": 0} if until is None else {"attempt": 0, "due_at": clock.stamp(until)}
    with contextlib.suppress(Conflict):
        table.update(
            key, set_=fields, remove=("due_shard", "due_at") if until is None else (),
            condition="due_at = :seen", values={"seen": seen},
        )  # fmt: skip
