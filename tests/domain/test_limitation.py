"""Limitation: from when, how long, what starts the time anew where, and when it is final."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.lawpack import LawPack, load
from shared.domain.lawrules import Proof
from shared.domain.limitation import WARN_DAYS, Interruption, Lapse, lapses_on
from shared.domain.model import Capacity, ClaimClass

FI, SE, NO, DK = (load(country) for country in ("FI", "SE", "NO", "DK"))
AROSE, DUE = date(2023, 2, 1), date(2023, 3, 1)
PROOFS: tuple[Proof, ...] = (
    "reminder", "received_demand", "acknowledgement", "acknowledged_in_writing", "part_payment",
    "legal_step", "judgment",
)  # fmt: skip


def lapse(
    pack: LawPack,
    *proofs: tuple[Proof, date],
    capacity: Capacity = "consumer",
    natural_person: bool = True,
    claim_class: ClaimClass = "goods",
    due: date = DUE,
) -> Lapse:
    return lapses_on(
        pack,
        capacity=capacity,
        natural_person=natural_person,
        claim_class=claim_class,
        due=due,
        arose=AROSE,
        interruptions=[Interruption(proof=proof, on=on) for proof, on in proofs],
    )


@pytest.mark.parametrize(
    ("pack", "capacity", "person", "first"),
    [
        (FI, "consumer", True, date(2026, 3, 2)),
        (FI, "business", False, date(2026, 3, 2)),
        (SE, "consumer", True, date(2026, 2, 2)),  # from the day the debt arose
        (SE, "business", False, date(2033, 2, 2)),
        (SE, "business", True, date(2026, 2, 2)),  # a natural person: the shorter time
        (SE, "unknown", False, date(2026, 2, 2)),
        (NO, "business", False, date(2026, 3, 2)),
        (DK, "consumer", True, date(2026, 3, 3)),  # 1 March 2026 is a Sunday (§ 27)
    ],
)
def test_a_claim_lapses_the_day_after_its_years(
    pack: LawPack, capacity: Capacity, *, person: bool, first: date
) -> None:
    found = lapse(pack, capacity=capacity, natural_person=person)
    assert found.lapses_on == first
    assert not found.lapsed(first - timedelta(days=1))
    assert found.lapsed(first)


@pytest.mark.parametrize(
    ("pack", "restarting"),
    [
        (
            FI,
            {"reminder", "received_demand", "acknowledgement", "acknowledged_in_writing",
             "legal_step", "judgment"},
        ),
        (
            SE,
            {"received_demand", "acknowledgement", "acknowledged_in_writing", "part_payment",
             "legal_step"},
        ),
        (NO, {"acknowledgement", "acknowledged_in_writing", "legal_step"}),
        (DK, {"acknowledgement", "acknowledged_in_writing", "legal_step", "judgment"}),
    ],
)  # fmt: skip
def test_a_proof_counts_only_where_the_act_names_it(pack: LawPack, restarting: set[Proof]) -> None:
    plain = lapse(pack).lapses_on
    later = {proof for proof in PROOFS if lapse(pack, (proof, date(2024, 6, 3))).lapses_on != plain}
    assert later == restarting


def test_a_reminder_starts_the_time_anew_in_finland_and_nowhere_else() -> None:
    reminded = ("reminder", date(2025, 5, 5))
    assert lapse(FI, reminded).lapses_on == date(2028, 5, 6)
    for pack in (SE, NO, DK):
        assert lapse(pack, reminded) == lapse(pack)


def test_a_danish_acknowledgement_of_existence_and_size_gives_ten_years() -> None:
    found = lapse(DK, ("acknowledged_in_writing", date(2024, 6, 3)))
    # 3 June 2034 is a Saturday and 5 June is closed: the last day is Tuesday the 6th.
    assert found.lapses_on == date(2034, 6, 7)


def test_what_comes_after_the_lapse_revives_nothing() -> None:
    last = date(2026, 3, 1)
    assert lapse(FI, ("acknowledgement", last)).lapses_on == date(2029, 3, 2)
    assert lapse(FI, ("acknowledgement", last + timedelta(days=1))) == lapse(FI)


def test_the_last_of_several_interruptions_counts_in_any_order() -> None:
    proofs: list[tuple[Proof, date]] = [
        ("reminder", date(2025, 1, 7)), ("reminder", date(2027, 8, 2)),
    ]  # fmt: skip
    assert lapse(FI, *proofs).lapses_on == date(2030, 8, 3)
    assert lapse(FI, *reversed(proofs)) == lapse(FI, *proofs)


def test_a_natural_person_s_debt_ends_after_twenty_years_in_finland() -> None:
    demands: list[tuple[Proof, date]] = [
        ("reminder", date(2023 + 2 * number, 6, 1)) for number in range(12)
    ]
    person = lapse(FI, *demands)
    assert (person.lapses_on, person.final) == (date(2043, 3, 2), True)
    company = lapse(FI, *demands, capacity="business", natural_person=False)
    assert (company.lapses_on, company.final) == (date(2048, 6, 2), False)


def test_a_finnish_public_law_claim_lapses_finally_five_years_from_the_next_year() -> None:
    found = lapse(FI, ("acknowledgement", date(2024, 6, 3)), claim_class="public_law")
    assert (found.lapses_on, found.final) == (date(2029, 1, 1), True)


def test_a_leap_day_ends_no_later_than_february() -> None:
    assert lapse(NO, due=date(2024, 2, 29)).lapses_on == date(2027, 3, 1)


@pytest.mark.parametrize("pack", [FI, SE, NO, DK])
def test_a_person_is_warned_ninety_days_before(pack: LawPack) -> None:
    found = lapse(pack)
    assert found.lapses_on is not None
    assert found.warn_on == found.lapses_on - timedelta(days=90)
    assert found.near(found.warn_on)
    assert not found.near(found.warn_on - timedelta(days=1))


def test_an_old_claim_without_a_known_rule_goes_to_a_person() -> None:
    found = lapse(FI, due=date(2003, 12, 31))
    assert (found.lapses_on, found.warn_on) == (None, None)
    assert found.near(date(2026, 3, 2))
    assert not found.lapsed(date(2026, 3, 2))
    assert found.because[0].rule == "law.no_rule"


days = st.dates(min_value=date(2023, 3, 1), max_value=date(2030, 12, 31))


@given(
    pack=st.sampled_from([FI, SE, NO, DK]),
    proofs=st.lists(st.tuples(st.sampled_from(PROOFS), days), max_size=6),
    more=st.tuples(st.sampled_from(PROOFS), days),
)
def test_an_interruption_never_shortens_the_time(
    pack: LawPack, proofs: list[tuple[Proof, date]], more: tuple[Proof, date]
) -> None:
    before, after = lapse(pack, *proofs), lapse(pack, *proofs, more)
    assert before.lapses_on is not None
    assert after.lapses_on is not None
    assert after.lapses_on >= before.lapses_on
    assert after.warn_on == after.lapses_on - timedelta(days=WARN_DAYS)
