"""One word for how a case stands: of several that hold, the first of the list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.domain.case import Case, ClaimState
from shared.domain.case_parts import Hold, Task
from shared.domain.case_state import open_of, state_of, step_of
from shared.domain.events import Claim
from shared.domain.money import Money

TODAY = date(2026, 3, 2)


def eur(text):
    return Money(Decimal(text), "EUR")


def claim(name, owed="100.00", *, partner=False):
    return ClaimState(
        claim=Claim(
            id=name, number=name, total=eur("100.00"), open=eur("100.00"),
            issued=date(2026, 1, 1), sent=date(2026, 1, 1), due=date(2026, 1, 15), reference=None,
            capacity="consumer", natural_person=True, claim_class="goods",
        ),
        open=eur(owed), with_partner=partner,
    )  # fmt: skip


def case(*claims, **fields):
    return Case(id="c1", currency="EUR", claims={one.claim.id: one for one in claims}, **fields)


def hold(on=None, until=None):
    return Hold(id="h", claim=on, reason="person", until=until)


ASKED = {"tasks": {"t": Task(why="x", claims=())}}
ONE, PAID, THERE = claim("1"), claim("2", "0.00"), claim("3", partner=True)


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (case(ONE), "running"),
        (case(ONE, PAID), "running"),
        (case(PAID), "settled"),
        (case(THERE, PAID), "with_partner"),
        (case(ONE, THERE), "running"),
        (case(ONE, holds={"h": hold()}), "held"),
        (case(ONE, PAID, holds={"h": hold("1", TODAY)}), "held"),
        (case(ONE, holds={"h": hold(None, date(2026, 3, 1))}), "running"),
        (case(ONE, claim("4"), holds={"h": hold("1")}), "running"),
        (case(ONE, holds={"h": hold()}, **ASKED), "asked"),
        (case(ONE, parked="unreadable", **ASKED), "parked"),
        (case(ONE, parked="unreadable", closed=True), "closed"),
    ],
)
def test_the_first_word_that_holds(one, word):
    assert state_of(one, TODAY) == word


def test_what_is_open_is_the_principal_of_all_claims():
    assert open_of(case(ONE, PAID, claim("4", "30.50"))) == eur("130.50")
    assert open_of(case()) == eur("0.00")


def test_no_step_before_the_first_act():
    assert step_of(case(ONE)) is None
