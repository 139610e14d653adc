"""The feed's own key of a movement: the bank's reference, or what comes nearest to one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import quote

from shared.domain.explain import content_hash

_LONGEST = 80


class Keys:
    """Keys of one statement's movements, given out in its order.

    ``AcctSvcrRef`` (the bank's own reference, equal in camt.053 and camt.054 where the bank gives
    the same one), else the statement's id and ``NtryRef``, else a hash of what is known. The
    second transaction under one entry's reference is ``/2``, and so on.
    """

    def __init__(self, statement: str) -> None:
        self._statement = statement
        self._unnamed: Counter[str] = Counter()
        self._last = ""
        self._ordinal = 0

    def entry(self) -> None:
        """A new entry begins: its transactions are counted from one."""
        self._last, self._ordinal = "", 0

    def key(
        self,
        bank: Iterable[str],
        entry_reference: str,
        content: Callable[[], Iterable[str]],
        ids: Iterable[str],
    ) -> str:
        """The key of the next movement.

        ``bank`` are the bank's references, the narrowest first; ``ids`` those that the payer's
        side gave; ``content`` is asked where the bank gave none. Only where none at all names the
        movement does the statement stand for it.
        """
        named = next((reference for reference in bank if reference), "")
        if named:
            return self._numbered(_plain(named))
        if entry_reference:
            return self._numbered(f"{_plain(self._statement)}.{_plain(entry_reference)}")
        known = [*ids]
        told = {"of": [*content(), *known], "in": "" if known else self._statement}
        digest = f"h-{content_hash(told)[:32]}"
        self._unnamed[digest] += 1
        times = self._unnamed[digest]
        return digest if times == 1 else f"{digest}/{times}"

    def _numbered(self, name: str) -> str:
        self._ordinal = self._ordinal + 1 if name == self._last else 1
        self._last = name
        return name if self._ordinal == 1 else f"{name}/{self._ordinal}"


def digest(movement: str) -> int:
    """A movement's id in 64 bits, to find ids that repeat without holding them all."""
    return int.from_bytes(hashlib.sha256(movement.encode()).digest()[:8])


def _plain(reference: str) -> str:
    """The reference without blanks and signs that keys may not hold."""
    text = quote(reference, safe="")
    return text if len(text) <= _LONGEST else f"h-{content_hash(reference.encode())[:32]}"
