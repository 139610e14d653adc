"""What would change the next act of a case: each found by asking again of the case so changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter

from shared.domain import command_forms as forms
from shared.domain import commands
from shared.domain.agreed import agreed, parts
from shared.domain.answers import words
from shared.domain.decisions import AnyDecision, Ask, Done, HandOver, Remind, Rest
from shared.domain.events import CaseEvent, PaymentAllocated, PersonAnswered
from shared.domain.explain import Record
from shared.domain.foresight import Look, Stand
from shared.domain.ledger_position import positions
from shared.domain.money import Money, total
from shared.errors import HubError

_DAY = timedelta(days=1)
_REST = timedelta(days=14)
# Whoever gives a command that nobody gave: none of it is ever stored.
_WHAT_IF = "what-if"
_CODE = "what_if"
_COMMAND: TypeAdapter[forms.Command] = TypeAdapter(forms.Command)

_Made = Callable[[Stand, datetime], Sequence[CaseEvent]]

Kind = Literal[
    "settlement", "promised", "instalment",
    "pay", "dispute", "promise", "plan", "hold", "release", "answer",
]  # fmt: skip


class Lever(Record):
    """Something that would change the next act, and what would be decided then instead.

    ``by`` is the last day for it; ``amount`` and ``claims`` say what is paid: all that is owed
    (``pay``), or what is still to come of an agreed sum (``settlement``, ``promised``,
    ``instalment``). ``target`` says which promise, plan, hold or task it is about, ``word`` the
    answer to that. ``instead`` is the kind of the other decision with its ``why``, ``until`` the
    end of the rest that it would be.
    """

    kind: Kind
    by: date | None
    claims: tuple[str, ...] = ()
    amount: Money | None = None
    target: str | None = None
    word: str | None = None
    instead: str
    why: str | None = None
    until: datetime | None = None


def levers(stand: Stand, now: datetime, act: Look) -> list[Lever]:
    """All that would change ``act``, the last look at a case that stands as it does ``now``.

    Nothing is listed that was not tried: the case is changed, and asked again at that instant.
    """
    found = []
    for lever, made in _tried(stand, now, act):
        # On its last day: what was agreed or contested long before could be over by the act.
        at = now if lever.by is None else max(now, datetime.combine(lever.by, now.timetz()))
        then = stand.by(at)
        try:
            answer = then.after(made(then, at)).ask(act.at)
        except HubError:
            # The case does not allow it (a promise too many, nothing open): no lever.
            continue
        if _plain(answer) != _plain(act.decision):
            found.append(lever.model_copy(update=_instead(answer)))
    return found


def _tried(stand: Stand, now: datetime, act: Look) -> Iterator[tuple[Lever, _Made]]:
    claims = _claims(stand, act.decision)
    last = max(act.at.date() - _DAY, now.date())
    yield from _agreed(stand, now.date(), last)
    if claims:
        yield _paid(stand, claims, last)
        longest = timedelta(days=stand.policy.process.longest_promise_days)
        yield (
            _lever("promise", last, claims),
            _commands([{"type": "promise", "claims": claims, "day": _iso(last + longest)}]),
        )
        yield _lever("plan", last, claims), _commands([{
            "type": "propose_plan", "claims": claims, "count": 3,
            "first": _iso(last + _REST), "agreed": True,
        }])  # fmt: skip
        yield (
            _lever("dispute", last, claims),
            _commands([{"type": "dispute", "claim": one, "ground": _CODE} for one in claims]),
        )
        until = _iso(act.at.date() + _REST)
        yield (
            _lever("hold", last, claims),
            _commands([{"type": "hold", "claim": one, "until": until} for one in claims]),
        )
    for hold in stand.case.holds:
        yield _lever("release", None, target=hold), _commands([{"type": "release", "hold": hold}])
    for task, asked in stand.case.tasks.items():
        word = words(task, asked.why)[0]
        lever = _lever("answer", None, asked.claims, target=task, word=word)
        yield lever, _answered(task, word)


def _paid(stand: Stand, claims: Sequence[str], day: date) -> tuple[Lever, _Made]:
    """All that is owed on a day for some claims, received on that day."""
    at = positions(stand.case, stand.law, day, claims)
    amount = total([one.total for one in at.values()], stand.case.currency)
    sums = {claim: at[claim].open for claim in claims}
    return _lever("pay", day, claims).model_copy(update={"amount": amount}), _received(sums, day)


def _agreed(stand: Stand, today: date, last: date) -> Iterator[tuple[Lever, _Made]]:
    """What is still to come of each agreed sum, received on its last day before the act."""
    for one in agreed(stand.case, today):
        day, sums = min(one.by, last), parts(stand.case, one)
        lever = _lever(one.kind, day, tuple(sums), target=one.target)
        yield lever.model_copy(update={"amount": one.amount}), _received(sums, day)


def _received(sums: Mapping[str, Money], day: date) -> _Made:
    def made(stand: Stand, now: datetime) -> list[CaseEvent]:
        return [
            PaymentAllocated(
                at=now, payment=_name(claim), claim=claim, amount=amount,
                value_date=day, received=day, booked=day,
            )
            for claim, amount in sums.items()
            if stand.case.claims[claim].open
        ]  # fmt: skip

    return made


def _commands(bodies: Sequence[dict[str, Any]]) -> _Made:
    def made(stand: Stand, now: datetime) -> list[CaseEvent]:
        events: list[CaseEvent] = []
        for number, body in enumerate(bodies):
            full = {**body, "id": f"{_WHAT_IF}-{number}", "reason": _CODE}
            then = stand.after(events)
            events += commands.apply(
                then.case, _COMMAND.validate_python(full), by=_WHAT_IF, policy=stand.policy,
                law=stand.law, now=now, debtor=stand.debtor,
            )  # fmt: skip
        return events

    return made


def _answered(task: str, word: str) -> _Made:
    return lambda _, now: [PersonAnswered(at=now, task=task, answer=word, by=_WHAT_IF)]


def _claims(stand: Stand, decision: AnyDecision) -> tuple[str, ...]:
    """The claims of an act or question; of a rest or an end, all that are open."""
    if isinstance(decision, Remind | HandOver | Ask) and decision.claims:
        named = decision.claims
    else:
        named = tuple(one.claim.id for one in stand.case.open_claims())
    return tuple(one for one in named if stand.case.claims[one].open)


def _instead(answer: AnyDecision) -> dict[str, object]:
    why = answer.why if isinstance(answer, Rest | Ask | Done) else None
    until = answer.until if isinstance(answer, Rest) else None
    return {"instead": answer.kind, "why": why, "until": until}


def _lever(
    kind: Kind, by: date | None, claims: Sequence[str] = (), *,
    target: str | None = None, word: str | None = None,
) -> Lever:  # fmt: skip
    return Lever(
        kind=kind, by=by, claims=tuple(claims), target=target, word=word, instead="rest"
    )  # fmt: skip


def _plain(answer: AnyDecision) -> dict[str, Any]:
    return answer.model_dump(mode="json", exclude={"because"})


def _name(claim: str) -> str:
    return f"{_WHAT_IF}-{hashlib.sha256(claim.encode()).hexdigest()[:16]}"


def _iso(day: date) -> str:
    return day.isoformat()
