"""What a partner's files say: each kind in the order of its numbers, none twice, none left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from connectors.collectors.sftp_file.settings import Config
from connectors.collectors.sftp_file.wire import MOST_PATHS, TransferFailed, UnderWay, Wire
from connectors.contract import RowError
from connectors.contract_collectors import ReportPage
from connectors.json_door import read_json, write_json
from connectors.partner_csv_reports import KINDS, Kind, read_file
from connectors.s3_folder import S3Folder
from connectors.whole_file import FileRefused
from shared.errors import Retry, Unreadable

_NAME = re.compile(r"(RCPT|STAT|SETL|CLOS)_[A-Za-z0-9-]{1,40}_([0-9]{8}T[0-9]{6}Z)_([0-9]{6})\.csv")


class _Next(NamedTuple):
    kind: Kind
    number: int
    name: str


class Incoming:
    """The folder of a partner's server that its files lie in."""

    def __init__(self, config: Config, folder: S3Folder, wire: Wire) -> None:
        self._config, self._folder, self._wire = config, folder, wire

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:  # noqa: ARG002
        """One page a file, up to ten files of each kind; a file counts once its ``.done`` is there.

        A number that is missing while a later one is there, and a file that is refused, stop their
        kind: the page says which and why, and its cursor stays before it. The other kinds go on.
        The cursor is the last number that was read of each kind. Nothing is moved or removed.
        """
        read = _read(cursor)
        self._wire.own(self._config.creditor)
        try:
            names = self._wire.listed(self._config.incoming, "listings/")
            for kind in KINDS:
                yield from self._kind(kind, names, read)
        except UnderWay:
            raise Retry("the partner's files are still on their way", after=60) from None
        except TransferFailed:
            raise Retry("the partner's server gave no files") from None

    def _kind(self, kind: Kind, names: list[str], read: dict[str, int]) -> Iterator[ReportPage]:
        there = _there(kind, names)
        following = list[_Next]()
        number = read[kind] + 1
        while number in there and len(following) < MOST_PATHS:
            following.append(_Next(kind, number, there[number]))
            number += 1
        if following:
            paths = [f"{self._config.incoming.rstrip('/')}/{one.name}" for one in following]
            self._wire.fetch(paths, "in/")
        for one in following:
            try:
                page = self._page(one, read)
            except FileRefused as refused:
                yield ReportPage(refused=refused.errors, cursor=_cursor(read))
                return
            yield page
        if number not in there and max(there, default=0) > number:
            missing = RowError(
                row=f"{kind}_{number:06d}", field="seq",
                text="a file of this number is missing: those of its kind after it wait",
            )  # fmt: skip
            yield ReportPage(refused=(missing,), cursor=_cursor(read))

    def _page(self, one: _Next, read: dict[str, int]) -> ReportPage:
        body = self._folder.get(f"in/{one.name}")
        if body is None:
            raise Retry("a file of the partner did not arrive")
        said = read_file(
            one.name, body, kind=one.kind, seq=one.number, receiver=self._config.creditor
        )
        read[one.kind] = one.number
        return ReportPage(
            reports=said.reports,
            remittances=() if said.remittance is None else (said.remittance,),
            refused=said.beside,
            cursor=_cursor(read),
        )


def _there(kind: Kind, names: list[str]) -> Mapping[int, str]:
    """The complete files of a kind by number; of two with one number the later one counts."""
    all_names, found = frozenset(names), dict[int, tuple[str, str]]()
    for name in names:
        match = _NAME.fullmatch(name)
        if match is None or match[1] != kind or f"{name}.done" not in all_names:
            continue
        number = int(match[3])
        found[number] = max(found.get(number, ("", "")), (match[2], name))
    return {number: name for number, (_, name) in found.items()}


def _read(cursor: str | None) -> dict[str, int]:
    given = read_json(cursor.encode()) if cursor else {}
    if not isinstance(given, dict) or not all(isinstance(one, int) for one in given.values()):
        raise Unreadable("the cursor has an unknown shape")
    return {kind: int(given.get(kind, 0)) for kind in KINDS}


def _cursor(read: Mapping[str, int]) -> str:
    return write_json(dict(read)).decode()
