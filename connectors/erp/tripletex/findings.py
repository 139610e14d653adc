"""The connection test: login, company, rights, and whether Tripletex reminds or collects itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from connectors.contract import Connection, Finding
from connectors.erp.tripletex.calls import ALWAYS, Calls, Params
from connectors.erp.tripletex.config import Config
from connectors.erp.tripletex.session import checked, company_of
from shared.errors import HubError, Reconnect, Retry

_EVER = {"dateFrom": "1990-01-01", "dateTo": "2100-01-01"}
_AUTOMATIC = (
    "isAutomaticSoftReminderEnabled",
    "isAutomaticReminderEnabled",
    "isAutomaticNoticeOfDebtCollectionEnabled",
)
_RIGHTS: tuple[tuple[str, str, str, Params], ...] = (
    ("read_customers", "customers", "/customer", {}),
    ("read_invoices", "invoices", "/invoice", ALWAYS),
    ("read_postings", "postings of the receivable accounts", "/ledger/posting", _EVER),
    ("read_close_groups", "close groups", "/ledger/closeGroup", _EVER),
)


def findings(connection: Connection, config: Config, calls: Calls) -> Iterator[Finding]:
    """Everything that a first pull needs, in order; without a login nothing else is asked."""
    try:
        checked(connection, config)
    except Reconnect as error:
        yield Finding(
            check="tokens", ok=False, text=f"{error}: enter both tokens of the {_place(config)}"
        )
        return
    yield Finding(check="tokens", ok=True, text="both tokens are there")
    company = _company(config, calls)
    yield company
    if not company.ok:
        return
    accounts = {
        "accountNumberFrom": str(config.receivables_from),
        "accountNumberTo": str(config.receivables_to),
    }
    for check, what, path, params in _RIGHTS:
        own = accounts if path == "/ledger/posting" else {}
        yield _right(check, what, partial(_any, calls, path, {**params, **own}))
    yield _own_dunning(calls)
    yield _agency(calls)


def _place(config: Config) -> str:
    return "test environment" if config.environment == "sandbox" else "production environment"


def _company(config: Config, calls: Calls) -> Finding:
    try:
        found = company_of(calls, config)
    except Reconnect as error:
        # The hub refuses a session for another company before it lends it.
        if error.lacks == "settings":
            return _another()
        text = "Tripletex refuses the tokens: make a new employee token for the hub's application"
        return Finding(check="login", ok=False, text=text)
    except Retry:
        return Finding(check="login", ok=False, text="Tripletex does not answer now: try later")
    except HubError:
        text = "the company cannot be read: is the address right, and may the login see it?"
        return Finding(check="company", ok=False, text=text)
    if found != config.organization_number:
        return _another()
    return Finding(check="company", ok=True, text="the books are those of the company")


def _another() -> Finding:
    text = "the tokens open another company's books: enter those of this company"
    return Finding(check="company", ok=False, text=text)


def _right(check: str, what: str, look: Callable[[], bool]) -> Finding:
    """Whether one record can be seen. Tripletex hides what the token may not see."""
    remedy = f"no {what} can be seen: there are none yet, or the employee token lacks the right"
    try:
        good = look()
    except Retry:
        return Finding(check=check, ok=False, text="Tripletex does not answer now: try later")
    except HubError:
        return Finding(check=check, ok=False, text=remedy)
    return Finding(check=check, ok=good, text="can be read" if good else remedy)


def _any(calls: Calls, path: str, params: Params) -> bool:
    return bool(calls.page(path, {**params, "fields": "id"}, count=1))


def _own_dunning(calls: Calls) -> Finding:
    """Whether a customer is set to be reminded by Tripletex; two systems must never remind."""
    check = "own_dunning"
    try:
        rows = calls.page("/customer", {"fields": ",".join(("id", *_AUTOMATIC))})
    except HubError:
        return Finding(check=check, ok=True, text="could not be looked at: see for yourself")
    if any(row.get(name) is True for row in rows for name in _AUTOMATIC):
        text = "customers are set to automatic reminders: switch them off before the hub is armed"
        return Finding(check=check, ok=True, text=text)
    return Finding(check=check, ok=True, text="no customer is set to automatic reminders")


def _agency(calls: Calls) -> Finding:
    """Whether Tripletex has lately handed a claim over to an agency of its own."""
    check = "agency"
    asked = {**_EVER, "fields": "id,type", "sorting": "-id"}
    try:
        rows = calls.page("/reminder", asked, count=100)
    except HubError:
        return Finding(check=check, ok=True, text="could not be looked at: see for yourself")
    if any(row.get("type") == "DEBT_COLLECTION" for row in rows):
        text = "claims were handed over to an agency: end that before the hub is armed"
        return Finding(check=check, ok=True, text=text)
    return Finding(check=check, ok=True, text="no claim was handed over lately")
