"""The second fact: what a payer knows that does not stand in the link, asked before any name."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator

from shared.domain.case import Case
from shared.domain.model import Party
from shared.domain.money import Money

# What follows the letters that a creditor's numbers begin with. Of a shorter one the fifteen tries
# of a link's whole life (``payer_link``) would find one in a hundred.
_SHORTEST = 4
_PREFIX = re.compile(r"^[^\W\d_]+")
_LONGEST = 64


def facts(case: Case, party: Party) -> tuple[str, ...]:
    """What opens the page of a case: number or reference of any claim, the party's postal code.

    Plain, as ``plain`` makes them. A number that few guesses would find counts only together with
    the invoice's amount after it ("17 120,00").
    """
    return tuple(dict.fromkeys(one for one in _known(case, party) if one))


def known(said: str, there: Iterable[str]) -> bool:
    """Whether what a payer typed is one of the facts; it takes as long for a wrong one."""
    typed, right = plain(said[:_LONGEST]).encode(), False
    for one in there:
        right |= hmac.compare_digest(typed, one.encode())
    return right and bool(typed)


def plain(text: str) -> str:
    """Letters and digits alone, without case, width or leading zeros: so people copy numbers.

    >>> plain(" RF18 0005-3900 "), plain("00123"), plain("00100")
    ('rf1800053900', '123', '100')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if one.isalnum()).lstrip("0")


def _known(case: Case, party: Party) -> Iterator[str]:
    for state in case.claims.values():
        for name in (state.claim.number, state.claim.reference or ""):
            number = plain(name)
            if len(_PREFIX.sub("", number)) >= _SHORTEST:
                yield number
            elif number:
                yield from (f"{number}{amount}" for amount in _typed(state.claim.total))
    for address in party.addresses:
        if not address.protected:
            yield plain(address.postal_code)


def _typed(amount: Money) -> Iterator[str]:
    """The digits of an amount as people type them: with its cents, or without where it has none."""
    whole, _, cents = str(amount.amount).partition(".")
    yield f"{whole}{cents}"
    if not cents.strip("0"):
        yield whole
