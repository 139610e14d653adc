"""The receiver of the demo's collection partner: proves, drops repetitions, queues, answers.

It binds 127.0.0.1 and proves the hub's signatures with the ``standardwebhooks`` library on the raw
bytes. The desk works afterwards. ``/control`` (own token) is for whoever drives the demo.
"""

from __future__ import annotations

import hmac
import json
import os
import queue
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from standardwebhooks import Webhook, WebhookVerificationError

from infra.local.partner_desk import Access, Desk, Failed

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "partner" / "casefile.v1.schema.json"
HOOK = "/hooks/dunlin"
MODES = frozenset(
    {"accept", "reject", "500", "503", "429", "410", "redirect", "garbage", "web_page"}
)
_MAX_BODY = 100_000


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the process is told.

    ``modes`` says how deliveries are answered, one each, the last one for ever: ``accept``,
    ``reject`` (202, then ``case.rejected`` with ``reject_code``), a status, ``redirect``,
    ``garbage`` (no HTTP at all) or ``web_page`` (200 with HTML). ``port`` 0 is any free one.
    """

    access: Access
    webhook_secrets: tuple[str, ...] = field(repr=False)
    control_token: str = field(repr=False)
    port: int = 0
    modes: tuple[str, ...] = ("accept",)
    reject_code: str = "MISSING_ADDRESS"
    retry_after: str = "7"

    def __post_init__(self) -> None:
        if not self.modes or not set(self.modes) <= MODES:
            raise ValueError("unknown mode of the partner")

    @classmethod
    def read(cls, path: Path) -> Config:
        """The configuration that ``write`` wrote."""
        given = json.loads(path.read_text(encoding="utf-8"))
        given["access"] = Access(**given["access"])
        for name in ("webhook_secrets", "modes"):
            given[name] = tuple(given[name])
        return cls(**given)

    def write(self, path: Path) -> None:
        """Write it as JSON that only its owner may read."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)


class PartnerServer(ThreadingHTTPServer):
    """The receiver: verifies, drops repetitions, queues for the desk, and answers."""

    daemon_threads = True

    def __init__(self, config: Config, folder: Path) -> None:
        super().__init__(("127.0.0.1", config.port), _Handler)
        self.config = config
        self.desk = Desk(config.access, folder, SCHEMA)
        self.modes = list(config.modes)
        self._hooks = [Webhook(secret) for secret in config.webhook_secrets]
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._jobs: queue.Queue[tuple[Mapping[str, Any], str | None] | None] = queue.Queue()
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    def server_close(self) -> None:
        """Finish what is queued, then close the socket."""
        self.desk.stop()
        self._jobs.put(None)
        self._worker.join(timeout=10)
        super().server_close()

    def verified(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether one of our secrets signed these bytes, by the standard's own library."""
        for hook in self._hooks:
            try:
                hook.verify(body, dict(headers), json_parse=False)
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False

    def next_mode(self) -> str:
        """How this delivery is answered."""
        with self._lock:
            return self.modes.pop(0) if len(self.modes) > 1 else self.modes[0]

    def first_time(self, message_id: str) -> bool:
        """Whether this webhook-id has not been taken before; it has been from now on."""
        with self._lock:
            new = message_id not in self._seen
            self._seen.add(message_id)
            return new

    def take(self, message: Mapping[str, Any], mode: str) -> None:
        """Queue a verified message for the desk; the others are taken note of, money is booked."""
        self.desk.ledger.told(message)
        if message.get("type") in {"case.submitted", "case.amended", "case.withdrawn"}:
            self._jobs.put((message, self.config.reject_code if mode == "reject" else None))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            message, reject = job
            if message["type"] == "case.withdrawn":
                self.desk.let_go(message["data"])
            else:
                self.desk.take(message["data"], reject=reject)


class _Handler(BaseHTTPRequestHandler):
    server: PartnerServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Somebody looks; the receiver takes POST only."""
        if self.path != HOOK:
            self.server.desk.note("strayed")
        self._answer(405 if self.path == HOOK else 404)

    def do_POST(self) -> None:
        """A webhook, or an order of the demo's driver."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _MAX_BODY:
            self.close_connection = True
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        if self.path == HOOK:
            self._hook(body)
        elif self.path.startswith("/control/"):
            self._control(body)
        else:
            self.server.desk.note("strayed")
            self._answer(404)

    def _hook(self, body: bytes) -> None:
        desk, message_id = self.server.desk, self.headers.get("webhook-id", "")
        if not self.server.verified(body, dict(self.headers.items())):
            desk.note("signature_rejected")
            self._answer(401)
            return
        mode = self.server.next_mode()
        if mode not in {"accept", "reject"}:
            desk.note("turned_away", message=message_id, mode=mode)
            self._turn_away(mode)
            return
        message = json.loads(body)
        if self.server.first_time(message_id):
            desk.note("received", message=message_id, type=str(message.get("type")))
            self.server.take(message, mode)
        else:
            desk.note("repeated", message=message_id)
        self._answer(202)

    def _turn_away(self, mode: str) -> None:
        match mode:
            case "garbage":
                self.close_connection = True
                self.wfile.write(b"\x00\x01 no HTTP here\r\n\r\n")
            case "web_page":
                self._answer(
                    200, b"<!doctype html><title>Log in</title>", {"content-type": "text/html"}
                )
            case "redirect":
                self._answer(302, headers={"location": "/elsewhere"})
            case "429" | "503":
                self._answer(int(mode), headers={"retry-after": self.server.config.retry_after})
            case _:
                self._answer(int(mode))

    def _control(self, body: bytes) -> None:
        given = self.headers.get("authorization", "").encode()
        expected = f"Bearer {self.server.config.control_token}".encode()
        if not hmac.compare_digest(given, expected):
            self._answer(401)
            return
        try:
            order = json.loads(body)
            if self.path == "/control/pay" and isinstance(order, dict):
                self._answer(200, json.dumps(self.server.desk.pay(order)).encode())
            elif self.path == "/control/report" and isinstance(order, dict):
                event = self.server.desk.report(order)
                self._answer(200, json.dumps({"event": event}).encode())
            elif self.path == "/control/modes" and order and MODES.issuperset(order):
                self.server.modes[:] = order
                self._answer(204)
            else:
                self._answer(404)
        except (Failed, requests.RequestException, ValueError, TypeError) as error:
            why = str(error) if isinstance(error, Failed) else type(error).__name__
            self._answer(422, json.dumps({"why": why}).encode())

    def _answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: the journal holds what matters, and no address or header."""
