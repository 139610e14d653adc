"""The fuses: what is switched off stays in, and is recorded once a day."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from infra.local import setup
from shared.cloud import hub_keys, keys, table
from tests.faults.books import BEGIN, LONG_DUE, MARKED, Line, paid

pytestmark = pytest.mark.stack


def withheld(machine):
    return [event.why for event in machine.events() if event.kind == "act_withheld"]


def live(machine, days):
    for day in range(1, days + 1):
        machine.live_on(BEGIN + timedelta(days=day))


def set_off(books, machine, monkeypatch, how):
    """Throw one switch."""
    hub, creditor = hub_keys.control(), keys.control(machine.tenant)
    channel = keys.connection(machine.tenant, setup.EMAIL)
    {
        "nothing was ever switched on": lambda: machine.delete(creditor),
        "the creditor's own switch is off": lambda: books.control(outbound="off"),
        "an unknown word": lambda: books.control(outbound="maybe"),
        "the stack's parameter is off": lambda: monkeypatch.setenv("OUTBOUND", "off"),
        "the stack has no parameter": lambda: monkeypatch.delenv("OUTBOUND"),
        "observe mode": lambda: books.control(outbound="on", observe=True),
        "the creditor is stopped": lambda: books.control(outbound="on", stopped=True),
        "the hub is stopped": lambda: table.put({**hub, "stopped": True}),
        "not on the stack's allowlist": lambda: monkeypatch.setenv("OUTBOUND", "allowlist"),
        "not on the creditor's allowlist": lambda: books.control(
            outbound="allowlist", allowlist='["erp:C9"]'
        ),
        "the channel is disabled": lambda: table.update(channel, set_={"state": "disabled"}),
    }[how]()


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
    (task,) = [row for row in machine.rows() if row["sk"] == "TASK"]
    assert json.loads(task["body"])[0]["facts"]["due"] == Line().due.isoformat()
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


def test_what_came_back_goes_to_that_address_again_only_when_a_person_says_so(machine, books):
    books.settle_in()
    books.book(Line())
    machine.settle()
    assert machine.provider_says("bounced") == "notice_returned"
    live(machine, 2)
    assert (len(machine.letters()), machine.tasks()) == (1, ["returned"])
    machine.answer("continue")
    machine.settle()
    assert (len(machine.letters()), machine.tasks()) == (2, [])


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
