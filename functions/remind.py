"""Remind: one contact with a debtor, proven before, intended, sent, and recorded after."""

from __future__ import annotations

from typing import Any

from connectors.contract import Message
from functions.touching import outcome, proven
from functions.wiring import connect
from shared.cloud import documents, keys, outbox, step, table
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.answers import YES
from shared.domain.circumstance import addressee
from shared.domain.debtor import bound
from shared.domain.decide import Ask, Remind
from shared.domain.demand import asked_for
from shared.domain.events import ReminderIntended
from shared.domain.fold_states import states_of
from shared.domain.letter import Letter, render
from shared.domain.letter_contents import lacking
from shared.domain.model import Party
from shared.domain.netting import netted
from shared.domain.notice import letter_for
from shared.domain.question import claim_facts
from shared.errors import NotFound

_CLEARED = frozenset(("returned", word) for word in YES)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again; if the answer is still this contact, make it."""
    tenant = keys.Tenant(event["tenant"])
    beside = [keys.party(tenant, event["debtor"]), keys.connection(tenant, event["channel"])]
    run = step.begin(event, beside)
    decision = run.decision()
    if not isinstance(decision, Remind) or decision.act != event["act"] or run.behind():
        run.wait()
        return {"done": "changed"}
    if not run.fresh():
        run.wait()
        return {"done": "stale"}
    party = _addressee(run)
    channel = run.loaded.row(keys.connection(tenant, event["channel"])) or {}
    why = run.barrier(next(iter(party.emails), "")) or _ended(channel) or run.unsigned(decision)
    if why is not None:
        run.withhold(decision, why)
        return {"done": why}
    unreachable = _unreachable(run, party)
    if unreachable is not None:
        run.ask(_question(run, decision, unreachable))
        return {"done": unreachable}
    # What the letter merely lists must be true as well; where the principal is settled, it asks
    # for interest and fees alone.
    open_too = [one for one in decision.also if run.case.claims[one].open]
    if not proven(run, (*decision.claims, *open_too)):
        return {"done": "not_proven"}
    return {"done": _send(run, decision, party, channel)}


def _ended(channel: Row) -> str | None:
    return None if channel.get("state") == "enabled" else "channel_disabled"


def _unreachable(run: Run, party: Party) -> str | None:
    """Why a person must see to the debtor's address first, if so.

    What came back goes to the same address again only when a person says so.
    """
    if not party.emails:
        return "no_address"
    case = run.case
    returned = sum(1 for one in case.notices.values() if one.state == "returned")
    cleared = sum(1 for one in case.answers.values() if (one.why, one.answer) in _CLEARED)
    return "returned" if returned > cleared else None


def _send(run: Run, decision: Remind, party: Party, channel: Row) -> str:
    sender = connect(run.tenant, channel)
    letter = _letter(run, decision, party)
    if isinstance(letter, Ask):
        run.ask(letter)
        return letter.why
    name = f"letters/{decision.act}.json"
    documents.put(run.tenant, name, letter.model_dump_json().encode(), "application/json")
    connection = keys.id_of(channel["pk"])
    run = run.append(
        [run.decided(decision), _intent(run, decision, letter, name, connection)],
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
    message = Message(
        to=party.emails[0],
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=letter.language,
        tags={"tenant": run.tenant.id, "act": decision.act},
    )
    receipt = sender.send(message, key=decision.act)
    return outcome(run, decision.act, receipt)


def _letter(run: Run, decision: Remind, party: Party) -> Letter | Ask:
    """The letter as it will go out, or the question to whoever must see to what it lacks."""
    case, today = run.case, run.local_now.date()
    covered = netted(case, run.policy, run.debtor)
    at = asked_for(case, run.law, today, decision, covered)
    spoken = party.model_copy(update={"language": run.language or party.language})
    try:
        said = letter_for(case, decision, run.creditor, spoken, at, today)
        letter = render(said)
    except ValueError as refused:
        logger.warning("letter_refused", extra={"case": case.id, "fields": str(refused)})
        return _question(run, decision, "letter_incomplete")
    facts = [claim_facts(case, case.claims[one], case.notices_of(one)) for one in decision.claims]
    lacks = lacking(run.law, facts, said, today)
    if lacks:
        question = _question(run, decision, "letter_incomplete")
        return question.model_copy(update={"because": (*lacks, *question.because)})
    return letter


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
