"""At the partner: what became known of claims after their hand-over that a person must tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from shared.domain.case import Case
from shared.domain.explain import content_hash

RETURNED = "notice_returned_at_partner"
TELL = "tell_partner"


class Untold(NamedTuple):
    """A notice, dispute, hold or circumstance that the partner does not know of, and its claims."""

    why: str
    state: str
    what: str
    claims: tuple[str, ...]


def untold(case: Case) -> Iterator[Untold]:
    """Everything of a case that its partner should hear of, each with a stable name.

    A notice that comes back after the hand-over was not given: its fee falls away, and the
    partner's file still has it.
    """
    handed = _handed(case)
    if handed:
        yield from _returned(case, handed)
        yield from _holds(case, handed)
        yield from _states(case, handed)


def _returned(case: Case, handed: Mapping[str, date]) -> Iterator[Untold]:
    for act, notice in case.notices.items():
        if notice.action == "remind" and notice.state == "returned":
            since = notice.undone_on or date.min
            claims = tuple(one for one in notice.claims if one in handed and handed[one] <= since)
            yield Untold(RETURNED, content_hash(act.encode())[:12], "notice", claims)


def _holds(case: Case, handed: Mapping[str, date]) -> Iterator[Untold]:
    for hold in case.holds.values():
        # Money that waits is told by the money itself; the no to a question is an answer to us.
        if hold.reason == "money_waiting" or hold.id.rsplit(".", 1)[0] in case.answers:
            continue
        claims = tuple(one for one in handed if hold.claim in {None, one})
        yield Untold(TELL, hold.id, "hold", claims)


def _states(case: Case, handed: Mapping[str, date]) -> Iterator[Untold]:
    if case.states is None:
        return
    for dispute in case.states.disputes.values():
        if dispute.pending and dispute.on >= handed.get(dispute.claim, date.max):
            yield Untold(TELL, dispute.id, "dispute", (dispute.claim,))
    for one in case.states.circumstances.values():
        # What a person let go on in spite of it was handed over with it.
        claims = tuple(
            name
            for name in handed
            if one.effect(case.claims[name].claim.issued) != "goes_on" and name not in one.cleared
        )
        yield Untold(TELL, one.id, one.what, claims)


def _handed(case: Case) -> dict[str, date]:
    """The claims that are with the partner, with the day of their latest hand-over."""
    return {
        claim: notice.intended_on
        for notice in case.notices.values()
        if notice.action == "hand_over" and notice.given
        for claim in notice.claims
        if case.claims[claim].with_partner and case.claims[claim].open
    }
