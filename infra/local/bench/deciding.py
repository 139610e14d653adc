"""The one question alone: decisions a second, what one evaluates, and the fold from stored JSON.

Nothing but this process and one core: no table, no network. The cases stand at six points of a
debt's life in turn, so that every kind of answer but a question is among the decisions.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import setup
from infra.local.bench.figures import Figure, Target, shown
from shared.domain import decide as deciding
from shared.domain import law, law_duties, law_fees, law_waits, lawpack, lawrules, ripeness
from shared.domain.case import Case
from shared.domain.events import (
    ActSent,
    CaseEvent,
    CaseOpened,
    Claim,
    ClaimJoined,
    Held,
    PaymentAllocated,
    PolicyRef,
    ReminderIntended,
    read_event,
    write_event,
)  # fmt: skip
from shared.domain.money import Money
from shared.domain.policy import Policy
from tests.bench import countries
from tests.bench import decide as costliest
from tests.scenarios.places import COUNTRIES

GROUP = "decide() with full law packs, Finland's unless it says so (pure; one core)"
NOW = datetime(2026, 4, 1, 10, 0, tzinfo=ZoneInfo(setup.ZONE))
POLICY = Policy.model_validate(setup.POLICY)
PACK = law.load("FI")
CASES = 300
_ROUNDS = 5
_BEST_OF = 3
_HUNDRED = Money(Decimal(100), "EUR")
_IDLE_CASE = "Tryton's idle run: waiting cases"
_RULES = frozenset(
    module.__file__
    for module in (law_fees, law_waits, law_duties, lawpack, lawrules, ripeness, deciding)
)

Stored = tuple[str, ...]


def stored(number: int) -> Stored:
    """The events of a case as the table holds them: JSON texts, in order."""
    return tuple(write_event(event) for event in _life(number))


def fold(number: int, bodies: Stored) -> Case:
    """A case from its stored events, as every load makes it."""
    return Case.replay(f"c{number}", (read_event(body) for body in bodies))


def decide(case: Case) -> Any:
    """The answer for a case at the bench's one instant."""
    return deciding.decide(case, POLICY, PACK, NOW)


@dataclass(frozen=True)
class Measured:
    """What the question costs: per second and core, per case, and counted at two sizes."""

    decisions_per_s: float
    fold_and_decide_us: float
    parse_us: float
    ran: tuple[int, int]
    read: tuple[int, int]
    answers: dict[str, int]


def measure(cases: int = CASES, rounds: int = _ROUNDS) -> Measured:
    """Time ``cases`` and count at ``cases`` and ten times as many."""
    bodies = [stored(number) for number in range(cases)]
    folded = [fold(number, one) for number, one in enumerate(bodies)]
    answers: dict[str, int] = {}
    for case in folded:
        kind = decide(case).kind
        answers[kind] = answers.get(kind, 0) + 1
    many = [stored(number) for number in range(cases * 10)]
    return Measured(
        decisions_per_s=cases / _seconds(lambda: [decide(case) for case in folded], rounds),
        fold_and_decide_us=_seconds(lambda: _from_stored(bodies), rounds) / cases * 1e6,
        parse_us=_seconds(lambda: [json.loads(e) for b in bodies for e in b], rounds) / cases * 1e6,
        ran=(_ran(bodies), _ran(many)),
        read=(sum(map(len, bodies)), sum(map(len, many))),
        answers=answers,
    )


def figures(idle_case_s: float) -> list[Figure]:
    """The figures; ``idle_case_s`` is what the peer's no-op run spends on one waiting case."""
    found = [costliest.measure() for _ in range(_BEST_OF)]
    return [
        *_costliest(found, idle_case_s),
        *(_country(one, idle_case_s) for one in COUNTRIES),
        *_mixed(measure(), idle_case_s),
    ]


def _costliest(found: Sequence[Mapping[str, Any]], idle_case_s: float) -> list[Figure]:
    """The figures of some rounds: of each answer the fastest, for neighbours only slow one down."""
    last = found[-1]
    rates = {
        name: max(one["decisions_per_s_by_answer"][name] for one in found)
        for name in last["decisions_per_s_by_answer"]
    }
    words = ", ".join(f"{name.replace('_', ' ')} {shown(rate)}" for name, rate in rates.items())
    by_claims = last["rules_evaluated_by_claims"]
    rules = {claims: sum(by_claims[str(claims)].values()) for claims in (1, 10, 100)}
    return [
        Figure(
            GROUP, "decisions, the costliest answer", min(rates.values()), "per CPU s",
            _IDLE_CASE, 1 / idle_case_s, Target("at least", 5000), words,
            f"decide(): a case of {last['claims']} claims and {last['notices']} notices; each "
            f"answer for half a second, the best of {len(found)} rounds.",
        ),
        Figure(
            GROUP, "rules of the law for each further claim, 10 to 100",
            (rules[100] - rules[10]) / 90, "rules", "1 to 10", (rules[10] - rules[1]) / 9,
            Target("exactly", 1, of="ratio"),
        ),
    ]  # fmt: skip


def _country(country: str, idle_case_s: float) -> Figure:
    """The costliest answer under one country's full law pack, with disputes and plans."""
    rates = countries.measure(country)
    words = ", ".join(f"{name} {shown(rate)}" for name, rate in rates.items())
    return Figure(
        GROUP, f"decisions under {country}'s full pack, the costliest answer",
        min(rates.values()), "per CPU s", _IDLE_CASE, 1 / idle_case_s, words=words,
        note=f"decide(): {countries.CLAIMS} claims in the life of one debtor; one round.",
    )  # fmt: skip


def _mixed(found: Measured, idle_case_s: float) -> list[Figure]:
    mix = ", ".join(f"{n} {kind}" for kind, n in sorted(found.answers.items()))
    note = (
        f"A mixed book: {CASES} cases of 1 to 3 claims ({mix}), the median of {_ROUNDS} rounds; "
        "functions counted are those of the law, ripeness and decide."
    )
    return [
        Figure(
            GROUP, "decisions, a mixed book", found.decisions_per_s, "per CPU s", _IDLE_CASE,
            1 / idle_case_s, note=note,
        ),
        Figure(
            GROUP, "fold and decide from stored JSON, no emulator", found.fold_and_decide_us,
            "us per case", "json.loads of the same events", found.parse_us,
            words=f"{1e6 / found.fold_and_decide_us:,.0f} cases per CPU s; "
            f"{found.read[0] / CASES:.1f} events a case",
        ),
        _linear("functions run to decide", found.ran),
        _linear("events read", found.read),
    ]  # fmt: skip


def _linear(name: str, counts: tuple[int, int]) -> Figure:
    words = f"{counts[0]:,} for {CASES:,} cases; {counts[1]:,} for {CASES * 10:,}"
    return Figure(
        GROUP, f"{name} at 10 times the cases", counts[1] / 10, "per tenth", f"{name} at once",
        counts[0], Target("exactly", 1, of="ratio"), words=words,
    )  # fmt: skip


def _from_stored(bodies: Sequence[Stored]) -> None:
    for number, one in enumerate(bodies):
        decide(fold(number, one))


def _seconds(work: Callable[[], object], rounds: int) -> float:
    """The median CPU seconds of a piece of work."""
    taken = []
    for _ in range(rounds):
        begun = time.thread_time()
        work()
        taken.append(time.thread_time() - begun)
    return statistics.median(taken)


def _ran(bodies: Sequence[Stored]) -> int:
    """How many functions of the rule modules run while these cases are decided."""
    folded = [fold(number, one) for number, one in enumerate(bodies)]
    ran = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal ran
        if event == "call" and frame.f_code.co_filename in _RULES:
            ran += 1

    sys.setprofile(count)
    try:
        for case in folded:
            decide(case)
    finally:
        sys.setprofile(None)
    return ran


# --- six points of a debt's life ------------------------------------------------------------------


def _life(number: int) -> list[CaseEvent]:
    """Joined; reminded lately; reminded long ago; twice reminded; paid; held."""
    claims = [_claim(f"erp:{number}-{one}") for one in range(1 + number % 3)]
    names = tuple(claim.id for claim in claims)
    events = _opened(number, claims)
    match number % 6:
        case 0:
            return events
        case 1:
            return events + _reminder("friendly", names, date(2026, 3, 24))
        case 2:
            return events + _reminder("friendly", names, date(2026, 3, 2))
        case 3:
            first = _reminder("friendly", names, date(2026, 2, 16))
            return events + first + _reminder("firm", names, date(2026, 3, 3))
        case 4:
            return events + _reminder("friendly", names, date(2026, 3, 2)) + _paid(claims)
        case _:
            day = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
            return [*events, Held(at=day, hold="h1", reason="promise", until=date(2026, 4, 9))]


def _opened(number: int, claims: Sequence[Claim]) -> list[CaseEvent]:
    at = datetime(2026, 2, 16, 7, 0, tzinfo=UTC)
    opened = CaseOpened(
        at=at, debtor=f"erp:d{number}", connection="erp", law="FI", capacity="consumer",
        policy=PolicyRef(id=POLICY.id, version=POLICY.version), currency="EUR",
    )  # fmt: skip
    return [opened, *(ClaimJoined(at=at, claim=claim) for claim in claims)]


def _claim(name: str) -> Claim:
    return Claim(
        id=name, number=name, total=_HUNDRED, open=_HUNDRED, issued=date(2026, 1, 15),
        sent=date(2026, 1, 15), due=date(2026, 1, 29), reference=None, capacity="consumer",
        natural_person=True, claim_class="goods",
    )  # fmt: skip


def _reminder(step: str, claims: tuple[str, ...], on: date) -> list[CaseEvent]:
    at = datetime(on.year, on.month, on.day, 7, 0, tzinfo=UTC)
    act = f"{step}-{claims[0]}"
    fee = Money(Decimal(5), "EUR") if step == "firm" else None
    intended = ReminderIntended(
        at=at, act=act, step=step, claims=claims, channel="email", tone="friendly", language="fi",
        fee=fee, fee_claim=claims[0] if fee else None, deadline=on + timedelta(days=12),
        document=f"letters/{act}.json", content_hash="0" * 64,
    )  # fmt: skip
    return [intended, ActSent(at=at, act=act, on=on)]


def _paid(claims: Sequence[Claim]) -> list[CaseEvent]:
    at, day = datetime(2026, 3, 10, 7, 0, tzinfo=UTC), date(2026, 3, 9)
    return [
        PaymentAllocated(
            at=at, payment=f"erp:p-{claim.id}", claim=claim.id, amount=claim.open, value_date=day,
            received=day, booked=day,
        )
        for claim in claims
    ]  # fmt: skip
