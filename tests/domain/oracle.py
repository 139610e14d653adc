"""A second opinion: what no act may do, worked out from the events alone by small rules of its own.

Nothing here calls the law, the fold or the decision. The sums and days are written down once more,
from the acts: FI 513/1999 with KKV/378, SE 1981:739, NO inkassoforskriften, DK renteloven § 9 b.
Where the hub rolls a day to a banking day, this only knows weekends: it asks for less, never more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shared.domain import events as told
from shared.domain import plan_events as agreed
from shared.domain import state_events as stated
from shared.domain.policy import Policy, Step
from tests.domain.oracle_states import States

DAY = timedelta(days=1)
STOPS = {"bankruptcy", "restructuring", "debt_arrangement"}
GOES_ON = {"restructuring", "debt_arrangement"}


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
    on: date | None = None
    fate: str = "intended"
    credited: bool = False

    @property
    def given(self) -> bool:
        return self.fate == "sent"

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
    states: States = field(default_factory=States)

    def note(self, event: told.CaseEvent) -> None:
        """One more event."""
        self._money(event)
        self._acts(event)
        self._people(event)
        self.states.note(event, self.claims)

    def _money(self, event: told.CaseEvent) -> None:
        match event:
            case told.ClaimJoined():
                self.claims[event.claim.id] = Claim(event.claim, event.claim.due)
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

    def _acts(self, event: told.CaseEvent) -> None:
        match event:
            case told.ReminderIntended():
                self.notices[event.act] = Notice(
                    event.step, event.claims, hands_over=False, intended=event.at.date(),
                    deadline=event.deadline, fee_claim=event.fee_claim,
                    fee=event.fee.amount if event.fee else Decimal(0),
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

    def _happened(self, notice: Notice, on: date, fate: str) -> None:
        notice.on, notice.fate = on, fate
        for name in notice.claims:
            claim = self.claims[name]
            claim.level += 1
            claim.last_step = max(on, claim.last_step or on)
            claim.at_partner = claim.at_partner or notice.hands_over

    def _back(self, act: str) -> None:
        notice, order = self.notices[act], list(self.notices)
        later = [self.notices[one] for one in order[order.index(act) + 1 :]]
        had = notice.arrived
        notice.fate = "returned"
        for name in notice.claims if had else ():
            if not any(one.arrived and name in one.claims for one in later):
                self.claims[name].level = max(0, self.claims[name].level - 1)
                self.claims[name].at_partner = False

    def _people(self, event: told.CaseEvent) -> None:
        match event:
            case told.Held():
                self.holds[event.hold] = (event.claim, event.until)
            case told.Released():
                self.holds.pop(event.hold, None)
            case told.PersonAsked():
                self.tasks[event.task] = (event.why, event.claims)
            case told.PersonAnswered():
                why, claims = self.tasks.pop(event.task, ("", ()))
                if event.answer in {"continue", "approved"}:
                    self.states.cleared(why, claims)
                    for name in claims if why.startswith("step_") else ():
                        self.claims[name].level += 1
                        self.claims[name].last_step = event.at.date()
                else:
                    for name in claims or (None,):
                        self.holds[f"{event.task}/{name}"] = (name, None)

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
        if any(name in claims for _, claims in self.tasks.values()):
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


def step_of(policy: Policy, name: str) -> tuple[int, Step]:
    """A step of a policy with its place."""
    return next((n, one) for n, one in enumerate(policy.steps) if one.id == name)


def weekday_after(day: date) -> date:
    """A day, or the Monday after it."""
    return day + max(0, 7 - day.weekday()) % 7 * DAY if day.weekday() > 4 else day


def faults(
    diary: Diary, policy: Policy, country: str, act: told.ReminderIntended | told.HandOverIntended,
    today: date,
) -> Iterator[str]:  # fmt: skip
    """Everything that is wrong with an act on a day; nothing, where the hub is right."""
    if act.act in diary.notices:
        yield "an act is repeated"
    if any(one.fate in {"intended", "unknown"} for one in diary.notices.values()):
        yield "another act has no outcome yet"
    if today.weekday() > 4:
        yield "nobody is contacted at the weekend"
    reminder = act if isinstance(act, told.ReminderIntended) else None
    # The reminder of an instalment is no step: its claims stand in ``also``, under their plan.
    instalment = reminder is not None and not reminder.claims
    for name in () if instalment else (*act.claims, *(reminder.also if reminder else ())):
        for why in diary.resting(name, today):
            yield f"{name}: {why}"
    if not instalment:
        yield from _levels(diary, policy, act)
    if reminder is None:
        yield from _hand_over(diary, country, act.claims, today)
        return
    yield from _contact(diary, country, reminder, today)
    if reminder.fee:
        yield from _fee(diary, country, reminder, today)


def _levels(
    diary: Diary, policy: Policy, act: told.ReminderIntended | told.HandOverIntended
) -> Iterator[str]:
    place, step = step_of(policy, act.step)
    hands_over = isinstance(act, told.HandOverIntended)
    if (step.action == "hand_over") != hands_over:
        yield "the step is another kind of act"
    levels = [diary.claims[name].level for name in act.claims]
    if levels[0] != place:
        yield "a level is skipped or repeated"
    if any(level > place for level in levels):
        yield "a claim is further on than the letter"
    for name in act.claims:
        # A notice that may have arrived gave a day to pay: nothing comes before it has passed.
        days = [
            one.deadline
            for one in diary.notices.values()
            if one.arrived and name in one.claims and one.deadline
        ]
        if days and max(days) >= act.at.date():
            yield "the payment date of the last notice has not passed"


def _hand_over(
    diary: Diary, country: str, claims: Sequence[str], today: date
) -> Iterator[str]:
    for name in claims:
        claim = diary.claims[name]
        overdue = [one for one in diary.given(name) if one.on and one.on > claim.due]
        consumer = claim.joined.natural_person or claim.joined.capacity != "business"
        full = 14 if country == "FI" and consumer else 10
        if not overdue:
            yield "handed over without a reminder after the due date"
        elif (today - max(one.on for one in overdue if one.on)).days <= full:
            yield "handed over before the days since the reminder were full"
        if diary.states.contested(name, claim) > 0:
            yield "handed over while a part is disputed"
        if diary.states.stopped(name):
            yield "handed over in spite of a request to stop"


def _contact(
    diary: Diary, country: str, act: told.ReminderIntended, today: date
) -> Iterator[str]:
    last = [
        one.on or one.intended
        for one in diary.notices.values()
        if not one.hands_over and one.fate in {"sent", "passed"}
    ]
    if last and (today - max(last)).days < 7:
        yield "two contacts within a week"
    # A mail has certainly arrived a day later; Norway counts from dispatch.
    least = 14 if country == "NO" else 11
    natural = any(diary.claims[name].joined.natural_person for name in act.claims)
    if act.claims and (natural or country != "FI") and (act.deadline - today).days < least:
        yield "too little time to pay"


def _fee(
    diary: Diary, country: str, act: told.ReminderIntended, today: date
) -> Iterator[str]:
    name = act.fee_claim or ""
    if name not in act.claims:
        yield "the fee is carried by no claim of the letter"
        return
    claim, joined = diary.claims[name], diary.claims[name].joined
    if today <= weekday_after(claim.due):
        yield "a fee before the claim is overdue"
    if diary.states.contested(name, claim) > 0:
        yield "a fee for a claim that is disputed in part"
    if diary.states.stopped(name):
        yield "a fee after a request to stop"
    consumer = joined.natural_person or joined.capacity != "business"
    yield from {"FI": _finland, "SE": _sweden, "NO": _norway, "DK": _denmark}[country](
        diary, act, name, today, consumer
    )


def _finland(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, consumer: bool
) -> Iterator[str]:
    claim, given = diary.claims[name], diary.given(name)
    cost, days = (Decimal(5), 14) if consumer else (Decimal(12), 10)
    if act.fee and act.fee.amount > cost:
        yield "more than the fee of the law"
    if any((today - one.on).days <= days for one in given if one.on):
        yield "a fee before the days since the last notice were full"
    principal = claim.joined.total.amount
    caps = ((100, 60), (1000, 120), (None, 210)) if consumer else ((500, 250), (None, 470))
    cap = next(most for limit, most in caps if limit is None or principal <= limit)
    if diary.fees(name) + (act.fee.amount if act.fee else 0) > cap:
        yield "the fees pass their cap"
    if consumer:
        sent = claim.joined.sent
        if (today - weekday_after(claim.due)).days <= 14:
            yield "a fee before fourteen full days after the due date"
        if sent is None or (claim.due - sent).days < 14:
            yield "a fee although the invoice was sent late"
    elif any(one.fee_claim == name and not one.credited for one in given):
        yield "a business pays for one reminder"


def _sweden(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, consumer: bool
) -> Iterator[str]:
    joined = diary.claims[name].joined
    if act.fee and act.fee.amount > 60:
        yield "more than the fee of the law"
    if joined.fee_clause is None or joined.fee_clause > joined.issued:
        yield "a fee that was not agreed in time"
    if any(one.fee_claim == name and not one.credited for one in diary.given(name)):
        yield "a second fee"


def _norway(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, consumer: bool
) -> Iterator[str]:
    given = diary.given(name)
    if act.fee and act.fee.amount > (Decimal(35) if today.year == 2025 else Decimal("37.5")):
        yield "more than a twentieth of the inkassosats"
    if (today - weekday_after(diary.claims[name].due)).days < 14:
        yield "a fee before the fourteenth day"
    charged = [one for one in given if one.fee_claim == name and not one.credited]
    if len(charged) >= 2:
        yield "a third fee"
    last = max(given, key=lambda one: one.on or one.intended, default=None)
    if last is not None and last.on and last.deadline:
        if (last.deadline - last.on).days < 14 or today <= last.deadline:
            yield "a fee before a term of fourteen days has run out"


def _denmark(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, consumer: bool
) -> Iterator[str]:
    if act.fee and act.fee.amount > 100:
        yield "more than the fee of the law"
    charged = [one for one in diary.notices.values() if one.given and one.fee and not one.credited]
    if len(charged) >= 3:
        yield "a fourth fee in the relationship"
    before = [*diary.given(name), *charged]
    if any((today - one.on).days < 10 for one in before if one.on):
        yield "a fee within ten days of the notice before"
    if diary.states.plan_broken(name):
        yield "a fee after a broken plan"
