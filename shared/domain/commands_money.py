"""Commands about paying later or less: promises, settlements, extensions, plans, write-offs."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain import command_forms as forms
from shared.domain.calendar import next_banking_day
from shared.domain.command_checks import Situation, refused
from shared.domain.commands_states import fees_back
from shared.domain.events import CaseEvent, DueMoved
from shared.domain.money import Money
from shared.domain.plan import Plan, schedule
from shared.domain.plan_events import (
    CompensationWaived,
    Instalment,
    InterestWaived,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.promise import received

_YEAR = timedelta(days=365)
# A plan that begins later is no plan but an extension.
_LATEST_FIRST = timedelta(days=90)


def promise(situation: Situation, command: forms.Promise) -> list[CaseEvent]:
    """The debtor will pay by a day: the claims rest until the money can be there."""
    since = situation.today - _YEAR
    lately = [
        one
        for one in situation.states.promises.values()
        if not one.settles and one.outcome != "cancelled" and one.made > since
    ]
    made = len(lately) + situation.debtor.promised_after(since)
    if made >= situation.policy.process.promises_a_year:
        raise refused("too_many_promises")
    claims = situation.chosen(command.claims, there=True)
    situation.agreeable(claims)
    if not all(situation.undisputed((claim,)) for claim in claims):
        raise refused("disputed")
    most = situation.undisputed(claims)
    amount = most if command.amount is None else situation.within(command.amount, most)
    return [_promised(situation, command, claims, amount, settles=False)]


def settlement(situation: Situation, command: forms.Settlement) -> list[CaseEvent]:
    """An amount by a day is accepted in full payment."""
    claims = situation.chosen(command.claims)
    situation.agreeable(claims)
    situation.uncontested(claims)
    amount = situation.within(command.amount, situation.open_of(claims))
    return [_promised(situation, command, claims, amount, settles=True)]


def cancel_promise(situation: Situation, command: forms.CancelPromise) -> list[CaseEvent]:
    """A promise or settlement is taken back."""
    found = situation.states.promises.get(command.promise)
    if found is None:
        raise refused("no_such_state")
    if found.judged(situation.case.claims, situation.today) != "open":
        raise refused("ended")
    return [PromiseEnded(at=situation.at, promise=found.id, outcome="cancelled")]


def extension(situation: Situation, command: forms.Extension) -> list[CaseEvent]:
    """A claim gets a later due date: its steps and its interest count from there."""
    state, due = situation.ours(command.claim), command.due
    situation.unbound(command.claim)
    last = situation.today + timedelta(days=situation.policy.process.longest_extension_days)
    if not max(state.claim.due, situation.today) < due <= last:
        raise refused("bad_day")
    return [DueMoved(at=situation.at, claim=command.claim, due=due, before=state.claim.due)]


def propose_plan(situation: Situation, command: forms.ProposePlan) -> list[CaseEvent]:
    """A plan is offered, or agreed at once."""
    claims = situation.chosen(command.claims, there=True)
    rules = situation.policy.process
    situation.agreeable(claims)
    situation.uncontested(claims)
    instalments = _instalments(command, situation.open_of(claims), situation.today)
    made: list[CaseEvent] = [
        PlanProposed(
            at=situation.at,
            plan=command.id,
            claims=claims,
            instalments=instalments,
            answer_by=situation.today + timedelta(days=rules.plan_answer_days),
            clearing_days=rules.clearing_days,
            grace_days=rules.plan_grace_days,
            new_claims=command.new_claims or rules.new_claims,
            on_broken=command.on_broken or rules.on_broken,
            country=situation.policy.law,
            tolerance=situation.tolerance,
        )
    ]
    if command.agreed:
        made.append(PlanAgreed(at=situation.at, plan=command.id))
    return made


def agree_plan(situation: Situation, command: forms.AgreePlan) -> list[CaseEvent]:
    """The debtor agreed, to what is still owed and to nothing that came into the way meanwhile."""
    plan, case = _plan(situation, command.plan), situation.case
    if plan.agreed or plan.stage(case.claims, situation.today) != "proposed":
        raise refused("ended")
    situation.agreeable(plan.claims)
    situation.uncontested(plan.claims)
    since = received(case.claims, plan.claims, case.currency) - plan.before
    if situation.open_of(plan.claims) + since != plan.total:
        raise refused("balance_changed")
    return [PlanAgreed(at=situation.at, plan=plan.id)]


def cancel_plan(situation: Situation, command: forms.CancelPlan) -> list[CaseEvent]:
    """A plan is taken back."""
    plan = _plan(situation, command.plan)
    return [PlanEnded(at=situation.at, plan=plan.id, outcome="cancelled")]


def write_off(situation: Situation, command: forms.WriteOff) -> list[CaseEvent]:
    """Principal is let go; a partner that has the claim is told, unless it was sold.

    One that still has it would go on: a claim is sold once its partner has let go of it.
    """
    sold = command.kind == "sold"
    state = situation.ours(command.claim) if sold else situation.owed(command.claim)
    amount = state.open if command.amount is None else command.amount
    return [
        WrittenOff(
            at=situation.at,
            claim=command.claim,
            amount=situation.within(amount, state.open),
            cause=command.kind,
            on=situation.today,
        )
    ]


def waive_fee(situation: Situation, command: forms.WaiveFee) -> list[CaseEvent]:
    """Fees are taken back."""
    situation.claim(command.claim)
    back = fees_back(situation, command.claim, command.act)
    if not back:
        raise refused("no_fee")
    return back


def waive_interest(situation: Situation, command: forms.WaiveInterest) -> list[CaseEvent]:
    """No interest is asked for until a day that has come."""
    waived = situation.claim(command.claim).interest_waived_to or date.min
    if not waived < command.to <= situation.today:
        raise refused("waived_already")
    return [InterestWaived(at=situation.at, claim=command.claim, to=command.to)]


def waive_compensation(situation: Situation, command: forms.WaiveCompensation) -> list[CaseEvent]:
    """The fixed sum for late payment is let go."""
    if situation.claim(command.claim).compensation_waived:
        raise refused("compensation_waived")
    if not situation.case.compensation:
        raise refused("no_compensation")
    return [CompensationWaived(at=situation.at, claim=command.claim)]


def _promised(
    situation: Situation,
    command: forms.Promise | forms.Settlement,
    claims: tuple[str, ...],
    amount: Money,
    *,
    settles: bool,
) -> PromiseMade:
    rules, day = situation.policy.process, command.day
    last = situation.today + timedelta(days=rules.longest_promise_days)
    if not situation.today <= day <= last:
        raise refused("bad_day")
    cleared = next_banking_day(situation.policy.law, day + timedelta(days=rules.clearing_days))
    return PromiseMade(
        at=situation.at,
        promise=command.id,
        claims=claims,
        amount=amount,
        on=situation.today,
        day=day,
        holds_to=cleared,
        settles=settles,
        tolerance=situation.tolerance,
    )


def _instalments(command: forms.ProposePlan, amount: Money, today: date) -> tuple[Instalment, ...]:
    made = command.instalments
    if made is None:
        try:
            made = schedule(amount, command.count or 1, command.first or today, command.every)
        except ValueError:
            raise refused("bad_amount") from None
    days = [one.due for one in made]
    if days[0] < today:
        raise refused("bad_day")
    if days[0] > today + _LATEST_FIRST:
        raise refused("first_too_late")
    mixed = any(one.amount.currency != amount.currency for one in made)
    if mixed or any(one.amount.amount <= 0 for one in made):
        raise refused("bad_amount")
    left = amount
    for one in made:
        left -= one.amount
    if left or days != sorted(set(days)):
        raise refused("does_not_sum")
    return made


def _plan(situation: Situation, name: str) -> Plan:
    plan = situation.states.plans.get(name)
    if plan is None:
        raise refused("no_such_state")
    if plan.ended is not None:
        raise refused("ended")
    return plan
