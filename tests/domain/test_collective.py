"""The collective reference: whose bank takes it, when a letter has one, how money is split."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import ledger
from shared.domain.collective import collective_of, collective_reference
from shared.domain.decisions import Remind
from shared.domain.giro import Giro
from shared.domain.letter import render
from shared.domain.letter_input import LetterAccount
from shared.domain.matching import match
from shared.domain.matching_parts import Item
from shared.domain.money import Money, total
from shared.domain.notice import Wishes, letter_for
from shared.domain.payment_slip import slip
from shared.domain.references import canonical, is_checked, printed_reference, rf_reference
from shared.domain.sighting import Sighting
from tests.domain.casebook import FI, ask_of, case_of, day, eur, joined
from tests.domain.test_notice import CREDITOR, R1, party

WISHED = CREDITOR.model_copy(update={"collective_reference": True})
SE, NO, DK = "SE4550000000058398257466", "NO9386011117947", "DK5000400440116243"
ACT = "c1a2b3-friendly-0123456789ab"


def account(iban, **agreed):
    return LetterAccount(iban=iban, giro=Giro(iban=iban, **agreed) if agreed else None)


@pytest.mark.parametrize(
    ("to", "currency", "field"),
    [
        (account("FI2112345600000785"), "EUR", "reference"),
        (account("DE89370400440532013000"), "EUR", "reference"),
        (account(SE, bankgiro="9912346"), "SEK", "reference_ocr"),
        (account(SE, bankgiro="9912346", ocr="check_digit"), "SEK", "reference_ocr"),
        (account(SE, bankgiro="9912346", ocr="variable_length"), "SEK", "reference_ocr"),
        (account(SE, bankgiro="9912346", ocr="fixed_length", ocr_lengths=(8, 14, 25)), "SEK",
         "reference_ocr"),
        (account(NO, kid=(10,)), "NOK", "reference_kid"),
        (account(NO, kid=(11,), kid_lengths=(12, 25)), "NOK", "reference_kid"),
        (account(DK, fik_kind="71", fik_creditor="81234567"), "DKK", "payment_line"),
        (account(DK, fik_kind="75", fik_creditor="81234567"), "DKK", "payment_line"),
    ],
)  # fmt: skip
def test_it_is_one_that_the_bank_of_the_account_takes(to, currency, field):
    made = {collective_reference(to, currency, f"{ACT}{n}") for n in range(40)}
    assert len(made) == 40

    for one in made:
        printed = slip(
            to, one, payee="Acme", amount=Money(Decimal(10), currency), pay_by=None, message="x"
        )
        assert printed.fields[0][0] == field
        assert is_checked(one)
        # Leading zeros are dropped where references are compared: there are none to drop.
        assert one.startswith("RF") or canonical(one) == one.lstrip("0")


@pytest.mark.parametrize(
    ("to", "currency"),
    [
        (LetterAccount(), "EUR"), (account(NO), "NOK"),
        (account(NO, kid=(10,), kid_lengths=(8,)), "NOK"),
        (account(SE, bankgiro="9912346", ocr="fixed_length", ocr_lengths=(9,)), "SEK"),
    ],
)  # fmt: skip
def test_where_the_bank_takes_none_each_claim_keeps_its_own(to, currency):
    assert collective_reference(to, currency, ACT) is None


def asked(case, when, creditor=WISHED):
    decision = ask_of(case, when)
    assert isinstance(decision, Remind)
    named = (*decision.claims, *decision.also)
    at = ledger.positions(case, FI, day(when), named)
    return decision, at, collective_of(case, decision, creditor, at, day(when))


def test_a_letter_about_several_claims_has_one_slip_for_its_sum():
    case = case_of(joined(), R1, joined("b", due="01-20"), joined("c", due="03-16"))
    decision, at, one = asked(case, "02-03")

    assert one is not None
    assert one.claims == ("erp:a", "erp:b")  # c is not due: it is mentioned, and in no sum
    assert asked(case, "02-03")[2] == one

    said = letter_for(
        case, decision, WISHED, party(language="en"), at, day("02-03"),
        Wishes(collective=one.reference),
    )  # fmt: skip
    text = render(said).text
    assert text.count(printed_reference(one.reference)) == 1
    assert text.count("FI21 1234 5600 0007 85") == 1


def test_one_claim_an_unwilling_creditor_and_a_part_of_a_claim_have_none():
    two = case_of(joined(), R1, joined("b", due="01-20"))
    assert asked(two, "02-03", CREDITOR)[2] is None
    assert asked(case_of(joined()), "01-19")[2] is None

    decision, at, _ = asked(two, "02-03")
    part = {**at, "erp:b": ledger.Position(open=eur("40.00"), interest=at["erp:b"].interest,
                                       fees=at["erp:b"].fees)}  # fmt: skip
    assert collective_of(two, decision, WISHED, part, day("02-03")) is None


REFERENCE = rf_reference("1234567890123456")


def paid(amount, **more):
    fields = {
        "id": "bank:1", "version": "1", "kind": "receipt", "account": "here",
        "amount": Money(amount, "EUR"), "value_date": date(2026, 10, 12),
        "booked": date(2026, 10, 12), "references": (REFERENCE,),
    }  # fmt: skip
    return Sighting(**{**fields, **more})


def owed(number, opened, charges="0", **more):
    fields = {
        "invoice": f"erp:{number}", "number": f"INV-{number}", "debtor": "erp:anna",
        "open": Money(Decimal(opened), "EUR"), "charges": Money(Decimal(charges), "EUR") or None,
        "due": date(2026, 1, 1) + timedelta(days=number),
        "collective": (canonical(REFERENCE),),
    }  # fmt: skip
    return Item(**{**fields, **more})


CENTS = st.integers(0, 20_000).map(lambda one: Decimal(one).scaleb(-2))


@given(
    st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=6),
    st.integers(1, 300_000).map(lambda one: Decimal(one).scaleb(-2)),
    st.integers(0, 9),
)
def test_no_cent_is_lost_and_principal_comes_first_the_oldest_due_before_the_others(
    sums, amount, seed
):
    items = [owed(n, opened, charges) for n, (opened, charges) in enumerate(sums) if opened]
    shuffled = random.Random(seed).sample(items, len(items))  # noqa: S311 - an order, no secret
    answer = match(paid(amount), shuffled)

    assert answer == match(paid(amount), items)
    assert total([one.amount for one in answer.allocations], "EUR") + answer.rest == Money(
        amount, "EUR"
    )
    if not items:
        return
    assert (answer.rule, answer.automatic) == ("collective", True)
    got = {one.invoice: one.amount for one in answer.allocations}
    left = Money(amount, "EUR")
    for one in items:
        part = got.get(one.invoice, eur("0.00"))
        assert min(part, one.open) == min(one.open, left)
        assert part <= one.total
        left -= min(one.open, left)
    whole = total([one.total for one in items], "EUR")
    assert answer.rest == max(eur("0.00"), Money(amount, "EUR") - whole)


def test_what_speaks_for_more_than_the_letter_is_asked_of_a_person():
    books = [owed(1, "60.00"), owed(2, "40.00"), owed(3, "70.00", collective=(),
             references=("1009",))]  # fmt: skip

    both = match(paid(Decimal(100), references=(REFERENCE, "1009")), books)
    assert (both.rule, both.automatic, both.hold) == ("references_unclear", False,
                                                      ("erp:1", "erp:2"))  # fmt: skip
    foreign = match(paid(Decimal(90), references=(REFERENCE, "4902000")), books)
    assert not foreign.automatic
    in_text = match(paid(Decimal(100), references=(), text=f"maksu {REFERENCE}"), books)
    assert (in_text.rule, in_text.exact) == ("collective", True)
    settled = [one.model_copy(update={"open": eur("0.00"), "state": "closed"}) for one in books[:2]]
    assert match(paid(Decimal(100)), settled).rule == "closed"
