"""Bank statements and credit notifications (ISO 20022 camt.053 and camt.054) from a drop folder.

Every version from 001.02 to 001.13 is read. A file counts whole or not at all: amounts, batches,
sums, balances and numbers must agree with what the bank states of them, or the file is put aside
for a person before a single payment exists. Each account says which message brings its payments;
the other one confirms them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.banks.camt.cursor import OVERLAP, Cursor
from connectors.banks.camt.inbox import Inbox, Put, Refused
from connectors.banks.camt.settings import Config
from connectors.contract import Connection, Finding, Page, Spec
from shared.errors import Reconnect, Retry, Unreadable

SPEC = Spec(
    name="banks.camt",
    title="Bank statements and notifications (camt.053, camt.054)",
    countries=("FI", "SE", "NO", "DK", "DE", "NL", "EE"),
    config=Config,
    secrets=(),
    capabilities=frozenset({"statements", "receipts", "files"}),
    docs="docs/connectors/banks.camt.md",
    verified="vendor sample",
    data=("payer's name", "payer's account", "payment", "message to the payee"),
    processing="the hub's own AWS account",
    ordered=True,
    window_minutes=26 * 60,  # a file a bank day, with two hours to be late; a drop wakes the pull
    overlap_minutes=int(OVERLAP.total_seconds()) // 60,
    services=("s3",),
)


def connect(connection: Connection) -> Camt:
    """The drop folder of a connection, reached through ``connection.clients["s3"]``."""
    return Camt(connection)


class Camt:
    """The files of one connection, below ``<prefix><connection id>/``."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._inbox = Inbox(connection.id, self._config, connection.clients["s3"])

    def test(self) -> Sequence[Finding]:
        """Look at the folder, the right to write, and the newest file."""
        folder = self._inbox.folder
        try:
            drops = folder.drops()
            folder.probe()
        except (Retry, Reconnect, Unreadable) as error:
            return [Finding(check="bucket", ok=False, text=f"{error}: {folder.url}")]
        found = Finding(check="bucket", ok=True, text=f"the bank's files go to {folder.url}")
        if not drops:
            text = "no file has arrived: drop a first one and test again"
            return [found, Finding(check="file", ok=False, text=text)]
        try:
            text = self._inbox.looked_at(drops[-1])
        except (Retry, Reconnect, Unreadable) as error:
            return [found, Finding(check="file", ok=False, text=str(error))]
        return [found, Finding(check="file", ok=True, text=text)]

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Movements of the files dropped since ``cursor``, oldest drop first.

        A file is read to its end before its first page. A refused one is told and moves the
        cursor on; while it lies in the inbox no pull is ``complete_through`` anything new.
        """
        drops = self._inbox.folder.drops()
        state = Cursor.read(cursor).lying(drops)
        for drop in drops:
            if not state.is_new(drop):
                continue
            with self._inbox.put(drop, state, now) as put:
                yield from self._delivered(put, state)
                state = put.state
        through = state.complete_through(self._config.accounts, now)
        yield Page(cursor=state.text(), complete_through=through)

    def _delivered(self, put: Put | Refused, state: Cursor) -> Iterator[Page]:
        """The pages of one file; the cursor moves behind it with the last one."""
        if isinstance(put, Put):
            done = state.done_of(put.drop)
            for facts in put.pages(done):
                done += len(facts)
                yield Page(facts=facts, cursor=state.partly(put.drop, done).text())
        if put.told:
            yield Page(refused=put.told, cursor=put.state.text())
