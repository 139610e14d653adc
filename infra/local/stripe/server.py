"""An HTTP double of Stripe's API, and the sender of its webhooks, on 127.0.0.1.

It answers what the hub asks: single objects with ``expand[]``, lists with filters and pages, and
idempotent writes. It signs webhooks by its own reading of docs.stripe.com/webhooks. ``/control``
(own token) is for whoever drives the story.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from infra.local.stripe.account import Account, Thing

_LISTS = {
    "charges": "charge", "payment_intents": "payment_intent", "refunds": "refund",
    "disputes": "dispute", "payouts": "payout", "balance_transactions": "balance_transaction",
    "events": "event", "customers": "customer", "payment_links": "payment_link",
}  # fmt: skip
_ONE = re.compile(r"/v1/(?:customers/\w+/)?(\w+)/(\w+)")
# What a driver may let happen: methods of the account.
STORIES = frozenset(
    {
        "listen",
        "pay",
        "pay_link",
        "settle",
        "fail",
        "refund",
        "fail_refund",
        "dispute",
        "win",
        "transfer",
        "pay_out",
    }
)
_MAX_BODY = 1_000_000
# How long the sender waits for an endpoint's answer.
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the double is told; ``port`` 0 is any free one."""

    account: str = "acct_demo"
    live: bool = False
    key: str = field(default="rk_test_demo", repr=False)
    control_token: str = field(default="control", repr=False)
    port: int = 0


class StripeServer(ThreadingHTTPServer):
    """The double: its books, its clock, and what it was asked."""

    daemon_threads = True

    def __init__(self, config: Config) -> None:
        super().__init__(("127.0.0.1", config.port), _Handler)
        self.config = config
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.offset = 0
        self.account = Account(config.account, live=config.live, clock=self.now)
        self.asked: list[str] = []
        # Answers given instead of the next ones, and paths for which the key has no permission.
        self.statuses: list[int] = []
        self.forbidden: set[str] = set()
        self._written: dict[str, Thing] = {}
        self._writing = threading.Lock()

    def now(self) -> int:
        """Seconds since 1970 on the double's clock."""
        return int(time.time()) + self.offset

    def set_clock(self, now: int) -> None:
        """Let the double live at another time, for example the embedded stack's."""
        self.offset = now - int(time.time())

    def once(self, key: str, path: str, form: Mapping[str, str]) -> Thing:
        """The answer to a write; the same key gives the same answer."""
        with self._writing:
            if key not in self._written:
                self._written[key] = self._write(path, form)
            return self._written[key]

    def _write(self, path: str, form: Mapping[str, str]) -> Thing:
        if path == "/v1/prices":
            return self.account.note(
                "price", unit_amount=int(form["unit_amount"]), currency=form["currency"]
            )
        made = self.account.note("payment_link", active=True, form=dict(form))
        made["url"] = f"https://buy.stripe.example/{made['id']}"
        return made


def sign(secret: str, body: bytes, now: int) -> str:
    """The header ``Stripe-Signature`` of a body."""
    digest = hmac.new(secret.encode(), b"%d." % now + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"


def deliver(session: requests.Session, event: Thing, url: str, secret: str) -> int:
    """Send an event to a webhook endpoint, signed now; the status of its answer."""
    body = json.dumps(event, indent=2).encode()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": sign(secret, body, int(time.time())),
        "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return session.post(url, data=body, headers=headers, timeout=_PATIENCE_SECONDS).status_code


class _Handler(BaseHTTPRequestHandler):
    server: StripeServer
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Head and body in one packet: apart, each answer waits 40 ms for the other side's word.
    wbufsize = -1

    def do_GET(self) -> None:
        """An object or a list."""
        if self._may():
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            found = self._object(parts.path) or self._list(parts.path, query)
            if found is None:
                self._fail(404, "resource_missing")
            else:
                self._answer(200, self._expanded(found, query.get("expand[]", [])))

    def do_POST(self) -> None:
        """A write under a key, or an order of whoever drives the story."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _MAX_BODY:
            self.close_connection = True
            self._fail(413, "too_large")
            return
        body = self.rfile.read(int(length))
        if self.path.startswith("/control/"):
            self._control(json.loads(body))
        elif self._may():
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            key = self.headers.get("idempotency-key", "")
            self._answer(200, self.server.once(key, self.path, form))

    def _may(self) -> bool:
        server = self.server
        server.asked.append(f"{self.command} {self.path}")
        given = self.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {server.config.key}".encode()):
            self._fail(401, "invalid_api_key")
        elif any(self.path.startswith(path) for path in server.forbidden):
            self._fail(403, "permission")
        elif server.statuses:
            self._fail(server.statuses.pop(0), "told_to")
        else:
            return True
        return False

    def _object(self, path: str) -> Thing | None:
        account = self.server.account
        if path == "/v1/account":
            return {"id": account.id, "object": "account"}
        named = _ONE.fullmatch(path)
        thing = account.things.get(named[2]) if named else None
        known = {**_LISTS, "cash_balance_transactions": "customer_cash_balance_transaction"}
        return thing if thing and named and thing["object"] == known.get(named[1]) else None

    def _list(self, path: str, query: Mapping[str, list[str]]) -> Thing | None:
        name = path.removeprefix("/v1/")
        if name == "webhook_endpoints":
            return {"object": "list", "data": self.server.account.endpoints, "has_more": False}
        if name not in _LISTS:
            return None
        rows = [one for one in self.server.account.all(_LISTS[name]) if _wanted(one, query)]
        after = query.get("starting_after", [""])[0]
        if after:
            rows = rows[[one["id"] for one in rows].index(after) + 1 :]
        limit = int(query.get("limit", ["10"])[0])
        return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit}

    def _expanded(self, found: Thing, expand: list[str]) -> Thing:
        things = self.server.account.things
        whole = copy.deepcopy(found)
        if found.get("object") == "charge" and any(one.startswith("refunds") for one in expand):
            own = [one for one in self.server.account.all("refund") if one["charge"] == found["id"]]
            whole["refunds"] = {
                "data": json.loads(json.dumps(own[:10])),
                "has_more": own[10:] != [],
            }
        for path in expand:
            *above, name = path.split(".")
            for holder in _below(whole, above):
                if isinstance(holder.get(name), str):
                    holder[name] = things[holder[name]]
        return whole

    def _control(self, order: dict[str, Any]) -> None:
        given = self.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.server.config.control_token}".encode()):
            self._fail(401, "control")
            return
        verb = self.path.removeprefix("/control/")
        if verb == "clock":
            self.server.set_clock(int(order["now"]))
            self._answer(200, {})
        elif verb == "deliver":
            self._answer(200, {"statuses": self._delivered(**order)})
        elif verb in STORIES:
            self._answer(200, getattr(self.server.account, verb)(**order))
        else:
            self._fail(404, "control")

    def _delivered(self, url: str, secret: str, since: int = 0) -> list[int]:
        """Send every event after the first ``since`` to an endpoint, the oldest first."""
        events = list(reversed(self.server.account.all("event")))[since:]
        with requests.Session() as session:
            session.trust_env = False
            return [deliver(session, event, url, secret) for event in events]

    def _fail(self, status: int, code: str) -> None:
        self._answer(status, {"error": {"code": code, "type": "invalid_request_error"}})

    def _answer(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: what was asked stands in ``asked``."""


def _wanted(thing: Thing, query: Mapping[str, list[str]]) -> bool:
    low, high = query.get("created[gte]", ["0"])[0], query.get("created[lt]", ["9" * 12])[0]
    types, charge = query.get("types[]"), query.get("charge")
    return (
        int(low) <= thing["created"] < int(high)
        and (types is None or thing["type"] in types)
        and (charge is None or thing.get("charge") in charge)
    )


def _below(thing: Any, path: list[str]) -> list[Thing]:
    """The objects at a path, through lists."""
    found = [thing]
    for name in path:
        inner = [one.get(name) for one in found if isinstance(one, dict)]
        found = [each for one in inner if one for each in (one if isinstance(one, list) else [one])]
    return found
