"""One word says how a connection is, and it grows worse in one order."""

from __future__ import annotations

from typing import get_args

import pytest

from shared.domain.health import Known, Word, word, worse


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(state="enabled"), "ok"),
        (Known(state="pending"), "pending"),
        (Known(state="tested"), "pending"),
        (Known(state="pending", cause="settings"), "missing_settings"),
        (Known(state="disabled", cause="login"), "disabled"),
        (Known(state="needs_auth", cause="login"), "needs_auth"),
        (Known(state="needs_auth"), "needs_auth"),
        (Known(state="needs_auth", cause="consent"), "needs_consent"),
        (Known(state="needs_auth", cause="login", consent_over=True), "needs_consent"),
        (Known(state="needs_auth", cause="settings"), "missing_settings"),
        (Known(state="degraded", cause="throttled", attempts=1), "rate_limited"),
        (Known(state="degraded", cause="other", attempts=1), "degraded"),
        (Known(state="degraded", cause="other", attempts=4), "failing"),
        (Known(state="enabled", cause="other", attempts=4), "failing"),
        (Known(state="failing", cause="other"), "failing"),
        (Known(state="enabled", attempts=9), "ok"),
        (Known(state="enabled", suspicious=True), "degraded"),
        (Known(state="enabled", late=True), "degraded"),
        (Known(state="enabled", rows=4, refused=2), "degraded"),
        (Known(state="enabled", rows=4, refused=1), "ok"),
        (Known(state="enabled", rows=0, refused=0), "ok"),
    ],
)
def test_all_that_is_known_of_a_connection_makes_one_word(known, expected):
    assert word(known) == expected


def test_what_a_person_chose_is_never_worse_and_nothing_is_worse_than_itself():
    words = get_args(Word)
    for one in words:
        assert not worse(one, one)
        assert not worse(one, "disabled")
        assert not worse(one, "pending")
        assert not worse(one, "ok")
    assert worse("ok", "degraded")
    assert worse("degraded", "failing")
    assert worse("pending", "missing_settings")
    assert worse("disabled", "needs_auth")
    assert not worse("needs_auth", "degraded")
