"""A remittance: taken once, to the cent, told to its cases, and known again on the bank."""

from __future__ import annotations

import json
from datetime import date

import pytest

from connectors.contract import Receipt
from functions import admin, process_inbox, receive_partner, telling
from shared.cloud import hub_keys, inbox, keys, outbox, remittance_rows, table, tasks
from shared.cloud.store import Store
from shared.domain.events import PaymentAllocated
from shared.domain.partner_events import PartnerRemitted
from shared.errors import Retry
from tests.functions.money import connected, invoice, payment, see, sighting, tasks_open, tell
from tests.functions.test_process_inbox import paid
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    answer,
    append,
    call,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
)  # fmt: skip

ROUTE = "POST /v1/partner/remittances"


def money(amount):
    return {"amount": amount, "currency": "EUR"}


def line(category, amount, **of):
    of = {"case_id": CASE, "claim": "erp:1"} | of
    return {"category": category, "amount": money(amount), **of}


def remittance(total="32.00", *lines, **of):
    lines = lines or (
        line("principal", "40.00"), line("commission", "-6.45", claim=None),
        line("vat", "-1.55", claim=None),
    )  # fmt: skip
    fields = {
        "id": "R-7", "currency": "EUR", "value_date": "2026-03-02",
        "bank_reference": "RF18539007547034", "total": money(total), "lines": list(lines),
    }  # fmt: skip
    return fields | of


def post(body, key="rem-1", connection="partner"):
    event = call(
        ROUTE, role="partner", connection=connection, body=body, headers={"idempotency-key": key}
    )
    return answer(receive_partner.handler(event, None))


def work():
    """Everything in the inbox, as the queue and the sweep would have it done."""
    for _ in range(5):
        rows = table.client().scan(TableName=table.name())["Items"]
        waiting = [
            row["pk"]["S"].split("#")[3:]
            for row in rows
            if row["sk"]["S"] == "RAW" and row["state"]["S"] == "received"
        ]
        for source, event in waiting:
            body = json.dumps({"tenant": "nordic", "source": source, "event": event})
            record = {"messageId": "m", "body": body}
            assert process_inbox.handler({"Records": [record]}, None)["batchItemFailures"] == []


def report(message, key="p1"):
    body = json.dumps({"timestamp": "2026-03-02T08:59:00Z"} | message).encode()
    inbox.receive(NORDIC, "partner", key, case=CASE, body=body, now=NOW)
    work()


def booked():
    return [one for one in Store(NORDIC).events(CASE) if isinstance(one, PartnerRemitted)]


def listed():
    event = call("GET /v1/partners/{connection}/remittances", path={"connection": "partner"})
    return answer(admin.handler(event, None))[1]["remittances"]


@pytest.fixture
def handed(aws):
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)
    report(paid(interest=money("0.00")))


def test_a_remittance_is_told_to_its_case_and_listed_by_category(handed):
    status, body = post(remittance())
    assert (status, body["state"]) == (202, "received")
    work()

    (event,) = booked()
    assert [(one.category, one.amount) for one in event.lines] == [("principal", eur("40.00"))]
    (found,) = listed()
    assert found["categories"] == {
        "commission": money("-6.45"), "principal": money("40.00"), "vat": money("-1.55"),
    }  # fmt: skip
    assert (found["state"], found["differences"], tasks_open()) == ("expected", [], [])


def test_a_remittance_twice_is_booked_once_whatever_its_key(handed):
    assert [post(remittance())[0], post(remittance())[0]] == [202, 200]
    work()
    assert post(remittance())[0] == 200
    assert post(remittance(), "rem-2")[0] == 202
    work()

    assert (len(booked()), len(listed()), tasks_open()) == (1, 1, [])


def test_a_key_is_used_for_one_remittance_and_an_id_too(handed):
    post(remittance())
    work()

    assert post(remittance(value_date="2026-03-03"))[1]["code"] == "key_reused"
    assert post(remittance(value_date="2026-03-03"), "rem-2")[0] == 202
    work()
    assert (len(booked()), tasks_open()) == (1, ["partner_report_quarantined"])


def test_off_by_a_cent_is_refused_with_the_line(handed):
    wrong = line("principal", "40.01")
    status, body = post(remittance("32.00", wrong, line("commission", "-8.00", claim=None)))

    assert (status, body["code"]) == (422, "AMOUNT_INCONSISTENT")
    assert [one["path"] for one in body["fields"]] == ["total", "lines.0.amount"]
    assert table.get(keys.inbox(NORDIC, "partner", "rem-1")) is None


def test_cases_and_claims_of_others_are_refused_with_their_line(handed):
    lines = (line("principal", "1.00", claim="erp:2"), line("principal", "1.00", case_id="c9"))

    status, body = post(remittance("2.00", *lines))

    assert (status, body["code"]) == (422, "unknown_case")
    assert [one["path"] for one in body["fields"]] == ["lines.0.claim", "lines.1.case_id"]
    assert post(remittance(), connection="rival")[1]["code"] == "unknown_case"


def many_cases():
    """A month's payout: the one case that this partner has, and sixty that it has not."""
    strange = [line("principal", "1.00", case_id=f"c{number}") for number in range(60)]
    return remittance("100.00", line("principal", "40.00"), *strange)


def test_a_remittance_of_many_cases_is_answered_at_once_and_looked_at_when_it_is_booked(
    handed, monkeypatch
):
    with monkeypatch.context() as one:
        one.setattr(Store, "events", None)
        assert post(many_cases())[0] == 202
    work()

    (event,) = booked()
    assert [(one.category, one.amount) for one in event.lines] == [("principal", eur("40.00"))]
    assert tasks_open() == ["remittance_differs"]
    assert len(listed()[0]["differences"]) == 60


def test_a_remittance_that_was_told_to_some_of_its_cases_goes_on_where_it_stopped(
    handed, monkeypatch
):
    receive, kept, most = inbox.receive, [], [20]

    def some(*said, **of):
        if len(kept) == most[0]:
            raise Retry("the table is busy")
        kept.append(said[2])
        return receive(*said, **of)

    post(many_cases())
    work_once()
    monkeypatch.setattr(inbox, "receive", some)
    work_once()
    assert len(kept) == 20
    first, kept[:], most[0] = set(kept), [], 61
    work_once()

    assert (len(kept), first & set(kept)) == (41, set())


def test_a_line_that_no_report_explains_is_looked_at_again_and_then_asked_about(handed):
    post(remittance("50.00", line("principal", "50.00")))
    work_once()
    assert (booked(), tasks_open()) == ([], [])
    assert table.get(keys.inbox(NORDIC, "partner", "rem-1"))["due_at"] == "2026-03-02T09:10:00Z"

    work()

    assert tasks_open() == ["remittance_differs"]
    (found,) = listed()
    assert [(one["line"], one["held"]) for one in found["differences"]] == [(0, money("40.00"))]


def test_a_remittance_as_long_as_one_may_be_is_booked_and_read_back(handed):
    lines = [{"category": "commission", "amount": money("-0.01")}] * 2_200
    lines += [line("principal", f"0.{one % 89 + 10}") for one in range(500)]
    cents = sum(int(one["amount"]["amount"].replace(".", "")) for one in lines)
    body = remittance(f"{cents // 100}.{cents % 100:02d}", *lines)
    assert post(body)[0] == 202
    work()

    row = remittance_rows.read(NORDIC, "partner", "R-7")
    kept, apart = remittance_rows.of(row), remittance_rows.differences_of(row)
    assert len(kept.lines) == 2_700
    # More than a row may hold, but for the packing.
    assert len(kept.model_dump_json()) + len(json.dumps(apart)) > 400 * 1024
    assert sum(len(str(value)) for value in row.values()) < 100_000
    assert listed()[0]["differences"] == apart


def work_once():
    body = json.dumps({"tenant": "nordic", "source": "partner", "event": "rem-1"})
    process_inbox.handler({"Records": [{"messageId": "m", "body": body}]}, None)


def transfer(name="1", amount="32.00", **of):
    of = {"references": ("RF18 5390 0754 7034",), "value_date": date(2026, 3, 3)} | of
    return sighting(name, amount, booked=date(2026, 3, 3), **of)


@pytest.mark.parametrize("bank_first", [True, False])
def test_its_bank_line_is_nobodys_payment_whichever_comes_first(handed, bank_first):
    connected("erp")
    connected("bank")
    # An open claim of the very amount: the money is not for it.
    tell(invoice("2", "32.00"))
    if bank_first:
        see(transfer())
        assert tasks_open() == ["payment_ambiguous"]
    post(remittance())
    work()
    see(transfer()) if not bank_first else see()

    known = payment()
    assert (known.status, known.lines, known.resolution.rule) == ("matched", (), "remittance")
    assert tasks_open() == []
    (found,) = listed()
    assert (found["state"], found["payment"]) == ("arrived", "bank:1")
    # A second transfer like it is not the same remittance.
    see(transfer("2"))
    assert payment("2").resolution.rule != "remittance"


def test_the_days_money_comes_right_with_a_remittance_in_it(handed):
    connected("bank")
    post(remittance())
    work()
    see(transfer())
    event = call("GET /v1/reports/reconciliation", query={"day": "2026-03-03"})

    (sums,) = answer(admin.handler(event, None))[1]["sources"]

    assert (sums["payouts"], sums["difference"]) == (money("32.00"), money("0.00"))


def test_a_remittance_keeps_its_claims_open_principal_as_it_is(handed):
    before = load().claims["erp:1"].open
    post(remittance())
    work()

    assert load().claims["erp:1"].open == before == eur("60.00")
    assert remittance_rows.read(NORDIC, "partner", "R-7")["state"] == "expected"


def confirmed():
    rows, _ = table.query_index("listing", keys.listing(NORDIC, "OUT/partner"), limit=50)
    acts = [outbox.read(NORDIC, one["list_id"]) for one in rows]
    return [
        json.loads(one["message"]) for one in acts if outbox.type_of(one) == "settlement.confirmed"
    ]


def test_a_remittance_that_arrives_is_confirmed_once_for_each_case(handed):
    connected("bank")
    post(remittance())
    work()
    assert confirmed() == []

    see(transfer())
    see(transfer())

    (message,) = confirmed()
    assert message["case_id"] == CASE
    assert {"remittance": "R-7", "claims": ["erp:1"], "date": "2026-03-03"}.items() <= message[
        "data"
    ].items()


@pytest.mark.parametrize("theirs", [True, False])
def test_money_from_a_partners_account_is_no_debtors_by_its_amount(handed, theirs):
    connected("erp")
    connected("bank")
    body = {"contract": {"state": "pending"}, "accounts": ["FI5810171000000122"] if theirs else []}
    path = {"connection": "partner"}
    put = call("PUT /v1/partners/{connection}/terms", path=path, body=body)
    assert answer(admin.handler(put, None))[0] == 200
    tell(invoice("2", "32.00"))

    payer = {"name": "Agency Oy", "account": "FI5810171000000122"}
    see(transfer("7", payer=payer))

    assert (payment("7").resolution.rule == "partner") is theirs
    assert (payment("7").resolution.proposals == ()) is theirs
    assert tasks_open() == (["payment_unapplied"] if theirs else ["payment_ambiguous"])


def test_a_partners_money_becomes_its_remittance_once_that_is_announced(handed):
    connected("bank")
    path, body = {"connection": "partner"}, {"accounts": ["FI5810171000000122"]}
    put = call("PUT /v1/partners/{connection}/terms", path=path, body=body)
    assert answer(admin.handler(put, None))[0] == 200
    see(transfer(payer={"account": "FI5810171000000122"}))
    assert tasks_open() == ["payment_unapplied"]

    post(remittance())
    work()
    see()

    assert (payment().resolution.rule, tasks_open()) == ("remittance", [])


class Listening:
    """A partner that takes every message and keeps it."""

    def __init__(self):
        self.heard = []

    def tell(self, message, *, key, now):
        self.heard.append((message.type, message.data.get("amount")))
        return Receipt(outcome="accepted")


@pytest.mark.parametrize(("amount", "told"), [("32.00", False), ("31.00", True)])
def test_a_payment_as_large_as_a_remittance_is_not_echoed_on_another_case(
    handed, monkeypatch, amount, told
):
    """The money of two cases in one sum, which somebody booked on one invoice of a third."""
    partner = Listening()
    monkeypatch.setenv("OUTBOUND", "on")
    monkeypatch.setattr(telling, "connect", lambda *_: partner)
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    table.put({**hub_keys.control(), "outbound": "on"})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    post(remittance())
    work()
    open_case(NORDIC, "c2d3e4", ("erp:3",))
    hand_over(NORDIC, "c2d3e4", "h2", claims=("erp:3",))
    append(
        NORDIC, "c2d3e4",
        PaymentAllocated(
            at=NOW, payment="erp:x", claim="erp:3", amount=eur(amount),
            value_date=date(2026, 3, 4), received=date(2026, 3, 4), booked=date(2026, 3, 4),
        ),
    )  # fmt: skip
    act = outbox.first_in_line(NORDIC, "c2d3e4", "partner")

    telling.tell(NORDIC, act, outbox.read(NORDIC, act))

    assert partner.heard == ([("payment.direct", amount)] if told else [])
    assert tasks_open() == ([] if told else ["partner_not_told"])
    if not told:
        (task,) = tasks.in_order(NORDIC, None, 9)[0]
        facts = {"connection": "partner", "message": "payment.direct", "code": "may_be_own_money"}
        assert json.loads(task[1]["body"])[0]["facts"] == facts
    row = outbox.read(NORDIC, act)
    assert row["code"] == ("accepted" if told else "may_be_own_money")
    if not told:
        table.transact(outbox.again(NORDIC, act, row, outbox.last_place(NORDIC, row)))
        telling.tell(NORDIC, act, outbox.read(NORDIC, act))
        assert partner.heard == [("payment.direct", amount)]
