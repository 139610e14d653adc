"""Sessions: how consumer and employee token become a session token, and for which company it is.

Source: the vendor's OpenAPI 2.72.00: ``PUT /token/session/:create`` takes both tokens and a day of
expiry in its query and no header; ``GET /token/session/>whoAmI`` and ``GET /company/{id}`` say
whose books are open. Keys of the test environment begin with ``test-`` (changelog).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Connection
from connectors.contract_erp import Granted, Kept
from connectors.erp.tripletex.calls import ROOT, Calls, value_of
from connectors.erp.tripletex.config import Config
from connectors.http import raise_for
from connectors.json_calls import door_to
from shared.errors import Reconnect, Unreadable

SECRETS = ("consumer_token", "employee_token")
# Days of expiry are days in Norway.
ZONE = ZoneInfo("Europe/Oslo")
# What is said of wrong tokens is nowhere documented; none of these can be mended by asking again.
_WRONG = dict.fromkeys((400, 401, 403, 404, 422), Reconnect)
_TEST = "test-"


class Sessions:
    """The grant of a connection: a session that ends with the day, made of its two tokens."""

    def __init__(self, connection: Connection, config: Config) -> None:
        self._connection = connection
        self._config = config

    def fetch(self, kept: Kept, *, now: datetime) -> Granted:
        """A new session for the company of the settings (``now``: wall time).

        Raises ``Reconnect`` when a token is missing, refused, of the other environment, or opens
        another company's books; ``Retry`` or ``Unreadable``.
        """
        del kept  # the tokens do not rotate and nothing of a session is needed for the next
        tokens = checked(self._connection, self._config)
        tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
        door = door_to(self._connection, self._config.address)
        params = {
            "consumerToken": tokens[0], "employeeToken": tokens[1],
            "expirationDate": tomorrow.isoformat(),
        }  # fmt: skip
        answer = door.call("PUT", f"{ROOT}/token/session/:create", params=params)
        raise_for(answer, now=now, overrides=_WRONG)
        token = value_of(answer).get("token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Unreadable("the session has no token")
        lent = replace(self._connection, token=_fixed(token))
        if company_of(Calls(lent, self._config, door), self._config) != (
            self._config.organization_number
        ):
            raise Reconnect("the tokens are for another company", lacks="settings")
        midnight = datetime.combine(tomorrow, time(0), tzinfo=ZONE)
        return Granted(token, until=midnight.astimezone(UTC))


def checked(connection: Connection, config: Config) -> tuple[str, str]:
    """Consumer and employee token. Raises ``Reconnect`` when one is missing or of elsewhere."""
    consumer, employee = (connection.secrets.get(name, "") for name in SECRETS)
    if not consumer or not employee:
        raise Reconnect("the consumer token or the employee token is missing", lacks="settings")
    sandbox = config.environment == "sandbox"
    if any(one.startswith(_TEST) != sandbox for one in (consumer, employee)):
        raise Reconnect("a token is of the other environment", lacks="settings")
    return consumer, employee


def company_of(calls: Calls, config: Config) -> str:
    """The organisation number of the company whose books are open, digits alone.

    Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
    """
    number: Any = config.client_company
    if not number:
        number = calls.one("/token/session/>whoAmI", {"fields": "companyId"}).get("companyId")
    if isinstance(number, bool) or not isinstance(number, int):
        raise Unreadable("the login does not say its company")
    found = calls.one(f"/company/{number}", {"fields": "organizationNumber"})
    text = found.get("organizationNumber")
    return "".join(char for char in text if char.isdigit()) if isinstance(text, str) else ""


def _fixed(token: str) -> Callable[..., str]:
    def door(stale: str = "") -> str:
        if stale:
            raise Reconnect("a session that was just made is refused")
        return token

    return door
