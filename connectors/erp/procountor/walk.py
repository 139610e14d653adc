"""The walk of one pull through its three feeds: invoices, reference payments, customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.contract import Page
from connectors.erp.procountor.config import Config
from connectors.erp.procountor.cursor import Cursor
from connectors.erp.procountor.invoices import OPEN
from connectors.erp.procountor.reading import Reader
from connectors.erp.procountor.rest import ProcountorApi, follows, results
from connectors.erp.procountor.values import Row, Unclear, stamp
from shared.domain.model import Missing
from shared.errors import Reconnect, Unreadable

# Each invoice of a page costs a call or two of its own: a page is durable within half a minute.
_PAGE = 50
# Reference payments are listed from so long before the last pull: one may come to the books late,
# and one that waits to be allocated is looked at for as long.
_PAYMENT_DAYS = timedelta(days=30)
_SALES = {"types": "SALES_INVOICE"}
_OPEN = ",".join(OPEN)


class Walk:
    """One pull; ``pages`` begins it, or goes on where it was cut."""

    def __init__(self, api: ProcountorApi, reader: Reader, config: Config) -> None:
        self._api, self._reader, self._config = api, reader, config
        self._overlap = timedelta(minutes=config.overlap_minutes)

    def pages(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """The pages of a pull; raises as ``contract.Erp.pull``."""
        state = Cursor.read(cursor)
        self._right_company()
        if state.feed is None:
            newest = self._newest()
            if newest is None and state.since is not None:
                raise Unreadable("the books were filled and now show no sales invoice")
            state = state.begun(newest, self._api.clock or now)
        while state.feed is not None:
            state, page = self._step(state)
            yield page

    def _step(self, state: Cursor) -> tuple[Cursor, Page]:
        match state.feed:
            case "invoices":
                return self._invoices(state)
            case "payments":
                return self._payments(state)
            case _:
                return self._customers(state)

    def _invoices(self, state: Cursor) -> tuple[Cursor, Page]:
        """A page of invoices that changed; of all that are open where nothing was read before."""
        asked = {"status": _OPEN} if state.since is None else self._changed(state.since)
        rows = self._api.page("/invoices", _PAGE, state.after, {**_SALES, **asked})
        after = state.past(follows(rows, state.after))
        if len(rows) < _PAGE:
            after = after.turned("payments")
        facts, refused = self._reader.facts([row["id"] for row in rows])
        if state.since is None:
            facts = tuple(one for one in facts if not isinstance(one, Missing))
        return after, Page(facts=facts, refused=refused, cursor=after.text())

    def _payments(self, state: Cursor) -> tuple[Cursor, Page]:
        """The invoices of a page of reference payments that are new or newly allocated.

        The first pull has read all that is open and only notes where the payments stand.
        """
        asked = {"startDate": (state.listed_from - _PAYMENT_DAYS).isoformat()}
        rows = self._api.page("/referencepayments", _PAGE, state.after, asked)
        last = follows(rows, state.after)
        free = tuple(row["id"] for row in rows if not _invoice_of(row))
        after = state.counted(last, free)
        if len(rows) < _PAGE:
            after = after.turned("customers")
        new = [row for row in rows if row["id"] > state.older or row["id"] in state.waiting]
        numbers = dict.fromkeys(filter(None, map(_invoice_of, new)))
        facts, refused = self._reader.facts(list(numbers)) if state.since else ((), ())
        return after, Page(facts=facts, refused=refused, cursor=after.text())

    def _customers(self, state: Cursor) -> tuple[Cursor, Page]:
        """A page of customers that changed and owe something; of no other is anything kept."""
        rows: list[Row] = []
        if state.since is not None:
            asked = {"type": "CUSTOMER", **self._changed(state.since)}
            rows = self._api.page("/businesspartners", _PAGE, state.after, asked)
        ended = len(rows) < _PAGE
        after = state.past(follows(rows, state.after))
        owing = [row["id"] for row in rows if self._reader.owes(row["id"])]
        facts, refused = self._reader.customers(owing)
        through = state.began if ended else None
        after = after.ended() if ended else after
        page = Page(facts=facts, refused=refused, cursor=after.text(), complete_through=through)
        return after, page

    def _changed(self, since: datetime) -> dict[str, str]:
        edge = since - self._overlap
        return {"versionStartDate": edge.strftime("%Y-%m-%dT%H:%M:%S")}

    def _newest(self) -> datetime | None:
        """The newest stamp that the source shows of a sales invoice now."""
        asked = {**_SALES, "orderByVersion": "DESC", "size": "1"}
        rows = results(self._api.get("/invoices", asked))
        try:
            return stamp(rows[0], "version") if rows else None
        except Unclear:
            raise Unreadable("a sales invoice has no version") from None

    def _right_company(self) -> None:
        said = self._api.get("/company")
        if not isinstance(said, dict) or not isinstance(said.get("id"), int):
            raise Unreadable("the company did not answer with its record")
        if said["id"] != self._config.company:
            raise Reconnect("the API key is for another company", lacks="settings")


def _invoice_of(row: Row) -> int | None:
    """The invoice to which a reference payment is allocated."""
    found = row.get("invoiceId") if row.get("allocated") is True else None
    return found if isinstance(found, int) and found > 0 else None
