"""Whatever people command and whoever pays when: no state of a case is walked over."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.answers import words
from shared.domain.case import Case
from shared.domain.decide import decide
from shared.domain.decisions import Ask, Done, HandOver, Remind, Rest
from shared.domain.dispute import left_alone
from shared.domain.endings import endings
from shared.domain.events import CaseClosed, CaseEvent, read_event, write_event
from shared.domain.instalments import STEP, late_shares
from shared.domain.law import load
from shared.domain.money import total
from shared.domain.plan import IN_FORCE
from shared.domain.plan_events import PlanProposed, WrittenOff
from shared.domain.process_rules import ProcessRules
from shared.domain.second_look import unanswered
from shared.errors import Refused
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    eur,
    handed,
    joined,
    local,
    more,
    on,
    opened,
    paid,
    policy,
    reminder,
    sent,
)  # fmt: skip
from tests.domain.statebook import euros, said

CLAIMS = ("a", "b")
RULES = policy(process=ProcessRules(on_broken="go_on", promises_a_year=12))
# More answers than this on one day would be a loop.
MOST_A_DAY = 8

CLAIM = st.sampled_from([f"erp:{one}" for one in CLAIMS])
AMOUNT = st.sampled_from(["10.00", "33.33", "60.00", "100.00"])
AHEAD = st.integers(0, 20)


class States(RuleBasedStateMachine):
    """One debtor with two claims, a day after the other, under every command there is."""

    @initialize(pace=st.integers(1, 9))
    def begin(self, pace: int) -> None:
        self.today = date(2026, 1, 16)
        # So many days go by after each command.
        self.pace = pace
        self.number = 0
        self.events: list[CaseEvent] = [opened(), *(joined(one, at="01-16") for one in CLAIMS)]
        self.case = Case.replay("c1", self.events)
        self.came_in = dict.fromkeys(self.case.claims, eur("0.00"))

    # --- what people do -----------------------------------------------------------------------

    @rule(claim=CLAIM, amount=st.none() | AMOUNT)
    def dispute(self, claim: str, amount: str | None) -> None:
        self.give("dispute", claim=claim, amount=amount and euros(amount), ground="price")

    @rule(outcome=st.sampled_from(["accepted", "rejected", "withdrawn"]))
    def settle(self, outcome: str) -> None:
        for name in self.case.states.disputes if self.case.states else ():
            self.give("settle_dispute", dispute=name, outcome=outcome)

    @rule(ahead=AHEAD, amount=AMOUNT, what=st.sampled_from(["promise", "settlement"]))
    def promise(self, ahead: int, amount: str, what: str) -> None:
        self.give(what, day=self.after(ahead), amount=euros(amount))

    @rule(count=st.integers(1, 4), ahead=AHEAD, choice=st.sampled_from(["hold", "dun"]),
          agreed=st.sampled_from(["yes", "no"]),
          claims=st.sampled_from([[], ["erp:a"]]))  # fmt: skip
    def plan(self, count: int, ahead: int, choice: str, agreed: str, claims: list[str]) -> None:
        self.give(
            "propose_plan", claims=claims, count=count, first=self.after(ahead), every="week",
            new_claims=choice, agreed=agreed == "yes",
        )  # fmt: skip

    @rule(claim=CLAIM, what=st.sampled_from(["vulnerable", "restructuring", "bankruptcy"]),
          ahead=AHEAD)  # fmt: skip
    def circumstance(self, claim: str, what: str, ahead: int) -> None:
        self.give("circumstance", circumstance=what, effective="2026-01-10",
                  file_by=self.after(ahead))  # fmt: skip

    @rule(claim=CLAIM, what=st.sampled_from(["hold", "write_off", "stop_request", "extension"]),
          ahead=AHEAD, amount=AMOUNT)  # fmt: skip
    def other(self, claim: str, what: str, ahead: int, amount: str) -> None:
        fields = {
            "hold": {"claim": claim, "until": self.after(ahead)},
            "write_off": {"claim": claim, "amount": euros(amount), "kind": "goodwill"},
            "stop_request": {"claims": [claim]},
            "extension": {"claim": claim, "due": self.after(ahead)},
        }
        self.give(what, **fields[what])

    @rule()
    def take_all_back(self) -> None:
        if self.case.states is None:
            return
        states = self.case.states
        for name in states.circumstances:
            self.give("end_circumstance", circumstance=name)
        for name in states.plans:
            self.give("cancel_plan", plan=name)

    @rule(claim=CLAIM, amount=AMOUNT, ago=st.just(0) | st.integers(0, 12))
    def pay(self, claim: str, amount: str, ago: int) -> None:
        state = self.case.claims[claim]
        money = min(eur(amount), state.open)
        if money:
            self.number += 1
            # Received so many days ago, and known today.
            came = (self.today - timedelta(days=ago)).strftime("%m-%d")
            text = self.today.strftime("%m-%d")
            name = f"p{self.number}"
            self.tell(paid(name, came, str(money.amount), claim[4:], booked=text))
            self.came_in[claim] += money

    @rule(which=st.integers(0, 1))
    def answer(self, which: int) -> None:
        text = self.today.strftime("%m-%d")
        for task, one in list(self.case.tasks.items()):
            self.tell(answered(task, words(task, one.why)[which], text))

    @rule(days=st.integers(1, 30))
    def live(self, days: int) -> None:
        for _ in range(days):
            if self.today >= date(2026, 12, 1):
                return
            self.run_the_day()
            self.today += timedelta(days=1)

    # --- the machine ----------------------------------------------------------------------------

    def run_the_day(self) -> None:
        text = self.today.strftime("%m-%d")
        for _ in range(MOST_A_DAY):
            self.tell(*endings(self.case, self.today, on(text)))
            assert endings(self.case, self.today, on(text)) == []
            answer = ask_of(self.case, text, rules=RULES)
            if isinstance(answer, Rest):
                assert answer.until is None or answer.until > local(text)
                return
            self.carry_out(answer, text)
        assert isinstance(ask_of(self.case, text, rules=RULES), Rest)

    def carry_out(self, answer: object, text: str) -> None:
        match answer:
            case Remind() | HandOver():
                self.judge(answer)
                names = [claim[4:] for claim in answer.claims]
                if isinstance(answer, HandOver):
                    self.tell(*handed(answer.act, text, *names))
                    return
                intent = reminder(
                    answer.act, text, *names, step=answer.step, fee=answer.fee,
                    fee_claim=answer.fee_claim, deadline=answer.deadline.strftime("%m-%d"),
                )  # fmt: skip
                named = {"claims": answer.claims, "also": answer.also}
                self.tell(intent.model_copy(update=named), sent(answer.act, text))
            case Ask():
                assert answer.task not in {*self.case.tasks, *self.case.answers}
                self.tell(asked(answer.task, answer.why, text, *(c[4:] for c in answer.claims)))
            case Done():
                self.tell(CaseClosed(at=on(text), why=answer.why))

    def judge(self, act: Remind | HandOver) -> None:
        """No act repeated, no level skipped, and nothing about a claim that a state protects."""
        states = self.case.states
        assert act.act not in self.case.notices
        if act.step.startswith(STEP):
            self.judge_word(act)
            return
        for name in (*act.claims, *(act.also if isinstance(act, Remind) else ())):
            state = self.case.claims[name]
            assert state.open > eur("1.00")
            assert not any(hold.covers(name, self.today) for hold in self.case.holds.values())
            if states is not None:
                self.judge_states(act, name)
        last = len(RULES.steps) - 1
        names = {one.id: place for place, one in enumerate(RULES.steps)}
        step = last if act.step == "rest-r3" else names[act.step]
        assert self.case.claims[act.claims[0]].level == step
        for name in act.claims:
            assert self.case.claims[name].level <= step

    def judge_word(self, act: Remind) -> None:
        """About a late instalment of a plan that is in force, and nothing else."""
        claims, today = self.case.claims, self.today
        assert (act.claims, act.fee, act.next_action) == ((), None, "none")
        plans = [one for one in self.case.states.plans.values() if set(act.also) <= {*one.claims}]
        assert any(
            one.stage(claims, today) == "active" and one.late(claims, today) for one in plans
        )
        asked_for = late_shares(self.case, act)
        assert set(asked_for) == set(act.also)
        assert all(part <= claims[name].open for name, part in asked_for.items())

    def judge_states(self, act: Remind | HandOver, name: str) -> None:
        states, state = self.case.states, self.case.claims[name]
        for plan in states.plans.values():
            covers = name in plan.claims or plan.new_claims == "hold"
            assert not covers or plan.stage(self.case.claims, self.today) not in IN_FORCE
        assert not any(name in one.agreement.claims for one in unanswered(self.case))
        for promise in states.promises.values():
            judged = promise.judged(self.case.claims, self.today)
            assert name not in promise.claims or judged != "open"
        for one in states.circumstances.values():
            effect = one.effect(state.claim.issued)
            assert effect == "goes_on" or (effect == "asks" and name in one.cleared)
        contested = left_alone(states.disputes.values(), state)
        assert state.open - contested > eur("1.00")
        stopped = states.stopped_since(name) is not None
        if isinstance(act, HandOver) or act.fee_claim == name:
            assert not contested
            assert not stopped

    def give(self, what: str, **fields: object) -> None:
        self.number += 1
        text = self.today.strftime("%m-%d")
        given = {key: value for key, value in fields.items() if value is not None}
        try:
            made = said(self.case, text, what, f"k{self.number}", RULES, **given)
        except Refused:
            return
        for one in made:
            if isinstance(one, PlanProposed):
                open_ = total([self.case.claims[name].open for name in one.claims], "EUR")
                assert total([part.amount for part in one.instalments], "EUR") == open_
        self.tell(*made)
        self.live(self.pace)

    def tell(self, *events: CaseEvent) -> None:
        self.case = more(self.case, events)
        self.events.extend(events)

    def after(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    # --- what always holds ------------------------------------------------------------------------

    @invariant()
    def no_cent_is_lost(self) -> None:
        for name, state in self.case.claims.items():
            let_go = total(
                [one.amount for one in self.events
                 if isinstance(one, WrittenOff) and one.claim == name], "EUR",
            )  # fmt: skip
            assert state.open + self.came_in[name] + let_go == state.claim.open
            assert state.received == self.came_in[name]

    @invariant()
    def a_snapshot_and_the_events_after_it_are_the_case(self) -> None:
        half = len(self.events) // 2
        start = Case.replay("c1", self.events[:half])
        stored = Case.model_validate_json(start.model_dump_json())
        again = [read_event(write_event(one)) for one in self.events[half:]]
        assert Case.replay("c1", again, stored) == self.case

    @invariant()
    def the_answer_is_the_same_however_often_it_is_asked(self) -> None:
        now = local(self.today.strftime("%m-%d"))
        stored = Case.model_validate_json(self.case.model_dump_json())
        assert decide(self.case, RULES, load("FI"), now) == decide(stored, RULES, load("FI"), now)


States.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestStates = States.TestCase
