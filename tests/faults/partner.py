"""A collection partner that proves our signature and answers as it is told."""

from __future__ import annotations

import json
import threading

from standardwebhooks import Webhook

from tests.connectors.stub_server import RawServer, ok

_ANSWERS = {
    "take": ok(status="202 Accepted"),
    "500": ok(status="500 Internal Server Error"),
    "503": ok(status="503 Service Unavailable", headers="Retry-After: 900\r\n"),
    "429": ok(status="429 Too Many Requests", headers="Retry-After: 7200\r\n"),
    "410": ok(status="410 Gone"),
    "404": ok(status="404 Not Found"),
    "redirect": ok(status="302 Found", headers="Location: /elsewhere\r\n"),
    "garbage": b"\x00\x01 no HTTP here\r\n\r\n",
    "login_page": ok(b"<!doctype html>", headers="Content-Type: text/html\r\n"),
    "silence": b"",
    "slow": b"",
}


class Partner(RawServer):
    """``modes`` say how deliveries are answered, one each; the last one stays."""

    def __init__(self, secret):
        super().__init__(self._answer)
        self.modes = ["take"]
        self.seen = []
        self.taken = {}
        self.patience = threading.Event()
        self._hook = Webhook(secret)
        self.endpoint = f"{self.origin}/hooks"

    def keys(self):
        """The webhook-ids of every delivery."""
        return [key for key, _ in self.seen]

    def forget(self):
        self.seen.clear()
        self.taken.clear()

    def _answer(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode().split("\r\n")[1:]]
        headers = {name.lower(): value.strip() for name, _, value in lines}
        message = self._hook.verify(body, headers)
        assert message == json.loads(body)
        mode = self.modes.pop(0) if len(self.modes) > 1 else self.modes[0]
        self.seen.append((headers["webhook-id"], message))
        if mode == "slow":
            # The message is there; whoever waits for the answer is dead before it comes.
            self.patience.wait(30)
        if mode in {"take", "silence", "slow"}:
            # It has the message, also when its answer never comes.
            self.taken.setdefault(headers["webhook-id"], message)
        return [_ANSWERS[mode]]
