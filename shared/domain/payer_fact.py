"""The second fact: what a payer knows that does not stand in the link, asked before any name."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Iterator

from shared.domain.case import Case
from shared.domain.model import Party

# Whoever types a shorter one may as well have guessed it.
_SHORTEST = 3
_LONGEST = 64


def facts(case: Case, party: Party) -> tuple[str, ...]:
    """What opens the page of a case: number or reference of any claim, the party's postal code.

    Plain, as ``plain`` makes them. What is shorter than three characters counts only where there is
    nothing longer.
    """
    found = tuple(dict.fromkeys(one for one in map(plain, _known(case, party)) if one))
    long = tuple(one for one in found if len(one) >= _SHORTEST)
    return long or found


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
        yield state.claim.number
        yield state.claim.reference or ""
    for address in party.addresses:
        if not address.protected:
            yield address.postal_code
