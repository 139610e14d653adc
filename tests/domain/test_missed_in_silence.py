"""A missed instalment is heard of, and what time ended is not ended anew at every look ahead."""

from __future__ import annotations

from datetime import date

from shared.domain.decide import decide
from shared.domain.endings import endings
from shared.domain.foresight import Stand, ahead
from shared.domain.preview import Terms, walk
from tests.scenarios.storybook import Story


def test_a_missed_instalment_is_asked_of_a_person_while_a_hold_keeps_its_letter_in():
    """Nobody would hear of it before the days of grace are over and the plan breaks."""
    story = Story("FI")
    story.invoice("1", "600.00", sent="2026-01-02", due="2026-01-20")
    story.until("2026-02-05")
    story.commands("hold", "hold", claim="erp:1", until="2026-03-31")
    story.plan(3, "2026-02-20")
    story.until("2026-02-06")

    case, now = story.case, story.now()
    for _ in range(10):
        for event in endings(case, now.date(), now):
            case = case.apply(event)
        answer = decide(case, story.policy, story.law, now)
        if answer.kind != "rest":
            break
        now = answer.until.astimezone(story.zone)

    assert (answer.kind, answer.why) == ("ask", "instalment_missed")
    assert all(plan.ended is None for plan in case.states.plans.values())


def test_the_looks_ahead_end_a_promise_once_and_see_what_the_preview_sees():
    story = Story("SE")
    story.invoice("1", "900.00", sent="2026-01-02", due="2026-01-20", fee_agreed="2026-01-01")
    story.until("2026-02-04")
    story.promises("900.00", "2026-02-20")
    terms = Terms(policy=story.policy, law=story.law, zone=story.zone)

    (first, *_) = walk(story.case, terms, story.now(), date(2026, 6, 1)).acts
    last = ahead(Stand(story.case, story.policy, story.law), story.now())[-1]

    assert (last.at.date(), last.decision.kind) == (first.on, first.kind)
