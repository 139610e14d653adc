"""Preview: what a case would come to in the days ahead, by the one question asked at each due day.

The walk has no rules of its own. It asks ``decide`` at the first instant, acts in memory as the hub
would act, and goes straight on to the instant at which the case is due next. Nothing comes in but
what is handed over with it; a contact counts as given on the day on which it leaves, a proposal is
approved at once, what waits for a signature or a partner goes and says so, and every other question
to a person stays unanswered.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal

from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.channels import Reach, is_short, routed
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.decide import AnyDecision, Ask, Done, HandOver, Remind, Rest, decide
from shared.domain.demand import asked_for
from shared.domain.endings import endings
from shared.domain.events import (
    ActSent,
    CaseClosed,
    CaseEvent,
    HandOverIntended,
    PersonAnswered,
    PersonAsked,
    ReminderIntended,
)
from shared.domain.first_day import notice_events
from shared.domain.law import LawPack
from shared.domain.ledger_truth import Truth
from shared.domain.letter_input import CHARGES
from shared.domain.money import Money, total
from shared.domain.netting import netted
from shared.domain.policy import Policy
from shared.domain.replaying import UNSIGNED, costly
from shared.domain.residual import residuals
from shared.domain.routing import Routing, current_partner, route, subject_of

# What asks so often within one preview would never come to rest.
_MOST_ANSWERS = 2000
_APPROVED = "approved"
_APPROVAL = "approve_"
# Stands where a real act has its letter or case file.
_NOTHING = "preview"
# Why a hand-over waits, as the touch itself says it.
_DRAINING = "partner_draining"
_NO_RULES = Routing()
_NOTHING_COVERED: Mapping[str, Money] = {}

Kind = Literal["remind", "hand_over", "ask"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What binds a case: its policy (as overridden), the law pack, the creditor's zone.

    ``debtor`` is what counts for the debtor beside the case; it stays as it is on the first day.
    ``reach`` says for a day how the debtor can be reached (None: by every channel). ``routing``,
    with the debtor's ``segment`` and the partners that are ``draining``, says where a hand-over
    goes. The law pack is ``signed`` off, or acts that cost the debtor money wait for that.
    """

    policy: Policy
    law: LawPack
    zone: tzinfo
    debtor: Debtor = ALONE
    reach: Callable[[date], Reach] | None = None
    routing: Routing = _NO_RULES
    segment: str | None = None
    draining: frozenset[str] = frozenset()
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that would be done to a case on a day (creditor's zone).

    ``amount`` is the principal that a contact asks for (see ``asked``), or that is open of the
    claims of a hand-over or question; ``fee`` is what a contact would charge. ``why`` is the reason
    of a question, ``channel`` the connection of a contact or the partner. ``kept`` is what would
    keep the act in on that day as things stand, and is taken to have ended.
    """

    on: date
    kind: Kind
    step: str
    claims: tuple[str, ...]
    amount: Money
    fee: Money | None = None
    channel: str = ""
    why: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """A case's days ahead: its acts in order, then why it rests and until when (UTC or None)."""

    case: str
    capacity: str
    country: str
    currency: str
    acts: tuple[Act, ...]
    rests: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes to a case from outside at an instant: ``events`` makes of it what it is then."""

    at: datetime
    events: Callable[[Case, datetime], Sequence[CaseEvent]]


def joining(
    truth: Truth, day: date, zone: tzinfo, terms: tuple[Policy, LawPack] | None = None
) -> Coming:
    """That an invoice that is in no case yet joins this one on a day, as booking lets it.

    ``terms`` say at which step what others did about it before lets it join.
    """

    def events(case: Case, at: datetime) -> Sequence[CaseEvent]:
        made = ledger.joining(case, truth, at)
        if terms is None or not truth.notices:
            return made
        whole, claim = Case.replay(case.id, made, case), truth.invoice.id
        return [*made, *notice_events(whole, claim, truth.notices, *terms, at)]

    return Coming(datetime.combine(day, time(0), tzinfo=zone), events)


def asked(
    case: Case,
    law: LawPack,
    on: date,
    contact: Remind,
    covered: Mapping[str, Money] = _NOTHING_COVERED,
) -> Money:
    """The principal that a contact asks for on a day; of a letter for charges alone, those.

    What is disputed or ``covered`` by credits is left out; of a plan it is what is late of it.
    """
    named, alone = contact.claims or contact.also, contact.letter == CHARGES
    at = asked_for(case, law, on, contact, covered)
    parts = [one.total if alone else one.open for name, one in at.items() if name in named]
    return total(parts, case.currency)


def walk(
    case: Case, terms: Terms, start: datetime, last: date, comings: Sequence[Coming] = ()
) -> Walk:
    """What would be done to a case from ``start`` to the end of the day ``last``.

    ``comings`` come in the order of their instants. Raises ``ValueError`` when ``start`` has no
    zone or the case does not come to rest.
    """
    if start.tzinfo is None:
        raise ValueError("an instant has a zone")
    come = sorted(comings, key=operator.attrgetter("at"))
    return _Walker(case, terms, last, deque(come)).run(start)


@dataclass(slots=True)
class _Walker:
    case: Case
    terms: Terms
    last: date
    comings: deque[Coming]
    acts: list[Act] = field(default_factory=list)

    def run(self, start: datetime) -> Walk:
        now: datetime | None = start.astimezone(self.terms.zone)
        why, until = "not_begun", None
        for _ in range(_MOST_ANSWERS):
            if now is None or now.date() > self.last:
                return self._walked(why, until)
            self._take(now)
            if not self.case.claims:
                now = self._sooner(None)
                continue
            answer = self._answer(now)
            if isinstance(answer, Rest | Done):
                why, until = answer.why, answer.until if isinstance(answer, Rest) else None
                now = self._sooner(until)
        raise ValueError("the case does not come to rest")

    def _walked(self, why: str, until: datetime | None) -> Walk:
        case = self.case
        acts = tuple(self.acts)
        return Walk(case.id, case.capacity, case.law, case.currency, acts, why, until)

    def _take(self, now: datetime) -> None:
        while self.comings and self.comings[0].at <= now:
            self._apply(*self.comings.popleft().events(self.case, now.astimezone(UTC)))

    def _sooner(self, until: datetime | None) -> datetime | None:
        """The instant at which the case is due: its own, or when something comes before that."""
        if self.comings:
            at = self.comings[0].at
            until = at if until is None else min(at, until)
        return None if until is None else until.astimezone(self.terms.zone)

    def _answer(self, now: datetime) -> AnyDecision | None:
        """The decision at an instant, acted upon; None after what time ended was written down."""
        at, terms = now.astimezone(UTC), self.terms
        ended: Sequence[CaseEvent] = endings(self.case, now.date(), at)
        ended = ended or residuals(self.case, terms.policy, terms.law, now.date(), at)
        if ended:
            self._apply(*ended)
            return None
        answer = self._decided(now)
        match answer:
            case Remind() | HandOver():
                self._do(answer, now)
            case Ask():
                self._ask(answer, now)
            case Done():
                self._apply(CaseClosed(at=at, why=answer.why))
            case _:
                pass
        return answer

    def _decided(self, now: datetime) -> AnyDecision:
        """The decision by the channel that can carry it, as far as that is known."""
        terms = self.terms
        if terms.reach is None:
            return decide(self.case, terms.policy, terms.law, now, terms.debtor)
        reach = terms.reach(now.date())
        return routed(self.case, terms.policy, terms.law, now, reach, terms.debtor)

    def _do(self, answer: Remind | HandOver, now: datetime) -> None:
        today, terms = now.date(), self.terms
        kept, fee, claims = "", None, answer.claims
        if isinstance(answer, Remind):
            covered = netted(bound(self.case, terms.debtor), terms.policy, terms.debtor)
            amount = asked(self.case, terms.law, today, answer, covered)
            fee, to, claims = answer.fee, answer.channels[0], answer.claims or answer.also
        else:
            amount = self._open(claims)
            partner = self._partner(answer)
            kept, to = "" if partner else _DRAINING, partner or answer.partner
            answer = answer.model_copy(update={"partner": to})
        if not terms.signed and costly(answer, self.case, terms.law, today):
            kept = kept or UNSIGNED
        kind, at = answer.kind, now.astimezone(UTC)
        act = Act(today, kind, answer.step, claims, amount, fee, to, kept=kept)
        self.acts.append(act)
        need = terms.reach(today).needs.get(to, "") if terms.reach is not None else ""
        intent = _intent(answer, at, short=is_short(need))
        self._apply(intent, ActSent(at=at, act=answer.act, on=today))

    def _partner(self, answer: HandOver) -> str | None:
        """The partner by the creditor's routing; None where it takes nothing new."""
        terms, case = self.terms, self.case
        subject = subject_of(case, answer.claims, terms.segment)
        current = current_partner(case)
        found = route(
            terms.routing, subject, default=answer.partner, current=current, draining=terms.draining
        )
        return found.partner

    def _ask(self, answer: Ask, now: datetime) -> None:
        at, amount = now.astimezone(UTC), self._open(answer.claims)
        self.acts.append(Act(now.date(), "ask", "", answer.claims, amount, why=answer.why))
        asked = PersonAsked(at=at, task=answer.task, why=answer.why, claims=answer.claims)
        self._apply(asked)
        if answer.why.startswith(_APPROVAL):
            self._apply(PersonAnswered(at=at, task=answer.task, answer=_APPROVED, by=_NOTHING))

    def _open(self, claims: Sequence[str]) -> Money:
        return total([self.case.claims[one].open for one in claims], self.case.currency)

    def _apply(self, *events: CaseEvent) -> None:
        self.case = Case.replay(self.case.id, events, self.case)


def _intent(answer: Remind | HandOver, at: datetime, *, short: bool) -> CaseEvent:
    if isinstance(answer, HandOver):
        return HandOverIntended(
            at=at, act=answer.act, step=answer.step, claims=answer.claims, partner=answer.partner,
            file_version=1, document=_NOTHING, content_hash=_NOTHING,
        )  # fmt: skip
    return ReminderIntended(
        at=at, act=answer.act, step=answer.step, claims=answer.claims, also=answer.also,
        channel=answer.channels[0], tone=answer.tone, language="en", fee=answer.fee,
        fee_claim=answer.fee_claim, fee_rule=answer.fee_rule, deadline=answer.deadline,
        document=_NOTHING, content_hash=_NOTHING, short=short, announces=answer.announces,
    )  # fmt: skip
