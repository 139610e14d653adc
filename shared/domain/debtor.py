"""The debtor as the unit: what counts for a debtor across cases, beside the case at hand."""

from __future__ import annotations

import operator
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from pydantic import Field

from shared.domain.answers import yeses
from shared.domain.circumstance import Circumstance
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.states import NONE

if TYPE_CHECKING:
    from shared.domain.case import Case

# Contacts that a case keeps for the debtor's other cases: the most that a policy's cap can count.
MOST_COUNTED = 30

# An act in these states may have reached the debtor, or may yet.
_OUT = frozenset({"intended", "unknown", "sent", "passed"})
# And in these its fee is charged, or may be.
_CHARGED = frozenset({"intended", "unknown", "sent"})


class CaseCounts(Record):
    """What one case adds to what counts for its debtor; all days in the creditor's zone.

    Something was overdue from ``since`` on, until ``until`` (None: the case is not closed).
    ``contacted`` is the day of the latest reminder that the debtor may have or get, ``earlier`` the
    days of the latest ones before it, ``channels`` what these and then that one went by (empty:
    kept before that was noted), ``fees`` those of all that bear a fee, ``promises`` those on
    which promises were made and not taken back.
    ``circumstances`` have not ended, also when the case that was told of them is closed;
    ``refused`` are the channels that the debtor does not want to be reached by.
    """

    since: date
    until: date | None = None
    contacted: date | None = None
    earlier: tuple[date, ...] = Field(default=(), exclude_if=operator.not_)
    channels: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    fees: tuple[date, ...] = ()
    promises: tuple[date, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    refused: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)


class Credit(Record):
    """What the books owe the debtor: a credit note or a payment that is not allocated (whole).

    ``debtor`` is whose it is in the books, who may be an alias (None: kept before that was noted).
    """

    id: Id
    amount: Money
    debtor: Id | None = None


class Debtor(Record):
    """What counts for a debtor beside the case at hand: his other cases, and credits of his.

    From the day ``restricted`` on his data is only stored (GDPR art. 18): nothing goes out.
    """

    cases: tuple[CaseCounts, ...] = ()
    credits: tuple[Credit, ...] = ()
    restricted: date | None = Field(default=None, exclude_if=operator.not_)

    def last_contact(self) -> date | None:
        """The day of the latest reminder about another case."""
        return max((one.contacted for one in self.cases if one.contacted), default=None)

    def contacts(self) -> list[tuple[date, str]]:
        """The days and channels (empty: not known) of the latest reminders about other cases."""
        return [
            (day, channel)
            for one in self.cases
            if one.contacted is not None
            for day, channel in zip_longest(
                (*one.earlier, one.contacted), one.channels, fillvalue=""
            )
            if isinstance(day, date)
        ]

    def promised_after(self, day: date) -> int:
        """How many promises were made in other cases after a day."""
        return sum(made > day for one in self.cases for made in one.promises)

    def arrears(self, since: date) -> list[CaseCounts]:
        """The other cases of the unbroken arrears to which a case since ``since`` belongs.

        Arrears are unbroken while something is overdue in any case, also one that has closed since.
        """
        left, found = list(self.cases), list[CaseCounts]()
        while linked := [one for one in left if one.until is None or one.until >= since]:
            since = min(since, *(one.since for one in linked))
            found += linked
            left = [one for one in left if one not in linked]
        return found

    def fees_in_arrears(self, since: date) -> tuple[date, ...]:
        """The days of fees of other cases in those arrears (renteloven § 9 b stk. 2)."""
        return tuple(sorted(day for one in self.arrears(since) for day in one.fees))

    def credit_in(self, currency: str) -> Money:
        """All that is not allocated, in one currency."""
        amounts = [one.amount for one in self.credits]
        return total([one for one in amounts if one.currency == currency], currency)


ALONE = Debtor()


def counts_of(case: Case) -> CaseCounts | None:
    """What a case adds to what counts for its debtor; None for one without claims of its own."""
    if not case.claims:
        return None
    reminders = [one for one in case.notices.values() if one.action == "remind"]
    out = sorted(
        (one.on or one.intended_on, one.channel) for one in reminders if one.state in _OUT
    )[-MOST_COUNTED - 1 :]
    fees = [
        one.on or one.intended_on
        for one in reminders
        if one.fee and one.state in _CHARGED and not one.fee_credited
    ]
    promises = case.states.promises.values() if case.states is not None else ()
    made = [one.made for one in promises if not one.settles and one.outcome != "cancelled"]
    told = case.states.circumstances.values() if case.states is not None else ()
    return CaseCounts(
        since=min(state.claim.due for state in case.claims.values()),
        until=case.last_movement if case.closed else None,
        contacted=out[-1][0] if out else None,
        earlier=tuple(day for day, _ in out[:-1]),
        channels=tuple(channel for _, channel in out),
        fees=tuple(sorted(fees)),
        promises=tuple(sorted(made)),
        circumstances=tuple(one.model_copy(update={"cleared": ()}) for one in told),
        refused=case.states.refused if case.states is not None else (),
    )


def bound(case: Case, debtor: Debtor) -> Case:
    """The case with the circumstances that its debtor's other cases were told of.

    They bind the debtor, not a case. A claim is let go on by a person's answer in its own case.
    So do the channels that the debtor refused.
    """
    case = _refusing(case, debtor)
    others = [one for counts in debtor.cases for one in counts.circumstances]
    if not others:
        return case
    states = case.states or NONE
    there = dict(states.circumstances)
    for number, one in enumerate(others, start=1):
        why = f"circumstance_{one.what}"
        cleared = tuple(claim for claim in case.claims if yeses(case, why, (claim,)))
        name = one.id if one.id not in there else f"{one.id}.{number}"
        there[name] = one.model_copy(update={"id": name, "cleared": cleared})
    return case.model_copy(update={"states": states.model_copy(update={"circumstances": there})})


def _refusing(case: Case, debtor: Debtor) -> Case:
    states = case.states or NONE
    others = (channel for counts in debtor.cases for channel in counts.refused)
    refused = tuple(dict.fromkeys((*states.refused, *others)))
    if refused == states.refused:
        return case
    return case.model_copy(update={"states": states.model_copy(update={"refused": refused})})
