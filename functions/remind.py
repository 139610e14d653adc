"""Remind: one contact with a debtor, proven before, intended, sent, and recorded after."""

from __future__ import annotations

from typing import Any

from functions import reaching
from functions.touching import outcome, proven
from functions.wiring import connect
from shared.cloud import documents, keys, letter_rows, outbox, step, table
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.channels import is_short
from shared.domain.circumstance import addressee
from shared.domain.debtor import bound
from shared.domain.decide import Ask, Remind
from shared.domain.demand import asked_for
from shared.domain.envelope import Window
from shared.domain.events import ReminderIntended
from shared.domain.fold_states import states_of
from shared.domain.letter import Letter, render
from shared.domain.letter_contents import lacking
from shared.domain.model import Party
from shared.domain.netting import netted
from shared.domain.notice import letter_for
from shared.domain.question import claim_facts
from shared.errors import NotFound


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again; if the answer is still this contact, make it."""
    tenant = keys.Tenant(event["tenant"])
    ways = [keys.connection(tenant, one) for one in event["channels"]]
    texts = letter_rows.index_key(tenant)
    run = step.begin(event, [keys.party(tenant, event["debtor"]), texts, *ways])
    decision = run.decision()
    if not isinstance(decision, Remind) or decision.act != event["act"] or run.behind():
        run.wait()
        return {"done": "changed"}
    if not run.fresh():
        run.wait()
        return {"done": "stale"}
    party = _addressee(run)
    routed, contact = reaching.way(run, decision, party)
    by = contact if isinstance(contact, Remind) else decision
    channel = reaching.channel(run, by.channels[0])
    address = reaching.address(party, reaching.kind(channel))
    why = run.barrier(address) or _ended(channel) or run.unsigned(decision)
    if why is not None:
        (routed if by is contact else run).withhold(by, why)
        return {"done": why}
    if isinstance(contact, Ask):
        routed.ask(contact)
        return {"done": contact.why}
    # What the letter merely lists must be true as well; where the principal is settled, it asks
    # for interest and fees alone.
    open_too = [one for one in decision.also if run.case.claims[one].open]
    if not proven(run, (*decision.claims, *open_too)):
        return {"done": "not_proven"}
    return {"done": _send(routed, contact, party, channel)}


def _ended(channel: Row) -> str | None:
    return None if channel.get("state") == "enabled" else "channel_disabled"


def _send(run: Run, decision: Remind, party: Party, channel: Row) -> str:
    sender, kind = connect(run.tenant, channel), reaching.kind(channel)
    written = _letter(run, decision, party, paper=sender.window if kind == "postal" else None)
    if isinstance(written, Ask):
        run.ask(written)
        return written.why
    letter, page = written
    name = f"letters/{decision.act}.json"
    documents.put(run.tenant, name, letter.model_dump_json().encode(), "application/json")
    if page is not None:
        documents.put(run.tenant, f"letters/{decision.act}.pdf", page, "application/pdf")
    connection = keys.id_of(channel["pk"])
    intent = _intent(run, decision, letter, name, connection)
    run = run.append(
        [run.decided(decision), intent.model_copy(update={"short": is_short(kind)})],
        due_at=run.now + step.ACT_LEASE,
        also=[
            *run.abreast((*decision.claims, *decision.also)),
            outbox.intend(
                run.tenant, decision.act, kind="reminder", case=run.case.id,
                connection=connection, content_hash=letter.hash, document=name,
                due_at=run.now + step.ACT_LEASE, weighs=decision.fee is not None,
            ),
        ],
    )  # fmt: skip
    message = reaching.message(run, letter, page, party, kind, decision.act)
    receipt = sender.send(message, key=decision.act)
    return outcome(run, decision.act, receipt)


def _letter(
    run: Run, decision: Remind, party: Party, *, paper: Window | None
) -> tuple[Letter, bytes | None] | Ask:
    """The letter as it will go out, or the question to whoever must see to what it lacks.

    On ``paper`` (the window of its envelope) it comes with its pages (PDF).
    """
    case, today = run.case, run.local_now.date()
    covered = netted(case, run.policy, run.debtor)
    at = asked_for(case, run.law, today, decision, covered)
    spoken = party.model_copy(update={"language": run.language or party.language})
    try:
        said = letter_for(case, decision, run.creditor, spoken, at, today)
        own = reaching.own_texts(run, said)
        letter = render(said, own)
        page = reaching.page(said, party, own, paper) if paper else None
    except ValueError as refused:
        logger.warning("letter_refused", extra={"case": case.id, "fields": str(refused)})
        return _question(run, decision, "letter_incomplete")
    facts = [claim_facts(case, case.claims[one], case.notices_of(one)) for one in decision.claims]
    lacks = lacking(run.law, facts, said, today)
    if lacks:
        question = _question(run, decision, "letter_incomplete")
        return question.model_copy(update={"because": (*lacks, *question.because)})
    return letter, page


def _intent(
    run: Run, decision: Remind, letter: Letter, document: str, channel: str
) -> ReminderIntended:
    return ReminderIntended(
        at=run.now,
        act=decision.act,
        step=decision.step,
        claims=decision.claims,
        also=decision.also,
        channel=channel,
        tone=decision.tone,
        language=letter.language,
        fee=decision.fee,
        fee_claim=decision.fee_claim,
        fee_rule=decision.fee_rule,
        deadline=decision.deadline,
        document=document,
        content_hash=letter.hash,
    )


def _addressee(run: Run) -> Party:
    """The debtor, or who stands for it while a circumstance keeps letters from the debtor."""
    other = addressee(states_of(bound(run.case, run.debtor)).circumstances.values())
    key = keys.party(run.tenant, other or run.case.debtor)
    row = run.loaded.row(key) if other is None else table.get(key)
    if row is None:
        raise NotFound("whom the letter is for is not known")
    return Party.model_validate_json(row["body"])


def _question(run: Run, decision: Remind, why: str) -> Ask:
    claims = decision.claims or decision.also
    return Ask(task=f"{decision.act}-{why}", why=why, claims=claims, because=decision.because)
