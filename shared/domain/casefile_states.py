"""What a case file says of its claims' states: disputes, promises, plans, stops, circumstances."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from shared.domain.case import Case
from shared.domain.dispute import DisputeState
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.plan import Stage
from shared.domain.plan_pause import standing
from shared.domain.promise import Outcome
from shared.domain.state_events import AuthorityNumber, CircumstanceKind, Code, DisputeSource
from shared.domain.states import NONE

Claims = tuple[Id, ...]


class FileDispute(Record):
    """A contested part of a claim (``amount`` None: all of it), and where the dispute stands."""

    id: str
    claim: Id
    amount: Money | None
    ground: Code
    source: DisputeSource
    state: DisputeState
    on: date
    answered_on: date | None
    settled_on: date | None


class FilePromise(Record):
    """What the debtor promised to pay by ``day``; ``settles``: accepted in full payment."""

    id: str
    claims: Claims = Field(min_length=1)
    amount: Money
    made: date
    day: date
    settles: bool
    outcome: Outcome


class FileInstalment(Record):
    """One payment of a plan: an amount until a day."""

    due: date
    amount: Money


class FilePlan(Record):
    """A payment plan that covered some of the file's claims; the instalments are the whole plan's.

    ``stage`` is where it stood on the file's ``as_of``.
    """

    id: str
    claims: Claims = Field(min_length=1)
    instalments: tuple[FileInstalment, ...] = Field(min_length=1)
    stage: Stage


class FileStop(Record):
    """The debtor's request to stop collecting, under the law that gives the right to it."""

    id: str
    claims: Claims = Field(min_length=1)
    on: date
    section: str


class FileCircumstance(Record):
    """Something about the debtor that changes what may be done, in force on ``as_of``.

    ``authority_number`` is a court's or an office's own number of the matter, ``file_by`` the last
    day on which a claim can be filed there.
    """

    id: str
    what: CircumstanceKind
    effective: date
    authority_number: AuthorityNumber | None
    file_by: date | None


class FileStates(Record):
    """All states of a case that concern the claims of a file."""

    disputes: tuple[FileDispute, ...] = ()
    promises: tuple[FilePromise, ...] = ()
    plans: tuple[FilePlan, ...] = ()
    stops: tuple[FileStop, ...] = ()
    circumstances: tuple[FileCircumstance, ...] = ()


def states_of(case: Case, claims: tuple[str, ...], as_of: date) -> FileStates:
    """The states of ``claims``; what concerns only other claims of the case is left out."""
    known = case.states or NONE

    def of(named: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in claims if one in named)

    return FileStates(
        disputes=tuple(
            FileDispute.model_validate(_fields(FileDispute, one))
            for one in known.disputes.values()
            if one.claim in claims
        ),
        promises=tuple(
            FilePromise(
                id=one.id, claims=of(one.claims), amount=one.amount, made=one.made, day=one.day,
                settles=one.settles, outcome=one.judged(case.claims, as_of),
            )
            for one in known.promises.values()
            if of(one.claims)
        ),
        plans=tuple(
            FilePlan(
                id=one.id, claims=of(one.claims), stage=standing(one, known, case.claims, as_of),
                instalments=tuple(
                    FileInstalment(due=part.due, amount=part.amount) for part in one.instalments
                ),
            )
            for one in known.plans.values()
            if of(one.claims)
        ),
        stops=tuple(
            FileStop(id=one.id, claims=of(one.claims), on=one.on, section=one.section)
            for one in known.stops.values()
            if of(one.claims)
        ),
        circumstances=tuple(
            FileCircumstance.model_validate(_fields(FileCircumstance, one))
            for one in known.circumstances.values()
        ),
    )  # fmt: skip


def _fields(shape: type[Record], state: Record) -> Mapping[str, object]:
    """The fields that a state and its place in the file have in common."""
    return {name: getattr(state, name) for name in shape.model_fields}
