"""The pages of this process, served to a browser as API Gateway hands visits to their functions."""

from __future__ import annotations

import base64
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from functions import admin, payer

# A browser opens several connections at once; the world in memory is asked by one at a time.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def serving():
    """The origin of a server that lives as long as the block; browsers trust ``localhost``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers.get("content-length", 0))))

    def log_message(self, *_):
        """Say nothing: the tests look for themselves."""

    def _answer(self, body):
        function, event = self._event(body)
        if function is None:
            self.send_error(404)
            return
        with _ONE_AT_A_TIME:
            answer = function.handler(event, None)
        said = answer["body"].encode()
        said = base64.b64decode(said) if answer["isBase64Encoded"] else said
        self.send_response(answer["statusCode"])
        for name, text in answer["headers"].items():
            self.send_header(name, text)
        for line in answer["cookies"]:
            self.send_header("set-cookie", line)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _event(self, body):
        """The function that a path is routed to, if any, and the visit as it is told (2.0)."""
        parts = urlsplit(self.path)
        room, _, rest = parts.path.removeprefix("/").partition("/")
        functions = {"console": admin, "pages": admin, "p": payer}
        route = f"{self.command} /{room}/{{page+}}" if rest else f"{self.command} /{room}"
        headers = {name.lower(): text for name, text in self.headers.items()}
        return functions.get(room), {
            "version": "2.0", "routeKey": "GET /pages/{file}" if room == "pages" else route,
            "rawPath": parts.path, "rawQueryString": parts.query,
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)),
            "pathParameters": {"file" if room == "pages" else "page": rest},
            "headers": headers,
            "cookies": [one for one in headers.get("cookie", "").split("; ") if one],
            "requestContext": {"http": {"method": self.command, "path": parts.path}},
            "body": base64.b64encode(body).decode(), "isBase64Encoded": True,
        }  # fmt: skip
