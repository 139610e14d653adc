"""The day: what happened to cases today, by kind and in words, and nothing of another day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions import admin
from functions.api import day
from shared.cloud import clock
from shared.domain.events import ActSent, PersonAsked
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    REMINDER,
    answer,
    append,
    call,
    hand_over,
    open_case,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def ask(tenant="nordic"):
    return answer(admin.handler(call("GET /v1/reports/today", tenant=tenant), None))[1]


def test_an_act_that_went_out_today_is_counted_by_what_it_was(reminded):
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=NOW.date()))
    told = ask()
    assert told["day"] == "2026-03-02"
    assert told["counts"]["reminder_sent"] == 1
    assert told["whole"] is True
    assert told["entries"][0]["case"] == CASE
    assert {one["what"] for one in told["entries"]}.isdisjoint({"decided", "reminder_intended"})
    assert f"Act {REMINDER} went out on 2026-03-02." in [one["words"] for one in told["entries"]]


def test_a_hand_over_is_no_reminder(aws):
    open_case(NORDIC)
    hand_over(NORDIC)
    counts = ask()["counts"]
    assert counts["hand_over_sent"] == 1
    assert "reminder_sent" not in counts


def test_the_creditors_own_midnight_parts_the_days(reminded, monkeypatch):
    # 22:00 UTC is midnight in Helsinki.
    midnight = NOW.replace(hour=22, minute=0)
    monkeypatch.setattr(clock, "now", lambda: midnight - timedelta(seconds=1))
    assert ask()["entries"]
    monkeypatch.setattr(clock, "now", lambda: midnight)
    assert ask()["entries"] == []
    append(NORDIC, CASE, PersonAsked(at=midnight, task="t", why="odd", claims=()))
    assert [one["what"] for one in ask()["entries"]] == ["person_asked"]


def test_beyond_its_bound_it_says_that_it_did_not_look_at_all(reminded, monkeypatch):
    open_case(NORDIC, case="c2", claims=("erp:9", "erp:8"))
    monkeypatch.setattr(day, "_MOST_CASES", 1)
    assert ask()["whole"] is False
