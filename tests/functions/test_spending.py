"""The budget of calls: no window ever holds more than it names, and the proof keeps its reserve."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import clock, connection_keys
from shared.cloud.spending import Meter, Rate
from shared.errors import Retry
from tests.functions.world import NORDIC, NOW

KEY = connection_keys.spent(NORDIC, "erp")
# Fortnox: 25 requests in 5 seconds.
FORTNOX = Rate.of(25, 5, 5)


@pytest.fixture
def time(aws, monkeypatch):
    """A wall clock that only pauses move on."""
    moment = [NOW]
    monkeypatch.setattr(clock, "wall", lambda: moment[0])

    def pause(seconds):
        moment[0] += timedelta(seconds=seconds)

    return pause


def calls(meter, count):
    made = []
    for _ in range(count):
        meter()
        made.append(clock.wall())
    return made


def test_no_window_holds_more_calls_than_the_budget_names_however_many_call(time):
    pull, proof = (Meter(KEY, FORTNOX, urgent=one, pause=time) for one in (False, True))
    made = [*calls(pull, 40), *calls(proof, 20), *calls(pull, 20)]

    for begin in made:
        window = [one for one in made if begin <= one < begin + timedelta(seconds=5)]
        assert len(window) <= 25
    assert made[-1] - made[0] < timedelta(seconds=40)


def test_the_proof_before_a_touch_is_not_kept_waiting_by_a_pull(time):
    calls(Meter(KEY, FORTNOX, urgent=False, pause=time), 30)
    began = clock.wall()

    made = calls(Meter(KEY, FORTNOX, urgent=True, pause=time), 5)

    assert made == [began] * 5


def test_a_long_wait_is_the_callers_and_says_how_long(time):
    meter = Meter(KEY, Rate.of(4, 3600, 1), urgent=False, pause=time)
    calls(meter, 1)

    with pytest.raises(Retry) as caught:
        meter()
    assert 0 < caught.value.after <= 1800
