"""What a partner must hear of a case it has: outbox rows, in the transaction that makes it true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from shared.cloud import clock, outbox
from shared.cloud.keys import Tenant
from shared.cloud.table import Write
from shared.domain import at_partner, in_flight, telling
from shared.domain.case import Case
from shared.domain.events import CaseEvent

# Messages of one append, in the number that their places are counted in.
_MOST = 1000
# Where among them those stand that no append makes.
_BESIDE = 500


def writes(
    tenant: Tenant,
    before: Case,
    after: Case,
    events: Sequence[CaseEvent],
    history: Callable[[], Sequence[CaseEvent]],
) -> list[Write]:
    """The rows of all that partners must hear of an append, each with its place in the line.

    ``history`` reads all events of the case as it was ``before``; it is asked only where a
    hand-over becomes sent, for what moved between its INTENT and the proof that it arrived.
    """
    if not any(one.action == "hand_over" for one in after.notices.values()):
        return []
    words = [*_crossed(before, after, history), *telling.told(before, events)]
    return [
        write
        for number, word in enumerate(words)
        for write in _rows(tenant, after, word, events[-1].at, after.version * _MOST + number)
    ]


def beside(tenant: Tenant, case: Case, word: telling.Word, at: datetime) -> list[Write]:
    """The rows of a word that no event of the case makes; a ``Conflict`` when it was told before.

    It stands behind all that the case as it is has made, and before what comes next.
    """
    here = case.version * _MOST + _BESIDE
    last = outbox.first_free(tenant, case.id, word.partner)
    return _rows(tenant, case, word, at, max(here, last))


def act_of(case: Case, word: telling.Word) -> str:
    """The act under which a word about a case is told, the same however often."""
    return f"{case.id}-tell-{_digest(case, word)}"


def _digest(case: Case, word: telling.Word) -> str:
    return hashlib.sha256(f"{case.id}|{word.name}".encode()).hexdigest()[:24]


def _crossed(
    before: Case, after: Case, history: Callable[[], Sequence[CaseEvent]]
) -> list[telling.Word]:
    arrived = [
        notice
        for act, notice in after.notices.items()
        if notice.action == "hand_over"
        and notice.given
        and act in before.notices
        and before.notices[act].state in {"intended", "unknown"}
    ]
    if not arrived:
        return []
    events, words = history(), list[telling.Word]()
    for notice in arrived:
        _, later = in_flight.since(events, notice.act)
        words += telling.caught_up(later, dict.fromkeys(notice.claims, notice.channel))
    return words


def _claims(word: telling.Word) -> tuple[str, ...]:
    said = word.data
    return (said["claim"],) if "claim" in said else tuple(said.get("claims", ()))


def _rows(
    tenant: Tenant, case: Case, word: telling.Word, happened: datetime, place: int
) -> list[Write]:
    act = act_of(case, word)
    message = {
        "type": word.kind, "case_id": case.id,
        "partner_case": at_partner.number(case, word.partner, _claims(word)),
        "at": clock.stamp(happened), "data": {**word.data, "sequence": place},
    }  # fmt: skip
    row = outbox.intend(
        tenant, act, kind="tell", case=case.id, connection=word.partner,
        content_hash=_digest(case, word),
        due_at=clock.now(), message=message, place=place, document=word.document,
    )  # fmt: skip
    return [row, outbox.in_line(tenant, case.id, word.partner, place, act)]
