"""Remind: one contact with a debtor, proven before, intended, sent, and recorded after."""

from __future__ import annotations

import hashlib
from typing import Any

import connectors
from functions import carriers, payer_access, payer_mail, reaching
from functions.composing import Written
from functions.touching import outcome, proven
from functions.wiring import connect
from shared.cloud import (
    documents,
    first_day_rows,
    keys,
    letter_rows,
    lookups,
    outbox,
    step,
)
from shared.cloud.first_day_rows import Day
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain.channels import is_short
from shared.domain.decide import Ask, Remind, Rest
from shared.domain.events import ReminderIntended
from shared.domain.letter_input import CHARGES
from shared.domain.model import Party


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Step Functions: read again, decide again; if the answer is still this contact, make it."""
    tenant = keys.Tenant(event["tenant"])
    ways = [keys.connection(tenant, one) for one in event["channels"]]
    texts = letter_rows.index_key(tenant)
    run = carriers.begin(event, [keys.party(tenant, event["debtor"]), texts, *ways])
    decision = run.decision()
    if not isinstance(decision, Remind) or decision.act != event["act"] or run.behind():
        run.wait()
        return {"done": "changed"}
    if not run.fresh():
        run.wait()
        return {"done": "stale"}
    party = reaching.addressee(run)
    routed, contact = reaching.way(run, decision, party)
    if isinstance(contact, Rest):
        routed.settle(contact)
        return {"done": contact.why}
    by = contact if isinstance(contact, Remind) else decision
    channel = reaching.channel(run, by.channels[0])
    address = reaching.address(party, carriers.needs(channel))
    why = run.barrier(address) or _ended(channel) or run.unsigned(decision)
    why = why or _day(run, by, channel).full()
    if why is not None:
        (routed if by is contact else run).withhold(by, why)
        return {"done": why}
    if isinstance(contact, Ask):
        routed.ask(contact)
        return {"done": contact.why}
    # What the letter merely lists must be true as well. Where the principal is settled, it asks for
    # interest and fees alone: that is proven where the letter asks for nothing else.
    listed = [
        one for one in decision.also if run.case.claims[one].open or decision.letter == CHARGES
    ]
    if not proven(run, (*decision.claims, *listed)):
        return {"done": "not_proven"}
    return {"done": _send(routed, contact, party, channel)}


def _day(run: Run, decision: Remind, channel: Row) -> Day:
    """What the first days count of a contact, and how much of it they allow."""
    rules = run.loaded.row(first_day_rows.rules_key(run.tenant))
    name, today = keys.id_of(channel["pk"]), run.local_now.date()
    return first_day_rows.contact(run.tenant, rules, name, today, fee=decision.fee is not None)


def _ended(channel: Row) -> str | None:
    return None if channel.get("state") == "enabled" else "channel_disabled"


def _send(run: Run, decision: Remind, party: Party, channel: Row) -> str:
    sender, kind = connect(run.tenant, channel), carriers.needs(channel)
    made = payer_mail.composed_for(
        run, decision, party, sender.window if kind == "postal" else None
    )
    if isinstance(made, Ask):
        run.ask(made)
        return made.why
    written, printed = made
    letter, one = written.letter, written.collective
    connection = keys.id_of(channel["pk"])
    intent = _intent(run, decision, made, connection, short=is_short(kind))
    run = run.append(
        [run.decided(decision), intent],
        due_at=run.now + step.ACT_LEASE,
        also=[
            *run.abreast((*decision.claims, *decision.also)),
            *_day(run, decision, channel).counted(),
            *(lookups.asked_together(run.tenant, one.reference, one.claims) if one else ()),
            *payer_access.made(run, decision.act, party, kind),
            outbox.intend(
                run.tenant, decision.act, kind="reminder", case=run.case.id,
                connection=connection, content_hash=letter.hash, document=intent.document,
                due_at=run.now + step.ACT_LEASE, weighs=decision.fee is not None,
            ),
        ],
    )  # fmt: skip
    said = payer_mail.outgoing(letter, payer_mail.link(run, decision.act))
    message = reaching.message(run, said, printed, party, kind, decision.act)
    receipt = sender.send(message, key=decision.act)
    # Where the channel honours the key, the same letter may go again under it (``resending``).
    honours = connectors.spec(channel["connector"]).idempotency == "idempotent"
    return outcome(run, decision.act, receipt, run.now + step.ACT_LEASE if honours else None)


def _intent(
    run: Run, decision: Remind, made: tuple[Written, bytes | None], channel: str, *, short: bool
) -> ReminderIntended:
    """The INTENT of a contact, once its letter is stored: each document with its bytes' hash."""
    written, printed = made
    letter, page = written.letter, written.page
    document, body = f"letters/{decision.act}.json", letter.model_dump_json().encode()
    documents.put(run.tenant, document, body, "application/json")
    paper = None
    if page is not None and printed is not None:
        paper = payer_mail.kept(run, decision.act, page, printed)
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
        short=short,
        collective=written.collective.reference if written.collective else None,
        document_hash=hashlib.sha256(body).hexdigest(),
        page=paper,
        page_hash=hashlib.sha256(page).hexdigest() if page is not None else None,
        announces=decision.announces,
    )
