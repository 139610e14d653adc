"""Which receipt a reversal takes back, when the feed names it and when it does not."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.matching_reversal import match_reversal
from shared.domain.money import Money
from shared.domain.sighting import Payer, Sighting

EUR = Money.of("49.00", "EUR")


def receipt(name, *, on=4, **more):
    fields = {
        "id": f"bank:{name}", "version": "1", "kind": "receipt", "account": "FI21", "amount": EUR,
        "value_date": date(2026, 10, on), "booked": date(2026, 10, on), "references": ("13013",),
        "payer": Payer(account="P1"),
    }  # fmt: skip
    return Sighting(**{**fields, **more})


def back(**more):
    return receipt("back", on=9, **{"kind": "reversal", **more})


RECEIPTS = [
    receipt("mine"),
    receipt("other-reference", references=("1232",)),
    receipt("other-payer", payer=Payer(account="P2")),
    receipt("other-amount", amount=Money.of("49.01", "EUR")),
    receipt("other-account", account="FI22"),
    receipt("later", on=10),
]


@pytest.mark.parametrize("order", [1, -1])
def test_amount_reference_and_account_of_one_receipt_only_are_enough(order):
    found = match_reversal(back(references=("RF8413013",)), RECEIPTS[::order])
    assert (found.receipt, found.because.rule) == ("bank:mine", "match.reversal_alike")


def test_a_reversal_without_payer_is_told_by_its_reference():
    found = match_reversal(back(payer=Payer()), [RECEIPTS[0], RECEIPTS[1]])
    assert found.receipt == "bank:mine"


def test_two_alike_are_a_persons_to_choose_the_latest_first():
    twins = [receipt("first", on=2), receipt("second", on=3)]
    found = match_reversal(back(), twins)
    assert (found.receipt, found.candidates) == (None, ("bank:second", "bank:first"))


def test_an_amount_alone_is_not_enough():
    found = match_reversal(back(references=(), payer=Payer()), [RECEIPTS[0]])
    assert (found.receipt, found.candidates) == (None, ("bank:mine",))


def test_the_feeds_own_word_and_a_transfer_id_come_first():
    assert match_reversal(back(reverses="bank:later"), RECEIPTS).receipt == "bank:later"
    part = back(reverses="bank:mine", amount=Money.of("10.00", "EUR"))
    assert match_reversal(part, RECEIPTS).receipt == "bank:mine"
    twins = [receipt("first", transfer_ids=("E1",)), receipt("second", transfer_ids=("E2",))]
    found = match_reversal(back(transfer_ids=("E2",)), twins)
    assert (found.receipt, found.because.rule) == ("bank:second", "match.reversal_transfer")


def test_a_reversal_of_nothing_that_is_known_says_so():
    found = match_reversal(back(amount=Money.of("1.00", "EUR")), RECEIPTS)
    assert (found.receipt, found.candidates) == (None, ())
    assert found.because.rule == "match.reversal_nothing"


def test_a_named_receipt_that_is_not_there_is_never_replaced_by_another():
    found = match_reversal(back(reverses="bank:unseen"), RECEIPTS)
    assert found.receipt is None
