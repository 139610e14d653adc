"""A person's data: all of it is in an export, none is left after an erasure, none comes back."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import zipfile
from datetime import date

import pytest
from pydantic import BaseModel

import shared.domain
from functions import admin
from shared.cloud import audit, documents, keys, runtime, step, table
from shared.cloud.replay_rows import Past, Tally
from shared.cloud.store import Store, Token
from shared.domain.decide import Remind, Rest
from shared.domain.events import ActSent, ReminderIntended
from shared.domain.model import Address, Party
from shared.domain.personal import holders, marked
from shared.domain.sighting import Payer
from shared.errors import Conflict
from tests.functions.money import (
    REFERENCES,
    cases,
    connected,
    invoice,
    open_now,
    reversal,
    see,
    sighting,
    take,
    tasks_open,
    tell,
)
from tests.functions.world import NORDIC, NOW, TWIN, answer, append, call

MARK = "zqmark"
# Where each model with a personal field is stored, and so found by an export and by an erasure.
STORED = {
    "Party": "row", "Address": "row", "Sighting": "row", "Payer": "row",
    # Only inside a stored document, as bytes.
    "Letter": "document", "FileDebtor": "document", "NationalId": "document",
    "FileClaim": "document",
    # What a letter is made of; it is never stored itself.
    "LetterDebtor": "nowhere",
}  # fmt: skip
LETTER, PAGE = "letters/a1.json", "letters/a1.pdf"


def party(number="1", **of):
    fields = {
        "id": f"erp:d{number}", "version": "1", "kind": "person", "country": "FI",
        "name": f"{MARK}-name", "emails": (f"{MARK}-mail@example.test",),
        "phones": (f"+358{MARK}-phone",), "customer_number": f"{MARK}-customer",
        "addresses": (
            Address(
                lines=(f"{MARK}-street",), postal_code=f"{MARK}-code", city=f"{MARK}-city",
                country="FI",
            ),
        ),
    }  # fmt: skip
    return Party(**(fields | of))


def paid(name="1", number="1", amount="100.00", **of):
    payer = Payer(name=f"{MARK}-payer", account=f"{MARK}-account")
    return sighting(
        name, amount, references=(REFERENCES[number],), payer=payer, text=f"{MARK}-text", **of
    )


@pytest.fixture
def person(aws):
    """A person with an open claim and a letter on paper, each stored in two versions."""
    runtime.client("s3").put_bucket_versioning(
        Bucket="dunlin-documents", VersioningConfiguration={"Status": "Enabled"}
    )
    connected("erp")
    connected("bank")
    take(party(), feed="erp")
    tell(invoice("1"))
    for name in (LETTER, PAGE):
        documents.put(NORDIC, name, f"an older version of {MARK}-{name}".encode(), "text/plain")
        documents.put(NORDIC, name, f"{MARK}-{name}".encode(), "text/plain")
    case = cases()[0].id
    append(
        NORDIC, case,
        ReminderIntended(
            at=NOW, act="a1", step="friendly", claims=("erp:1",), channel="email",
            tone="friendly", language="fi", deadline=date(2026, 3, 17), document=LETTER,
            content_hash="0" * 64, page=PAGE,
        ),
    )  # fmt: skip
    append(NORDIC, case, ActSent(at=NOW, act="a1", on=date(2026, 3, 2)))
    return case


@pytest.fixture
def settled(person):
    """The same person once everything is paid."""
    see(paid())
    assert open_now() == {"1": "0.00"}
    return person


def ask(route, path, body=None, **of):
    return answer(admin.handler(call(route, path={"id": path}, body=body, **of), None))


def erase(debtor="erp:d1"):
    return ask("POST /v1/debtors/{id}/erasure", debtor, {"reason": "asked_by_the_person"})


def export(debtor="erp:d1"):
    status, told = ask("POST /v1/debtors/{id}/export", debtor)
    assert status == 200, told
    with zipfile.ZipFile(io.BytesIO(documents.get(NORDIC, told["name"]))) as file:
        return {one: file.read(one) for one in file.namelist()}


def left_in_bucket():
    found = runtime.client("s3").list_object_versions(Bucket="dunlin-documents")
    return [one["Key"] for one in found.get("Versions", [])]


def every_model():
    for info in pkgutil.walk_packages(shared.domain.__path__, "shared.domain."):
        module = importlib.import_module(info.name)
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, BaseModel) and one is not BaseModel:
                yield one


@pytest.fixture
def punctual(aws):
    """A person who paid an invoice before it ever joined a case."""
    connected("erp")
    connected("bank")
    take(party(), invoice("1", due=date(2026, 4, 20)), feed="erp")
    see(paid())
    take(invoice("1", "0.00", due=date(2026, 4, 20)), feed="erp")
    assert cases() == []


def test_what_was_paid_without_ever_being_a_case_is_exported_and_erased(punctual, rows):
    data = json.loads(export()["data.json"])
    assert [one["id"] for one in data["invoices"]] == ["erp:1"]
    assert [one["id"] for one in data["payments"]] == ["bank:1"]

    assert erase()[1]["erased"] == {"documents": 0, "payments": 1, "parties": 1}

    assert [one for one in rows() if MARK in str(one)] == []


def test_money_that_was_taken_back_is_exported_and_erased_with_its_reversal(punctual, rows):
    payer = Payer(name=f"{MARK}-payer", account=f"{MARK}-account")
    see(reversal("1", payer=payer, text=f"{MARK}-text"))
    see(paid("2", booked=date(2026, 2, 28)))
    assert [one["id"] for one in json.loads(export()["data.json"])["payments"]] == [
        "bank:1", "bank:2", "bank:r1",
    ]  # fmt: skip

    assert erase()[0] == 200

    assert [one for one in rows() if MARK in str(one)] == []


def test_of_a_person_with_very_many_invoices_all_are_exported(aws):
    connected("erp")
    many = [invoice(str(n), debtor="erp:d1", due=date(2026, 4, 20)) for n in range(10, 70)]
    take(party(), *many, feed="erp")

    assert len(json.loads(export()["data.json"])["invoices"]) == 60


def test_money_that_a_person_moved_to_another_debtor_is_only_theirs(punctual, rows):
    take(party("2"), invoice("2", due=date(2026, 4, 20)), feed="erp")
    amount = {"amount": "100.00", "currency": "EUR"}
    again = {"allocations": [{"invoice": "erp:2", "amount": amount}], "reason": "payer_called"}
    assert ask("POST /v1/payments/{id}/unmatch", "bank:1", {"reason": "wrong_invoice"})[0] == 200
    assert ask("POST /v1/payments/{id}/match", "bank:1", again)[0] == 200

    assert json.loads(export("erp:d1")["data.json"])["payments"] == []
    assert erase("erp:d1")[1]["erased"]["payments"] == 0

    data = json.loads(export("erp:d2")["data.json"])
    assert [one["payer"]["name"] for one in data["payments"]] == [f"{MARK}-payer"]


def test_an_invoice_that_turns_out_to_be_another_persons_is_only_theirs(punctual):
    take(party("2"), invoice("1", "0.00", debtor="erp:d2", due=date(2026, 4, 20)), feed="erp")
    assert json.loads(export("erp:d1")["data.json"])["invoices"] == []
    assert [one["id"] for one in json.loads(export("erp:d2")["data.json"])["invoices"]] == ["erp:1"]


def test_it_is_said_of_every_personal_field_where_it_is_stored():
    assert {one.__name__ for one in every_model() if marked(one)} == set(STORED)


def test_an_export_holds_every_personal_value_of_every_stored_record(settled):
    whole = export()

    values = {
        f"{MARK}-{one}"
        for one in (
            "name", "mail@example.test", "street", "code", "city", "payer", "account", "text",
            "customer",
        )
    }  # fmt: skip
    fields = {f"{one.__name__}.{name}" for model in (Party, type(paid()))
              for one in holders(model) for name in marked(one)}  # fmt: skip
    assert fields == {
        "Party.name", "Party.emails", "Party.phones", "Address.lines", "Address.postal_code",
        "Address.city", "Sighting.text", "Payer.name", "Payer.account",
    }  # fmt: skip
    told = whole["data.json"].decode()
    assert {one for one in values if one not in told} == set()
    assert f"+358{MARK}-phone" in told
    assert whole[f"documents/{LETTER}"] == f"{MARK}-{LETTER}".encode()
    assert {name for name in whole if name != "data.json"} == {
        f"documents/{one}" for one in (LETTER, PAGE)
    }
    data = json.loads(told)
    assert [one["id"] for one in data["cases"]] == [settled]
    assert [one["id"] for one in data["invoices"]] == ["erp:1"]
    assert data["documents_gone"] == []


def test_an_export_is_noted_and_passes_and_names_nobody(settled, logged):
    _, told = ask("POST /v1/debtors/{id}/export", "erp:d1")

    tags = runtime.client("s3").get_object_tagging(
        Bucket="dunlin-documents", Key=f"nordic/{told['name']}"
    )
    assert tags["TagSet"] == [{"Key": "kept", "Value": "a-day"}]
    assert "d1" not in told["name"]
    lines = audit.lines(NORDIC, "changes", NOW.date(), "", 10)
    assert [one["what"] for one in lines][-1] == "person_exported"
    assert MARK not in logged() + str(lines) + told["url"]


def test_nothing_is_erased_while_something_is_owed(person, rows):
    before = sorted(map(str, rows()))

    status, told = erase()

    assert (status, told["code"]) == (409, "must_stay")
    assert [one["code"] for one in told["plan"]["hindrances"]] == ["open_claim"]
    assert told["plan"]["hindrances"][0]["of"] == [person]
    assert [one for one in sorted(map(str, rows())) if "#AUDIT#" not in one] == before


def test_a_legal_hold_hinders_and_is_listed(settled):
    hold = "POST /v1/debtors/{id}/legal-hold"
    assert ask(hold, "erp:d1", {"held": True, "reason": "suit_filed"})[0] == 200

    status, told = erase()

    assert (status, told["plan"]["hindrances"][0]["code"]) == (409, "legal_hold")
    listed = answer(admin.handler(call("GET /v1/legal-holds"), None))[1]["holds"]
    assert [(one["kind"], one["held"], one["by"]) for one in listed] == [
        ("debtor", "erp:d1", "console")
    ]
    assert ask(hold, "erp:d1", {"held": False, "reason": "suit_ended"})[0] == 200
    assert answer(admin.handler(call("GET /v1/legal-holds"), None))[1]["holds"] == []
    assert erase()[0] == 200


def test_a_hold_of_one_case_hinders_too(settled):
    hold = "POST /v1/cases/{id}/legal-hold"
    for _ in range(2):
        assert ask(hold, settled, {"held": True, "reason": "suit_filed"})[0] == 200
    assert erase()[1]["plan"]["hindrances"][0]["of"] == [f"case:{settled}"]


def test_what_stays_says_why_and_until_when(settled):
    plan = ask("GET /v1/debtors/{id}/erasure", "erp:d1")[1]

    assert plan["hindrances"] == []
    assert {one["section"] for one in plan["stays"]} == {"GDPR art. 17(3)(b)", "GDPR art. 17(3)(e)"}
    assert [one["until"] for one in plan["stays"]] == [
        "2036-12-31",
        "2030-03-02",
        "2027-04-06",
        "2036-03-02",
    ]


def test_after_an_erasure_nothing_personal_is_left_and_the_books_are_the_same(settled, rows):
    case, events = cases()[0], Store(NORDIC).events(settled)
    export()
    assert any(MARK in str(one) for one in rows())

    status, told = erase()

    assert (status, told["erased"]) == (200, {"documents": 2, "payments": 1, "parties": 1})
    assert [one for one in rows() if MARK in str(one)] == []
    assert left_in_bucket() == []
    assert (cases()[0], Store(NORDIC).events(settled)) == (case, events)
    kept = Party.model_validate_json(table.get(keys.party(NORDIC, "erp:d1"))["body"])
    assert (kept.id, kept.country, kept.name, kept.customer_number) == ("erp:d1", "FI", "", None)
    assert erase()[1]["erased"] == {"documents": 0, "payments": 0, "parties": 0}


def test_no_later_pull_brings_the_person_back(settled, rows, capsys):
    erase()

    take(party(), feed="erp")
    take(party(version="2", emails=(f"{MARK}-other@example.test",)), feed="erp")
    see(paid(version="2"))

    assert [one for one in rows() if MARK in str(one)] == []
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert sum(one.get("PersonalValuesDropped", 0) for one in counted) == 3


def test_the_other_debtors_keep_theirs(settled, rows):
    take(party("2"), feed="erp")
    erase()
    assert [one["pk"] for one in rows() if MARK in str(one) and "#PARTY#" in one["pk"]] == [
        keys.party(NORDIC, "erp:d2")["pk"]
    ]


def test_a_debtor_of_another_tenant_is_nobody(settled):
    for route in ("GET /v1/debtors/{id}/erasure", "POST /v1/debtors/{id}/export"):
        assert ask(route, "erp:d1", tenant=TWIN.id)[0] == 404


def run_of(case):
    """The next run of the machine on a case, on rows read afresh."""
    store = Store(NORDIC)
    loaded = store.load(case)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    return step.frame(store, token, loaded, NOW)


def restrict(debtor="erp:d1", *, on=True):
    body = {"restricted": on, "reason": "accuracy_contested"}
    return ask("POST /v1/debtors/{id}/restriction", debtor, body)


def lift(debtor="erp:d1"):
    return restrict(debtor, on=False)


@pytest.fixture
def late(aws):
    """A debtor who would get a first reminder now."""
    connected("erp", fresh_as_of="2026-03-02T08:00:00Z")
    take(party(), feed="erp")
    tell(invoice("1"))
    case = cases()[0].id
    assert isinstance(run_of(case).decision(), Remind)
    return case


def test_nothing_goes_out_to_a_restricted_debtor_until_it_is_lifted(late):
    on_its_way = run_of(late)

    assert restrict() == (200, {"debtor": "erp:d1", "restricted": "2026-03-02"})

    decision = run_of(late).decision()
    assert isinstance(decision, Rest)
    assert (decision.until, decision.why) == (None, "restricted")
    assert decision.because[0].section == "GDPR art. 18"
    assert run_of(late).barrier() == "restricted"
    assert tasks_open() == ["data_restricted"]
    # What had decided before meets the row as it is now.
    with pytest.raises(Conflict):
        on_its_way.store.append(on_its_way.loaded, [_intent()], due_at=NOW)

    assert restrict()[0] == 200
    assert lift() == (200, {"debtor": "erp:d1", "restricted": None})
    assert isinstance(run_of(late).decision(), Remind)
    assert (tasks_open(), run_of(late).loaded.head["due_at"]) == ([], "2026-03-02T09:00:00Z")


def test_a_restriction_goes_with_a_debtor_who_is_merged(late):
    take(party("2"), feed="erp")
    restrict()
    body = {"into": "erp:d2", "reason": "same_person"}
    assert ask("POST /v1/debtors/{id}/merge", "erp:d1", body)[0] == 200
    assert {type(run_of(one.id).decision()) for one in cases() if not one.closed} == {Rest}
    assert lift()[1] == {"debtor": "erp:d2", "restricted": None}


def test_decisions_replay_to_the_same_bytes_after_a_restriction_and_an_erasure(late):
    restrict()
    run = run_of(late)
    run.settle(run.decision())
    lift()
    see(paid())
    run = run_of(late)
    run.settle(run.decision())
    assert erase()[0] == 200

    tally = Tally()
    tally.count(Past(NORDIC), late, Store(NORDIC).events(late))
    assert (tally.decisions, tally.different) == (2, [])


def _intent():
    return ReminderIntended(
        at=NOW, act="a9", step="friendly", claims=("erp:1",), channel="email", tone="friendly",
        language="fi", deadline=date(2026, 3, 17), document="letters/a9.json",
        content_hash="0" * 64,
    )  # fmt: skip
