"""Which of a debtor's items make up a sum: every answer, and whether it could be mere chance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb, gcd

MOST_PIECES = 5
MOST_CANDIDATES = 20
_ODDS = 100


def sums(values: Sequence[int], target: int, *, most: int) -> list[tuple[int, ...]]:
    """Positions of two to five ``values`` (minor units) that sum to ``target``; at most ``most``.

    Credits are negative. Small groups come first, then those of earlier values: give the oldest
    first. Only the first twenty values are tried (21,679 groups).
    """
    found: list[tuple[int, ...]] = []
    tried = values[:MOST_CANDIDATES]
    for size in range(2, min(MOST_PIECES, len(tried)) + 1):
        for group in combinations(range(len(tried)), size):
            if sum(tried[i] for i in group) == target:
                found.append(group)
                if len(found) == most:
                    return found
    return found


def is_no_chance(values: Sequence[int], target: int) -> bool:
    """Whether a wrong amount would hit one of the sums in less than one of a hundred payments.

    Among twenty items a fifth of all amounts is the sum of some; and where all are multiples of
    50.00, so is nearly every amount. More than twenty are never tried whole, so never certain.
    """
    if len(values) > MOST_CANDIDATES:
        return False
    groups = sum(comb(len(values), size) for size in range(2, MOST_PIECES + 1))
    return groups * gcd(*values) * _ODDS <= target
