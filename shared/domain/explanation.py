"""The explanation of a case at an instant: why this, why now, what next, what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shared.domain.answers import is_step_question
from shared.domain.case import Case
from shared.domain.decisions import AnyDecision, Ask, Done, HandOver, Remind, Rest
from shared.domain.events import CaseEvent, Decided
from shared.domain.explain import Reason, Record
from shared.domain.foresight import Look, Stand, ahead, watching
from shared.domain.instalments import STEP as INSTALMENT
from shared.domain.letter_input import CHARGES
from shared.domain.levers import Lever, levers

# Why a case rests or a person is asked, as a clause after "because".
_WHY: Mapping[str, str] = {
    "closed": "the case is closed",
    "parked": "the hub gave the case to a person after repeated failures",
    "outcome_pending": "an act has no outcome yet",
    "nothing_open": "nothing is open",
    "held": "it is on hold",
    "plan": "a payment plan is offered or in force",
    "promise": "the debtor has promised to pay",
    "settled": "a settlement was paid and the rest is let go",
    "disputed": "a dispute is not settled yet",
    "stopped": "the debtor asked to stop collecting",
    "circumstance": "a circumstance of the debtor stands in the way",
    "do_not_dun": "the source says that it is not to be dunned",
    "credit_unallocated": "the books owe the debtor money that is not allocated",
    "within_tolerance": "what is open is within the tolerance",
    "beside_partner": "other claims of the debtor are with the collection partner",
    "time_barred": "it is time-barred: nobody is asked to pay it",
    "law_bars": "the law pack has no rules for it",
    "waits_for_person": "a person has been asked and has not answered",
    "restricted": "the debtor's data is restricted: nothing goes out until that is lifted",
    "step_not_due": "no step is due before then",
    "contact_window": "the debtor may be contacted only from then on",
    "charges_later": "interest and fees that are left are asked for from then on",
    "gathering": "the debtor was contacted a short while ago",
    "with_partner": "claims are with the collection partner",
    "nothing_left": "the policy has no step left",
    "not_lawful": "no waiting makes the hand-over lawful",
    "below_minimum": "less is open than the policy hands over",
    "approve_remind": "the policy has a person approve the reminder",
    "approve_hand_over": "the policy has a person approve the hand-over",
    "rate_unknown": "no rate of late interest is known, and the partner could not be told the sum",
}  # fmt: skip
# The same from the facts of the rule that it stands on, where that rule is at hand.
_FACTS: Mapping[str, tuple[str, str]] = {
    "held": ("hub.hold", "it is on hold ({reason})"),
    "plan": ("hub.plan", "payment plan {plan} is {stage}"),
    "promise": ("hub.promise", "{amount} is agreed to come by {day}"),
    "disputed": ("hub.dispute", ""),
    "stopped": ("hub.stop", ""),
    "rate_unknown": ("law.rate_unknown", "no reference rate is known from {from} on"),
}
_OURS = ("policy.", "hub.")
_LEVERS: Mapping[str, str] = {
    "settlement": "If {amount} has been received by {by} for {claims}, settlement {target} is paid"
    " and the rest let go: {instead}",
    "promised": "If {amount} has been received by {by} for {claims}, promise {target} is kept:"
    " {instead}",
    "instalment": "If {amount} has been received by {by} for {claims}, plan {target} is kept so"
    " far: {instead}",
    "pay": "If {amount}, all that is owed, has been received by {by} for {claims}, {instead}",
    "dispute": "If the debtor contests {claims} by {by}, {instead}",
    "promise": "If the debtor promises by {by} to pay {claims}, {instead}",
    "plan": "If a payment plan for {claims} is agreed by {by}, {instead}",
    "hold": "If {claims} is put on hold by {by}, {instead}",
    "release": "If the hold {target} is released, {instead}",
    "answer": "If the question {target} is answered with {word}, {instead}",
}


class Explained(Record):
    """A case explained at ``at``, an instant in the creditor's zone.

    ``recorded`` is the latest stored decision by then (None: there was none), with its reasons and
    ``inputs``, the versions and hashes of what it rested on. ``now`` is the answer at that instant,
    ``looks`` those that follow if nothing changes, ``levers`` what would change the last of them.
    """

    case: str
    version: int
    at: datetime
    recorded: dict[str, Any] | None
    recorded_at: datetime | None
    inputs: dict[str, str]
    because: tuple[Reason, ...]
    now: dict[str, Any]
    looks: tuple[dict[str, Any], ...]
    levers: tuple[Lever, ...]
    words: dict[str, tuple[str, ...]]


def known_by(case: str, events: Sequence[CaseEvent], at: datetime) -> tuple[Case, Decided | None]:
    """A case as it stood at an instant, and the latest decision that was stored by then."""
    past = [event for event in events if event.at <= at]
    stored = [event for event in past if isinstance(event, Decided)]
    return Case.replay(case, past), stored[-1] if stored else None


def explain(
    stand: Stand, stored: Decided | None, at: datetime, kinder: tuple[Reason, ...] = ()
) -> Explained:
    """Explain a case as it stands at ``at``; ``kinder`` are the overrides that its policy is under.

    Raises ``ValueError`` for a naive instant.
    """
    looks = ahead(stand, at)
    # Where nothing is in sight, what counts is what would change the rest of today.
    act = looks[0] if _idle(looks) else looks[-1]
    found = levers(stand.after(watching(looks[:-1])), at, act)
    answer = looks[0].decision
    because = (*kinder, *answer.because)
    words = {
        "why_this": why_this(answer, because, at),
        "why_now": why_now(answer, at, stored),
        "what_next": what_next(looks),
        "what_would_change_it": tuple(changing(one, at) for one in found),
    }
    return Explained(
        case=stand.case.id,
        version=stand.case.version,
        at=at,
        recorded=stored.decision if stored else None,
        recorded_at=stored.at if stored else None,
        inputs=stored.inputs if stored else {},
        because=because,
        now=_plain(answer),
        looks=tuple({"at": one.at.isoformat(), **_plain(one.decision)} for one in looks[1:]),
        levers=tuple(found),
        words=words,
    )


def why_this(answer: AnyDecision, because: Sequence[Reason], at: datetime) -> tuple[str, ...]:
    """The answer and each rule behind it, a sentence each."""
    return (f"{said(answer, at)}.", *(rule_words(one) for one in because))


def rule_words(reason: Reason) -> str:
    """A rule with its section, its sentence and the facts that it looked at."""
    section = f" ({reason.section})" if reason.section else ""
    facts = ", ".join(f"{name} {value}" for name, value in reason.facts.items())
    return f"{reason.rule}{section}: {reason.text}{f' [{facts}]' if facts else ''}."


def why_now(answer: AnyDecision, at: datetime, stored: Decided | None) -> tuple[str, ...]:
    """What makes this the day: the days that the rules named, and the latest look."""
    told = []
    if isinstance(answer, Rest):
        told.append(
            "Nothing is due now."
            if answer.until is not None
            else "Nothing here changes by the passing of time."
        )
    else:
        told.append(f"It is due on {at.date().isoformat()}: its first day has come.")
    # The law's own rules say there on which day they were looked at.
    named = [one for one in answer.because if "on" in one.facts and one.rule.startswith(_OURS)]
    days = sorted({(one.facts["on"], one.rule) for one in named})
    told += [f"{rule} names {day} as a day from which it may be." for day, rule in days]
    if stored is None:
        told.append("No decision has been stored yet.")
    else:
        local = stored.at.astimezone(at.tzinfo)
        told.append(f"The latest stored decision is of {_minute(local)}.")
    return tuple(told)


def what_next(looks: Sequence[Look]) -> tuple[str, ...]:
    """Each coming look and the last one's answer, if nothing changes."""
    if _idle(looks):
        return ("No act is in sight unless something changes.",)
    if len(looks) == 1:
        return (f"Due at once: {said(looks[0].decision, looks[0].at)}.",)
    return tuple(
        f"If nothing changes, on {_minute(one.at)}: {said(one.decision, one.at)}."
        for one in looks[1:]
    )


def _idle(looks: Sequence[Look]) -> bool:
    return isinstance(looks[-1].decision, Rest)


def changing(lever: Lever, at: datetime) -> str:
    """A lever in words."""
    until = f" until {_minute(lever.until.astimezone(at.tzinfo))}" if lever.until else ""
    because = f" because {_clause(lever.why)}" if lever.why else ""
    doing = {
        "rest": f"the case rests{until}{because}.",
        "remind": "another reminder is sent.",
        "hand_over": "claims are handed over.",
        "ask": f"a person is asked{because}.",
        "done": f"the case is closed{because}.",
    }[lever.instead]
    fields = {
        "amount": lever.amount,
        "by": _day(lever.by),
        "claims": ", ".join(lever.claims),
        "target": lever.target,
        "word": lever.word,
        "instead": doing,
    }
    return _LEVERS[lever.kind].format_map(fields)


def said(answer: AnyDecision, at: datetime) -> str:
    """A decision as one clause, without its full stop; times are in the zone of ``at``."""
    match answer:
        case Rest():
            until = "until something happens"
            if answer.until is not None:
                until = f"until {_minute(answer.until.astimezone(at.tzinfo))}"
            return f"The case rests {until} because {_clause(answer.why, answer.because)}"
        case Remind():
            return _contact(answer)
        case HandOver():
            about = ", ".join(answer.claims)
            return f"Step {answer.step} hands {about} over to {answer.partner}"
        case Ask():
            about = f" about {', '.join(answer.claims)}" if answer.claims else ""
            return f"A person is asked{about} because {_asked(answer)}"
        case Done():
            return f"The case is closed because {_clause(answer.why)}"


def _contact(answer: Remind) -> str:
    fee = f" with a fee of {answer.fee}" if answer.fee else " without a fee"
    about = ", ".join(answer.claims or answer.also)
    by = answer.deadline.isoformat()
    if answer.step.startswith(INSTALMENT):
        return f"A reminder of a missed instalment of {about} asks for it alone by {by}"
    if answer.letter == CHARGES:
        return f"A letter asks for interest and fees of {about} alone, to be paid by {by}"
    return f"Step {answer.step} reminds of {about}{fee}, to be paid by {by}"


def _asked(answer: Ask) -> str:
    """Why a person is asked: by its own clause, or the sentence of the rule that it came of."""
    if answer.why in _WHY or not answer.because:
        return _clause(answer.why, answer.because)
    if is_step_question(answer.why):
        return "the policy gives the step to a person"
    return answer.because[-1].text


def _clause(why: str | None, because: Sequence[Reason] = ()) -> str:
    """Why, by the facts and the section of the rule that it stands on where that is at hand."""
    code = why or ""
    rule, sentence = _FACTS.get(code, ("", ""))
    found = next((one for one in because if one.rule == rule), None)
    if found is None:
        return _WHY.get(code, f"of {code.replace('_', ' ')}")
    section = f" ({found.section})" if found.section else ""
    return (sentence or _WHY[code]).format_map(found.facts) + section


def _plain(answer: AnyDecision) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude={"because"})


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
