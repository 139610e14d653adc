"""What a partner reported and nobody could use: listed with its reason, taken or dismissed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import admin
from shared.cloud import inbox, keys, table, tasks
from shared.cloud.principals import principal_row
from tests.functions.test_process_inbox import ACCEPTED, keep, open_tasks, paid, take, work
from tests.functions.test_remittances import post, remittance, report
from tests.functions.test_remittances import work as work_all
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    answer,
    call,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
)  # fmt: skip

LIST = "GET /v1/partners/{connection}/quarantine"
ONE = f"{LIST}/{{id}}"
TAKE = ONE.replace("GET", "POST") + "/take"
DISMISS = ONE.replace("GET", "POST") + "/dismiss"
BACK = {
    "id": "b1", "type": "case.payment_reversed",
    "data": {
        "payment": "r4", "claim": "erp:1", "principal": {"amount": "40.00", "currency": "EUR"},
        "interest": {"amount": "0.00", "currency": "EUR"},
        "fees": {"amount": "0.00", "currency": "EUR"}, "on": "2026-03-02",
    },
}  # fmt: skip
AGREED = {
    "id": "s1", "type": "case.settlement_agreed",
    "data": {"settlement": "s", "amount": {"amount": "50.00", "currency": "USD"},
             "until": "2026-04-01"},
}  # fmt: skip
STRANGE = {"id": "x1", "type": "case.abducted", "data": {}}


@pytest.fixture
def handed(aws):
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)


@pytest.fixture
def two_people(handed):
    for client in ("anna", "bo"):
        table.put(principal_row(client, role="administrator", tenant="nordic"))
    assert ask("PUT /v1/control", body={"outbound": "on"})[0] == 200


def ask(route, report="k1", who="anna", *, path=None, partner="partner", **rest):
    path = {"connection": partner, "id": report} if path is None else path
    return answer(admin.handler(call(route, client=who, path=path, **rest), None))


def decide(route, report="k1", who="anna", reason="mended", **rest):
    return ask(route, report, who, body={"reason": reason}, **rest)


def listed(partner="partner"):
    return ask(LIST, path={"connection": partner})[1]["reports"]


def test_a_report_is_listed_with_its_reason_until_somebody_decides(handed):
    take(STRANGE)
    take(BACK, "k2")

    assert {(one["id"], one["case"], one["type"], one["fault"]) for one in listed()} == {
        ("k1", CASE, None, "the message is of a type or shape unknown here"),
        ("k2", CASE, "case.payment_reversed",
         "the report takes back a payment that was never reported"),
    }  # fmt: skip
    status, seen = ask(ONE)
    assert (status, seen["state"], json.loads(seen["text"])["id"]) == (200, "quarantined", "x1")
    assert decide(DISMISS)[1]["state"] == "dismissed"
    assert [one["id"] for one in listed()] == ["k2"]
    assert ask(ONE)[1]["state"] == "dismissed"
    assert [one["why"] for one in open_tasks()] == ["partner_report_quarantined"]


def test_what_stood_in_its_way_is_mended_and_the_report_is_booked(handed):
    """The reversal came before its payment: neither is lost, and the claim ends where it was."""
    take(BACK)
    take(paid(interest={"amount": "0.00", "currency": "EUR"}), "k2")
    assert load().claims["erp:1"].open == eur("60.00")

    assert decide(TAKE)[0] == 200
    row = inbox.read(NORDIC, "partner", "k1")
    assert (row["state"], row["due_at"]) == ("received", "2026-03-02T09:00:00Z")
    assert work() == []

    assert load().claims["erp:1"].open == eur("100.00")
    assert (listed(), open_tasks(), ask(ONE)[1]["state"]) == ([], [], "done")


def test_what_is_still_wrong_is_asked_about_anew_each_time(handed):
    take(STRANGE)
    for times in (1, 2):
        assert decide(TAKE)[1]["times_taken"] == times
        assert work() == []
        assert [one["id"] for one in listed()] == ["k1"]
        assert [one["state"] for one in open_tasks()] == ["open"]
    kept, _ = table.query_index("listing", keys.listing(NORDIC, "ANSWERED"), limit=9)
    answered = [tasks.read(NORDIC, one["list_id"]) for one in kept]
    assert [(one["answer"], one["by"]) for one in answered] == [("taken", "anna")] * 2


def test_a_remittance_that_was_refused_by_its_id_is_dismissed_and_never_booked(handed):
    report(paid(interest={"amount": "0.00", "currency": "EUR"}))
    post(remittance())
    work_all()
    post(remittance(value_date="2026-03-03"), "rem-2")
    work_all()

    (one,) = listed()
    assert (one["id"], one["type"], one["case"]) == ("rem-2", "remittance", None)
    assert decide(DISMISS, "rem-2")[1]["state"] == "dismissed"
    assert post(remittance(value_date="2026-03-03"), "rem-2")[0] == 200
    work_all()
    assert listed() == []


@pytest.mark.parametrize(("said", "words"), [
    (BACK, ("case.payment_reversed on case c1a2b3, principal 40.00 EUR, interest 0.00 EUR, "
            "fees 0.00 EUR")),
    (AGREED, "case.settlement_agreed on case c1a2b3, 50.00 USD in full payment"),
])  # fmt: skip
def test_a_report_of_money_is_taken_by_two(two_people, said, words):
    take(said)

    status, body = decide(TAKE)
    assert (status, body["words"]) == (202, f"Read report k1 of partner partner again: {words}.")
    assert inbox.read(NORDIC, "partner", "k1")["state"] == "quarantined"
    no_money = ["approvals:write", "dunning:write"]
    by_bo = {"who": "bo", "path": {"id": body["approval"]}}
    approve = "POST /v1/approvals/{id}/approve"
    assert ask(approve, **by_bo, scopes=no_money)[1]["code"] == "no_scope"

    assert ask(approve, **by_bo)[0] == 200

    row = inbox.read(NORDIC, "partner", "k1")
    assert (row["state"], row["taken"]) == ("received", 1)


def test_a_payment_on_a_case_of_nobody_is_asked_of_two_as_well(two_people):
    keep(paid(), case="no such case")
    work()

    assert "on case no such case" in decide(TAKE)[1]["words"]


def test_an_approval_of_a_report_that_others_decided_about_is_outdated(two_people):
    take(BACK)
    approval = decide(TAKE)[1]["approval"]
    assert decide(DISMISS, who="bo")[0] == 200

    status, body = ask("POST /v1/approvals/{id}/approve", who="bo", path={"id": approval})

    assert (status, body["code"]) == (409, "approval_outdated")


def test_one_person_takes_a_report_of_no_money_and_each_word_is_on_the_trail(two_people, rows):
    again = {**ACCEPTED, "id": "r9", "data": {"partner_case_id": "P-9"}}
    take(ACCEPTED)
    take(again, "k2")

    assert decide(TAKE, "k2")[1]["state"] == "received"
    work("k2")
    assert decide(DISMISS, "k2", "bo", reason="their_mistake")[1]["state"] == "dismissed"

    told = [(one["who"], one["what"], json.loads(one["facts"])["why"])
            for one in rows() if one.get("what", "").startswith("report_")]  # fmt: skip
    assert sorted(told) == [
        ("anna", "report_taken", "mended"), ("bo", "report_dismissed", "their_mistake"),
    ]  # fmt: skip


def test_only_what_is_in_quarantine_is_decided_about_and_once(handed):
    keep(ACCEPTED)
    for route in (ONE, TAKE, DISMISS):
        assert decide(route)[0] == 404
    assert work() == []
    take(STRANGE, "k2")
    assert decide(TAKE, "k2", partner="rival")[0] == 404
    assert decide(DISMISS, "k2")[0] == 200
    for route in (TAKE, DISMISS):
        assert decide(route, "k2")[1]["code"] == "not_quarantined"


def test_a_question_that_was_answered_before_stays_as_it_was(handed):
    take(STRANGE)
    (task,) = open_tasks()
    name = keys.id_of(task["pk"])
    assert ask("POST /v1/tasks/{id}/answer", path={"id": name}, body={"answer": "leave"})[0] == 200

    assert decide(DISMISS)[0] == 200

    assert tasks.read(NORDIC, name)["answer"] == "leave"


def test_words_that_are_no_longer_kept_can_be_dismissed_alone(handed, lived_on):
    take(STRANGE)
    lived_on()

    assert ask(ONE)[1]["text"] is None
    assert decide(TAKE)[1]["code"] == "report_gone"
    assert decide(DISMISS)[1]["state"] == "dismissed"


@pytest.fixture
def lived_on():
    """Retention has taken the bytes of the report ``k1``."""

    def gone():
        key = keys.inbox(NORDIC, "partner", "k1")
        table.update(key, set_={"over": str(NOW.date() + timedelta(400))}, remove=("body",))

    return gone
