"""The HTTP door against a real socket: what it refuses, what it bounds, what it never says."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import logging
import socket
import ssl
import threading
import traceback
from datetime import UTC, datetime

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from connectors import network
from connectors.http import STATUS, Answer, Door, Unanswered, raise_for, retry_after
from connectors.network import is_public
from shared.errors import Reconnect, Refused, Retry, Unreadable
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def door(server, **settings):
    return Door(server.origin, private_targets=frozenset({server.origin}), **settings)


def resolver(*addresses):
    def getaddrinfo(_host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    return getaddrinfo


def test_an_answer_is_status_lower_case_headers_and_body():
    with RawServer(lambda _: [ok(b'{"a":1}', headers="X-Rate: 3\r\n")]) as server:
        answer = door(server).call(
            "POST", "/v1/items?x=1", params={"q": "a b"}, headers={"X-Key": "k"}, body=b"[]"
        )
    assert (answer.status, answer.headers["x-rate"], answer.body) == (200, "3", b'{"a":1}')
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/items?x=1&q=a+b HTTP/1.1\r\n")
    assert b"X-Key: k" in head
    assert b"User-Agent: dunlin" in head
    assert body == b"[]"


def test_a_connection_is_kept_between_calls():
    with RawServer(lambda _: [ok()], keep=True) as server:
        one = door(server)
        for _ in range(3):
            assert one.call("GET", "/").status == 200
        one.close()
    assert server.connections == 1
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "origin",
    [
        "http://api.example.com", "https://user:pw@api.example.com", "https://api.example.com/v1",
        "https://api.example.com?x=1", "https://api.example.com:", "https://api.example.com:0",
        "ftp://api.example.com", "https://", "https://api.example.com\\@evil.test", "example.com",
        "https://ex ample.com", "https://exämple.com", "https://[::1", "https://a.com:99999",
    ],
)  # fmt: skip
def test_only_an_https_origin_is_a_target(origin):
    with pytest.raises(Refused) as caught:
        Door(origin)
    assert caught.value.code == "target_refused"


def test_an_origin_has_one_form():
    assert Door("HTTPS://API.Example.com:443/").origin == "https://api.example.com"
    assert Door("https://[2A00::1]:8443").origin == "https://[2a00::1]:8443"


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.1", "169.254.169.254",
        "169.254.170.2", "100.64.0.1", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1",
        "::8.8.8.8", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
        "localhost", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address, monkeypatch):
    assert not is_public(address)
    monkeypatch.setattr(socket, "getaddrinfo", resolver("93.184.216.34", address))
    with pytest.raises(Refused) as caught:
        Door("https://api.example.com").call("GET", "/")
    assert caught.value.code == "target_refused"


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:1450:400f::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_allowed(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_no_private_ipv4_address_is_ever_public_in_any_disguise(ip):
    if not is_public(str(ip)):
        assert not is_public(f"::ffff:{ip}")
        assert not is_public(str(ipaddress.IPv6Address(int(network._NAT64[0]) + int(ip))))


def test_the_host_is_resolved_once_so_a_changing_name_changes_nothing(monkeypatch):
    asked = []

    def resolve(host, _port):
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.2",)

    monkeypatch.setattr("connectors.http.resolve", resolve)
    with RawServer(lambda _: [ok()]) as server:
        origin = f"http://name.test:{server.port}"
        one = Door(origin, private_targets=frozenset({origin}))
        assert one.call("GET", "/").status == 200
        assert one.call("GET", "/").status == 200
    assert asked == ["name.test"]
    assert server.connections == 2
    assert f"Host: name.test:{server.port}".encode() in server.requests[1]


def certificate(folder, host):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    start = datetime.now(UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "cert.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return context, chain


@pytest.mark.parametrize("host", ["vendor.test", "other.test"])
def test_tls_verifies_the_name_while_the_socket_goes_to_the_pinned_address(
    host, tmp_path, monkeypatch
):
    context, chain = certificate(tmp_path, "vendor.test")
    named = []
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(chain))
    monkeypatch.setattr("connectors.http.resolve", lambda _host, _port: ("127.0.0.1",))
    with RawServer(lambda _: [ok()], tls=context) as server:
        origin = f"https://{host}:{server.port}"
        one = Door(origin, private_targets=frozenset({origin}))
        if host == "vendor.test":
            assert one.call("GET", "/").status == 200
        else:
            with pytest.raises(Unanswered) as caught:
                one.call("GET", "/")
            assert not caught.value.sent
            assert server.requests == []
    assert named == [host]


def test_a_redirect_is_an_answer_and_is_not_followed():
    reply = ok(b"", status="302 Found", headers="Location: http://169.254.169.254/\r\n")
    with RawServer(lambda _: [reply]) as server:
        answer = door(server).call("GET", "/")
    assert answer.status == 302
    with pytest.raises(Refused) as caught:
        raise_for(answer, now=NOW)
    assert caught.value.code == "http_302"


def test_proxies_and_cookies_have_no_say(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    with RawServer(lambda _: [ok(headers="Set-Cookie: a=b\r\n")]) as server:
        one = door(server)
        one.call("GET", "/")
        one.call("GET", "/")
    assert b"Cookie" not in server.requests[1]


def drip(first: bytes, stop: threading.Event):
    yield first
    while not stop.wait(0.02):
        yield b"x"


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["headers", "body without length", "body with length"],
)  # fmt: skip
def test_one_deadline_holds_however_slowly_the_other_side_drips(first):
    stop = threading.Event()
    with RawServer(lambda _: drip(first, stop)) as server:
        with pytest.raises(Unanswered) as caught:
            door(server, total_seconds=0.15).call("GET", "/")
        stop.set()
    assert caught.value.sent


def test_silence_is_cut_at_the_deadline():
    stop = threading.Event()

    def silent(_):
        stop.wait(5)
        return []

    with RawServer(silent) as server:
        with pytest.raises(Unanswered) as caught:
            door(server, total_seconds=0.1).call("POST", "/", body=b"{}")
        stop.set()
    assert caught.value.sent


def test_a_refused_connection_was_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(Unanswered) as caught:
        Door(origin, private_targets=frozenset({origin})).call("POST", "/", body=b"{}")
    assert not caught.value.sent


def test_a_name_that_does_not_resolve_was_not_sent(monkeypatch):
    def getaddrinfo(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unanswered) as caught:
        Door("https://api.example.com").call("GET", "/")
    assert not caught.value.sent


@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"junk"]
)
def test_an_answer_that_breaks_off_may_have_been_acted_on(reply):
    with RawServer(lambda _: [reply]) as server, pytest.raises(Unanswered) as caught:
        door(server).call("POST", "/", body=b"{}")
    assert caught.value.sent
    assert isinstance(caught.value, Retry)


def test_a_body_over_the_cap_is_unreadable_also_when_it_was_compressed():
    bomb = gzip.compress(b"0" * 3_000_000, mtime=0)
    reply = ok(bomb, headers="Content-Encoding: gzip\r\n")
    with RawServer(lambda _: [reply]) as server, pytest.raises(Unreadable):
        door(server, max_bytes=1_000_000).call("GET", "/")
    with RawServer(lambda _: [reply]) as server:
        assert len(door(server).call("GET", "/").body) == 3_000_000


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"no gzip"), ("gzip", gzip.compress(b"{}" * 99, mtime=0)[:-9]), ("br", b"{}"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more"), ("deflate", b"{}"),
    ],
)  # fmt: skip
def test_a_body_that_is_wrongly_compressed_is_unreadable(coding, body):
    reply = ok(body, headers=f"Content-Encoding: {coding}\r\n")
    with RawServer(lambda _: [reply]) as server, pytest.raises(Unreadable):
        door(server).call("GET", "/")


@pytest.mark.parametrize(
    "path",
    [
        "", "v1", "//evil.test/", "/\\evil.test", "/a b", "/a\r\nX: y", "/a#b", "/../x",
        "/a/%2e%2E/b", "/.", "/ä", "https://evil.test/", "/a\x00",
    ],
)  # fmt: skip
def test_a_path_that_could_leave_the_origin_is_refused(path):
    with pytest.raises(Refused) as caught:
        Door("https://api.example.com").call("GET", path)
    assert caught.value.code == "path_refused"


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "a\r\nY: b"), ("X\n", "a"), ("X", "ä"), ("Host", "evil.test"), ("content-length", "0")],
)
def test_a_header_that_could_split_a_request_is_refused(name, value):
    with pytest.raises(Refused) as caught:
        Door("https://api.example.com").call("GET", "/", headers={name: value})
    assert caught.value.code == "header_refused"


def test_only_links_of_the_same_origin_are_usable():
    one = Door("https://api.example.com")
    assert one.same_origin("https://API.example.com:443/v1?page=2") == "/v1?page=2"
    assert one.same_origin("/v1?page=2") == "/v1?page=2"
    assert one.same_origin("https://api.example.com") == "/"
    for link in (
        "https://api.example.com.evil.test/", "http://api.example.com/", "//evil.test/", "v1",
        "https://u@api.example.com/", "/\\evil.test", "https://api.example.com:444/", "",
    ):  # fmt: skip
        with pytest.raises(Unreadable):
            one.same_origin(link)


SECRET = "sk_canary_0451"
PERSON = "canary.person@example.com"


def test_no_secret_and_no_personal_value_is_in_an_error_a_log_or_a_repr(caplog):
    caplog.set_level(logging.DEBUG)
    texts = []

    def attempt(one):
        try:
            one.call(
                "POST", f"/c/{SECRET}", params={"email": PERSON},
                headers={"Authorization": SECRET}, body=PERSON.encode(),
            )  # fmt: skip
        except (Retry, Unreadable) as error:
            texts.extend(["".join(traceback.format_exception(error)), repr(error.__context__)])

    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}"
    attempt(Door(gone, private_targets=frozenset({gone}), secrets=[SECRET]))
    for reply in (b"", b"junk", ok(b"x", headers="Content-Encoding: gzip\r\n")):
        with RawServer(lambda _, reply=reply: [reply]) as server:
            attempt(door(server, secrets=[SECRET]))
    texts += [repr(door(server, secrets=[SECRET])), caplog.text]
    echoed = Answer(400, {"x": SECRET}, f"key {SECRET} is wrong".encode(), (SECRET,))
    texts += [repr(echoed), echoed.sentence]
    assert texts.count("None") == 4  # no chained error either
    assert len(texts) == 12  # every attempt failed
    assert not [text for text in texts if SECRET in text or PERSON in text]
    assert echoed.sentence == "key [secret] is wrong"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Reconnect), (403, Reconnect), (408, Retry), (425, Retry), (429, Retry), (500, Retry),
        (502, Retry), (503, Retry), (504, Retry), (301, Refused), (302, Refused), (307, Refused),
        (400, Refused), (404, Refused), (409, Refused), (410, Refused), (422, Refused),
        (102, Unreadable), (600, Unreadable), (0, Unreadable),
    ],
)  # fmt: skip
def test_each_status_has_one_error(status, kind):
    with pytest.raises(kind) as caught:
        raise_for(Answer(status, {}, b"PIN 1234"), now=NOW)
    assert type(caught.value) is kind
    assert "1234" not in str(caught.value)


def test_a_refusal_carries_the_other_sides_words_apart_from_the_message():
    with pytest.raises(Refused) as caught:
        raise_for(Answer(422, {}, b"amount\n too  low"), now=NOW)
    assert (caught.value.code, caught.value.sentence) == ("http_422", "amount too low")


def test_a_connector_overrides_entries_and_not_code():
    with pytest.raises(Retry):
        raise_for(Answer(403, {}, b""), now=NOW, overrides={403: Retry})
    with pytest.raises(Unreadable):
        raise_for(Answer(202, {}, b""), now=NOW, overrides={202: Unreadable})
    assert STATUS[403] is Reconnect


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120), ("0", 0), (" 7 ", 7), ("999999999999999", 86_400), ("", None), ("-5", None),
        ("soon", None), ("1.5", None), ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 12:01:30 -0000", 90), ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("Mon, 02 Mar 2099 12:00:00 GMT", 86_400), ("Mon, 99 Mar 2026 12:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text, seconds):
    answer = Answer(429, {"retry-after": text}, b"")
    assert retry_after(answer, now=NOW) == seconds
    with pytest.raises(Retry) as caught:
        raise_for(answer, now=NOW)
    assert caught.value.after == seconds


@given(st.text())
def test_no_retry_after_text_breaks_the_reader(text):
    seconds = retry_after(Answer(429, {"retry-after": text}, b""), now=NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", b"{}"), ("application/xhtml+xml", b""),
        ("", b" \n<!doctype html>"), ("application/json", b"<html>"),
    ],
)  # fmt: skip
def test_a_login_page_under_200_is_unreadable(kind, body):
    page = Answer(200, {"content-type": kind}, body)
    with pytest.raises(Unreadable, match="login page"):
        raise_for(page, now=NOW)
    raise_for(page, now=NOW, expects="anything")


def test_success_passes():
    assert raise_for(Answer(200, {"content-type": "application/json"}, b"{}"), now=NOW) is None
    assert raise_for(Answer(204, {}, b""), now=NOW) is None
