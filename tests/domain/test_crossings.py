"""A contact that money, a dispute or a plan crossed is found when it shows, and told apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.domain.case import Case
from shared.domain.crossings import found
from shared.domain.events import (
    ActFailed,
    ActSent,
    ActUnknown,
    CaseOpened,
    Claim,
    ClaimJoined,
    Held,
    PaymentAllocated,
    PolicyRef,
    ReminderIntended,
)  # fmt: skip
from shared.domain.money import Money
from shared.domain.plan import Plan
from shared.domain.plan_events import Instalment
from shared.domain.state_events import Disputed
from shared.domain.states import States

MARCH = date(2026, 3, 2)


def noon(day):
    return datetime(2026, 3, day, 12, tzinfo=UTC)


def eur(text):
    return Money(Decimal(text), "EUR")


def claim(name):
    return Claim(
        id=name, number=name, total=eur("100.00"), open=eur("100.00"), issued=date(2026, 1, 1),
        sent=date(2026, 1, 1), due=date(2026, 2, 1), reference=None, capacity="consumer",
        natural_person=True, claim_class="goods",
    )  # fmt: skip


OPENED = (
    CaseOpened(
        at=noon(1), debtor="d", connection="erp", policy=PolicyRef(id="p", version=1), law="FI",
        capacity="consumer", currency="EUR",
    ),
    ClaimJoined(at=noon(1), claim=claim("a")),
    ClaimJoined(at=noon(1), claim=claim("b")),
)  # fmt: skip


def contact(day, act="r1", claims=("a",)):
    return ReminderIntended(
        at=noon(day), act=act, step="friendly", claims=claims, channel="email", tone="friendly",
        language="fi", deadline=date(2026, 3, 20), document="x", content_hash="0" * 64,
    )  # fmt: skip


def sent(day, act="r1"):
    return ActSent(at=noon(day), act=act, on=date(2026, 3, day))


def paid(known, received, amount="100.00", claim="a"):
    on = date(2026, 3, received)
    return PaymentAllocated(
        at=noon(known), payment="p1", claim=claim, amount=eur(amount), value_date=on, received=on,
        booked=on,
    )  # fmt: skip


def disputed(known, on, amount=None):
    return Disputed(
        at=noon(known), dispute="x1", claim="a", amount=amount, ground="quality", source="debtor",
        on=date(2026, 3, on), answer_by=date(2026, 3, 30),
    )  # fmt: skip


def held(known, reason, claim="a"):
    return Held(at=noon(known), hold="h1", reason=reason, claim=claim)


def crossed(*events):
    return [(one.claim, one.what, one.known) for one in found(Case.replay("c", OPENED), events)]


def test_a_contact_that_nothing_stood_against_is_not_crossed():
    assert crossed(contact(2), sent(2)) == []
    assert crossed(contact(2), sent(2), paid(5, 3)) == []


def test_a_part_that_was_paid_before_does_not_stand_against_a_contact_about_the_rest():
    assert crossed(paid(1, 1, "40.00"), contact(5), sent(5)) == []


def test_a_contact_about_what_the_hub_knew_to_be_paid_is_a_fault():
    assert crossed(paid(1, 1), contact(2), sent(2)) == [("a", "money", True)]
    assert crossed(paid(1, 1), contact(2, claims=("b",))) == []


@pytest.mark.parametrize("what", ["dispute", "plan"])
def test_a_contact_during_a_hold_that_the_hub_knew_is_a_fault(what):
    assert crossed(held(1, what), contact(2)) == [("a", what, True)]
    assert crossed(held(1, what, claim=None), contact(2)) == [("a", what, True)]
    assert crossed(held(1, "person"), contact(2)) == []


def test_a_contact_about_a_claim_that_is_contested_whole_is_a_fault():
    assert crossed(disputed(1, 1), contact(2)) == [("a", "dispute", True)]
    assert crossed(disputed(1, 1, eur("30.00")), contact(2)) == []


def plan(*, missed=False):
    agreed = Plan(
        id="pl", claims=("a",), instalments=(Instalment(due=date(2026, 3, 31), amount=eur("100")),),
        before=eur("0.00"), answer_by=date(2026, 3, 10), clearing_days=2, grace_days=7,
        new_claims="dun", on_broken="ask", agreed=True, missed=1 if missed else None,
    )  # fmt: skip
    return Case.replay("c", OPENED).model_copy(update={"states": States(plans={"pl": agreed})})


def test_a_contact_about_a_claim_of_a_plan_in_force_is_a_fault():
    assert [one.what for one in found(plan(), (contact(2),))] == ["plan"]
    assert found(plan(), (contact(2, claims=("b",)),)) == ()
    assert found(plan(missed=True), (contact(2),)) == ()


def test_money_that_was_there_by_the_day_of_sending_and_known_later_is_listed():
    assert crossed(contact(3), sent(3), paid(5, 3)) == [("a", "money", False)]
    assert crossed(contact(3), sent(3), paid(5, 2, "1.00")) == [("a", "money", False)]
    assert crossed(contact(3), sent(3), paid(5, 4)) == []
    assert crossed(contact(3), paid(3, 3), sent(3)) == [("a", "money", False)]


def test_a_dispute_that_was_raised_before_the_contact_and_known_later_is_listed():
    assert crossed(contact(3), sent(3), disputed(5, 2)) == [("a", "dispute", False)]
    assert crossed(contact(3), sent(3), disputed(5, 4)) == []


@pytest.mark.parametrize("outcome", [[], [ActUnknown(at=noon(3), act="r1")]])
def test_what_is_said_while_a_contact_has_no_outcome_crosses_it_on_whatever_day(outcome):
    flying = (contact(3), *outcome)
    assert crossed(*flying, disputed(5, 5)) == [("a", "dispute", False)]
    assert crossed(*flying, held(5, "person")) == [("a", "hold", False)]
    assert crossed(*flying, held(5, "person", claim=None)) == [("a", "hold", False)]
    assert crossed(*flying, held(5, "person", claim="b")) == []
    assert crossed(contact(3), sent(3), held(5, "person")) == []


def test_a_contact_that_reached_nobody_is_not_crossed():
    assert crossed(contact(3), ActFailed(at=noon(3), act="r1", code="x"), paid(5, 2)) == []


def test_a_crossing_says_when_the_hub_learned_of_it():
    (one,) = found(Case.replay("c", OPENED), (contact(3), sent(3), paid(5, 2)))

    assert (one.act, one.by, one.contact_on, one.on) == ("r1", "p1", date(2026, 3, 3), MARCH)
    assert one.learned_at == noon(5)


def test_crossings_do_not_depend_on_how_events_are_appended():
    events = (contact(3), sent(3), paid(5, 2), contact(6, "r2"), sent(6, "r2"))
    case, one_by_one = Case.replay("c", OPENED), []
    for event in events:
        one_by_one += found(case, (event,))
        case = case.apply(event)

    assert one_by_one == list(found(Case.replay("c", OPENED), events))
