"""Statements of one account in their order: what they prove without a gap, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from shared.domain.explain import Record

R = TypeVar("R", bound=Record)
# What a cursor may hold: a gap this old stays one until its statement comes.
_MOST_WAITING = 40
_MOST_PAGES = 100
_AGAIN = "a statement with this number has come before"
_MISSING = "a statement before this one is missing: ask the bank for it"


class Link(Record):
    """One statement, or one page of it.

    ``number`` counts the bank's statements; ``opening`` and ``closing`` are booked balances (plain
    decimals, signed); ``through`` is the instant (UTC) through which the bank says that this is
    all. None: not said.
    """

    statement: str
    number: int | None = None
    opening: str | None = None
    closing: str | None = None
    through: datetime | None = None
    page: int = 1
    last: bool = True


class Chain(Record):
    """What is proven of one account by one kind of message.

    ``last`` is the newest statement that follows without a gap on all before it; ``waiting`` came
    ahead of a missing one; ``pages`` belong to statements whose other pages are still to come.
    """

    last: Link | None = None
    waiting: tuple[Link, ...] = ()
    pages: tuple[Link, ...] = ()
    through: datetime | None = None

    def add(self, link: Link, *, again: bool = False) -> tuple[Chain, str]:
        """The chain with one more statement, and what is to be told of it (empty: nothing).

        ``again``: the bank says that it sends this one once more.
        """
        whole, chain = _paged(self, link)
        if whole is None:
            return chain, ""
        if _repeats(chain, whole):
            known = again or whole.number is None
            return _corrected(chain, whole), "" if known else _AGAIN
        if _follows(chain.last, whole):
            return _absorbed(_extended(chain, whole)), ""
        return _with(chain, waiting=(*chain.waiting, whole)[-_MOST_WAITING:]), _MISSING

    def unnumbered(self) -> Chain:
        """The chain for a bank whose numbers are not to be believed."""
        last = _with(self.last, number=None) if self.last else None
        waiting = tuple(_with(each, number=None) for each in self.waiting)
        return _absorbed(_with(self, last=last, waiting=waiting))


def _paged(chain: Chain, link: Link) -> tuple[Link | None, Chain]:
    """The statement as a whole once all its pages are here, first to last."""
    if link.page == 1 and link.last:
        return link, chain
    mine = {each.page: each for each in chain.pages if each.statement == link.statement}
    mine[link.page] = link
    others = tuple(each for each in chain.pages if each.statement != link.statement)
    final = max(mine)
    if mine[final].last and set(mine) == set(range(1, final + 1)):
        whole = _with(mine[final], opening=mine[1].opening, page=1)
        return whole, _with(chain, pages=others)
    return None, _with(chain, pages=(*others, *mine.values())[-_MOST_PAGES:])


def _repeats(chain: Chain, link: Link) -> bool:
    known = [each for each in (chain.last, *chain.waiting) if each is not None]
    if any(each.statement == link.statement for each in known):
        return True
    ends = (link.through, chain.through)
    behind = ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]
    if link.number is None:
        return behind and not _follows(chain.last, link)
    if link.number == 1:
        return behind  # else a new year begins
    if None not in ends and not behind:
        return any(each.number == link.number for each in chain.waiting)
    return any(each.number is not None and link.number <= each.number for each in known)


def _follows(before: Link | None, link: Link) -> bool:
    """Whether nothing is missing between a statement and the next one.

    Numbers must go on and balances must meet, where both statements have them: a swept account
    opens and closes at zero every day, and its missing day would be seen by the number alone.
    """
    if before is None:
        return True
    if None not in {before.closing, link.opening} and before.closing != link.opening:
        return False
    if before.number is None or link.number is None:
        return True
    return link.number in {before.number + 1, 1}


def _extended(chain: Chain, link: Link) -> Chain:
    ends = [each for each in (chain.through, link.through) if each is not None]
    return _with(chain, last=link, through=max(ends, default=None))


def _absorbed(chain: Chain) -> Chain:
    """The chain with all that waited and now follows."""
    for each in chain.waiting:
        if chain.last is not None and _follows(chain.last, each):
            rest = tuple(other for other in chain.waiting if other is not each)
            return _absorbed(_extended(_with(chain, waiting=rest), each))
    return chain


def _corrected(chain: Chain, link: Link) -> Chain:
    """A statement that came again: its closing balance is what the next one opens with."""
    if chain.last is not None and chain.last.statement == link.statement:
        return _absorbed(_extended(chain, link))
    waiting = (link if each.statement == link.statement else each for each in chain.waiting)
    return _with(chain, waiting=tuple(waiting))


def _with(record: R, **fields: object) -> R:
    return record.model_copy(update=fields)
