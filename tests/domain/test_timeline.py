"""The timeline's words: every event that there is has a sentence, without a gap in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.domain.decisions import Ask, Done, HandOver, Rest
from shared.domain.events import Decided, PartnerAnswered, read_event
from shared.domain.money import Money
from shared.domain.partner_events import PartnerOffered
from shared.domain.timeline import words

# A test of its own holds that the file has every kind.
GOLDEN = (Path(__file__).parents[1] / "golden" / "events_v1.jsonl").read_text().splitlines()
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: read_event(line).kind)
def test_every_kind_of_event_has_a_whole_sentence(line):
    said = words(read_event(line))

    assert said.endswith(".")
    assert re.search(r"  |\(\)|[{}]|None| [.,:;]|^ ", said) is None


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Rest(until=AT, why="step_not_due"), "to wait until 2026-03-02T09:00:00Z (step_not_due)"),
        (Rest(until=None, why="restricted"), "to wait until something happens (restricted)"),
        (
            HandOver(act="a1", step="collect", claims=("erp:1", "erp:2"), partner="north"),
            "to hand erp:1, erp:2 over to partner north, step collect",
        ),
        (Ask(task="t1", why="limitation"), "to ask a person (limitation)"),
        (Done(why="nothing_open"), "that there is nothing left to do (nothing_open)"),
    ],
)
def test_a_decision_says_what_was_decided(decision, said):
    event = Decided(at=AT, decision=decision.model_dump(mode="json"), because=(), inputs={})
    assert words(event) == f"The hub decides {said}."


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: read_event(line).kind)
def test_a_sentence_is_whole_without_what_an_event_may_leave_out(line):
    event = read_event(line)
    optional = {
        name: field.default
        for name, field in type(event).model_fields.items()
        if not field.is_required() and name not in {"v", "kind"}
    }

    said = words(event.model_copy(update=optional))

    assert re.search(r"  |\(\)|None| [.,:;]", said) is None


def test_an_offer_without_a_day_stands_until_it_is_taken_back():
    offer = PartnerOffered(
        at=AT, message="m1", settlement="s1", claims=("erp:1",),
        amount=Money.of("50.00", "EUR"),
    )  # fmt: skip
    assert words(offer).endswith("in full payment until it is taken back.")


def test_a_partner_that_does_not_take_a_case_says_why():
    no = PartnerAnswered(at=AT, message="m1", accepted=False, code="too_old")
    assert words(no) == "The partner did not take the case (too_old)."
