"""Policies that the law refuses: every violation at once, with the lawful alternative."""

from __future__ import annotations

import pytest

from shared.domain.handover_gate_rules import HandOverRules
from shared.domain.law import Violation, check_policy, load
from shared.domain.money import Money
from shared.domain.policy import Policy, Step

FI = load("FI")


def remind(name: str, after: int, *, since: str = "due", fee: str = "none") -> Step:
    return Step.model_validate(
        {"id": name, "action": "remind", "after": after, "since": since, "fee": fee}
    )


def hand_over(after: int, *, since: str = "previous") -> Step:
    return Step.model_validate({"id": "out", "action": "hand_over", "after": after, "since": since})


def policy(*steps: Step, payment_days: int = 10, currency: str = "EUR", law: str = "FI") -> Policy:
    return Policy(
        id="test",
        version=1,
        name="Test",
        law=law,
        steps=steps,
        payment_days=payment_days,
        tolerance=Money.of("2.00", currency),
        minimum=Money.of("20.00", currency),
        partner="agency",
    )


def found(checked: Policy) -> list[tuple[str, str]]:
    return [(one.path, one.rule) for one in check_policy(FI, checked)]


LAWFUL = policy(
    remind("friendly", -3),
    remind("second", 4),
    remind("firm", 15, since="previous", fee="statutory"),
    hand_over(15),
)


def test_a_lawful_policy_has_no_violations() -> None:
    assert check_policy(FI, LAWFUL) == ()


@pytest.mark.parametrize(("after", "refused"), [(14, True), (15, False)])
def test_a_fee_on_the_first_step_waits_for_day_15(*, after: int, refused: bool) -> None:
    violations = check_policy(FI, policy(remind("firm", after, fee="statutory")))
    assert [one.path for one in violations] == (["steps.0.fee"] if refused else [])
    if refused:
        (violation,) = violations
        assert violation == Violation(
            path="steps.0.fee",
            rule="FI-C-REM",
            section="513/1999 10 a § 1 mom. 1 k., 10 b §",
            text="a fee too soon after the due date for consumers and debtors of unknown capacity",
            lawful="from day 15 after the due date",
        )


@pytest.mark.parametrize(
    ("gap", "rules"), [(15, []), (14, ["FI-C-REM"]), (10, ["FI-C-REM", "FI-B-REM"])]
)
def test_a_fee_after_another_notice_waits_for_each_kind_of_debtor(
    gap: int, rules: list[str]
) -> None:
    steps = remind("soft", 10), remind("firm", gap, since="previous", fee="statutory")
    assert found(policy(*steps)) == [("steps.1.fee", rule) for rule in rules]


def test_the_gap_of_steps_counted_from_due_is_their_difference() -> None:
    steps = remind("soft", 7), remind("firm", 21, fee="statutory")
    assert found(policy(*steps)) == [("steps.1.fee", "FI-C-REM")]


@pytest.mark.parametrize("after", [-3, 0])
def test_a_step_before_the_delay_bears_no_fee(after: int) -> None:
    violations = check_policy(FI, policy(remind("early", after, fee="statutory")))
    assert [one.rule for one in violations] == ["FI-C-REM", "FI-B-REM"]
    assert {one.text for one in violations} == {"a claim that is not overdue bears no fee"}


TWICE = policy(
    remind("first", 15, fee="statutory"), remind("second", 15, since="previous", fee="statutory")
)


def test_a_second_charged_reminder_is_too_many_for_a_business() -> None:
    (violation,) = check_policy(FI, TWICE)
    assert (violation.path, violation.rule) == ("steps.1.fee", "FI-B-REM")
    assert "business debtors" in violation.text


def test_a_policy_for_consumers_alone_may_charge_twice() -> None:
    assert check_policy(FI, TWICE, ("consumer",)) == ()


def test_only_a_reminder_carries_a_fee() -> None:
    step = hand_over(15).model_copy(update={"fee": "statutory"})
    assert ("steps.1.fee", "policy.steps.1.fee") in found(policy(remind("one", 1), step))


@pytest.mark.parametrize(
    ("gap", "rules"), [(15, []), (14, ["FI-C-14D"]), (10, ["FI-C-14D", "FI-B-HANDOVER"])]
)
def test_a_hand_over_waits_after_the_last_reminder(gap: int, rules: list[str]) -> None:
    checked = policy(remind("one", 1), hand_over(gap), payment_days=10)
    assert found(checked) == [("steps.1.after", rule) for rule in rules]


def test_a_hand_over_waits_for_the_payment_date_that_the_policy_gives() -> None:
    assert found(policy(remind("one", 1), hand_over(30), payment_days=29)) == []
    refused = found(policy(remind("one", 1), hand_over(30), payment_days=30))
    assert refused == [("steps.1.after", "FI-C-14D"), ("steps.1.after", "FI-B-HANDOVER")]


@pytest.mark.parametrize(
    "steps",
    [
        (hand_over(60, since="due"),),
        (remind("pre", -3), hand_over(90)),
        (remind("due", 0), hand_over(90)),
    ],
)
def test_no_hand_over_without_a_reminder_after_the_due_date(steps: tuple[Step, ...]) -> None:
    refused = found(policy(*steps))
    path = f"steps.{len(steps) - 1}.action"
    assert refused == [(path, "FI-C-14D"), (path, "FI-B-HANDOVER")]


@pytest.mark.parametrize(
    ("steps", "lawful"),
    [
        ((hand_over(1, since="due"),), True),
        ((hand_over(0, since="due"),), False),
        ((remind("one", 1), hand_over(11)), True),
        ((remind("one", 1), hand_over(10)), False),
    ],
)
def test_a_partner_that_sends_the_reminders_has_an_overdue_claim_without_ours(
    steps: tuple[Step, ...], *, lawful: bool
) -> None:
    rules = HandOverRules(service="reminder_and_collection")
    checked = policy(*steps).model_copy(update={"hand_over": rules})
    assert (found(checked) == []) is lawful


@pytest.mark.parametrize(("days", "refused"), [(9, True), (10, False)])
def test_consumers_get_ten_days_to_pay(*, days: int, refused: bool) -> None:
    rules = [("payment_days", "FI-C-PAY")] if refused else []
    assert found(policy(remind("one", 1), payment_days=days)) == rules


@pytest.mark.parametrize(("gap", "refused"), [(6, True), (7, False), (-1, True)])
def test_contacts_are_a_week_apart(*, gap: int, refused: bool) -> None:
    steps = remind("one", 5), remind("two", 5 + gap)
    assert found(policy(*steps)) == ([("steps.1.after", "HUB-CONTACT-GAP")] if refused else [])


def test_a_step_that_asks_a_person_is_no_contact() -> None:
    ask = Step(id="look", action="ask", after=1, since="previous")
    steps = remind("one", 1), ask, remind("two", 7, since="due")
    assert found(policy(*steps)) == [("steps.2.after", "HUB-CONTACT-GAP")]


def test_amounts_are_in_the_currency_of_the_law() -> None:
    assert found(policy(remind("one", 1), currency="SEK")) == [
        ("tolerance", "policy.tolerance"),
        ("minimum", "policy.minimum"),
    ]


def test_a_policy_for_another_country_is_refused() -> None:
    assert found(policy(remind("one", 1), law="SE")) == [("law", "policy.law")]


def test_all_violations_come_at_once() -> None:
    everything = policy(
        remind("early", -3, fee="statutory"),
        remind("soon", 1, fee="statutory"),
        hand_over(5),
        payment_days=3,
        currency="NOK",
    )
    paths = [path for path, _ in found(everything)]
    assert set(paths) == {
        "tolerance", "minimum", "payment_days", "steps.0.fee", "steps.1.after", "steps.1.fee",
        "steps.2.after",
    }  # fmt: skip
