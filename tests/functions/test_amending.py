"""What a partner's case file says of people and papers is told anew when it is no longer so."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from functions import amending, case_files, deliver
from functions.touching import resume
from shared.cloud import amend_rows, clock, documents, facts, handed, keys, outbox, table
from shared.cloud.store import Store
from shared.domain.case import Case
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import ActSent, HandOverIntended, PartnerPaid, PaymentAllocated
from shared.domain.explain import content_hash
from shared.domain.model import Invoice, Party
from shared.domain.state_events import LiableNamed, LiableReleased
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    append,
    claim,
    eur,
    know_counterparts,
    load,
    open_case,
    sample,
    settle_in,
)  # fmt: skip

OLD = {"lines": ["Katu 1"], "postal_code": "00100", "city": "Helsinki", "country": "FI"}
NEW = {"lines": ["Tie 2"], "postal_code": "33100", "city": "Tampere", "country": "FI"}
LOOK = f"{CASE}-amend"


def party(one="erp:d1", address=OLD, **of):
    said = {"id": one, "version": "1", "kind": "person", "name": "Aino Esimerkki"}
    return Party.model_validate({**said, "country": "FI", "addresses": [address], **of})


def invoice(number="1", opened="100.00", version="1", **of):
    said = claim("erp:1")
    return Invoice(
        id="erp:1", version=version, number=number, debtor="erp:d1", issued=said.issued,
        sent=said.sent, due=said.due, total=eur("100.00"), open=eur(opened), capacity="consumer",
        claim_class="goods", description="Chairs",
    ).model_copy(update=of)  # fmt: skip


@pytest.fixture
def there(aws, monkeypatch):
    """A case whose first claim a partner has, with the file as it stood."""
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    take(party(), invoice())
    open_case(NORDIC)
    table.update(keys.invoice(NORDIC, "erp:1"), set_={"case_id": CASE})
    pointer = keys.open_case(NORDIC, "erp:d1", "all")
    table.put({**pointer, "case_id": CASE})
    file = case_files.build(resume(Store(NORDIC), CASE, NOW), ("erp:1",))
    body = file.model_dump_json().encode()
    documents.put(NORDIC, "case-files/first.json", body, "application/json")
    intent = HandOverIntended(
        at=NOW, act=HAND_OVER, step="partner", claims=("erp:1",), partner="partner",
        file_version=1, document="case-files/first.json", content_hash=content_hash(body),
    )  # fmt: skip
    append(NORDIC, CASE, intent)
    append(NORDIC, CASE, ActSent(at=NOW, act=HAND_OVER, on=NOW.date()))


def take(*page):
    facts.take(NORDIC, "erp", page, clock.now(), lambda _: None)


def look(monkeypatch, days=0):
    """What is due is looked at, some days later; the tells that wait for the partner."""
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=days))
    row = outbox.read(NORDIC, LOOK)
    if row is not None and row.get("due_at", "9") <= clock.stamp(clock.now()):
        table.update(keys.invoice(NORDIC, "erp:1"), remove=("due_at", "due_shard"))
        event = sample("deliver")
        body = {"tenant": "nordic", "act": LOOK, "lease": row["due_at"]}
        event["Records"] = [{**event["Records"][0], "body": json.dumps(body)}]
        assert deliver.handler(event, None) == {"batchItemFailures": []}
    return told()


def told():
    rows, _ = table.query_index("listing", keys.listing(NORDIC, "OUT/partner"), limit=50)
    acts = [outbox.read(NORDIC, one["list_id"]) for one in rows]
    return [one for one in acts if outbox.type_of(one) == "case.amended"]


def latest():
    newest = handed.to_partner(NORDIC, CASE, "partner")[-1]
    body = documents.get(NORDIC, newest.document)
    assert content_hash(body) == newest.content_hash
    return CaseFile.model_validate_json(body)


def test_a_new_address_is_a_new_file_in_the_cases_line(there, monkeypatch):
    take(party(address=NEW, version="2"))

    (row,) = look(monkeypatch)

    assert latest().file_version == 2
    assert latest().debtors[0].addresses[0].city == "Tampere"
    assert json.loads(row["message"])["data"] | {"sequence": 0} == {
        "claims": ["erp:1"], "file_version": 2, "sequence": 0,
    }  # fmt: skip
    assert documents.get(NORDIC, row["document"]) == documents.get(
        NORDIC, handed.to_partner(NORDIC, CASE, "partner")[-1].document
    )
    assert outbox.first_in_line(NORDIC, CASE, "partner") == keys.id_of(row["pk"])
    assert "due_at" not in outbox.read(NORDIC, LOOK)
    assert "Tampere" not in row["message"]
    assert Case.replay(CASE, Store(NORDIC).events(CASE)) == load()


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (party(emails=["aino@post.example"]), lambda file: file.debtors[0].emails),
        (party(language="sv"), lambda file: file.debtors[0].language),
        (invoice(number="1-B", version="2"), lambda file: file.claims[0].number),
    ],
    ids=["contact", "language", "number"],
)
def test_what_the_books_correct_is_told(there, monkeypatch, fact, said):
    before = said(latest())
    take(fact)
    assert len(look(monkeypatch)) == 1
    assert said(latest()) != before


@pytest.mark.parametrize(
    "fact", [party(version="9"), invoice(opened="60.00", version="2")], ids=["version", "balance"]
)
def test_a_movement_or_a_new_version_of_the_same_makes_no_file(there, monkeypatch, fact):
    take(fact)
    assert outbox.read(NORDIC, LOOK) is None
    assert look(monkeypatch) == []


def test_money_at_the_partner_alone_is_no_reason_for_a_file(there, monkeypatch):
    nothing = eur("0.00")
    append(NORDIC, CASE, PartnerPaid(
        at=NOW, message="partner:m1", claim="erp:1", principal=eur("40.00"), interest=nothing,
        fees=nothing, received=NOW.date(),
    ))  # fmt: skip
    table.put(amend_rows.look(NORDIC, CASE, clock.now()))
    assert look(monkeypatch) == []
    take(party(address=NEW))
    assert len(look(monkeypatch)) == 1
    assert str(latest().totals.principal.amount) == "60.00"


def test_somebody_who_owes_too_stands_in_a_new_file(there, monkeypatch):
    take(party("erp:d2", name="Veikko Takaaja"))
    named = LiableNamed(at=NOW, claim="erp:1", party="erp:d2", role="guarantor")
    append(NORDIC, CASE, named)
    assert len(look(monkeypatch)) == 1
    assert [one.role for one in latest().debtors] == ["principal", "guarantor"]


def test_a_guarantors_own_new_address_is_a_new_file_as_long_as_he_owes(there, monkeypatch):
    take(party("erp:d2", name="Veikko Takaaja"))
    append(NORDIC, CASE, LiableNamed(at=NOW, claim="erp:1", party="erp:d2", role="guarantor"))
    assert len(look(monkeypatch)) == 1

    take(party("erp:d2", NEW, name="Veikko Takaaja", version="2"))

    assert len(look(monkeypatch, days=1)) == 2
    debtor, guarantor = latest().debtors
    assert (debtor.addresses[0].city, guarantor.addresses[0].city) == ("Helsinki", "Tampere")
    append(NORDIC, CASE, LiableReleased(at=NOW, claim="erp:1", party="erp:d2"))
    assert len(look(monkeypatch, days=2)) == 3
    take(party("erp:d2", name="Veikko Takaaja", version="3"))
    assert "due_at" not in outbox.read(NORDIC, LOOK)


def test_who_owes_beside_the_debtor_is_found_from_the_hand_over_on(there, monkeypatch):
    """The claims came from a case that was merged, where he was named."""
    take(party("erp:d2", name="Veikko Takaaja"))
    append(NORDIC, CASE, LiableNamed(at=NOW, claim="erp:2", party="erp:d2", role="co_debtor"))
    table.transact([table.delete_write(keys.liable_in(NORDIC, "erp:d2", CASE))])
    table.update(keys.outbox(NORDIC, LOOK), remove=("due_at", "due_shard"))
    intent = HandOverIntended(
        at=NOW, act=f"{CASE}-again", step="partner", claims=("erp:2",), partner="partner",
        file_version=2, document="case-files/first.json", content_hash="0" * 64,
    )  # fmt: skip
    append(NORDIC, CASE, intent)

    take(party("erp:d2", NEW, name="Veikko Takaaja", version="2"))

    assert "due_at" in outbox.read(NORDIC, LOOK)


def test_a_file_tells_the_case_as_it_was_loaded_where_it_moves_meanwhile(there):
    run = resume(Store(NORDIC), CASE, NOW)
    before = case_files.build(run, ("erp:1",))
    append(NORDIC, CASE, PaymentAllocated(
        at=NOW, payment="erp:p9", claim="erp:1", amount=eur("40.00"),
        value_date=NOW.date(), received=NOW.date(), booked=NOW.date(),
    ))  # fmt: skip
    assert case_files.build(run, ("erp:1",)) == before
    now = case_files.build(resume(Store(NORDIC), CASE, NOW), ("erp:1",))
    assert (before.totals.principal, now.totals.principal) == (eur("100.00"), eur("60.00"))


def test_one_file_a_day_and_the_rest_of_the_day_is_the_next_ones(there, monkeypatch):
    take(party(address=NEW))
    assert len(look(monkeypatch)) == 1
    take(party(address=NEW, language="sv"))
    take(party(address=NEW, language="en"))

    assert len(look(monkeypatch)) == 1
    assert len(look(monkeypatch, days=1)) == 2
    assert (latest().file_version, latest().debtors[0].language) == (3, "en")


def test_a_file_that_would_lack_what_a_partner_needs_is_a_persons(there, monkeypatch):
    take(party(address={**NEW, "lines": []}))

    assert look(monkeypatch) == []

    task = table.get(keys.task(NORDIC, f"{CASE}-amend-2026-03-02"))
    assert task["why"] == "case_file_incomplete"
    assert "addresses" in json.dumps(task, default=str)


def test_a_case_that_no_partner_has_is_looked_at_for_nothing(aws, monkeypatch):
    settle_in(NORDIC)
    open_case(NORDIC)
    row = amend_rows.look(NORDIC, CASE, clock.now())
    table.put(row)
    amending.amend(NORDIC, row)
    assert "due_at" not in outbox.read(NORDIC, LOOK)
    assert load().version == 3


def test_a_due_date_that_the_books_correct_is_a_task_with_both_days_and_no_file(there, monkeypatch):
    for version in ("2", "3"):
        take(invoice(version=version, due=date(2026, 2, 1), number=version))
        look(monkeypatch, days=int(version))

    listed, _ = table.query_index("listing", keys.listing(NORDIC, "TASK"), limit=50)
    found = [table.get(keys.task(NORDIC, one["list_id"])) for one in listed]
    (row,) = [one for one in found if one["why"] == "due_date_corrected"]
    (because,) = json.loads(row["body"])
    assert (because["facts"]["file"], because["facts"]["books"]) == ("2026-01-15", "2026-02-01")
    assert load().claims["erp:1"].claim.due == date(2026, 1, 15)
