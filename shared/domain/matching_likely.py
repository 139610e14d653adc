"""Rules of what the payer wrote and who the payer is: certain only together with the amount."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.matching_answers import book, exactly, pour
from shared.domain.matching_certain import closed
from shared.domain.matching_evidence import Evidence, Named, owed_of
from shared.domain.matching_groups import Group, choose, less_credits
from shared.domain.matching_parts import Item, Match


def by_text(e: Evidence) -> Match | None:
    """Numbers in the free text: any amount for an announced reference, else the very amount."""
    if any(one.items for one in e.given):
        return None  # what the structured references name was weighed before
    named = [one for one in e.told if one.items]
    announced = [one for one in named if one.announced]
    if announced and not owed_of(named):
        return closed(e, [item for one in announced for item in one.items])
    if any(len(one.owed) > 1 for one in named):
        return None
    for group in dict.fromkeys((tuple(owed_of(named)), tuple(owed_of(announced)))):
        answer = _one(e, named, group[0]) if len(group) == 1 else _several(e, group)
        if answer is not None:
            return answer
    return None


def by_payer(e: Evidence) -> Match | None:
    """The payer's account is known for one debtor, and one choice among what it owes is the amount.

    Not when the payer names anything else: then the money is for that.
    """
    items = e.of_payer()
    if not items or e.is_foreign or any(one.items for one in (*e.given, *e.told)):
        return None
    chosen = choose(e, items)
    if chosen is None:
        return None
    how, group = chosen
    return book(e, f"payer_{how}", group.parts, group.nettings)


def _one(e: Evidence, named: Sequence[Named], item: Item) -> Match | None:
    """A text that names one item: by a reference that it announces, or with its amount."""
    by = [one for one in named if item in one.owed]
    rule = "number_in_text" if all(one.by_number for one in by) else "reference_in_text"
    if item.open.currency != e.amount.currency:
        return None
    announced = any(one.announced for one in by)
    strong = any(one.strong for one in by) or e.known == (item.debtor,)
    if (strong and e.fits(item)) or (announced and e.nearly_fits(item)):
        return book(e, rule, pour(e, [item]), certain=announced)
    group = less_credits(e, [item])
    if announced and group is not None:
        return book(e, rule, group.parts, group.nettings)
    sure = any(one.announced and one.checked and not one.by_number for one in by)
    if sure and len(named) == 1 and not e.is_foreign and not e.instead_of(item):
        return book(e, rule, pour(e, [item]))
    return None


def _several(e: Evidence, items: Sequence[Item]) -> Match | None:
    """A text that names several items: only if their sum is the amount."""
    if not items or any(item.open.currency != e.amount.currency for item in items):
        return None
    parts = exactly(e, items)
    group = Group(tuple(items), tuple(parts)) if parts is not None else less_credits(e, items)
    return book(e, "numbers_in_text", group.parts, group.nettings) if group else None
