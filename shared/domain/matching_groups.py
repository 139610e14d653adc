"""Groups: which of some items, less credit notes, explain an amount together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from shared.domain.matching_answers import Part, exactly, netted
from shared.domain.matching_evidence import Evidence
from shared.domain.matching_parts import Credit, Item, Netting, minor
from shared.domain.matching_sums import is_no_chance, sums
from shared.domain.money import total

_MOST_CREDITS = 3


class Group(NamedTuple):
    """Items, how much of the money each gets, and the credit notes that lower them."""

    items: tuple[Item, ...]
    parts: tuple[Part, ...]
    nettings: tuple[Netting, ...] = ()


def choose(e: Evidence, items: Sequence[Item]) -> tuple[str, Group] | None:
    """The one choice among ``items`` that explains the amount: one, all, or a group of them.

    Credit notes of their debtor count as negative amounts. None when there is no choice, more than
    one, or one that could be chance.
    """
    one = [item for item in items if e.fits(item)]
    if one:
        only = Group((one[0],), ((one[0], e.amount),))
        return ("amount", only) if len(one) == 1 else None
    whole = exactly(e, items) if len(items) > 1 else None
    if whole is not None:
        return "all", Group(tuple(items), tuple(whole))
    groups = groups_of(e, items, most=2)
    pieces: list[Item | Credit] = [*items, *e.credits_of(items)]
    values = [_value(piece) for piece in pieces]
    if len(groups) != 1 or not is_no_chance(values, minor(e.amount)):
        return None
    return "sum", groups[0]


def groups_of(e: Evidence, items: Sequence[Item], *, most: int) -> list[Group]:
    """Groups of items, less credit notes, whose sum is the amount; the smallest and oldest first.

    Without the charges first; at most ``most``.
    """
    pieces: list[Item | Credit] = [*items, *e.credits_of(items)]
    found: dict[tuple[int, ...], Group] = {}
    for with_charges in (False, True):
        values = [_value(piece, with_charges=with_charges) for piece in pieces]
        for places in sums(values, minor(e.amount), most=most):
            group = _group([pieces[i] for i in places], with_charges=with_charges)
            found.setdefault(places, group)
    return list(found.values())[:most]


def less_credits(e: Evidence, items: Sequence[Item]) -> Group | None:
    """All of ``items`` less the only credit notes (at most three) that leave the amount."""
    credit_notes = e.credits_of(items)
    if not credit_notes:
        return None
    off = total([item.open for item in items], e.amount.currency) - e.amount
    found = [
        taken
        for size in range(1, _MOST_CREDITS + 1)
        for taken in combinations(credit_notes, size)
        if total([credit.left for credit in taken], e.amount.currency) == off
    ]
    return _group([*items, *found[0]], with_charges=False) if len(found) == 1 else None


def _group(pieces: Sequence[Item | Credit], *, with_charges: bool) -> Group:
    items = tuple(piece for piece in pieces if isinstance(piece, Item))
    taken = [piece for piece in pieces if isinstance(piece, Credit)]
    parts = [(item, item.total if with_charges else item.open) for item in items]
    left, nettings = netted(parts, taken)
    return Group(items, tuple(left), tuple(nettings))


def _value(piece: Item | Credit, *, with_charges: bool = False) -> int:
    if isinstance(piece, Credit):
        return -minor(piece.left)
    return minor(piece.total if with_charges else piece.open)
