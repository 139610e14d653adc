"""Stripe: card payments, bank transfers, refunds, disputes and payouts; payment links for claims.

In Stripe's dashboard an administrator makes a restricted key (read: charges and refunds, payment
intents, disputes, payouts, balance, customers, events; write: payment links and prices; webhook
endpoints and account if they may be checked) and a webhook endpoint at the address of this
connection. While the endpoint's secret is rotated, the new one is entered as the next secret.

An event is only the word that something happened: whatever it names is read again from Stripe.
Lost events are found by polling the events of the last month, and before that the balance
transactions, which do not show bank transfers that still lie in a customer's cash balance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from connectors.contract import (
    Connection,
    Delivery,
    Finding,
    Hook,
    Page,
    PaymentRequest,
    Receipt,
    RowError,
    Spec,
)
from connectors.http import Door
from connectors.json_door import read_json
from connectors.payments.stripe import events, findings, links, movements, signature
from connectors.payments.stripe.config import Config
from connectors.payments.stripe.rest import Row, StripeRest
from shared.domain.sighting import Sighting
from shared.errors import Reconnect, Refused, Unreadable

# Events are listed for 30 days (docs.stripe.com/api/events/list); a day is kept in hand.
_EVENTS_KEPT = timedelta(days=29)
_OVERLAP = timedelta(minutes=10)
# A pull that catches up moves its cursor once a slice, so that it can be interrupted.
_SLICE = timedelta(days=1)
_FACTS_A_PAGE = 50
_SECRETS = ("webhook_secret", "webhook_secret_next")


SPEC = Spec(
    name="payments.stripe",
    title="Stripe",
    countries=("*",),
    config=Config,
    secrets=("api_key", *_SECRETS),
    capabilities=frozenset({"webhooks", "receipts", "payment_links", "incremental"}),
    docs="docs/connectors/payments.stripe.md",
    verified="spec only",
    data=("name", "payment"),
    processing="Ireland and the United States (Stripe Payments Europe, Limited)",
    regions=("IE", "US"),
    idempotency="idempotent",
    key_lifetime_days=1,
    environments=("production", "sandbox"),
    rate_scope="application",
    overlap_minutes=10,
)


def connect(connection: Connection) -> StripePayments:
    """The account of a connection; nothing is dialled yet."""
    return StripePayments(connection)


class StripePayments:
    """One Stripe account in one mode."""

    def __init__(self, connection: Connection) -> None:
        config = connection.config
        self._config = config if isinstance(config, Config) else Config(**config.model_dump())
        self._connection = connection
        self._live = self._config.environment == "production"
        self._hooks = [connection.secrets.get(name, "") for name in _SECRETS]
        self._how = movements.Reading(
            connection=connection.id,
            account=f"stripe:{self._config.account}",
            zone=ZoneInfo(self._config.zone),
            reference_keys=self._config.reference_keys,
        )

    def __repr__(self) -> str:
        return f"StripePayments({self._connection.id})"

    @cached_property
    def _rest(self) -> StripeRest:
        key = self._connection.secrets.get("api_key", "")
        if not findings.of_key(key, live=self._live).ok:
            raise Reconnect("the key is missing, or of the other environment")
        door = Door(
            self._config.origin,
            private_targets=self._connection.private_targets,
            secrets=(key, *self._hooks),
        )
        return StripeRest(door, key)

    def test(self) -> Sequence[Finding]:
        """Look at key, account, permissions, secret and endpoint."""
        key = findings.of_key(self._connection.secrets.get("api_key", ""), live=self._live)
        secrets = findings.of_secrets([one for one in self._hooks if one])
        if not key.ok:
            return (key, secrets)
        try:
            rest = self._rest
        except Refused:
            text = "The address of Stripe's API must be a public https address."
            return (key, secrets, Finding(check="address", ok=False, text=text))
        return (
            key,
            secrets,
            findings.of_account(rest, self._config.account),
            *findings.of_reads(rest),
            findings.of_endpoint(rest, self._connection.id),
        )

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check the signature over the raw bytes (``now``: wall time), then say what to read.

        Raises ``Refused`` (``bad_signature``, ``wrong_environment``), ``Unreadable`` for a signed
        delivery that is no event, ``Reconnect`` without a secret.
        """
        header = delivery.headers.get(signature.HEADER, "")
        signature.check(self._hooks, header, delivery.body, now)
        event = read_json(delivery.body)
        return events.hook_of(event, live=self._live, account=self._config.account)

    def fetch(self, what: str, *, now: datetime) -> Sequence[Sighting]:
        """All movements of ``charge/<id>``, ``payout/<id>`` … as Stripe states them now.

        Refunds, disputes and payment intents are read with their charge. Raises ``Retry``,
        ``Reconnect``, ``Refused`` (``http_404``: Stripe does not know it) or ``Unreadable``.
        """
        del now  # everything is dated by Stripe
        kind, *ids = what.split("/")
        own = [events.checked_id(one) for one in ids]
        match kind, own:
            case "charge", [charge]:
                return self._charge(charge)
            case "payment_intent", [intent]:
                return self._through(self._read(f"/v1/payment_intents/{intent}"), "latest_charge")
            case "refund", [refund]:
                return self._through(self._read(f"/v1/refunds/{refund}"), "charge")
            case "dispute", [dispute]:
                return self._through(self._read(f"/v1/disputes/{dispute}"), "charge")
            case "payout", [payout]:
                return movements.of_payout(self._read(f"/v1/payouts/{payout}"), self._how)
            case "cash", [customer, entry]:
                path = f"/v1/customers/{customer}/cash_balance_transactions/{entry}"
                return movements.of_cash(self._read(path), self._how)
            case _:
                raise Unreadable("there is no such kind of object to read")

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """What moved since ``cursor``, day by day, the oldest first; the first time a month.

        The cursor is the instant (seconds since 1970) through which everything was read; a pull
        begins ten minutes before it. ``complete_through`` is ``now``: an event that Stripe lists
        late is within the next pull's overlap.
        """
        since = _instant(cursor) if cursor else now - _EVENTS_KEPT
        at = min(since, now) - _OVERLAP
        seen: set[str] = set()
        while at < now:
            until = min(at + _SLICE, now)
            yield from self._slice(at, until, now, seen)
            at = until

    def link(self, request: PaymentRequest, *, key: str) -> Receipt:
        """A page on which one payer settles a claim; the same ``key`` gives the same link."""
        return links.make(self._rest, request, self._config.reference_keys[0], key=key)

    # -- reading -------------------------------------------------------------------------------

    def _slice(
        self, at: datetime, until: datetime, now: datetime, seen: set[str]
    ) -> Iterator[Page]:
        """The pages of a slice of time; only the last of them moves the cursor to its end."""
        last = until == now
        roots = [r for r in self._roots(at, None if last else until, now) if r not in seen]
        seen.update(roots)
        facts: list[Sighting] = []
        refused: list[RowError] = []
        for root in roots:
            if len(facts) >= _FACTS_A_PAGE:
                yield Page(facts=tuple(facts), refused=tuple(refused), cursor=_cursor(at))
                facts, refused = [], []
            try:
                facts += self.fetch(root, now=now)
            except (Unreadable, Refused) as error:
                refused.append(RowError(row=root, field="", text=f"{error}"))
        if facts or refused or last:
            yield Page(
                facts=tuple(facts),
                refused=tuple(refused),
                cursor=_cursor(until - _OVERLAP if last else until),
                complete_through=now if last else None,
            )

    def _roots(self, at: datetime, until: datetime | None, now: datetime) -> list[str]:
        """What to read for a slice, the oldest first, each once."""
        bounds = [("created[gte]", str(int(at.timestamp())))]
        if until is not None:
            bounds.append(("created[lt]", str(int(until.timestamp()))))
        if at < now - _EVENTS_KEPT - _OVERLAP:
            rows = self._rest.pages("/v1/balance_transactions", bounds)
            found = [events.root_of_id(row.get("source")) for page in rows for row in page]
        else:
            wanted = [("types[]", one) for one in events.TYPES]
            rows = self._rest.pages("/v1/events", [*bounds, *wanted])
            found = [events.root_of_event(row) for page in rows for row in page]
        return list(dict.fromkeys(root for root in reversed(found) if root is not None))

    def _through(self, thing: Row, field: str) -> Sequence[Sighting]:
        """The movements of the charge that an object belongs to; none while it has none."""
        charge = thing.get(field)
        return self._charge(events.checked_id(charge)) if charge is not None else ()

    def _charge(self, charge: str) -> Sequence[Sighting]:
        found = self._read(
            f"/v1/charges/{charge}",
            "balance_transaction", "failure_balance_transaction",
            "refunds.data.balance_transaction", "refunds.data.failure_balance_transaction",
        )  # fmt: skip
        refunds = found.get("refunds") or {}
        rows = list(refunds.get("data") or [])
        if refunds.get("has_more"):
            rows = self._all("/v1/refunds", charge, "balance_transaction")
        disputes = self._all("/v1/disputes", charge) if found.get("disputed") else []
        return movements.of_charge(found, rows, disputes, self._how)

    def _all(self, path: str, charge: str, *expand: str) -> list[Row]:
        expanded = [f"data.{one}" for one in expand]
        pages = self._rest.pages(path, [("charge", charge)], expand=expanded)
        return [row for page in pages for row in page]

    def _read(self, path: str, *expand: str) -> Row:
        """One object of this mode. Raises ``Refused`` (``wrong_environment``) for the other's."""
        found = self._rest.get(path, expand=expand)
        # Refunds do not say their mode.
        if found.get("livemode", self._live) is not self._live:
            raise Refused("the object is of another environment", code="wrong_environment")
        return found


def _cursor(at: datetime) -> str:
    """The cursor from which a pull begins at ``at``: it looks back by the overlap."""
    return str(int((at + _OVERLAP).timestamp()))


def _instant(cursor: str) -> datetime:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12):
        raise Unreadable("the cursor is not one of this connector")
    return datetime.fromtimestamp(int(cursor), UTC)
