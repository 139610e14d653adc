"""Rules of what the payer says in figures: our own claim id, a split by invoice, references."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.matching_answers import (
    Part,
    ask,
    book,
    exactly,
    netted,
    point_out,
    pour,
    pour_evenly,
    propose,
)
from shared.domain.matching_evidence import Evidence, Named, owed_of
from shared.domain.matching_groups import choose, less_credits
from shared.domain.matching_parts import Credit, Item, Match
from shared.domain.money import total
from shared.domain.references import canonical


def by_claim(e: Evidence) -> Match | None:
    """The provider carried our own id of the claim: any amount is for it."""
    item = e.item(e.sighting.claim) if e.sighting.claim else None
    if item is None:
        return None
    return _only(e, "claim", item) if item.state != "closed" else closed(e, [item])


def by_split(e: Evidence) -> Match | None:
    """The payer's own split, when every line is known and the sums agree."""
    lines = [one for one in e.sighting.split if not one.credit]
    if not lines or any(one.amount.currency != e.amount.currency for one in e.sighting.split):
        return None
    owed = {one.token: one.owed for one in e.given}
    items = [owed.get(canonical(one.number) or "", ()) for one in lines]
    taken = _credits_taken(e)
    if taken is None or any(len(one) != 1 for one in items):
        return None
    parts = [(each[0], line.amount) for each, line in zip(items, lines, strict=True)]
    if len({item.invoice for item, _ in parts}) != len(parts) or not _is_owed(parts):
        return None
    left, nettings = netted(parts, taken)
    if total([amount for _, amount in left], e.amount.currency) != e.amount:
        return None
    return book(e, "split", left, nettings, certain=_is_one_debtor([item for item, _ in parts]))


def by_collective(e: Evidence) -> Match | None:
    """The one reference of a letter: the principal of its claims, the oldest due first.

    Fees and interest come after every principal, so that the letter's sum closes all its claims.
    """
    items = [one for one in e.items if not e.tokens.isdisjoint(one.collective)]
    if not items:
        return None
    owed = [one for one in items if one.state != "closed"]
    if not owed:
        return closed(e, items)
    if any(item.open.currency != e.amount.currency for item in owed):
        return ask(e, "other_currency", [point_out(e, "other_currency", owed)])
    parts = pour_evenly(e, owed)
    together = {token for item in items for token in item.collective}
    others = [one for one in e.given if one.token not in together]
    less = e.amount < total([item.open for item in owed], e.amount.currency)
    names_more = any(one.items for one in others) or (bool(others) and less)
    if names_more or not _is_one_debtor(items):
        return ask(e, "references_unclear", [propose(e, "collective", parts)])
    return book(e, "collective", parts, certain=True)


def by_references(e: Evidence) -> Match | None:
    """Structured references: one item at any amount, several when they explain the amount."""
    named = [one for one in e.given if one.items]
    items = owed_of(named)
    if not named:
        return None
    if not items:
        return closed(e, [item for one in named for item in one.items])
    if any(item.open.currency != e.amount.currency for item in items):
        return ask(e, "other_currency", [point_out(e, "other_currency", items)])
    doubt = _doubt(e, items)
    if doubt is not None:
        return doubt
    if any(len(one.owed) > 1 for one in named):
        return _shared(e, items)
    together = owed_of([*named, *(one for one in e.told if one.announced)])
    if len(items) > 1 or (len(together) > 1 and not e.fits(items[0])):
        return _several(e, together, items, may_exceed=not any(one.by_number for one in named))
    return _single(e, named, items[0])


def closed(e: Evidence, items: Sequence[Item]) -> Match:
    """Money for something that is settled goes nowhere else by itself, and its debtor is let be."""
    debtors = {item.debtor for item in items}
    hold = [item for item in e.owed if item.debtor in debtors]
    slips = [propose(e, "typo", [(item, e.amount)]) for item in e.slips()]
    return ask(e, "closed", [point_out(e, "closed", items), *slips], hold)


def _single(e: Evidence, named: Sequence[Named], item: Item) -> Match | None:
    """One item is named and nothing speaks against it."""
    if named[0].by_number and not e.nearly_fits(item):
        return None  # an invoice number has no check digit: the amount must say the same
    names_more = any(not one.items for one in e.given) or len(named) > 1
    if names_more and e.amount < item.open:
        return None  # the payer names more than this item, and less came
    rule = "reference_at_partner" if item.state == "with_partner" else "reference"
    return _only(e, rule, item, certain=all(one.checked for one in named))


def _only(e: Evidence, rule: str, item: Item, *, certain: bool = True) -> Match:
    if item.open.currency != e.amount.currency:
        return ask(e, "other_currency", [point_out(e, "other_currency", [item])])
    group = less_credits(e, [item]) if e.amount < item.open else None
    if group is not None:
        return book(e, rule, group.parts, group.nettings, certain=certain)
    return book(e, rule, pour(e, [item]), certain=certain)


def _several(
    e: Evidence, together: Sequence[Item], structured: Sequence[Item], *, may_exceed: bool
) -> Match | None:
    """Items that the payer names together, with or without those of the text."""
    if any(item.open.currency != e.amount.currency for item in together):
        return None
    for items in (together, structured):
        sure = _is_one_debtor(items)
        parts = exactly(e, items)
        if parts is not None:
            return book(e, "references", parts, certain=sure)
        group = less_credits(e, items)
        if group is not None:
            return book(e, "references", group.parts, group.nettings, certain=sure)
    if may_exceed and e.amount > total([item.total for item in together], e.amount.currency):
        return book(e, "references", pour(e, together))
    return None


def _shared(e: Evidence, items: Sequence[Item]) -> Match | None:
    chosen = choose(e, items)
    if chosen is None:
        return None
    group = chosen[1]
    sure = _is_one_debtor(items)
    return book(e, "shared_reference", group.parts, group.nettings, certain=sure)


def _doubt(e: Evidence, items: Sequence[Item]) -> Match | None:
    """One item is named, the amount is another's, and payer or a near reference name that one too.

    A slip may turn one right reference into another: neighbours that differ by five may be swapped
    without changing the Finnish check digit.
    """
    others = e.instead_of(items[0]) if len(items) == 1 else ()
    if not others:
        return None
    each = [propose(e, "reference_doubted", [(item, e.amount)]) for item in others]
    return ask(e, "reference_doubted", [*each, propose(e, "reference", pour(e, items))])


def _credits_taken(e: Evidence) -> list[Credit] | None:
    """The credit notes of the split, each as far as the payer takes it; None if one is unknown."""
    taken = []
    for line in e.sighting.split:
        token = canonical(line.number) if line.credit else None
        if not line.credit:
            continue
        found = [one for one in e.credits if token and canonical(one.number) == token]
        if len(found) != 1 or found[0].left.currency != line.amount.currency:
            return None
        if line.amount > found[0].left:
            return None
        taken.append(found[0].model_copy(update={"left": line.amount}))
    return taken


def _is_owed(parts: Sequence[Part]) -> bool:
    """Whether no line asks for more of an item than is owed there, in its own currency."""
    return all(
        item.open.currency == amount.currency and amount <= item.total for item, amount in parts
    )


def _is_one_debtor(items: Sequence[Item]) -> bool:
    return len({item.debtor for item in items}) == 1
