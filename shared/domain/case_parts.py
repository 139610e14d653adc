"""What a case is made of: claims with their movements, notices, holds and questions to people."""

from __future__ import annotations

import operator
from datetime import date
from typing import Literal, NamedTuple

from pydantic import Field

from shared.domain.claim_events import Claim
from shared.domain.explain import Record, absent
from shared.domain.extras import Paid, Residual
from shared.domain.model import DoNotDun
from shared.domain.money import Money

MONEY_WAITING = "money_waiting"
# How the step of a repeated reminder is named; no step of a policy is: its id has no hyphen.
REPEATED = "rest-"
# What stands for a step in a letter for interest and fees alone, which is none either.
CHARGES_STEP = "charges-left"

ActState = Literal["intended", "sent", "failed", "unknown", "returned", "passed"]

MovementKind = Literal[
    "payment", "reversal", "credit", "partner", "write_off", "cancelled", "unexplained"
]


class Movement(Record):
    """A change of a claim's principal from the end of day ``on``; negative ``lowered``: it rose.

    ``unexplained`` is what only the source's stated balance says: a payment that comes in later
    takes its place, with the day on which the money was really received. ``paper`` is the id of
    the payment or reversal, and ``seen_as`` the ids by which other feeds saw the same money.
    """

    on: date
    kind: MovementKind
    lowered: Money
    paper: str | None = None
    seen_as: tuple[str, ...] = ()


class Notice(Record):
    """One contact or hand-over.

    ``intended_on`` is the day of its INTENT, ``on`` its effective day, None until it is sent, and
    ``undone_on`` the day on which it failed or came back. ``taken`` is the partner's answer to a
    hand-over. ``delivered_on`` is the day on which the carrier proved that it arrived, ``code``
    says why it failed or came back. ``cleared``: a person saw to the address since it came back.
    ``short``: a text message, from which no wait of the law runs. ``charges`` are the claims whose
    interest and fees alone it asks for: it is no notice of theirs. ``announces`` are the claims of
    which it said that they go to the partner next; None where that was not noted.
    """

    act: str
    step: str
    action: Literal["remind", "hand_over"]
    claims: tuple[str, ...]
    state: ActState
    intended_on: date
    on: date | None = None
    undone_on: date | None = None
    deadline: date | None = None
    channel: str = ""
    fee: Money | None = None
    fee_claim: str | None = None
    fee_rule: str | None = None
    fee_credited: bool = False
    document: str = ""
    content_hash: str = ""
    reference: str | None = None
    taken: bool | None = None
    delivered_on: date | None = Field(default=None, exclude_if=operator.not_)
    code: str | None = Field(default=None, exclude_if=operator.not_)
    cleared: bool = Field(default=False, exclude_if=operator.not_)
    short: bool = Field(default=False, exclude_if=operator.not_)
    charges: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    announces: tuple[str, ...] | None = Field(default=None, exclude_if=absent)

    @property
    def given(self) -> bool:
        """Sent and not returned: the law's waits run from it and its fee counts."""
        return self.state == "sent"

    @property
    def arrived(self) -> bool:
        """Given, or let be although nobody knows: the debtor may have it and hold us to it."""
        return self.state in {"sent", "passed"}

    @property
    def repeats(self) -> bool:
        """Whether it said the last reminder once more, of an undisputed rest: it is no step."""
        return self.step.startswith(REPEATED)


class Standing(NamedTuple):
    """What the acts of a case have come to for one claim.

    ``last_step`` is the day of its latest step that was given, passed or done by a person,
    ``last_deadline`` the latest payment date of a notice that the debtor may have. ``setbacks``
    are the days on which acts failed or got lost since the last one that arrived; a partner's
    refusal is none, it is a person's at once.
    """

    last_step: date | None
    last_deadline: date | None
    setbacks: tuple[date, ...]


class ClaimState(Record):
    """A claim with what happened to it.

    ``open`` is its unpaid principal, never negative. ``level`` counts the policy steps that are
    done, ``stepped_on`` the day of the last one that a person did. ``raised`` says that the source
    took back what had been paid; ``missing`` that it no longer knows the invoice. ``forgiven`` is
    the principal that a person wrote off here, whatever the source's books say of it;
    ``interest_waived_to`` the last day for which no late interest is asked. ``in_plan`` are the
    times of payment plans: from the day of agreement to that of the end (None: still in force),
    between which no interest runs. ``let_go`` is what a paid settlement wrote off. ``extras`` is
    what money settled beside the principal, payment by payment; ``residual`` what became of
    interest and fees that were left. ``freed_on`` is the latest day on which something ended that
    had kept the claim from moving, or a payment was taken back; ``announced_on`` that of a person's
    word that it may be handed over without a notice since. ``compensation_waived`` says that a
    person let the fixed sum for late payment go.
    """

    claim: Claim
    open: Money
    movements: tuple[Movement, ...] = ()
    counted: tuple[str, ...] = ()
    level: int = 0
    stepped_on: date | None = None
    do_not_dun: tuple[DoNotDun, ...] = ()
    missing: bool = False
    raised: bool = False
    with_partner: bool = False
    forgiven: Money | None = None
    interest_waived_to: date | None = None
    in_plan: tuple[tuple[date, date | None], ...] = Field(default=(), exclude_if=operator.not_)
    let_go: Money | None = Field(default=None, exclude_if=operator.not_)
    freed_on: date | None = Field(default=None, exclude_if=operator.not_)
    announced_on: date | None = Field(default=None, exclude_if=operator.not_)
    compensation_waived: bool = Field(default=False, exclude_if=operator.not_)
    extras: tuple[Paid, ...] = ()
    residual: tuple[Residual, ...] = ()

    def lowered_by(self, *kinds: MovementKind) -> Money:
        """By how much movements of these kinds lowered the principal together."""
        lowered = Money.zero(self.open.currency)
        for movement in self.movements:
            if movement.kind in kinds:
                lowered += movement.lowered
        return lowered

    @property
    def credited(self) -> Money:
        """What credit notes and a cancellation have lowered since it joined."""
        return self.lowered_by("credit", "cancelled")

    @property
    def received(self) -> Money:
        """What money has lowered since it joined: all that nobody credited or wrote off."""
        let_go = self.lowered_by("credit", "cancelled", "write_off")
        return self.claim.open - self.open - let_go

    def forgiven_beyond(self, written_off: Money | None) -> Money:
        """What was written off here and the source has not written off (yet)."""
        nothing = Money.zero(self.open.currency)
        if self.forgiven is None:
            return nothing
        return max(nothing, self.forgiven - (written_off or nothing))

    @property
    def cancelled(self) -> bool:
        """Whether the source cancelled the invoice: it was never owed."""
        return not self.open and any(one.kind == "cancelled" for one in self.movements)


class Hold(Record):
    """Why the case (``claim`` None) or one claim rests; ``until`` is the last resting day.

    ``since`` is the day on which it was made, or on which a person last said that it shall stand
    (None: made before that was noted).
    """

    id: str
    claim: str | None
    reason: str
    until: date | None
    since: date | None = Field(default=None, exclude_if=absent)

    @property
    def of_person(self) -> bool:
        """Whether a person made it; money that waits for its place holds a claim by itself."""
        return self.reason != MONEY_WAITING

    def covers(self, claim: str | None, today: date) -> bool:
        """Whether it keeps a claim (None: the whole case) at rest on a day."""
        return self.claim == claim and (self.until is None or self.until >= today)


class Task(Record):
    """A question to a person; ``answer`` is the word that was given, None while it is open."""

    why: str
    claims: tuple[str, ...]
    answer: str | None = None
