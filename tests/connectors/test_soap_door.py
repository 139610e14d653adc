from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.collectors.soap.partner import service
from connectors.http import Unanswered
from connectors.soap_door import Login, Service, SoapDoor
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable
from tests.connectors.soap_server import SoapServer, receipt, said
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOGIN = Login("hub", "s3cret-canary")
OWN = service()
WSDL = dict(OWN.files)["partner.v1.wsdl"]
XSD = dict(OWN.files)["casefile.v1.xsd"]


def door(server, described: Service = OWN, **given) -> SoapDoor:
    targets = frozenset({server.origin})
    return SoapDoor(
        described, f"{server.origin}/soap", login=LOGIN, private_targets=targets, **given
    )


def described(wsdl: bytes, xsd: bytes = XSD) -> Service:
    return Service("partner.v1.wsdl", (("partner.v1.wsdl", wsdl), ("casefile.v1.xsd", xsd)))


def xml(body: str, status: str = "200 OK") -> bytes:
    return ok(body.encode(), status=status, headers="Content-Type: text/xml\r\n")


GOOD = said(receipt("FindCase", "accepted")).partition(b"\r\n\r\n")[2].decode()
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + GOOD
EXTERNAL = '<!DOCTYPE x SYSTEM "{origin}/evil.dtd">' + GOOD
DEEP = GOOD.replace("<t:caseId>", "<t:x>" * 400).replace("</t:caseId>", "</t:x>" * 400)
HOSTILE = {
    "entities": ENTITY, "a document type": EXTERNAL, "deep": DEEP, "half": GOOD[:-20],
    "no envelope": "<a/>", "not XML": "{}",
}  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_is_unreadable_and_fetches_nothing(answer):
    with RawServer(lambda _: [xml(answer.replace("{origin}", server.origin))]) as server:
        with pytest.raises(Unreadable) as caught:
            door(server).call("FindCase", {"caseId": "c"}, now=NOW)
        assert len(server.requests) == 1
    assert caught.value.__context__ is None


def test_an_answer_that_is_too_large_is_unreadable():
    body = GOOD.replace("case-1", "x" * 5000)
    with RawServer(lambda _: [xml(body)]) as server, pytest.raises(Unreadable):
        door(server, max_bytes=4000).call("FindCase", {"caseId": "c"}, now=NOW)


STATUSES = {
    "401": (ok(b"", status="401 Unauthorized"), Reconnect),
    "a redirect": (ok(b"", status="302 Found", headers="Location: /x\r\n"), Refused),
    "busy": (ok(b"", status="503 Service Unavailable", headers="Retry-After: 17\r\n"), Retry),
    "500 without a fault": (
        ok(b"oops", status="500 x", headers="Content-Type: text/plain\r\n"),
        Retry,
    ),
    "a login page": (ok(b"<html>", headers="Content-Type: text/html\r\n"), Unreadable),
    "silence": (b"", Unanswered),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind"), STATUSES.values(), ids=STATUSES)
def test_a_status_without_a_fault_is_the_error_that_names_what_to_do(answer, kind):
    with RawServer(lambda _: [answer]) as server, pytest.raises(kind) as caught:
        door(server).call("FindCase", {"caseId": "c"}, now=NOW)
    if kind is Retry:
        assert caught.value.after in {17, None}
    assert "canary" not in repr(caught.value)


BAD_WSDL = {
    "a document type": b"<!DOCTYPE x>" + WSDL.partition(b"?>")[2],
    "an import from elsewhere": WSDL.replace(b"casefile.v1.xsd", b"https://evil.example/other.xsd"),
    "a file": WSDL.replace(b'"casefile.v1.xsd"', b'"/etc/passwd"'),
    "not XML": b"<wsdl",
    "no binding": b'<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/"/>',
}


@pytest.mark.parametrize("wsdl", BAD_WSDL.values(), ids=BAD_WSDL)
def test_a_description_that_would_fetch_or_cannot_be_read_is_refused(wsdl):
    with RawServer(lambda _: []) as server:
        with pytest.raises(Unreadable):
            door(server, described(wsdl))
        assert server.connections == 0


@pytest.mark.parametrize(
    "location", [b"https://partner.example/Service.svc?xsd=casefile.v1", b"http://x/casefile.v1.xsd"]
)  # fmt: skip
def test_an_import_that_points_to_the_vendors_host_is_read_from_the_bundle(location):
    with SoapServer(lambda name, _: receipt(name, "accepted")) as server:
        wsdl = WSDL.replace(b"casefile.v1.xsd", location)
        answer = door(server, described(wsdl)).call("FindCase", {"caseId": "c"}, now=NOW)
    assert answer["status"] == "accepted"


def test_a_request_that_does_not_fit_the_schema_never_leaves():
    with RawServer(lambda _: []) as server:
        with pytest.raises(Refused) as caught:
            door(server).call("FindCase", {"nobody": "knows"}, now=NOW)
        assert server.connections == 0
    assert caught.value.code == "request_invalid"


@pytest.mark.parametrize(
    "address",
    ["http://partner.example/soap", "https://u:p@partner.example/", "https://x.example/#a", "ftp://x/"],
)  # fmt: skip
def test_only_a_plain_https_address_is_called(address):
    with pytest.raises(Refused) as caught:
        SoapDoor(OWN, address, login=LOGIN)
    assert caught.value.code == "target_refused"


def test_a_private_address_is_not_called():
    with pytest.raises(HubError) as caught:
        SoapDoor(OWN, "https://127.0.0.1:9/soap", login=LOGIN).call("FindCase", {}, now=NOW)
    assert isinstance(caught.value, Refused)


def test_the_address_of_the_description_is_never_called():
    wsdl = WSDL.replace(b"https://partner.invalid/soap", b"http://127.0.0.1:1/elsewhere")
    with SoapServer(lambda name, _: receipt(name, "accepted")) as server:
        door(server, described(wsdl)).call("FindCase", {"caseId": "c"}, now=NOW)
        assert len(server.heard) == 1


def test_zeep_is_imported_by_what_calls_and_by_nothing_else():
    code = (
        "import sys, connectors; connectors.spec('collectors.soap'); print('zeep' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout.strip() == "False"
