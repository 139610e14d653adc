"""Measures what each page of the console costs its function: CPU, and the bytes of a first look.

The hub is in memory with something in every room, so what is counted is our own work and the AWS
SDK's; the reference of a page is what the API's handlers cost that it asks, in the very same visit.

    python -m tests.bench.pages
"""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from moto import mock_aws

from functions import admin
from functions.pages import desk
from functions.pages.render import FOLDER

# The very world that the tests of the pages open.
_AWS, _CONSOLE, _WORLD = (
    import_module(f"tests.{name}")
    for name in ("functions.conftest", "pages.conftest", "pages.everything")
)


@dataclass(frozen=True)
class Cost:
    """A page by its route: CPU of the whole visit and of the API's answers in it; bytes of HTML.

    A document that is kept as a file, or shown within a page, has none of those.
    """

    path: str
    whole_ms: float
    asked_ms: float
    size: int


@dataclass
class _Clock:
    """CPU seconds of this thread that went into calls of one kind, nested ones counted once."""

    spent: float = 0.0
    depth: int = 0

    def timing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self.depth, began = self.depth + 1, time.thread_time()
            try:
                return call(*given, **named)
            finally:
                self.depth -= 1
                self.spent += 0 if self.depth else time.thread_time() - began

        return timed

    def take(self) -> float:
        spent, self.spent = self.spent, 0.0
        return spent


def measure(rounds: int = 5) -> list[Cost]:
    """What each page costs once it was seen before; the median of some rounds."""
    whole, asked = _Clock(), _Clock()
    with _hub() as (patch, opened):
        patch.setattr(admin, "handler", whole.timing(admin.handler))
        patch.setattr(desk.Desk, "ask", asked.timing(desk.Desk.ask))
        browser = opened("administrator")
        found = []
        for path, address in _WORLD.addresses(_WORLD.full()).items():
            visits = []
            for _ in range(rounds + 1):
                whole.take(), asked.take()
                browser.open(address, follow=False)
                visits.append((whole.take() * 1000, asked.take() * 1000))
            # The first look makes templates and clients that are kept.
            by_whole, by_asked = zip(*visits[1:], strict=True)
            size = 0 if browser.page is None else len(browser.text.encode())
            median = statistics.median
            found.append(Cost(path, median(by_whole), median(by_asked), size))
    return found


def files() -> int:
    """Bytes of what every page brings along: the stylesheet and the mark."""
    return sum((FOLDER / name).stat().st_size for name in ("dunlin.css", "dunlin.svg"))


@contextmanager
def _hub() -> Iterator[tuple[pytest.MonkeyPatch, Callable[..., Any]]]:
    """A hub in memory, and what opens a browser on it."""
    logging.disable(logging.CRITICAL)
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.NOTSET)
        stack.callback(_AWS._forget_clients)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        stack.enter_context(mock_aws())
        _AWS._forget_clients()
        stack.enter_context(contextmanager(_AWS.settled)(patch))
        yield patch, stack.enter_context(contextmanager(_CONSOLE.opening)(patch))


if __name__ == "__main__":
    for one in sorted(measure(), key=lambda one: -one.whole_ms):
        print(f"{one.whole_ms:7.1f} ms {one.asked_ms:7.1f} ms {one.size:7} bytes  {one.path}")
