"""The oracle's rules: what no act may do, worked out from the diary by small rules of its own.

The sums and days are written down once more, from the acts: FI 513/1999 with KKV/378, SE 1981:739,
NO inkassoforskriften, DK renteloven § 9 b. Nothing here calls the law or the decision. Where the
hub rolls a day to a banking day, this only knows weekends: it asks for less, never for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from shared.domain import events as told
from shared.domain.calendar import next_banking_day
from shared.domain.policy import Policy, Step
from tests.domain.oracle import Diary, Notice

Act = told.ReminderIntended | told.HandOverIntended
DAY = timedelta(days=1)


def step_of(policy: Policy, name: str) -> tuple[int, Step]:
    """A step of a policy with its place."""
    return next((n, one) for n, one in enumerate(policy.steps) if one.id == name)


def weekday_after(day: date) -> date:
    """A day, or the Monday after it."""
    return day + max(0, 7 - day.weekday()) % 7 * DAY if day.weekday() > 4 else day


def faults(diary: Diary, policy: Policy, country: str, act: Act, today: date) -> Iterator[str]:
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
    if not instalment:
        yield from _levels(diary, policy, act)
        for name in (*act.claims, *(reminder.also if reminder else ())):
            yield from (f"{name}: {why}" for why in diary.resting(name, today))
    if reminder is None:
        yield from _hand_over(diary, country, act.claims, today)
        return
    yield from _contact(diary, country, reminder, today)
    if reminder.fee:
        yield from _fee(diary, country, reminder, today)


def _levels(diary: Diary, policy: Policy, act: Act) -> Iterator[str]:
    if act.step.startswith("rest-"):
        yield from _repeated(diary, policy, act)
        return
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


def _repeated(diary: Diary, policy: Policy, act: Act) -> Iterator[str]:
    """The last reminder said once more, of what is undisputed: once a dispute, before the end."""
    if act.step.removeprefix("rest-") != policy.steps[-2].id:
        yield "another reminder than the last one is repeated"
    for name in act.claims:
        claim = diary.claims[name]
        if claim.level != len(policy.steps) - 1:
            yield "a reminder is repeated before the reminders are used up"
        if not 0 < diary.states.contested(name, claim) < claim.open:
            yield "a reminder is repeated although no part is disputed, or all"
        since = max(diary.states.turned(name), default=date.max)
        after = [one for one in diary.notices.values() if one.arrived and name in one.claims]
        if any(one.intended > since for one in after):
            yield "the rest is asked for twice"


def _hand_over(diary: Diary, country: str, claims: Sequence[str], today: date) -> Iterator[str]:
    for name in claims:
        claim = diary.claims[name]
        overdue = [one for one in diary.given(name) if one.on and one.on > claim.due]
        consumer = claim.joined.natural_person or claim.joined.capacity != "business"
        full = 14 if country == "FI" and consumer else 10
        if not overdue:
            yield "handed over without a reminder after the due date"
        elif (today - max(one.on for one in overdue if one.on)).days <= full:
            yield "handed over before the days since the reminder were full"
        # A step that a person did is told by that person, whatever the letters before it said.
        by_hand = claim.last_step is not None and all(
            one.on != claim.last_step for one in diary.given(name)
        )
        if not (by_hand or name in diary.said):
            yield from _announced(name, overdue)
        if diary.states.contested(name, claim) > 0:
            yield "handed over while a part is disputed"
        if diary.states.stopped(name):
            yield "handed over in spite of a request to stop"


def _announced(name: str, given: Sequence[Notice]) -> Iterator[str]:
    if not any(name in one.announces for one in given):
        yield "handed over although no notice said that it would be"


def _contact(diary: Diary, country: str, act: told.ReminderIntended, today: date) -> Iterator[str]:
    last = [
        one.on or one.intended
        for one in diary.notices.values()
        if not one.hands_over and one.fate in {"sent", "passed"}
    ]
    if last and (today - max(last)).days < 7:
        yield "two contacts within a week"
    # A mail has certainly arrived a day later; Norway counts from dispatch.
    least = 14 if country == "NO" else 11
    last_due = [next_banking_day(country, diary.claims[name].due) for name in act.claims]
    if last_due and min(last_due) >= today:
        # Nothing is late yet: the payment date is the due date.
        if act.deadline != max(last_due):
            yield "a word before the due date that names another day"
        return
    natural = any(diary.claims[name].joined.natural_person for name in act.claims)
    if act.claims and (natural or country != "FI") and (act.deadline - today).days < least:
        yield "too little time to pay"


def _fee(diary: Diary, country: str, act: told.ReminderIntended, today: date) -> Iterator[str]:
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
        diary, act, name, today, consumer=consumer
    )


def _finland(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, *, consumer: bool
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
    diary: Diary, act: told.ReminderIntended, name: str, today: date, *, consumer: bool
) -> Iterator[str]:
    joined = diary.claims[name].joined
    if act.fee and act.fee.amount > 60:
        yield "more than the fee of the law"
    if joined.fee_clause is None or joined.fee_clause > joined.issued:
        yield "a fee that was not agreed in time"
    if any(one.fee_claim == name and not one.credited for one in diary.given(name)):
        yield "a second fee"


def _norway(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, *, consumer: bool
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
    if last is None or not last.on or not last.deadline:
        return
    if (last.deadline - last.on).days < 14 or today <= last.deadline:
        yield "a fee before a term of fourteen days has run out"


def _denmark(
    diary: Diary, act: told.ReminderIntended, name: str, today: date, *, consumer: bool
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
