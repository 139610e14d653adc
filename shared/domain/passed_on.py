"""Passed on: money that a partner reported and that the books show again when it is paid out.

What the books show in the partner's own amounts is certain. Anything else that comes while the
partner holds money of the claim may be the debtor's own payment or the partner's, in another sum:
less its commission, with its interest, in parts. Then a person says whose it is, and until then
the partner hears nothing of it: its own money is never echoed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from shared.domain.answers import SETTLED, YES
from shared.domain.case_parts import ClaimState, Movement
from shared.domain.explain import Record, content_hash
from shared.domain.money import Money, total

if TYPE_CHECKING:
    from shared.domain.case import Case

# Whose a payment is: a yes lets the partner hear of it as the debtor's, a no keeps it in.
WHOSE = "whose_payment"

# Partners pay out once a month, and books are closed once a month.
BOOKED_WITHIN = timedelta(days=90)


class PaidOut(Record):
    """An amount in which money of a partner may come to the books, from a day on.

    With the interest and fees that it reported, or less what it kept of a remittance.
    """

    on: date
    amount: Money


class Shown(NamedTuple):
    """What the payments of a claim are, as far as the partner's money goes.

    ``theirs`` are its remittances; they lower nothing twice, and the partner is not told of them.
    ``held`` may be theirs and are told when a person says so; ``told`` are theirs by their amount
    and came before the partner's report. ``kept`` is what it reported and the books do not show.
    """

    theirs: tuple[Movement, ...]
    held: tuple[Movement, ...]
    told: tuple[Movement, ...]
    kept: Money

    def quiet(self) -> set[str]:
        """The payments, by their papers, of which the partner hears nothing."""
        papers = {one.paper or "" for one in (*self.theirs, *self.held)}
        return papers - {one.paper or "" for one in self.told}


@dataclass
class _Report:
    place: int
    on: date
    left: Money


@dataclass
class _Look:
    """The payments of a claim on their way through, in the order of their days."""

    reports: list[_Report]
    sums: Sequence[PaidOut]
    theirs: list[Movement] = field(default_factory=list)
    held: list[Movement] = field(default_factory=list)
    asked: list[Movement] = field(default_factory=list)
    told: list[Movement] = field(default_factory=list)


def question_of(movement: Movement, claim: str) -> str:
    """The name of the question whose a payment is, among those of its case."""
    return content_hash(f"{movement.paper}|{claim}".encode())[:12]


def shown(case: Case, claim: str) -> Shown:
    """The payments of a claim by whose they are, and what the partner keeps of its principal."""
    state = case.claims[claim]
    sums = case.at_partner.sums.get(claim, ()) if case.at_partner is not None else ()
    look = _Look(_reports(state), sums)
    moves = sorted(enumerate(state.movements), key=lambda one: (one[1].on, one[1].paper or ""))
    for place, one in moves if look.reports else ():
        if one.kind == "payment" and one.lowered.amount > 0:
            _take(look, place, one, _word(case, one, claim), claim)
    left = total([one.left for one in look.reports], state.open.currency)
    return Shown(tuple(look.theirs), (*look.held, *look.asked), tuple(look.told), left)


def kept_by_partner(case: Case, claim: str) -> Money:
    """What a partner reported for a claim and the books do not show yet."""
    return shown(case, claim).kept


def unsure(case: Case, claim: str) -> Iterator[Movement]:
    """The payments of a claim of which a person must say whose they are."""
    found = shown(case, claim)
    yield from (one for one in (*found.held, *found.told) if _word(case, one, claim) is None)


def _reports(state: ClaimState) -> list[_Report]:
    """What a partner reported for a claim and did not pay back, in the order of arrival."""
    found = []
    for place, one in enumerate(state.movements):
        if one.kind != "partner":
            continue
        if one.lowered.amount > 0:
            found.append(_Report(place, one.on, one.lowered))
            continue
        back = -one.lowered
        # The very money that went back, or else the latest.
        for report in sorted(found, key=lambda known: (known.left == back, known.place))[::-1]:
            part = min(back, report.left)
            report.left, back = report.left - part, back - part
    return found


def _word(case: Case, one: Movement, claim: str) -> bool | None:
    """Whether a person said that a payment is the partner's; None without a word."""
    task = case.answers.get(f"{case.id}-{WHOSE}-{question_of(one, claim)}")
    if task is None or task.answer in {None, SETTLED}:
        return None
    return task.answer not in YES


def _take(look: _Look, place: int, one: Movement, word: bool | None, claim: str) -> None:  # noqa: FBT001
    fits = [
        report
        for report in look.reports
        if report.left.amount > 0 and report.on <= one.on <= report.on + BOOKED_WITHIN
    ]
    if word is False or not fits:
        return
    exact = _exact(fits, one.lowered)
    if exact:
        look.theirs.append(one)
        early = place < min(report.place for report in exact)
        if word is None and (early or not _books_alone(one, claim)):
            # Of money that came first the partner has heard; a bank may have it from the debtor.
            (look.told if early else look.asked).append(one)
        _lower(exact, one.lowered)
    elif word or any(
        known.amount == one.lowered and known.on <= one.on <= known.on + BOOKED_WITHIN
        for known in look.sums
    ):
        look.theirs.append(one)
        _lower(fits, one.lowered)
    elif not _parts(look, fits, one) and _books_alone(one, claim):
        look.held.append(one)


def _parts(look: _Look, fits: Sequence[_Report], one: Movement) -> bool:
    """Whether a payment is the last part of a report that came in several."""
    for start in range(len(look.held)):
        parts = [*look.held[start:], one]
        amount = total([part.lowered for part in parts], one.lowered.currency)
        whole = [report for report in fits if report.left == amount]
        if whole:
            del look.held[start:]
            look.theirs += parts
            _lower(whole[:1], amount)
            return True
    return False


def _exact(fits: Sequence[_Report], amount: Money) -> Sequence[_Report]:
    """The report of an amount, or some that followed each other and add up to it."""
    for count in range(1, len(fits) + 1):
        for start in range(len(fits) - count + 1):
            run = fits[start : start + count]
            if total([one.left for one in run], amount.currency) == amount:
                return run
    return ()


def _lower(reports: Sequence[_Report], amount: Money) -> None:
    """Take what the books show off the reports, the oldest first."""
    for one in reports:
        part = min(one.left, amount)
        one.left, amount = one.left - part, amount - part


def _books_alone(one: Movement, claim: str) -> bool:
    """Whether only the claim's own source names a payment: no bank has shown who paid it."""
    source = claim.partition(":")[0] + ":"
    return all(name.startswith(source) for name in (one.paper or "", *one.seen_as))
