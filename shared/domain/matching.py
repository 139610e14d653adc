"""Matching: which invoices a payment is meant for, by an ordered list of rules.

The first rule that has an answer gives it. A rule that books by itself asks for evidence that
cannot be chance; whatever is only likely becomes a proposal to a person. ``docs/matching.md`` tells
the rules in a credit manager's words.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.matching_answers import because
from shared.domain.matching_certain import by_claim, by_collective, by_references, by_split
from shared.domain.matching_evidence import Evidence
from shared.domain.matching_likely import by_payer, by_text
from shared.domain.matching_parts import Candidate, Match, Settings
from shared.domain.matching_proposed import proposed
from shared.domain.model import Id
from shared.domain.sighting import Sighting

DEFAULT = Settings()

_RULES = (by_claim, by_split, by_collective, by_references, by_text, by_payer)


def match(
    sighting: Sighting,
    candidates: Iterable[Candidate],
    known: Iterable[Id] = (),
    settings: Settings = DEFAULT,
) -> Match:
    """What the money is for.

    ``candidates`` are items and credit notes of this creditor, in any order, at least those that
    share a key of ``matching_lookups`` and all that are owed by the ``known`` debtors: those whom
    the payer's account is known for. Fewer are enough for an answer that is ``exact``. Allocations
    and rest always sum to the amount. Only a receipt is matched: a payout is nobody's payment, a
    reversal follows what it reverses.
    """
    e = Evidence.of(sighting, candidates, known, settings)
    if sighting.kind != "receipt":
        return Match(
            rule=sighting.kind,
            automatic=False,
            ask=False,
            rest=sighting.amount,
            because=because(e, sighting.kind),
        )
    for rule in _RULES:
        answer = rule(e)
        if answer is not None:
            return answer
    return proposed(e)
