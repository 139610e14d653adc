"""One webhook in memory: proven, read, and made into sightings; nothing is stored or asked.

The reference is the least that anybody could do: one HMAC over the bytes and the standard
library's JSON of the same two bodies, in the same run.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.contract import Connection, Delivery
from connectors.json_door import read_json
from connectors.payments.stripe import StripePayments, movements
from connectors.payments.stripe.config import Config
from infra.local import setup
from infra.local.bench.figures import Figure, Target, shown
from infra.local.stripe.account import Account
from infra.local.stripe.server import sign

GROUP = "A payment provider's webhook (pure; one core)"
_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SECRET = "whsec_bench"  # noqa: S105 - invented
_EVENTS = 300
_BEST_OF = 5


@dataclass(frozen=True)
class Measured:
    """CPU microseconds an event: proving and reading it, normalising its charge, the reference."""

    verify_us: float
    normalise_us: float
    reference_us: float


def measure(events: int = _EVENTS, best_of: int = _BEST_OF) -> Measured:
    """The best of some rounds over so many different events."""
    sent = [_sent(number) for number in range(events)]
    connector = StripePayments(
        Connection(
            id="stripe",
            config=Config(environment="sandbox", account="acct_demo"),
            secrets={"api_key": "rk_test_bench", "webhook_secret": _SECRET},
        )
    )
    how = movements.Reading("stripe", "stripe:acct_demo", ZoneInfo(setup.ZONE), ("reference",))

    def normalise(one: tuple[Delivery, bytes]) -> object:
        return movements.of_charge(read_json(one[1]), (), (), how)

    return Measured(
        _best(sent, lambda one: connector.verify(one[0], now=_NOW), best_of),
        _best(sent, normalise, best_of),
        _best(sent, _least, best_of),
    )


def figures() -> list[Figure]:
    """CPU per event, beside the least that it could be."""
    found = measure()
    whole = found.verify_us + found.normalise_us
    return [
        Figure(
            group=GROUP,
            name="verify, parse, normalise",
            value=whole,
            unit="µs an event",
            reference="bare HMAC and json.loads of the same bytes",
            reference_value=found.reference_us,
            # A thousand events a second and core are far more than any creditor is sent.
            target=Target("at most", 1000.0),
            words=f"verify and read {shown(found.verify_us)} µs, "
            f"normalise {shown(found.normalise_us)} µs",
        )
    ]


def _sent(number: int) -> tuple[Delivery, bytes]:
    """A signed event, and its charge as the provider then answers."""
    account = Account("acct_demo", live=False, clock=lambda: int(_NOW.timestamp()))
    charge = account.pay(
        10_000 + number, metadata={"dunlin_claim": f"erp:{number}", "reference": "1232"},
        name="Aino Esimerkki", description=f"Invoice {number}",
    )  # fmt: skip
    booking = account.things[charge["balance_transaction"]]
    body = json.dumps(account.all("event")[-1], indent=2).encode()
    header = sign(_SECRET, body, int(_NOW.timestamp()))
    delivery = Delivery(body=body, headers={"stripe-signature": header})
    return delivery, json.dumps({**charge, "balance_transaction": booking}).encode()


def _least(one: tuple[Delivery, bytes]) -> object:
    body, answer = one[0].body, one[1]
    digest = hmac.new(_SECRET.encode(), b"1772452800." + body, hashlib.sha256).hexdigest()
    return digest, json.loads(body), json.loads(answer)


def _best(
    sent: list[tuple[Delivery, bytes]],
    work: Callable[[tuple[Delivery, bytes]], object],
    best_of: int,
) -> float:
    """CPU microseconds of one piece of work, of the best round."""
    rounds = []
    for _ in range(best_of):
        began = time.process_time()
        for one in sent:
            work(one)
        rounds.append(time.process_time() - began)
    return min(rounds) / len(sent) * 1e6
