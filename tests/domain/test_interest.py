"""Late interest: which days count, at which rate, on which principal, and where it stops."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendar import next_banking_day
from shared.domain.interest import Interest, accrue
from shared.domain.law import load, read_pack
from shared.domain.model import Capacity
from shared.domain.money import Money

FI = load("FI")
ISSUED = date(2026, 1, 2)


def eur(text: str) -> Money:
    return Money.of(text, "EUR")


def late(
    *balances: tuple[date, Money],
    due: date,
    to: date,
    capacity: Capacity = "consumer",
    natural_person: bool = False,
    agreed: str | None = None,
) -> Interest:
    return accrue(
        FI,
        capacity=capacity,
        natural_person=natural_person,
        due=due,
        balances=balances,
        to=to,
        agreed_rate=None if agreed is None else Decimal(agreed),
    )


def test_no_interest_on_the_due_day_and_one_day_on_the_next() -> None:
    due = date(2026, 3, 2)
    assert late((ISSUED, eur("36500.00")), due=due, to=due).segments == ()
    next_day = late((ISSUED, eur("36500.00")), due=due, to=date(2026, 3, 3))
    assert next_day.total == eur("9.50")


def test_a_due_date_on_a_saturday_rolls_to_monday() -> None:
    interest = late((ISSUED, eur("100.00")), due=date(2026, 3, 7), to=date(2026, 3, 10))
    assert [one.from_ for one in interest.segments] == [date(2026, 3, 10)]


def test_the_payment_day_still_counts_on_the_old_balance() -> None:
    interest = late(
        (ISSUED, eur("36500.00")),
        (date(2026, 3, 5), eur("3650.00")),
        due=date(2026, 3, 2),
        to=date(2026, 3, 7),
    )
    spans = [(one.from_, one.to, one.principal) for one in interest.segments]
    assert spans == [
        (date(2026, 3, 3), date(2026, 3, 5), eur("36500.00")),
        (date(2026, 3, 6), date(2026, 3, 7), eur("3650.00")),
    ]
    assert interest.total == eur("30.40")  # 3 days of 9.50 and 2 days of 0.95


def test_a_paid_claim_bears_no_more_interest() -> None:
    balances = ((ISSUED, eur("36500.00")), (date(2026, 3, 5), eur("0.00")))
    early = late(*balances, due=date(2026, 3, 2), to=date(2026, 3, 5))
    later = late(*balances, due=date(2026, 3, 2), to=date(2026, 12, 1))
    assert (later.total, later.segments) == (early.total, early.segments)
    assert later.unknown_from is None


@pytest.mark.parametrize(
    ("capacity", "natural_person", "rate"),
    [
        ("consumer", True, "9.50"),
        ("unknown", False, "9.50"),
        ("public", False, "9.50"),
        ("business", False, "10.50"),
        ("business", True, "9.50"),
    ],
)
def test_eight_points_only_for_a_company_known_to_act_in_business(
    *, capacity: Capacity, natural_person: bool, rate: str
) -> None:
    interest = late(
        (ISSUED, eur("100.00")),
        due=date(2026, 3, 2),
        to=date(2026, 3, 31),
        capacity=capacity,
        natural_person=natural_person,
    )
    assert [one.rate for one in interest.segments] == [Decimal(rate)]


@pytest.mark.parametrize(("due", "rate"), [(date(2013, 3, 15), "8"), (date(2013, 3, 18), "9")])
def test_the_eighth_point_binds_claims_due_from_2013_03_16(due: date, rate: str) -> None:
    interest = late(
        (date(2013, 1, 2), eur("100.00")), due=due, to=date(2013, 4, 30), capacity="business"
    )
    assert [one.rate for one in interest.segments] == [Decimal(rate)]


@pytest.mark.parametrize(
    ("capacity", "agreed", "rate"),
    [
        ("consumer", "16.00", "9.50"),
        ("consumer", "4.00", "4.00"),
        ("unknown", "16.00", "9.50"),
        ("business", "16.00", "16.00"),
        ("business", "4.00", "4.00"),
    ],
)
def test_an_agreed_rate_above_the_statutory_one_binds_no_consumer(
    capacity: Capacity, agreed: str, rate: str
) -> None:
    interest = late(
        (ISSUED, eur("100.00")),
        due=date(2026, 3, 2),
        to=date(2026, 3, 31),
        capacity=capacity,
        agreed=agreed,
    )
    assert [one.rate for one in interest.segments] == [Decimal(rate)]


def test_interest_stops_where_no_rate_is_known() -> None:
    interest = late((ISSUED, eur("36500.00")), due=date(2026, 6, 26), to=date(2026, 8, 31))
    assert interest.total == eur("38.00")  # 27 to 30 June
    assert interest.unknown_from == date(2026, 7, 1)
    assert interest.because[-1].rule == "law.rate_unknown"


def test_a_consumer_s_agreed_rate_needs_the_statutory_one_to_be_capped_by() -> None:
    interest = late(
        (ISSUED, eur("100.00")), due=date(2026, 7, 1), to=date(2026, 7, 31), agreed="4.00"
    )
    assert (interest.total, interest.unknown_from) == (eur("0.00"), date(2026, 7, 2))


def test_a_rate_that_an_operator_adds_is_used() -> None:
    folder = resources.files("shared.rules")
    rates = (folder / "rates.toml").read_text(encoding="utf-8")
    unknown = '{ first = 2026-07-01, last = 2026-12-31, reference = "unknown", status = "UNCONFIRMED", sources = ["EU-LPD"] }'  # noqa: E501 one row of the table
    assert unknown in rates
    known = unknown.replace("unknown", "2.50").replace("UNCONFIRMED", "CONFIRMED")
    fi_toml = (folder / "fi.toml").read_text(encoding="utf-8")
    pack = read_pack("FI", fi_toml, rates.replace(unknown, known, 1))
    interest = accrue(
        pack,
        capacity="consumer",
        natural_person=True,
        due=date(2026, 6, 30),
        balances=((ISSUED, eur("36500.00")),),
        to=date(2026, 7, 2),
        agreed_rate=None,
    )
    assert (interest.total, interest.unknown_from) == (eur("19.00"), None)
    assert pack.hash != FI.hash


def test_half_a_cent_is_rounded_up() -> None:
    interest = late((ISSUED, eur("365.00")), due=date(2026, 3, 2), to=date(2026, 3, 5))
    assert interest.segments[0].exact == Decimal("0.285")
    assert interest.total == eur("0.29")


def test_the_sum_is_rounded_and_not_each_segment() -> None:
    # Three segments of 0.0052, 0.0052 and 0.0052: each alone would be a cent.
    interest = late(
        (ISSUED, eur("20.00")),
        (date(2026, 3, 3), eur("19.99")),
        (date(2026, 3, 4), eur("19.98")),
        due=date(2026, 3, 2),
        to=date(2026, 3, 5),
    )
    assert len(interest.segments) == 3
    assert interest.total == eur("0.02")


@pytest.mark.parametrize(
    "balances",
    [
        ((date(2026, 3, 5), eur("1.00")), (date(2026, 3, 4), eur("2.00"))),
        ((date(2026, 3, 5), eur("1.00")), (date(2026, 3, 5), eur("2.00"))),
        ((date(2026, 3, 5), Money.of("1.00", "SEK")),),
    ],
)
def test_balances_out_of_order_or_in_another_currency_are_refused(
    balances: tuple[tuple[date, Money], ...],
) -> None:
    with pytest.raises(ValueError, match="balances"):
        late(*balances, due=date(2026, 3, 2), to=date(2026, 3, 31))


@pytest.mark.parametrize("agreed", ["-1", "NaN", "Infinity"])
def test_an_agreed_rate_must_be_a_rate(agreed: str) -> None:
    with pytest.raises(ValueError, match="agreed rate"):
        late(due=date(2026, 3, 2), to=date(2026, 3, 31), agreed=agreed)


days = st.dates(min_value=date(2014, 1, 1), max_value=date(2026, 6, 30))


@given(due=days, middle=days, to=days, cents=st.integers(min_value=1, max_value=10**9))
def test_days_are_counted_once_each_and_a_split_changes_nothing(
    due: date, middle: date, to: date, cents: int
) -> None:
    amount = Money(Decimal(cents) / 100, "EUR")
    start = date(2013, 1, 1)
    whole = late((start, amount), due=due, to=to)
    parted = late((start, amount), (middle, amount), due=due, to=to)
    assert parted.total == whole.total
    first = next_banking_day("FI", due) + timedelta(days=1)
    assert sum(one.days for one in whole.segments) == max(0, (to - first).days + 1)
    for before, after in zip(whole.segments, whole.segments[1:], strict=False):
        assert (after.from_ - before.to).days == 1
