"""The questions that are put to Netvisor's books, each with its pages and its doubts.

A list gives at most 500 rows and is walked by ``invoicesabovenetvisorkey``; details are asked for
by key, many at once. Nothing of an answer is taken as "gone" that a second question does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from connectors.bounds import TooLarge
from connectors.erp.netvisor.fields import Fields, Odd
from connectors.erp.netvisor.listed import Listed, money, read_listed
from connectors.erp.netvisor.service import Reply, Service
from connectors.xml_door import Element
from shared.domain.money import Money
from shared.errors import Reconnect, Refused, Unreadable

# Keys in one question for details: the vendor takes 500; so many fit an address of 2,048 letters.
AT_ONCE = 200
# A page shorter than this is the last one, should the vendor's limit of 500 ever be lower.
_LAST_PAGE = 100
# Events and accrual are not asked for: factoring 4, payment plan 8, credited invoice 16.
_REPLY = 28
# The lines of an invoice, as the vendor's page and samples spell them: they may be thousands.
_LINES = frozenset({"InvoiceLines", "invoicelines"})
_DELETED_DAYS = 6  # the vendor looks back seven days
DELETED_PAYMENTS = "deletedsalespayments.nv"


class Books:
    """One company's books; ``today`` of the deleted list is counted on Netvisor's clock.

    ``lines`` says whether the lines of invoices are looked at; else they are passed over unread.
    """

    def __init__(self, service: Service, *, lines: bool = True) -> None:
        self._service = service
        self._unread = frozenset[str]() if lines else _LINES

    def invoices(self, params: Mapping[str, object], after: int = 0) -> Iterator[Reply]:
        """The pages of the invoice list under a filter, by rising key; at least one page.

        Raises ``Unreadable`` for a page that could hide rows of the next one.
        """
        while True:
            asked = {**params, "replyoption": 2, "invoicesabovenetvisorkey": after}
            reply = self._service.get("salesinvoicelist.nv", asked)
            yield reply
            keys = keys_of(reply.records)
            if len(reply.records) < _LAST_PAGE:
                return
            if len(keys) < len(reply.records) or keys != sorted(keys) or keys[0] <= after:
                raise Unreadable("the invoice list is not in the order of its keys")
            after = keys[-1]

    def details(self, keys: Iterable[int]) -> dict[int, Element]:
        """The details of invoices by key; those that are gone are not in it."""
        found: dict[int, Element] = {}
        for batch in _batches(keys):
            found |= self._details(batch)
        return found

    def _details(self, keys: Sequence[int]) -> dict[int, Element]:
        """The details of so many invoices; one that is too large for itself is left out."""
        params = {
            "netvisorkeylist": ",".join(map(str, keys)), "pdfimage": "nopdf", "replyoption": _REPLY,
        }  # fmt: skip
        try:
            reply = self._service.get("getsalesinvoice.nv", params, unread=self._unread)
        except TooLarge:
            return self._halves(keys)
        except Refused as refused:
            if refused.code != "invalid_data":
                raise
            return self._halves(keys)
        records = [one for one in reply.records if one.children]
        found = {_key(Fields(one), "salesinvoicenetvisorkey"): one for one in records}
        if len(found) != len(records) or not found.keys() <= set(keys):
            raise Unreadable("the details are not those of the invoices that were asked for")
        return found

    def _halves(self, keys: Sequence[int]) -> dict[int, Element]:
        """The same for fewer: a list is refused for one key that is gone, or is too large."""
        if len(keys) == 1:
            return {}
        middle = len(keys) // 2
        return self._details(keys[:middle]) | self._details(keys[middle:])

    def customers(self, keys: Iterable[int]) -> dict[int, Element]:
        """Customers by key; those that are gone are not in it."""
        found: dict[int, Element] = {}
        for batch in _batches(keys):
            found |= self._customers(batch)
        return found

    def _customers(self, keys: Sequence[int]) -> dict[int, Element]:
        try:
            reply = self._service.get("getcustomer.nv", {"idlist": ",".join(map(str, keys))})
        except Refused as refused:
            if refused.code != "invalid_data":
                raise
            if len(keys) == 1:
                return {}
            middle = len(keys) // 2
            return self._customers(keys[:middle]) | self._customers(keys[middle:])
        records = [one for one in reply.records if one.children]
        named = (Fields(one).sub("customerbaseinformation") for one in records)
        return {_key(base, "netvisorkey"): one for base, one in zip(named, records, strict=True)}

    def by_key(self, details: Mapping[int, Element]) -> dict[int, Element]:
        """The list's rows of invoices whose details are known, asked for by their customers.

        Raises ``Unreadable`` when the list lacks one that has details.
        """
        owing: dict[int, list[int]] = {}
        for key, detail in details.items():
            customer = _key(Fields(detail), "invoicingcustomernetvisorkey")
            owing.setdefault(customer, []).append(key)
        rows: dict[int, Element] = {}
        for customer, keys in owing.items():
            wanted = set(keys)
            for reply in self.invoices({"customernetvisorkey": customer}, min(keys) - 1):
                rows |= {key: one for key, one in _by_key(reply.records).items() if key in wanted}
                if wanted <= rows.keys():
                    break
        if rows.keys() != details.keys():
            raise Unreadable("the invoice list lacks an invoice that has details")
        return rows

    def withheld(self, keys: Iterable[int]) -> set[int]:
        """Those of some invoices without details that are listed all the same: not gone."""
        found: set[int] = set()
        for key in keys:
            page = next(iter(self.invoices({}, key - 1)))
            found |= {key} & set(keys_of(page.records))
        return found

    def numbered(self, number: str) -> list[Listed]:
        """The invoices of a number."""
        reply = self._service.get(
            "salesinvoicelist.nv", {"invoicenumber": number, "replyoption": 2}
        )
        return [one for one in map(read_listed, reply.records) if one.number == number]

    def loss(self, invoice: Listed) -> Money | None:
        """What was written off of an invoice as a credit loss, None without one."""
        params = {"invoicenetvisorkey": invoice.key, "limitbytype": "onlycreditloss"}
        reply = self._service.get("salespaymentlist.nv", params)
        total = Money.zero(invoice.total.currency)
        if total.currency != "EUR":
            return invoice.total if reply.records else None
        for one in reply.records:
            total += money(Fields(one), "sum", "EUR")
        return min(max(total, Money.zero("EUR")), invoice.total) or None

    def payments_of(self, invoice: int) -> Sequence[Element]:
        """The payments of one invoice, credit losses left out."""
        params = {"invoicenetvisorkey": invoice, "limitbytype": "excludecreditloss"}
        return self._service.get("salespaymentlist.nv", params).records

    def payments(self, since: datetime, after: int) -> Iterator[Sequence[Element]]:
        """The pages of payments that changed since a stamp, by rising key."""
        while True:
            params: dict[str, object] = {
                "lastmodifiedstart": f"{since:%Y-%m-%dT%H:%M:%S}",
                "limitbytype": "excludecreditloss", "abovenetvisorkey": after,
            }  # fmt: skip
            records = self._service.get("salespaymentlist.nv", params).records
            yield records
            keys = keys_of(records)
            if len(records) < _LAST_PAGE:
                return
            if len(keys) < len(records) or keys != sorted(keys) or keys[0] <= after:
                raise Unreadable("the payment list is not in the order of its keys")
            after = keys[-1]

    def changed_customers(self, since: datetime) -> list[int]:
        """The keys of customers that changed since a stamp, rising."""
        params = {"changedsince": f"{since:%Y-%m-%dT%H:%M:%S}"}
        return sorted(set(keys_of(self._service.get("customerlist.nv", params).records)))

    def owing(self) -> set[int]:
        """The customers with an open invoice."""
        found: set[int] = set()
        for page in self.invoices({"invoicestatus": "open"}):
            for one in page.records:
                with suppress(Odd):  # one that cannot be read is refused where it is a fact
                    found.add(Fields(one).key("customernetvisorkey"))
        return found

    def deleted(self, since: datetime, now: datetime) -> list[int]:
        """The keys of invoices deleted since a stamp, a week back; the sweep finds older ones."""
        day = max(since.date(), now.date() - timedelta(days=_DELETED_DAYS))
        reply = self._service.get("deletedsalesinvoices.nv", {"deletedsince": day.isoformat()})
        return sorted(set(keys_of(reply.records)))

    def deleted_payments(self, since: datetime, now: datetime) -> list[int]:
        """The keys of payments deleted since a stamp, a week back.

        None where the interface user may not see them or Netvisor does not know the question: the
        balance of each invoice shows it, and the connection test names the right that is missing.
        """
        day = max(since.date(), now.date() - timedelta(days=_DELETED_DAYS))
        try:
            reply = self._service.get(DELETED_PAYMENTS, {"deletedsince": day.isoformat()})
        except Refused:
            return []
        except Reconnect as error:
            if error.lacks != "consent":
                raise
            return []
        return sorted(set(keys_of(reply.records)))

    def any_on(self, day: date) -> bool:
        """Whether the books still hold any invoice; those of a day are asked for first."""
        bounds = {"begininvoicedate": day.isoformat(), "endinvoicedate": day.isoformat()}
        return any(next(iter(self.invoices(params))).records for params in (bounds, {}))

    def document(self, invoice: int) -> str:
        """The PDF of an invoice in Base64, empty without one."""
        params = {"netvisorkey": invoice, "pdfimage": "pdf"}
        try:
            reply = self._service.get("getsalesinvoice.nv", params)
        except Refused as refused:
            if refused.code != "invalid_data":
                raise
            return ""
        found = [Fields(one).text("lastsentinvoicepdfbase64data") for one in reply.records]
        return found[0] if len(found) == 1 else ""


def _key(fields: Fields, name: str) -> int:
    """A key without which an answer cannot be used. Raises ``Unreadable``."""
    try:
        return fields.key(name)
    except Odd:
        raise Unreadable("an answer lacks the key of a record") from None


def keys_of(records: Sequence[Element]) -> list[int]:
    """The Netvisor keys of records; what has none is left to its reader."""
    return list(_by_key(records))


def _by_key(records: Sequence[Element]) -> dict[int, Element]:
    found: dict[int, Element] = {}
    for one in records:
        try:
            found[Fields(one).key("netvisorkey")] = one
        except Odd:
            continue
    return found


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]
