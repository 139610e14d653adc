"""Reads one camt.053 or camt.054 file as a stream, entry by entry; every version by local names.

What is found goes to ``take`` as it comes and counts only when the whole message has been read
without a fault.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from connectors.banks.camt.batch import OpenEntry
from connectors.banks.camt.entry import Booking, Transaction, transaction
from connectors.banks.camt.keys import Keys, digest
from connectors.banks.camt.message import Message, Refusal
from connectors.banks.camt.movement import Setting, came_back, sighting
from connectors.banks.camt.settings import ZONES, Config, Kind
from connectors.banks.camt.statement import Statement
from connectors.banks.camt.values import Fault, instant_of
from connectors.xml_door import Element, Event, Opened, Source, stream_xml
from shared.domain.sighting import Sighting
from shared.errors import Unreadable

# A hundred thousand entries are some 100 MB; with what is spooled, it must fit a Lambda's 512 MB.
MAX_BYTES = 250_000_000
_MESSAGES: dict[str, Kind] = {
    "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054",
}  # fmt: skip
_STATEMENTS = {"Stmt", "Ntfctn"}
_CONTAINERS = frozenset({"Document", *_MESSAGES, *_STATEMENTS, "Ntry", "NtryDtls"})
# Never needed: postal addresses, agents, owners, cards and what banks add for themselves.
_UNREAD = frozenset({
    "PstlAdr", "CtctDtls", "RltdAgts", "Svcr", "Ownr", "MsgRcpt", "Avlbty", "CardTx", "Intrst",
    "RltdAcct", "Tax", "Purp", "Prxy", "LineDtls", "SplmtryData", "AddtlStmtInf",
    "TtlNtriesPerBkTxCd",
})  # fmt: skip
_INSIDE = {
    "Document": {""}, "BkToCstmrStmt": {"Document"}, "BkToCstmrDbtCdtNtfctn": {"Document"},
    "Stmt": {"BkToCstmrStmt"}, "Ntfctn": {"BkToCstmrDbtCdtNtfctn"}, "Ntry": _STATEMENTS,
    "NtryDtls": {"Ntry"},
}  # fmt: skip
_A_SUM = "a sum without its transactions: ask the bank for them, the money waits"
_MOST_NOTES = 200
_MOST_STATEMENTS = 1_000


def read_message(
    source: Source,
    connection: str,
    config: Config,
    now: datetime,
    take: Callable[[Sighting], None],
) -> Message:
    """Read a file to its end. Raises ``Refusal`` for the first thing that is wrong with it."""
    reader = _Reader(connection, config, now, take)
    try:
        for event in stream_xml(source, _CONTAINERS, unread=_UNREAD, max_bytes=MAX_BYTES):
            reader.hear(event)
        return reader.done()
    except Fault as fault:
        refusal = Refusal(reader.place, fault.field, str(fault))
    except Unreadable as error:
        refusal = Refusal(reader.place, "", str(error))
    raise refusal


class _Reader:
    """Follows the stream. ``place`` is where it stands, for people: statement and entry number."""

    def __init__(
        self, connection: str, config: Config, now: datetime, take: Callable[[Sighting], None]
    ) -> None:
        self._connection, self._named, self._now = connection, config.named(), now
        self._take = take
        self._path: list[str] = [""]
        self._kind: Kind | None = None
        self._message: Message | None = None
        self._paging: Element | None = None
        self._statements = self._entries = 0
        self._statement: Statement | None = None
        self._setting: Setting | None = None
        self._entry: OpenEntry | None = None
        self._keys = Keys("")

    @property
    def place(self) -> str:
        """Such as ``statement 1, entry 17``; empty outside of statements."""
        if not self._statements:
            return ""
        entry = f", entry {self._entries}" if self._entry is not None else ""
        return f"statement {self._statements}{entry}"

    def hear(self, event: Event) -> None:
        """Take one part of the document."""
        if isinstance(event, Element):
            self._part(event)
        elif isinstance(event, Opened):
            if self._path[-1] not in _INSIDE[event.name]:
                raise Fault(event.name, "this element stands in the wrong place")
            self._path.append(event.name)
            self._opened(event.name)
        else:
            self._closed(event.name)
            self._path.pop()

    def done(self) -> Message:
        """The message, once the document has ended."""
        message = self._message
        if message is None or not message.proven:
            raise Fault("Document", "the file holds no statement and no notification")
        ordered = sorted(message.movements)
        if any(one == other for one, other in pairwise(ordered)):
            raise Fault("AcctSvcrRef", "two movements of the file bear the same bank reference")
        message.movements = array("Q", ordered)
        return message

    def _opened(self, name: str) -> None:
        if name in _MESSAGES:
            if self._kind is not None:
                raise Fault(name, "the file holds two messages")
            self._kind = _MESSAGES[name]
        elif name in _STATEMENTS:
            self._statements += 1
            if self._statements > _MOST_STATEMENTS:
                raise Fault(name, "the file holds too many statements")
            self._entries = 0
            self._statement = Statement(self._known().kind, self._paging)
            self._setting = None
        elif name == "Ntry":
            self._entries += 1
            self._entry = OpenEntry()
            self._begin_entries()
            self._keys.entry()
        elif name == "NtryDtls":
            self._entry_head()
            self._open_entry().batch.part()

    def _closed(self, name: str) -> None:
        if name == "NtryDtls":
            self._open_entry().batch.end_part()
        elif name == "Ntry":
            self._end_entry()
        elif name in _STATEMENTS:
            self._end_statement()

    def _part(self, part: Element) -> None:
        here = self._path[-1]
        if here == "NtryDtls":
            self._detail(part)
        elif here == "Ntry":
            self._open_entry().head(part)
        elif here in _STATEMENTS and self._statement is not None:
            if self._setting is None:
                self._statement.take(part)
        elif here in _MESSAGES and part.name == "GrpHdr":
            self._header(part)
        elif here in {"", "Document"}:
            raise Fault("Document", "the file is neither camt.053 nor camt.054")

    def _header(self, header: Element) -> None:
        if self._message is not None or self._kind is None:
            raise Fault("GrpHdr", "this stands twice")
        name = header.value("MsgId")
        if not name:
            raise Fault("GrpHdr/MsgId", "the message has no id")
        self._paging = header.find("MsgPgntn")
        zone = ZONES[next(iter(self._named.values())).country]
        self._message = Message(
            kind=self._kind,
            id=name,
            page=header.value("MsgPgntn", "PgNb"),
            created=instant_of(header.value("CreDtTm"), "GrpHdr/CreDtTm", zone),
        )

    def _begin_entries(self) -> None:
        """The statement's head is complete when its first entry begins."""
        if self._setting is None and self._statement is not None:
            account = self._statement.account(self._named)
            self._setting = Setting(self._connection, account, self._named)
            self._keys = Keys(self._statement.id)

    def _detail(self, part: Element) -> None:
        entry, setting = self._open_entry(), self._held()
        if part.name == "Btch":
            entry.batch.claims(part)
        elif part.name == "TxDtls":
            one = transaction(part, entry.booked, ZONES[setting.account.country])
            entry.batch.add(one)
            if one.amount is None:
                entry.alone = one  # it must stay the only one: the entry then says its amount
            else:
                self._moved(entry, one, "")

    def _end_entry(self) -> None:
        booked = self._entry_head()
        entry, setting = self._open_entry(), self._held()
        entry.batch.check()
        if entry.alone is not None:
            self._moved(entry, entry.alone, entry.note)
        elif not entry.batch.transactions:
            if entry.batch.single:
                whole = transaction(Element("TxDtls", {}), booked, ZONES[setting.account.country])
                self._moved(entry, whole, entry.note)
            elif booked.credit and booked.settled and booked.amount and self._brings_details():
                self._note("NtryDtls", _A_SUM)
        if self._statement is not None:
            self._statement.add(booked)
        self._entry = None

    def _end_statement(self) -> None:
        self._begin_entries()
        statement, message, setting = self._statement, self._known(), self._held()
        if statement is not None:
            message.proven.append(statement.close(setting.account, self._now))
            message.copy = message.copy and statement.is_copy
        self._statement = self._setting = None

    def _moved(self, entry: OpenEntry, one: Transaction, note: str) -> None:
        """One transaction of an entry: a movement, where this kind of message brings them."""
        if not self._brings_details():
            return
        told = came_back(entry.booked, one)
        if told:
            self._note("TxDtls/RtrInf", told)
        found = sighting(self._held(), self._keys, entry.booked, one, note)
        if found is not None:
            self._known().movements.append(digest(found.id))
            self._take(found)

    def _note(self, path: str, text: str) -> None:
        notes = self._known().notes
        if len(notes) < _MOST_NOTES:
            notes.append((self.place, path, text))

    def _brings_details(self) -> bool:
        return self._held().account.details == self._known().kind

    def _entry_head(self) -> Booking:
        """The entry's head; what is not booked yet may be of the message's day."""
        zone = ZONES[self._held().account.country]
        return self._open_entry().open(zone, self._known().created.date())

    def _known(self) -> Message:
        if self._message is None:
            raise Fault("GrpHdr", "the message has no header")
        return self._message

    def _held(self) -> Setting:
        if self._setting is None:
            raise Fault("Acct/Id", "entries stand before their account")
        return self._setting

    def _open_entry(self) -> OpenEntry:
        if self._entry is None:
            raise Fault("Ntry", "this element stands in the wrong place")
        return self._entry
