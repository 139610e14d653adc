"""A creditor's own sentences: checked whole, kept for ever, used and named by the next letter."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest

from connectors.contract import Receipt
from functions import admin, remind
from shared.cloud import clock, documents, keys, letter_rows, step, table
from shared.cloud.store import Store, Token
from shared.domain.model import Party
from shared.domain.own_texts import name_of
from shared.errors import Conflict
from tests.functions.world import CASE, CREDITOR, NORDIC, answer, call, open_case

ROUTE = "/v1/letters/{language}/{letter}/{tone}"
FRIENDLY = {"language": "fi", "letter": "reminder", "tone": "friendly"}
OWN = {"paid": "Maksettu jo? Kiitos!", "greeting": "Päivää"}


def ask(verb, path=FRIENDLY, **request):
    return answer(admin.handler(call(f"{verb} {ROUTE}", path=path, **request), None))


def preview(**body):
    return answer(admin.handler(call("POST /v1/letters/preview", body=body), None))


def test_own_sentences_stand_until_they_are_taken_away(aws, rows):
    name = name_of("fi/reminder/friendly", OWN)
    assert ask("GET")[1]["sentences"] == {}

    status, body = ask("PUT", body={"sentences": OWN})
    assert (status, body["hash"]) == (200, name)
    assert ask("GET")[1]["sentences"] == OWN
    assert ask("GET")[1]["shipped"]["paid"] != OWN["paid"]
    assert ask("GET", {**FRIENDLY, "tone": "firm"})[1]["sentences"] == {}

    assert ask("DELETE")[0] == 200
    assert ask("GET")[1]["sentences"] == {}
    assert json.loads(table.get(keys.fact(NORDIC, "LETTER", name))["body"])["sentences"] == OWN
    trail = [row for row in rows() if row.get("what") == "letter_changed"]
    assert len(trail) == 2
    assert not any("Kiitos" in line["facts"] for line in trail)


def test_every_fault_is_named_and_nothing_is_kept(aws):
    wrong = {
        "subject_one": "Velka 50 €",
        "opening_one": "Maksa {amount}",
        "paid": "Katso https://muualla.example/",
        "closing": "FI58 1017 1000 0001 22",
    }
    status, body = ask("PUT", body={"sentences": wrong})

    assert status == 422
    assert [(one["path"], one["code"]) for one in body["fields"]] == [
        ("sentences.closing", "account"),
        ("sentences.opening_one", "placeholder"),
        ("sentences.paid", "link"),
        ("sentences.subject_one", "must_say"),
        ("sentences.subject_one", "too_open"),
    ]
    assert "muualla" not in json.dumps(body)
    assert ask("GET")[1]["sentences"] == {}


def test_a_link_may_lead_to_a_host_of_the_creditors_own_list(aws):
    linked = {"sentences": {"paid": "Katso https://apua.nordic.example/maksu"}}
    assert ask("PUT", body=linked)[0] == 422

    listed = {**CREDITOR, "link_hosts": ["apua.nordic.example"]}
    assert answer(admin.handler(call("PUT /v1/creditor", body=listed), None))[0] == 200
    assert ask("PUT", body=linked)[0] == 200


@pytest.mark.parametrize("path", [{"language": "et"}, {"letter": "reminder.SE"}, {"tone": "rude"}])
def test_a_letter_that_the_hub_does_not_write_is_not_found(aws, path):
    assert ask("GET", {**FRIENDLY, **path})[0] == 404


def test_a_preview_reads_as_the_letter_would_and_keeps_nothing(aws, rows):
    before = len(rows())
    status, body = preview(language="sv", tone="firm", second_language="fi")
    assert status == 200
    assert set(body) == {"subject", "text", "html", "sms", "sms_parts"}
    assert body["sms_parts"]["count"] >= 1
    assert "Betalningspåminnelse" in body["text"]
    assert "Maksumuistutus" in body["text"]

    _, own = preview(language="fi", tone="friendly", sentences=OWN)
    assert OWN["paid"] in own["text"]
    assert OWN["paid"] not in preview(language="fi", tone="friendly")[1]["text"]
    _, refused = preview(language="fi", sentences={"paid": ""})
    assert [one["path"] for one in refused["fields"]] == ["sentences.paid"]
    assert len(rows()) == before


def test_a_preview_comes_on_paper_too_where_that_is_asked_for(aws):
    _, body = preview(language="fi", tone="firm", page=True)
    assert base64.b64decode(body["page"]).startswith(b"%PDF-")


def test_every_letter_can_be_looked_at(aws):
    for language in ("fi", "sv", "nb", "da", "de", "en"):
        for letter in ("reminder", "due_soon", "charges", "instalment"):
            for tone in ("friendly", "neutral", "firm"):
                for capacity in ("consumer", "business"):
                    wish = {"language": language, "letter": letter, "tone": tone}
                    assert preview(**wish, capacity=capacity)[0] == 200


def test_without_a_verified_account_a_preview_says_what_is_lacking(aws):
    body = {**CREDITOR, "accounts": []}
    assert answer(admin.handler(call("PUT /v1/creditor", body=body), None))[0] == 200

    status, refused = preview(language="fi")
    assert status == 422
    assert "account.iban" in refused["fields"][0]["text"]


@pytest.mark.parametrize("already", [(), ("sv/reminder/firm",)])
def test_two_who_change_letters_at_once_do_not_undo_each_other(aws, already):
    for where in already:
        table.transact(list(letter_rows.put(NORDIC, where, OWN)))
    mine = letter_rows.put(NORDIC, "fi/reminder/firm", OWN)
    table.transact(list(letter_rows.put(NORDIC, "sv/reminder/firm", {"paid": "Tack"})))

    with pytest.raises(Conflict):
        table.transact(list(mine))
    row = table.get(letter_rows.index_key(NORDIC))
    found = letter_rows.own(NORDIC, row, ("fi/reminder/firm", "sv/reminder/firm"), ())
    assert dict(found.sentences) == {"sv/reminder/firm": {"paid": "Tack"}}


@pytest.fixture
def sendable(aws, monkeypatch):
    """A case whose reminder may go out by mail: the books say so, and the mail is caught."""
    monkeypatch.setenv("OUTBOUND", "on")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now()), "config": "{}"}
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", **fresh})
    table.put(
        {**keys.connection(NORDIC, "email"), "connector": "channels.email", "state": "enabled"}
    )
    party = Party(
        id="erp:d1", version="1", kind="person", name="Aino", country="FI", language="fi",
        emails=("aino@post.example",),
    )  # fmt: skip
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})
    open_case(NORDIC)
    sent = []

    def send(message, *, key):
        sent.append((message, key))
        return Receipt(outcome="accepted", reference="m1")

    monkeypatch.setattr(remind, "proven", lambda run, claims: True)
    monkeypatch.setattr(remind, "connect", lambda tenant, row: SimpleNamespace(send=send))
    return sent


def test_the_next_reminder_says_the_creditors_own_words_and_names_them(sendable):
    assert ask("PUT", body={"sentences": OWN})[0] == 200
    store = Store(NORDIC)
    head = store.load(CASE).head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    decision = step.frame(store, token, store.load(CASE), clock.now()).decision()
    done = remind.handler(
        {"tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": decision.act,
         "channels": ["email"], "version": token.version, "attempt": token.attempt,
         "snapshot": token.snapshot},
        None,
    )  # fmt: skip

    assert done == {"done": "sent"}
    ((message, key),) = sendable
    assert OWN["paid"] in message.text
    stored = json.loads(documents.get(NORDIC, f"letters/{key}.json"))
    assert stored["wording"] == [name_of("fi/reminder/friendly", OWN)]
