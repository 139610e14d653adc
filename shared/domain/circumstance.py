"""Circumstances of a debtor: which claims stop, which wait for a person, which go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.state_events import AuthorityNumber, CircumstanceKind

Effect = Literal["stops", "asks", "goes_on"]


class Effects(NamedTuple):
    """What a circumstance does to claims that arose up to its effective day, and to later ones."""

    earlier: Effect
    later: Effect


# Where claims stop, they are filed with whoever runs the proceedings and no answer of a person
# lets them go on before the circumstance has ended. Where a person is asked, the addressee or the
# manner changes: the estate of a deceased or bankrupt, a guardian, an address that nobody may
# learn. After the opening of a restructuring or debt arrangement the debtor pays new debts.
EFFECTS: Mapping[CircumstanceKind, Effects] = {
    "deceased": Effects("asks", "asks"),
    "bankruptcy": Effects("stops", "asks"),
    "restructuring": Effects("stops", "goes_on"),
    "debt_arrangement": Effects("stops", "goes_on"),
    "minor": Effects("asks", "asks"),
    "guardian": Effects("asks", "asks"),
    "protected_identity": Effects("asks", "asks"),
    "vulnerable": Effects("asks", "asks"),
}

# Whoever is addressed is not the debtor, or must not be found by it: no letter goes to the
# debtor's own address while one of these stands.
_OTHER_ADDRESSEE = frozenset({"deceased", "minor", "guardian", "protected_identity"})

# What people are asked: to whom letters may go, whether claims were filed, whether the partner
# may have a claim in spite of a circumstance.
ADDRESSEE = "addressee_needed"
FILING = "filing_due"
HAND_OVER = "hand_over_in_circumstance"


class Circumstance(Record):
    """A circumstance of the case's debtor; ``cleared`` are claims that a person let go on."""

    id: str
    what: CircumstanceKind
    effective: date
    authority_number: AuthorityNumber | None = None
    contact: Id | None = None
    file_by: date | None = None
    cleared: tuple[Id, ...] = ()

    def earlier(self, issued: date) -> bool:
        """Whether a claim invoiced on a day arose before it; its own day counts as before.

        The invoice's day stands for the day on which the debt arose, which no source states.
        """
        return issued <= self.effective

    def effect(self, issued: date) -> Effect:
        """What it does to a claim that was invoiced on a day."""
        effects = EFFECTS[self.what]
        return effects.earlier if self.earlier(issued) else effects.later


def addressee(circumstances: Iterable[Circumstance]) -> str | None:
    """The party (its id) that letters go to instead of the debtor: the contact named last."""
    named = [one.contact for one in circumstances if one.what in _OTHER_ADDRESSEE and one.contact]
    return named[-1] if named else None


def nameless(circumstances: Iterable[Circumstance]) -> bool:
    """Whether letters must go to somebody else than the debtor and nobody has said to whom."""
    there = list(circumstances)
    return any(one.what in _OTHER_ADDRESSEE for one in there) and addressee(there) is None
