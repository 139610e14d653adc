"""The guard in four countries: what it names, and that what it lets pass the law allows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import law
from shared.domain.law_facts import ClaimFacts, NoticeFact
from shared.domain.lawcheck import check_policy
from shared.domain.money import Money
from shared.domain.policy import Policy

CURRENCY = {"FI": "EUR", "SE": "SEK", "NO": "NOK", "DK": "DKK"}
COUNTRIES = tuple(CURRENCY)
PACKS = {country: law.load(country) for country in COUNTRIES}
# Tuesday, with no closed day near it in any of the four countries.
DUE = date(2026, 2, 3)


def reminder(name, after, *, since="previous", fee="statutory"):
    return {"id": name, "action": "remind", "after": after, "since": since, "fee": fee}


def hand_over(after):
    return {"id": "out", "action": "hand_over", "after": after, "since": "previous"}


def policy(country, *steps, payment_days=14, fee_clause=True):
    zero = {"amount": "0.00", "currency": CURRENCY[country]}
    return Policy.model_validate(
        {
            "id": "test", "version": 1, "name": "Test", "law": country, "steps": list(steps),
            "payment_days": payment_days, "tolerance": zero, "minimum": zero, "partner": "agency",
            "fee_clause": fee_clause,
        }
    )  # fmt: skip


def told(checked):
    return {
        (one.path, one.rule, one.lawful)
        for one in check_policy(PACKS[checked.law], checked, ("consumer",))
    }


# (country, steps, payment days, agreed) to what the guard names for consumers.
CASES = [
    ("SE", [reminder("a", 10, since="due")], 14, True, set()),
    (
        "SE", [reminder("a", 10, since="due")], 14, False,
        {("steps.0.fee", "SE-REM", "none, or fee_clause where the agreements name the fee")},
    ),
    (
        "SE", [reminder("a", 10, since="due"), reminder("b", 20)], 14, True,
        {("steps.1.fee", "SE-REM", "at most 1 reminder with a fee")},
    ),
    ("NO", [reminder("a", 14, since="due"), reminder("b", 15)], 14, True, set()),
    (
        "NO", [reminder("a", 13, since="due")], 14, True,
        {("steps.0.fee", "NO-REM", "from day 14 after the due date")},
    ),
    (
        "NO", [reminder("a", 14, since="due"), reminder("b", 14)], 14, True,
        {("steps.1.fee", "NO-REM", "from day 15 after that notice")},
    ),
    (
        "NO", [reminder("a", 14, since="due"), reminder("b", 22)], 21, True,
        set(),
    ),
    (
        "NO", [reminder("a", 14, since="due"), reminder("b", 21)], 21, True,
        {("steps.1.fee", "NO-REM", "from day 22 after that notice")},
    ),
    (
        "NO", [reminder(name, 15) if name > "a" else reminder(name, 15, since="due")
               for name in "abc"], 14, True,
        {("steps.2.fee", "NO-REM", "at most 2 reminders with a fee")},
    ),
    (
        "NO", [reminder("a", 14, since="due", fee="none")], 13, True,
        {("payment_days", "HUB-PAY", "at least 14 days")},
    ),
    ("DK", [reminder("a", 1, since="due"), reminder("b", 10), reminder("c", 10)], 10, True, set()),
    (
        "DK", [reminder("a", 1, since="due"), reminder("b", 9)], 10, True,
        {("steps.1.fee", "DK-REM", "from day 10 after the notice before it")},
    ),
    (
        "DK", [reminder("a", 1, since="due"), *(reminder(name, 11) for name in "bcd")], 10, True,
        {("steps.3.fee", "DK-REM", "at most 3 reminders with a fee")},
    ),
    (
        "FI", [reminder("a", 15, since="due"), *(reminder(f"n{n}", 15) for n in range(12))], 10,
        True, {("steps.12.fee", "FI-C-TOTAL", "at most 12 reminders with a fee")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("country", "steps", "days", "agreed", "expected"), CASES)
def test_the_guard_names_the_rule_and_what_would_be_lawful(country, steps, days, agreed, expected):
    assert told(policy(country, *steps, payment_days=days, fee_clause=agreed)) == expected


@pytest.mark.parametrize("country", COUNTRIES)
def test_everything_that_is_wrong_is_told_at_once_with_its_section(country):
    wrong = policy(
        country,
        reminder("a", 1, since="due"),
        *(reminder(f"n{n}", 2) for n in range(13)),
        {"id": "look", "action": "ask", "after": 1, "since": "due"},
        hand_over(3),
        payment_days=1,
        fee_clause=False,
    )
    found = check_policy(PACKS[country], wrong)
    paths = {one.path for one in found}
    assert {"payment_days", "steps.1.after", "steps.14.after", "steps.15.after"} <= paths
    assert any(one.path.endswith(".fee") for one in found)
    assert all(one.section and one.text and one.lawful for one in found)
    assert any("unknown capacity" in one.text for one in found)


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_step_before_the_one_that_it_follows_is_refused(country):
    first = reminder("a", 20, since="due", fee="none")
    look = {"id": "look", "action": "ask", "after": 5, "since": "due"}
    lawful = {"from day 20 after the due date"}
    assert {word for path, _, word in told(policy(country, first, look)) if "1" in path} == lawful


def changed_pack(country, old, new):
    folder = resources.files("shared.rules")
    text = (folder / f"{country.lower()}.toml").read_text(encoding="utf-8")
    assert old in text
    rates = (folder / "rates.toml").read_text(encoding="utf-8")
    return law.read_pack(country, text.replace(old, new), rates)


@pytest.mark.parametrize(
    ("country", "old", "new", "text"),
    [
        ("FI", 'must_say = ["creditor_name"', 'must_say = ["complaint_board", "creditor_name"',
         "the letter does not say all that it must: complaint_board"),
        ("SE", 'only_pressure = ["payment_date"', 'only_pressure = ["total"',
         "the letter presses with more than a reminder may"),
    ],
)  # fmt: skip
def test_a_letter_says_what_it_must_and_presses_with_no_more_than_it_may(country, old, new, text):
    polite = policy(country, reminder("a", 15, since="due", fee="none"))
    assert check_policy(PACKS[country], polite) == ()
    found = check_policy(changed_pack(country, old, new), polite)
    assert {(one.path, one.text) for one in found} == {("steps.0.letter", text)}


def mended(checked, treated):
    """A policy after somebody did what the guard says: later, or without the fee."""
    while found := check_policy(PACKS[checked.law], checked, (treated,)):
        path = found[0].path.split(".")
        if path == ["payment_days"]:
            update = {"payment_days": checked.payment_days + 1}
        else:
            steps = list(checked.steps)
            step = steps[int(path[1])]
            change = {"fee": "none"} if path[2] == "fee" else {"after": step.after + 1}
            steps[int(path[1])] = step.model_copy(update=change)
            update = {"steps": tuple(steps)}
        checked = checked.model_copy(update=update)
    return checked


STEPS = st.lists(
    st.tuples(st.integers(min_value=1, max_value=30), st.sampled_from(["none", "statutory"])),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("country", COUNTRIES)
@settings(max_examples=80, deadline=None)
@given(
    steps=STEPS,
    over=st.integers(min_value=1, max_value=40),
    days=st.integers(min_value=5, max_value=25),
    treated=st.sampled_from(["consumer", "business"]),
)
def test_what_the_guard_lets_pass_the_law_allows(country, steps, over, days, treated):
    """Each step taken on its very day, for a claim whose terms are the best that there are."""
    pack = PACKS[country]
    made = [
        reminder(f"s{at}", after, since="previous" if at else "due", fee=fee)
        for at, (after, fee) in enumerate(steps)
    ]
    checked = mended(policy(country, *made, hand_over(over), payment_days=days), treated)
    days = checked.payment_days

    facts = ClaimFacts(
        capacity=treated, natural_person=False, claim_class="goods",
        principal=Money(Decimal(100), pack.currency), due=DUE,
        invoice_sent=DUE - timedelta(days=30), notices=(), fees=Money.zero(pack.currency),
        fee_clause=date(2025, 1, 1), arose=DUE - timedelta(days=30),
    )  # fmt: skip
    day = DUE
    for step in checked.steps[:-1]:
        day += timedelta(days=step.after)
        verdict = law.reminder_fee(pack, facts, day)
        charged = step.fee == "statutory"
        assert verdict.allowed or not charged, verdict.because
        notice = NoticeFact(
            act="reminder", sent=day, charged=charged, deadline=day + timedelta(days=days)
        )
        paid = verdict.amount if charged and verdict.amount else Money.zero(pack.currency)
        facts = facts.model_copy(
            update={
                "notices": (*facts.notices, notice),
                "fees": facts.fees + paid,
                "relationship_fees": (*facts.relationship_fees, *([day] if charged else [])),
            }
        )
    assert law.hand_over(pack, facts, day + timedelta(days=checked.steps[-1].after)).allowed
