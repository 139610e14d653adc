from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest

from connectors import connect
from connectors.collectors.s3_drop import Config
from connectors.contract import Connection
from connectors.contract_collectors import CaseMessage
from tests.connectors.conformance import CASE, FILE
from tests.connectors.fake_s3 import FakeS3, client_error

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROOT = "nordic/conn-1/"
ACCEPTED = {
    "case_id": "case-1",
    "message": {
        "id": "p-1", "type": "case.accepted", "timestamp": "2026-03-02T14:00:00Z",
        "data": {"partner_case_id": "77"},
    },
}  # fmt: skip
EUR = {"currency": "EUR"}
REMITTED = {
    "remittance": {
        "id": "r-1", "currency": "EUR", "value_date": "2026-03-31", "bank_reference": "RF18",
        "total": {"amount": "90.00", **EUR},
        "lines": [
            {"case_id": "case-1", "category": "principal", "amount": {"amount": "100.00", **EUR}},
            {"category": "commission", "amount": {"amount": "-10.00", **EUR}},
        ],
    }
}  # fmt: skip


def drop(s3: FakeS3):
    config = Config(partner="P", bucket="books", prefix="nordic/")
    return connect("collectors.s3_drop", Connection("conn-1", config, clients={"s3": s3}))


def submit(s3: FakeS3, key: str):
    return drop(s3).submit(CASE, key=key, now=NOW, file=FILE)


def manifests(s3: FakeS3) -> dict[str, str]:
    shown = s3.keys(f"{ROOT}out/0")
    return {key[-11:]: json.loads(s3.body(key))["batch_id"] for key in shown}


def arrive(s3: FakeS3, number: int, body: bytes, **changes) -> None:
    """What a partner does: the file, then its manifest."""
    name = f"files/{number}.jsonl"
    s3.drop(f"{ROOT}in/{name}", body)
    one = {"key": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()} | changes
    s3.drop(f"{ROOT}in/{number:06d}.json", json.dumps({"seq": number, "files": [one]}).encode())


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_a_case_is_there_whole_before_its_manifest_is():
    s3 = FakeS3()
    receipt = submit(s3, "act-1")

    assert (receipt.outcome, receipt.reference) == ("received", "out/000001.json")
    manifest = json.loads(s3.body(f"{ROOT}out/000001.json"))
    named = manifest["files"][0]
    body = s3.body(f"{ROOT}out/{named['key']}")
    assert (named["bytes"], named["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert (manifest["case_count"], manifest["control_sum"]) == (1, str(FILE.totals.open.amount))
    line = json.loads(body)
    assert (line["type"], line["data"]["case_id"]) == ("case.submitted", "case-1")
    assert line["file"] == json.loads(FILE.model_dump_json())


def test_a_key_has_one_number_for_ever_and_the_numbers_have_no_gap():
    s3 = FakeS3()
    given = [submit(s3, key).reference for key in ("a", "b", "a", "c", "b", "c")]

    assert given == [f"out/{n:06d}.json" for n in (1, 2, 1, 3, 2, 3)]
    assert manifests(s3) == {"000001.json": "a", "000002.json": "b", "000003.json": "c"}


@pytest.mark.parametrize("dies", range(1, 24))
def test_a_worker_that_dies_at_any_call_leaves_no_gap_and_no_second_number(dies):
    s3 = Dying(dies)
    for key in ("a", "b", "a", "b", "c"):
        submit(s3, key)
    for key in ("a", "b", "c"):
        assert submit(s3, key).outcome == "received"

    assert sorted(manifests(s3)) == [f"{n:06d}.json" for n in range(1, len(manifests(s3)) + 1)]
    assert sorted(manifests(s3).values()) == ["a", "b", "c"]


@pytest.mark.parametrize("after", [False, True])
def test_two_that_take_a_number_at_once_get_two(after):
    """The other worker comes in between our look and our write."""
    s3 = Racing(after=after)
    assert submit(s3, "mine").outcome == "received"
    assert sorted(manifests(s3).values()) == ["mine", "other"]
    assert len(manifests(s3)) == 2


def test_what_may_have_been_written_is_unknown_and_never_refused():
    s3 = FakeS3(failure=client_error("InternalError", 500))
    assert submit(s3, "a").outcome == "unknown"
    s3.failure = client_error("AccessDenied", 403)
    assert (submit(s3, "a").outcome, submit(s3, "a").code) == ("rejected", "account_access_denied")


def test_a_message_stands_in_the_same_stream():
    s3 = FakeS3()
    submit(s3, "a")
    said = CaseMessage(
        type="payment.direct", case_id="case-1", partner_case="77", at=NOW,
        data={"claim": "erp:inv-1", "movement": "m-1", "amount": "5.00", "currency": "EUR"},
    )  # fmt: skip
    receipt = drop(s3).tell(said, key="tell-1", now=NOW)

    assert receipt.reference == "out/000002.json"
    named = json.loads(s3.body(f"{ROOT}out/000002.json"))["files"][0]["key"]
    line = json.loads(s3.body(f"{ROOT}out/{named}"))
    assert (line["type"], line["partner_case_id"]) == ("payment.direct", "77")
    assert line["data"]["movement"] == "m-1"


def test_reports_and_remittances_are_read_in_the_order_of_their_numbers():
    s3 = FakeS3()
    arrive(s3, 1, lines(ACCEPTED))
    arrive(s3, 2, lines(REMITTED, ACCEPTED))
    pages = list(drop(s3).poll(None, now=NOW))

    assert [page.cursor for page in pages] == ["1", "2"]
    assert pages[0].reports[0].message.data.partner_case_id == "77"
    assert str(pages[1].remittances[0].total.amount) == "90.00"
    assert list(drop(s3).poll("2", now=NOW)) == []
    assert list(drop(s3).poll("1", now=NOW)) == pages[1:]


def test_a_missing_number_stops_the_stream_and_is_named():
    s3 = FakeS3()
    arrive(s3, 1, lines(ACCEPTED))
    arrive(s3, 3, lines(ACCEPTED))
    pages = list(drop(s3).poll(None, now=NOW))

    assert [page.cursor for page in pages] == ["1", "1"]
    assert [error.row for error in pages[1].refused] == ["000002.json"]
    arrive(s3, 2, lines(ACCEPTED))
    assert [page.cursor for page in drop(s3).poll("1", now=NOW)] == ["2", "3"]


NEGATIVE = json.loads(json.dumps(REMITTED).replace("-10.00", "-10.01"))
BAD = {
    "a byte order mark": (b"\xef\xbb\xbf" + lines(ACCEPTED), "1.jsonl:1"),
    "a cut last line": (lines(ACCEPTED) + b'{"case', "1.jsonl:2"),
    "off by a cent": (lines(ACCEPTED, NEGATIVE), "1.jsonl:2"),
    "another shape": (lines({**ACCEPTED, "more": 1}), "1.jsonl:1"),
    "an unknown type": (lines(ACCEPTED, {"case_id": "c", "message": {"type": "x"}}), "1.jsonl:2"),
    "no case": (lines({**ACCEPTED, "case_id": "a b"}), "1.jsonl:1"),
}


@pytest.mark.parametrize(("body", "row"), BAD.values(), ids=BAD)
def test_a_file_with_one_bad_line_counts_as_nothing(body, row):
    s3 = FakeS3()
    arrive(s3, 1, body)
    arrive(s3, 2, lines(ACCEPTED))
    (page,) = drop(s3).poll(None, now=NOW)

    assert (page.reports, page.remittances, page.cursor) == ((), (), "0")
    assert [error.row for error in page.refused] == [row]


def test_a_file_that_is_not_the_one_that_its_manifest_names_is_refused():
    s3 = FakeS3()
    arrive(s3, 1, lines(ACCEPTED), sha256="0" * 64)
    (page,) = drop(s3).poll(None, now=NOW)
    assert (page.cursor, page.refused[0].row) == ("0", "000001.json")


def test_the_connection_test_names_the_folder_that_it_cannot_write():
    s3 = FakeS3()
    assert drop(s3).test()[0].ok
    s3.failure = client_error("AccessDenied", 403)
    assert not drop(s3).test()[0].ok


class Dying(FakeS3):
    """S3 that gives no answer at one call; whether it did what was asked alternates."""

    def __init__(self, dies: int) -> None:
        super().__init__()
        self.dies = dies

    def put_object(self, **given):
        at = len(self.calls) + 1
        if at == self.dies and at % 2:
            self.calls.append("put")
            raise client_error("InternalError", 500)
        super().put_object(**given)
        if at == self.dies:
            raise client_error("InternalError", 500)

    def get_object(self, **given):
        if len(self.calls) + 1 == self.dies:
            self.calls.append("get")
            raise client_error("InternalError", 500)
        return super().get_object(**given)


class Racing(FakeS3):
    """S3 on which another worker takes a number between our look and our write."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after, self.raced = after, False

    def put_object(self, **given):
        manifest = given["Key"].startswith(f"{ROOT}out/0")
        if manifest and not self.raced:
            self.raced = True
            body = json.dumps({"batch_id": "other", "seq": 1, "files": []}).encode()
            self.objects[given["Bucket"], given["Key"]] = (body, self.now)
            if self.after:  # the other one has noted its number too
                note = f"{ROOT}hub/keys/{hashlib.sha256(b'other').hexdigest()}"
                self.objects[given["Bucket"], note] = (b"1", self.now)
        return super().put_object(**given)
