"""The connection test: what a first pull needs of Procountor, in an administrator's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.contract import Finding
from connectors.erp.procountor.config import Config
from connectors.erp.procountor.rest import ProcountorApi, results
from shared.errors import HubError, Reconnect, Refused, Unreadable

_LOGIN = (
    "Procountor refuses the API client or its key: let a main user make a new API key for this "
    "client under Management, and enter client id, client secret and key"
)
_ADDRESS = "see that the address is the API's, and client id, client secret and key are right"
_COMPANY = "the API key is for another company than the one in the settings"
_ENVIRONMENT = {
    "production": "Procountor calls this company a test, demonstration or closed one: enter "
    "sandbox as the environment, or the key of the real company",
    "sandbox": "this is a real company in Procountor: enter production as the environment",
}
_CURRENCY = "the company's accounting currency is another than the one in the settings"
_INVOICES = (
    "no sales invoice is visible: give the key's user the right to search all sales invoices, "
    "not the personal ones alone, or make the first invoice"
)
_PAYMENTS = "give the key's user the right to see reference payments"
_CUSTOMERS = "no customer is visible: give the key's user the right to the customer register"
_PARTNER = (
    "Procountor has a collection partner in its settings for collection: see that it sends no "
    "reminder and no collection letter while the hub does"
)
_AUTOMATIC = (
    "Procountor adds penal interest and collection costs to next invoices by itself: switch that "
    "off, or name those products in the settings, before the hub claims interest"
)
_UNSEEN = "the settings for collection could not be seen: see that Procountor reminds nobody"
_QUIET = "no collection partner is named and no late charges are made by Procountor itself"


def findings(api: Callable[[], ProcountorApi], config: Config) -> Sequence[Finding]:
    """Each look and its verdict; when the login fails, that alone. Never raises a hub's error."""
    try:
        company = api().get("/company")
    except Reconnect as error:
        return [Finding(check="login", ok=False, text=f"{error}: {_LOGIN}")]
    except (Refused, Unreadable) as error:
        return [Finding(check="login", ok=False, text=f"{error}: {_ADDRESS}")]
    except HubError as error:
        return [Finding(check="login", ok=False, text=str(error))]
    said = company if isinstance(company, dict) else {}
    real = said.get("operationType") == "PRODUCTION"
    asked = {"types": "SALES_INVOICE", "size": "1"}
    return [
        _verdict("login", "", ok=True),
        _verdict("company", _COMPANY, ok=said.get("id") == config.company),
        _verdict(
            "environment", _ENVIRONMENT[config.environment],
            ok=real == (config.environment == "production"),
        ),
        _verdict("currency", _CURRENCY, ok=said.get("companyCurrency") == config.currency),
        _looked("read_invoices", _INVOICES, lambda: results(api().get("/invoices", asked))),
        _looked(
            "read_payments", _PAYMENTS,
            lambda: results(api().get("/referencepayments", {"size": "1"})) is not None,
        ),
        _looked(
            "read_customers", _CUSTOMERS,
            lambda: results(api().get("/businesspartners", {"type": "CUSTOMER", "size": "1"})),
        ),
        _own_dunning(api),
    ]  # fmt: skip


def _verdict(check: str, remedy: str, *, ok: bool) -> Finding:
    return Finding(check=check, ok=ok, text="as it should be" if ok else remedy)


def _looked(check: str, remedy: str, look: Callable[[], Any]) -> Finding:
    try:
        return _verdict(check, remedy, ok=bool(look()))
    except (Reconnect, Refused) as error:
        return Finding(check=check, ok=False, text=f"{error}: {remedy}")
    except HubError as error:
        return Finding(check=check, ok=False, text=str(error))


def _own_dunning(api: Callable[[], ProcountorApi]) -> Finding:
    """Who else may remind: told, and in nobody's way."""
    check = "own_dunning"
    try:
        said = api().get("/company/expenses/collectionpenal/settings")
    except HubError:
        return Finding(check=check, ok=True, text=_UNSEEN)
    if not isinstance(said, dict):
        return Finding(check=check, ok=True, text=_UNSEEN)
    told = [_PARTNER] if said.get("collectionPartner") else []
    told += [_AUTOMATIC] if said.get("useAutomaticHandling") is True else []
    return Finding(check=check, ok=True, text="; ".join(told) or _QUIET)
