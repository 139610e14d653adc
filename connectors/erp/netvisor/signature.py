"""How a request to Netvisor is signed: an id that is used once, and a MAC over URL and headers.

Source: https://support.netvisor.fi/en/support/solutions/articles/77000557880-api-authentication.
The MAC is the hex HMAC-SHA256, under the customer's key and the partner's joined by ``&``, of the
URL exactly as sent, sender, customer id, timestamp, language, organisation, transaction id, Unix
time and both keys, joined by ``&``, all in Latin-1. A repeated transaction id is refused, so even a
retry is signed anew. The stamps are wall time in UTC.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_PREFIX = "X-Netvisor-Authentication-"
LANGUAGE = "EN"


def _wall() -> datetime:
    return datetime.now(UTC)


def _transaction() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Signer:
    """The identity of one connection; ``wall`` and ``transaction`` are replaced in tests alone."""

    sender: str
    customer: str
    partner: str
    organisation: str
    customer_key: str = field(repr=False)
    partner_key: str = field(repr=False)
    wall: Callable[[], datetime] = field(repr=False, default=_wall)
    transaction: Callable[[], str] = field(repr=False, default=_transaction)

    def headers(self, url: str) -> Mapping[str, str]:
        """The headers of one request to ``url``, good once."""
        now = self.wall()
        stamp = f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}"
        unix, transaction = str(int(now.timestamp())), self.transaction()
        return {
            f"{_PREFIX}Sender": self.sender,
            f"{_PREFIX}CustomerId": self.customer,
            f"{_PREFIX}PartnerId": self.partner,
            f"{_PREFIX}Timestamp": stamp,
            f"{_PREFIX}TimestampUnix": unix,
            f"{_PREFIX}TransactionId": transaction,
            f"{_PREFIX}MACHashCalculationAlgorithm": "HMACSHA256",
            f"{_PREFIX}MAC": self._mac(url, stamp, unix, transaction),
            f"{_PREFIX}UseHTTPResponseStatusCodes": "1",
            "X-Netvisor-Interface-Language": LANGUAGE,
            "X-Netvisor-Organisation-ID": self.organisation,
        }

    def _mac(self, url: str, stamp: str, unix: str, transaction: str) -> str:
        parts = (
            url, self.sender, self.customer, stamp, LANGUAGE, self.organisation, transaction, unix,
            self.customer_key, self.partner_key,
        )  # fmt: skip
        key = f"{self.customer_key}&{self.partner_key}".encode("latin-1")
        return hmac.new(key, "&".join(parts).encode("latin-1"), hashlib.sha256).hexdigest()
