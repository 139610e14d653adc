"""How the hub may read a company in Fortnox: a consent, and a token by the company's number.

Source: fortnox.se/developer/authorization. A system administrator consents once for a service
account; from then on client id, client secret and TenantId (the company's DatabaseNumber) give a
token of an hour at any time, until the consent is revoked. Without a service account a refresh
token gives the next one, once: it dies with its use, and unused after 31 days (older pages) or 45
(newer ones). The TenantId goes in a header (the page's own form, never tried: unconfirmed).
"""

from __future__ import annotations

from datetime import datetime

from connectors.contract import Connection, Finding
from connectors.contract_erp import Asked, Granted, Kept
from connectors.erp.fortnox.config import Config
from connectors.erp.fortnox.values import Row
from connectors.http import Door, raise_for
from connectors.json_calls import door_to
from connectors.json_door import read_json
from connectors.oauth import App, client_credentials, consent_url, redeem, refreshed
from shared.errors import Reconnect, Unreadable

# fortnox.se/developer/guides-and-good-to-know/scopes: each scope reads and writes.
SCOPES = ("companyinformation", "customer", "invoice", "payment")
_ACCESS = {"access_type": "offline"}
_SERVICE = {**_ACCESS, "account_type": "service"}


class FortnoxConsent:
    """The grant of one connection (``contract_erp.Consent``)."""

    def __init__(self, connection: Connection, config: Config) -> None:
        self._connection, self._config = connection, config
        self._app = App(
            authorise=f"{config.accounts}/oauth-v1/auth",
            token="/oauth-v1/token",  # noqa: S106 - the path of the endpoint
            client_id=config.client_id,
            client_secret=connection.secrets.get("client_secret", ""),
            scopes=SCOPES,
            more=_SERVICE if config.service_account else _ACCESS,
        )

    def url(self, asked: Asked) -> str:
        """Where a system administrator of the company says yes."""
        return consent_url(self._app, asked)

    def redeem(self, code: str, asked: Asked, *, now: datetime) -> Granted:
        """The tokens of the code; the company is that of the settings, which ``company`` proves."""
        found = redeem(self._accounts(), self._app, code, asked, now=now)
        return Granted(found.access, found.until, found.refresh, str(self._config.database_number))

    def fetch(self, kept: Kept, *, now: datetime) -> Granted:
        """A new token: by the company's number where that is allowed, else by the refresh token."""
        if not kept.subject:
            raise Reconnect("nobody has authorised the connection yet", lacks="consent")
        if self._config.service_account:
            try:
                found = client_credentials(
                    self._accounts(), self._app, now=now, headers={"TenantId": kept.subject}
                )
            except Reconnect:
                # An app whose client credentials are not yet open still has its refresh token.
                if not kept.refresh:
                    raise
            else:
                return Granted(found.access, found.until, kept.refresh, kept.subject)
        found = refreshed(self._accounts(), self._app, kept.refresh, now=now)
        return Granted(found.access, found.until, found.refresh, kept.subject)

    def company(self, access: str, *, now: datetime) -> Finding:
        """Whether the consent is for the company whose number stands in the settings."""
        door = door_to(self._connection, self._config.api)
        headers = {"authorization": f"Bearer {access}", "accept": "application/json"}
        answer = door.call("GET", "/3/companyinformation", headers=headers)
        raise_for(answer, now=now)
        said = read_json(answer.body)
        found = said.get("CompanyInformation") if isinstance(said, dict) else None
        if not isinstance(found, dict):
            raise Unreadable("Fortnox did not say which company the consent is for")
        return the_company(found, self._config)

    def _accounts(self) -> Door:
        if not self._app.client_secret:
            raise Reconnect("the client secret is missing", lacks="settings")
        return Door(
            self._config.accounts, private_targets=self._connection.private_targets,
            secrets=self._connection.secrets.values(),
        )  # fmt: skip


def the_company(found: Row, config: Config) -> Finding:
    """Whether a company's record is that of the settings."""
    same = str(found.get("DatabaseNumber", "")) == str(config.database_number)
    wrong = (
        "the consent is for another company: log in to Fortnox, choose the company whose database "
        "number stands in the settings, and authorise again"
    )
    return Finding(
        check="company", ok=same, text="the company is that of the settings" if same else wrong
    )
