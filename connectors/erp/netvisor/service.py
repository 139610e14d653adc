"""Netvisor's web service: one signed request at a time, and what its ResponseStatus says.

Source: https://support.netvisor.fi/en/support/solutions/articles/77000500440-controlling-errors
(one message at a time, the categories of errors). Every answer is XML
with a ``ResponseStatus``; ``FAILED`` may come under HTTP 200.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from urllib.parse import urlencode

from connectors.contract import Connection
from connectors.erp.netvisor.fields import Fields, read_stamp
from connectors.erp.netvisor.signature import Signer
from connectors.http import Answer, Door, Method, raise_for
from connectors.server_clock import said_at
from connectors.xml_door import Element, stream_xml
from shared.errors import Reconnect, Refused, Retry, Unreadable

# The vendor advises two minutes; a step that proves a balance before a touch lives no longer.
TOTAL_SECONDS = 60
MAX_BYTES = 20_000_000
# What holds the records of an answer, as the vendor's pages and samples spell it.
_LISTS = frozenset(
    {"SalesInvoiceList", "SalesInvoices", "Customerlist", "CustomerList", "Customers",
     "SalesPaymentList", "DeletedSalesInvoices", "DeletedSalesPayments", "Replies"}
)  # fmt: skip
_FOLDED = frozenset(name.lower() for name in _LISTS)
# The invoice as a PDF in Base64, as the vendor's page and samples spell it.
_DOCUMENTS = frozenset({"LastSentInvoicePDFBase64Data", "LastSentInvoicePdfBase64Data"})
_CONTAINERS = frozenset({"Root", "root", *_LISTS, *_FOLDED})
# The vendor's own spelling comes first.
_AGAIN = {"SYSTEM_MAINTANANCE", "SYSTEM_MAINTENANCE", "TECHNICAL_ERROR", "REQUEST_NOT_UNIQUE"}
_REFUSED = {"INVALID_DATA", "INVALID_DATA_SIZE", "DUPLICATE_DATA", "PERIOD_LOCK"}
_THROTTLED = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Reply:
    """The records of a good answer, in order.

    ``stamp`` is Netvisor's own clock, without a zone; ``date`` the same moment in UTC, where the
    answer said it.
    """

    records: Sequence[Element]
    stamp: datetime
    date: datetime | None


class Service:
    """One company's interface. Calls are made one after the other, as the vendor asks."""

    def __init__(self, connection: Connection, origin: str, signer: Signer) -> None:
        self._signer = signer
        self._door = Door(
            origin, private_targets=connection.private_targets, total_seconds=TOTAL_SECONDS,
            max_bytes=MAX_BYTES, secrets=connection.secrets.values(), meter=connection.meter,
        )  # fmt: skip

    def get(
        self,
        resource: str,
        params: Mapping[str, object],
        *,
        unread: frozenset[str] = frozenset(),
    ) -> Reply:
        """The records that a resource lists, without the elements that are named in ``unread``.

        Raises ``Retry``, ``Reconnect`` (``lacks`` is ``consent`` where the right to the resource is
        missing), ``Refused`` with Netvisor's category as the code, ``TooLarge`` or ``Unreadable``.
        """
        return self._reply(self.call("GET", resource, params), unread)

    def post(self, resource: str, body: bytes) -> Reply:
        """The reply to an XML message; raises as ``get``, and ``Unanswered``."""
        return self._reply(self.call("POST", resource, {}, body))

    def call(
        self,
        method: Method,
        resource: str,
        params: Mapping[str, object],
        body: bytes | None = None,
    ) -> Answer:
        """One signed request; the URL that is signed is the very text that is sent."""
        query = urlencode(sorted(params.items()), safe=",:")
        path = f"/{resource}" + (f"?{query}" if query else "")
        headers = dict(self._signer.headers(self._door.origin + path))
        if body is not None:
            headers["Content-Type"] = "text/xml"
        return self._door.call(method, path, headers=headers, body=body)

    def _reply(self, answer: Answer, unread: frozenset[str] = frozenset()) -> Reply:
        date = said_at(answer)
        now = date or self._signer.wall()
        if answer.status in _THROTTLED or answer.status // 100 in {1, 3}:
            raise_for(answer, now=now, expects="anything")
        try:
            status, records = parsed(answer.body, unread)
        except Unreadable:
            raise_for(answer, now=now, expects="anything")  # a failure without Netvisor's own word
            raise
        _judge(status)
        raise_for(answer, now=now, expects="anything")
        stamp = read_stamp(Fields(status).text("timestamp"))
        if stamp is None:
            raise Unreadable("the answer does not say when it was given")
        return Reply(records, stamp, date)


def parsed(body: bytes, unread: frozenset[str] = frozenset()) -> tuple[Element, list[Element]]:
    """The ResponseStatus and the records of an answer, read to its end."""
    status: Element | None = None
    records: list[Element] = []
    found = stream_xml(
        BytesIO(body), _CONTAINERS, unread=unread, documents=_DOCUMENTS, max_bytes=MAX_BYTES
    )
    for event in found:
        if not isinstance(event, Element):
            continue
        if event.name.lower() == "responsestatus" and status is None:
            status = event
        elif event.name.lower() in _FOLDED:  # a list in yet another case
            records += event.children
        else:
            records.append(event)
    if status is None:
        raise Unreadable("what answered is not Netvisor's interface")
    return status, records


def _judge(status: Element) -> None:
    """Raise what a ResponseStatus that is not OK asks of the caller."""
    words = [one.text.strip() for one in status.children if one.name.lower() == "status"]
    if words == ["OK"]:
        return
    code, _, said = (words[1] if len(words) > 1 else "").partition("::")
    code = code.strip().upper()
    if words[:1] != ["FAILED"]:
        raise Unreadable("the answer says neither OK nor FAILED")
    if code in _AGAIN:
        raise Retry("Netvisor could not answer now")
    if code == "SERVICE_ACCESS_ERROR":
        raise Reconnect("the interface user lacks the right to a resource", lacks="consent")
    if code == "AUTHENTICATION_FAILED":
        raise Reconnect("Netvisor refuses the keys")
    known = code.lower() if code in _REFUSED else "failed"
    raise Refused("Netvisor refused the request", code=known, sentence=said.strip()[:500])
