"""The connection test of Fortnox, in an administrator's words.

Fortnox has one address for production and for the test companies of its developers: only the
company's number tells them apart, so a test company's consent is a wrong company here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from connectors.contract import Finding
from connectors.erp.fortnox.config import Config
from connectors.erp.fortnox.consent import the_company
from connectors.erp.fortnox.rest import FortnoxRest
from connectors.erp.fortnox.values import Row, Unclear, day, flag, needed
from shared.errors import HubError, Reconnect, Retry

_RECENT = timedelta(days=60)
_READS = (
    ("read_invoices", "/3/invoices", "Invoices", "invoice", "Fortnox Invoicing"),
    ("read_customers", "/3/customers", "Customers", "customer", "Fortnox Invoicing"),
    ("read_payments", "/3/invoicepayments", "InvoicePayments", "payment", "Fortnox Invoicing"),
)
_NONE = "Fortnox reminds nobody that can be seen: none of the newest overdue invoices was reminded"
_REMINDS = (
    "Fortnox itself has reminded of overdue invoices lately: end it under Settings, Invoicing, "
    "Reminders, or debtors are reminded twice; what it sent comes as past reminders"
)
_FINANS = (
    "overdue invoices are with Fortnox Finans, which reminds and collects by itself: the hub "
    "leaves those alone; end the automatic transfer if new ones are to be dunned here"
)
_UNSEEN = "whether Fortnox reminds by itself could not be looked at"


def findings(rest: Callable[[], FortnoxRest], config: Config) -> Sequence[Finding]:
    """Look at login, company, and each list that a pull reads; never raises."""
    company = _tried("login", lambda: _company(rest(), config))
    if not company.ok:
        return [company]
    reads = [
        _tried(check, _reading(rest, check, path, name, (scope, module)))
        for check, path, name, scope, module in _READS
    ]
    return [company, *reads, _reminders(rest)]


def _company(rest: FortnoxRest, config: Config) -> Finding:
    found = rest.record("/3/companyinformation", "CompanyInformation")
    return the_company(found or {}, config)


def _reading(
    rest: Callable[[], FortnoxRest], check: str, path: str, name: str, needs: tuple[str, str]
) -> Callable[[], Finding]:
    def look() -> Finding:
        try:
            rest().page(path, name, {}, 1, 1)
        except Reconnect as error:
            text = (
                f"{error}: authorise again with the scope {needs[0]}, and see that the company "
                f"has a licence for {needs[1]} and for integrations"
            )
            return Finding(check=check, ok=False, text=text)
        return Finding(check=check, ok=True, text="can be read")

    return look


def _tried(check: str, look: Callable[[], Finding]) -> Finding:
    """What a look says, or what to do about the error that it ends in."""
    try:
        return look()
    except Reconnect as error:
        text = f"{error}: authorise the connection anew; a system administrator must consent"
    except Retry:
        text = "Fortnox does not answer now: try again later"
    except HubError as error:
        text = f"{error}: see that the addresses in the settings are Fortnox's own"
    return Finding(check=check, ok=False, text=text)


def _reminders(rest: Callable[[], FortnoxRest]) -> Finding:
    """Whether Fortnox, or its agency, duns beside the hub. It keeps nobody from connecting."""
    try:
        listed = rest().page("/3/invoices", "Invoices", {"filter": "unpaidoverdue"}, 1, 5)
        whole = [_whole(rest(), row) for row in listed.rows]
        clock = rest().clock
        since = clock.date() - _RECENT if clock else None
        lately = any((on := day(row, "LastRemindDate")) and since and on >= since for row in whole)
        agency = any(flag(row, "NoxFinans") for row in whole)
    except (HubError, Unclear):
        return Finding(check="own_dunning", ok=True, text=_UNSEEN)
    said = [text for text, so in ((_REMINDS, lately), (_FINANS, agency)) if so]
    return Finding(check="own_dunning", ok=True, text="; ".join(said) or _NONE)


def _whole(rest: FortnoxRest, row: Row) -> Row:
    return rest.record(f"/3/invoices/{needed(row, 'DocumentNumber')}", "Invoice") or {}
