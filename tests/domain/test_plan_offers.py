"""What a payer may choose from is lawful, sums exactly, and is what the command would then make."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.explain import content_hash
from shared.domain.foresight import Stand
from shared.domain.payer_view import view
from shared.domain.plan_offers import COUNTS, first_days, offer, offers
from shared.domain.policy import Policy
from tests.domain.casebook import FI, case_of, charged, day, eur, joined, local, policy, reminded
from tests.domain.statebook import euros, said, told
from tests.domain.test_payer_view import AINO

CASE = case_of(
    joined("a", total="1000.00"),
    reminded("a2", "02-05", deadline="02-16", **charged()),
)


def rules(**more):
    return policy(process=policy().process.model_copy(update=more))


def grid(case=CASE, when="02-16", **more):
    stand = Stand(case, rules(**more), FI)
    return offers(stand, view(stand, AINO, local(when)), local(when))


def test_every_plan_of_the_grid_sums_to_the_principal_and_is_monthly():
    found = grid()

    assert {one.count for one in found} == {2, 3, 4, 6, 9, 12}
    for one in found:
        assert sum(part.amount.amount for part in one.instalments) == one.total.amount == 1000
        assert one.instalments[0].due == one.first
        assert len(one.instalments) == one.count
        assert one.beside == eur("13.07")


def test_a_plan_of_the_grid_is_what_the_command_then_makes():
    one = grid()[4]
    (made, _) = said(
        CASE, "02-16", "propose_plan", count=one.count, first=one.first.isoformat(), agreed=True
    )[1:]

    assert made.instalments == one.instalments


def test_the_policy_says_how_long_how_small_and_what_a_person_answers():
    assert {one.count for one in grid(offered_plan=4)} == {2, 3, 4}
    assert grid(offered_plan=0) == ()
    assert {one.count for one in grid(least_instalment=eur("250.00"))} == {2, 3, 4}
    assert {one.count for one in grid(agreed_plan=3) if one.at_once} == {2, 3}
    assert not any(one.at_once for one in grid())


@pytest.mark.parametrize(
    ("today", "days"),
    [
        # A week on, the middle of the month, its turn: each on a banking day of Finland.
        ("2026-02-02", ("2026-02-09", "2026-02-16", "2026-03-02")),
        ("2026-02-16", ("2026-02-23", "2026-03-02", "2026-03-16")),
        ("2026-12-20", ("2026-12-28", "2027-01-04", "2027-01-15")),
        ("2026-01-24", ("2026-02-02", "2026-02-16")),
    ],
)
def test_a_plan_begins_in_a_week_or_at_the_turn_or_middle_of_a_month(today, days):
    assert first_days("FI", date.fromisoformat(today)) == tuple(map(date.fromisoformat, days))


def test_what_is_not_in_the_grid_is_not_offered():
    stand = Stand(CASE, policy(), FI)
    shown, now = view(stand, AINO, local("02-16")), local("02-16")

    assert offer(stand, shown, now, 5, day("02-23")) is None
    assert offer(stand, shown, now, 24, day("02-23")) is None
    assert offer(stand, shown, now, 3, day("02-24")) is None
    assert offer(stand, shown, now, 3, day("02-23")) is not None
    assert set(COUNTS) >= {2, 12}


def test_nothing_is_offered_of_what_is_contested_or_promised():
    contested = told(CASE, "02-10", "dispute", claim="erp:a", ground="price",
                     amount=euros("10.00"))  # fmt: skip
    promised = told(CASE, "02-10", "promise", day="2026-02-28")

    assert grid(contested) == grid(promised) == ()


def test_a_policy_of_before_has_the_hash_that_it_had():
    plain = policy()
    body = plain.model_dump_json()

    assert "offered_plan" not in body
    assert "agreed_plan" not in body
    assert content_hash(Policy.model_validate_json(body)) == content_hash(plain)
    assert "agreed_plan" in rules(agreed_plan=3).model_dump_json()
