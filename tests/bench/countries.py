"""Measures decisions a second under the full law pack of each country, by answer.

A debtor with three invoices lives through reminders, a dispute of a part and a plan; of each
answer the first morning is asked again and again. Rates depend on the machine.

    python -m tests.bench.countries
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime
from io import StringIO

from shared.domain.case import Case
from shared.domain.decide import decide
from shared.domain.decisions import Ask
from tests.scenarios.places import COUNTRIES, hand_over, reminder
from tests.scenarios.storybook import Story

STEPS = (reminder("first", 15, first=True), reminder("second", 15), hand_over(15))
# The rates of all four countries are known in 2024.
SENT, DUE, LAST = "2024-01-02", "2024-01-18", "2024-06-30"
CLAIMS = 3


def questions(country: str) -> dict[str, tuple[Case, datetime]]:
    """The first morning of each answer that such a debtor's life gives, by what is answered."""
    found: dict[str, tuple[Case, datetime]] = {}
    for story in _lives(country):
        answer = decide(story.case, story.policy, story.law, story.now())
        if story.case.claims and not isinstance(answer, Ask):
            name = answer.kind if answer.kind != "rest" else f"rest: {answer.why}"
            found.setdefault(name, (story.case, story.now()))
    return found


def measure(country: str, seconds: float = 0.3) -> dict[str, int]:
    """Decisions per CPU second of one country, by answer."""
    return {name: _rate(country, *asked, seconds) for name, asked in questions(country).items()}


def _lives(country: str) -> Iterator[Story]:
    """A story on each of its mornings, before anything has happened on it."""
    plain, stated = _begun(country), _begun(country)
    while plain.today.isoformat() <= LAST:
        yield plain
        _day(plain)
    with redirect_stdout(StringIO()):
        stated.until("2024-02-05")
        stated.disputes("1", "40.00")
        stated.until("2024-03-20")
        stated.settles("withdrawn")
        stated.plan(3, "2024-04-10")
    while stated.today.isoformat() <= LAST:
        yield stated
        _day(stated)


def _begun(country: str) -> Story:
    story = Story(country, "consumer", *STEPS)
    for number in range(CLAIMS):
        story.invoice(str(number + 1), "400.00", sent=SENT, due=DUE, fee_agreed=SENT)
    return story


def _day(story: Story) -> None:
    with redirect_stdout(StringIO()):
        story.until(story.today.isoformat())


def _rate(country: str, case: Case, now: datetime, seconds: float) -> int:
    story = Story(country, "consumer", *STEPS)
    began, done = time.process_time(), 0
    while (spent := time.process_time() - began) < seconds:
        for _ in range(50):
            decide(case, story.policy, story.law, now)
        done += 50
    return round(done / spent)


if __name__ == "__main__":
    print(json.dumps({country: measure(country) for country in COUNTRIES}, indent=2))
