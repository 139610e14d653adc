"""Several calls to one counterpart at once, for waits that would else add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
# As many connections as an AWS client keeps (botocore's ``max_pool_connections``).
AT_ONCE = 10


def at_once(call: Callable[[A], B], asked: Sequence[A]) -> list[B]:
    """What ``call`` gives for each of ``asked``, in that order.

    ``call`` runs in threads of its own. The first error in that order is raised; what has not begun
    by then is not done.
    """
    if len(asked) < 2:
        return [call(one) for one in asked]
    with ThreadPoolExecutor(min(AT_ONCE, len(asked))) as pool:
        return list(pool.map(call, asked))
