"""Happened: the acts of a case as they were, and a preview held against them with reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Literal

from shared.domain.case import Case
from shared.domain.case_parts import CHARGES_STEP
from shared.domain.decisions import Remind
from shared.domain.events import (
    ActFailed,
    ActSent,
    ActWithheld,
    BalanceStated,
    CaseClosed,
    CaseEvent,
    ClaimJoined,
    CreditApplied,
    HandOverIntended,
    Held,
    NoticeReturned,
    Parked,
    PartnerPaid,
    PaymentAllocated,
    PaymentSighted,
    PersonAsked,
    PolicyMoved,
    ReminderIntended,
)
from shared.domain.law import LawPack
from shared.domain.letter_input import CHARGES
from shared.domain.money import Money, total
from shared.domain.plan_events import PlanAgreed, PlanProposed, PromiseMade, WrittenOff
from shared.domain.preview import Act, asked
from shared.domain.state_events import CircumstanceNoted, Disputed, StopRequested

Verdict = Literal["as_foreseen", "earlier", "later", "not", "not_yet", "unforeseen"]

# Why something may not have been done, or not on its day. What weighs most stands first.
_REASONS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((PaymentAllocated, PartnerPaid, PaymentSighted, BalanceStated), "paid"),
    ((CreditApplied, WrittenOff), "credited"),
    ((Disputed,), "disputed"),
    ((PlanAgreed, PlanProposed), "plan"),
    ((PromiseMade,), "promise"),
    ((CircumstanceNoted, StopRequested), "circumstance"),
    ((Held,), "held"),
    ((ActWithheld,), "withheld"),
    ((PolicyMoved,), "policy_changed"),
    ((ActFailed, NoticeReturned), "not_delivered"),
    ((PersonAsked,), "asked"),
    ((Parked,), "parked"),
    ((CaseClosed,), "closed"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one foreseen act, or one act that nobody foresaw.

    ``foreseen`` and ``happened`` are the days of both (creditor's zone); ``why`` is the reason of a
    difference, with ``detail`` where the event itself gives one (the switch that withheld).
    """

    verdict: Verdict
    kind: str
    step: str
    claims: tuple[str, ...]
    foreseen: date | None = None
    happened: date | None = None
    why: str = ""
    detail: str = ""


def happened(
    case_id: str, events: Iterable[CaseEvent], zone: tzinfo, law: LawPack
) -> tuple[Act, ...]:
    """The contacts, hand-overs and questions of a case, in order; days in ``zone``.

    Amounts are those of a preview, by ``law``, but for what the debtor's credits covered then:
    no event says that.
    """
    case, acts, meant = Case(id=case_id), list[Act](), dict[str, Act]()
    for event in events:
        on = event.at.astimezone(zone).date()
        if isinstance(event, ReminderIntended):
            meant[event.act] = _contact(case, event, on, law)
        elif isinstance(event, HandOverIntended):
            amount, to = _open(case, event.claims), event.partner
            meant[event.act] = Act(on, "hand_over", event.step, event.claims, amount, channel=to)
        elif isinstance(event, PersonAsked):
            amount = _open(case, event.claims)
            acts.append(Act(on, "ask", "", event.claims, amount, why=event.why))
        elif isinstance(event, ActSent) and event.act in meant:
            acts.append(replace(meant[event.act], on=event.on))
        case = case.apply(event)
    return tuple(acts)


def outcomes(
    foreseen: Sequence[Act],
    events: Sequence[CaseEvent],
    acts: Sequence[Act],
    until: date,
    zone: tzinfo,
    had: Collection[str],
) -> list[Outcome]:
    """What became of foreseen acts by the end of ``until``.

    ``acts`` and ``events`` are what happened since the preview was made, ``had`` the claims that
    the case had then. What was foreseen for an invoice that never joined has ``never_joined`` for
    a reason: mostly it was paid before.
    """
    left, found = list(acts), list[Outcome]()
    joined = {*had, *(one.claim.id for one in events if isinstance(one, ClaimJoined))}
    for act in foreseen:
        real = next((one for one in left if _same(act, one)), None)
        if real is not None:
            left.remove(real)
        one = _outcome(act, real, events, until, zone)
        if one.verdict == "not" and joined.isdisjoint(act.claims):
            one = replace(one, why="never_joined", detail="")
        found.append(one)
    found += [
        Outcome("unforeseen", one.kind, one.step or one.why, one.claims, happened=one.on)
        for one in left
        if one.on <= until
    ]
    return found


def _outcome(
    act: Act, real: Act | None, events: Sequence[CaseEvent], until: date, zone: tzinfo
) -> Outcome:
    name = act.step or act.why
    if real is not None and real.on == act.on:
        return Outcome("as_foreseen", act.kind, name, act.claims, act.on, real.on)
    if real is None and act.on > until:
        return Outcome("not_yet", act.kind, name, act.claims, act.on)
    why, detail = _why(act, events, min(until, real.on) if real is not None else until, zone)
    if real is None:
        return Outcome("not", act.kind, name, act.claims, act.on, None, why, detail)
    verdict: Verdict = "later" if real.on > act.on else "earlier"
    return Outcome(verdict, act.kind, name, act.claims, act.on, real.on, why, detail)


def _why(act: Act, events: Sequence[CaseEvent], until: date, zone: tzinfo) -> tuple[str, str]:
    by_then = [one for one in events if one.at.astimezone(zone).date() <= until]
    mine = [one for one in by_then if _about(one, act.claims)]
    for kinds, why in _REASONS:
        for event in mine:
            if isinstance(event, kinds):
                detail = event.why if isinstance(event, ActWithheld | PersonAsked) else ""
                return why, event.reason if isinstance(event, Held) else detail
    # One contact is for all that is ripe: what came of the other claims moves it.
    return ("other_claims" if len(by_then) > len(mine) else "other"), ""


def _about(event: CaseEvent, claims: tuple[str, ...]) -> bool:
    """Whether an event is about some of the claims; one that names none is about all."""
    one, many = getattr(event, "claim", None), getattr(event, "claims", ())
    named = {one} if isinstance(one, str) else set(many)
    return not named or not named.isdisjoint(claims)


def _same(one: Act, other: Act) -> bool:
    alike = (one.kind, one.step, one.why) == (other.kind, other.step, other.why)
    return alike and not set(one.claims).isdisjoint(other.claims)


def _contact(case: Case, intent: ReminderIntended, on: date, law: LawPack) -> Act:
    decided = Remind(
        act=intent.act, step=intent.step, claims=intent.claims, also=intent.also,
        channels=(intent.channel,), letter=CHARGES if intent.step == CHARGES_STEP else "",
        tone=intent.tone, fee=intent.fee, fee_claim=intent.fee_claim, fee_rule=intent.fee_rule,
        deadline=intent.deadline, next_action="none", next_on=None,
    )  # fmt: skip
    amount, claims = asked(case, law, on, decided), intent.claims or intent.also
    return Act(on, "remind", intent.step, claims, amount, intent.fee, intent.channel)


def _open(case: Case, claims: Sequence[str]) -> Money:
    return total([case.claims[one].open for one in claims], case.currency)
