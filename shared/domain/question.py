"""The question of one decision: all that it rests on, and the small answers that it shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from shared.domain import law as legal
from shared.domain.act_keys import question_key
from shared.domain.calendar import next_banking_day
from shared.domain.carriers import UNKNOWN, Carriers, Kind
from shared.domain.case import Case, ClaimState, Notice
from shared.domain.debtor import ALONE, Debtor
from shared.domain.decisions import Ask
from shared.domain.explain import Reason
from shared.domain.money import Money
from shared.domain.netting import netted
from shared.domain.policy import Policy, Step

# Calendar days after dispatch on which a notice has certainly arrived, by the usual names of the
# channels, until its own connection is looked at; the time to pay counts from there
# (KKV/378/14.08.01.05/2022: from the latest receipt by the method used). The letter's seven days
# are the hub's cautious assumption for second-class post in Finland.
_DELIVERY_DAYS: Final[Mapping[str, int]] = {"email": 1, "sms": 1, "letter": 7}


@dataclass(frozen=True, slots=True)
class Question:
    """A case, its policy, the law and the instant; what is asked twice is worked out once.

    ``debtor`` is what counts for the debtor beside the case. ``by`` is the channel that a contact
    goes by, once that is known: the first of its step's until then. ``carriers`` is what is known
    of the channels, where their connections were looked at.
    """

    case: Case
    policy: Policy
    law: legal.LawPack
    now: datetime
    today: date
    debtor: Debtor = ALONE
    by: str = ""
    carriers: Carriers = UNKNOWN
    _facts: dict[str, legal.ClaimFacts] = field(default_factory=dict)
    _told: dict[tuple[str, bool], legal.NoticeFact] = field(default_factory=dict)
    _due: dict[date, date] = field(default_factory=dict)
    _netted: list[dict[str, Money]] = field(default_factory=list)

    def facts(self, state: ClaimState) -> legal.ClaimFacts:
        """What the law looks at, of one claim."""
        name = state.claim.id
        if name not in self._facts:
            given = self.case.notices_of(name)
            facts = claim_facts(self.case, state, given, self._told, self.debtor)
            self._facts[name] = facts
        return self._facts[name]

    def last_contact(self) -> date | None:
        """The day of the latest reminder that the debtor may have, about whatever case."""
        days = [self.case.last_contact(), self.debtor.last_contact()]
        return max((day for day in days if day is not None), default=None)

    def contacts(self, kind: Kind | None = None) -> list[date]:
        """The days of the reminders that the debtor may have, about whatever case, latest first.

        Those by channels of a ``kind``, and those by channels of which it is not known.
        """
        own = [
            (one.on, one.channel)
            for one in self.case.notices.values()
            if one.arrived and one.action == "remind" and one.on is not None
        ]
        found = (*own, *self.debtor.contacts())
        days = (day for day, channel in found if self.carriers.may_be(channel, kind))
        return sorted(days, reverse=True)

    def netted(self, claim: str) -> Money:
        """The part of a claim that the debtor's unallocated credits cover."""
        if not self._netted:
            self._netted.append(netted(self.case, self.policy, self.debtor))
        return self._netted[0].get(claim, Money.zero(self.case.currency))

    def chain(self, step: Step) -> tuple[str, ...]:
        """The channels of a step from the one on that its contact goes by."""
        if self.by not in step.channels:
            return step.channels
        return step.channels[step.channels.index(self.by) :]

    def delivery_days(self, step: Step) -> int:
        """The calendar days after dispatch on which a step's notice has certainly arrived."""
        channel = self.chain(step)[0]
        usual = _DELIVERY_DAYS.get(channel, max(_DELIVERY_DAYS.values()))
        return self.carriers.days.get(channel, usual)

    def on_paper(self, step: Step) -> bool:
        """Whether a step is a reminder that goes by letter: electronic hours do not hold it."""
        return step.action == "remind" and self.carriers.on_paper(self.chain(step)[0])

    def due(self, state: ClaimState) -> date:
        """The day on which a claim fell due by law: its due date or the banking day after it."""
        day = state.claim.due
        if day not in self._due:
            self._due[day] = next_banking_day(self.policy.law, day)
        return self._due[day]

    def opening(self, day: date, *, paper: bool = False) -> datetime:
        """The first instant (UTC) at which contact, or one on paper, is allowed from a day on."""
        midnight = datetime.combine(day, time(0), tzinfo=self.now.tzinfo)
        opens = legal.contact_opens(self.law, midnight, paper=paper)
        return (opens or midnight).astimezone(UTC)

    def ask(self, why: str, claims: tuple[str, ...], because: tuple[Reason, ...]) -> Ask:
        """The question to a person about some claims; its task's name is stable until answered."""
        task = question_key(self.case, why, claims)
        return Ask(task=task, why=why, claims=claims, because=because)


def claim_facts(
    case: Case,
    state: ClaimState,
    given: list[Notice],
    told: dict[tuple[str, bool], legal.NoticeFact] | None = None,
    debtor: Debtor = ALONE,
) -> legal.ClaimFacts:
    """What the law looks at, of one claim; ``given`` are its reminders in order.

    ``debtor`` is what counts for the debtor beside the case.
    ``told`` keeps the facts of notices, by act and charge, for the other claims of the case.
    """
    claim, told = state.claim, {} if told is None else told
    return legal.ClaimFacts(
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        claim_class=claim.claim_class,
        principal=claim.total,
        due=claim.due,
        invoice_sent=claim.sent,
        notices=tuple(_fact(notice, claim.id, told) for notice in given if not notice.short),
        fees=case.fees_of(claim.id),
        fee_clause=claim.fee_clause,
        arose=claim.issued,
        relationship_fees=_charged_days(case, debtor),
        plan_broken=case.states is not None and case.states.plan_broken(claim.id),
        stop_requested=case.states.stopped_since(claim.id) if case.states else None,
    )


def _charged_days(case: Case, debtor: Debtor) -> tuple[date, ...]:
    # A case is one unbroken arrears of a debtor: it closes once nothing is open.
    own = tuple(
        notice.on or notice.intended_on
        for notice in case.notices.values()
        if notice.fee and notice.given and not notice.fee_credited
    )
    if not debtor.cases:
        return own
    since = min(state.claim.due for state in case.claims.values())
    return (*own, *debtor.fees_in_arrears(since))


def _fact(
    notice: Notice, claim: str, told: dict[tuple[str, bool], legal.NoticeFact]
) -> legal.NoticeFact:
    charged = notice.fee_claim == claim and not notice.fee_credited
    fact = told.get((notice.act, charged))
    if fact is None:
        sent = notice.on or notice.intended_on
        fact = legal.NoticeFact(
            act="reminder", sent=sent, charged=charged, deadline=notice.deadline
        )
        told[notice.act, charged] = fact
    return fact


def reason(rule: str, text: str, **facts: object) -> Reason:
    """One of the hub's own rules; facts are written as plain texts (days in ISO 8601)."""
    return Reason(rule=rule, text=text, facts={key: str(value) for key, value in facts.items()})
