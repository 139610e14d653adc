"""The notices of a case file: which reminders left, what they charged, and what proves them."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.case import Case, Notice
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

Left = Literal["sent", "returned", "unknown"]
Proven = Literal["accepted", "delivered", "returned"]

# Notices in these states left, or may have; one that failed or is only intended did not.
_LEFT: Mapping[str, Left] = {"sent": "sent", "returned": "returned", "unknown": "unknown"}


class FileProof(Record):
    """What is known of a notice's way to the debtor, from whoever carried it.

    ``accepted``: the carrier took it; ``delivered``: it says that it arrived; ``returned``: it came
    back (``code`` says why). ``reference`` is the carrier's own number of it.
    """

    what: Proven
    on: date | None
    reference: str | None
    code: str | None


class FileNotice(Record):
    """One reminder that left. ``on`` is its effective day; ``unknown``: nobody can say if it did.

    ``fee`` is what it charged to ``fee_claim``; ``fee_credited`` says that it was taken back.
    """

    act: str
    step: str
    channel: str
    claims: tuple[Id, ...] = Field(min_length=1)
    state: Literal["sent", "returned", "unknown"]
    on: date | None
    deadline: date | None
    fee: Money | None
    fee_claim: Id | None
    fee_rule: str | None
    fee_credited: bool
    document: str
    content_hash: Sha256
    reference: str | None
    proof: FileProof | None = Field(default=None, exclude_if=operator.not_)


def notices_of(case: Case, claims: tuple[str, ...]) -> tuple[FileNotice, ...]:
    """The reminders about ``claims`` that left, or may have; other claims are not named."""
    return tuple(_told(case, claims))


def _told(case: Case, claims: tuple[str, ...]) -> Iterator[FileNotice]:
    for notice in case.notices.values():
        concerned = tuple(claim for claim in claims if claim in notice.claims)
        state = _LEFT.get(notice.state)
        if notice.action == "remind" and state is not None and concerned:
            yield _notice(notice, concerned, state)


def _notice(notice: Notice, claims: tuple[str, ...], state: Left) -> FileNotice:
    charged = notice.fee_claim in claims
    return FileNotice(
        act=notice.act,
        step=notice.step,
        channel=notice.channel,
        claims=claims,
        state=state,
        on=notice.on,
        deadline=notice.deadline,
        fee=notice.fee if charged else None,
        fee_claim=notice.fee_claim if charged else None,
        fee_rule=notice.fee_rule if charged else None,
        fee_credited=charged and notice.fee_credited,
        document=notice.document,
        content_hash=notice.content_hash,
        reference=notice.reference,
        proof=_proof(notice),
    )


def _proof(notice: Notice) -> FileProof | None:
    if notice.state == "unknown":
        return None
    what: Proven = "delivered" if notice.delivered_on else "accepted"
    on = notice.delivered_on or notice.on
    if notice.state == "returned":
        what, on = "returned", notice.undone_on
    return FileProof(what=what, on=on, reference=notice.reference, code=notice.code)
