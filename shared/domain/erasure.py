"""Erasure of a person: what must stay, why and until when, and whether the rest may go now.

GDPR art. 17: erasure is refused as long as the values are needed for a claim (17(3)(e)) or a duty
(17(3)(b)); what no such reason holds goes at once. Ids, days and amounts stay either way: balances,
chronology and decisions are made of nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from shared.domain.case import Case
from shared.domain.dispute import contested
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.retention import HeldBy, RetentionClass, retention

_CLAIMS = "GDPR art. 17(3)(e)"
_DUTY = "GDPR art. 17(3)(b)"

Obstacle = Literal[
    "act_in_flight", "dispute_open", "invoice_open", "legal_hold", "open_claim", "with_partner"
]
_OBSTACLES: dict[Obstacle, str] = {
    "act_in_flight": "An act has no outcome yet: the letter's address is still needed.",
    "dispute_open": "A dispute is not settled.",
    "invoice_open": "An invoice is open that no case has taken up yet.",
    "legal_hold": "A person keeps everything, for a court or an authority.",
    "open_claim": "A claim is open.",
    "with_partner": "A claim is with a collection partner.",
}

GOES = (
    "names, addresses, e-mail addresses, numbers and customer numbers of the debtor",
    "letters and case files, with every stored version",
    "name, account and text of the debtor's payments",
    "hashed keys by which another record of the same person would be found",
)


class Hindrance(Record):
    """Why nothing is erased yet: a code, a sentence, the section, and what it is about."""

    code: Obstacle
    text: str
    section: str
    of: tuple[Id, ...] = ()


class Stay(Record):
    """What stays after an erasure, why, and the last day of it (None: as long as the hub runs)."""

    what: str
    why: str
    section: str
    until: date | None = None


class Plan(Record):
    """What an erasure would do: nothing as long as there is a hindrance."""

    hindrances: tuple[Hindrance, ...] = ()
    goes: tuple[str, ...] = GOES
    stays: tuple[Stay, ...] = ()


def plan(
    cases: Sequence[Case],
    *,
    invoices: Iterable[str],
    holds: Iterable[str],
    country: str,
    today: date,
    year_ends: tuple[int, int] = (12, 31),
) -> Plan:
    """What must stay of a person with these cases, and whether the rest may go ``today``.

    ``invoices`` are open ones, ``holds`` the names of legal holds, ``country`` the creditor's.
    Raises ``ValueError`` for a country without a table.
    """
    in_cases = {claim for case in cases for claim in case.claims}
    named: dict[Obstacle, list[str]] = {
        "legal_hold": list(holds),
        "open_claim": _named(case for case in cases if case.open_claims()),
        "dispute_open": _named(case for case in cases if contested(case, tuple(case.claims))),
        "with_partner": _named(case for case in cases if _with_partner(case)),
        "act_in_flight": _named(case for case in cases if case.pending() is not None),
        "invoice_open": sorted(set(invoices) - in_cases),
    }
    hindrances = tuple(
        Hindrance(code=code, text=_OBSTACLES[code], section=_CLAIMS, of=tuple(of))
        for code, of in named.items()
        if of
    )
    return Plan(hindrances=hindrances, stays=_stays(country, today, year_ends))


def holds(cases: Sequence[Case], *, legal: bool) -> set[HeldBy]:
    """What holds the records of a debtor with these cases; a legal hold counts as a court's."""
    found: set[HeldBy] = {"court"} if legal else set()
    if any(case.open_claims() or case.pending() is not None for case in cases):
        found.add("open_claim")
    if any(contested(case, tuple(case.claims)) for case in cases):
        found.add("dispute")
    return found


def _stays(country: str, today: date, year_ends: tuple[int, int]) -> tuple[Stay, ...]:
    """By class the latest day: of what was written on the very day of the erasure."""
    told: tuple[tuple[RetentionClass, str, str, str], ...] = (
        (
            "ledger",
            "invoices, payments and credit notes with number, days and amounts",
            "the duty to keep books",
            _DUTY,
        ),
        (
            "case_evidence",
            "the chronology and decisions of the cases, by ids, days, amounts and codes",
            "limitation of claims about them",
            _CLAIMS,
        ),
        ("raw", "deliveries as sources sent them", "they are kept whole until their day", _CLAIMS),
        ("audit", "the trail: who did and saw what, by ids", "the duty to account for it", _DUTY),
    )
    return tuple(
        Stay(
            what=what,
            why=why,
            section=section,
            until=retention(kind, country).last_day(today, year_ends),
        )
        for kind, what, why, section in told
    )


def _with_partner(case: Case) -> bool:
    return any(one.with_partner for one in case.claims.values())


def _named(cases: Iterable[Case]) -> list[str]:
    return sorted(case.id for case in cases)
