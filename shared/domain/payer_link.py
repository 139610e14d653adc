"""Payer links: how long the link in a message opens the payer's page, and what ends it sooner.

Nobody has to remember to end a link: whether it still stands is asked of the case and the party at
each use. Only a person's word is written down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from shared.domain.case import Case
from shared.domain.explain import Record

# A reminder gives two weeks or so, the longest promise a month, and a case that nobody answers is
# with a partner after three months: then the next message, or the partner, has the word. A letter
# that is found in a drawer later opens nothing.
GOOD_FOR: Final = timedelta(days=90)
# A wrong answer is a slip of the finger a few times, and after that a guess.
TRIES: Final = 5
WINDOW: Final = timedelta(days=1)
# So many locks are no slips any more: a person looks at whom the link went to, and it opens nothing
# again. Numbers of invoices follow each other: fifteen guesses are few, five a day would not be.
LOCKS_FOR_A_PERSON: Final = 3
# Acts of one link a day: a person needs a handful.
ACTS: Final = 30
# Digits as letters: an id is never taken for a person's own number.
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")

End = Literal["expired", "revoked", "moved", "returned", "address_changed"]

# A message in these states may be in the hands of the one for whom it was.
_OUT = frozenset({"intended", "unknown", "sent", "passed"})


class PayerLink(Record):
    """The link of one message (``act``) to the debtor of a case; instants are UTC.

    ``to`` is the keyed hash of the address that it went to, ``revoked`` the code of a person who
    ended it (None: nobody did).
    """

    debtor: str
    case: str
    act: str
    to: str
    made_at: datetime
    expires_at: datetime
    revoked: str | None = None


def own(link: str = "") -> str:
    """How the ids of a payer's own commands begin, by the name of its link (empty: of any)."""
    return f"payer-{link[:8].translate(_LETTERS)}-" if link else "payer-"


def ended(link: PayerLink, case: Case, there: frozenset[str], now: datetime) -> End | None:
    """Why a link opens nothing any more, or None.

    ``there`` are the keyed hashes of the addresses at which its debtor is reached today: where its
    own is not among them, it may lie with a stranger. A case that went into another one has new
    links of its own. ``now`` is wall time (UTC).
    """
    notice = case.notices.get(link.act)
    if link.revoked is not None:
        return "revoked"
    if now >= link.expires_at:
        return "expired"
    if case.successor is not None or case.debtor != link.debtor:
        return "moved"
    if notice is None or notice.state not in _OUT:
        return "returned"
    return None if link.to in there else "address_changed"
