"""The fold of identities: claims that come with their standing from another case, or go there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.explain import Record
from shared.domain.fold_claims import claim_state
from shared.domain.fold_states import states_of
from shared.domain.identity_events import CaseAbsorbed, ClaimsParted
from shared.domain.states import NONE, States
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]

_Named = TypeVar("_Named", bound=Record)
_STATES = ("disputes", "promises", "plans", "stops", "circumstances")


def absorbed(case: Case, event: CaseAbsorbed) -> Changes:
    """Claims join as they stand; what was said and done about them stands here from now on.

    Raises ``Conflict`` when the case has one of them, or one of their acts, already.
    """
    if case.closed:
        raise Conflict("a closed case takes no claim: it has a successor")
    claims = {state.claim.id: state for state in event.claims}
    notices = {notice.act: notice for notice in event.notices}
    if not claims.keys().isdisjoint(case.claims) or not notices.keys().isdisjoint(case.notices):
        raise Conflict("a claim joins a case once")
    changes: Changes = {
        "claims": {**case.claims, **claims},
        "notices": {**case.notices, **notices},
        "holds": _beside(case.holds, {hold.id: hold for hold in event.holds}, event.source),
        "tasks": {**case.tasks, **event.tasks},
        "answers": {**case.answers, **event.answers},
        "last_movement": max(event.at.date(), case.last_movement or event.at.date()),
    }
    if event.states is not None:
        changes["states"] = _together(states_of(case), event.states, event.source)
    return changes


def parted(case: Case, event: ClaimsParted) -> Changes:
    """Claims are another case's; of a case that went there whole, nothing but commands is left."""
    for claim in event.claims:
        claim_state(case, claim)
    claims = {name: one for name, one in case.claims.items() if name not in event.claims}
    if not event.whole:
        return {"claims": claims}
    if claims:
        raise Conflict("a case that goes whole leaves no claim behind")
    told = case.states.commands if case.states is not None else {}
    return {
        "claims": {},
        "notices": {},
        "holds": {},
        "tasks": {},
        "answers": {},
        "states": NONE.model_copy(update={"commands": told}) if told else None,
        "successor": event.into,
    }


def _together(own: States, other: States, source: str) -> States:
    """The states of both; one whose name is taken gets another, made of its case and name."""
    update: Changes = {
        "liable": (*own.liable, *other.liable),
        "refused": tuple(dict.fromkeys((*own.refused, *other.refused))),
    }
    for field in _STATES:
        update[field] = _beside(getattr(own, field), getattr(other, field), source)
    return own.model_copy(update=update)


def _beside(
    own: Mapping[str, _Named], other: Mapping[str, _Named], source: str
) -> dict[str, _Named]:
    there = dict(own)
    for name, one in other.items():
        free = name if name not in there else _renamed(source, name)
        there[free] = one.model_copy(update={"id": free})
    return there


def _renamed(source: str, name: str) -> str:
    return "m-" + hashlib.sha256(f"{source}|{name}".encode()).hexdigest()[:20]
