"""A partner's file counts whole or not at all: what is said of one that does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.contract import RowError

_ODD = re.compile(r"[^A-Za-z0-9_.-]")


class FileRefused(Exception):
    """A file of which nothing is taken; ``errors`` say in which lines and why."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("a file of the partner is refused")
        self.errors = tuple(errors)


def fault(name: str, line: int, field: str, text: str) -> RowError:
    """One line of a file that cannot be read; ``text`` is a fixed sentence without the value."""
    return RowError(row=f"{_ODD.sub('_', name)[:120]}:{line}", field=field, text=text)
