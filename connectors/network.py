"""How a connection is dialled: addresses resolved once, judged, pinned, and cut at one deadline.

Only ``connectors.http`` uses this. It overrides ``_new_conn`` of urllib3's connections, the seam
that urllib3's own SOCKS support uses, so the host name stays what TLS verifies and what ``Host``
says while the socket goes to the address that was judged.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from shared.errors import Refused

_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
# Global unicast is 2000::/3 (RFC 4291); inside it these blocks lead elsewhere: IETF protocol
# assignments with Teredo and ORCHID, 6to4 (RFC 3056), and two documentation prefixes.
_IPV6_GLOBAL = ipaddress.IPv6Network("2000::/3")
_IPV6_SPECIAL = tuple(
    ipaddress.IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# NAT64 (RFC 6052): an IPv6-only subnet sees every IPv4 host under this prefix.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Python's own table differs between patch releases for these (RFC 6598, RFC 6890, RFC 7526).
_IPV4_SPECIAL = tuple(
    ipaddress.IPv4Network(block) for block in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")
)


def read_origin(text: str) -> tuple[str, str, int]:
    """The normal form of an origin, its host and its port. Raises ``Refused``."""
    try:
        parts = urlsplit(text.strip().lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    shown = f"[{host}]" if ":" in host else host
    # Rebuilt and compared, so that a user name, an empty port or odd brackets are no origin.
    authority = shown if port is None else f"{shown}:{port}"
    rest = parts.path.strip("/") or parts.query or parts.fragment
    good = _HOST.fullmatch(shown) and parts.netloc == authority and not rest
    if not good or parts.scheme not in {"http", "https"} or port == 0:
        raise Refused("the address is not an origin like https://host", code="target_refused")
    default = 443 if parts.scheme == "https" else 80
    normal = shown if port in {None, default} else authority
    return f"{parts.scheme}://{normal}", host, port or default


def is_public(address: str) -> bool:
    """Whether an IP address text belongs to the open internet.

    Private, loopback, link-local (instance metadata), shared (carrier) and unique-local ranges,
    multicast, documentation, tunnels and IPv4-mapped forms do not. A NAT64 address is judged by
    the IPv4 address inside it.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
        return ip in _IPV6_GLOBAL and not any(ip in block for block in _IPV6_SPECIAL)
    special = ip.is_multicast or ip.is_reserved or any(ip in block for block in _IPV4_SPECIAL)
    return ip.is_global and not special


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of ``host`` in the resolver's order. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Route:
    """The judged addresses of one origin, and what is known of the call under way on it.

    ``sent`` turns true just before the first byte of a request is written: from then on the
    request may have reached the other side. ``expired`` turns true when the deadline cut the call.
    One route serves one thread.
    """

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ()
        self.sent = False
        self.expired = False
        self._ends = 0.0
        self._tap: socket.socket | None = None
        self._lock = threading.Lock()

    @contextmanager
    def timed(self, seconds: float) -> Iterator[None]:
        """Run one call that is cut after ``seconds``, however slowly the other side drips.

        A socket timeout only bounds the silence between two bytes, so a timer shuts the
        connection down instead.
        """
        self.sent = self.expired = False
        self._ends = time.monotonic() + seconds
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                if self._tap is not None:
                    self._tap.close()
                self._tap = None

    def dial(self, port: int) -> socket.socket:
        """A connected socket to the first address that answers. Raises ``OSError``."""
        failure: OSError = ConnectionError("no address")
        for address in self.addresses:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("deadline")
            try:
                connected = socket.create_connection((address, port), timeout=left)
            except OSError as error:
                failure = error
                continue
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.watch(connected)
            return connected
        raise failure

    def watch(self, connected: socket.socket) -> None:
        """Let the deadline cut this connection. Raises ``TimeoutError`` when it has passed."""
        with self._lock:
            if self.expired:
                connected.close()
                raise TimeoutError("deadline")
            if self._tap is None:
                # A duplicate, because TLS detaches the socket that it wraps.
                self._tap = socket.fromfd(connected.fileno(), connected.family, connected.type)

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._tap is not None:
                try:
                    self._tap.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # the other side was faster


class _Pinned(HTTPConnection):
    route: Route

    def _new_conn(self) -> socket.socket:
        return self.route.dial(self.port or self.default_port)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if self.sock is not None:
            self.route.watch(self.sock)
        self.route.sent = True
        super().send(data)


class _PinnedTls(_Pinned, HTTPSConnection):
    pass


class PinnedAdapter(HTTPAdapter):
    """A transport that dials only the addresses of its route, without retries of its own."""

    def __init__(self, route: Route) -> None:
        self._route = route
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools with connections that are bound to the route."""
        super().init_poolmanager(*args, **kwargs)
        bound: dict[str, Any] = {"route": self._route}
        plain = type("PlainConnection", (_Pinned,), bound)
        tls = type("TlsConnection", (_PinnedTls,), bound)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
