"""A stream of files to a partner, numbered without a gap: which number a key has, for ever.

The numbers stand in the folder itself, because a connector keeps nothing and two workers may hand
over at once. A number is taken by writing its manifest where there is none, so that a number which
is taken has a complete manifest, and the next one is free only after it. A key finds its number
again: before a number is taken, the keys of all numbers before it have been noted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from connectors.json_door import read_json, write_json
from connectors.s3_folder import S3Folder
from shared.errors import Retry, Unreadable

# Others who take a number meanwhile: after so many a caller comes back later.
_RACES = 8
Manifest = Mapping[str, Any]


class Numbered:
    """The stream whose manifests are ``<shown>000001.json`` and so on, in ``folder``.

    ``hidden`` is where the folder keeps its notes; the partner need not read there.
    """

    def __init__(self, folder: S3Folder, *, shown: str, hidden: str) -> None:
        self._folder, self._shown, self._hidden = folder, shown, hidden

    def take(self, key: str, make: Callable[[int], Manifest]) -> Manifest:
        """The manifest of a key: the one that it has, or ``make(number)`` under the next number.

        The manifest holds ``batch_id`` (the key) and ``seq`` (its number) beside what ``make`` says
        of the files, which must be there before it is made. Raises as the folder does.
        """
        for _ in range(_RACES):
            last = self._last()
            noted = self._folder.get(self._note(key))
            if noted is not None:
                return self.read(_number(noted))
            number = last + 1
            manifest = {"batch_id": key, "seq": number, **make(number)}
            body = write_json(manifest)
            if self._folder.put_first(self._name(number), body, "application/json"):
                self._noted(number, key)
                self._folder.put(self._end, str(number).encode(), "text/plain")
                return manifest
        raise Retry("others are writing into the same stream")

    def read(self, number: int) -> Manifest:
        """The manifest of a number that is taken. Raises ``Unreadable`` when it is gone."""
        found = self._found(number)
        if found is None:
            raise Unreadable("a file of the stream has been taken away")
        return found

    def _last(self) -> int:
        """The highest number that is taken; its key, and those before it, have been noted."""
        known = self._folder.get(self._end)
        number = start = _number(known) if known is not None else 0
        while (manifest := self._found(number + 1)) is not None:
            number += 1
            self._noted(number, str(manifest["batch_id"]))
        if number > start:
            self._folder.put(self._end, str(number).encode(), "text/plain")
        return number

    def _found(self, number: int) -> Manifest | None:
        body = self._folder.get(self._name(number))
        if body is None:
            return None
        manifest = read_json(body)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("batch_id"), str):
            raise Unreadable("a manifest has an unknown shape")
        return manifest

    def _noted(self, number: int, key: str) -> None:
        self._folder.put(self._note(key), str(number).encode(), "text/plain")

    @property
    def _end(self) -> str:
        return f"{self._hidden}last"

    def _name(self, number: int) -> str:
        return f"{self._shown}{number:06d}.json"

    def _note(self, key: str) -> str:
        return f"{self._hidden}keys/{hashlib.sha256(key.encode()).hexdigest()}"


def _number(body: bytes) -> int:
    text = body.decode("ascii", "replace")
    if not (text.isascii() and text.isdigit()):
        raise Unreadable("a number of the stream is none")
    return int(text)
