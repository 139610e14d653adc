"""Proposals: what a person is shown when no rule is certain, ranked, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.matching_answers import ask, exactly, point_out, pour, propose
from shared.domain.matching_evidence import Evidence, owed_of
from shared.domain.matching_groups import groups_of
from shared.domain.matching_parts import Item, Match, Proposal

_MOST_GROUPS = 3
_MOST_DEBTORS = 10  # an account that paid for more is an agent's and says little


def proposed(e: Evidence) -> Match:
    """A question to a person; the rule of the first proposal names it, or ``nothing``."""
    seen: set[tuple[object, ...]] = set()
    proposals = []
    for one in _each(e):
        what = (one.invoices, one.allocations)
        if what not in seen:
            seen.add(what)
            proposals.append(one)
    alike = [item for item in e.owed if e.fits(item)]
    if len(alike) > e.settings.hold_at_most:
        alike = []
    return ask(e, proposals[0].rule if proposals else "nothing", proposals, alike)


def _each(e: Evidence) -> Iterator[Proposal]:
    yield from _named(e, "references_unclear", owed_of(e.given))
    yield from (propose(e, "typo", [(item, e.amount)]) for item in e.slips())
    yield from _named(e, "text_unclear", owed_of(e.told))
    yield from _of_payer(e)
    yield from _sent(e)
    alike = [item for item in e.owed if e.fits(item)]
    if len(alike) <= e.settings.hold_at_most:
        yield from (propose(e, "amount_only", [(item, e.amount)]) for item in alike)


def _named(e: Evidence, rule: str, items: list[Item]) -> Iterator[Proposal]:
    """Those that fit first, then the money poured into all that are named, the oldest first."""
    if any(item.open.currency != e.amount.currency for item in items):
        yield point_out(e, "other_currency", items)
        return
    yield from (propose(e, rule, [(item, e.amount)]) for item in items if e.fits(item))
    if items:
        yield propose(e, rule, exactly(e, items) or pour(e, items))


def _of_payer(e: Evidence) -> Iterator[Proposal]:
    """What the known debtors owe: the amount itself, groups; of one debtor also what is near."""
    for debtor in e.known[:_MOST_DEBTORS]:
        items = [item for item in e.owed if item.debtor == debtor]
        yield from (propose(e, "payer_unclear", [(i, e.amount)]) for i in items if e.fits(i))
        for group in groups_of(e, items, most=_MOST_GROUPS):
            yield propose(e, "payer_unclear", group.parts, group.nettings)
    items = list(e.of_payer())
    near = [item for item in items if e.nearly_fits(item)]
    yield from (propose(e, "payer_unclear", pour(e, [item])) for item in near)
    if items:
        yield propose(e, "payer_unclear", pour(e, items))


def _sent(e: Evidence) -> Iterator[Proposal]:
    sent = e.sighting.instructed
    if sent is None or sent.currency == e.amount.currency:
        return
    items = [i for i in e.items if i.state != "closed" and sent in (i.open, i.total)]
    if len(items) <= e.settings.hold_at_most:
        yield from (point_out(e, "sent_amount", [item]) for item in items)
