"""The connection test: what a first pull needs of Netvisor, in an administrator's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from connectors.contract import Finding
from connectors.erp.netvisor.books import DELETED_PAYMENTS, Books, keys_of
from connectors.erp.netvisor.fields import Odd
from connectors.erp.netvisor.listed import Listed, read_listed
from connectors.erp.netvisor.service import Service
from connectors.http import Unanswered
from shared.errors import HubError, Reconnect, Retry

PRODUCTION = "https://integration.netvisor.fi"
_KEYS = (
    "Netvisor refuses the keys. Compare the customer id and key (Netvisor: user menu, API "
    "identifiers), the partner id and key (from Netvisor's partner support), the sender's name and "
    "the business id: the keys are good for one user in one company, and test keys for the test "
    "environment alone"
)
_RIGHT = (
    "Netvisor refuses this resource: let an administrator give the interface user the right to {} "
    "(Netvisor: user rights, interface resources), and see that the package has the web interface"
)
_OWN = ("reminded", "requested", "collected")


class _Odd(Exception):
    """A look went through and found something that an administrator must mend."""


class Looks:
    """One connection test; each look goes by itself and none raises."""

    def __init__(self, service: Service, books: Books, origin: str) -> None:
        self._service, self._books, self._origin = service, books, origin
        self._newest: Listed | None = None

    def findings(self) -> Sequence[Finding]:
        """Everything that was looked at; the keys first, and nothing after keys that fail."""
        first = self._look("login", "the invoice list", self._invoices)
        if not first.ok and first.text == _KEYS:
            return [first]
        return [first, *self._rest()]

    def _rest(self) -> Iterator[Finding]:
        test = self._origin != PRODUCTION
        said = "Netvisor's production" if not test else "not Netvisor's production: a test address"
        yield Finding(check="environment", ok=True, text=said)
        yield self._look("read_invoices", "getsalesinvoice.nv", self._details)
        yield self._look("read_customers", "getcustomer.nv and customerlist.nv", self._customers)
        yield self._look("read_payments", "salespaymentlist.nv", self._payments)
        yield self._look("read_deleted", "deletedsalesinvoices.nv", self._deleted)
        yield self._look("read_deleted_payments", DELETED_PAYMENTS, self._deleted_payments)
        yield self._own_dunning()

    def _look(self, check: str, what: str, look: Callable[[], str]) -> Finding:
        try:
            return Finding(check=check, ok=True, text=look())
        except _Odd as odd:
            return Finding(check=check, ok=False, text=str(odd))
        except Odd as odd:
            text = f"a record cannot be read at {odd.field}: {odd}"
            return Finding(check=check, ok=False, text=text)
        except HubError as error:
            return Finding(check=check, ok=False, text=_remedy(error, what))

    def _invoices(self) -> str:
        page = next(iter(self._books.invoices({})))
        if not page.records:
            raise _Odd("the keys work, and no sales invoice is visible: is it the right company?")
        self._newest = read_listed(page.records[-1])
        return "the keys work, and sales invoices are listed"

    def _details(self) -> str:
        newest = self._seen()
        if newest.key not in self._books.details([newest.key]):
            raise _Odd("an invoice is listed, and its details are not given")
        return "can be read"

    def _customers(self) -> str:
        newest = self._seen()
        if newest.customer not in self._books.customers([newest.customer]):
            raise _Odd("an invoice's customer is not given")
        self._service.get("customerlist.nv", {"keyword": newest.number})
        return "can be read"

    def _payments(self) -> str:
        self._books.payments_of(self._seen().key)
        return "can be read"

    def _deleted(self) -> str:
        newest = self._service.get("salesinvoicelist.nv", {"invoicenumber": self._seen().number})
        self._books.deleted(newest.stamp - timedelta(days=1), newest.stamp)
        return "can be read"

    def _deleted_payments(self) -> str:
        newest = self._service.get("salesinvoicelist.nv", {"invoicenumber": self._seen().number})
        day = (newest.stamp - timedelta(days=1)).date()
        self._service.get(DELETED_PAYMENTS, {"deletedsince": day.isoformat()})
        return "can be read"

    def _seen(self) -> Listed:
        if self._newest is None:
            raise _Odd("no sales invoice is visible, so this could not be looked at")
        return self._newest

    def _own_dunning(self) -> Finding:
        """Whether Netvisor, or an agency through it, reminds too: to be known, it stops nothing."""
        try:
            seen = [
                status
                for status in _OWN
                if keys_of(next(iter(self._books.invoices({"invoicestatus": status}))).records)
            ]
        except HubError:
            text = "could not be looked at: see that Netvisor's own reminders are switched off"
            return Finding(check="own_dunning", ok=True, text=text)
        text = "Netvisor shows no invoice as reminded or collected"
        if seen:
            text = (
                f"Netvisor has open invoices with the status {', '.join(seen)}: switch its own "
                "reminders and collection off, or debtors are reminded twice, and import what was "
                "sent. What is in collection there is left alone"
            )
        return Finding(check="own_dunning", ok=True, text=text)


def _remedy(error: HubError, what: str) -> str:
    match error:
        case Reconnect(lacks="consent"):
            return _RIGHT.format(what)
        case Reconnect(lacks="settings"):
            return "enter the customer key and the partner key"
        case Reconnect():
            return _KEYS
        case Unanswered():
            return "Netvisor does not answer at this address: compare it, or try again later"
        case Retry():
            return "Netvisor cannot answer now (maintenance or too many requests): try again later"
        case _:
            return f"{error}: what answers is not Netvisor's interface, or the settings are wrong"
