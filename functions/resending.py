"""Resending: a letter whose sender died goes again under its own key, where that is honoured."""

from __future__ import annotations

from connectors import spec
from connectors.contract import Receipt
from functions import carriers, payer_mail, reaching
from functions.touching import attempted, next_attempt, outcome
from functions.wiring import connect, connection_row
from shared.cloud import documents
from shared.cloud.step import Run
from shared.cloud.table import Row
from shared.domain import in_flight
from shared.domain.carriers import Carriers
from shared.domain.case import Notice
from shared.domain.events import ReminderIntended
from shared.domain.letter import Letter


def resent(run: Run, notice: Notice, row: Row) -> bool:
    """Whether a reminder without an outcome went again, or will be tried again under its key.

    Only what is stored goes, with the payer's own link, and only while it would be written today
    just so: what is no longer true, or what the channel would take for another one, does not.
    """
    channel = connection_row(run.tenant, row["conn"])
    if not _honoured(run, notice, channel) or not _still_true(run, notice, channel):
        return False
    receipt = attempted(lambda: _send(run, notice, channel))
    again = next_attempt(receipt, row["attempt"] + 1)
    if again is None and receipt.outcome not in {"accepted", "received"}:
        # The attempt before may have arrived: even a refusal of this one allows no other key.
        return False
    outcome(run, notice.act, receipt, retry_at=None if again is None else run.now + again)
    return True


def _honoured(run: Run, notice: Notice, channel: Row) -> bool:
    """Whether the channel is there, may be used now, and still knows the key."""
    if channel.get("state") != "enabled" or run.barrier() is not None:
        return False
    declared = spec(channel["connector"])
    age = (run.local_now.date() - notice.intended_on).days
    lives = declared.key_lifetime_days is None or age < declared.key_lifetime_days
    return declared.idempotency == "idempotent" and lives


def _still_true(run: Run, notice: Notice, channel: Row) -> bool:
    if run.behind() or not run.fresh() or not notice.claims:
        return False
    days = reaching.delivery(channel, run.creditor.country, run.local_now.date())
    known = Carriers({} if days is None else {notice.channel: days}, run.kinds)
    return in_flight.unchanged(
        run.case, run.store.events(run.case.id), notice.act
    ) and in_flight.same_contact(
        run.case, notice.act, run.policy, run.law, run.local_now, run.debtor, known
    )


def _send(run: Run, notice: Notice, channel: Row) -> Receipt:
    """The letter as it is stored, to the address that its addressee has now."""
    intent = next(
        one
        for one in run.store.events(run.case.id)
        if isinstance(one, ReminderIntended) and one.act == notice.act
    )
    letter = Letter.model_validate_json(documents.get(run.tenant, intent.document))
    page = documents.get(run.tenant, documents.printed(intent.page)) if intent.page else None
    letter = payer_mail.outgoing(letter, payer_mail.link(run, notice.act))
    party, kind = reaching.addressee(run), carriers.needs(channel)
    message = reaching.message(run, letter, page, party, kind, notice.act)
    receipt: Receipt = connect(run.tenant, channel).send(message, key=notice.act)
    return receipt
