"""The connection test of Tryton, in an administrator's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.contract import Finding
from connectors.erp.tryton.cursor import Feed
from connectors.erp.tryton.dunning import KEY_REFUSED
from connectors.erp.tryton.dunning import finding as own_dunning
from connectors.erp.tryton.rest import Row, TrytonRest
from connectors.http import Unanswered
from shared.errors import HubError, Reconnect

_ADDRESS = "see that the url in the settings is right and that Tryton runs"
_COMPANY = "the company number is wrong, or the key's user may not see that company"
_INVOICES = "no posted customer invoice is visible: post one, or give the user the right"
_PAYMENTS = "give the key's user the right to read receivable lines"
_CUSTOMERS = "no party is visible: give the key's user the right to read parties"


def findings(
    rest: Callable[[], TrytonRest],
    first: Callable[[Feed], list[Row]],
    company: int,
    *,
    dunning: bool,
) -> Sequence[Finding]:
    """Look at the company, the newest record of each feed, and Tryton's own dunning; never raises.

    ``first`` reads that record with all that a pull reads of it.
    """
    domain: list[object] = [["id", "=", company]]

    def seen() -> bool:
        return bool(rest().search("company.company", domain, ["currency.code"]))

    return [
        _tried("company", _COMPANY, seen),
        _tried("read_invoices", _INVOICES, lambda: bool(first("invoices"))),
        _tried("read_payments", _PAYMENTS, lambda: first("payments") is not None),
        _tried("read_customers", _CUSTOMERS, lambda: bool(first("customers"))),
        own_dunning(rest, company, active=dunning),
    ]


def _tried(check: str, remedy: str, look: Callable[[], bool]) -> Finding:
    try:
        good = look()
    except Reconnect:
        return Finding(check=check, ok=False, text=KEY_REFUSED)
    except Unanswered as error:
        return Finding(check=check, ok=False, text=f"{error}: {_ADDRESS}")
    except HubError as error:
        return Finding(check=check, ok=False, text=f"{error}: {remedy}")
    return Finding(check=check, ok=good, text="can be read" if good else remedy)
