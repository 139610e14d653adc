"""Takes a dropped file whole or puts it aside whole: contents, messages and numbers seen before."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from connectors.banks.camt.cursor import Cursor
from connectors.banks.camt.message import Message, Refusal
from connectors.banks.camt.reader import MAX_BYTES, read_message
from connectors.banks.camt.settings import Config
from connectors.banks.camt.standing import Standing
from connectors.contract import RowError
from connectors.drop_folder import Drop, DropFolder
from shared.domain.sighting import Sighting
from shared.errors import Unreadable

PAGE = 500
_OTHER_CONTENT = "a message with this id has come before with other content"
_LEFT_OUT = "the correction leaves out payments of the message that it corrects"
# A connection test has no clock: a statement's end is held against its own bank's.
_TESTED_AT = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was put aside: what is told, and the cursor behind it."""

    drop: Drop
    told: tuple[RowError, ...]
    state: Cursor


@dataclass(frozen=True, slots=True)
class Put:
    """A file that was taken: its movements lie in ``lines``, one a line."""

    drop: Drop
    told: tuple[RowError, ...]
    state: Cursor
    lines: IO[bytes] | None

    def pages(self, done: int) -> Iterator[tuple[Sighting, ...]]:
        """The movements in their order without the first ``done``, at most ``PAGE`` at a time."""
        if self.lines is None:
            return
        self.lines.seek(0)
        for _ in islice(self.lines, done):
            pass
        while found := tuple(map(Sighting.model_validate_json, islice(self.lines, PAGE))):
            yield found


class Inbox:
    """The drop folder of one connection."""

    def __init__(self, connection: str, config: Config, s3: Any) -> None:
        self._connection, self._config = connection, config
        root = f"{config.prefix}{connection}/"
        self.folder = DropFolder(s3, config.bucket, root)
        self._accounts = {one.account: one for one in config.accounts}

    @contextmanager
    def put(self, drop: Drop, state: Cursor, now: datetime) -> Iterator[Put | Refused]:
        """A file, read and judged; its movements are there as long as the context is open."""
        with TemporaryFile() as raw, TemporaryFile() as lines:
            try:
                message = self._taken(drop, raw, lines, now)
            except Refusal as refusal:
                yield self._aside(drop, refusal, state)
                return
            if message is None:
                yield Put(drop, (), state.after(drop), None)
                return
            after, told = self._judged(drop, message, state)
            yield Put(drop, told, after, lines)

    def looked_at(self, drop: Drop) -> str:
        """What a file holds, in a sentence. Raises ``Unreadable`` saying what is wrong with it."""
        with TemporaryFile() as raw:
            self.folder.spool(drop, raw, max_bytes=MAX_BYTES)
            raw.seek(0)
            try:
                message = read_message(
                    raw, self._connection, self._config, _TESTED_AT, lambda _: None
                )
                fault = ""
            except Refusal as refusal:
                where = ", ".join(part for part in (refusal.place, refusal.path) if part)
                fault = f"{refusal}; see {where}" if where else str(refusal)
        if fault:
            raise Unreadable(fault)
        entries = sum(one.entries for one in message.proven)
        return f"{message.kind}: {entries} entries, {len(message.movements)} payments to be taken"

    def _taken(self, drop: Drop, raw: IO[bytes], lines: IO[bytes], now: datetime) -> Message | None:
        """The message of a file, None when its content was taken before. Raises ``Refusal``."""
        fault = ""
        try:
            self.folder.spool(drop, raw, max_bytes=MAX_BYTES)
        except Unreadable as error:
            fault = str(error)
        if fault:
            raise Refusal("", "file", fault)
        first = self.folder.first(drop)
        if first is not None and first != drop.token:
            return None
        raw.seek(0)

        def take(found: Sighting) -> None:
            lines.write(found.model_dump_json().encode() + b"\n")

        message = read_message(raw, self._connection, self._config, now, take)
        message.copy = self._corrects(drop, message) or message.copy
        self.folder.note(drop)
        return message

    def _corrects(self, drop: Drop, message: Message) -> bool:
        """Whether a message of this id came before; a bank must say that it corrects one.

        Raises ``Refusal``. A correction may change and add movements. One that leaves some out
        goes to a person: what was booked is taken back by a reversal, never by silence.
        """
        known = self.folder.recall(message.key)
        corrects = known is not None and (known["token"] != drop.token or known["corrects"])
        if known is not None and known["token"] != drop.token:
            late = message.created <= datetime.fromisoformat(known["created"])
            if late and not message.copy:
                raise Refusal("", "GrpHdr/MsgId", _OTHER_CONTENT)
            before = array("Q")
            before.frombytes(base64.b64decode(known["movements"]))
            if not set(before) <= set(message.movements):
                raise Refusal("", "GrpHdr/MsgId", _LEFT_OUT)
        value = {
            "token": drop.token,
            "created": message.created.isoformat(),
            "corrects": corrects,
            "movements": base64.b64encode(message.movements.tobytes()).decode(),
        }
        self.folder.remember(message.key, value)
        return corrects

    def _judged(
        self, drop: Drop, message: Message, state: Cursor
    ) -> tuple[Cursor, tuple[RowError, ...]]:
        """The accounts with this message's statements, and everything that a person should see."""
        notes = list(message.notes)
        accounts = dict(state.accounts)
        for number, proven in enumerate(message.proven, 1):
            account = self._accounts[proven.account]
            standing = accounts.get(proven.account, Standing())
            accounts[proven.account], told = standing.after(proven, account, again=message.copy)
            notes += [(f"statement {number}", "ElctrncSeqNb", text) for text in told]
        after = state.after(drop).model_copy(update={"accounts": accounts})
        return after, self._reported(drop, notes)

    def _aside(self, drop: Drop, refusal: Refusal, state: Cursor) -> Refused:
        note = (refusal.place, refusal.path, str(refusal))
        return Refused(drop, self._reported(drop, [note]), state.refused(drop))

    def _reported(self, drop: Drop, notes: list[tuple[str, str, str]]) -> tuple[RowError, ...]:
        """Write what is to be seen beside the file, and give it on."""
        self.folder.report(drop, [(*note, "") for note in notes])
        return tuple(
            RowError(row=f"{drop.name}: {place}" if place else drop.name, field=path, text=text)
            for place, path, text in notes
        )
