"""The oracle's diary: a debtor's claims and notices, told once more from the events alone.

Nothing here calls the fold, the law or the decision: what both say must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.domain import events as told
from shared.domain import plan_events as agreed
from shared.domain.explain import content_hash
from tests.domain.oracle_states import States

# After these ends at the partner the step counts as not done.
_ONCE_MORE = {"WITHDRAWN_CREDITOR", "ERROR", "DUPLICATE", "DISPUTED"}


@dataclass
class Notice:
    """A reminder or hand-over: its step, claims and what became of it."""

    step: str
    claims: tuple[str, ...]
    hands_over: bool
    intended: date
    deadline: date | None = None
    fee: Decimal = Decimal(0)
    fee_claim: str | None = None
    announces: tuple[str, ...] = ()
    on: date | None = None
    fate: str = "intended"
    credited: bool = False

    @property
    def given(self) -> bool:
        return self.fate == "sent"

    @property
    def repeats(self) -> bool:
        return self.step.startswith("rest-")

    @property
    def arrived(self) -> bool:
        return self.fate in {"sent", "passed"}


@dataclass
class Claim:
    """A claim with its money, its level and what the source says of it."""

    joined: told.Claim
    due: date
    level: int = 0
    lowered: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    let_go: Decimal = Decimal(0)
    flags: tuple[str, ...] = ()
    at_partner: bool = False
    last_step: date | None = None

    @property
    def open(self) -> Decimal:
        return max(Decimal(0), self.joined.open.amount - self.lowered)

    @property
    def received(self) -> Decimal:
        return self.joined.open.amount - self.open - self.credited - self.let_go


@dataclass
class Diary:
    """Everything that happened to one debtor, in the oracle's own words."""

    claims: dict[str, Claim] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    holds: dict[str, tuple[str | None, date | None]] = field(default_factory=dict)
    tasks: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    # The day on which a person let a claim go to the partner without a notice that says so.
    said: dict[str, date] = field(default_factory=dict)
    states: States = field(default_factory=States)

    def note(self, event: told.CaseEvent) -> None:
        """One more event."""
        self._money(event)
        self._acts(event)
        self._people(event)
        self.states.note(event, self.claims)

    def _money(self, event: told.CaseEvent) -> None:  # noqa: C901 - one case an event
        match event:
            case told.ClaimJoined():
                new = event.claim
                self.claims[new.id] = Claim(new, new.due, flags=new.do_not_dun)
            case told.PaymentAllocated():
                self.claims[event.claim].lowered += event.amount.amount
            case told.PaymentReversed():
                self.claims[event.claim].lowered -= event.amount.amount
            case told.CreditApplied():
                self.claims[event.claim].lowered += event.amount.amount
                self.claims[event.claim].credited += event.amount.amount
            case agreed.WrittenOff():
                self.claims[event.claim].lowered += event.amount.amount
                self.claims[event.claim].let_go += event.amount.amount
            case told.ClaimFlagged():
                self.claims[event.claim].flags = event.do_not_dun
            case told.DueMoved():
                claim = self.claims[event.claim]
                claim.due = event.due
                if claim.last_step is None or claim.last_step <= event.due:
                    claim.level = 0

    def _acts(self, event: told.CaseEvent) -> None:  # noqa: C901 - one case an event
        match event:
            case told.ReminderIntended():
                self.notices[event.act] = Notice(
                    event.step, event.claims, hands_over=False, intended=event.at.date(),
                    deadline=event.deadline, fee_claim=event.fee_claim,
                    fee=event.fee.amount if event.fee else Decimal(0),
                    announces=event.announces or (),
                )  # fmt: skip
            case told.HandOverIntended():
                self.notices[event.act] = Notice(
                    event.step, event.claims, hands_over=True, intended=event.at.date()
                )
            case told.ActSent() | told.ActPassed():
                sent = isinstance(event, told.ActSent)
                self._happened(self.notices[event.act], event.on, "sent" if sent else "passed")
            case told.ActFailed():
                self.notices[event.act].fate = "failed"
            case told.NoticeReturned():
                self._back(event.act)
            case told.FeeCredited():
                self.notices[event.act].credited = True
            case told.PartnerAnswered():
                for act, one in self.notices.items():
                    if one.hands_over and one.given and not event.accepted:
                        self._back(act)
            case told.PartnerClosed():
                self._let_go(event)

    def _let_go(self, event: told.PartnerClosed) -> None:
        """A partner has let go of claims; after some ends they may be handed over once more."""
        for name, claim in self.claims.items():
            if claim.at_partner and (not event.claims or name in event.claims):
                claim.at_partner = False
                claim.level = max(0, claim.level - (event.code in _ONCE_MORE))

    def _happened(self, notice: Notice, on: date, fate: str) -> None:
        notice.on, notice.fate = on, fate
        for name in notice.claims:
            claim = self.claims[name]
            claim.level += 0 if notice.repeats else 1
            claim.last_step = max(on, claim.last_step or on)
            claim.at_partner = claim.at_partner or notice.hands_over

    def _settled(self, notice: Notice, answer: str) -> None:
        """A person knows what became of an act."""
        if answer == "sent":
            self._happened(notice, notice.intended, "sent")
        else:
            notice.fate = "failed"

    def _back(self, act: str) -> None:
        notice, order = self.notices[act], list(self.notices)
        later = [self.notices[one] for one in order[order.index(act) + 1 :]]
        had = notice.arrived
        notice.fate = "returned"
        for name in notice.claims if had and not notice.repeats else ():
            if not any(one.arrived and name in one.claims for one in later):
                self.claims[name].level = max(0, self.claims[name].level - 1)
                self.claims[name].at_partner = False

    def _people(self, event: told.CaseEvent) -> None:  # noqa: C901 - one case an event
        match event:
            case told.Held():
                self.holds[event.hold] = (event.claim, event.until)
            case told.Released():
                self.holds.pop(event.hold, None)
            case told.PersonAsked():
                self.tasks[event.task] = (event.why, event.claims)
            case told.PersonAnswered() if event.task.endswith("-unknown"):
                self._settled(self.notices[event.task.removesuffix("-unknown")], event.answer)
            case told.PersonAnswered():
                why, claims = self.tasks.pop(event.task, ("", ()))
                if why == "hand_over_without_notice" and event.answer == "continue":
                    self.said |= dict.fromkeys(claims, event.at.date())
                if why == "hold_review":
                    self._reviewed(event)
                elif why == "whose_payment":
                    pass  # either word is about money, and holds nothing
                elif event.answer in {"continue", "approved"}:
                    self.states.cleared(why, claims)
                    for name in claims if why.startswith("step_") else ():
                        self.claims[name].level += 1
                        self.claims[name].last_step = event.at.date()
                elif event.answer not in {"settled", "kept", "broken"}:
                    for number, one in enumerate(claims or (None,), start=1):
                        self.holds[f"{event.task}.{number}"] = (one, None)

    def _reviewed(self, event: told.PersonAnswered) -> None:
        """A person said of holds without an end whether they stand; their question is named so."""
        if event.answer != "continue":
            return
        for name, (_, until) in list(self.holds.items()):
            stems = (name, name.rsplit(".", 1)[0])
            if until is None and any(
                content_hash(one.encode())[:12] in event.task for one in stems
            ):
                del self.holds[name]

    # --- what it says of money and rest ---------------------------------------------------------

    def resting(self, name: str, today: date) -> Iterator[str]:
        """Why a claim must not be touched on a day."""
        claim = self.claims[name]
        if claim.open <= 0:
            yield "nothing is open"
        if claim.flags:
            yield "the source says no"
        if claim.at_partner:
            yield "it is with the partner"
        for who, until in self.holds.values():
            if who in {None, name} and (until is None or today <= until):
                yield "it is on hold"
        # What people are reminded of as their own work keeps nobody's undisputed rest.
        own = {"dispute_unanswered", "dispute_unsettled", "credit_missing", "hold_review"}
        if any(name in claims and why not in own for why, claims in self.tasks.values()):
            yield "a person has been asked about it"
        yield from self.states.resting(name, self.claims, today)

    def fees(self, name: str) -> Decimal:
        """What its notices cost a claim so far."""
        kept = [one for one in self.notices.values() if one.given and not one.credited]
        return sum((one.fee for one in kept if one.fee_claim == name), Decimal(0))

    def given(self, name: str) -> list[Notice]:
        """The reminders of a claim that were given."""
        return [
            one
            for one in self.notices.values()
            if name in one.claims and one.given and not one.hands_over
        ]
