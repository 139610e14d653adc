"""Letters on paper: what is left for the print partner, and what its receipts say."""

from __future__ import annotations

import hashlib
import io
import json
from decimal import Decimal

import pytest
from botocore.exceptions import IncompleteReadError

from connectors.channels.letter import LetterConfig, connect
from connectors.contract import Connection, Message
from shared.domain.envelope import DIN_LEFT, Window
from shared.domain.money import Money
from shared.errors import Unreadable
from tests.connectors.fake_s3 import FakeS3, client_error

FOLDER = "nordic/post/"
PAGE = b"%PDF-1.7 page"
MESSAGE = Message(
    to="", subject="", text="", language="fi", pdf=PAGE, address=("Maija Meikäläinen", "Turku")
)
KEY = "c1-first-0"


@pytest.fixture
def s3():
    return FakeS3()


def channel(s3, **changes):
    settings = {"bucket": "books", "prefix": "nordic/", "service": "economy", **changes}
    config = LetterConfig.model_validate(settings)
    return connect(Connection(id="post", config=config, clients={"s3": s3}))


def job(s3):
    return json.loads(s3.body(f"{FOLDER}jobs/{KEY}.json"))


def test_a_job_names_its_letter_and_comes_after_it(s3):
    receipt = channel(s3).send(MESSAGE, key=KEY)

    assert (receipt.outcome, receipt.reference) == ("accepted", f"jobs/{KEY}.json")
    assert list(s3.objects) == [
        ("books", f"{FOLDER}letters/{KEY}.pdf"), ("books", f"{FOLDER}jobs/{KEY}.json"),
    ]  # fmt: skip
    assert s3.body(f"{FOLDER}letters/{KEY}.pdf") == PAGE
    assert job(s3) == {
        "act": KEY, "letter": f"{FOLDER}letters/{KEY}.pdf", "bytes": len(PAGE),
        "sha256": hashlib.sha256(PAGE).hexdigest(), "service": "economy", "duplex": True,
    }  # fmt: skip
    assert b"Maija" not in s3.body(f"{FOLDER}jobs/{KEY}.json")


def test_what_a_letter_costs_is_counted_where_the_creditor_says_it(s3):
    price = {"amount": "1.29", "currency": "EUR"}
    assert channel(s3, price=price).send(MESSAGE, key=KEY).cost == Money(Decimal("1.29"), "EUR")
    assert channel(s3).send(MESSAGE, key="c1-first-1").cost is None


def test_the_same_act_again_changes_nothing_whatever_it_brings(s3):
    channel(s3).send(MESSAGE, key=KEY)
    before = dict(s3.objects)

    again = channel(s3, service="first_class").send(
        MESSAGE.model_copy(update={"pdf": b"%PDF-1.7 other"}), key=KEY
    )

    assert again.outcome == "accepted"
    assert s3.objects == before


def test_a_letter_whose_job_was_not_written_gets_its_job_for_the_first_page(s3):
    channel(s3).send(MESSAGE, key=KEY)
    del s3.objects["books", f"{FOLDER}jobs/{KEY}.json"]

    channel(s3).send(MESSAGE.model_copy(update={"pdf": b"%PDF-1.7 other"}), key=KEY)

    assert job(s3)["sha256"] == hashlib.sha256(PAGE).hexdigest()


@pytest.mark.parametrize(
    ("changes", "key", "code"),
    [
        ({"address": ()}, KEY, "address_missing"),
        ({"pdf": None}, KEY, "message_pdf_missing"),
        ({"pdf": b"<html>"}, KEY, "message_pdf_missing"),
        ({}, "../x", "message_tags_invalid"),
    ],
)
def test_what_is_no_letter_is_not_left_anywhere(s3, changes, key, code):
    receipt = channel(s3).send(MESSAGE.model_copy(update=changes), key=key)

    assert (receipt.outcome, receipt.code) == ("rejected", code)
    assert not s3.objects


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (client_error("AccessDenied", 403), "rejected", "account_access_denied"),
        (client_error("NoSuchBucket", 404), "rejected", "account_access_denied"),
        (client_error("SlowDown", 503), "retry", None),
        (client_error("InternalError", 500), "unknown", None),
    ],
)
def test_each_refusal_says_whom_it_concerns(s3, error, outcome, code):
    s3.failure = error
    receipt = channel(s3).send(MESSAGE, key=KEY)

    assert (receipt.outcome, receipt.code) == (outcome, code)


def test_the_connection_test_proves_that_the_folder_can_be_written(s3):
    assert [one.ok for one in channel(s3).test()] == [True]
    s3.failure = client_error("AccessDenied", 403)
    assert [one.ok for one in channel(s3).test()] == [False]


def test_the_window_is_that_of_the_settings():
    own = {"left_mm": 110, "top_mm": 40, "width_mm": 80, "height_mm": 40}

    assert channel(None).window == DIN_LEFT
    assert channel(None, window=own).window == Window(110, 40, 80, 40)


def told(s3, *lines):
    s3.drop(f"{FOLDER}receipts/a.jsonl", "\n".join(lines).encode())
    return list(channel(s3).receipts("a.jsonl", "nordic"))


def line(status, act="c1-first-0", at="2026-03-02T16:00:00+02:00"):
    return json.dumps({"act": act, "status": status, "at": at})


@pytest.mark.parametrize(
    ("status", "kind", "lost"),
    [("printed", "sent", False), ("posted", "sent", False), ("returned", "bounced", True)],
)
def test_each_receipt_means_one_thing(s3, status, kind, lost):
    (fate,) = told(s3, line(status))

    assert (fate.act, fate.tenant, fate.kind, fate.lost) == ("c1-first-0", "nordic", kind, lost)
    assert fate.at.isoformat() == "2026-03-02T14:00:00+00:00"


class Cut(io.BytesIO):
    """A body whose connection broke; as the SDK's own, it says so when it is read to its end."""

    def read(self, size=-1):
        found = super().read(size)
        if not found:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        return found


def test_receipts_that_were_cut_off_on_the_way_count_for_nothing(s3, monkeypatch):
    s3.drop(f"{FOLDER}receipts/a.jsonl", line("posted").encode())
    whole = s3.get_object
    monkeypatch.setattr(
        s3, "get_object", lambda **asked: {"Body": Cut(whole(**asked)["Body"].read())}
    )

    with pytest.raises(IncompleteReadError):
        channel(s3).receipts("a.jsonl", "nordic")


@pytest.mark.parametrize(
    "bad",
    [
        line("eaten"), line("posted", act="../x"), line("posted", at="2026-03-02T16:00:00"),
        line("posted", at="soon"), "{}", "[]", "posted", '{"half": ',
    ],
)  # fmt: skip
def test_a_file_counts_whole_or_not_at_all(s3, bad):
    with pytest.raises(Unreadable):
        told(s3, line("posted"), bad)
