"""Matches a drawn month whose truth is known: how much by itself, how much wrongly, how fast."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from infra.local.bench.figures import Figure, Target
from infra.local.bench.month import Month
from infra.local.bench.month_books import Ledger, Paid
from shared.domain.matching import match
from shared.domain.matching_lookups import lookups, lookups_of
from shared.domain.matching_parts import Allocation, Candidate, Match
from shared.domain.money import Money

GROUP = "Matching a synthetic month (pure; one core)"
INVOICES = 12_000
PAYMENTS = 10_000


class Index:
    """Candidates by their look-up keys, and debtors by payer, as the table keeps them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keys: dict[str, set[str]] = {}
        self._payers: dict[str, set[str]] = {}
        for name in (*ledger.items, *ledger.credits):
            self.put(name)

    def put(self, name: str) -> None:
        """Find an item or credit note by its keys of now too; old ones do no harm."""
        for key in lookups_of(self._get(name)):
            self._keys.setdefault(key, set()).add(name)

    def known(self, payer: str) -> tuple[str, ...]:
        """The debtors whom an account is known for."""
        return tuple(self._payers.get(payer, ()))

    def learn(self, payer: str, debtor: str) -> None:
        """Remember whose account it is."""
        if payer:
            self._payers.setdefault(payer, set()).add(debtor)

    def candidates(self, keys: Iterable[str], known: Iterable[str]) -> list[Candidate]:
        """What shares a key, what the known debtors owe, and the credit notes of all of them."""
        names = {name for key in keys for name in self._keys.get(key, ())}
        found = [self._get(name) for name in names if self._is_there(name)]
        debtors = {one.debtor for one in found} | set(known)
        owed = [item for debtor in known for item in self._ledger.owed(debtor)]
        credit_notes = [f"erp:credit-{one}" for one in debtors]
        there = [self._ledger.credits[one] for one in credit_notes if one in self._ledger.credits]
        return [*found, *owed, *there]

    def _get(self, name: str) -> Candidate:
        return self._ledger.items.get(name) or self._ledger.credits[name]

    def _is_there(self, name: str) -> bool:
        return name in self._ledger.items or name in self._ledger.credits


@dataclass
class Matched:
    """What became of the month; ``seen`` counts (habit, what came of it)."""

    payments: int = 0
    ours: int = 0
    right: int = 0
    wrong: list[tuple[Paid, Match]] = field(default_factory=list)
    first: int = 0
    asked: int = 0
    seconds: float = 0.0
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """The share of the payments meant for us that were booked by themselves, and rightly."""
        return self.right / self.ours


def live(month: Month, payments: int) -> Matched:
    """Match the month's payments in turn, each with what the hub would know by then."""
    index, done = Index(month.ledger), Matched()
    for paid in month.payments(payments):
        begun = time.thread_time()
        keys, _, payer = lookups(paid.sighting)
        known = index.known(payer)
        answer = match(paid.sighting, index.candidates(keys, known), known)
        done.seconds += time.thread_time() - begun
        _count(done, paid, answer)
        if answer.certain:
            index.learn(payer, month.ledger.items[answer.allocations[0].invoice].debtor)
        month.ledger.settle(paid.meant)
        for invoice in paid.meant:
            index.put(invoice)
    return done


def _count(done: Matched, paid: Paid, answer: Match) -> None:
    done.payments += 1
    done.ours += bool(paid.meant)
    if answer.automatic:
        right = _meant(answer.allocations) == paid.meant
        done.right += right
        if not right:
            done.wrong.append((paid, answer))
    else:
        done.asked += bool(paid.meant)
        first = answer.proposals[0].allocations if answer.proposals else ()
        done.first += bool(paid.meant) and _meant(first) == paid.meant
    done.seen[paid.habit, answer.rule] += 1


def _meant(allocations: Iterable[Allocation]) -> dict[str, Money]:
    return {one.invoice: one.amount for one in allocations}


def figures() -> list[Figure]:
    """The whole month, one payment after the other."""
    done = live(Month(INVOICES), PAYMENTS)
    by_rule = Counter[str]()
    for (_, rule), count in done.seen.items():
        by_rule[rule] += count
    words = ", ".join(f"{rule.replace('_', ' ')} {n:,}" for rule, n in by_rule.most_common())
    note = (
        f"A drawn month: {PAYMENTS:,} payments over {INVOICES:,} invoices in four countries, its "
        "truth known; typing errors, merged and part payments, missing and foreign references, "
        "strangers. Its mix is invented, so the rate compares versions, not creditors."
    )
    return [
        Figure(
            GROUP, "booked by itself, and rightly", done.rate * 100, "% of our payments",
            target=Target("at least", 85), words=words, note=note,
        ),
        Figure(
            GROUP, "booked by itself, and wrongly", len(done.wrong), "payments",
            target=Target("exactly", 0),
        ),
        Figure(
            GROUP, "asked of a person, and the first proposal is right",
            done.first / done.asked * 100, "%", words=f"{done.first:,} of {done.asked:,}",
        ),
        Figure(GROUP, "payments matched", done.payments / done.seconds, "per CPU s"),
    ]  # fmt: skip
