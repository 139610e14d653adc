"""The REST partner: what is sent, how each answer is read, and what is never done."""

import json
import re
import socket
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

import connectors
from connectors.collectors import rest_hub
from connectors.collectors.rest_hub import RETRY_SECONDS, SPEC, Config, connect
from connectors.contract import Connection, HandOver
from connectors.contract_collectors import CaseMessage
from connectors.signing import secret_text, sign, verify
from shared.domain.casefile_v1 import CaseFile
from shared.domain.partner_message import CloseCode, PartnerMessage, RejectCode, read_message
from shared.errors import Reconnect
from tests.connectors.stub_server import RawServer, ok

ANSWERS = json.loads((Path(__file__).parent / "rest_hub" / "answers.json").read_text())
PAGE = (Path(__file__).parents[3] / "docs" / "partner" / "README.md").read_text()
SECRET, NEXT = secret_text(bytes(32)), secret_text(bytes(range(32)))
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
# This partner fetches the file itself: what it is given of it is never read.
FILE = CaseFile.model_construct()
CASE = HandOver(
    case_id="case-1",
    version=1,
    creditor="tenant-1",
    country="FI",
    open="1323.52",
    currency="EUR",
    as_of=date(2026, 11, 21),
    href="https://api.example.com/v1/partner/cases/case-1",
)


def hub(origin: str, path: str = "/hooks/dunlin?v=1", **secrets: str) -> rest_hub.RestHub:
    connection = Connection(
        id="conn-1",
        config=Config(partner="Perintä Oy", endpoint=origin + path),
        secrets=secrets or {"webhook_secret": SECRET},
        private_targets=frozenset({origin}) if origin.startswith("http:") else frozenset(),
    )
    return connect(connection)


def split(request: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines), body


def test_the_connector_is_found_by_its_name():
    assert "collectors.rest_hub" in connectors.names()
    assert connectors.spec("collectors.rest_hub") is SPEC


def test_a_key_is_honoured_longer_than_the_retry_table_runs():
    assert SPEC.idempotency == "idempotent"
    assert RETRY_SECONDS[:4] == (0, 5, 5 * 60, 30 * 60)
    assert sum(RETRY_SECONDS) == 75 * 3600 + 35 * 60 + 5
    assert SPEC.key_lifetime_days * 86_400 > sum(RETRY_SECONDS)


def test_a_case_is_announced_thin_and_signed():
    with RawServer(lambda _: [ok(status="202 Accepted")]) as server:
        receipt = hub(server.origin).submit(CASE, key="act_1-1", now=NOW, file=FILE)
        first, headers, body = split(server.requests[0])
    assert receipt.outcome == "received"
    assert first == "POST /hooks/dunlin?v=1 HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert verify([SECRET], headers, body, NOW) == "act_1-1"
    assert json.loads(body) == {
        "type": "case.submitted",
        "timestamp": "2026-11-21T08:00:00+00:00",
        "data": {
            "case_id": "case-1",
            "version": 1,
            "creditor": "tenant-1",
            "country": "FI",
            "open": "1323.52",
            "currency": "EUR",
            "as_of": "2026-11-21",
            "href": "https://api.example.com/v1/partner/cases/case-1",
        },
    }


def test_a_direct_payment_is_told_with_the_time_it_happened():
    happened = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    data = {"claim": "erp:1", "movement": "erp:pay-1", "amount": "10.00", "currency": "EUR"}
    told = CaseMessage(
        type="payment.direct", case_id="case-1", partner_case="P-7", at=happened, data=data
    )
    with RawServer(lambda _: [ok()]) as server:
        partner = hub(server.origin)
        receipt = partner.tell(told, key="pay-1", now=NOW)
        _, headers, body = split(server.requests[0])
    assert receipt.outcome == "received"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert json.loads(body) == {
        "type": "payment.direct", "timestamp": "2026-11-20T12:00:00+00:00",
        "data": {"case_id": "case-1", "partner_case_id": "P-7", **data},
    }  # fmt: skip


def test_a_repetition_keeps_the_key_and_signs_anew():
    later = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)
    with RawServer(lambda _: [ok(status="500 Oops")]) as server:
        partner = hub(server.origin)
        for now in (NOW, later):
            assert partner.submit(CASE, key="act_1", now=now, file=FILE).outcome == "retry"
        for request, now in zip(server.requests, (NOW, later), strict=True):
            _, headers, body = split(request)
            assert verify([SECRET], headers, body, now) == "act_1"


def test_during_a_rotation_both_secrets_sign():
    secrets = {"webhook_secret": SECRET, "webhook_secret_next": NEXT}
    with RawServer(lambda _: [ok()]) as server:
        hub(server.origin, **secrets).submit(CASE, key="act_1", now=NOW, file=FILE)
        _, headers, body = split(server.requests[0])
    for secret in (SECRET, NEXT):
        assert verify([secret], headers, body, NOW) == "act_1"


@pytest.mark.parametrize("answer", ANSWERS, ids=[one["rule"] for one in ANSWERS])
def test_each_answer_has_one_meaning(answer):
    reply = ok(
        answer.get("body", "").encode(),
        status=answer["status"],
        headers=answer.get("headers", ""),
    )
    with RawServer(lambda _: [reply]) as server:
        receipt = hub(server.origin).submit(CASE, key="act_1", now=NOW, file=FILE)
        assert len(server.requests) == 1, "a redirect is not followed and nothing is sent twice"
    assert receipt.outcome == answer["outcome"]
    assert receipt.code == answer.get("code")
    assert receipt.after == answer.get("after")


def test_garbage_or_a_cut_answer_is_unknown_because_the_message_may_have_arrived():
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    for reply in (b"\x00\x01 no HTTP here\r\n\r\n", b"", b"HTTP/1.1", cut):
        with RawServer(lambda _, reply=reply: [reply]) as server:
            receipt = hub(server.origin).submit(CASE, key="act_1", now=NOW, file=FILE)
        assert (receipt.outcome, receipt.code) == ("unknown", "unanswered")


def test_an_answer_without_end_is_unknown():
    endless = [ok(b"x" * 200_000)]
    with RawServer(lambda _: endless) as server:
        receipt = hub(server.origin).submit(CASE, key="act_1", now=NOW, file=FILE)
    assert (receipt.outcome, receipt.code) == ("unknown", "unreadable")


def test_a_silent_partner_is_unknown_at_the_deadline(monkeypatch):
    monkeypatch.setattr(rest_hub, "_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"http://127.0.0.1:{silent.getsockname()[1]}"
        receipt = hub(origin).submit(CASE, key="act_1", now=NOW, file=FILE)
    assert (receipt.outcome, receipt.code) == ("unknown", "unanswered")


def test_a_refused_connection_is_tried_again_because_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
    receipt = hub(origin).submit(CASE, key="act_1", now=NOW, file=FILE)
    assert (receipt.outcome, receipt.code) == ("retry", "unanswered")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://partner.example/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://user:pass@partner.example/hook",
        "https://partner.example/hook#part",
        "ftp://partner.example/hook",
        "https://partner.example/a/../b",
        "//[",
    ],
)
def test_an_address_that_may_not_be_called_is_rejected(endpoint):
    partner = hub("", endpoint)
    receipt = partner.submit(CASE, key="act_1", now=NOW, file=FILE)
    assert receipt.outcome == "rejected"
    assert receipt.code in {"target_refused", "path_refused"}
    assert [finding.ok for finding in partner.test()] == [True, False]


@pytest.mark.parametrize("secrets", [{"webhook_secret": "hunter2"}, {"other": "x"}])
def test_without_a_good_secret_nothing_is_sent(secrets):
    with RawServer(lambda _: [ok()]) as server:
        partner = hub(server.origin, **secrets)
        with pytest.raises(Reconnect, match="missing or malformed") as caught:
            partner.submit(CASE, key="act_1", now=NOW, file=FILE)
        assert server.requests == []
    assert "hunter2" not in str(caught.value)
    assert partner.test()[0].ok is False


def test_a_message_over_20_kb_is_never_sent_and_goes_to_a_person():
    with RawServer(lambda _: [ok()]) as server:
        receipt = hub(server.origin).tell(
            CaseMessage(type="payment.direct", case_id="c", at=NOW, data={"x": "y" * 20_000}),
            key="act_1", now=NOW,
        )  # fmt: skip
        assert server.requests == []
    assert (receipt.outcome, receipt.code) == ("rejected", "message_too_large")


def test_a_key_that_is_no_webhook_id_is_refused():
    with pytest.raises(ValueError, match="message id"):
        hub("https://partner.example").submit(CASE, key="case.1", now=NOW, file=FILE)


@pytest.mark.parametrize(
    ("status", "good"),
    [
        ("405 Method Not Allowed", True), ("401 Unauthorized", True), ("200 OK", True),
        ("404 Not Found", False), ("410 Gone", False), ("302 Found", False),
        ("500 Internal Server Error", False),
    ],
)  # fmt: skip
def test_the_connection_test_hands_nothing_over(status, good):
    with RawServer(lambda _: [ok(status=status)]) as server:
        findings = hub(server.origin).test()
        assert server.requests[0].startswith(b"GET /hooks/dunlin?v=1 ")
    assert [(one.check, one.ok) for one in findings] == [("secret", True), ("endpoint", good)]


def test_the_connection_test_says_when_nobody_answers():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
    finding = hub(origin).test()[1]
    assert not finding.ok
    assert "Nobody answers" in finding.text


def test_nothing_of_a_connection_shows_its_secret():
    partner = hub("https://partner.example")
    assert SECRET not in repr(partner) + repr(vars(partner)["_config"])


def test_the_page_for_partners_names_every_message_and_code():
    told = [*get_args(CaseMessage.model_fields["type"].annotation), "case.submitted"]
    told += [*get_args(RejectCode), *get_args(CloseCode)]
    told += [
        word
        for kind in get_args(get_args(PartnerMessage)[0])
        for word in get_args(kind.model_fields["type"].annotation)
    ]
    assert [word for word in told if word not in PAGE] == []


def test_the_page_for_partners_shows_a_verification_that_works():
    block = next(b for b in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "hmac" in b)
    shown: dict = {}
    exec(block, shown)  # noqa: S102 - our own page
    seconds = NOW.timestamp()
    headers = sign([NEXT, SECRET], message_id="m", now=NOW, body=b"{}")
    assert shown["genuine"](SECRET, headers, b"{}", seconds + 300)
    assert not shown["genuine"](SECRET, headers, b"{ }", seconds)
    assert not shown["genuine"](SECRET, headers, b"{}", seconds + 301)
    assert not shown["genuine"](secret_text(bytes(range(40))), headers, b"{}", seconds)


def test_the_page_for_partners_shows_reports_that_are_read():
    (shown,) = re.findall(r"-d '(\{.*\})'", PAGE)
    assert read_message(json.loads(shown)).type == "case.accepted"
