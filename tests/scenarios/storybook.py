"""Stories: one debtor's days under a policy, lived by the domain and told in plain words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.decide import decide, first_step_on
from shared.domain.decisions import AnyDecision, Ask, Done, HandOver, Remind, Rest
from shared.domain.events import (
    ActSent,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ClaimJoined,
    HandOverIntended,
    Held,
    PersonAnswered,
    PersonAsked,
    PolicyRef,
    Released,
    ReminderIntended,
)  # fmt: skip
from shared.domain.law import load
from shared.domain.ledger import Truth
from shared.domain.model import Allocation, Capacity, CreditNote, Invoice, Party, Payment
from shared.domain.money import Money
from shared.domain.policy import Policy, Step

LAW = load("FI")
HELSINKI = ZoneInfo("Europe/Helsinki")

POLICY = Policy(
    id="calm",
    version=1,
    name="Calm",
    law="FI",
    steps=(
        Step(id="friendly", action="remind", after=5, since="due", tone="friendly"),
        Step(
            id="firm", action="remind", after=15, since="previous", tone="firm", fee="statutory"
        ),
        Step(id="collect", action="hand_over", after=15, since="previous"),
    ),
    payment_days=10,
    tolerance=Money.of("1.00", "EUR"),
    minimum=Money.of("20.00", "EUR"),
    partner="agency",
)  # fmt: skip


class Story:
    """What happens to one debtor; every change is printed on the day on which it happens."""

    def __init__(self, capacity: Capacity = "consumer", policy: Policy = POLICY) -> None:
        self.policy = policy
        self.capacity = capacity
        kind = "person" if capacity == "consumer" else "company"
        self.party = Party(id="erp:debtor", version="1", kind=kind, name="x", country="FI")
        self.case = Case(id="c1")
        self.answer: AnyDecision = Rest(until=None, why="nothing_yet")
        self._truths: dict[str, Truth] = {}
        self._later: list[tuple[date, str, Payment | CreditNote]] = []
        self._today = date(2026, 1, 1)

    # --- what the source says ---------------------------------------------------------------

    def invoice(self, number: str, amount: str, *, sent: str, due: str) -> None:
        """An invoice was sent; days are ISO 8601, amounts are euros."""
        self._truths[number] = Truth(
            Invoice(
                id=f"erp:{number}", version="1", number=number, debtor="erp:debtor",
                issued=_day(sent), sent=_day(sent), due=_day(due), total=_eur(amount),
                open=_eur(amount), capacity=self.capacity, claim_class="goods",
            ),
            party=self.party,
        )  # fmt: skip

    def pays(self, number: str, amount: str, on: str, *, booked: str | None = None) -> None:
        """Money comes in on a day and is known to the creditor's books on another, or at once."""
        payment = Payment(
            id=f"erp:payment-{len(self._later)}", version="1", amount=_eur(amount),
            value_date=_day(on), received=_day(on), booked=_day(booked or on),
            allocations=(Allocation(invoice=f"erp:{number}", amount=_eur(amount)),),
        )  # fmt: skip
        self._later.append((payment.booked, number, payment))

    def credits(self, number: str, amount: str, on: str) -> None:
        """The creditor credits a part of an invoice."""
        note = CreditNote(
            id=f"erp:credit-{len(self._later)}", version="1", number="cn", debtor="erp:debtor",
            issued=_day(on), total=_eur(amount),
            allocations=(Allocation(invoice=f"erp:{number}", amount=_eur(amount)),),
        )  # fmt: skip
        self._later.append((note.issued, number, note))

    # --- what people say --------------------------------------------------------------------

    def disputes(self, number: str) -> None:
        """The debtor disputes one invoice: it rests until the dispute is settled."""
        name, at = f"erp:{number}", self._at()
        self._append(Held(at=at, hold=f"dispute-{number}", claim=name, reason="dispute"))
        print(f"{_told(self._today)}  {number} is disputed and rests")

    def settles(self, number: str) -> None:
        """The dispute about an invoice ends."""
        self._append(Released(at=self._at(), hold=f"dispute-{number}"))
        print(f"{_told(self._today)}  the dispute about {number} is settled")

    def says(self, word: str) -> None:
        """A person answers the open question."""
        (task,) = self.case.tasks
        self._append(PersonAnswered(at=self._at(), task=task, answer=word, by="principal-7"))
        print(f"{_told(self._today)}  a person answers: {word}")

    # --- the days ---------------------------------------------------------------------------

    def until(self, day: str) -> None:
        """Live to the end of a day, looking at the case every morning at ten."""
        while self._today <= _day(day):
            self._learn()
            if self.case.claims:
                self._act()
            self._today += timedelta(days=1)

    def owes(self, day: str) -> None:
        """What is owed on a day: principal, late interest, fees, and all together."""
        names = [state.claim.id for state in self.case.open_claims()]
        at = ledger.positions(self.case, LAW, _day(day), names).values()
        zero = _eur("0.00")
        principal = sum((one.open for one in at), zero)
        interest = sum((one.interest.total for one in at), zero)
        fees = sum((one.fees for one in at), zero)
        print(f"principal {principal}, late interest {interest}, fees {fees}")
        print(f"together {principal + interest + fees}")

    def why(self) -> None:
        """The reasons of the latest answer: each rule once, with the place where it stands."""
        rules = {reason.rule: reason for reason in self.answer.because}
        for rule, reason in rules.items():
            place = f" ({reason.section})" if reason.section else ""
            print(f"{rule}: {reason.text}{place}")

    def _learn(self) -> None:
        for number, truth in self._truths.items():
            invoice = truth.invoice
            name = invoice.id
            come = first_step_on(self.policy, invoice.due) <= self._today
            if come and name not in self.case.claims and invoice.open:
                self._join(truth)
            for day, whose, movement in self._later:
                if (day, whose) == (self._today, number):
                    self._book(number, movement)

    def _join(self, truth: Truth) -> None:
        if not self.case.version:
            self._append(
                CaseOpened(
                    at=self._at(), debtor="erp:debtor", connection="erp",
                    policy=PolicyRef(id=self.policy.id, version=self.policy.version), law="FI",
                    capacity=self.capacity, currency="EUR",
                )
            )  # fmt: skip
        self._append(ClaimJoined(at=self._at(), claim=ledger.claim_of(truth)))

    def _book(self, number: str, movement: Payment | CreditNote) -> None:
        truth = self._truths[number]
        (part,) = movement.allocations
        left = max(_eur("0.00"), truth.invoice.open - part.amount)
        invoice = truth.invoice.model_copy(update={"open": left})
        payments, notes = truth.payments, truth.credit_notes
        if isinstance(movement, Payment):
            payments, word = (*payments, movement), "is paid"
        else:
            notes, word = (*notes, movement), "is credited"
        self._truths[number] = Truth(invoice, payments, notes, self.party)
        print(f"{_told(self._today)}  {part.amount} of {number} {word}; {left} stays open")
        if invoice.id in self.case.claims:
            truth, at = self._truths[number], self._at()
            for event in ledger.reconcile(self.case, truth, at, self.policy.tolerance):
                self._append(event)
                if event.kind == "fee_credited":
                    print(f"{_told(self._today)}  the fee of {event.amount} is taken back")

    def _act(self) -> None:
        while not self.case.closed:
            now = datetime.combine(self._today, datetime.min.time(), HELSINKI).replace(hour=10)
            self.answer = decide(self.case, self.policy, LAW, now)
            match self.answer:
                case Remind() as contact:
                    self._remind(contact)
                case HandOver() as hand_over:
                    self._hand_over(hand_over)
                case Ask() as question:
                    self._ask(question)
                case Done():
                    self._append(CaseClosed(at=self._at(), why=self.answer.why))
                    print(f"{_told(self._today)}  the case is closed")
                case _:
                    return

    def _remind(self, contact: Remind) -> None:
        self._append(
            ReminderIntended(
                at=self._at(), act=contact.act, step=contact.step, claims=contact.claims,
                also=contact.also, channel="email", tone=contact.tone, language="fi",
                fee=contact.fee, fee_claim=contact.fee_claim, fee_rule=contact.fee_rule,
                deadline=contact.deadline, document="letter", content_hash="0" * 64,
            )
        )  # fmt: skip
        self._append(ActSent(at=self._at(), act=contact.act, on=self._today))
        fee = f", fee {contact.fee}" if contact.fee else ""
        print(
            f"{_told(self._today)}  {contact.tone} reminder of {self._named(contact.claims)}{fee}"
        )
        print(f"{' ' * 16}to be paid by {_told(contact.deadline)}")
        if contact.next_on:
            print(f"{' ' * 16}then {contact.next_action}, not before {_told(contact.next_on)}")

    def _hand_over(self, hand_over: HandOver) -> None:
        self._append(
            HandOverIntended(
                at=self._at(), act=hand_over.act, step=hand_over.step, claims=hand_over.claims,
                partner=hand_over.partner, file_version=1, document="file", content_hash="1" * 64,
            )
        )  # fmt: skip
        self._append(ActSent(at=self._at(), act=hand_over.act, on=self._today))
        print(f"{_told(self._today)}  handed over to the partner: {self._named(hand_over.claims)}")

    def _ask(self, question: Ask) -> None:
        asked = PersonAsked(
            at=self._at(), task=question.task, why=question.why, claims=question.claims
        )
        self._append(asked)
        print(f"{_told(self._today)}  a person is asked: {question.why}")

    def _named(self, claims: tuple[str, ...]) -> str:
        states = [self.case.claims[name] for name in claims]
        return ", ".join(f"{state.claim.number} ({state.open})" for state in states)

    def _append(self, event: CaseEvent) -> None:
        self.case = self.case.apply(event)

    def _at(self) -> datetime:
        return datetime.combine(self._today, datetime.min.time(), UTC).replace(hour=8)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _eur(text: str) -> Money:
    return Money.of(text, "EUR")


def _told(day: date) -> str:
    return day.strftime("%a %Y-%m-%d")
