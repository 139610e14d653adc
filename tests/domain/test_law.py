"""What the Finnish pack allows: each limit from both sides, and every condition by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from importlib import resources

import pytest

from shared.domain.law import (
    ClaimFacts,
    NoticeFact,
    Verdict,
    contact_opens,
    covers,
    deadline,
    hand_over,
    load,
    min_payment_days,
    read_pack,
    reminder_fee,
)
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import Money

FI = load("FI")
DUE = date(2026, 3, 2)
CONSUMER = ClaimFacts(
    capacity="consumer",
    natural_person=True,
    claim_class="goods",
    principal=Money.of("49.90", "EUR"),
    due=DUE,
    invoice_sent=date(2026, 2, 2),
    notices=(),
    fees=Money.zero("EUR"),
    fee_clause=None,
)
BUSINESS = CONSUMER.model_copy(update={"capacity": "business", "natural_person": False})


def eur(text: str) -> Money:
    return Money.of(text, "EUR")


def notice(
    sent: date, *, charged: bool = False, deadline: date | None = None, demand: bool = False
) -> NoticeFact:
    return NoticeFact(
        act="demand" if demand else "reminder", sent=sent, charged=charged, deadline=deadline
    )


def day(number: int) -> date:
    """The day ``number`` after the due date, which is day 0."""
    return DUE + timedelta(days=number)


def fee(facts: ClaimFacts, on: date, **changes: object) -> Verdict:
    return reminder_fee(FI, facts.model_copy(update=changes), on)


def handed(facts: ClaimFacts, on: date, *notices: NoticeFact) -> Verdict:
    return hand_over(FI, facts.model_copy(update={"notices": notices}), on)


# --- the reminder fee -------------------------------------------------------------------------


def test_consumer_fee_from_day_15_after_the_due_date() -> None:
    early = fee(CONSUMER, day(14))
    assert (early.allowed, early.amount, early.earliest) == (False, eur("0.00"), day(15))
    assert fee(CONSUMER, day(15)).amount == eur("5.00")


def test_the_wait_runs_from_the_banking_day_that_a_due_date_rolls_to() -> None:
    saturday, monday = date(2026, 3, 7), date(2026, 3, 9)
    assert not fee(CONSUMER, monday + timedelta(days=14), due=saturday).allowed
    assert fee(CONSUMER, monday + timedelta(days=15), due=saturday).allowed


def test_consumer_fee_from_day_15_after_any_previous_notice() -> None:
    # A notice without a fee starts the wait as well.
    friendly = (notice(day(3)),)
    early = fee(CONSUMER, day(17), notices=friendly)
    assert (early.allowed, early.earliest) == (False, day(18))
    assert fee(CONSUMER, day(18), notices=friendly).allowed


def test_the_latest_of_several_notices_counts() -> None:
    notices = (notice(day(20)), notice(day(3)))
    assert fee(CONSUMER, day(34), notices=notices).earliest == day(35)


@pytest.mark.parametrize(
    ("sent", "allowed"),
    [(date(2026, 2, 16), True), (date(2026, 2, 17), False), (None, False)],
)
def test_consumer_fee_needs_an_invoice_sent_14_days_before_due(
    *, sent: date | None, allowed: bool
) -> None:
    verdict = fee(CONSUMER, day(15), invoice_sent=sent)
    assert verdict.allowed is allowed
    assert verdict.earliest is None


def test_waiting_does_not_cure_a_late_invoice() -> None:
    verdict = fee(CONSUMER, day(1), invoice_sent=None)
    assert [reason.text for reason in verdict.because] == [
        "too few days have passed since the due date",
        "it is not known when the invoice was sent",
    ]
    assert verdict.earliest is None


@pytest.mark.parametrize(
    ("principal", "fees", "allowed"),
    [
        ("100.00", "55.00", True),
        ("100.00", "55.01", False),
        ("100.01", "115.00", True),
        ("100.01", "115.01", False),
        ("1000.00", "115.01", False),
        ("1000.01", "205.00", True),
        ("1000.01", "205.01", False),
    ],
)
def test_consumer_total_cap_by_principal(*, principal: str, fees: str, allowed: bool) -> None:
    verdict = fee(CONSUMER, day(15), principal=eur(principal), fees=eur(fees))
    assert verdict.allowed is allowed
    assert verdict.because[0].rule == ("FI-C-REM" if allowed else "FI-C-TOTAL")


@pytest.mark.parametrize(
    ("principal", "fees", "allowed"),
    [
        ("500.00", "238.00", True),
        ("500.00", "238.01", False),
        ("500.01", "458.00", True),
        ("2500.00", "458.01", False),
        ("2500.01", "238.00", True),
        ("2500.01", "238.01", False),
    ],
)
def test_business_total_cap_and_the_lowest_known_one_where_it_is_unknown(
    *, principal: str, fees: str, allowed: bool
) -> None:
    assert fee(BUSINESS, day(1), principal=eur(principal), fees=eur(fees)).allowed is allowed


def test_a_claim_of_nothing_bears_no_fee() -> None:
    assert not fee(CONSUMER, day(15), principal=eur("0.00")).allowed
    assert not fee(BUSINESS, day(15), principal=eur("-5.00")).allowed


def test_business_fee_from_the_first_day_of_delay() -> None:
    assert fee(BUSINESS, day(0)).earliest == day(1)
    assert fee(BUSINESS, day(1), invoice_sent=None).amount == eur("12.00")


def test_a_claim_that_is_not_overdue_bears_no_fee_even_where_a_rule_names_no_wait() -> None:
    folder = resources.files("shared.rules")
    pack_toml = (folder / "fi.toml").read_text(encoding="utf-8")
    at = pack_toml.index('id = "FI-B-REM"\n')
    lax = pack_toml[:at] + pack_toml[at:].replace(
        "strictly_after = true", "strictly_after = false", 1
    )
    pack = read_pack("FI", lax, (folder / "rates.toml").read_text(encoding="utf-8"))
    assert reminder_fee(pack, BUSINESS, day(0)).earliest == day(1)
    assert reminder_fee(pack, BUSINESS, day(1)).allowed


def test_business_fee_from_day_11_after_the_previous_notice() -> None:
    notices = (notice(day(1)),)
    assert fee(BUSINESS, day(11), notices=notices).earliest == day(12)
    assert fee(BUSINESS, day(12), notices=notices).amount == eur("12.00")


def test_a_business_pays_for_one_reminder_only() -> None:
    verdict = fee(BUSINESS, day(60), notices=(notice(day(1), charged=True),), fees=eur("12.00"))
    assert (verdict.allowed, verdict.amount, verdict.earliest) == (False, eur("0.00"), None)


@pytest.mark.parametrize(
    ("capacity", "person", "amount"),
    [
        ("business", False, "12.00"),
        ("business", True, "5.00"),
        ("unknown", False, "5.00"),
        ("public", False, "5.00"),
        ("consumer", False, "5.00"),
    ],
)
def test_only_a_company_known_to_act_in_business_pays_the_business_fee(
    *, capacity: Capacity, person: bool, amount: str
) -> None:
    verdict = fee(CONSUMER, day(15), capacity=capacity, natural_person=person)
    assert verdict.amount == eur(amount)


@pytest.mark.parametrize(
    ("on", "rule"),
    [
        (date(2020, 12, 31), None),
        (date(2021, 1, 1), "FI-B-REM-TMP"),
        (date(2022, 4, 30), "FI-B-REM-TMP"),
        (date(2022, 5, 1), "FI-B-REM"),
    ],
)
def test_the_business_rule_follows_the_date_of_the_act(on: date, rule: str | None) -> None:
    found = FI.fee("reminder_fee", "business", on, DUE)
    assert (found and found.id) == rule


def test_no_fee_while_the_cap_of_that_time_is_not_known() -> None:
    # The cap of 2022-05-01 has no forerunner in the pack.
    old = BUSINESS.model_copy(update={"due": date(2021, 11, 1)})
    assert fee(old, date(2022, 4, 29)).because[0].rule == "law.no_rule"
    assert fee(old, date(2022, 5, 2)).amount == eur("12.00")


def test_another_currency_bears_no_fee() -> None:
    sek = Money.of("500.00", "SEK")
    verdict = fee(CONSUMER, day(15), principal=sek)
    assert (verdict.allowed, verdict.amount) == (False, eur("0.00"))
    assert verdict.because[0].rule == "law.no_rule"


# --- classes that a person handles ----------------------------------------------------------------


@pytest.mark.parametrize(
    "claim_class",
    [
        "electricity", "heat", "water", "telecom", "rent", "public_law", "insurance",
        "consumer_credit",
    ],
)  # fmt: skip
def test_a_class_with_clocks_of_its_own_goes_to_a_person(claim_class: ClaimClass) -> None:
    reason = covers(FI, claim_class, "consumer")
    assert reason is not None
    assert "a person handles it" in reason.text
    assert not fee(CONSUMER, day(15), claim_class=claim_class).allowed
    facts = CONSUMER.model_copy(update={"claim_class": claim_class})
    assert not handed(facts, day(60), notice(day(15))).allowed


@pytest.mark.parametrize("claim_class", ["goods", "service", "other"])
def test_covered_classes(claim_class: ClaimClass) -> None:
    assert covers(FI, claim_class, "unknown") is None


# --- the hand-over ------------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "first"), [(CONSUMER, 16), (BUSINESS, 12)])
def test_hand_over_after_full_days_since_the_reminder(facts: ClaimFacts, first: int) -> None:
    reminder = notice(day(1))
    early = handed(facts, day(first - 1), reminder)
    assert (early.allowed, early.earliest) == (False, day(first))
    assert handed(facts, day(first), reminder).allowed


@pytest.mark.parametrize("facts", [CONSUMER, BUSINESS])
def test_no_hand_over_without_a_reminder_after_the_due_date(facts: ClaimFacts) -> None:
    for notices in ((), (notice(day(-3)),), (notice(day(0)),), (notice(day(1), demand=True),)):
        verdict = handed(facts, day(90), *notices)
        assert (verdict.allowed, verdict.earliest) == (False, None)


def test_no_hand_over_before_the_payment_date_of_the_last_notice_has_passed() -> None:
    reminder = notice(day(1), deadline=day(20))
    early = handed(CONSUMER, day(20), reminder)
    assert (early.allowed, early.earliest) == (False, day(21))
    assert handed(CONSUMER, day(21), reminder).allowed


def test_the_wait_of_a_hand_over_runs_from_the_last_notice() -> None:
    verdict = handed(CONSUMER, day(16), notice(day(1)), notice(day(8)))
    assert verdict.earliest == day(23)


def test_a_person_in_business_is_handed_over_as_a_consumer() -> None:
    person = BUSINESS.model_copy(update={"natural_person": True})
    assert handed(person, day(12), notice(day(1))).earliest == day(16)


# --- the payment date of a notice ---------------------------------------------------------------


def test_consumers_get_ten_days_from_the_latest_receipt() -> None:
    last, reason = deadline(FI, CONSUMER, date(2026, 3, 17), delivery_days=4, payment_days=7)
    assert last == date(2026, 3, 31)
    assert reason.rule == "FI-C-PAY"


def test_a_policy_that_gives_more_days_wins() -> None:
    last, reason = deadline(FI, CONSUMER, date(2026, 3, 17), delivery_days=0, payment_days=14)
    assert last == date(2026, 3, 31)
    assert reason.rule == "policy.payment_days"


def test_a_payment_date_is_a_banking_day() -> None:
    # 2026-04-03 is Good Friday, and Easter Monday follows.
    last, _ = deadline(FI, CONSUMER, date(2026, 3, 24), delivery_days=0, payment_days=10)
    assert last == date(2026, 4, 7)


def test_a_business_gets_what_the_policy_gives() -> None:
    last, reason = deadline(FI, BUSINESS, date(2026, 3, 17), delivery_days=0, payment_days=7)
    assert (last, reason.rule) == (date(2026, 3, 24), "policy.payment_days")


def test_negative_days_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        deadline(FI, CONSUMER, DUE, delivery_days=-1, payment_days=10)


@pytest.mark.parametrize(
    ("capacity", "days"), [("consumer", 10), ("unknown", 10), ("public", 10), ("business", 0)]
)
def test_minimum_payment_days(capacity: Capacity, days: int) -> None:
    assert min_payment_days(FI, capacity) == days


# --- the hours of contact -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ((2026, 3, 17, 7, 59), (2026, 3, 17, 8, 0)),
        ((2026, 3, 17, 8, 0), None),
        ((2026, 3, 17, 19, 59), None),
        ((2026, 3, 17, 20, 0), (2026, 3, 18, 8, 0)),
        ((2026, 3, 20, 21, 0), (2026, 3, 23, 8, 0)),
        ((2026, 4, 2, 20, 30), (2026, 4, 7, 8, 0)),
        ((2026, 4, 4, 12, 0), (2026, 4, 7, 8, 0)),
        ((2026, 12, 24, 9, 0), (2026, 12, 28, 8, 0)),
    ],
)
def test_contact_on_banking_days_from_8_to_20(
    now: tuple[int, ...], opens: tuple[int, ...] | None
) -> None:
    zone = timezone(timedelta(hours=2))
    local = datetime(*now, tzinfo=zone)  # type: ignore[arg-type,misc]
    expected = None if opens is None else datetime(*opens, tzinfo=zone)  # type: ignore[arg-type,misc]
    assert contact_opens(FI, local) == expected


def test_the_hours_are_the_wall_clock_s() -> None:
    assert contact_opens(FI, datetime(2026, 3, 17, 7, 0, tzinfo=UTC)) is not None
    assert (
        contact_opens(FI, datetime(2026, 3, 17, 9, 0, tzinfo=timezone(timedelta(hours=2)))) is None
    )
