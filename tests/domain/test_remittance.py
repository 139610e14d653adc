"""A remittance adds up to the cent, names its bank line, and pays out what was received."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.client_money import Pot, differences, pots
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPaid, PartnerPaidBack, PartnerRemitted, RemittedPart
from shared.domain.remittance import Advice, RemittanceLine, faults, is_bank_line
from shared.domain.sighting import Sighting

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def eur(text):
    return Money(Decimal(text), "EUR")


def line(category="principal", amount="100.00", *, claim="erp:1", case="c1", vat=None):
    return RemittanceLine(
        case_id=case, claim=claim, category=category, amount=eur(amount),
        vat=None if vat is None else eur(vat),
    )  # fmt: skip


def advice(total, *lines, **of):
    fields = {
        "id": "R-7", "currency": "EUR", "value_date": date(2026, 3, 2),
        "bank_reference": "RF18 5390 0754 7034", "total": eur(total), "lines": lines,
    }  # fmt: skip
    return Advice(**(fields | of))


def paid(message, principal, interest="0.00", fees="0.00", claim="erp:1"):
    return PartnerPaid(
        at=AT, message=f"partner:{message}", claim=claim, principal=eur(principal),
        interest=eur(interest), fees=eur(fees), received=date(2026, 3, 1),
    )  # fmt: skip


def back(message, principal):
    return PartnerPaidBack(
        at=AT, message=f"partner:{message}", payment="partner:p1", claim="erp:1",
        principal=eur(principal), interest=eur("0.00"), fees=eur("0.00"), on=date(2026, 3, 2),
    )  # fmt: skip


def remitted(*parts, remittance="R-1", partner="partner"):
    lines = tuple(
        RemittedPart(claim="erp:1", category=category, amount=eur(amount))
        for category, amount in parts
    )
    return PartnerRemitted(
        at=AT, message=f"{partner}:{remittance}", remittance=remittance,
        value_date=date(2026, 3, 2), lines=lines,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("total", "lines", "paths"),
    [
        ("80.00", [line(), line("commission", "-20.00", claim=None, vat="-4.06")], []),
        ("80.01", [line(), line("commission", "-20.00", claim=None)], ["total"]),
        ("100.00", [line(vat="100.01")], ["lines.0.vat"]),
        ("-20.00", [line("commission", "-20.00", vat="4.06")], ["lines.0.vat"]),
        ("100.00", [line(claim=None)], ["lines.0.claim"]),
        ("100.00", [line(case=None)], ["lines.0.claim"]),
    ],
)
def test_a_line_at_fault_is_named(total, lines, paths):
    assert [one.path for one in faults(advice(total, *lines))] == paths


def test_two_currencies_are_named_by_their_line():
    wrong = RemittanceLine(
        case_id="c1", claim="erp:1", category="principal", amount=Money(Decimal(9), "SEK")
    )

    assert [one.path for one in faults(advice("100.00", line(), wrong))] == ["lines.1.amount"]


def seen(amount="80.00", on=date(2026, 3, 3), references=(), text=""):
    return Sighting(
        id="bank:1", version="1", kind="receipt", account="FI2112345600000785",
        amount=eur(amount), value_date=on, booked=on, references=references, text=text,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "sighting"),
    [
        (True, seen(references=("RF18539007547034",))),
        (True, seen(text="payout RF18539007547034 march")),
        (True, seen(references=("RF18539007547034",), on=date(2026, 3, 7))),
        (False, seen(references=("RF18539007547034",), on=date(2026, 3, 8))),
        (False, seen(references=("RF18539007547034",), on=date(2026, 3, 1))),
        (False, seen("80.01", references=("RF18539007547034",))),
        (False, seen()),
        (False, seen(references=("1009",))),
    ],
)
def test_a_bank_line_is_known_by_amount_day_and_reference_together(found, sighting):
    assert is_bank_line(advice("80.00", line("principal", "80.00")), sighting) is found


def test_a_remittance_without_a_reference_has_no_bank_line():
    nameless = advice("80.00", line("principal", "80.00"), bank_reference=" ")

    assert not is_bank_line(nameless, seen(text=""))


def test_what_went_back_and_what_was_paid_out_is_no_longer_held():
    events = [
        paid("p1", "60.00", "1.20", "5.00"), paid("p2", "40.00"), back("b1", "10.00"),
        remitted(("principal", "60.00"), ("commission", "-12.00"), ("reminder_fee", "5.00")),
        remitted(("principal", "1.00"), partner="rival"),
    ]  # fmt: skip

    held = {part: pot.held for (_, part), pot in pots(events, "partner").items()}

    assert held == {"principal": eur("30.00"), "interest": eur("1.20"), "fees": eur("0.00")}
    assert pots(events, "partner", without="R-1")["erp:1", "principal"].held == eur("90.00")


@pytest.mark.parametrize("amount", ["60.00", "40.00", "100.00"])
def test_the_oldest_amounts_a_single_one_or_all_of_them_are_explained(amount):
    known = {"c1": pots([paid("p1", "60.00"), paid("p2", "40.00")], "partner")}

    assert differences([line(amount=amount)], known) == ()


@pytest.mark.parametrize("amount", ["59.99", "60.01", "100.01", "0.01"])
def test_a_line_that_is_a_cent_off_is_named_with_what_is_held(amount):
    known = {"c1": pots([paid("p1", "60.00"), paid("p2", "40.00")], "partner")}

    (found,) = differences([line("commission", "-1.00"), line(amount=amount)], known)

    assert (found.line, found.claim, found.amount, found.held) == (
        1, "erp:1", eur(amount), eur("100.00"),
    )  # fmt: skip


def test_two_lines_do_not_pay_out_the_same_money():
    known = {"c1": pots([paid("p1", "60.00")], "partner")}

    found = differences([line(amount="60.00"), line(amount="60.00")], known)

    assert [(one.line, one.held) for one in found] == [(1, eur("0.00"))]


CENTS = st.integers(1, 100_000)


@settings(max_examples=50)
@given(st.lists(CENTS, min_size=1, max_size=8), st.data())
def test_received_is_paid_out_and_held_and_in_order_no_line_differs(amounts, data):
    money = [Money(Decimal(one).scaleb(-2), "EUR") for one in amounts]
    upto = data.draw(st.integers(0, len(money)))
    events = [paid(f"p{number}", str(one.amount)) for number, one in enumerate(money)]
    lines = [line(amount=str(one.amount)) for one in money[:upto]]

    known = pots(events, "partner")

    assert differences(lines, {"c1": known}) == ()
    pot: Pot = known["erp:1", "principal"]
    assert pot.came == pot.paid_out + pot.held
    assert pot.held == sum(money[upto:], eur("0.00"))
