"""Staging of writes: a call rehearsed up to its first write, or carried out with one write more.

A rehearsal checks a request completely and changes nothing: the first write raises ``Rehearsed``.
``joined`` puts a write (the use of an approval) into the call's first transaction: both or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Write = dict[str, Any]

_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)
_waiting: ContextVar[list[Write] | None] = ContextVar("waiting", default=None)


class Rehearsed(Exception):
    """The call would write now: nothing speaks against it."""


@contextmanager
def rehearsal() -> Iterator[None]:
    """Within it every write raises ``Rehearsed``."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


@contextmanager
def joined(write: Write) -> Iterator[list[Write]]:
    """Within it the first transaction has ``write`` too; what it yields is empty once that held."""
    waiting = [write]
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)


def wrote() -> None:
    """A single write is about to be made. Raises ``Rehearsed`` in a rehearsal."""
    if _rehearsing.get():
        raise Rehearsed


def together(writes: Sequence[Write]) -> list[Write]:
    """The writes of a transaction about to be made. Raises ``Rehearsed`` in a rehearsal."""
    wrote()
    return [*writes, *(_waiting.get() or [])]


def held() -> None:
    """The transaction has been made: what had waited for it is done."""
    waiting = _waiting.get()
    if waiting:
        waiting.clear()
