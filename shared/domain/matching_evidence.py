"""The evidence of one payment: which items its references, text, payer and amount speak of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.matching_lookups import number_tokens
from shared.domain.matching_parts import Candidate, Credit, Item, Settings
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.references import canonical, compact, is_checked
from shared.domain.references_found import found
from shared.domain.sighting import Sighting


@dataclass(frozen=True)
class Named:
    """What one token of the payment names; ``by_number`` when it is nobody's reference.

    ``announced``: the payer says that it is a reference or an invoice number. ``strong``: that, or
    its form says so (check digits, or letters): a bare number may as well be a customer's.
    """

    token: str
    items: tuple[Item, ...]
    by_number: bool
    checked: bool
    announced: bool = True

    @property
    def strong(self) -> bool:
        """Whether it is hardly anything else than what it names."""
        return self.announced or self.checked or not self.token.isdigit()

    @property
    def owed(self) -> tuple[Item, ...]:
        """Those on which something is owed."""
        return tuple(item for item in self.items if item.state != "closed")


@dataclass(frozen=True)
class Evidence:
    """A sighting beside its candidates, which stand in one order whatever order they came in.

    ``known`` are the debtors whom the payer's account is known for.
    """

    sighting: Sighting
    items: tuple[Item, ...]
    credits: tuple[Credit, ...]
    known: tuple[Id, ...]
    settings: Settings

    @classmethod
    def of(
        cls,
        sighting: Sighting,
        candidates: Iterable[Candidate],
        known: Iterable[Id],
        settings: Settings,
    ) -> Evidence:
        """Sort the candidates: items by due day, then id; credit notes by id."""
        each = list(candidates)
        items = sorted(
            {one.invoice: one for one in each if isinstance(one, Item)}.values(),
            key=lambda item: (item.due, item.invoice),
        )
        credit_notes = sorted(
            {one.credit_note: one for one in each if isinstance(one, Credit)}.values(),
            key=lambda one: one.credit_note,
        )
        debtors = tuple(sorted(set(known)))
        return cls(sighting, tuple(items), tuple(credit_notes), debtors, settings)

    @property
    def amount(self) -> Money:
        """What came."""
        return self.sighting.amount

    @property
    def tolerance(self) -> Money:
        """The largest difference that may be closed; none when the payer sent another currency."""
        sent = self.sighting.instructed
        if sent is not None and sent.currency != self.amount.currency:
            return Money.zero(self.amount.currency)
        return self.settings.tolerance_in(self.amount.currency)

    @cached_property
    def owed(self) -> tuple[Item, ...]:
        """Items on which something is owed in the payment's currency, the oldest due first."""
        currency = self.amount.currency
        return tuple(i for i in self.items if i.state != "closed" and i.open.currency == currency)

    @cached_property
    def given(self) -> tuple[Named, ...]:
        """What the structured references, and the payer's own split, name."""
        split = [one.number for one in self.sighting.split if not one.credit]
        tokens = [canonical(one) for one in (*self.sighting.references, *split)]
        return tuple(self._named(token) for token in dict.fromkeys(tokens) if token)

    @cached_property
    def told(self) -> tuple[Named, ...]:
        """What the free text names, without what the structured references said already.

        A number that nothing announces says nothing unless it names an item, and neither does
        another reading of digits that do (with its letters, or joined with its neighbours).
        """
        given = {one.token for one in self.given}
        tokens = [one for one in found(self.sighting.text) if one.token not in given]
        named = [self._named(one.token, announced=one.announced, alone=one.alone) for one in tokens]
        hits = [one.token for one in named if one.items]
        return tuple(
            one
            for one in named
            if one.items or (one.announced and not _is_reading_of(one.token, hits))
        )

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Every number that came with the money, in references or text."""
        return frozenset(
            [*(one.token for one in self.given), *(one.token for one in found(self.sighting.text))]
        )

    @property
    def is_foreign(self) -> bool:
        """Whether the payer names something that is none of the candidates."""
        return any(not one.items and one.announced for one in (*self.given, *self.told))

    def slips(self) -> tuple[Item, ...]:
        """Items of just this amount whose reference is one slip away from one that was given."""
        tokens = [one.token for one in (*self.given, *self.told) if one.announced]
        return tuple(item for item in self.owed if self.fits(item) and _is_near(item, tokens))

    def instead_of(self, item: Item) -> tuple[Item, ...]:
        """Other items of just this amount that more than the amount speaks for.

        A reference one slip away from the one that was given, or a known payer who is another's.
        """
        if self.fits(item):
            return ()
        payers = [one for one in self.of_payer() if item.debtor not in self.known]
        each = [*self.slips(), *(one for one in payers if self.fits(one))]
        return tuple({one.invoice: one for one in each if one is not item}.values())

    def item(self, invoice: Id) -> Item | None:
        """The candidate with this id."""
        return next((one for one in self.items if one.invoice == invoice), None)

    def of_payer(self) -> tuple[Item, ...]:
        """What the payer's own debtor owes; nothing when the payer stands for several or nobody."""
        if len(self.known) != 1:
            return ()
        return tuple(item for item in self.owed if item.debtor == self.known[0])

    def credits_of(self, items: Iterable[Item]) -> tuple[Credit, ...]:
        """Credit notes of the debtor of these items; none when they are of several debtors."""
        debtors = {item.debtor for item in items}
        if len(debtors) != 1:
            return ()
        currency = self.amount.currency
        return tuple(
            one for one in self.credits if one.debtor in debtors and one.left.currency == currency
        )

    def fits(self, item: Item) -> bool:
        """Whether the amount is just what is owed, with or without the charges."""
        return item.open.currency == self.amount.currency and self.amount in (
            item.open,
            item.total,
        )

    def nearly_fits(self, item: Item) -> bool:
        """Whether the amount is what is owed but for the tolerance."""
        if item.open.currency != self.amount.currency:
            return False
        span = self.tolerance
        return any(-span <= self.amount - one <= span for one in (item.open, item.total))

    def is_right_account(self, item: Item) -> bool:
        """Whether the money came to an account that the debtor was told."""
        here = compact(self.sighting.account)
        return not item.accounts or here in {compact(one) for one in item.accounts}

    @cached_property
    def _by_reference(self) -> dict[str, list[tuple[Item, bool]]]:
        index: dict[str, list[tuple[Item, bool]]] = {}
        for item in self.items:
            for reference in dict.fromkeys(item.references):
                token = canonical(reference)
                if token and all(item is not one for one, _ in index.get(token, ())):
                    index.setdefault(token, []).append((item, is_checked(reference)))
        return index

    @cached_property
    def _by_number(self) -> dict[str, list[Item]]:
        index: dict[str, list[Item]] = {}
        for item in self.items:
            for token in number_tokens(item.number):
                index.setdefault(token, []).append(item)
        return index

    def _named(self, token: str, *, announced: bool = True, alone: bool = False) -> Named:
        by_reference = self._by_reference.get(token, ())
        if by_reference:
            announced = announced or alone
            checked = all(sure for _, sure in by_reference)
            items = tuple(item for item, _ in by_reference)
            return Named(token, items, by_number=False, checked=checked, announced=announced)
        items = tuple(self._by_number.get(token, ()))
        return Named(token, items, by_number=True, checked=False, announced=announced)


def owed_of(named: Sequence[Named]) -> list[Item]:
    """The items on which something is owed, each once, the oldest due first."""
    each = {item.invoice: item for one in named for item in one.owed}
    return sorted(each.values(), key=lambda item: (item.due, item.invoice))


def _is_reading_of(token: str, hits: Sequence[str]) -> bool:
    return any(hit in token or token in hit for hit in hits)


def _is_near(item: Item, tokens: Sequence[str]) -> bool:
    own = [token for one in item.references if (token := canonical(one))]
    return any(is_one_slip_away(a, b) for a in own for b in tokens)


def is_one_slip_away(one: str, other: str) -> bool:
    """Whether one digit wrong, missing or too many, or two neighbours swapped, lies between them.

    The Damerau distance (optimal string alignment) of exactly 1.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
