"""A print partner's receipts settle the acts that its letters were, of its own tenant alone."""

from __future__ import annotations

import json

import pytest

from functions import receive_file, wiring
from shared.cloud import connections, table
from shared.domain.events import ActSent
from shared.errors import Unreadable
from tests.connectors.fake_s3 import FakeS3
from tests.functions.world import CASE, NORDIC, NOW, REMINDER, append, load, sample


@pytest.fixture
def folder(reminded, monkeypatch):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    config = {"bucket": "books", "prefix": "nordic/", "service": "economy"}
    made = connections.made(
        NORDIC, "post", connector="channels.letter", config=config, start_line=None
    )
    table.transact([made])
    s3, usual = FakeS3(), wiring.client
    monkeypatch.setattr(wiring, "client", lambda name: s3 if name == "s3" else usual(name))
    return s3


def tell(folder, *statuses, act=REMINDER, key="nordic/post/receipts/a.jsonl"):
    rows = [{"act": act, "status": one, "at": "2026-03-05T12:00:00Z"} for one in statuses]
    folder.drop("nordic/post/receipts/a.jsonl", "\n".join(map(json.dumps, rows)).encode())
    event = sample("receive_file")
    event["detail"]["object"]["key"] = key
    return receive_file.handler(event, None)["woken"]


def test_a_letter_that_came_back_was_not_given(folder):
    assert tell(folder, "printed", "posted", "returned") is True

    assert load().notices[REMINDER].state == "returned"
    version = load().version
    assert tell(folder, "returned") is True
    assert load().version == version


def test_printing_and_posting_prove_no_delivery(folder):
    version = load().version

    assert tell(folder, "printed", "posted") is True
    assert load().version == version


@pytest.mark.parametrize(
    "key", ["nordic/other/receipts/a.jsonl", "nordic/erp/receipts/a.jsonl", "twin/post/receipts/a"]
)
def test_a_folder_that_carries_no_letters_settles_nothing(folder, key):
    assert tell(folder, "returned", key=key) is False
    assert load().notices[REMINDER].state == "sent"


def test_an_unknown_act_keeps_nobody_behind_it_waiting(folder):
    assert tell(folder, "returned", act=f"{CASE}-first-none") is True
    assert load().notices[REMINDER].state == "sent"


def test_a_file_of_another_shape_comes_again(folder):
    with pytest.raises(Unreadable):
        tell(folder, "eaten")
