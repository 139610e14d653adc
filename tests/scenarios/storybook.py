"""Stories: one debtor's days under a policy, lived by the domain and told in plain words."""

from __future__ import annotations

from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from typing import Literal

from shared.domain import ledger
from shared.domain.case import ClaimState
from shared.domain.channels import Reach, routed
from shared.domain.compensation import standard_compensation
from shared.domain.decide import decide, first_step_on
from shared.domain.decisions import AnyDecision, Ask, Done, HandOver, Remind, Rest
from shared.domain.endings import endings
from shared.domain.events import (
    ActSent,
    CaseClosed,
    CaseOpened,
    ClaimJoined,
    HandOverIntended,
    NoticeReturned,
    PersonAsked,
    PolicyRef,
    ReminderIntended,
)  # fmt: skip
from shared.domain.first_day import notice_events
from shared.domain.law import act_fee, reminder_fee
from shared.domain.law_facts import ClaimFacts, Verdict
from shared.domain.lawrules import FeeAct
from shared.domain.ledger import Truth
from shared.domain.model import AddressKind, CreditNote
from shared.domain.money import total
from shared.domain.question import claim_facts
from shared.domain.residual import residuals
from tests.scenarios.books import Books, Movement, after
from tests.scenarios.narration import MARGIN, named, of_contact, told
from tests.scenarios.people import People


class Story(Books, People):
    """What happens to one debtor; every change is printed on the day on which it happens.

    ``steps`` are the creditor's own instead of the country's usual ones; ``person`` says that the
    debtor is a natural person also where an invoice is a business's.
    """

    answer: AnyDecision = Rest(until=None, why="nothing_yet")
    reach: Reach | None = None

    # --- the days ---------------------------------------------------------------------------

    def until(self, day: str) -> None:
        """Live to the end of a day, looking at the case every morning at ten."""
        while self.today <= _day(day):
            self._learn()
            if self.case.claims:
                self._act()
            self.today += timedelta(days=1)

    def reachable(self, *known: AddressKind) -> None:
        """What is known of the debtor: an ``email`` address, a ``phone``, a ``postal`` address."""
        self.reach = Reach(
            needs={"email": "email", "letter": "postal", "sms": "phone"}, known=known
        )

    def mail_returns(self) -> None:
        """The latest reminder that has not come back yet does: it was not given."""
        notices = self.case.notices.items()
        act = [act for act, one in notices if one.action == "remind" and one.given][-1]
        self.append([NoticeReturned(at=self.at(), act=act, code="bounced")])
        print(f"{told(self.today)}  the notice came back: it was not given")

    def owes(self, day: str) -> None:
        """What is owed on a day: principal, late interest, fees, and all together."""
        names = [state.claim.id for state in self.case.open_claims()]
        at = ledger.positions(self.case, self.law, _day(day), names).values()
        currency = self.law.currency
        principal = total([one.open for one in at], currency)
        interest = total([one.interest.total for one in at], currency)
        fees = total([one.fees for one in at], currency)
        print(f"principal {principal}, late interest {interest}, fees {fees}")
        print(f"together {principal + interest + fees}")

    def interest(self, number: str, day: str) -> None:
        """The late interest of one invoice, period by period, with its rate and its statute."""
        state = self.case.claims[f"erp:{number}"]
        late = ledger.position(self.case, state, self.law, _day(day)).interest
        for one in late.segments:
            print(f"{one.from_} to {one.to}: {one.days} days at {one.rate} % on {one.principal}")
        if late.unknown_from:
            print(f"the rate is not known from {late.unknown_from} on")
        print(f"{late.total} by {late.because[0].section or late.because[0].rule}")

    def compensation(self, number: str, day: str, *, costs: str) -> None:
        """What a business may claim as the fixed sum, beside its reminder and collection costs."""
        state = self.case.claims[f"erp:{number}"]
        facts = claim_facts(self.case, state, self.case.notices_of(state.claim.id))
        found = standard_compensation(
            self.law, facts, _day(day), creditor="business", costs=self.money(costs)
        )
        place = found.because[0].section or found.because[0].text
        print(f"fixed sum {found.sum}, costs beside it {found.costs}, together {found.total}")
        print(place)

    def fees(self, day: str) -> None:
        """Live to the end of a day, and tell of its letters only how many and what they cost."""
        before = set(self.case.notices)
        with redirect_stdout(StringIO()):
            self.until(day)
        new = [one for name, one in self.case.notices.items() if name not in before]
        charged = [one.fee for one in new if one.fee]
        cost = total(charged, self.law.currency)
        print(f"to {told(_day(day))}: {len(new)} reminders, {len(charged)} with a fee: {cost}")

    def would_cost(self, number: str, day: str) -> None:
        """What a reminder of one invoice could cost the debtor on a day, by the law alone."""
        self._priced(reminder_fee(self.law, self._facts(number), _day(day)), day)

    def vouched(self, act: FeeAct, number: str, day: str, *, by_partner: bool = False) -> None:
        """What an act could cost when a person vouches for what the hub cannot know."""
        sender: Literal["creditor", "partner"] = "partner" if by_partner else "creditor"
        facts = self._facts(number)
        found = act_fee(self.law, act, facts, _day(day), sender=sender, confirmed=True)
        self._priced(found, day)

    def _facts(self, number: str) -> ClaimFacts:
        claim = ledger.claim_of(self.truths[number])
        state = self.case.claims.get(claim.id) or ClaimState(claim=claim, open=claim.open)
        case = self.case.model_copy(update={"currency": self.law.currency})
        return claim_facts(case, state, case.notices_of(claim.id))

    def _priced(self, found: Verdict, day: str) -> None:
        print(f"{found.amount} on {told(_day(day))}")
        for reason in found.because:
            print(f"{MARGIN}{reason.text}" + (f" ({reason.section})" if reason.section else ""))

    def why(self) -> None:
        """The reasons of the latest answer: each rule once, with the place where it stands."""
        rules = {reason.rule: reason for reason in self.answer.because}
        for rule, reason in rules.items():
            place = f" ({reason.section})" if reason.section else ""
            print(f"{rule}: {reason.text}{place}")

    # --- the machine --------------------------------------------------------------------------

    def _learn(self) -> None:
        for number, truth in self.truths.items():
            invoice = truth.invoice
            come = first_step_on(self.policy, invoice.due) <= self.today
            if come and invoice.id not in self.case.claims and ledger.claim_of(truth).open:
                self._join(truth)
            for day, whose, movement in self.later:
                if (day, whose) == (self.today, number):
                    self._book(number, movement)

    def _join(self, truth: Truth) -> None:
        if not self.case.version:
            policy = PolicyRef(id=self.policy.id, version=self.policy.version)
            opened = CaseOpened(
                at=self.at(), debtor="erp:debtor", connection="erp", policy=policy,
                law=self.law.country, capacity=self.capacity, currency=self.law.currency,
            )  # fmt: skip
            self.append([opened])
        claim = ledger.claim_of(truth)
        claim = claim.model_copy(update={"fee_clause": self.clauses.get(claim.id)})
        self.append([ClaimJoined(at=self.at(), claim=claim)])
        past = truth.notices
        self.append(notice_events(self.case, claim.id, past, self.policy, self.law, self.at()))

    def _book(self, number: str, movement: Movement) -> None:
        truth = after(self.truths[number], movement)
        self.truths[number] = truth
        left = ledger.claim_of(truth).open
        amount = movement.total if isinstance(movement, CreditNote) else movement.amount
        if amount.amount > 0:
            word = "credited" if isinstance(movement, CreditNote) else "paid"
            print(f"{told(self.today)}  {amount} of {number} is {word}; {left} stays open")
        if truth.invoice.id in self.case.claims:
            closed = self.case.closed
            self.append(ledger.reconcile(self.case, truth, self.at(), self.policy.tolerance))
            if closed and not self.case.closed:
                print(f"{told(self.today)}  the case is open again")

    def _act(self) -> None:
        while not self.case.closed:
            self.append(endings(self.case, self.today, self.at()))
            self._settle()
            self.answer = self._asked()
            match self.answer:
                case Remind() as contact:
                    self._remind(contact)
                case HandOver() as hand_over:
                    self._hand_over(hand_over)
                case Ask() as question:
                    asked = PersonAsked(
                        at=self.at(), task=question.task, why=question.why, claims=question.claims
                    )
                    self.append([asked])
                case Done():
                    self.append([CaseClosed(at=self.at(), why=self.answer.why)])
                case _:
                    return

    def _settle(self) -> None:
        """Put down what becomes of interest and fees that are left, where a policy asks on."""
        if self.policy.extras.residual == "continue":
            self.append(residuals(self.case, self.policy, self.law, self.today, self.at()))

    def _asked(self) -> AnyDecision:
        if self.reach is None:
            return decide(self.case, self.policy, self.law, self.now())
        return routed(self.case, self.policy, self.law, self.now(), self.reach)

    def _remind(self, contact: Remind) -> None:
        told_in = of_contact(self.case, contact, self.law, self.today)
        print(f"{told(self.today)}  " + "\n".join(told_in))
        if self.reach is not None:
            print(f"{MARGIN}by {contact.channels[0]}")
        intent = ReminderIntended(
            at=self.at(), act=contact.act, step=contact.step, claims=contact.claims,
            also=contact.also, channel=contact.channels[0], tone=contact.tone, language="fi",
            fee=contact.fee, fee_claim=contact.fee_claim, fee_rule=contact.fee_rule,
            deadline=contact.deadline, document="letter", content_hash="0" * 64,
            announces=contact.announces,
        )  # fmt: skip
        self.append([intent, ActSent(at=self.at(), act=contact.act, on=self.today)])

    def _hand_over(self, hand_over: HandOver) -> None:
        numbers = named(self.case, hand_over.claims)
        print(f"{told(self.today)}  handed over to the partner: {numbers}")
        intent = HandOverIntended(
            at=self.at(), act=hand_over.act, step=hand_over.step, claims=hand_over.claims,
            partner=hand_over.partner, file_version=1, document="file", content_hash="1" * 64,
        )  # fmt: skip
        self.append([intent, ActSent(at=self.at(), act=hand_over.act, on=self.today)])


def _day(text: str) -> date:
    return date.fromisoformat(text)
