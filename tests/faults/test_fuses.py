"""The fuses: what is switched off stays in, is recorded once a day, and comes out by itself later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from infra.local import setup
from shared.cloud import keys, table
from tests.faults.books import BEGIN, LONG_DUE, MARKED, Line, paid

pytestmark = pytest.mark.stack


def withheld(machine):
    return [event.why for event in machine.events() if event.kind == "act_withheld"]


def live(machine, days):
    for day in range(1, days + 1):
        machine.live_on(BEGIN + timedelta(days=day))


def set_off(books, machine, monkeypatch, how):
    match how:
        case "nothing was ever switched on":
            key = table._dump(keys.control(machine.tenant))
            machine.admin("dynamodb").delete_item(TableName=table.name(), Key=key)
        case "the creditor's own switch is off":
            books.control(outbound="off")
        case "an unknown word":
            books.control(outbound="maybe")
        case "the stack's parameter is off":
            monkeypatch.setenv("OUTBOUND", "off")
        case "the stack has no parameter":
            monkeypatch.delenv("OUTBOUND")
        case "observe mode":
            books.control(outbound="on", observe=True)
        case "the creditor is stopped":
            books.control(outbound="on", stopped=True)
        case "the hub is stopped":
            table.put({**keys.hub_control(), "stopped": True})
        case "not on the stack's allowlist":
            monkeypatch.setenv("OUTBOUND", "allowlist")
        case "not on the creditor's allowlist":
            books.control(outbound="allowlist", allowlist='["erp:C9"]')
        case "the channel is disabled":
            row = keys.connection(machine.tenant, setup.EMAIL)
            table.update(row, set_={"state": "disabled"})


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("nothing was ever switched on", "outbound_off"),
        ("the creditor's own switch is off", "outbound_off"),
        ("an unknown word", "outbound_off"),
        ("the stack's parameter is off", "outbound_off"),
        ("the stack has no parameter", "outbound_off"),
        ("observe mode", "observe"),
        ("the creditor is stopped", "creditor_stopped"),
        ("the hub is stopped", "hub_stopped"),
        ("not on the stack's allowlist", "not_on_allowlist"),
        ("not on the creditor's allowlist", "not_on_allowlist"),
        ("the channel is disabled", "channel_disabled"),
    ],
)
def test_what_is_switched_off_stays_in_and_is_recorded_once_a_day(
    machine, books, monkeypatch, how, why
):
    books.settle_in()
    books.book(Line())
    set_off(books, machine, monkeypatch, how)
    machine.settle()
    assert withheld(machine) == [why]
    live(machine, 2)
    assert withheld(machine) == [why] * 3
    assert (machine.letters(), machine.tasks()) == ([], [])
    assert machine.case().notices == {}


def test_what_was_kept_in_goes_out_when_the_switch_is_on_again(machine, books):
    books.settle_in()
    books.book(Line())
    books.control(outbound="off")
    machine.settle()
    books.control(outbound="on")
    live(machine, 1)
    assert len(machine.letters()) == 1


@pytest.mark.parametrize("listed", ["erp:C1", f"{MARKED[1]}@post.example"])
def test_the_allowlist_lets_a_debtor_or_an_address_through(machine, books, monkeypatch, listed):
    monkeypatch.setenv("OUTBOUND", "allowlist")
    books.settle_in()
    books.control(outbound="on", allowlist=f'["{listed}"]')
    books.book(Line())
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_switch_thrown_between_decision_and_act_is_seen(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    calls = []

    def second_read():
        calls.append(1)
        books.control(outbound="on", stopped=True)

    machine.wire.after_call["BatchGetItem"] = second_read
    assert machine.execute(start) == "creditor_stopped"
    assert machine.letters() == []


def test_a_claim_due_before_the_start_line_is_a_persons_and_never_a_letter(machine, books):
    books.settle_in(start_line=date(2026, 3, 7))
    books.book(Line(), Line(number="1002", due=date(2026, 3, 7)))
    machine.settle()
    live(machine, 2)
    assert machine.tasks() == ["due_before_start_line"]
    assert list(machine.case().claims) == ["erp:1002"]
    # A later change of it asks nobody again and sends nothing.
    books.book(Line(open="60.00"), Line(number="1002", due=date(2026, 3, 7)))
    machine.settle()
    assert machine.tasks() == ["due_before_start_line"]
    assert [MARKED[0] in one.text for one in machine.letters()] == [True]


def test_a_connection_without_a_start_line_lets_nothing_through(machine, books):
    books.settle_in(start_line=None)
    books.book(Line())
    machine.settle()
    assert machine.tasks() == ["due_before_start_line"]
    assert machine.letters() == []


def test_a_feed_that_went_stale_after_the_claim_sends_nothing(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    machine.pass_time(days=2)
    assert machine.execute(start) == "stale"
    assert machine.letters() == []


@pytest.mark.parametrize("state", ["disabled", "needs_auth", "failing", "degraded"])
def test_a_feed_that_is_not_enabled_sends_nothing(machine, books, state):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    table.update(keys.connection(machine.tenant, setup.ERP), set_={"state": state})
    assert machine.execute(start) == "stale"
    assert machine.letters() == []


def test_a_source_that_can_prove_nothing_sends_nothing_and_closes_its_gate(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    root = f"{machine.tenant.id}/{setup.ERP}/inbox"
    books.s3.put_object(Bucket=machine.bucket, Key=f"{root}/9999.csv", Body=b"login page")
    assert machine.execute(start) == "not_proven"
    assert books.row()["state"] == "failing"
    assert machine.letters() == []


def test_an_invoice_that_the_source_no_longer_knows_goes_to_a_person(machine, books):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    books.state(Line(number="1002", due=BEGIN))
    assert machine.execute(start) == "not_proven"
    machine.settle()
    assert machine.tasks() == ["claim_missing"]
    assert machine.letters() == []


def test_an_invoice_that_the_letter_only_lists_is_proven_as_well(machine, books):
    """The second claim is not ripe yet, and the letter would list it as unpaid."""
    books.settle_in()
    other = {"number": "1002", "due": date(2026, 3, 9)}
    books.book(Line(), Line(**other))
    machine.live_on(date(2026, 3, 17))
    assert len(machine.letters()) == 1
    books.book(Line(), Line(**other), Line(number="1003", due=LONG_DUE))
    machine.pass_time(days=8)
    books.pull()
    machine.lose_messages()
    machine.sweep()
    books.state(Line(), paid(BEGIN, **other), Line(number="1003", due=LONG_DUE))
    assert {machine.execute(start) for start in machine.started()} <= {"not_proven", "rest"}
    assert len(machine.letters()) == 1


@pytest.mark.parametrize("how", ["stopped", "observe", "stack off"])
def test_not_even_a_word_to_the_partner_leaves_a_stopped_hub(
    machine, with_partner, partner, monkeypatch, how
):
    with_partner.hand_over()
    if how == "stack off":
        monkeypatch.setenv("OUTBOUND", "off")
    else:
        with_partner.control(outbound="on", **{how: True})
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    for _ in range(12):
        machine.pass_time(hours=1)
        machine.sweep()
        machine.work()
    assert len(partner.taken) == 1
    monkeypatch.setenv("OUTBOUND", "on")
    with_partner.control(outbound="on", stopped=False, observe=False)
    machine.pass_time(hours=1, minutes=1)
    machine.sweep()
    machine.work()
    assert len(partner.taken) == 2
    assert machine.tasks() == []


def test_money_is_told_to_the_partner_while_the_creditors_own_switch_is_off(
    machine, with_partner, partner
):
    with_partner.hand_over()
    with_partner.control(outbound="off")
    with_partner.book(paid(machine.today(), "40.00", due=LONG_DUE))
    machine.settle()
    assert len(partner.taken) == 2
