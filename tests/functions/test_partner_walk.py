"""The walk of docs/partner/sandbox.md: every block runs, in order, against the real functions."""

from __future__ import annotations

import json
import re
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions import (
    process_inbox,
    receive_partner,
    serve_case_file,
    serve_partner,
    serve_sandbox,
)
from functions.api.access import ROUTES
from shared.cloud import clock, keys, table, vault
from shared.cloud.keys import Tenant
from tests.functions.world import EVENTS, call, sample

BLOCKS = re.compile(r"```python\n(.*?)```", re.DOTALL)
PAGE = EVENTS.parent / "docs" / "partner" / "sandbox.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BOX = Tenant("sandbox-agency")
SERVES = {
    **dict.fromkeys(serve_partner.HANDLERS, serve_partner),
    **dict.fromkeys(serve_sandbox.HANDLERS, serve_sandbox),
    "GET /v1/partner/cases/{id}": serve_case_file,
    "POST /v1/partner/cases/{id}/events": receive_partner,
}


class Gateway(BaseHTTPRequestHandler):
    """What API Gateway does: the route of a path, its parameters, and the principal of a token."""

    def _do(self):
        url = urlsplit(self.path)
        route, path = next(
            (route, found.groupdict())
            for route in sorted(ROUTES, key=lambda one: one.count("{"))
            if route in SERVES
            and (found := re.fullmatch(_pattern(route), f"{self.command} {url.path}"))
        )
        assert self.headers["authorization"] == "Bearer token"
        given = {name.lower(): value for name, value in self.headers.items()}
        event = call(
            route, role="partner", tenant=BOX.id, connection="partner", path=path,
            query=dict(parse_qsl(url.query)), headers=given,
            body=self.rfile.read(int(self.headers.get("content-length") or 0)).decode(),
        )  # fmt: skip
        answer = SERVES[route].handler(event, None)
        body = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


for _method in ("GET", "POST", "PUT"):
    setattr(Gateway, f"do_{_method}", Gateway._do)


def _pattern(route):
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(route))


def _free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def given(aws, monkeypatch, queued):
    """What an engineer is given: the API's address, a token, a secret, and a port of its own."""
    port = _free()
    origin = f"http://127.0.0.1:{port}"
    for name, value in (("PRIVATE_TARGETS", origin), ("OUTBOUND", "on"), ("API_URL", origin)):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC))
    table.put({
        **keys.connection(BOX, "partner"), "connector": "collectors.rest_hub", "state": "enabled",
        "config": json.dumps({"partner": "Agency", "endpoint": f"{origin}/hooks"}),
    })  # fmt: skip
    vault.write(BOX, "partner", {"webhook_secret": SECRET})
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def rest(_):
        """The queue is worked off while the engineer waits."""
        for message in queued("inbox"):
            event = sample("process_inbox")
            event["Records"] = [{**event["Records"][0], "body": json.dumps(message)}]
            assert process_inbox.handler(event, None) == {"batchItemFailures": []}

    monkeypatch.setattr("time.sleep", rest)
    yield {
        "API": f"http://127.0.0.1:{server.server_port}", "TOKEN": "token", "SECRET": SECRET,
        "PORT": port, "WARM": 0,
    }  # fmt: skip
    server.shutdown()
    server.server_close()


def test_every_block_of_the_walk_runs(given):
    blocks = BLOCKS.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 10

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), given)  # noqa: S102 - the page's own code

    assert {message["type"] for message in given["taken"].values()} == {
        "endpoint.test", "case.submitted", "payment.direct", "case.held",
    }  # fmt: skip
