"""Open-items statements (CSV or XLSX) that the creditor drops into its folder of an S3 bucket.

A ``full`` statement lists all that is open: an invoice that is absent from the newest one is
missing (``OpenItem.open`` is None), which is never taken as paid. Each file is read once by its
content; what has to be guessed is refused, row by row, and told to the creditor beside the file.
A file ``notices….csv`` is no statement but a sheet of what others did before the hub.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.bucket import BucketName
from connectors.columns import StatementMapping
from connectors.contract import Connection, Finding, Page, RowError, Spec
from connectors.drop_folder import Drop, DropFolder
from connectors.dropped_notices import MOST_STATEMENTS, Listed, is_sheet, read_notices
from connectors.statement import Problem, Statement, read_statement
from shared.domain.explain import Record
from shared.domain.model import Fact, Id, OpenItem
from shared.errors import Reconnect, Retry, Unreadable

# A multipart upload bears the time of its start, so a drop may appear behind newer ones.
_OVERLAP = timedelta(days=1)
_PAGE = 500
_NEWEST = "the newest file cannot be read: its report says why; drop a mended one"
_LATE = "the file is older than the one read last: drop it again"


class Config(BaseModel):
    """Where the statements are dropped, and how they are to be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket: BucketName = Field(
        description="The hub's inbox bucket; the statements are dropped into it."
    )
    prefix: str = Field(
        pattern=r"^([A-Za-z0-9_-]+/)*$",
        description="Folder in the bucket; below it the connection has one of its own.",
    )
    mode: Literal["full", "delta"] = Field(
        description="full: each file lists all that is open; delta: only what has changed."
    )
    mapping: StatementMapping = Field(description="How the columns of the files are to be read.")


SPEC = Spec(
    name="erp.csv_file",
    title="Open items from CSV or XLSX files",
    countries=("*",),
    config=Config,
    secrets=(),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "do_not_dun", "files",
         "past_notices"}
    ),
    docs="docs/connectors/erp.csv_file.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="the hub's own AWS account",
    ordered=True,
    proof="file",
    window_minutes=26 * 60,  # a statement a day, with two hours to be late
    overlap_minutes=int(_OVERLAP.total_seconds()) // 60,
    services=("s3",),
)  # fmt: skip


def connect(connection: Connection) -> CsvFile:
    """The drop folder of a connection, reached through ``connection.clients["s3"]``."""
    return CsvFile(connection)


class _Cursor(Record):
    """How far the inbox was delivered.

    ``through`` is the stamp of the newest drop delivered, ``delivered`` names what the overlap
    before it holds, and ``good`` is ``through`` when that newest drop could be read. ``notices``
    says the same of the sheets of past notices.
    """

    through: datetime | None = None
    good: datetime | None = None
    delivered: tuple[tuple[datetime, str], ...] = ()
    notices: _Cursor | None = Field(default=None, exclude_if=operator.not_)

    def fresh(self, drop: Drop) -> bool:
        young = self.through is None or drop.at > self.through - _OVERLAP
        return young and (drop.at, drop.token) not in self.delivered

    def late(self, drop: Drop) -> bool:
        return self.through is not None and drop.at < self.through

    def after(self, drop: Drop, *, good: bool) -> _Cursor:
        through, newest = drop.at, drop.at if good else None
        if self.through is not None and drop.at < self.through:
            through, newest = self.through, self.good
        kept = tuple(entry for entry in self.delivered if entry[0] > through - _OVERLAP)
        told = (*kept, (drop.at, drop.token))
        return _Cursor(through=through, good=newest, delivered=told, notices=self.notices)


class _NothingReadable(Unreadable):
    """Not one invoice: an export that went wrong looks like this."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("no open invoice can be read from the file")
        self.problems = problems


class CsvFile:
    """The statements of one connection, below ``<prefix><connection id>/``."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._id = connection.id
        root = f"{self._config.prefix}{connection.id}/"
        self._folder = DropFolder(connection.clients["s3"], self._config.bucket, root)
        self._newest: tuple[str, Statement] | None = None

    def test(self) -> Sequence[Finding]:
        """Look at the folder, the right to write, and the newest file's columns and rows."""
        try:
            drops = self._statements()
            self._folder.probe()
        except (Retry, Reconnect, Unreadable) as error:
            return [Finding(check="bucket", ok=False, text=f"{error}: {self._folder.url}")]
        found = Finding(check="bucket", ok=True, text=f"drop the files into {self._folder.url}")
        if not drops:
            text = "no file has arrived: drop a first one and test again"
            return [found, Finding(check="file", ok=False, text=text)]
        try:
            statement = self._checked(drops[-1], drops)
        except (Retry, Reconnect, Unreadable) as error:
            return [found, Finding(check="file", ok=False, text=str(error))]
        clear = statement.rows - len(statement.problems)
        text = f"{clear} of {statement.rows} rows of the newest file can be read"
        return [found, Finding(check="file", ok=True, text=text)]

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """The statements dropped since ``cursor``, oldest first by S3's clock, then the notices.

        A file's cursor comes with its last page, so a file that was cut short is read again whole.
        A file that cannot be read is one refused row and moves the cursor on; until a good one
        follows it, no pull is ``complete_through`` anything, and each says ``unreadable``. A notice
        of a day after ``now`` (UTC) is refused.
        """
        state = _cursor(cursor)
        held = Page(cursor=_text(state))
        for page in self._pages(state, now.date()):
            if held.facts or held.refused:
                yield held
            held = page
        end = _cursor(held.cursor)
        bad = _NEWEST if end.through and not end.good else ""
        yield held.model_copy(update={"complete_through": end.good, "unreadable": bad})

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What the newest statement says (mode delta: the newest that mentions the invoice).

        Raises ``Unreadable`` when there is no statement or the newest one cannot be read: an older
        one proves nothing then.
        """
        drops = self._statements()
        if not drops:
            raise Unreadable("no statement has arrived yet")
        known: dict[str, OpenItem] = {}
        for drop in reversed(drops):
            try:
                items = self._checked(drop, drops).items()
            except Unreadable:
                if drop is drops[-1]:
                    raise
                continue  # it was reported, and its correction is a newer file
            known = {**items, **known}
            if self._config.mode == "full" or known.keys() >= set(invoices):
                break
        return [known.get(each) or OpenItem(invoice=each, open=None) for each in invoices]

    def _statements(self) -> list[Drop]:
        return [one for one in self._folder.drops() if not is_sheet(one)]

    def _pages(self, state: _Cursor, today: date) -> Iterator[Page]:
        every = self._folder.drops()
        drops = [one for one in every if not is_sheet(one)]
        for drop in drops:
            if not state.fresh(drop):
                continue
            statement, refused = self._delivered(drop, drops, late=state.late(drop))
            before, state = state, state.after(drop, good=statement is not None)
            yield from _paged(statement.facts if statement else (), refused, before, state)
        listed, told = Listed(self._read_back(drops)), state.notices or _Cursor()
        for drop in filter(is_sheet, every if drops else ()):
            if not told.fresh(drop):
                continue
            facts, refused = self._noticed(drop, today, listed)
            told = told.after(drop, good=True)
            before, state = state, state.model_copy(update={"notices": told})
            yield from _paged(facts, refused, before, state)

    def _noticed(
        self, drop: Drop, today: date, listed: Listed
    ) -> tuple[tuple[Fact, ...], tuple[RowError, ...]]:
        """The rows of a sheet of past notices, and those that were refused."""
        try:
            sheet = read_notices(self._folder.body(drop), self._config.mapping, today, listed)
        except Unreadable as error:
            return (), self._reported(drop, [Problem(None, "file", str(error))])
        problems = [Problem(one.line, one.field, one.text) for one in sheet.problems]
        return sheet.notices, self._reported(drop, problems)

    def _read_back(self, drops: Sequence[Drop]) -> Iterator[Statement]:
        """What the newest statements say that can be read, newest first."""
        for drop in reversed(drops[-MOST_STATEMENTS:]):
            with contextlib.suppress(Unreadable):
                body = self._folder.body(drop)
                yield read_statement(drop.name, body, self._config.mapping, self._id)

    def _delivered(
        self, drop: Drop, drops: Sequence[Drop], *, late: bool
    ) -> tuple[Statement | None, tuple[RowError, ...]]:
        """What a drop adds (nothing when it repeats the one before it); None when refused."""
        statement, problems = None, [Problem(None, "file", _LATE)]
        if not late:
            try:
                statement = self._checked(drop, drops)
                problems = list(statement.problems)
            except _NothingReadable as error:
                problems = [Problem(None, "file", str(error)), *error.problems]
            except Unreadable as error:
                problems = [Problem(None, "file", str(error))]
        if statement is None:
            return None, self._reported(drop, problems)
        first = self._folder.first(drop)
        if first is None:
            self._folder.note(drop)
        elif first != drop.token:
            return Statement((), (), 0, frozenset()), ()
        return statement, self._reported(drop, problems)

    def _reported(self, drop: Drop, problems: Sequence[Problem]) -> tuple[RowError, ...]:
        """Write what was refused beside the file (with its cells), and give it on without them."""
        rows = [(str(each.line or ""), each.field, each.text, each.cell) for each in problems]
        self._folder.report(drop, rows)
        return tuple(
            RowError(
                row=drop.name if each.line is None else f"{drop.name}:{each.line}",
                field=each.field,
                text=each.text,
            )
            for each in problems
        )

    def _checked(self, drop: Drop, drops: Sequence[Drop]) -> Statement:
        """The statement of a drop. Raises ``Unreadable`` for one that proves nothing."""
        if self._newest is not None and self._newest[0] == drop.token:
            return self._newest[1]
        body = self._folder.body(drop)
        statement = read_statement(drop.name, body, self._config.mapping, self._id)
        if not statement.facts and (self._config.mode == "full" or statement.rows):
            raise _NothingReadable(statement.problems)
        first = self._folder.first(drop)
        known = first is not None and first != drop.token
        if known and first != self._folder.run_start(drop, drops):
            # The last but one file again, or books that went back to that very state.
            raise Unreadable("an older file had this content: if it is new, add a blank line to it")
        self._newest = (drop.token, statement) if drop is drops[-1] else self._newest
        return statement


def _paged(
    facts: Sequence[Fact], refused: tuple[RowError, ...], before: _Cursor, after: _Cursor
) -> Iterator[Page]:
    """A file's facts page by page; the cursor behind it, and what was refused, with the last."""
    last = max(len(facts) - 1, 0) // _PAGE * _PAGE
    for start in range(0, last, _PAGE):
        yield Page(facts=tuple(facts[start : start + _PAGE]), cursor=_text(before))
    yield Page(facts=tuple(facts[last:]), refused=refused, cursor=_text(after))


def _cursor(text: str | None) -> _Cursor:
    if text is None:
        return _Cursor()
    try:
        return _Cursor.model_validate_json(text)
    except ValidationError:
        state = None
    if state is None:
        raise Unreadable("the cursor is malformed")
    return state


def _text(state: _Cursor) -> str:
    return state.model_dump_json()
