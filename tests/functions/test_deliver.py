"""An act of unknown fate: a partner that can be asked is asked before anything is sent again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from connectors import spec
from connectors.contract import Receipt
from functions import deliver
from shared.cloud import hub_keys, keys, outbox, table
from shared.domain.events import ActSent, ActUnknown
from tests.functions.test_process_inbox import open_tasks
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    append,
    hand_over,
    know_counterparts,
    load,
    open_case,
    sample,
    settle_in,
)  # fmt: skip


class Asked:
    """A partner that says of each case what it is told to say, and counts what it is sent."""

    def __init__(self, answer):
        self.answer, self.submitted = answer, 0

    def find(self, case, *, claims, now):
        assert case == CASE
        return self.answer

    def submit(self, case, *, key, now, file):
        self.submitted += 1
        return Receipt(outcome="accepted", reference="P-2")


@pytest.fixture
def unknown(aws, monkeypatch):
    """A hand-over of unknown fate to a partner that is asked by our case's id."""
    monkeypatch.setenv("OUTBOUND", "on")
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    table.put({**hub_keys.control(), "outbound": "on"})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    open_case(NORDIC)
    hand_over(NORDIC, sent=False)
    append(NORDIC, CASE, ActUnknown(at=NOW, act=HAND_OVER))
    table.update(keys.outbox(NORDIC, HAND_OVER), set_={"attempt": 1})
    declared = spec("collectors.rest_hub")
    askable = replace(
        declared, idempotency="askable", capabilities=declared.capabilities | {"find"}
    )
    monkeypatch.setattr(deliver, "spec", lambda _: askable)

    def answered(receipt):
        partner = Asked(receipt)
        monkeypatch.setattr(deliver, "connect", lambda *_: partner)
        return partner

    return answered


def look(act=HAND_OVER):
    row = outbox.read(NORDIC, act)
    event = sample("deliver")
    body = {"tenant": "nordic", "act": act, "lease": row["due_at"]}
    event["Records"] = [{**event["Records"][0], "body": json.dumps(body)}]
    assert deliver.handler(event, None) == {"batchItemFailures": []}
    return outbox.read(NORDIC, act)


def test_a_case_that_the_partner_has_is_recorded_as_sent_and_not_sent_again(unknown):
    partner = unknown(Receipt(outcome="accepted", reference="P-1"))

    assert look()["state"] == "sent"

    notice = load().notices[HAND_OVER]
    assert (notice.state, notice.reference, partner.submitted) == ("sent", "P-1", 0)


def test_a_partner_that_does_not_answer_is_asked_again_and_nothing_is_sent(unknown):
    partner = unknown(Receipt(outcome="retry", code="http_503"))
    before = outbox.read(NORDIC, HAND_OVER)["due_at"]

    row = look()

    assert row["due_at"] > before
    assert (load().notices[HAND_OVER].state, partner.submitted) == ("unknown", 0)


def test_a_partner_that_cannot_be_asked_leaves_it_to_a_person(unknown, monkeypatch):
    partner = unknown(Receipt(outcome="accepted"))
    blind = replace(spec("collectors.rest_hub"), idempotency="blind")
    monkeypatch.setattr(deliver, "spec", lambda _: blind)

    assert look()["state"] == "failed"

    assert (load().notices[HAND_OVER].state, partner.submitted) == ("unknown", 0)


SECOND = f"{CASE}-partner-0123456789ac"


def again(unknown, receipt, *, first=None):
    """The first claim arrived under ``first``; of the second's own hand-over nobody knows."""
    partner = unknown(receipt)
    append(NORDIC, CASE, ActSent(at=NOW, act=HAND_OVER, on=date(2026, 3, 2), reference=first))
    hand_over(NORDIC, act=SECOND, claims=("erp:2",), sent=False)
    append(NORDIC, CASE, ActUnknown(at=NOW, act=SECOND))
    table.update(keys.outbox(NORDIC, SECOND), set_={"attempt": 1})
    return partner


@pytest.mark.parametrize(
    ("first", "receipt", "state"),
    [
        ("P-1", Receipt(outcome="accepted", reference="P-1"), "unknown"),
        ("P-1", Receipt(outcome="accepted"), "unknown"),
        (None, Receipt(outcome="accepted", reference="P-1"), "unknown"),
        ("P-1", Receipt(outcome="rejected", code="other_claims"), "unknown"),
        ("P-1", Receipt(outcome="accepted", reference="P-2"), "sent"),
    ],
)
def test_an_earlier_hand_over_of_the_case_proves_nothing_of_a_later_one(
    unknown, first, receipt, state
):
    partner = again(unknown, receipt, first=first)

    row = look(SECOND)

    case = load()
    assert (case.notices[SECOND].state, partner.submitted) == (state, 0)
    assert row["state"] == ("sent" if state == "sent" else "failed")
    assert [one["why"] for one in open_tasks()] == ([] if state == "sent" else ["unknown_outcome"])
