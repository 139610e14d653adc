"""Routes of pages: which function answers a method and path, and the parts of the path it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

_PART = re.compile(r"\{(\w+)\}")

Answering = TypeVar("Answering")


def found(
    routes: Mapping[str, Answering], method: str, path: str
) -> tuple[Answering, dict[str, str]] | None:
    """What answers, by ``GET /cases/{id}``, with the path's parts; None when nothing does.

    ``path`` is coded as in an address; the parts come back decoded.
    The first of ``routes`` that fits counts: fixed words stand before the parts they exclude.
    """
    for route, answering in routes.items():
        wanted, _, pattern = route.partition(" ")
        match = _compiled(pattern).fullmatch(path) if wanted == method else None
        if match is not None:
            return answering, {name: unquote(text) for name, text in match.groupdict().items()}
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = _PART.split(pattern)
    return re.compile(
        "".join(
            re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>[^/]+)"
            for number, piece in enumerate(pieces)
        )
    )
