"""Cases for tests: short ways to say what happened to a debtor, with literal days of 2026."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.case import Case
from shared.domain.decide import AnyDecision, decide
from shared.domain.events import (
    ActSent,
    CaseEvent,
    CaseOpened,
    Claim,
    ClaimJoined,
    HandOverIntended,
    PaymentAllocated,
    PersonAnswered,
    PersonAsked,
    PolicyRef,
    ReminderIntended,
)  # fmt: skip
from shared.domain.law import load
from shared.domain.money import Money
from shared.domain.policy import Policy, Step

HELSINKI = ZoneInfo("Europe/Helsinki")
FI = load("FI")


def eur(text: str) -> Money:
    return Money.of(text, "EUR")


def on(day: str, hour: int = 8) -> datetime:
    """A UTC instant on a day of 2026, written ``02-16``."""
    return datetime.combine(date.fromisoformat(f"2026-{day}"), datetime.min.time(), UTC).replace(
        hour=hour
    )


def local(day: str, clock: str = "10:00") -> datetime:
    """An instant on Helsinki's clock."""
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=HELSINKI)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


STEPS = (
    Step(id="r1", action="remind", after=3, since="due"),
    Step(id="r2", action="remind", after=15, since="previous", tone="neutral", fee="statutory"),
    Step(id="r3", action="remind", after=15, since="previous", tone="firm", fee="statutory"),
    Step(id="out", action="hand_over", after=15, since="previous"),
)


def policy(*steps: Step, **more: Any) -> Policy:
    fields: dict[str, Any] = {
        "id": "calm", "version": 1, "name": "Calm", "law": "FI", "tolerance": eur("1.00"),
        "minimum": eur("20.00"), "partner": "agency", "payment_days": 10, "gather_days": 7,
    }  # fmt: skip
    return Policy(steps=steps or STEPS, **(fields | more))


def opened(**more: Any) -> CaseOpened:
    fields: dict[str, Any] = {
        "at": on("01-19"), "debtor": "erp:cust-9", "connection": "erp", "law": "FI",
        "policy": PolicyRef(id="calm", version=1), "capacity": "consumer", "currency": "EUR",
    }  # fmt: skip
    return CaseOpened(**(fields | more))


def claim(name: str = "a", *, due: str = "01-16", total: str = "100.00", **more: Any) -> Claim:
    """A claim ``erp:<name>``, sent on 2 January so that a fee may follow."""
    fields: dict[str, Any] = {
        "id": f"erp:{name}", "number": name, "total": eur(total), "open": eur(total),
        "issued": day("01-01"), "sent": day("01-01"), "due": day(due), "reference": None,
        "capacity": "consumer", "natural_person": True, "claim_class": "goods",
    }  # fmt: skip
    return Claim(**(fields | more))


def joined(name: str = "a", *, at: str = "01-19", **more: Any) -> ClaimJoined:
    return ClaimJoined(at=on(at), claim=claim(name, **more))


def reminder(
    act: str, sent: str, *claims: str, deadline: str, step: str = "r1", **more: Any
) -> ReminderIntended:
    return ReminderIntended(
        at=on(sent), act=act, step=step, claims=tuple(f"erp:{one}" for one in claims or ("a",)),
        tone="friendly", language="fi", deadline=day(deadline), document="letter",
        content_hash="0" * 64, **({"channel": "email"} | more),
    )  # fmt: skip


def sent(act: str, when: str) -> ActSent:
    return ActSent(at=on(when), act=act, on=day(when))


def reminded(act: str, when: str, *claims: str, **more: Any) -> list[CaseEvent]:
    return [reminder(act, when, *claims, **more), sent(act, when)]


def charged(amount: str = "5.00", name: str = "a") -> dict[str, Any]:
    return {"fee": eur(amount), "fee_claim": f"erp:{name}", "fee_rule": "FI-C-REM"}


def handed(act: str, when: str, *claims: str, step: str = "out") -> list[CaseEvent]:
    names = tuple(f"erp:{one}" for one in claims or ("a",))
    intent = HandOverIntended(
        at=on(when), act=act, step=step, claims=names, partner="agency", file_version=1,
        document="file", content_hash="1" * 64,
    )  # fmt: skip
    return [intent, sent(act, when)]


def paid(
    payment: str, received: str, amount: str, name: str = "a", *, booked: str | None = None
) -> PaymentAllocated:
    return PaymentAllocated(
        at=on(booked or received), payment=f"erp:{payment}", claim=f"erp:{name}",
        amount=eur(amount), value_date=day(received), received=day(received),
        booked=day(booked or received),
    )  # fmt: skip


def answered(task: str, answer: str, when: str) -> PersonAnswered:
    return PersonAnswered(at=on(when), task=task, answer=answer, by="principal-7")


def asked(task: str, why: str, when: str, *claims: str) -> PersonAsked:
    names = tuple(f"erp:{one}" for one in claims)
    return PersonAsked(at=on(when), task=task, why=why, claims=names)


Told = CaseEvent | Sequence[Any]


def case_of(*events: Told) -> Case:
    """The case of these events after its opening."""
    return Case.replay("c1", [opened(), *flat(events)])


def more(case: Case, *events: Told) -> Case:
    return Case.replay(case.id, flat(events), case)


def flat(events: Sequence[Told]) -> list[CaseEvent]:
    """Events one after the other, whatever short stories they were told in."""
    found: list[CaseEvent] = []
    for one in events:
        found.extend(flat(one) if isinstance(one, Sequence) else [one])
    return found


def ask_of(case: Case, when: str, clock: str = "10:00", rules: Policy | None = None) -> AnyDecision:
    """The answer on a day, by default at ten in the morning in Helsinki."""
    return decide(case, rules or policy(), FI, local(when, clock))
