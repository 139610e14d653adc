"""The five answers to the one question, each with its reasons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.explain import Reason, Record
from shared.domain.model import Id
from shared.domain.money import Money


class Rest(Record):
    """Nothing to do until ``until`` (UTC), or until something happens when it is None."""

    kind: Literal["rest"] = "rest"
    until: datetime | None
    why: str
    because: tuple[Reason, ...] = ()


class Remind(Record):
    """One contact with the debtor about ``claims``; ``also`` names claims that are not due yet.

    ``fee`` is carried by ``fee_claim``. ``deadline`` is the new payment date; where nothing is late
    yet the ``letter`` is ``due_soon`` and it is the last due date; the letter ``charges`` asks for
    interest and fees of settled claims, the letter ``instalment`` for what is late of a plan; both
    name their claims in ``also``. ``next_action`` and ``next_on`` are what the notice announces;
    ``announces`` are the claims of which it says that they go to the partner next.
    ``act`` is the key of the act, the same each time that this very contact is decided.
    """

    kind: Literal["remind"] = "remind"
    act: str
    step: str
    claims: tuple[Id, ...]
    also: tuple[Id, ...] = ()
    channels: tuple[str, ...]
    letter: str
    tone: str
    fee: Money | None = None
    fee_claim: Id | None = None
    fee_rule: str | None = None
    deadline: date
    next_action: str
    next_on: date | None
    announces: tuple[Id, ...] = ()
    because: tuple[Reason, ...] = ()


class HandOver(Record):
    """Claims go to the collection partner."""

    kind: Literal["hand_over"] = "hand_over"
    act: str
    step: str
    claims: tuple[Id, ...]
    partner: str
    because: tuple[Reason, ...] = ()


class Ask(Record):
    """A person must look; ``task`` is stable, so the same question is asked once."""

    kind: Literal["ask"] = "ask"
    task: str
    why: str
    claims: tuple[Id, ...] = ()
    because: tuple[Reason, ...] = ()


class Done(Record):
    """The case can be closed."""

    kind: Literal["done"] = "done"
    why: str
    because: tuple[Reason, ...] = ()


Decision = Annotated[Rest | Remind | HandOver | Ask | Done, Field(discriminator="kind")]
AnyDecision = Rest | Remind | HandOver | Ask | Done
