"""A link opens a case as long as its message, its address and its case are what they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain import payer_fact
from shared.domain.case import Case, Notice
from shared.domain.model import Address, Party
from shared.domain.payer_link import GOOD_FOR, PayerLink, ended
from tests.functions.world import claim

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINK = PayerLink(
    debtor="erp:d1", case="c1", act="a1", to="h1", made_at=NOW, expires_at=NOW + GOOD_FOR
)


def case_of(state="sent", **more):
    notice = Notice(
        act="a1", step="friendly", action="remind", claims=("erp:1",), state=state,
        intended_on=date(2026, 3, 2),
    )  # fmt: skip
    return Case(id="c1", debtor="erp:d1", currency="EUR", notices={"a1": notice}, **more)


@pytest.mark.parametrize("state", ["intended", "unknown", "sent", "passed"])
def test_a_message_that_may_have_arrived_has_a_link(state):
    assert ended(LINK, case_of(state), frozenset({"h1", "h2"}), NOW) is None


@pytest.mark.parametrize(
    ("link", "case", "there", "later", "why"),
    [
        (LINK, case_of(), {"h1"}, GOOD_FOR, "expired"),
        (LINK.model_copy(update={"revoked": "lost"}), case_of(), {"h1"}, timedelta(0), "revoked"),
        (LINK, case_of("returned"), {"h1"}, timedelta(0), "returned"),
        (LINK, case_of("failed"), {"h1"}, timedelta(0), "returned"),
        (LINK.model_copy(update={"act": "a2"}), case_of(), {"h1"}, timedelta(0), "returned"),
        (LINK, case_of(), {"h2"}, timedelta(0), "address_changed"),
        (LINK, case_of(), set(), timedelta(0), "address_changed"),
        (LINK, case_of(successor="c2"), {"h1"}, timedelta(0), "moved"),
        (LINK.model_copy(update={"debtor": "erp:d2"}), case_of(), {"h1"}, timedelta(0), "moved"),
    ],
)
def test_what_ends_a_link(link, case, there, later, why):
    assert ended(link, case, frozenset(there), NOW + later) == why


def party(*codes, protected=False):
    places = [
        Address(lines=("Katu 1",), postal_code=one, city="Turku", country="FI", protected=protected)
        for one in codes
    ]
    return Party(
        id="erp:d1", version="1", kind="person", name="Aino", country="FI", addresses=tuple(places)
    )


def known_of(number, reference=None, party_=None):
    one = claim("erp:1").model_copy(update={"number": number, "reference": reference})
    from shared.domain.case import ClaimState

    case = Case(id="c1", currency="EUR", claims={"erp:1": ClaimState(claim=one, open=one.open)})
    return payer_fact.facts(case, party_ or party())


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ("2026-0117", True),
        (" 2026 0117 ", True),
        ("20260117", True),
        ("2026-0118", False),
        ("RF18 0005 3900 7547 034", True),
        ("rf18000539007547034", True),
        ("00100", True),
        ("100", True),
        ("", False),
        ("0", False),
        ("---", False),
        ("\uff12\uff10\uff12\uff16\uff0d\uff10\uff11\uff11\uff17", True),
        ("2026-0117" + "0" * 60, False),
    ],
)
def test_a_number_a_reference_or_the_postal_code_opens_however_it_is_typed(said, opens):
    there = known_of("2026-0117", "RF18000539007547034", party("00100"))
    assert payer_fact.known(said, there) is opens


def test_a_protected_address_opens_nothing_and_neither_does_a_number_that_anybody_guesses():
    assert known_of("2026-0117", None, party("00100", protected=True)) == ("20260117",)
    assert known_of("17", None, party("20100")) == ("1710000", "17100", "20100")


@pytest.mark.parametrize("number", ["1", "17", "0017", "117", "A-117", "Lasku 9"])
@pytest.mark.parametrize("amount", ["100,00", "100.00", "100", "100,00 €"])
def test_a_short_number_opens_with_the_amount_and_never_alone(number, amount):
    there = known_of(number)

    assert payer_fact.known(f"{number} {amount}", there)
    for alone in (number, amount, f"{number} 99,00"):
        assert not payer_fact.known(alone, there)


@pytest.mark.parametrize("number", ["1001", "A1001", "2026-7", "RF18000539007547034"])
def test_a_number_that_tries_do_not_find_opens_alone(number):
    assert payer_fact.known(number, known_of(number))
