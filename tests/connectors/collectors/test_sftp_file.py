from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from connectors import connect
from connectors.collectors.sftp_file import Config
from connectors.collectors.sftp_file.wire import PAUSES
from connectors.contract import Connection
from connectors.contract_collectors import CaseMessage
from shared.domain import casefile_xml
from shared.errors import Reconnect, Retry
from tests.connectors.conformance import CASE, FILE
from tests.connectors.fake_s3 import FakeS3, client_error
from tests.connectors.fake_transfer import FakeTransfer, OverSsh, Remote
from tests.connectors.ssh_server import SFTP, SSHD, SshServer

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROOT = "nordic/conn-1/"
PARTNER = Path(__file__).parents[3] / "docs" / "partner"
NAME = "CASE_nordic_20260302T120000Z_000001.csv"
DIRECT = CaseMessage(
    type="payment.direct", case_id="case-1", at=NOW,
    data={
        "claim": "erp:inv-1", "movement": "m-1", "date": "2026-03-01", "amount": "5.00",
        "currency": "EUR", "sequence": 9,
    },
)  # fmt: skip


class Hub:
    """The hub's side: its bucket, its Transfer connector, and a partner's server."""

    def __init__(self, remote=None, **settings) -> None:
        self.s3 = FakeS3()
        self.remote = Remote() if remote is None else remote
        self.transfer = FakeTransfer(self.s3, self.remote)
        self.config = Config(
            partner="agency", connector="c-0123456789abcdef0", bucket="books", prefix="nordic/",
            **settings,
        )  # fmt: skip
        self.waited: list[float] = []

    @property
    def partner(self):
        clients = {"s3": self.s3, "transfer": self.transfer}
        made = connect("collectors.sftp_file", Connection("conn-1", self.config, clients=clients))
        made._wire._pause = self.waited.append
        return made

    def submit(self, key: str):
        return self.partner.submit(CASE, key=key, now=NOW, file=FILE)

    def poll(self, cursor: str | None = None):
        return list(self.partner.poll(cursor, now=NOW))

    def arrive(self, kind: str, seq: int, *rows: str, stamp: str = "20260303T060000Z", **end):
        body = batch(kind, seq, *rows, **end)
        self.put(f"{kind}_agency_{stamp}_{seq:06d}.csv", body)

    def put(self, name: str, body: bytes, *, done: bool = True) -> None:
        self.remote.files[f"/in/{name}"] = body
        if done:
            self.remote.files[f"/in/{name}.done"] = b""


def batch(kind: str, seq: int, *rows: str, **end) -> bytes:
    """A partner's file; the end record is right unless it is said otherwise."""
    cases, column = {"R": 1, "S": 1, "X": 1, "L": 5}, {"S": 9, "L": 8, "X": 5}
    cells = [row.split(";") for row in rows]
    named = {one[cases[one[0]]] for one in cells} - {""}
    summed = sum((Decimal(one[column[one[0]]] or 0) for one in cells if one[0] != "R"), Decimal(0))
    said = {"batch": "b-1", "cases": len(named), "records": len(rows) + 2, "sum": summed} | end
    to = said.get("receiver", "nordic")
    lines = [
        f"H;COLLCSV;1;b-1;{seq};2026-03-03T06:00:00Z;agency;{to};{kind}",
        *rows,
        f"T;{said['batch']};{said['cases']};{said['records']};{said['sum']}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline=""), delimiter=";"))


ACCEPTED = "R;case-1;;accepted;77;;"
PAID = (
    "S;case-1;77;e-1;case.payment_received;2026-03-03T05:00:00Z;erp:inv-1;2026-03-02;EUR;"
    "110.00;100.00;4.00;5.00;1.00;700.00;;"
)
CLOSED = "X;case-1;77;2026-03-03T05:00:00Z;PAID_FULL;0.00"
PRINCIPAL = "L;r-1;EUR;2026-03-31;RF18;case-1;erp:inv-1;principal;100.00;;2026-03-02"
COMMISSION = "L;r-1;EUR;2026-03-31;RF18;;;commission;-12.55;-2.55;"


def test_a_case_goes_as_one_file_with_its_done_file_after_it():
    hub = Hub()
    receipt = hub.submit("act-1")

    assert (receipt.outcome, receipt.reference) == ("received", NAME)
    assert hub.remote.log == [f"/out/{NAME}", f"/out/{NAME}.done"]
    body = hub.remote.files[f"/out/{NAME}"]
    assert not body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == body.count(b"\n")
    said = rows(body)
    assert said[0] == [
        "H", "COLLCSV", "1", "act-1", "1", "2026-03-02T12:00:00Z", "nordic", "agency",
        "new_cases",
    ]  # fmt: skip
    assert said[-1] == ["T", "act-1", "1", str(len(said)), str(FILE.totals.open.amount)]
    case = next(row for row in said if row[0] == "C")
    parts = [Decimal(cell) for cell in case[11:16]]
    assert parts[0] + parts[1] + parts[2] - parts[3] == parts[4] == FILE.totals.open.amount
    invoices = [row for row in said if row[0] == "I"]
    assert sum(Decimal(row[10]) for row in invoices) == FILE.totals.principal.amount
    assert [row[4] for row in said if row[0] == "D"] == [one.name for one in FILE.debtors]


def test_a_cell_that_looks_like_a_formula_goes_as_it_is():
    hub = Hub()
    claim = FILE.claims[0].model_copy(update={"description": '=1+1;"x"\r\n@'})
    file = FILE.model_copy(update={"claims": (claim, *FILE.claims[1:])})
    hub.partner.submit(CASE, key="act-1", now=NOW, file=file)
    said = rows(hub.remote.files[f"/out/{NAME}"])
    assert next(row for row in said if row[0] == "I")[7] == '=1+1;"x"\r\n@'


def test_the_xml_batch_is_valid_under_its_published_schema_and_holds_the_whole_case():
    hub = Hub(cases="xml")
    name = hub.submit("act-1").reference
    root = etree.fromstring(hub.remote.files[f"/out/{name}"])
    etree.XMLSchema(etree.parse(PARTNER / "case-batch.v1.xsd")).assertValid(root)
    assert (root.get("batch_id"), root.get("seq")) == ("act-1", "1")
    whole = casefile_xml.render(FILE).partition(b"?>")[2].strip()
    assert whole in hub.remote.files[f"/out/{name}"]


def test_an_amended_case_goes_in_the_form_that_new_cases_have():
    hub = Hub(cases="xml")
    hub.submit("act-1")
    amended = CaseMessage(type="case.amended", case_id="case-1", at=NOW, data={})
    name = hub.partner.tell(amended, key="tell-1", now=NOW, file=FILE).reference
    assert name.endswith("_000002.xml")
    root = etree.fromstring(hub.remote.files[f"/out/{name}"])
    etree.XMLSchema(etree.parse(PARTNER / "case-batch.v1.xsd")).assertValid(root)


def test_numbers_have_no_gap_in_each_kind_and_a_key_has_one_for_ever():
    hub = Hub()
    names = [hub.submit(key).reference for key in ("a", "b", "a")]
    word = hub.partner.tell(DIRECT, key="tell-1", now=NOW)
    again = hub.partner.tell(DIRECT, key="tell-1", now=NOW)

    assert [name[-10:-4] for name in names] == ["000001", "000002", "000001"]
    assert word.reference == again.reference == "CORR_nordic_20260302T120000Z_000001.csv"
    assert len(hub.remote.log) == 6
    assert rows(hub.remote.files[f"/out/{word.reference}"])[1:] == [
        ["P", "case-1", "tell-1", "payment", "2026-03-01", "5.00", "EUR", "erp:inv-1", "", ""],
        ["T", "tell-1", "1", "3", "5.00"],
    ]


def test_a_file_that_did_not_go_through_goes_before_those_after_it():
    hub = Hub()
    hub.remote.down = True
    assert [hub.submit(key).code for key in ("a", "b")] == ["transfer_failed"] * 2
    hub.remote.down = False

    assert hub.submit("b").outcome == "received"
    order = [path.removesuffix(".done")[-10:-4] for path in hub.remote.log]
    assert order == ["000001", "000001", "000002", "000002"]
    assert hub.submit("a").outcome == "received"
    assert len(hub.remote.log) == 4


def test_a_long_queue_goes_in_pieces_and_in_order():
    hub = Hub()
    hub.remote.down = True
    for number in range(8):
        hub.submit(f"k-{number}")
    hub.remote.down = False
    assert [hub.submit("k-7").outcome for _ in range(2)] == ["unknown", "received"]
    order = [path[-10:-4] for path in hub.remote.log if not path.endswith(".done")]
    assert order == [f"{number:06d}" for number in range(1, 9)]


def test_a_transfer_that_is_under_way_is_waited_for_and_never_begun_twice():
    hub = Hub()
    hub.transfer.late = len(PAUSES) + 2
    receipt = hub.submit("a")
    assert (receipt.outcome, receipt.code, receipt.after) == ("unknown", "under_way", 60)
    assert hub.waited == list(PAUSES)
    hub.transfer.late = 0

    assert hub.submit("a").outcome == "received"
    assert len(hub.transfer.started) == 2


def test_what_no_record_has_a_word_for_is_a_persons_to_tell():
    said = DIRECT.model_copy(update={"type": "plan.agreed"})
    receipt = Hub().partner.tell(said, key="t", now=NOW)
    assert (receipt.outcome, receipt.code) == ("rejected", "not_supported")


def test_a_withdrawal_names_each_claim_in_a_record():
    hub = Hub()
    said = CaseMessage(
        type="case.withdrawn", case_id="case-1", at=NOW,
        data={"claims": ["c-1", "c-2"], "reason": "paid"},
    )  # fmt: skip
    name = hub.partner.tell(said, key="t", now=NOW).reference
    assert rows(hub.remote.files[f"/out/{name}"])[1:3] == [
        ["P", "case-1", "t", "withdraw", "2026-03-02", "", "", claim, "paid", ""]
        for claim in ("c-1", "c-2")
    ]


def test_the_partners_files_become_the_canonical_reports():
    hub = Hub()
    hub.arrive("RCPT", 1, ACCEPTED, "R;case-2;;rejected;;TOO_EARLY;", "R;case-3;t-9;rejected;;X;")
    hub.arrive("STAT", 1, PAID, "S;case-1;77;e-2;case.costs;2026-03-03T05:00:00Z;;;EUR;9.00;;;;;;;")
    hub.arrive("SETL", 1, PRINCIPAL, COMMISSION)
    hub.arrive("CLOS", 1, CLOSED)
    pages = hub.poll()

    receipts, states, settled, closed = pages
    assert [one.message.type for one in receipts.reports] == ["case.accepted", "case.rejected"]
    assert receipts.reports[1].message.data.code == "TOO_EARLY"
    assert [error.row[-2:] for error in receipts.refused] == [":4"]
    paid = states.reports[0].message
    assert (paid.id, str(paid.data.gross.amount)) == ("e-1", "110.00")
    assert str(paid.data.remaining.amount) == "700.00"
    assert str(settled.remittances[0].total.amount) == "87.45"
    assert closed.reports[0].message.data.code == "PAID_FULL"
    last = {"RCPT": 1, "STAT": 1, "SETL": 1, "CLOS": 1}
    assert json.loads(closed.cursor) == last
    assert hub.poll(closed.cursor) == []
    assert hub.poll() == pages


def test_a_gap_stops_its_kind_and_no_other():
    hub = Hub()
    hub.arrive("STAT", 1, PAID)
    hub.arrive("STAT", 3, PAID.replace("e-1", "e-3"))
    hub.arrive("CLOS", 1, CLOSED)
    pages = hub.poll()

    assert [error.row for page in pages for error in page.refused] == ["STAT_000002"]
    assert json.loads(pages[-1].cursor) == {"RCPT": 0, "STAT": 1, "SETL": 0, "CLOS": 1}
    hub.arrive("STAT", 2, PAID.replace("e-1", "e-2"))
    ids = [one.message.id for page in hub.poll(pages[-1].cursor) for one in page.reports]
    assert ids == ["e-2", "e-3"]


def test_a_file_without_its_done_file_is_not_there_yet():
    hub = Hub()
    hub.put("STAT_agency_20260303T060000Z_000001.csv", batch("STAT", 1, PAID), done=False)
    assert hub.poll() == []


GOOD = batch("STAT", 1, PAID)
BAD = {
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, 1, "rec"),
    "cut off": (GOOD[: GOOD.index(b"T;b-1")], 2, "rec"),
    "cut in a record": (GOOD[:-4], 3, "control_sum"),
    "decimal comma": (GOOD.replace(b";100.00;", b";100,00;"), 2, "principal"),
    "a record too many": (batch("STAT", 1, PAID, records=4), 3, "record_count"),
    "a case too many": (batch("STAT", 1, PAID, cases=2), 3, "case_count"),
    "a cent off": (batch("STAT", 1, PAID, sum="110.01"), 3, "control_sum"),
    "another number": (batch("STAT", 2, PAID), 1, "seq"),
    "another creditor's": (batch("STAT", 1, PAID, receiver="twin"), 1, "receiver"),
    "another kind": (batch("RCPT", 1, PAID), 1, "kind"),
    "parts that do not add up": (GOOD.replace(b";1.00;", b";1.01;"), 2, "rec"),
    "an unknown type": (GOOD.replace(b"payment_received", b"payment_recieved"), 2, "rec"),
    "a cell too many": (GOOD.replace(b";700.00;;", b";700.00;;;"), 2, "rec"),
    "not UTF-8": (GOOD.replace(b"RF18", b"\xff").replace(b"e-1", b"\xe4"), 1, "rec"),
    "a line break in a quoted cell": (GOOD.replace(b"e-1", b'"e\r\n1"'), 2, "rec"),
}


@pytest.mark.parametrize(("body", "line", "field"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_whole_with_line_and_reason_and_a_right_one_takes_its_place(
    body, line, field
):
    hub = Hub()
    hub.put("STAT_agency_20260303T060000Z_000001.csv", body)
    (page,) = hub.poll()
    assert page.reports == ()
    assert json.loads(page.cursor)["STAT"] == 0
    error = page.refused[0]
    assert (error.row.rpartition(":")[2], error.field) == (str(line), field)
    assert "100" not in error.text

    hub.arrive("STAT", 1, PAID, stamp="20260304T060000Z")
    assert [len(page.reports) for page in hub.poll()] == [1]


def test_a_remittance_that_is_off_by_a_cent_is_refused_with_its_line():
    hub = Hub()
    hub.arrive("SETL", 1, PRINCIPAL, COMMISSION, sum="87.46")
    (page,) = hub.poll()
    assert (page.remittances, page.refused[0].field) == ((), "control_sum")


def test_a_server_that_gives_nothing_is_asked_later():
    hub = Hub()
    hub.remote.down = True
    with pytest.raises(Retry):
        hub.poll()


def test_a_connector_without_a_trusted_host_key_fails_its_test():
    hub = Hub()
    assert all(finding.ok for finding in hub.partner.test())
    hub.transfer.trusted = ()
    assert [finding.check for finding in hub.partner.test() if not finding.ok] == ["host_keys"]


@pytest.mark.parametrize("tags", [{}, {"dunlin:creditor": "twin"}, {"creditor": "nordic"}])
def test_a_connector_that_is_not_this_creditors_is_left_alone(tags):
    """An id says nothing about whose it is: two creditors of a stack could name one connector."""
    hub = Hub()
    hub.arrive("STAT", 1, PAID)
    hub.transfer.tags = tags

    assert [finding.check for finding in hub.partner.test() if not finding.ok] == ["owner"]
    assert hub.submit("a").code == "account_access_denied"
    assert hub.partner.tell(DIRECT, key="t", now=NOW).code == "account_access_denied"
    with pytest.raises(Reconnect):
        hub.poll()
    assert (hub.transfer.started, hub.remote.log, hub.waited) == ([], [], [])
    assert not [name for name in hub.s3.objects if "numbers/" in str(name)]


def test_two_creditors_with_one_partner_and_one_folder_of_its_server_never_meet():
    """Names bear the creditor; a file that is not for it is refused and nothing of it is read."""
    mine, twin = Hub(), Hub()
    twin.config = twin.config.model_copy(update={"prefix": "twin/"})
    twin.remote, twin.s3 = mine.remote, mine.s3
    twin.transfer = FakeTransfer(twin.s3, twin.remote, tags={"dunlin:creditor": "twin"})
    names = [hub.partner.tell(DIRECT, key="t", now=NOW).reference for hub in (mine, twin)]

    assert [name.split("_")[1] for name in names] == ["nordic", "twin"]
    assert {f"/out/{name}" for name in names} <= set(mine.remote.files)
    mine.arrive("SETL", 1, PRINCIPAL, COMMISSION)
    assert [len(page.remittances) for page in mine.poll()] == [1]
    (page,) = twin.poll()
    assert (page.remittances, page.refused[0].field) == ((), "receiver")


def test_an_account_that_denies_the_bucket_refuses_before_a_number_is_taken():
    hub = Hub()
    hub.s3.failure = client_error("AccessDenied", 403)
    assert hub.submit("a").code == "account_access_denied"


# --- a real server --------------------------------------------------------------------------------

needs_sshd = pytest.mark.skipif(
    not (SSHD and SFTP), reason="OpenSSH's sshd and sftp are not installed (openssh-server)"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with SshServer(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@needs_sshd
def test_files_go_to_openssh_and_come_back_byte_for_byte(server):
    hub = Hub(
        OverSsh(server, [server.host_key]), outgoing=server.path("out"),
        incoming=server.path("in"), cases="xml",
    )  # fmt: skip
    assert all(finding.ok for finding in hub.partner.test())
    name = hub.submit("act-1").reference
    arrived = (server.home / "files" / "out" / name).read_bytes()
    manifest = json.loads(hub.s3.body(f"{ROOT}numbers/CASE/000001.json"))
    assert manifest["sha256"] == hashlib.sha256(arrived).hexdigest()
    assert (server.home / "files" / "out" / f"{name}.done").read_bytes() == b""

    answer = server.home / "files" / "in" / "RCPT_agency_20260303T060000Z_000001.csv"
    answer.write_bytes(batch("RCPT", 1, ACCEPTED))
    answer.with_name(answer.name + ".done").touch()
    (page,) = hub.poll()
    assert page.reports[0].message.type == "case.accepted"


@needs_sshd
def test_a_server_with_another_host_key_gets_nothing(server, tmp_path):
    other = SshServer(tmp_path / "other").host_key
    hub = Hub(OverSsh(server, [other]), outgoing=server.path("out"))
    before = sorted((server.home / "files" / "out").iterdir())

    assert [finding.check for finding in hub.partner.test() if not finding.ok] == ["server"]
    receipt = hub.submit("act-9")
    assert (receipt.outcome, receipt.code) == ("unknown", "transfer_failed")
    assert sorted((server.home / "files" / "out").iterdir()) == before
