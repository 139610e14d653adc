"""E-invoices (Peppol BIS Billing 3 in UBL, Finvoice 3) that the creditor drops into its folder.

An e-invoice says what was invoiced and credited, and never what was paid: the bank does. So nobody
is reminded of one of these invoices before a bank connection shows the payments. Each number
counts once, whatever the format; what is not clear is refused and told beside the file, and an
invoice whose credit note cannot be read is held for a person.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from urllib.parse import unquote

from connectors.contract import Connection, Finding, Page, RowError, Spec
from connectors.drop_folder import Drop, DropFolder
from connectors.erp.einvoice_files.config import Config
from connectors.erp.einvoice_files.cursor import OVERLAP, Cursor, Delivery
from connectors.erp.einvoice_files.document import Document, Odd
from connectors.erp.einvoice_files.opening import compact, opened, read
from connectors.erp.einvoice_files.shelf import Shelf
from connectors.xml_door import Element
from shared.domain.model import Fact, Id, OpenItem
from shared.errors import Reconnect, Retry, Unreadable

# Files that are read at once: as many, and bytes of them together (a larger one goes alone).
_PAGE = 100
_HELD = 20_000_000
_WHO_PAID = "e-invoices do not say who has paid: nobody is reminded before a bank is connected"

SPEC = Spec(
    name="erp.einvoice_files",
    title="E-invoices from files (Peppol BIS Billing 3, Finvoice 3)",
    countries=("*",),
    config=Config,
    secrets=(),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "open_items", "incremental", "do_not_dun",
         "files"}
    ),
    docs="docs/connectors/erp.einvoice_files.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice"),
    processing="the hub's own AWS account",
    ordered=True,
    proof="none",
    window_minutes=6 * 60,  # a drop wakes the pull; this is for what was not told
    overlap_minutes=int(OVERLAP.total_seconds()) // 60,
    services=("s3",),
)  # fmt: skip


def connect(connection: Connection) -> EinvoiceFiles:
    """The drop folder of a connection, reached through ``connection.clients["s3"]``."""
    return EinvoiceFiles(connection)


class EinvoiceFiles:
    """The e-invoices of one connection, below ``<prefix><connection id>/``."""

    def __init__(self, connection: Connection) -> None:
        self._config = Config.model_validate(connection.config.model_dump())
        self._id = connection.id
        root = f"{self._config.prefix}{connection.id}/"
        self._folder = DropFolder(connection.clients["s3"], self._config.bucket, root)
        self._shelf = Shelf(self._folder, connection.id, self._config)
        self._accounts = {compact(one) for one in self._config.accounts}

    def test(self) -> Sequence[Finding]:
        """Look at the folder, the right to write, and what the newest file says."""
        try:
            drops = self._folder.drops()
            self._folder.probe()
        except (Retry, Reconnect, Unreadable) as error:
            return [Finding(check="bucket", ok=False, text=f"{error}: {self._folder.url}")]
        found = Finding(check="bucket", ok=True, text=f"drop the files into {self._folder.url}")
        bank = Finding(check="bank", ok=True, text=_WHO_PAID)
        if not drops:
            text = "no file has arrived: drop a first one and test again"
            return [found, bank, Finding(check="file", ok=False, text=text)]
        return [found, bank, self._looked_at(drops[-1])]

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """What the files dropped since ``cursor`` say, oldest first by S3's clock.

        A file that cannot be read is one refused row and moves the cursor on. S3 lists what was
        written at once, so a pull is complete through ``now`` (UTC).
        """
        state = Cursor.read(cursor)
        drops = self._folder.drops(state.floor)
        if state.through is not None and not drops:
            raise Unreadable("the inbox is empty: leave the newest file in it")
        delivery = Delivery(state, drops)
        batches = _batches(delivery.fresh)
        told = self._folder.reported() if batches else set()
        page = Page(cursor=state.text())
        for batch in batches:
            if page.facts or page.refused:
                yield page
            facts, refused = self._delivered(batch, told)
            delivery.take(batch)
            page = Page(facts=tuple(facts), refused=tuple(refused), cursor=delivery.cursor().text())
        yield page.model_copy(update={"complete_through": now})

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What was invoiced less what was credited. It proves no payment: the bank does that."""
        mine = f"{self._id}:"
        return [
            self._shelf.kept(unquote(each.removeprefix(mine))).item(each)
            if each.startswith(mine)
            else OpenItem(invoice=each, open=None)
            for each in invoices
        ]

    def _delivered(
        self, batch: Sequence[Drop], told: Container[str]
    ) -> tuple[list[Fact], list[RowError]]:
        """What some files add, and which documents were refused; told beside each file too.

        ``told`` are the files beside which something was told before.
        """
        bodies = self._folder.bodies(batch)
        found = [self._looked_into(*one) for one in zip(batch, bodies, strict=True)]
        self._shelf.open(one for each in found for one in each if isinstance(one, Document))
        facts: list[Fact] = []
        refused: list[RowError] = []
        for drop, documents in zip(batch, found, strict=True):
            rows = [
                row
                for at, one in enumerate(documents, start=1)
                for row in self._put(one, drop, at, facts)
            ]
            if rows or drop.name in told:
                self._folder.report(drop, [(one.row, one.field, one.text, "") for one in rows])
            refused += rows
        self._shelf.save()
        return facts, refused

    def _looked_into(self, drop: Drop, body: bytes | Unreadable) -> list[Document | Odd]:
        """The documents of a file, each as it reads or why it is refused."""
        if isinstance(body, Unreadable):
            return [Odd("file", str(body))]
        try:
            roots = opened(drop.name, body)
        except Unreadable as error:
            return [Odd("file", str(error))]
        found: list[Document | Odd] = []
        for root in roots:
            try:
                found.append(self._checked(root))
            except Odd as refusal:
                found.append(refusal)
        return found

    def _put(self, one: Document | Odd, drop: Drop, at: int, facts: list[Fact]) -> list[RowError]:
        """Add what a document says to ``facts``; the row that is refused, where it is."""
        try:
            if isinstance(one, Odd):
                raise one
            facts += self._shelf.put(one, drop)
        except Odd as refusal:
            facts += self._doubted(drop, refusal)
            return [_row(drop, refusal.field, str(refusal), at)]
        return []

    def _checked(self, root: Element) -> Document:
        """A document of the creditor's, to be paid to an account of the creditor's."""
        try:
            said = read(root, self._config.sellers)
        except Unreadable as error:
            text = str(error)
        else:
            strange = {compact(one) for one in said.accounts} - self._accounts
            if strange and not said.credit:
                raise Odd("account", "it is to be paid to an account that is not in the settings")
            return said
        raise Odd("file", text)

    def _doubted(self, drop: Drop, refusal: Odd) -> list[Fact]:
        """The invoices that a refused document leaves in doubt, by its number or its file."""
        by = refusal.number or drop.token
        return [fact for number in refusal.doubts for fact in self._shelf.doubt(number, by)]

    def _looked_at(self, drop: Drop) -> Finding:
        try:
            roots = opened(drop.name, self._folder.body(drop))
            for root in roots:
                self._checked(root)
        except Odd as refusal:
            text = f"the newest file is refused at {refusal.field}: {refusal}"
            return Finding(check="file", ok=False, text=text)
        except (Retry, Reconnect, Unreadable) as error:
            return Finding(check="file", ok=False, text=str(error))
        return Finding(check="file", ok=True, text="the newest file can be read")


def _batches(drops: Sequence[Drop]) -> list[list[Drop]]:
    """The drops in order, so many at a time as may be held at once."""
    found: list[list[Drop]] = []
    size = 0
    for one in drops:
        size += one.size
        if not found or size > _HELD or len(found[-1]) >= _PAGE:
            found.append([])
            size = one.size
        found[-1].append(one)
    return found


def _row(drop: Drop, field: str, text: str, at: int = 1) -> RowError:
    return RowError(row=drop.name if at == 1 else f"{drop.name}:{at}", field=field, text=text)
