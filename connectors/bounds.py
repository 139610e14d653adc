"""What is beyond a door's bounds, for a caller that can ask for less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.errors import Unreadable

A = TypeVar("A")
B = TypeVar("B")


class TooLarge(Unreadable):
    """An answer, or one element of it, holds more than is taken: fewer records may do."""


def by_halves(ask: Callable[[Sequence[A]], B], asked: Sequence[A]) -> list[B]:
    """The answers to one question, in as many parts as it takes for each to be small enough.

    Raises ``TooLarge`` when one record alone is too large.
    """
    try:
        return [ask(asked)]
    except TooLarge:
        if len(asked) < 2:
            raise
    middle = len(asked) // 2
    return [*by_halves(ask, asked[:middle]), *by_halves(ask, asked[middle:])]
