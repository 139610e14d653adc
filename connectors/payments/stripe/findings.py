"""What a test of a Stripe connection looks at, in an administrator's words."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contract import Finding
from connectors.payments.stripe.events import TYPES
from connectors.payments.stripe.rest import StripeRest
from shared.errors import HubError, Reconnect

# Path, and the permission by the name that Stripe's page of a restricted key gives it.
_READS = (
    ("charges", "/v1/charges", "Charges and Refunds: Read"),
    ("payment_intents", "/v1/payment_intents", "PaymentIntents: Read"),
    ("disputes", "/v1/disputes", "Disputes: Read"),
    ("payouts", "/v1/payouts", "Payouts: Read"),
    ("balance", "/v1/balance_transactions", "Balance: Read"),
    ("customers", "/v1/customers", "Customers: Read"),
    ("events", "/v1/events", "Events: Read"),
    ("payment_links", "/v1/payment_links", "Payment Links and Prices: Write"),
)
_PATH = "/v1/hooks/"
_DOWN = "Stripe did not answer as it should: try again later."


def of_key(key: str, *, live: bool) -> Finding:
    """Whether the key is one of the environment: its prefix says so (docs.stripe.com/keys)."""
    mode, other = ("live", "test") if live else ("test", "live")
    if key.startswith((f"sk_{mode}_", f"rk_{mode}_")):
        return Finding(check="key", ok=True, text="The key is of this environment.")
    if key.startswith((f"sk_{other}_", f"rk_{other}_")):
        text = f"This is a key of {other} mode: enter a restricted key of {mode} mode (rk_{mode}_)."
    else:
        text = f"Enter a restricted key of {mode} mode; it begins with rk_{mode}_."
    return Finding(check="key", ok=False, text=text)


def of_secrets(secrets: list[str]) -> Finding:
    """Whether the webhook's secrets look like Stripe's."""
    good = bool(secrets) and all(secret.startswith("whsec_") for secret in secrets)
    text = "The webhook secret is there."
    if not good:
        text = "Enter the signing secret of the webhook endpoint; it begins with whsec_."
    return Finding(check="webhook_secret", ok=good, text=text)


def of_account(rest: StripeRest, account: str) -> Finding:
    """Whether the key opens the account that was entered."""
    try:
        found = rest.get("/v1/account").get("id")
    except Reconnect:
        # A restricted key need not see its account; what it reads and is sent still proves it.
        text = "The key may not read its account: compare the acct_ id yourself."
        return Finding(check="account", ok=True, text=text)
    except HubError:
        return Finding(check="account", ok=False, text=_DOWN)
    if found != account:
        text = "The key belongs to another Stripe account: enter its acct_ id or another key."
        return Finding(check="account", ok=False, text=text)
    return Finding(check="account", ok=True, text="The key belongs to the account.")


def of_reads(rest: StripeRest) -> Iterator[Finding]:
    """One small read of everything that a pull and a link need."""
    for name, path, permission in _READS:
        check = f"read_{name}"
        try:
            rest.get(path, limit="1")
        except Reconnect:
            text = f"Give the restricted key the permission '{permission}', or enter a valid key."
            yield Finding(check=check, ok=False, text=text)
        except HubError:
            yield Finding(check=check, ok=False, text=_DOWN)
        else:
            yield Finding(check=check, ok=True, text="The key may read this.")


def of_endpoint(rest: StripeRest, connection: str) -> Finding:
    """Whether Stripe sends the events to this connection's address, as far as the key may see."""
    try:
        rows = rest.get("/v1/webhook_endpoints", limit="100").get("data")
    except Reconnect:
        text = "The key may not read webhook endpoints: check yourself that ours is there."
        return Finding(check="webhook", ok=True, text=text)
    except HubError:
        return Finding(check="webhook", ok=False, text=_DOWN)
    for row in rows if isinstance(rows, list) else []:
        url = str(row.get("url", "")) if isinstance(row, dict) else ""
        if _PATH in url and url.endswith(f"/{connection}"):
            return _of_row(row)
    text = f"Add a webhook endpoint at <the API's address>{_PATH}<creditor>/{connection}."
    return Finding(check="webhook", ok=False, text=text)


def _of_row(row: dict[str, object]) -> Finding:
    if row.get("status") != "enabled":
        text = "The webhook endpoint is disabled in Stripe: enable it."
        return Finding(check="webhook", ok=False, text=text)
    listed = row.get("enabled_events")
    events = listed if isinstance(listed, list) else []
    missing = [] if "*" in events else [one for one in TYPES if one not in events]
    if missing:
        text = f"The webhook endpoint misses these events: {', '.join(missing)}."
        return Finding(check="webhook", ok=False, text=text)
    return Finding(check="webhook", ok=True, text="Stripe sends the events that are needed.")
