"""A partner's secret that is missing or refused stops what goes to it, and loses none of it."""

from __future__ import annotations

from collections import Counter
from datetime import date

from connectors.contract import Receipt
from functions import deliver, telling
from infra.local.bench import handing
from shared.cloud import clock, connections, hub_keys, keys, outbox, table
from shared.domain.events import Held, PaymentAllocated
from shared.errors import Reconnect
from tests.functions.test_deliver import look, unknown  # noqa: F401 - a fixture
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    append,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
)  # fmt: skip


def paid():
    """Money that a bank showed as the debtor's."""
    day = date(2026, 3, 2)
    return PaymentAllocated(
        at=NOW, payment="bank:1", claim="erp:1", amount=eur("10.00"), value_date=day,
        received=day, booked=day,
    )  # fmt: skip


class Locked:
    """A partner that refuses our login until somebody mends it."""

    def __init__(self):
        self.refuses, self.took = True, []

    def _answer(self, what):
        if self.refuses:
            raise Reconnect("the partner refused the key")
        self.took.append(what)
        return Receipt(outcome="accepted", reference="P-1")

    def tell(self, message, *, key, now):
        return self._answer(message.type)

    def submit(self, case, *, key, now, file):
        return self._answer("case.submitted")

    def find(self, case, *, claims, now):
        return self._answer("find")


def state():
    return table.get(keys.connection(NORDIC, "partner"))["state"]


def mend(partner):
    """A person stores a secret that works and enables the connection."""
    partner.refuses = False
    row = table.get(keys.connection(NORDIC, "partner"))
    table.transact([connections.enabled(row, NOW)])


def test_a_message_waits_for_the_secret_and_then_goes_under_its_key(aws, monkeypatch):
    partner = Locked()
    monkeypatch.setenv("OUTBOUND", "on")
    monkeypatch.setattr(telling, "connect", lambda *_: partner)
    know_counterparts(NORDIC)
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    table.put({**hub_keys.control(), "outbound": "on"})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    open_case(NORDIC)
    hand_over(NORDIC)
    append(NORDIC, CASE, Held(at=NOW, hold="h", reason="person"))
    act = outbox.first_in_line(NORDIC, CASE, "partner")

    telling.tell(NORDIC, act, outbox.read(NORDIC, act))
    tried = outbox.read(NORDIC, act)
    telling.tell(NORDIC, act, tried)
    waits = outbox.read(NORDIC, act)

    assert (state(), partner.took, waits["state"]) == ("needs_auth", [], "intended")
    # While the connection is a person's, nothing is tried and no attempt is used up.
    assert waits["attempt"] < tried["attempt"] or waits["attempt"] == 0
    mend(partner)
    telling.tell(NORDIC, act, waits)
    assert (partner.took, outbox.read(NORDIC, act)["state"]) == (["case.held"], "sent")


def test_a_hand_over_of_unknown_fate_waits_for_the_secret_and_is_asked_after(
    unknown, monkeypatch  # noqa: F811
):  # fmt: skip
    partner = Locked()
    unknown(None)
    monkeypatch.setattr(deliver, "connect", lambda *_: partner)

    look()
    look()

    assert (state(), load().notices[HAND_OVER].state) == ("needs_auth", "unknown")
    mend(partner)
    assert look()["state"] == "sent"
    assert (partner.took, load().notices[HAND_OVER].reference) == (["find"], "P-1")


def test_a_notice_of_a_payment_is_due_at_once_and_costs_few_calls(aws, monkeypatch):
    """The payment's own transaction makes it due; each minute's sweep finds what no queue took."""
    partner, calls = Locked(), []
    partner.refuses = False
    monkeypatch.setenv("OUTBOUND", "on")
    monkeypatch.setattr(telling, "connect", lambda *_: partner)
    know_counterparts(NORDIC)
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    table.put({**hub_keys.control(), "outbound": "on"})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    open_case(NORDIC)
    hand_over(NORDIC)
    append(NORDIC, CASE, paid())
    act = outbox.first_in_line(NORDIC, CASE, "partner")
    row = outbox.read(NORDIC, act)
    assert row["due_at"] == row["made_at"] == clock.stamp(NOW)
    events = table.client().meta.events
    events.register("provide-client-params.dynamodb", lambda model, **_: calls.append(model.name))

    telling.tell(NORDIC, act, row)

    assert partner.took == ["payment.direct"]
    assert Counter(calls) == handing.DELIVERY
