"""What an act sent can be fetched by a link that is bound to its bytes, by its own people alone."""

from __future__ import annotations

import hashlib
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from functions import admin
from shared.cloud import documents
from shared.domain.events import ReminderIntended
from shared.domain.state_events import PayerSaid
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    REMINDER,
    answer,
    append,
    call,
    hand_over,
    open_case,
    settle_in,
)

LETTER, PAGE = b'{"text":"Hyva Aino"}', b"%PDF-1.7 page"
ROUTE = "GET /v1/cases/{id}/documents/{act}"


def digest(body):
    return hashlib.sha256(body).hexdigest()


def intended(**more):
    fields = {
        "at": NOW, "act": REMINDER, "step": "friendly", "claims": ("erp:1",), "channel": "post",
        "tone": "friendly", "language": "fi", "deadline": date(2026, 3, 17),
        "document": f"letters/{REMINDER}.json", "content_hash": "0" * 64,
    }  # fmt: skip
    return ReminderIntended(**(fields | more))


@pytest.fixture
def letter(aws):
    settle_in(NORDIC)
    open_case(NORDIC)
    page = f"letters/{REMINDER}.pdf"
    documents.put(NORDIC, f"letters/{REMINDER}.json", LETTER, "application/json")
    documents.put(NORDIC, page, PAGE, "application/pdf")
    append(
        NORDIC,
        CASE,
        intended(document_hash=digest(LETTER), page=page, page_hash=digest(PAGE)),
    )


def get(act=REMINDER, **more):
    return answer(admin.handler(call(ROUTE, path={"id": CASE, "act": act}, **more), None))


def test_a_letter_and_its_pages_have_a_link_of_fifteen_minutes_each(letter):
    status, body = get()

    assert status == 200
    assert [(one["name"].rpartition(".")[2], one["sha256"]) for one in body["documents"]] == [
        ("pdf", digest(PAGE)), ("json", digest(LETTER)),
    ]  # fmt: skip
    for one in body["documents"]:
        query = parse_qs(urlsplit(one["url"]).query)
        assert query["X-Amz-Expires"] == ["900"]
        assert one["name"] in one["url"]


def test_a_case_file_has_one_too_and_another_creditors_case_none(letter):
    hand_over(NORDIC, claims=("erp:2",))
    assert get(HAND_OVER)[1]["documents"][0]["sha256"] == digest(FILE)

    assert get(tenant="twin")[0] == 404
    assert get("c1a2b3-nothing-0")[0] == 404


def read(act=REMINDER, **more):
    event = call(f"{ROUTE}/content", path={"id": CASE, "act": act}, **more)
    return answer(admin.handler(event, None))


def test_a_letter_is_read_as_it_went_out_by_its_own_people_alone(letter, rows):
    status, body = read()
    assert (status, body["said"]) == (200, None)
    assert body["letter"] == {
        "at": NOW.isoformat(), "channel": "post", "short": False, "language": "fi",
        "subject": "", "text": "Hyva Aino", "html": "", "sms": "",
    }  # fmt: skip
    (look,) = [row for row in rows() if row.get("what") == "looked"]
    assert REMINDER in look["facts"]

    hand_over(NORDIC, claims=("erp:2",))
    assert read(HAND_OVER)[0] == 404
    assert read(tenant="twin")[0] == 404
    documents.put(NORDIC, f"letters/{REMINDER}.json", b'{"text":"Hei"}', "application/json")
    assert read()[0] == 502


def test_what_the_payer_wrote_is_read_by_the_fields_of_its_form_and_a_file_has_none(letter):
    name, words = f"evidence/{CASE}/p1.json", b'{"ground":"other","words":"Miksi?"}'
    documents.put(NORDIC, name, words, "application/octet-stream")
    said = PayerSaid(
        at=NOW, said="p1", about="dispute", link="l", claim="erp:1", document=name,
        document_hash=digest(words),
    )  # fmt: skip
    file = {"said": "p1-1", "about": "file", "document": f"evidence/{CASE}/p1-1.pdf"}
    append(NORDIC, CASE, said, said.model_copy(update=file))
    assert read("p1")[1]["said"] == {
        "at": NOW.isoformat(), "about": "dispute", "claim": "erp:1",
        "words": {"ground": "other", "words": "Miksi?"},
    }  # fmt: skip
    assert read("p1-1")[1]["said"]["words"] == {}


def test_bytes_that_are_not_those_that_went_out_are_not_linked(letter):
    documents.put(NORDIC, f"letters/{REMINDER}.pdf", b"%PDF-1.7 other", "application/pdf")
    assert get()[0] == 502


def test_a_letter_whose_bytes_nobody_named_has_no_link(letter):
    act = f"{CASE}-friendly-ffffffffffff"
    append(NORDIC, CASE, intended(act=act, document=f"letters/{act}.json"))
    assert get(act)[0] == 404
