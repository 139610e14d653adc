"""The reports of a month through the API: page, CSV, deviations and punctuality."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest

from functions import admin, foresee
from functions.api import reports
from shared.cloud import clock, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.events import ActSent, PaymentAllocated
from shared.domain.model import Invoice
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    REMINDER,
    TWIN,
    answer,
    append,
    call,
    eur,
    open_case,
    remind,
)  # fmt: skip


def get(name, month, **more):
    event = call(f"GET /v1/reports/{name}", query={"month": month}, **more)
    return answer(admin.handler(event, None))


def page(month, **more):
    event = call("GET /v1/reports/month/{month}", path={"month": month}, **more)
    return admin.handler(event, None)


def know(name, total="100.00", left="100.00"):
    """An invoice as the books state it, listed like every other."""
    fact = Invoice(id=name, version="1", number=name, debtor="erp:d1", issued=date(2026, 3, 1),
                   due=date(2026, 4, 1), total=eur(total), open=eur(left))  # fmt: skip
    listed = {"list_in": keys.listing(NORDIC, "INV"), "list_id": name}
    table.put({**keys.invoice(NORDIC, name), "body": fact.model_dump_json(), **listed})


@pytest.fixture
def march(aws):
    """A case of 200.00 with a reminder and 50.00 paid, and an invoice beside it, not due."""
    open_case(NORDIC)
    remind(NORDIC)
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=date(2026, 3, 2)))
    on = date(2026, 3, 5)
    append(NORDIC, CASE, PaymentAllocated(at=NOW, payment="p1", claim="erp:1", amount=eur("50.00"),
                                          value_date=on, received=on, booked=on))  # fmt: skip
    know("erp:1")
    know("erp:3", "80.00", "30.00")


def test_a_months_csv_counts_cases_and_invoices_without_one_once(march, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=29))
    answered = page("2026-03.csv")
    rows = {(one[0], one[1]): one[2] for one in csv.reader(io.StringIO(answered["body"]))}

    assert answered["headers"]["content-type"] == "text/csv; charset=utf-8"
    assert rows["Ageing", "Together"] == "180.00"
    assert rows["Ageing", "Not due"] == "30.00"
    assert rows["Collected after", "friendly"] == "50.00"
    assert rows["Contacts", "Reminders sent"] == "1"
    assert "as_of" not in answered["body"]


def test_a_month_that_still_runs_is_told_up_to_today_and_says_so(march, monkeypatch):
    know("erp:4", "70.00", "70.00")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=29, hours=11, minutes=59))
    before = list(csv.reader(io.StringIO(page("2026-03.csv")["body"])))
    assert before[1][:3] == ["Ageing", "Not due", "100.00"]  # 31 March, the month's last day
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=2))

    heads, first, *rows = csv.reader(io.StringIO(page("2026-03.csv")["body"]))

    assert heads[0] == "section"
    assert first[:4] == ["Period", "as_of", "2026-03-04", "day"]
    # The 50.00 of the 5th are still open.
    assert next(one[2] for one in rows if one[1] == "Together") == "300.00"
    assert "receivables in 2026-03 up to 2026-03-04" in page("2026-03")["body"]


def test_a_month_to_come_has_no_figures(march):
    assert json.loads(page("2026-04.csv")["body"])["code"] == "month_to_come"
    assert page("2026-03")["statusCode"] == 200


def test_a_reopened_claim_counts_in_its_latest_case_alone(march):
    open_case(NORDIC, "c9", claims=("erp:1",))
    row = table.get(keys.invoice(NORDIC, "erp:1"))
    table.put({**row, "case_id": "c9"})

    rows = list(csv.reader(io.StringIO(page("2026-03.csv")["body"])))

    assert next(one[2] for one in rows if one[1] == "Together") == "230.00"


def reminded_on(day):
    """A case whose decided reminder, possible from 23 January on, went out on a day."""
    table.put({**keys.connection(NORDIC, "erp"), "fresh_as_of": "2026-03-02T08:00:00Z"})
    open_case(NORDIC)
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], 0, 0)
    run = step.frame(store, token, loaded, NOW)
    run.append([run.decided(run.decision())], due_at=NOW)
    remind(NORDIC)
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=day))


def test_steps_are_measured_against_the_inputs_that_their_decisions_name(aws):
    reminded_on(date(2026, 3, 2))

    body = get("punctuality", "2026-03")[1]

    assert (body["acts"], body["score"], body["causes"]) == (1, "0.0", {"joined": 1})
    assert body["late"][0]["planned"] == "2026-01-23"


def test_a_month_is_a_page_of_its_own_tenant(march):
    assert "Nordic Oy: receivables in 2026-03" in page("2026-03")["body"]
    table.put({**keys.creditor(TWIN), **_profile()})
    assert "No invoices and no cases." in page("2026-03", tenant=TWIN.id)["body"]


def _profile():
    return {"body": table.get(keys.creditor(NORDIC))["body"]}


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "march", "2026-03.xls", "9999-12", ""])
def test_a_month_is_written_in_one_way(march, month):
    assert json.loads(page(month)["body"])["code"] == "bad_month"
    assert get("deviations", month)[1]["code"] == "bad_month"
    assert get("punctuality", month)[1]["code"] == "bad_month"


def test_a_hold_stands_among_the_deviations_with_who_made_it(march):
    body = {"reason": "person"}
    held = call("POST /v1/cases/{id}/hold", path={"id": CASE}, body=body, client="anna")
    assert admin.handler(held, None)["statusCode"] == 201

    status, found = get("deviations", "2026-03")

    assert (status, found["by_kind"]) == (200, {"hold": 1})
    (one,) = found["deviations"]
    assert (one["by"], one["why"], one["step"]) == ("anna", "person", "friendly")
    assert get("deviations", "2026-02")[1]["deviations"] == []


def test_a_month_without_acts_has_no_score(aws):
    assert get("punctuality", "2026-03")[1]["score"] is None


def test_a_month_that_one_call_is_too_short_for_is_made_by_the_queue_once(
    march, queued, monkeypatch
):
    at_once = page("2026-03.csv")["body"]
    monkeypatch.setattr(reports, "_AT_ONCE", 2)

    first, second = page("2026-03"), page("2026-03.csv")

    assert (first["statusCode"], second["statusCode"]) == (202, 202)
    assert first["headers"]["retry-after"] == "60"
    (wanted,) = queued("preview")
    event = {"Records": [{"messageId": "m", "body": json.dumps(wanted)}]}
    assert foresee.handler(event, None) == {"batchItemFailures": []}
    assert page("2026-03.csv")["body"] == at_once
    assert "Nordic Oy: receivables in 2026-03" in page("2026-03")["body"]
    assert page("2026-02")["statusCode"] == 202


def test_discipline_that_one_call_is_too_short_for_is_made_by_the_queue_once(
    aws, queued, monkeypatch
):
    reminded_on(date(2026, 3, 2))
    at_once = get("discipline", "2026-03")
    monkeypatch.setattr(reports, "_AT_ONCE", 0)

    asked = [get(name, "2026-03") for name in ("discipline", "deviations", "punctuality")]

    assert asked == [(202, {"month": "2026-03", "state": "working"})] * 3
    (wanted,) = queued("preview")
    event = {"Records": [{"messageId": "m", "body": json.dumps(wanted)}]}
    assert foresee.handler(event, None) == {"batchItemFailures": []}
    assert get("discipline", "2026-03") == at_once
    assert at_once[1]["late"] == get("punctuality", "2026-03")[1]["late"] != []
    assert get("deviations", "2026-03")[1].keys() == {"month", "by_kind", "deviations"}
    assert get("discipline", "2026-02")[0] == 202


def test_discipline_reads_each_case_once(march, monkeypatch):
    read, events = [], Store.events

    def counted(store, case):
        read.append(case)
        return events(store, case)

    monkeypatch.setattr(Store, "events", counted)
    assert get("discipline", "2026-03")[0] == 200
    assert read == [CASE]


def test_a_report_that_was_lost_on_its_way_is_started_again(march, queued, monkeypatch):
    monkeypatch.setattr(reports, "_AT_ONCE", 2)
    page("2026-03")
    assert len(queued("preview")) == 1
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=21))
    page("2026-03")
    assert len(queued("preview")) == 1
