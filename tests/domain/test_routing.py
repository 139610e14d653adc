"""Routing: the first rule that fits names the partner, and one debtor hears of one agency."""

from __future__ import annotations

import itertools

import pytest
from pydantic import ValidationError

from shared.domain.case import Case
from shared.domain.money import Money
from shared.domain.partner_events import PartnerClosed
from shared.domain.routing import (
    Routing,
    Subject,
    current_partner,
    may_be_placed,
    route,
    subject_of,
)
from tests.domain.casebook import eur, handed, joined, on, opened

RULES = Routing.model_validate({
    "rules": [
        {"id": "swedish", "partner": "north", "countries": ["SE"]},
        {"id": "rent", "partner": "homes", "classes": ["rent"], "capacities": ["consumer"]},
        {"id": "large", "partner": "lawyers",
         "amount_from": {"amount": "1000.00", "currency": "EUR"},
         "amount_below": {"amount": "5000.00", "currency": "EUR"}},
        {"id": "vip", "partner": "gentle", "segments": ["vip"]},
        {"id": "rent_too", "partner": "spare", "classes": ["rent", "goods"],
         "capacities": ["consumer"]},
    ]
})  # fmt: skip


def subject(country="FI", capacity="business", classes=("goods",), amount="100.00", segment=None):
    return Subject(country, capacity, frozenset(classes), eur(amount), segment)


@pytest.mark.parametrize(
    ("what", "partner"),
    [
        (subject(), "agency"),
        (subject(country="SE"), "north"),
        (subject(country="SE", classes=("rent",), capacity="consumer"), "north"),
        (subject(classes=("rent",), capacity="consumer"), "homes"),
        (subject(classes=("rent",)), "agency"),
        (subject(classes=("rent", "goods"), capacity="consumer"), "spare"),
        (subject(classes=("rent", "water"), capacity="consumer"), "agency"),
        (subject(amount="999.99"), "agency"),
        (subject(amount="1000.00"), "lawyers"),
        (subject(amount="4999.99"), "lawyers"),
        (subject(amount="5000.00"), "agency"),
        (subject(segment="vip"), "gentle"),
        (subject(segment="vip", amount="2000.00"), "lawyers"),
    ],
)
def test_the_first_rule_that_fits_names_the_partner(what, partner):
    found = route(RULES, what, default="agency")
    assert found.partner == partner
    assert (found.reason.rule == "routing.default") == (partner == "agency")


def test_another_currency_fits_no_amount():
    krona = subject()._replace(amount=Money.of("2000.00", "SEK"))
    assert route(RULES, krona, default="agency").partner == "agency"


def test_a_draining_partner_gets_nothing_new_and_keeps_what_it_has():
    rent = subject(classes=("rent",), capacity="consumer")
    drained = frozenset({"homes"})
    assert route(RULES, rent, default="agency", draining=drained).partner == "spare"
    kept = route(RULES, rent, default="agency", draining=drained, current="homes")
    assert (kept.partner, kept.reason.rule) == (None, "routing.draining")
    assert route(RULES, rent, default="agency", current="homes").partner == "homes"
    nobody = route(Routing(), rent, default="homes", draining=drained)
    assert (nobody.partner, nobody.reason.rule) == (None, "routing.draining")


def test_no_partner_that_drains_is_ever_named_for_anything():
    subjects = [subject(a, b, (c,), d, e) for a, b, c, d, e in itertools.product(
        ("FI", "SE"), ("consumer", "business"), ("rent", "goods"), ("1.00", "2000.00"),
        (None, "vip"),
    )]  # fmt: skip
    partners = [*(one.partner for one in RULES.rules), "agency"]
    for what, gone in itertools.product(subjects, partners):
        found = route(RULES, what, default="agency", draining=frozenset({gone}))
        assert found.partner != gone


@pytest.mark.parametrize(
    "rules",
    [
        [{"id": "a", "partner": "x"}, {"id": "a", "partner": "y"}],
        [{"id": "a", "partner": "x", "amount_from": {"amount": "5.00", "currency": "EUR"},
          "amount_below": {"amount": "5.00", "currency": "EUR"}}],
        [{"id": "a", "partner": "x", "amount_from": {"amount": "5.00", "currency": "EUR"},
          "amount_below": {"amount": "9.00", "currency": "SEK"}}],
        [{"id": "a", "partner": "No such"}],
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(rules):
    with pytest.raises(ValidationError):
        Routing.model_validate({"rules": rules})


def test_a_case_of_two_claims_is_at_the_partner_that_has_one_of_them():
    events = [opened(), joined("a"), joined("b"), *handed("h1", "03-18", "a")]
    case = Case.replay("case-1", events)
    assert current_partner(case) == "agency"
    assert (may_be_placed(case, "erp:a"), may_be_placed(case, "erp:b")) == (False, True)
    assert current_partner(Case.replay("case-1", events[:3])) is None
    assert subject_of(case, ("erp:a", "erp:b")).amount == eur("200.00")


def test_a_claim_on_its_way_to_a_partner_is_not_placed_anew_and_a_returned_one_is():
    events = [opened(), joined("a"), *handed("h1", "03-18", "a")]
    assert not may_be_placed(Case.replay("case-1", events[:3]), "erp:a")
    ended = PartnerClosed(at=on("03-25"), message="m", code="WITHDRAWN_CREDITOR", claims=("erp:a",))
    closed = Case.replay("case-1", [*events, ended])
    free = not closed.claims["erp:a"].with_partner
    assert may_be_placed(closed, "erp:a") is free
