"""A touch that is killed anywhere leaves at most one effect, and an outcome or a person's task.

The process dies before every call and after every commit; then the machinery runs on by itself.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.cloud.store import Store
from shared.domain.events import Held
from tests.faults.books import BEGIN, FIRM_FIRST, LONG_DUE, Line
from tests.functions.world import eur

pytestmark = pytest.mark.stack


def boundaries(calls):
    """Before every call, and after every commit: between two calls nothing else can be seen."""
    before = [("before", number) for number in range(len(calls))]
    after = [("after", number) for number, call in enumerate(calls) if "Transact" in call]
    return [*before, *after]


def deaths(machine, before_death=lambda: None):
    """Lives the next execution once for each place at which it may die, and once whole."""
    saved = machine.save()
    machine.sweep()
    (start,) = machine.started()
    machine.wire.watch()
    assert machine.execute(start) == "sent"
    calls = list(machine.wire.calls)
    for boundary in boundaries(calls):
        machine.restore(saved)
        machine.sweep()
        (start,) = machine.started()
        machine.wire.watch()
        machine.wire.kill = boundary
        before_death()
        assert machine.survived(lambda start=start: machine.execute(start)) is None
        machine.wire.kill = None
        yield boundary, calls[boundary[1]]
    machine.restore(saved)


def kill_after_sending(machine):
    """The next reminder is accepted by the provider, and its sender dies before it can say so."""
    machine.sweep()
    (start,) = machine.started()
    machine.wire.watch()
    machine.wire.after_call["SendEmail"] = machine.die
    assert machine.survived(lambda: machine.execute(start)) is None


def test_a_friendly_reminder_killed_anywhere_is_sent_once_at_most(machine, books):
    books.settle_in()
    books.book(Line())
    ends = set()
    for boundary, call in deaths(machine):
        before = len(machine.letters())
        sent = "SendEmail" in machine.wire.calls
        intended = "reminder_intended" in machine.kinds()
        machine.settle()
        machine.live_on(BEGIN + timedelta(days=2))
        made = len(machine.letters()) - before
        state = machine.notice("friendly").state
        ends.add((intended, state))
        # What was intended is not repeated; what was not intended yet simply happens.
        assert made == (0 if intended else 1), (boundary, call)
        assert intended or not sent
        assert machine.tasks() == []
    assert ends == {(False, "sent"), (True, "passed"), (True, "sent")}


def test_a_reminder_of_unknown_fate_is_settled_by_the_providers_own_event(machine, books):
    books.settle_in()
    books.book(Line())
    kill_after_sending(machine)
    assert machine.notice("friendly").state == "intended"
    machine.settle()
    assert machine.notice("friendly").state == "unknown"
    assert machine.provider_says("sent") == "act_sent"
    assert machine.provider_says("delivered") == "act_delivered"
    assert machine.provider_says("delivered") == "nothing"
    machine.live_on(BEGIN + timedelta(days=2))
    assert (machine.notice("friendly").state, len(machine.letters())) == ("sent", 1)
    assert machine.kinds().count("act_sent") == 1
    assert machine.tasks() == []


def test_a_friendly_reminder_that_nobody_hears_of_is_let_be_after_a_day(machine, books):
    books.settle_in()
    books.book(Line())
    kill_after_sending(machine)
    machine.settle()
    machine.live_on(BEGIN + timedelta(days=1))
    machine.pass_time(minutes=30)
    machine.settle()
    assert machine.notice("friendly").state == "passed"
    assert (len(machine.letters()), machine.tasks()) == (1, [])


def test_a_reminder_with_a_fee_that_nobody_hears_of_goes_to_a_person(machine, books):
    books.settle_in(FIRM_FIRST)
    books.book(Line(due=LONG_DUE))
    kill_after_sending(machine)
    machine.settle()
    machine.live_on(BEGIN + timedelta(days=4))
    case = machine.case()
    assert machine.notice("firm").fee
    assert (machine.notice("firm").state, machine.tasks()) == ("unknown", ["unknown_outcome"])
    assert (case.fees_of("erp:1001"), len(machine.letters())) == (eur("0.00"), 1)
    machine.answer("sent")
    machine.settle()
    assert machine.case().fees_of("erp:1001") == machine.notice("firm").fee
    assert len(machine.letters()) == 1


def test_a_fee_counts_once_and_only_from_the_sending(machine, books):
    books.settle_in(FIRM_FIRST)
    books.book(Line(due=LONG_DUE))
    fees = []
    machine.sweep()
    (start,) = machine.started()
    machine.wire.after_call["SendEmail"] = lambda: fees.append(machine.case().fees_of("erp:1001"))
    assert machine.execute(start) == "sent"
    assert fees == [eur("0.00")]
    fee = machine.case().fees_of("erp:1001")
    assert fee == eur("5.00")
    machine.provider_says("sent")
    machine.provider_says("sent")
    assert machine.case().fees_of("erp:1001") == fee


@pytest.mark.parametrize("faster", ["the provider's event", "somebody else's append"])
def test_an_outcome_is_written_once_whoever_writes_meanwhile(machine, books, faster):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()

    def meanwhile():
        if faster == "the provider's event":
            assert machine.provider_says("sent") == "act_sent"
        else:
            store, (case,) = Store(machine.tenant), machine.cases()
            held = Held(at=machine.now(), hold="h1", reason="dispute")
            store.append(store.load(case), [held], due_at=machine.now())

    machine.wire.after_call["SendEmail"] = meanwhile
    assert machine.execute(start) == "sent"
    assert machine.kinds().count("act_sent") == 1
    assert machine.notice("friendly").state == "sent"
    machine.settle()
    assert len(machine.letters()) == 1


def test_an_outbox_message_that_comes_twice_does_not_pass_for_a_day(machine, books):
    books.settle_in()
    books.book(Line())
    kill_after_sending(machine)
    machine.pass_time(minutes=16)
    machine.sweep()
    (message,) = machine.messages("outbox")
    for _ in range(3):
        machine.hand("outbox", message)
    assert machine.notice("friendly").state == "unknown"


def test_a_hand_over_killed_anywhere_reaches_the_partner_once(machine, with_partner, partner):
    with_partner.book(Line(due=LONG_DUE))
    with_partner.until_hand_over()
    for boundary, call in deaths(machine, partner.forget):
        machine.settle()
        machine.live_on(machine.today() + timedelta(days=2))
        assert len(partner.taken) == 1, (boundary, call)
        assert set(partner.keys()) == partner.taken.keys()
        state = machine.notice("partner").state
        assert (state, machine.case().partner_state) == ("sent", "submitted"), (boundary, call)
        assert machine.tasks() == []
        assert machine.case().claims["erp:1001"].with_partner


def test_a_webhook_id_names_one_announcement_however_often_it_goes(machine, with_partner, partner):
    with_partner.book(Line(due=LONG_DUE))
    with_partner.until_hand_over()
    partner.modes = ["silence", "silence", "take"]
    machine.settle()
    machine.live_on(machine.today() + timedelta(days=1))
    (key,) = set(partner.keys())
    first, *rest = [json.dumps(message["data"], sort_keys=True) for _, message in partner.seen]
    assert len(rest) == 2
    assert set(rest) == {first}
    assert machine.notice("partner").act == key
    assert machine.notice("partner").state == "sent"
