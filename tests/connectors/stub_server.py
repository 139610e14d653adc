"""A raw TCP counterpart on 127.0.0.1: it keeps what it received and sends what it is told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Self


class RawServer:
    """Serves each request with ``reply(request bytes) -> chunks`` and keeps every request.

    ``keep`` leaves the connection open after a reply, as HTTP/1.1 servers do.
    """

    def __init__(
        self,
        reply: Callable[[bytes], Iterable[bytes]],
        *,
        tls: ssl.SSLContext | None = None,
        keep: bool = False,
    ) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._reply, self._tls, self._keep = reply, tls, keep
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(peer, server_side=True) if self._tls else peer as stream:
                while request := self._request(stream):
                    self.requests.append(request)
                    for chunk in self._reply(request):
                        stream.sendall(chunk if self._keep else _closing(chunk))
                    if not self._keep:
                        return
        except OSError:
            return  # the caller hung up, which is what some tests are about

    @staticmethod
    def _request(stream: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = stream.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        wanted = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                wanted = int(line.partition(b":")[2])
        while len(body) < wanted:
            body += stream.recv(65536)
        return head + b"\r\n\r\n" + body


def _closing(chunk: bytes) -> bytes:
    """Say that the connection ends, so that no client takes it for one that it may use again."""
    first, line, rest = chunk.partition(b"\r\n")
    if not (line and first.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in chunk):
        return chunk
    return first + b"\r\nConnection: close\r\n" + rest


def ok(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole HTTP/1.1 answer; ``headers`` are lines that end with CRLF."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body
