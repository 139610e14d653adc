"""The ledger's rules that hang on one word of a source: which event it makes, and only once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from shared.domain import ledger
from shared.domain.ledger_compensation import Claimed
from shared.domain.ledger_truth import Lot, Truth
from shared.domain.model import Allocation
from shared.domain.partner_events import PartnerClosed
from tests.domain.casebook import case_of, charged, day, eur, handed, joined, more, on, reminded
from tests.domain.statebook import euros, told
from tests.domain.test_extras import at, book, dunned
from tests.domain.test_ledger import TOLERANCE, invoice, note, payment, with_partner_money
from tests.domain.test_ledger_compensation import at as position_of
from tests.domain.test_ledger_compensation import firm
from tests.domain.test_ledger_money import seen

ONE = "erp:a"


def events(case, truth, when="02-10"):
    return ledger.reconcile(case, truth, on(when), TOLERANCE)


def stated(found):
    return [(one.cause, str(one.before.amount), str(one.open.amount)) for one in found]


# --- what the books say --------------------------------------------------------------------------


def test_an_invoice_that_the_source_no_longer_knows_is_missing_once():
    gone = Truth(invoice(), missing=True)
    case = case_of(joined())

    found = events(case, gone)

    assert [one.kind for one in found] == ["claim_missing"]
    assert events(more(case, found), gone) == []


def test_a_credit_note_is_its_own_event_once_and_only_for_the_invoice_that_it_names():
    mine = note("c1", "02-01", "30.00")
    other = mine.model_copy(
        update={
            "id": "erp:c2",
            "allocations": (Allocation(invoice="erp:b", amount=eur("20.00")),),
        }
    )
    truth = Truth(invoice("70.00"), credit_notes=(mine, other))
    case = case_of(joined())

    found = events(case, truth)

    assert [(one.kind, one.credit_note, one.issued) for one in found] == [
        ("credit_applied", "erp:c1", day("02-01"))
    ]
    assert events(more(case, found), truth) == []


def test_a_cancellation_is_stated_once():
    cancelled = Truth(invoice(cancelled=True))
    case = more(case_of(joined()), events(case_of(joined()), cancelled))
    assert events(case, cancelled) == []


def test_what_was_written_off_before_explains_nothing_of_what_is_lowered_later():
    case = case_of(joined())
    case = more(case, events(case, Truth(invoice("70.00", written_off=eur("30.00")))))

    same = events(case, Truth(invoice("60.00", written_off=eur("30.00"))))
    assert stated(same) == [("unexplained", "70.00", "60.00")]

    ten_more = events(case, Truth(invoice("50.00", written_off=eur("40.00"))))
    assert stated(ten_more) == [
        ("write_off", "70.00", "60.00"), ("unexplained", "60.00", "50.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(("lowered", "open_"), [("1.00", "99.00"), ("20.00", "80.00")])
def test_a_write_off_lowers_a_claim_by_no_more_than_the_books_do(lowered, open_):
    written = eur("50.00") if lowered == "20.00" else eur(lowered)
    found = events(case_of(joined()), Truth(invoice(open_, written_off=written)))
    assert stated(found) == [("write_off", "100.00", open_)]


def test_what_a_person_wrote_off_here_is_not_owed_again_though_the_books_never_hear_of_it():
    case = told(case_of(joined()), "02-02", "write_off", claim=ONE, amount=euros("30.00"),
                kind="goodwill")  # fmt: skip
    assert case.claims[ONE].open == eur("70.00")
    assert events(case, Truth(invoice("100.00"))) == []

    closed = PartnerClosed(at=on("04-01"), message="m2", code="WITHDRAWN_PARTNER")
    ended = more(case, handed("h", "03-01"), closed)
    assert events(ended, Truth(invoice("100.00")), "04-02") == []


def test_what_an_ended_partner_reported_and_never_passed_on_is_owed_again():
    kept = more(with_partner_money(), events(with_partner_money(), Truth(invoice())))
    assert kept.claims[ONE].open == eur("60.00")

    ended = more(kept, PartnerClosed(at=on("04-01"), message="m2", code="PAID_PARTIAL_SETTLED"))
    found = events(ended, Truth(invoice()), "04-02")

    assert stated(found) == [("unexplained", "60.00", "100.00")]
    assert found[0].raised


# --- fees that were not owed ---------------------------------------------------------------------

CHARGED = reminded("n1", "02-02", deadline="02-13", **charged())


@pytest.mark.parametrize(
    ("truth", "why"),
    [
        # Up to the tolerance is nothing: the money had crossed the notice.
        (Truth(invoice("1.00"), (payment("p", "01-30", "99.00"),)), "crossed"),
        (Truth(invoice("1.01"), (payment("p", "01-30", "98.99"),)), None),
        # All but the tolerance was credited after it: the notice asked for what was never owed.
        (Truth(invoice("1.00"), credit_notes=(note("c", "02-05", "99.00"),)), "credited"),
        (Truth(invoice("1.01"), credit_notes=(note("c", "02-05", "98.99"),)), None),
        # A credit note of the day itself was off already, and counts once.
        (Truth(invoice("40.00"), credit_notes=(note("c", "02-02", "60.00"),)), None),
    ],
)
def test_a_fee_goes_back_when_no_more_than_the_tolerance_was_owed_for_its_notice(truth, why):
    found = [one for one in events(case_of(joined(), CHARGED), truth) if one.kind == "fee_credited"]
    assert [one.why for one in found] == ([why] if why else [])


# --- charges and the fixed sum -------------------------------------------------------------------


def test_a_lot_settles_something():
    with pytest.raises(ValidationError):
        Lot(payment="bank:1", seen=seen(day("02-10")))


@pytest.mark.parametrize(
    ("feed", "amount", "ids", "fees_left"),
    [
        # One money, seen twice: what it paid of the fee counts once.
        ("psp", "2.65", ("t1",), "3.00"),
        ("bank", "2.65", ("t1",), "0.35"),
        ("psp", "2.66", ("t1",), "0.34"),
        ("psp", "2.65", ("t2",), "0.35"),
    ],
)
def test_money_for_charges_alone_is_one_by_a_shared_id_of_two_feeds_and_one_amount(
    feed, amount, ids, fees_left
):
    mine = Lot(payment="bank:1", seen=seen(day("02-10"), "bank", "t1"), charges=eur("2.65"))
    other = Lot(payment=f"{feed}:2", seen=seen(day("02-10"), feed, *ids), charges=eur(amount))
    case = book(dunned(), replace(Truth(invoice()), lots=(mine, other)))
    # 0.65 of interest to 10 February, then the fee of 5.00.
    assert at(case, "02-10") == ("100.00", "0.00", fees_left)


def test_of_what_is_left_the_fee_is_settled_before_the_rest_of_the_fixed_sum():
    fixed = Claimed(amount=eur("40.00"))
    assert fixed.shared(eur("5.00"), eur("45.00")) == (eur("5.00"), eur("40.00"))
    assert fixed.shared(eur("5.00"), eur("43.00")) == (eur("3.00"), eur("40.00"))
    assert fixed.shared(eur("5.00"), eur("12.00")) == (eur("0.00"), eur("12.00"))


def test_a_claim_of_which_one_cent_was_late_was_paid_late():
    in_time = payment("p", "01-16", "99.99")
    case = firm()
    case = more(case, events(case, Truth(invoice("0.01"), (in_time,))))
    assert position_of(case)[3] == "40.00"
    paid = Truth(invoice("0.00"), (payment("p", "01-16", "100.00"),))
    assert position_of(more(firm(), events(firm(), paid)))[3] == "0.00"
