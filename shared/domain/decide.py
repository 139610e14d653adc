"""The one question: what, if anything, should happen to this case now, and why.

``decide`` is pure. It is asked afresh whenever a case is due and again right before every touch;
nothing else in the hub decides. It never advances anything by itself: a payment that came in, a
hold or a new law simply gives another answer the next time.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shared.domain import alarms, at_partner, charges, endings, instalments, partner_ends
from shared.domain.act_keys import act_key
from shared.domain.carriers import UNKNOWN, Carriers
from shared.domain.case import Case
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.decisions import AnyDecision, Ask, Decision, Done, HandOver, Remind, Rest
from shared.domain.explain import Reason
from shared.domain.law import LawPack
from shared.domain.moves import MAX_TRIES, moves
from shared.domain.netting import UNALLOCATED
from shared.domain.obstacles import Aside
from shared.domain.policy import Policy
from shared.domain.question import Question, claim_facts, reason
from shared.domain.ripeness import (
    Ripe,
    Sorted,
    first_step_on,
    negligible,
    sort_claims,
    unallocated,
)

__all__ = [
    "CLOSE_AFTER_DAYS",
    "MAX_TRIES",
    "AnyDecision",
    "Ask",
    "Decision",
    "Done",
    "HandOver",
    "Remind",
    "Rest",
    "act_key",
    "claim_facts",
    "decide",
    "first_step_on",
]

CLOSE_AFTER_DAYS = 30

_DAY = timedelta(days=1)
# The word for what a claim rests for, by the rule that set it aside; any other is the law's own.
_RESTS = {
    "hub.plan": "plan", "hub.promise": "promise", "hub.settled": "settled",
    "hub.dispute": "disputed", "hub.stop": "stopped", "hub.hold": "held",
    "hub.circumstance": "circumstance", "hub.addressee": "circumstance",
    "hub.person": "waits_for_person", "hub.do_not_dun": "do_not_dun", "hub.credit": UNALLOCATED,
    "policy.tolerance": "within_tolerance", "policy.new_claims": "beside_partner",
}  # fmt: skip
_BARRED = "law_bars"
_RESTRICTED = "restricted"


def decide(
    case: Case,
    policy: Policy,
    law: LawPack,
    now: datetime,
    debtor: Debtor = ALONE,
    by: str = "",
    carriers: Carriers = UNKNOWN,
) -> AnyDecision:
    """The decision for a case at ``now``, an aware instant in the creditor's own zone.

    ``debtor`` is what counts for the debtor beside this case. ``by`` is the channel that a contact
    goes by where it is not the first of its step: the time to pay counts from its delivery.
    ``carriers`` is what is known of the channels: how long each takes, and which are letters, that
    wait for no hours of electronic contacts. A ``Rest`` always ends after ``now``. Raises
    ``ValueError`` for a naive instant.
    """
    if now.tzinfo is None:
        raise ValueError("an instant has a zone")
    question = Question(bound(case, debtor), policy, law, now, now.date(), debtor, by, carriers)
    final = _over(question)
    if final is not None:
        return _kept_in(question, final)
    alarm, next_alarm = alarms.due(question)
    answer = _kept_in(question, alarm or _at_rest(question) or _among_claims(question))
    return _woken(question, answer, next_alarm)


def _kept_in(question: Question, answer: AnyDecision) -> AnyDecision:
    """While a debtor's data is restricted nothing goes out; a person lifts it."""
    since = question.debtor.restricted
    if since is None or not isinstance(answer, Remind | HandOver):
        return answer
    text = "the debtor's data may only be stored until the restriction is lifted"
    why = Reason(
        rule="hub.restriction", section="GDPR art. 18", text=text, facts={"since": str(since)}
    )
    return Rest(until=None, why=_RESTRICTED, because=(why, *answer.because))


def _woken(question: Question, answer: AnyDecision, alarm: alarms.Alarm | None) -> AnyDecision:
    """The answer, where a rest ends no later than a person must be asked, or what was agreed ends.

    Else a plan would break behind a hold of the case, and nobody would have said a word before.
    """
    if not isinstance(answer, Rest):
        return answer
    looks = [] if alarm is None else [(alarm.on, alarm.reason)]
    ends = endings.coming(question.case, question.today)
    if ends is not None:
        why = reason("hub.agreed", "what was agreed is looked at on that day", day=ends)
        looks.append((ends, why))
    if not looks:
        return answer
    on, why = min(looks, key=operator.itemgetter(0))
    until = question.opening(on)
    if answer.until is not None and answer.until <= until:
        return answer
    return answer.model_copy(update={"until": until, "because": (*answer.because, why)})


# --- the case as a whole rests ----------------------------------------------------------------


def _over(question: Question) -> AnyDecision | None:
    """What comes before all else: a case that is nobody's, an act under way, nothing open."""
    case = question.case
    if case.closed or case.parked is not None:
        return Rest(until=None, why="closed" if case.closed else "parked")
    pending = case.pending()
    if pending is not None:
        text = "an act has no outcome yet"
        waits = reason("hub.one_act_at_a_time", text, act=pending.act)
        until = question.opening(question.today + _DAY)
        return Rest(until=until, why="outcome_pending", because=(waits,))
    if all(negligible(one, question.policy) and not one.with_partner for one in case.open_claims()):
        # The partner may go on asking for what was paid here.
        return alarms.by_hand(question) or _ended(question)
    return None


def _at_rest(question: Question) -> AnyDecision | None:
    return _held(question) or _asked(question) or _let_go(question)


def _ended(question: Question) -> AnyDecision:
    since = question.case.last_movement or question.today
    close_on = since + timedelta(days=CLOSE_AFTER_DAYS)
    text = "nothing has been open since"
    because = (reason("hub.close", text, since=since, days=CLOSE_AFTER_DAYS),)
    costs = at_partner.costs_open(question.case)
    if costs is not None and question.case.partner_state != "closed":
        # The principal is paid, and the debtor is not done: the partner still asks for its costs.
        owed = reason("hub.partner_costs", "the debtor owes the partner its costs", costs=costs)
        again = question.opening(question.today + timedelta(days=CLOSE_AFTER_DAYS))
        return Rest(until=again, why="partner_costs_open", because=(owed,))
    letter = charges.alone(question)
    if letter is not None:
        return letter
    close_on = max(close_on, charges.rests_until(question) or close_on)
    if question.today >= close_on:
        return Done(why="nothing_open", because=because)
    return Rest(until=question.opening(close_on), why="nothing_open", because=because)


def _held(question: Question) -> Rest | None:
    holds = [one for one in question.case.holds.values() if one.covers(None, question.today)]
    if not holds:
        return None
    # The one that decides the day stands first.
    holds.sort(key=lambda one: one.until or date.max, reverse=True)
    because = tuple(reason("hub.hold", "the case is on hold", reason=one.reason) for one in holds)
    days = [one.until for one in holds if one.until is not None]
    # Whoever holds without a day releases by hand; else the case rests as long as its last hold.
    until = question.opening(max(days) + _DAY) if len(days) == len(holds) else None
    return Rest(until=until, why="held", because=because)


def _asked(question: Question) -> Rest | None:
    for name, task in question.case.tasks.items():
        if not task.claims:
            text = "a person has been asked"
            because = (reason("hub.person", text, task=name, why=task.why),)
            return Rest(until=None, why="waits_for_person", because=because)
    return None


def _let_go(question: Question) -> Ask | None:
    """What a partner let go of is a person's first, whatever step of ours would be next."""
    found = partner_ends.left(question.case)
    if found is None:
        return None
    why = reason("hub.partner", "the partner has ended its work and something is open")
    return question.ask(found[0], found[1], (why,))


# --- its claims, each with its own state --------------------------------------------------------


def _among_claims(question: Question) -> AnyDecision:
    """An act before a question, a question before a rest: no claim waits for another's doubt."""
    claims = sort_claims(question)
    ripe = [one for one in claims.steps if one.on <= question.today]
    answers = [*instalments.answers(question), *moves(question, ripe, claims)]
    for answer in answers:
        if isinstance(answer, Remind | HandOver):
            return answer
    asked = [*_questions(question, claims), *(one for one in answers if isinstance(one, Ask))]
    if asked:
        return asked[0]
    later = [one for one in claims.steps if one.on > question.today]
    rests = [one for one in answers if isinstance(one, Rest)]
    if later or not rests:
        rests.append(_nothing_ripe(question, later, claims))
    return min(rests, key=_end)


def _questions(question: Question, claims: Sorted) -> list[Ask]:
    asked = [
        question.ask(one.why, (one.state.claim.id,), (*claims.because, one.reason))
        for one in claims.doubts
    ]
    owed = unallocated(question)
    if owed:
        why = reason("hub.credit", "the books owe the debtor what they have not allocated")
        asked.append(question.ask(UNALLOCATED, owed, (why,)))
    return asked


def _nothing_ripe(question: Question, later: Sequence[Ripe], claims: Sorted) -> Rest:
    first = min(later, key=lambda one: (one.on, one.state.claim.id), default=None)
    ending = [(one.until + _DAY, one) for one in claims.asides if one.until is not None]
    if first is not None:
        until = min(_openings(question, later, [day for day, _ in ending]))
        return Rest(until=until, why="step_not_due", because=(*claims.because, *first.because))
    if ending:
        day, lead = min(ending, key=operator.itemgetter(0))
        return _for(lead, question.opening(day), claims)
    person = next((one for one in claims.asides if one.person), None)
    if person is not None:
        return _for(person, None, claims)
    # Nothing here changes by itself; a look now and then costs little and loses nothing.
    again = question.opening(question.today + timedelta(days=CLOSE_AFTER_DAYS))
    handed = any(one.with_partner for one in question.case.open_claims())
    if handed or not claims.asides:
        why = "with_partner" if handed else "nothing_left"
        return Rest(until=again, why=why, because=claims.because)
    # A small amount that is left says least of why the others rest.
    return _for(min(claims.asides, key=_small), again, claims)


def _for(lead: Aside, until: datetime | None, claims: Sorted) -> Rest:
    """The rest that one claim's reason decides, which stands before those of the others."""
    others = (one.reason for one in claims.asides if one is not lead)
    why = lead.word or _RESTS.get(lead.reason.rule, _BARRED)
    return Rest(until=until, why=why, because=(lead.reason, *others))


def _small(one: Aside) -> bool:
    return one.reason.rule == "policy.tolerance"


def _openings(question: Question, later: Sequence[Ripe], days: Sequence[date]) -> list[datetime]:
    """When the next steps may come, those on paper by hours of their own, and when holds end."""
    found = [question.opening(min(days))] if days else []
    for paper in (False, True):
        on = [one.on for one in later if question.on_paper(one.step) is paper]
        found += [question.opening(min(on), paper=paper)] if on else []
    return found


def _end(rest: Rest) -> tuple[bool, date | datetime | None]:
    return rest.until is None, rest.until
