"""Match: find what money from a bank or provider is for, and have its claims booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.candidates import Items
from functions.confirming import confirm
from shared.cloud import (
    clock,
    keys,
    lookups,
    metrics,
    money_rows,
    remittance_rows,
    sightings,
    stuck_money,
    table,
)
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.money_rows import Known
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Write
from shared.domain.explain import Reason
from shared.domain.matching import match
from shared.domain.matching_lookups import lookups as keys_of
from shared.domain.matching_parts import Match
from shared.domain.matching_reversal import match_reversal
from shared.domain.payment import (
    FOLLOWING,
    Follower,
    Payment,
    Resolution,
    followed,
    refreshed,
    resolved,
)
from shared.domain.sighting import Sighting

# Invoices of one payment that are booked at once: a transaction holds 100 writes, two for each.
_MOST_LINES = 40
# Claims that one waiting payment keeps at rest.
_HOLD = 20


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, payment}`` a message; failed ones are reported one by one."""
    return each(event, _match)


def _match(body: dict[str, str]) -> None:
    tenant, now = Tenant(body["tenant"]), clock.now()
    known = money_rows.read(tenant, body["payment"])
    if "due_at" not in known.row:
        return
    known = replace(known, followers=_counting(known))
    if known.sighting.kind in FOLLOWING:
        _follow(known, now)
    else:
        _resolve(known, now)


def _counting(known: Known) -> tuple[Follower, ...]:
    """What follows a payment; it counts only when an authority says it.

    What counted once goes on counting, whatever becomes of its feed.
    """
    before = {one.id: one for one in known.payment.followers}
    asked: dict[str, bool] = {}
    found = []
    for one in known.followers:
        counts = one.counts
        if counts and before.get(one.id) != one:
            feed = one.id.partition(":")[0]
            if feed not in asked:
                asked[feed] = _authority(known.tenant, feed)
            counts = asked[feed]
        found.append(one.model_copy(update={"counts": counts}))
    return tuple(found)


def _authority(tenant: Tenant, connection: str) -> bool:
    """Whether a feed's word is booked, or only lets claims rest until the books say so too."""
    row = table.get(keys.connection(tenant, connection))
    return bool((row or {}).get("authority", True))


def _resolve(known: Known, now: datetime) -> None:
    """A receipt or payout: its rule's answer, then whatever followed it."""
    sighting = known.sighting
    before = refreshed(known.payment, sighting, known.row["conn"])
    also: list[Write] = []
    after, items = before, _items(known, before)
    if _undecided(before, sighting):
        resolution, also = _answer(known, before, items)
        if resolution != before.resolution or not known.stored:
            after, also = _fitting(known, resolution, also, now)
    after = _settled(known, after)
    after, asked = _question(known, after)
    found = stuck_money.ended(known.tenant, known.row)
    touched = money_rows.store(known, after, now, [*also, *asked, *found], items.marks)
    enqueue("book", [{"tenant": known.tenant.id, "invoice": one} for one in sorted(touched)])
    logger.info("matched", extra={"rule": after.resolution.rule, "status": after.status})
    metrics.count("PaymentsMatched", 1, Status=after.status)


def _settled(known: Known, after: Payment) -> Payment:
    """The payment with whatever followed it, as its sighting says now."""
    after = followed(after, known.followers)
    return after.model_copy(update={"sighting_version": known.sighting.version})


def _fitting(
    known: Known, resolution: Resolution, also: list[Write], now: datetime
) -> tuple[Payment, list[Write]]:
    """The payment as resolved, with what is learned; to a person as a whole when it is too much.

    Lines, holds, what was taken off and what followed are one transaction: part of it is nothing.
    """
    before = refreshed(known.payment, known.sighting, known.row["conn"])
    on = known.sighting.booked
    after = resolved(before, resolution, on)
    if money_rows.fits(known, _settled(known, after), now, also):
        return after, also
    meant = tuple(dict.fromkeys([*(one.invoice for one in resolution.lines), *resolution.hold]))
    why = Reason(rule="match.too_many", text="too many claims to be booked at once", facts={})
    because = (*resolution.because, why)
    whole = {"lines": (), "nettings": (), "ask": True, "hold": meant[:_HOLD], "because": because}
    after = resolved(before, resolution.model_copy(update=whole), on)
    if not money_rows.fits(known, _settled(known, after), now):
        after = resolved(before, resolution.model_copy(update={**whole, "hold": ()}), on)
    return after, []


def _undecided(payment: Payment, sighting: Sighting) -> bool:
    """Whether the rules are asked: not again for what a person or they themselves have settled."""
    if payment.by:
        return False
    return not payment.lines or payment.sighting_version != sighting.version


def _items(known: Known, before: Payment) -> Items:
    return Items(known.tenant, money_rows.waiting(before), known.sighting.references)


def _answer(known: Known, before: Payment, items: Items) -> tuple[Resolution, list[Write]]:
    """The rule's answer, and what is learned from it."""
    sighting, tenant = known.sighting, known.tenant
    if sighting.kind == "payout":
        return Resolution(rule="payout"), []
    wanted = keys_of(sighting)
    authority = _authority(tenant, known.row["conn"]) and sighting.settled
    named = [one for one in wanted.keys if one.startswith("T:")]
    items.read(lookups.found(tenant, named), *([wanted.claim] if wanted.claim else []))
    answer = match(sighting, items.candidates())
    if not (answer.automatic and answer.exact):
        found = remittance_rows.of_bank_line(tenant, sighting) if sighting.settled else None
        if found is not None:
            # Told before it is written: the same word goes once, and a match may come again.
            confirm(tenant, found, sighting)
            return Resolution(rule="remittance"), [remittance_rows.arrived(found, sighting)]
        if lookups.is_partners(tenant, wanted.payer):
            return _partners(items, authority=authority), []
        payers = lookups.payers(tenant, wanted.payer)
        others = [one for one in wanted.keys if one not in named]
        items.read(lookups.owed_by(tenant, payers))
        items.read(lookups.found(tenant, others))
        items.read_credits(lookups.owed_by(tenant, items.debtors - payers))
        answer = match(sighting, items.candidates(), payers)
    learned: list[Write] = []
    if answer.certain and authority and not lookups.is_partners(tenant, wanted.payer):
        debtors = [items.found[one.invoice].debtor for one in answer.allocations]
        learned = lookups.learned(tenant, wanted.payer, debtors, sighting.id)
    return _resolution(answer, items, authority=authority), learned


def _partners(items: Items, *, authority: bool) -> Resolution:
    """Money from a collection partner's account: no debtor's, whatever its amount is.

    It is known again once the partner says which remittance it was; until then a person has it,
    and what it names rests.
    """
    why = Reason(rule="match.partner", text="it comes from a partner's account", facts={})
    hold = tuple(sorted(items.found))[:_HOLD]
    return Resolution(rule="partner", hold=hold, ask=True, because=(why,), hint=not authority)


def _resolution(answer: Match, items: Items, *, authority: bool) -> Resolution:
    because = (answer.because, *_difference(answer))
    if not authority:
        hold = tuple(one.invoice for one in answer.allocations) or answer.hold
        return Resolution(rule=answer.rule, hold=hold[:_HOLD], because=because, hint=True)
    automatic = answer.automatic and len(answer.allocations) <= _MOST_LINES
    lines = tuple(items.line(one.invoice, one.amount) for one in answer.allocations if automatic)
    meant = () if automatic else tuple(one.invoice for one in answer.allocations)
    held = (*meant, *answer.hold)
    return Resolution(
        rule=answer.rule,
        lines=lines,
        hold=tuple(one for one in held[:_HOLD] if one in items.found),
        nettings=answer.nettings if automatic else (),
        ask=answer.ask or not automatic,
        proposals=answer.proposals[:_HOLD],
        because=because,
    )


def _difference(answer: Match) -> tuple[Reason, ...]:
    """A difference within the tolerance: the claim is left alone for it, and it is told why."""
    found = answer.difference
    if found is None:
        return ()
    facts = {"invoice": found.invoice, "kind": found.kind, "amount": str(found.amount)}
    text = "the difference is within the creditor's tolerance"
    return (Reason(rule="match.tolerance", text=text, facts=facts),)


def _question(known: Known, after: Payment) -> tuple[Payment, list[Write]]:
    """Open a person's task when one is needed, close it when it no longer is."""
    why = _why(after)
    if why is not None and after.task is None:
        after = after.model_copy(update={"task": money_rows.task_id(after)})
        reasons: list[Reason] = [*after.resolution.because]
        reasons += [one.because for one in after.resolution.proposals]
        return after, [money_rows.ask(known.tenant, after, why, reasons)]
    if why is None and after.task is not None:
        closed = money_rows.closed(known.tenant, after.task, "matched", "hub")
        return after.model_copy(update={"task": None}), closed
    return after, []


def _why(payment: Payment) -> str | None:
    if payment.refunded_beyond:
        return "refund_beyond"
    if payment.resolution.hint or payment.by or not payment.resolution.ask or not payment.rest:
        return None
    return "payment_ambiguous" if payment.resolution.proposals else "payment_unapplied"


def _follow(known: Known, now: datetime) -> None:
    """A reversal, reinstatement or refund: it stands beside its receipt, which is looked at."""
    sighting, tenant = known.sighting, known.tenant
    receipt, because, also = _receipt_of(known, now)
    before = refreshed(known.payment, sighting, known.row["conn"])
    hint = not sighting.settled or not _authority(tenant, known.row["conn"])
    after = before.model_copy(
        update={
            "version": before.version + 1,
            "sighting_version": sighting.version,
            "receipt": receipt,
            "resolution": Resolution(rule=sighting.kind, because=because, hint=hint),
        }
    )
    if receipt is None and sighting.reverses is None and after.task is None:
        after = after.model_copy(update={"task": money_rows.task_id(after)})
        also.append(money_rows.ask(tenant, after, f"{sighting.kind}_unknown", because))
    if receipt is not None and after.task is not None:
        also += money_rows.closed(tenant, after.task, "found", "hub")
        after = after.model_copy(update={"task": None})
    also += stuck_money.ended(tenant, known.row)
    money_rows.store(known, after, now, also)
    if receipt is not None:
        enqueue("match", [{"tenant": tenant.id, "payment": receipt}])


def _receipt_of(known: Known, now: datetime) -> tuple[str | None, tuple[Reason, ...], list[Write]]:
    """The receipt that is taken back, why it is, and what is written so that it knows.

    None while it has not come, or when a person must say which one it is.
    """
    sighting, tenant = known.sighting, known.tenant
    if sighting.reverses is not None:
        there = money_rows.look_again(tenant, sighting.reverses, now)
        return (sighting.reverses if there else None), (), []
    if known.payment.receipt is not None:
        # Its feed may say something else of it now.
        receipt = known.payment.receipt
        return receipt, (), _beside(tenant, sighting, receipt, now)
    found = money_rows.receipts(tenant, lookups.receipts(tenant, sighting))
    if sighting.kind == "reinstatement":
        found = []
    answer = match_reversal(sighting, found)
    if answer.receipt is None:
        return None, (answer.because,), []
    return answer.receipt, (answer.because,), _beside(tenant, sighting, answer.receipt, now)


def _beside(tenant: Tenant, sighting: Sighting, receipt: str, now: datetime) -> list[Write]:
    """A sighting stands beside the receipt that it follows, which is looked at."""
    return [
        table.put_write(sightings.following(tenant, sighting, receipt), condition=None),
        money_rows.due_write(tenant, receipt, now),
    ]
