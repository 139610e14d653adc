"""The payer's view: all that the payer's page shows of a case, for today or a day ahead, in data.

It is made of the case, the law, the policy and the debtor, as letters and decisions are: the page
adds words and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal

from pydantic import TypeAdapter

from shared.domain import commands
from shared.domain.agreed import Agreed, agreed
from shared.domain.command_forms import Command
from shared.domain.debtor import bound
from shared.domain.decisions import AnyDecision, Ask, HandOver, Remind
from shared.domain.explain import Record
from shared.domain.fold_states import states_of
from shared.domain.foresight import Look, Stand, ahead
from shared.domain.model import Id, Party
from shared.domain.money import Money, total
from shared.domain.netting import netted
from shared.domain.payer_claims import PayerClaim, claims
from shared.domain.payer_due import due_today, pay_by
from shared.domain.payer_link import own
from shared.domain.plan_events import Instalment
from shared.domain.plan_pause import standing
from shared.errors import Refused

# How far ahead a payer may ask what it will come to: half a year is more than any step waits, and
# rates of interest are known for less.
FURTHEST: Final = timedelta(days=180)

# Who reads may not be the debtor, or must not be found by it: no name and no sum, only whom to ask.
_NEUTRAL = frozenset({"deceased", "minor", "guardian", "protected_identity"})
_PROCEEDINGS = frozenset({"bankruptcy", "restructuring", "debt_arrangement"})

Kind = Literal["open", "settled", "proceedings", "neutral"]
NextKind = Literal["reminder", "hand_over", "person", "answer", "nothing"]
Action = Literal["promise", "plan", "dispute"]

_WHAT_IF: Mapping[str, object] = {"id": "what-if", "reason": "what_if"}
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class Next(Record):
    """What happens next if nothing changes: on which day (None: no day is known), to which claims.

    ``person``: one of the creditor's people looks at the matter before anything else. ``answer``:
    the payer asked for a plan, and a person says yes or no to it by that day.
    """

    kind: NextKind
    on: date | None = None
    claims: tuple[Id, ...] = ()


class Contested(Record):
    """A dispute that nobody has settled: of which claim, how much, and our answer's last day."""

    claim: Id
    number: str
    amount: Money
    on: date
    answer_by: date


class PlanShown(Record):
    """A payment plan that is offered (``agreed`` False) or in force.

    ``asked``: the payer asked for it, and a person answers by ``answer_by``; otherwise the payer
    does.
    """

    id: str
    agreed: bool
    asked: bool
    claims: tuple[Id, ...]
    instalments: tuple[Instalment, ...]
    total: Money
    answer_by: date


class PayerView(Record):
    """What the page shows; ``today`` is the creditor's day, ``on`` the day of the sums.

    A ``neutral`` view has neither claims nor sums. ``total`` is all that we ask for on the day,
    ``now`` what is to be paid today: neither counts what is not due, nor a later instalment.
    ``pay_by`` is the soonest day ahead that a letter or agreement named for what ``now`` counts.
    ``refused`` says, by what a payer may want to do, the code of why that is not possible now (what
    is missing is possible).
    ``last_promise`` is the latest day that may be promised, ``promisable`` are the claims that a
    promise would be about, ``plannable`` those of a payment plan.
    """

    kind: Kind
    today: date
    on: date
    currency: str = ""
    claims: tuple[PayerClaim, ...] = ()
    total: Money | None = None
    now: Money | None = None
    pay_by: date | None = None
    next: Next = Next(kind="nothing")
    agreed: tuple[Agreed, ...] = ()
    contested: tuple[Contested, ...] = ()
    plans: tuple[PlanShown, ...] = ()
    refused: dict[Action, str] = {}
    last_promise: date | None = None
    promisable: tuple[Id, ...] = ()
    plannable: tuple[Id, ...] = ()
    partners: tuple[str, ...] = ()

    def claim(self, name: str) -> PayerClaim | None:
        """A claim by its id."""
        return next((one for one in self.claims if one.id == name), None)

    @property
    def answer_by(self) -> date | None:
        """By when a person answers a plan that the payer asked for; None: none waits for that."""
        return min((one.answer_by for one in _awaited(self.plans)), default=None)


def view(stand: Stand, party: Party, now: datetime, on: date | None = None) -> PayerView:
    """The view of a case at an instant in the creditor's zone, with the sums of the day ``on``.

    ``party`` is whom its letters go to. Raises ``ValueError`` for a day before today or further
    ahead than ``FURTHEST``.
    """
    today = now.date()
    on = on or today
    if not today <= on <= today + FURTHEST:
        raise ValueError("the day is past, or further ahead than is shown")
    if neutral(stand, party):
        return PayerView(kind="neutral", today=today, on=on)
    stand = stand.by(now)
    case, covered = stand.case, netted(stand.case, stand.policy, stand.debtor)
    shown = claims(case, stand.law, today, on, covered, stand.debtor)
    coming, plans = agreed(case, today), tuple(_plans(stand, today))
    due = due_today(shown, coming, today)
    asked = [one for one in shown if one.partner is None and one.standing != "due_later"]
    refused, promisable, plannable = _refused(stand, now)
    return PayerView(
        kind=_kind(stand, shown, proceedings=bool(_told(stand) & _PROCEEDINGS)),
        today=today,
        on=on,
        currency=case.currency,
        claims=shown,
        total=total([one.total for one in asked], case.currency),
        now=total([one.now for one in due if one.now is not None], case.currency),
        pay_by=None if _awaited(plans) else pay_by(case, due, coming, today),
        next=_while_asked(_next(ahead(stand, now), now), plans),
        agreed=tuple(coming),
        contested=tuple(_contested(stand)),
        plans=plans,
        refused=refused,
        promisable=promisable,
        plannable=plannable,
        last_promise=today + timedelta(days=stand.policy.process.longest_promise_days),
        partners=tuple(dict.fromkeys(one.partner for one in shown if one.partner)),
    )


def neutral(stand: Stand, party: Party) -> bool:
    """Whether the page names nobody and no sum: who reads it may not be the debtor."""
    return bool(stand.debtor.restricted or party.kind == "estate" or _told(stand) & _NEUTRAL)


def possible(stand: Stand, now: datetime, command: Mapping[str, object]) -> str | None:
    """Why a command is not possible at an instant (its code), by trying it; None: it is."""
    try:
        commands.apply(
            stand.case, _COMMAND.validate_python(command), by="payer", policy=stand.policy,
            law=stand.law, now=now, debtor=stand.debtor,
        )  # fmt: skip
    except Refused as no:
        return no.code
    return None


def _told(stand: Stand) -> set[str]:
    """What stands of the debtor's circumstances, whichever case was told of it."""
    return {one.what for one in states_of(bound(stand.case, stand.debtor)).circumstances.values()}


def _kind(stand: Stand, shown: tuple[PayerClaim, ...], *, proceedings: bool) -> Kind:
    if stand.case.closed or not any(one.total or one.contested or one.partner for one in shown):
        return "settled"
    if proceedings and all(one.why_not in {"stopped", "not_open"} for one in shown):
        return "proceedings"
    return "open"


def _awaited(plans: Sequence[PlanShown]) -> list[PlanShown]:
    """The plans that the payer asked for and that nobody has answered."""
    return [one for one in plans if one.asked and not one.agreed]


def _while_asked(coming: Next, plans: Sequence[PlanShown]) -> Next:
    """What comes next: before anything else of a plan's claims, the answer to who asked for it."""
    awaited = min(_awaited(plans), key=lambda one: one.answer_by, default=None)
    if awaited is None:
        return coming
    sooner = coming.on is None or coming.on <= awaited.answer_by
    beside = coming.kind in {"reminder", "hand_over"} and sooner
    if beside and not set(awaited.claims) & set(coming.claims):
        return coming
    return Next(kind="answer", on=awaited.answer_by, claims=awaited.claims)


def _next(looks: tuple[Look, ...], now: datetime) -> Next:
    last = looks[-1]
    answer: AnyDecision = last.decision
    on = None if last.at <= now else last.at.date()
    match answer:
        case Remind():
            return Next(kind="reminder", on=on, claims=answer.claims or answer.also)
        case HandOver():
            return Next(kind="hand_over", on=on, claims=answer.claims)
        case Ask():
            return Next(kind="person", on=on, claims=answer.claims)
        case _:
            asked = any(one.decision.kind == "ask" for one in looks)
            return Next(kind="person" if asked else "nothing")


def _contested(stand: Stand) -> list[Contested]:
    case, found = stand.case, []
    for one in states_of(case).disputes.values():
        state = case.claims[one.claim]
        left = one.left_alone(state)
        if one.pending and left:
            found.append(
                Contested(
                    claim=one.claim, number=state.claim.number, amount=left, on=one.on,
                    answer_by=one.answer_by,
                )
            )  # fmt: skip
    return found


def _plans(stand: Stand, today: date) -> list[PlanShown]:
    case, states = stand.case, states_of(stand.case)
    return [
        PlanShown(
            id=one.id, agreed=one.agreed, asked=one.id.startswith(own()), claims=one.claims,
            instalments=one.instalments, total=one.total, answer_by=one.answer_by,
        )
        for one in states.plans.values()
        if standing(one, states, case.claims, today) in {"proposed", "agreed", "active"}
    ]  # fmt: skip


def _refused(
    stand: Stand, now: datetime
) -> tuple[dict[Action, str], tuple[Id, ...], tuple[Id, ...]]:
    """What is not possible now, found by trying it, and the claims of a promise and of a plan."""
    tomorrow = (now.date() + timedelta(days=1)).isoformat()
    promise = {**_WHAT_IF, "type": "promise", "day": tomorrow}
    plan = {**_WHAT_IF, "type": "propose_plan", "count": 2, "first": tomorrow}
    (promisable, no_promise), (plannable, no_plan) = (
        _fitting(stand, now, promise), _fitting(stand, now, plan),
    )  # fmt: skip
    tried: dict[Action, str | None] = {
        "promise": no_promise, "plan": no_plan, "dispute": _no_dispute(stand, now),
    }  # fmt: skip
    return {one: code for one, code in tried.items() if code is not None}, promisable, plannable


def _fitting(
    stand: Stand, now: datetime, command: Mapping[str, object]
) -> tuple[tuple[Id, ...], str | None]:
    """The claims that we collect and that a command can be about; why there is none."""
    ours = [one.claim.id for one in stand.case.open_claims() if not one.with_partner]
    tried = {name: possible(stand, now, {**command, "claims": (name,)}) for name in ours}
    found = tuple(name for name, code in tried.items() if code is None)
    return found, None if found else next(iter(tried.values()), "nothing_open")


def _no_dispute(stand: Stand, now: datetime) -> str | None:
    """Why no claim can be contested; None where one can."""
    codes = [
        possible(stand, now, {**_WHAT_IF, "type": "dispute", "claim": name, "ground": "other"})
        for name in stand.case.claims
    ]
    return None if None in codes else next(iter(codes), "nothing_open")
