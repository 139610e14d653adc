"""Reversals without an id: which earlier receipt a bank or provider takes back."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.explain import Reason, Record
from shared.domain.model import Id
from shared.domain.references import canonical
from shared.domain.sighting import Sighting

_TEXTS = {
    "named": "The reversal names the receipt.",
    "transfer": "Reversal and receipt carry the same transfer id.",
    "alike": "Amount, reference and account are those of one receipt only.",
    "unclear": "Amount and account do not say which receipt is taken back.",
    "nothing": "The receipt that is taken back is not known.",
}


class ReversalMatch(Record):
    """The receipt that is taken back; ``receipt`` is None when a person must choose.

    ``candidates`` are the sightings that it could be, the latest first.
    """

    receipt: Id | None
    candidates: tuple[Id, ...] = ()
    because: Reason


def match_reversal(sighting: Sighting, receipts: Iterable[Sighting]) -> ReversalMatch:
    """Which of ``receipts`` (not yet taken back; for a reinstatement: reversals) is meant.

    The id that the feed names and no other; without one an equal transfer id, else the only one
    with equal amount, reference, creditor's account and payer; never one that was booked later.
    """
    if sighting.reverses is not None:
        named = [one for one in receipts if one.id == sighting.reverses]
        rule = "named" if named else "nothing"
        return _answer(sighting, rule, named, named[0].id if named else None)
    earlier = sorted(
        (one for one in receipts if _could_be(sighting, one)),
        key=lambda one: (-one.booked.toordinal(), one.id),
    )
    ids = set(sighting.transfer_ids)
    same_transfer = [one for one in earlier if ids.intersection(one.transfer_ids)]
    alike = [one for one in earlier if _is_alike(sighting, one)]
    for rule, found in (("transfer", same_transfer), ("alike", alike)):
        if len(found) == 1:
            return _answer(sighting, rule, found, found[0].id)
    return _answer(sighting, "unclear" if earlier else "nothing", earlier, None)


def _could_be(sighting: Sighting, receipt: Sighting) -> bool:
    return (
        receipt.amount == sighting.amount
        and receipt.account == sighting.account
        and receipt.booked <= sighting.booked
    )


def _is_alike(sighting: Sighting, receipt: Sighting) -> bool:
    """Whether reference and payer agree; something must be there to agree on."""
    payers = {one for one in (sighting.payer.account, receipt.payer.account) if one}
    ours, theirs = (_references(one) for one in (sighting, receipt))
    if len(payers) > 1 or (ours and theirs and not ours & theirs):
        return False
    return bool(ours & theirs) or bool(sighting.payer.account and receipt.payer.account)


def _references(sighting: Sighting) -> set[str]:
    return {token for one in sighting.references if (token := canonical(one))}


def _answer(
    sighting: Sighting, rule: str, found: list[Sighting], receipt: Id | None
) -> ReversalMatch:
    reason = Reason(
        rule=f"match.reversal_{rule}",
        text=_TEXTS[rule],
        facts={"reversal": sighting.id, "amount": str(sighting.amount)},
    )
    return ReversalMatch(receipt=receipt, candidates=tuple(one.id for one in found), because=reason)
