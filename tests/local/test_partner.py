"""The demo's partner: a real peer that believes only signatures, schemas and sums."""

import http.client
import json
import queue
import stat
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.collectors.rest_hub import Config as HubConfig
from connectors.collectors.rest_hub import RestHub, connect
from connectors.contract import Connection, HandOver
from connectors.signing import secret_text, sign
from infra.local.partner import Partner
from infra.local.partner_desk import Access, Failed
from infra.local.partner_server import Config
from infra.local.partner_sums import wrong_sums
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import PartnerAnswered, PartnerPaid
from shared.domain.partner_message import event_of, read_message

# The partner fetches the file itself: what the connector is given of it is never read.
FILE = CaseFile.model_construct()

GOLDEN = Path(__file__).parents[1] / "golden" / "casefile_v1.json"
SECRET, OTHER = secret_text(bytes(range(40))), secret_text(bytes(24))
CONTROL = "control-token"
CLIENT = ("client-1", "client-secret")


class StubHub(ThreadingHTTPServer):
    """The hub's side of docs/partner: a token, one case file, and a queue of reports."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StubHandler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.file = json.loads(GOLDEN.read_text())
        self.tokens = 0
        self.fetches: list[int] = []
        self.reports: queue.Queue[tuple[str, str, dict]] = queue.Queue()


class StubHandler(BaseHTTPRequestHandler):
    server: StubHub

    def do_GET(self) -> None:
        status = self.server.fetches.pop(0) if self.server.fetches else 200
        if self.headers["Authorization"] != "Bearer token-1":
            status = 401
        self.answer(status, self.server.file if status == 200 else {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/oauth2/token":
            assert (
                self.headers["Authorization"]
                == "Basic " + b64encode(":".join(CLIENT).encode()).decode()
            )
            assert b"grant_type=client_credentials" in body
            self.server.tokens += 1
            self.answer(200, {"access_token": "token-1", "expires_in": 3600})
        else:
            report = (self.path, self.headers["Idempotency-Key"], json.loads(body))
            self.server.reports.put(report)
            self.answer(202, {})

    def answer(self, status: int, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[StubHub]:
    with StubHub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def partner(hub: StubHub, tmp_path: Path) -> Iterator[Partner]:
    access = Access(f"{hub.origin}", f"{hub.origin}/oauth2/token", *CLIENT)
    config = Config(access, webhook_secrets=(SECRET,), control_token=CONTROL)
    with Partner.start(config, tmp_path / "partner") as running:
        yield running


def sender(partner: Partner, secret: str = SECRET, **more: str) -> RestHub:
    config = HubConfig(partner="Perintä Oy", endpoint=partner.endpoint)
    secrets = {"webhook_secret": secret, **more}
    origin = frozenset({partner.origin})
    return connect(Connection(id="c", config=config, secrets=secrets, private_targets=origin))


def case(hub: StubHub, **change: object) -> HandOver:
    given = {
        "case_id": "case-1",
        "version": 1,
        "creditor": "tenant-1",
        "country": "FI",
        "open": "817.08",
        "currency": "EUR",
        "as_of": date(2026, 3, 8),
        "href": f"{hub.origin}/v1/partner/cases/case-1",
    }
    return HandOver(**(given | change))


def now() -> datetime:
    return datetime.now(UTC)


def words(partner: Partner) -> list[str]:
    return [line["what"] for line in partner.journal()]


def settled(partner: Partner) -> list[str]:
    """The journal once the desk is through: the partner finishes its work before it ends."""
    partner.stop()
    return words(partner)


def test_a_case_is_fetched_proven_kept_and_accepted(hub, partner):
    assert (
        sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE).outcome == "received"
    )
    path, key, report = hub.reports.get(timeout=20)
    assert path == "/v1/partner/cases/case-1/events"
    assert key == report["id"]
    event = event_of(read_message(report), at=now())
    assert isinstance(event, PartnerAnswered)
    assert (event.accepted, event.partner_case) == (True, report["data"]["partner_case_id"])
    assert settled(partner) == ["received", "file_fetched", "file_validated", "case_accepted"]
    (kept,) = partner.files()
    assert json.loads(kept.read_text()) == hub.file
    for file in (kept, kept.parents[1] / "partner.json", kept.parents[1] / "journal.jsonl"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_replayed_id_is_answered_and_has_one_effect(hub, partner):
    for _ in range(3):
        assert (
            sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE).outcome
            == "received"
        )
    hub.reports.get(timeout=20)
    told = settled(partner)
    assert told.count("repeated") == 2
    assert told.count("case_accepted") == 1
    assert hub.reports.empty()


def test_a_payment_is_reported_as_the_driver_says(hub, partner):
    with pytest.raises(Failed, match="no file of this case"):
        partner.pay("case-1")
    sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
    hub.reports.get(timeout=20)
    # The acceptance is reported before the file's lock is let go, and paying waits for the lock.
    partner.pay("case-1", principal="100.00", interest="2.08", received="2026-03-20")
    _, key, report = hub.reports.get(timeout=20)
    event = event_of(read_message(report), at=now())
    assert isinstance(event, PartnerPaid)
    assert (str(event.principal), str(event.interest), str(event.fees)) == (
        "100.00 EUR", "2.08 EUR", "0.00 EUR",
    )  # fmt: skip
    assert (event.claim, event.received) == ("erp:inv-1", date(2026, 3, 20))
    reported = partner.pay("case-1")
    assert reported["principal"] == "800.00"
    assert hub.reports.get(timeout=20)[1] != key
    assert hub.tokens == 1
    with pytest.raises(Failed, match="no such claim"):
        partner.pay("case-1", claim="erp:inv-9")


def test_a_signature_of_another_secret_is_refused(hub, partner):
    receipt = sender(partner, OTHER).submit(case(hub), key="act_1", now=now(), file=FILE)
    assert (receipt.outcome, receipt.code) == ("rejected", "http_401")
    assert settled(partner) == ["signature_rejected"]


def test_during_a_rotation_the_old_secret_still_serves(hub, partner):
    both = sender(partner, OTHER, webhook_secret_next=SECRET)
    assert both.submit(case(hub), key="act_1", now=now(), file=FILE).outcome == "received"


def test_a_changed_byte_a_stale_and_a_future_message_are_refused(hub, partner):
    body = b'{"type":"endpoint.test","timestamp":"2026-03-08T08:00:00Z","data":{}}'
    late, early = now() - timedelta(minutes=6), now() + timedelta(minutes=6)
    good = sign([SECRET], message_id="m", now=now(), body=body)
    assert post(partner, "/hooks/dunlin", good, body) == 202
    assert post(partner, "/hooks/dunlin", good, body.replace(b"03-08", b"03-09")) == 401
    for when in (late, early):
        headers = sign([SECRET], message_id="m", now=when, body=body)
        assert post(partner, "/hooks/dunlin", headers, body) == 401
    assert post(partner, "/hooks/dunlin", good | {"webhook-signature": "v1"}, body) == 401


def test_control_needs_its_own_token(partner):
    for headers in ({}, {"authorization": "Bearer nope"}):
        assert post(partner, "/control/pay", headers, b"{}") == 401
    allowed = {"authorization": f"Bearer {CONTROL}"}
    assert post(partner, "/control/pay", allowed, b"[]") == 404
    assert post(partner, "/control/pay", allowed, b"{") == 422
    assert post(partner, "/control/modes", allowed, b"7") == 422
    assert post(partner, "/control/modes", allowed, b'["nonsense"]') == 404


def post(partner: Partner, path: str, headers: dict[str, str], body: bytes) -> int:
    connection = http.client.HTTPConnection(partner.origin.removeprefix("http://"), timeout=20)
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("mode", "outcome", "code", "after"),
    [
        ("500", "retry", "http_500", None),
        ("503", "retry", "http_503", 7),
        ("429", "retry", "http_429", 7),
        ("410", "rejected", "endpoint_gone", None),
        ("redirect", "rejected", "redirect", None),
        ("garbage", "unknown", "unanswered", None),
        ("web_page", "retry", "web_page", None),
    ],
)
def test_a_badly_behaved_partner_takes_nothing(hub, tmp_path, mode, outcome, code, after):
    access = Access(hub.origin, f"{hub.origin}/oauth2/token", *CLIENT)
    config = Config(access, (SECRET,), CONTROL, modes=(mode, "accept"))
    with Partner.start(config, tmp_path / "p") as partner:
        receipt = sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
        assert (receipt.outcome, receipt.code, receipt.after) == (outcome, code, after)
        # The same key again, as the outbox would: now it is taken, once.
        assert (
            sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE).outcome
            == "received"
        )
        hub.reports.get(timeout=20)
        told = settled(partner)
    assert told[:2] == ["turned_away", "received"]
    assert "strayed" not in told, "the redirect was not followed"


def test_a_partner_may_turn_to_another_answer_while_it_runs(hub, partner):
    partner.answer_with("410")
    assert sender(partner).submit(case(hub), key="a", now=now(), file=FILE).code == "endpoint_gone"
    with pytest.raises(Failed, match="unknown mode"):
        partner.answer_with("nonsense")


def test_a_rejected_case_is_reported_with_its_code(hub, partner):
    partner.answer_with("reject")
    sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
    _, _, report = hub.reports.get(timeout=20)
    event = event_of(read_message(report), at=now())
    assert (event.accepted, event.code) == (False, "MISSING_ADDRESS")


def test_a_file_that_does_not_add_up_is_refused(hub, partner):
    hub.file["totals"]["open"]["amount"] = "817.09"
    sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
    assert hub.reports.get(timeout=20)[2]["data"] == {"code": "AMOUNT_INCONSISTENT"}


def test_a_file_of_another_shape_is_refused(hub, partner):
    del hub.file["claims"][0]["due"]
    sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
    assert hub.reports.get(timeout=20)[2]["data"] == {"code": "SCHEMA_INVALID"}


def test_a_hub_that_is_not_ready_yet_is_asked_again(hub, partner):
    hub.fetches = [404]
    sender(partner).submit(case(hub), key="act_1", now=now(), file=FILE)
    assert hub.reports.get(timeout=20)[2]["type"] == "case.accepted"
    assert settled(partner)[:3] == ["received", "failed", "file_fetched"]


def test_our_token_goes_to_no_other_host(hub, partner):
    elsewhere = case(hub, href="http://127.0.0.1:9/v1/partner/cases/case-1")
    sender(partner).submit(elsewhere, key="act_1", now=now(), file=FILE)
    assert settled(partner) == ["received", "failed"]
    assert hub.tokens == 0


def test_the_file_of_another_case_is_not_taken_for_it(hub, partner):
    sender(partner).submit(case(hub, case_id="case-2"), key="act_1", now=now(), file=FILE)
    assert "case_accepted" not in settled(partner)
    assert partner.files() == []


def test_each_sum_of_a_file_is_checked_by_the_partner_itself():
    assert wrong_sums(json.loads(GOLDEN.read_text())) == []
    for path, wrong in [
        (("claims", 0, "open"), "a claim's open principal"),
        (("claims", 0, "interest", "accrued"), "a claim's interest"),
        (("claims", 0, "fees"), "a claim's fees"),
        (("totals", "principal"), "principal"),
        (("totals", "open"), "open"),
    ]:
        file = json.loads(GOLDEN.read_text())
        spot = file
        for step in path:
            spot = spot[step]
        spot["amount"] = "1.00"
        assert wrong in wrong_sums(file)


def test_the_process_ends_with_its_driver(hub, tmp_path):
    access = Access(hub.origin, f"{hub.origin}/oauth2/token", *CLIENT)
    partner = Partner.start(Config(access, (SECRET,), CONTROL), tmp_path / "p")
    partner._process.stdin.close()
    assert partner._process.wait(timeout=20) == 0
    partner._process.stdout.close()


def test_a_port_in_use_is_told(hub, tmp_path):
    access = Access(hub.origin, f"{hub.origin}/oauth2/token", *CLIENT)
    port = hub.server_address[1]
    with pytest.raises(Failed, match="did not start"):
        Partner.start(Config(access, (SECRET,), CONTROL, port=port), tmp_path / "p")
