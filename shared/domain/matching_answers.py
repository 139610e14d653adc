"""Answers: a match that may be booked, or a question to a person with ranked proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.domain.explain import Reason
from shared.domain.matching_evidence import Evidence
from shared.domain.matching_parts import (
    Allocation,
    Credit,
    Difference,
    Item,
    Match,
    Netting,
    Proposal,
)
from shared.domain.money import Money, total

MOST_PROPOSALS = 10

Part = tuple[Item, Money]

# One fixed sentence a rule; docs/matching.md has them in order, with an example each.
SENTENCES = {
    "claim": "The payment was made through our own link for this claim.",
    "split": "The payer says how the money is split, and the sums agree.",
    "collective": "The payment bears the reference of a letter about several claims.",
    "reference": "The payment bears this invoice's reference.",
    "reference_at_partner": "The payment bears the reference of a claim that is handed over.",
    "references": "The payment bears several references, and their sum explains the amount.",
    "shared_reference": "Several items share the reference, and one choice explains the amount.",
    "reference_in_text": "The text holds this invoice's reference.",
    "number_in_text": "The text holds this invoice's number, and the amount is the invoice's.",
    "numbers_in_text": "The text names several invoices, and their sum is the amount.",
    "payer_amount": "The payer is known, and the amount is that of one item.",
    "payer_all": "The payer is known, and the amount is everything that is owed.",
    "payer_sum": "The payer is known, and only one group of items sums to the amount.",
    "closed": "The reference is of an item that is settled: paid twice, or too much.",
    "reference_doubted": "The reference names one item, but the amount and more name another.",
    "other_currency": "The money is in another currency than the item.",
    "other_account": "The money came to another account than the debtor was told.",
    "references_unclear": "The references do not explain the amount.",
    "typo": "A reference is one slip away from this item's, and the amount is the item's.",
    "text_unclear": "The text names this item, but not so that it is certain.",
    "payer_unclear": "The payer is known, but the amount does not say which item is meant.",
    "sent_amount": "What the payer sent, in its own currency, is the amount of this item.",
    "amount_only": "The amount is that of this item, and nothing else speaks for it.",
    "nothing": "Nothing says what the money is for.",
    "payout": "A provider passes collected money on: no debtor's payment.",
    "refund": "The creditor gave money back.",
    "reversal": "An earlier payment is taken back: it follows that payment.",
    "reinstatement": "A reversal is taken back: it follows that reversal.",
}


def because(e: Evidence, rule: str, items: Iterable[Item] = ()) -> Reason:
    """Why: the rule, the amount and the items that it looked at."""
    facts = {"payment": e.sighting.id, "amount": str(e.amount)}
    named = " ".join(item.invoice for item in items)
    if named:
        facts["invoices"] = named
    return Reason(rule=f"match.{rule}", text=SENTENCES[rule], facts=facts)


def pour(e: Evidence, items: Sequence[Item]) -> list[Part]:
    """The amount poured into the items in their order, each up to principal and charges."""
    left, parts = e.amount, []
    for item in items:
        part = min(left, item.total)
        if part:
            parts.append((item, part))
            left -= part
    return parts


def pour_evenly(e: Evidence, items: Sequence[Item]) -> list[Part]:
    """The amount poured into the principal of each item in their order, then into the charges."""
    left, shares = e.amount, {item.invoice: Money.zero(e.amount.currency) for item in items}
    for charges in (False, True):
        for item in items:
            part = min(left, item.total - item.open if charges else item.open)
            shares[item.invoice] += part
            left -= part
    return [(item, shares[item.invoice]) for item in items if shares[item.invoice]]


def exactly(e: Evidence, items: Sequence[Item]) -> list[Part] | None:
    """Each item in full, when the amount is just their sum, without or with their charges."""
    if any(item.open.currency != e.amount.currency for item in items):
        return None
    if total([item.open for item in items], e.amount.currency) == e.amount:
        return [(item, item.open) for item in items]
    if total([item.total for item in items], e.amount.currency) == e.amount:
        return [(item, item.total) for item in items]
    return None


def netted(parts: Sequence[Part], taken: Sequence[Credit]) -> tuple[list[Part], list[Netting]]:
    """Parts of the money once the credit notes are taken off them, the first part first."""
    left, nettings = list(parts), []
    for credit in taken:
        rest = credit.left
        for i, (item, amount) in enumerate(left):
            off = min(rest, amount)
            if off:
                left[i], rest = (item, amount - off), rest - off
                name = credit.credit_note
                nettings.append(Netting(credit_note=name, invoice=item.invoice, amount=off))
    return [(item, amount) for item, amount in left if amount], nettings


def book(
    e: Evidence,
    rule: str,
    parts: Sequence[Part],
    nettings: Sequence[Netting] = (),
    *,
    certain: bool = False,
) -> Match:
    """The money goes where ``parts`` say, unless currency or account speak against it."""
    items = [item for item, _ in parts]
    if any(not e.is_right_account(item) for item in items):
        return ask(e, "other_account", [propose(e, "other_account", parts, nettings)])
    rest = e.amount - total([amount for _, amount in parts], e.amount.currency)
    difference = _difference(e, parts, rest, netted=bool(nettings))
    asks = bool(rest) and difference is None
    return Match(
        rule=rule,
        automatic=True,
        ask=asks,
        allocations=_allocations(parts),
        nettings=tuple(nettings),
        rest=rest,
        difference=difference,
        exact=not rest and all(amount in (item.open, item.total) for item, amount in parts),
        certain=certain and not asks,
        hold=_of_same_debtor(e, items) if asks else (),
        because=because(e, rule, items),
    )


def ask(e: Evidence, rule: str, proposals: Sequence[Proposal], hold: Iterable[Item] = ()) -> Match:
    """A person chooses; meanwhile nobody is dunned for what the money could be meant for."""
    proposals = proposals[:MOST_PROPOSALS]
    proposed = {invoice for one in proposals for invoice in one.invoices}
    waiting = [item for item in e.items if item.invoice in proposed and item.state != "closed"]
    each = {item.invoice: item for item in (*waiting, *e.of_payer(), *hold)}
    ordered = [item.invoice for item in e.items if item.invoice in each]
    return Match(
        rule=rule,
        automatic=False,
        ask=True,
        rest=e.amount,
        proposals=tuple(proposals),
        hold=tuple(ordered),
        because=because(e, rule, waiting),
    )


def propose(
    e: Evidence, rule: str, parts: Sequence[Part], nettings: Sequence[Netting] = ()
) -> Proposal:
    """A proposal to allocate the money in these parts."""
    return Proposal(
        rule=rule,
        invoices=tuple(item.invoice for item, _ in parts),
        allocations=_allocations(parts),
        nettings=tuple(nettings),
        rest=e.amount - total([amount for _, amount in parts], e.amount.currency),
        because=because(e, rule, [item for item, _ in parts]),
    )


def point_out(e: Evidence, rule: str, items: Sequence[Item]) -> Proposal:
    """A proposal that names items but no amounts, for those are a person's to say."""
    return Proposal(
        rule=rule,
        invoices=tuple(item.invoice for item in items),
        allocations=(),
        rest=e.amount,
        because=because(e, rule, items),
    )


def _allocations(parts: Iterable[Part]) -> tuple[Allocation, ...]:
    return tuple(Allocation(invoice=item.invoice, amount=amount) for item, amount in parts)


def _difference(
    e: Evidence, parts: Sequence[Part], rest: Money, *, netted: bool
) -> Difference | None:
    """What is so little that the creditor lets it go; never of a payment with credits in it."""
    if netted or not parts:
        return None
    item, amount = parts[-1]
    if rest:
        over = Difference(invoice=item.invoice, kind="over", amount=rest)
        return over if rest <= e.tolerance else None
    missing = item.total - amount
    if len(parts) == 1 and missing and missing <= e.tolerance:
        return Difference(invoice=item.invoice, kind="under", amount=missing)
    return None


def _of_same_debtor(e: Evidence, items: Sequence[Item]) -> tuple[str, ...]:
    """The other open items of these debtors: the rest of the money may be meant for them."""
    debtors, paid = {item.debtor for item in items}, {item.invoice for item in items}
    return tuple(
        one.invoice
        for one in e.items
        if one.debtor in debtors and one.invoice not in paid and one.state != "closed"
    )
