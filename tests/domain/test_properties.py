"""Whatever happens to a debtor in any of the four countries, a second opinion finds no fault.

The machine lives under any policy, lawful or not; what it does is judged by ``oracle``, which
works the intervals, caps and rests out from the events by rules of its own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import TypeAdapter

from shared.domain import commands
from shared.domain import events as told
from shared.domain.answers import words
from shared.domain.case import Case
from shared.domain.command_forms import Command
from shared.domain.decide import decide
from shared.domain.decisions import Ask, Done, HandOver, Remind, Rest
from shared.domain.endings import endings
from shared.domain.law import contact_opens, load
from shared.domain.money import Money, total
from shared.domain.policy import Policy, Step
from shared.domain.process_rules import ProcessRules
from shared.domain.settlements import settlements
from shared.errors import Conflict, Refused
from tests.domain.oracle import Diary
from tests.domain.oracle_rules import faults
from tests.scenarios.places import ZONE

FIRST, LAST = date(2025, 3, 3), date(2026, 4, 30)
# More answers than this on one day would be a loop.
MOST_A_DAY = 8
FORMS: TypeAdapter[Command] = TypeAdapter(Command)

AMOUNT = st.sampled_from(["10.00", "60.00", "100.00", "333.33", "1200.00"])
AHEAD = st.integers(0, 25)
WHICH = st.integers(0, 2)
OUTCOME = st.sampled_from(["accepted", "rejected", "withdrawn"])
CIRCUMSTANCE = st.sampled_from(["deceased", "bankruptcy", "restructuring", "vulnerable"])
OTHER = st.sampled_from(["hold", "hold_all", "write_off", "extension", "waive"])
FATE = st.sampled_from([*["sent"] * 7, "failed", "returned", "unknown"])
REMINDERS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["none", "statutory", "statutory"]),
              st.sampled_from(["automatic", "automatic", "automatic", "propose", "manual"])),
    min_size=1, max_size=5,
)  # fmt: skip


def policies(country: str) -> st.SearchStrategy[Policy]:
    """Any policy that can be written down, also one that the law would refuse."""
    return st.builds(
        _policy, st.just(country), REMINDERS, st.integers(0, 20),
        st.integers(1, 20), st.integers(0, 14), st.sampled_from(["ask", "go_on"]),
        st.sampled_from(["hold", "dun"]),
    )  # fmt: skip


def _policy(
    country: str, reminders: list[Any], out: int, days: int, gather: int, broken: str, new: str
) -> Policy:
    currency = load(country).currency
    steps = [
        Step(id=f"r{n}", action="remind", after=after, since="previous" if n else "due", fee=fee,
             automation=automation)
        for n, (after, fee, automation) in enumerate(reminders)
    ]  # fmt: skip
    steps.append(Step(id="out", action="hand_over", after=out, since="previous"))
    rules = ProcessRules(on_broken=broken, new_claims=new, promises_a_year=12)
    return Policy(
        id="any", version=1, name="Any", law=country, steps=tuple(steps), partner="agency",
        tolerance=Money.of("1.00", currency), minimum=Money.of("20.00", currency),
        payment_days=days, gather_days=gather, process=rules,
    )  # fmt: skip


class Process(RuleBasedStateMachine):
    """One debtor under one policy, from one wake to the next, whoever says or pays what."""

    country: ClassVar[str]

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.law, self.zone = load(self.country), ZONE[self.country]
        self.policy = data.draw(policies(self.country))
        self.fates = data.draw(st.lists(FATE, min_size=3, max_size=7))
        # How many days go by after each thing that happens, and what people say when asked.
        self.pace = data.draw(st.integers(3, 20))
        self.habit = data.draw(st.sampled_from(["yes", "yes", "yes", "no", "silent"]))
        self.today, self.number = FIRST, 0
        self.diary, self.events = Diary(), []
        self.case = Case(id="c1")
        self.tell(
            told.CaseOpened(
                at=self.at(), debtor="erp:d", connection="erp", law=self.country,
                policy=told.PolicyRef(id="any", version=1), capacity="consumer",
                currency=self.law.currency,
            )
        )  # fmt: skip
        self.invoice("100.00", 0, 20, "consumer", "yes")

    # --- what the books say ---------------------------------------------------------------------

    @rule(amount=AMOUNT, age=st.integers(-5, 20), term=st.integers(7, 30),
          who=st.sampled_from(["consumer", "trader", "business"]),
          agreed=st.sampled_from(["yes", "no"]))  # fmt: skip
    def invoice(self, amount: str, age: int, term: int, who: str, agreed: str) -> None:
        if self.case.closed or len(self.case.claims) > 2:
            return
        self.number += 1
        due = self.today - timedelta(days=age)
        issued = due - timedelta(days=term)
        name = f"erp:{self.number}"
        self.tell(
            told.ClaimJoined(
                at=self.at(),
                claim=told.Claim(
                    id=name, number=name, total=self.money(amount), open=self.money(amount),
                    issued=issued, sent=issued, due=due, reference=None, claim_class="goods",
                    capacity="consumer" if who == "consumer" else "business",
                    natural_person=who != "business",
                    fee_clause=issued if agreed == "yes" else None,
                ),
            )
        )  # fmt: skip

    @rule(which=WHICH, amount=AMOUNT, late=st.integers(0, 9),
          what=st.sampled_from(["payment", "payment", "credit"]))  # fmt: skip
    def money_comes(self, which: int, amount: str, late: int, what: str) -> None:
        self.number += 1
        money, day = self.money(amount), self.today - timedelta(days=late)
        name, claim = f"erp:m{self.number}", self.claim(which)
        if what == "payment":
            self.tell(
                told.PaymentAllocated(
                    at=self.at(), payment=name, claim=claim, amount=money, value_date=day,
                    received=day, booked=self.today,
                )
            )  # fmt: skip
        else:
            note = told.CreditApplied(
                at=self.at(), credit_note=name, claim=claim, amount=money, issued=day
            )
            self.tell(note)
        self.live(self.pace)

    @rule()
    def money_goes_back(self) -> None:
        back = {one.payment for one in self.events if isinstance(one, told.PaymentReversed)}
        for one in self.events:
            if isinstance(one, told.PaymentAllocated) and one.payment not in back:
                self.tell(
                    told.PaymentReversed(
                        at=self.at(), reversal=f"{one.payment}-back", payment=one.payment,
                        claim=one.claim, amount=one.amount, on=self.today, code="AC04",
                    )
                )  # fmt: skip
                return

    @rule(which=WHICH, flags=st.sampled_from([(), (), ("disputed",)]))
    def flag(self, which: int, flags: tuple[str, ...]) -> None:
        claim = self.claim(which)
        self.tell(told.ClaimFlagged(at=self.at(), claim=claim, do_not_dun=flags))

    @rule()
    def partner_refuses(self) -> None:
        if self.case.partner_state != "submitted":
            self.live(self.pace)
            return
        self.number += 1
        name = f"m{self.number}"
        self.tell(told.PartnerAnswered(at=self.at(), message=name, accepted=False, code="no"))

    # --- what people say ------------------------------------------------------------------------

    @rule(which=WHICH, amount=st.none() | AMOUNT)
    def dispute(self, which: int, amount: str | None) -> None:
        self.give("dispute", claim=self.claim(which), ground="price", amount=self.sum(amount))

    @rule(outcome=OUTCOME)
    def settle(self, outcome: str) -> None:
        for name in self.states("disputes"):
            self.give("settle_dispute", dispute=name, outcome=outcome)

    @rule(ahead=AHEAD, amount=AMOUNT, what=st.sampled_from(["promise", "settlement"]))
    def promise(self, ahead: int, amount: str, what: str) -> None:
        self.give(what, day=self.after(ahead), amount=self.sum(amount))

    @rule(count=st.integers(1, 4), ahead=AHEAD, agreed=st.sampled_from(["yes", "no"]),
          every=st.sampled_from(["week", "month"]))  # fmt: skip
    def plan(self, count: int, ahead: int, agreed: str, every: str) -> None:
        self.give(
            "propose_plan", count=count, first=self.after(ahead), agreed=agreed == "yes",
            every=every,
        )  # fmt: skip

    @rule(what=CIRCUMSTANCE, back=st.integers(-10, 40), ahead=AHEAD)
    def circumstance(self, what: str, back: int, ahead: int) -> None:
        if self.states("circumstances"):
            self.give("end_circumstance", circumstance=self.states("circumstances")[0])
            return
        self.give("circumstance", circumstance=what, effective=self.after(-back),
                  file_by=self.after(ahead))  # fmt: skip

    @rule(which=WHICH, ahead=AHEAD, amount=AMOUNT,
          what=OTHER)  # fmt: skip
    def other(self, which: int, ahead: int, amount: str, what: str) -> None:
        claim, day = self.claim(which), self.after(ahead)
        match what:
            case "hold":
                self.give("hold", claim=claim, until=day)
            case "hold_all":
                self.give("hold", until=day)
            case "write_off":
                self.give("write_off", claim=claim, amount=self.sum(amount), kind="goodwill")
            case "extension":
                self.give("extension", claim=claim, due=day)
            case _:
                self.give("waive_fee", claim=claim)

    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        self.give("stop_request", claims=[self.claim(which)])

    @rule(which=WHICH, count=st.integers(2, 4), kept=st.integers(0, 1))
    def broken_plan(self, which: int, count: int, kept: int) -> None:
        """A plan over one claim of which the first instalment is paid, or none."""
        claim = self.claim(which)
        self.give("propose_plan", claims=[claim], count=count, first=self.after(7), agreed=True,
                  every="week")  # fmt: skip
        if kept:
            self.money_comes(which, "10.00", 0, "payment")
        self.live(60)

    @rule()
    def take_back(self) -> None:
        for name in self.states("circumstances"):
            self.give("end_circumstance", circumstance=name)
        for name in self.states("plans"):
            self.give("cancel_plan", plan=name)
        for name in self.states("stops"):
            self.give("withdraw_stop", stop=name)
        for name in list(self.case.holds):
            self.give("release", hold=name)

    @rule(which=st.integers(0, 1))
    def answer(self, which: int) -> None:
        for task, why in self.asked():
            word = words(task, why)[which]
            self.tell(told.PersonAnswered(at=self.at(), task=task, answer=word, by="p-7"))

    def asked(self) -> list[tuple[str, str]]:
        """The open questions, and that about an act of unknown fate."""
        pending = self.case.pending()
        unknown = [] if pending is None else [(f"{pending.act}-unknown", "")]
        return [*((name, one.why) for name, one in self.case.tasks.items()), *unknown]

    # --- the machine ----------------------------------------------------------------------------

    @rule(days=st.integers(1, 40))
    def live(self, days: int) -> None:
        end = min(LAST, self.today + timedelta(days=days))
        while self.today <= end:
            until = self.run_the_day()
            if self.habit != "silent" and self.asked():
                self.answer(0 if self.habit == "yes" else 1)
                until = self.run_the_day()
            # The case is looked at again when its answer says so, as its due row would have it.
            self.today = min(max(until, self.today + timedelta(days=1)), end + timedelta(days=1))
            self.nothing_is_missed(until)

    def nothing_is_missed(self, until: date) -> None:
        """A look on the eve of the next one would have touched nobody, and found nothing ended.

        A day without hours of contact is none to be looked at.
        """
        eve = self.now() - timedelta(days=1)
        if contact_opens(self.law, eve) is not None:
            return
        over = endings(self.case, eve.date(), eve.astimezone(UTC))
        assert not over or eve.date() >= until or self.asked(), (over, until, eve.date())
        answer = decide(self.case, self.policy, self.law, eve)
        late = isinstance(answer, Remind | HandOver) and not self.asked()
        assert not late, (answer, until, eve.date())

    def run_the_day(self) -> date:
        for _ in range(MOST_A_DAY):
            self.tell(*endings(self.case, self.today, self.at()))
            answer = decide(self.case, self.policy, self.law, self.now())
            if isinstance(answer, Rest):
                assert answer.until is None or answer.until > self.now()
                return answer.until.astimezone(self.zone).date() if answer.until else date.max
            self.carry_out(answer)
        raise AssertionError("too many answers on one day")

    def carry_out(self, answer: Remind | HandOver | Ask | Done) -> None:
        match answer:
            case Remind():
                self.act(
                    told.ReminderIntended(
                        at=self.at(), act=answer.act, step=answer.step, claims=answer.claims,
                        also=answer.also, channel="email", tone="firm", language="en",
                        fee=answer.fee, fee_claim=answer.fee_claim, fee_rule=answer.fee_rule,
                        deadline=answer.deadline, document="d", content_hash="0" * 64,
                        announces=answer.announces,
                    )
                )  # fmt: skip
            case HandOver():
                self.act(
                    told.HandOverIntended(
                        at=self.at(), act=answer.act, step=answer.step, claims=answer.claims,
                        partner="agency", file_version=1, document="d", content_hash="0" * 64,
                    )
                )  # fmt: skip
            case Ask():
                assert answer.task not in {*self.case.tasks, *self.case.answers}
                self.tell(
                    told.PersonAsked(
                        at=self.at(), task=answer.task, why=answer.why, claims=answer.claims
                    )
                )
            case Done():
                assert not any(one.open > 1 for one in self.diary.claims.values())
                self.tell(told.CaseClosed(at=self.at(), why=answer.why))

    def act(self, intent: told.ReminderIntended | told.HandOverIntended) -> None:
        found = list(faults(self.diary, self.policy, self.country, intent, self.today))
        assert not found, found
        self.tell(intent)
        act, at = intent.act, self.at()
        fate = self.fates[len(self.diary.notices) % len(self.fates)]
        sent = told.ActSent(at=at, act=act, on=self.today)
        match fate:
            case "failed":
                self.tell(told.ActFailed(at=at, act=act, code="rejected"))
            case "returned" if isinstance(intent, told.ReminderIntended):
                self.tell(sent, told.NoticeReturned(at=at, act=act, code="bounced"))
            case "unknown" if isinstance(intent, told.ReminderIntended):
                self.tell(told.ActUnknown(at=at, act=act))
                if not intent.fee:
                    self.tell(told.ActPassed(at=at, act=act, on=self.today))
            case _:
                self.tell(sent)

    def give(self, what: str, **fields: Any) -> None:
        self.number += 1
        given = {key: value for key, value in fields.items() if value is not None}
        form = {"id": f"k{self.number}", "reason": "called", "type": what, **given}
        command = FORMS.validate_python(form)
        situation = {"by": "p-7", "policy": self.policy, "law": self.law, "now": self.now()}
        try:
            made = commands.apply(self.case, command, **situation)
        except Refused:
            return
        self.tell(*made)
        assert commands.apply(self.case, command, **situation) == []
        self.live(self.pace)

    def tell(self, *events: told.CaseEvent) -> None:
        for event in events:
            try:
                self.case = self.case.apply(event)
            except Conflict:
                # It can no longer follow on what the case is: a closed case takes no invoice.
                continue
            self.events.append(event)
            self.diary.note(event)

    # --- small words ----------------------------------------------------------------------------

    def claim(self, which: int) -> str:
        names = list(self.case.claims)
        return names[which % len(names)]

    def states(self, kind: str) -> list[str]:
        return list(getattr(self.case.states, kind)) if self.case.states else []

    def money(self, text: str) -> Money:
        return Money.of(text, self.law.currency)

    def sum(self, text: str | None) -> dict[str, str] | None:
        return text and {"amount": text, "currency": self.law.currency}

    def after(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    def now(self) -> datetime:
        return datetime.combine(self.today, datetime.min.time(), self.zone).replace(hour=10)

    def at(self) -> datetime:
        return datetime.combine(self.today, datetime.min.time(), UTC).replace(hour=8)

    # --- what always holds ------------------------------------------------------------------------

    @invariant()
    def no_cent_is_lost(self) -> None:
        for name, state in self.case.claims.items():
            claim = self.diary.claims[name]
            assert state.open.amount == claim.open
            assert state.received.amount == claim.received
            assert state.level == claim.level
            assert self.case.fees_of(name).amount == self.diary.fees(name)

    @invariant()
    def the_answer_is_the_same_however_often_it_is_asked(self) -> None:
        stored = Case.model_validate_json(self.case.model_dump_json())
        answers = [decide(case, self.policy, self.law, self.now()) for case in (self.case, stored)]
        assert answers[0] == answers[1]

    def teardown(self) -> None:
        self.live(60)
        events = [told.read_event(told.write_event(one)) for one in self.events]
        for cut in range(0, len(events), max(1, len(events) // 4)):
            start = Case.replay("c1", events[:cut])
            stored = Case.model_validate_json(start.model_dump_json())
            assert Case.replay("c1", events[cut:], stored) == self.case
        for name, state in self.case.claims.items():
            moved = [one.amount for one in settlements("c1", events, (name,))]
            assert total(moved, self.law.currency) == state.claim.open - state.open


class Finland(Process):
    country = "FI"


class Sweden(Process):
    country = "SE"


class Norway(Process):
    country = "NO"


class Denmark(Process):
    country = "DK"


FEW = settings(max_examples=30, stateful_step_count=20, deadline=None)
for machine in (Finland, Sweden, Norway, Denmark):
    machine.TestCase.settings = FEW
TestFinland = Finland.TestCase
TestSweden = Sweden.TestCase
TestNorway = Norway.TestCase
TestDenmark = Denmark.TestCase
